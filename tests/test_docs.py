"""What the documentation says is true of the code."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path

import pytest
from typer.main import get_command

from extractor.api.settings import PREFIX, Settings
from extractor.cli import app
from extractor.commands import annotate
from extractor.extractor import Extractor
from extractor.pipeline import LABELS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = get_command(app).commands  # type: ignore[attr-defined]


@pytest.mark.parametrize("code", re.findall(r"```python\n(.*?)```", README, re.DOTALL))
def test_python_examples_print_what_they_say(
    code: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    if "spans.parquet" in code:  # made by the command above it in the README
        Path("NCT1.txt").write_text("Infusion of 2 x 106 cells/kg", encoding="utf-8")
        Path("trials.csv").write_text("id,phase\nNCT1,PHASE7\n", encoding="utf-8")
        annotate(["NCT1.txt"], "spans.parquet", format="parquet")
    exec(compile(code, "README.md", "exec"), {})
    printed = capsys.readouterr().out
    said = re.findall(r"print\(.*?\)  # (.+)", code) + ["PHASE7"] * ("spans.parquet" in code)
    for expected in said:
        assert expected in printed


def test_commands_and_options_exist() -> None:
    used = re.findall(r"^extractor ([a-z]+)(.*?)(?:#|$)", README, re.MULTILINE)
    assert {name for name, _ in used} >= {"annotate", "show", "schema", "info"}
    for name, rest in used:
        known = {option for parameter in COMMANDS[name].params for option in parameter.opts}
        assert set(re.findall(r"(?<=\s)--?[a-z-]+", rest)) <= known, name


def test_settings_are_documented_with_their_defaults() -> None:
    told = dict(re.findall(rf"^\| `{PREFIX}(\w+)` \| (\w*) ?\|", README, re.MULTILINE))
    defaults = {field.name.upper(): str(field.default) for field in fields(Settings)}
    defaults["LABELS"] = "all"
    assert told == defaults


def test_values_of_the_label_table(extractor: Extractor) -> None:
    rows = re.findall(r"^\| ([A-Z_]+) \| (.+?) \| (?:`(.+?)`)? ?\|$", README, re.MULTILINE)
    assert {label for label, _, _ in rows} == set(LABELS)
    for label, example, value in rows:
        text = (
            f"{example} is given." if label in ("CELL_PRODUCT", "ROUTE") else f"Patients with {example} receive MSCs."
        )
        if label in ("CELL_DOSE", "DRUG_DOSE", "SCHEDULE"):
            text = (
                f"MSCs, {example}, are infused; prednisone {example}."
                if label != "SCHEDULE"
                else f"MSCs are infused {example}."
            )
        found = {entity.text: entity for entity in extractor.annotate(text, labels=[label]).entities}
        assert example in found, (label, list(found))
        if value:
            stated = found[example].value.model_dump(mode="json")  # type: ignore[union-attr]
            assert {key: stated.get(key) for key in json.loads(value)} == json.loads(value)


def test_files_that_are_named_exist() -> None:
    for document in ("README.md", "CONTRIBUTING.md"):
        text = (ROOT / document).read_text(encoding="utf-8")
        for path in re.findall(r"`((?:extractor|tests|schema)/[\w./]+)`", text) + re.findall(r"\]\((\w[\w.]+)\)", text):
            assert (ROOT / path).exists(), f"{document}: {path}"
