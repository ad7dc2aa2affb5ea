"""The command line as a user meets it: exit codes, streams, files."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from extractor import __version__
from extractor.cli import main
from extractor.pipeline import LABELS
from tests.texts import RECORD

GOOD = "Infusion of 2 x 106 cells/kg, intravenous, in adults.\n"


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    (folder / "sub").mkdir(parents=True)
    (folder / "b.txt").write_text(GOOD, encoding="utf-8")
    (folder / "a.txt").write_text(RECORD, encoding="utf-8")
    (folder / "sub" / "c.txt").write_text("Nothing here.", encoding="utf-8")
    (folder / "notes.log").write_text("not a record", encoding="utf-8")
    return folder


class Run:
    def __init__(self, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
        self.monkeypatch, self.capture = monkeypatch, capfdbinary

    def __call__(self, *arguments: object, code: int = 0) -> tuple[bytes, str]:
        """Standard output and error of one run that must end with `code`."""
        self.monkeypatch.setattr(sys, "argv", ["extractor", *map(str, arguments)])
        with pytest.raises(SystemExit) as exit:
            main()
        sys.stdout.flush()
        out, err = self.capture.readouterr()
        assert (exit.value.code or 0) == code, err.decode()
        return out, err.decode()


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Run:
    return Run(monkeypatch, capfdbinary)


def test_jsonl_in_input_order(run: Run, texts: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    run("annotate", texts, "-o", out)
    documents = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [d["id"] for d in documents] == ["a", "b", "c"]
    assert {e["label"] for e in documents[0]["entities"]} >= {"CELL_DOSE", "ROUTE", "AGE"}
    assert documents[2]["entities"] == []
    assert list(out.parent.glob(".*.part")) == []


def test_standard_output_by_default(run: Run, texts: Path) -> None:
    out, _ = run("annotate", texts / "b.txt", "--labels", "CELL_DOSE")
    document = json.loads(out)
    assert [(e["label"], e["text"]) for e in document["entities"]] == [("CELL_DOSE", "2 x 106 cells/kg")]
    assert document["entities"][0]["value"]["low"] == 2e6


def test_standard_input(texts: Path) -> None:
    command = [sys.executable, "-m", "extractor", "annotate", "-", "--labels", "cell_dose"]
    done = subprocess.run(command, input=GOOD.encode(), capture_output=True, check=True)
    document = json.loads(done.stdout)
    assert document["id"] == document["text_sha256"][:16]
    assert len(document["entities"]) == 1


def test_failed_inputs_are_named_and_the_others_written(run: Run, texts: Path, tmp_path: Path) -> None:
    (texts / "binary.txt").write_bytes(bytes(range(256)) * 8)
    out = tmp_path / "out.jsonl"
    _, err = run(
        "annotate", texts / "b.txt", texts / "binary.txt", texts / "missing.txt", texts / "a.txt", "-o", out, code=1
    )
    assert [json.loads(line)["id"] for line in out.open(encoding="utf-8")] == ["b", "a"]
    lines = err.splitlines()
    assert len(lines) == 2
    assert "binary.txt" in lines[0] and "BAD_ENCODING" in lines[0]
    assert "missing.txt" in lines[1]


def test_worker_processes_give_the_same_output(run: Run, texts: Path, tmp_path: Path) -> None:
    (texts / "bad.txt").write_bytes(b"\x00\x01" * 50)
    for number in range(40):
        (texts / f"more{number:02}.txt").write_text(f"{number} x 106 cells", encoding="utf-8")
    _, one = run("annotate", texts, "-o", tmp_path / "one", code=1)
    _, two = run("annotate", texts, "-o", tmp_path / "two", "--workers", "2", code=1)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert one == two


def test_json_is_one_array(run: Run, texts: Path) -> None:
    out, _ = run("annotate", texts, "--format", "json")
    assert [d["id"] for d in json.loads(out)] == ["a", "b", "c"]


def test_json_of_nothing_is_an_array(run: Run, tmp_path: Path) -> None:
    out, _ = run("annotate", tmp_path / "missing.txt", "--format", "json", code=1)
    assert json.loads(out) == []


def test_csv_has_a_row_a_span(run: Run, texts: Path) -> None:
    out, _ = run("annotate", texts / "b.txt", "--format", "csv", "--labels", "CELL_DOSE,ROUTE")
    rows = list(csv.DictReader(io.StringIO(out.decode("utf-8"), newline="")))
    assert [(r["label"], r["text"]) for r in rows] == [("CELL_DOSE", "2 x 106 cells/kg"), ("ROUTE", "intravenous")]
    assert (rows[0]["value_low"], rows[0]["value_unit"], rows[0]["repairs"]) == (
        "2000000",
        "{cells}/kg",
        "lost-exponent",
    )
    assert rows[0]["reading"] == "2,000,000 cells/kg"
    assert rows[1]["value_ncit"] == "C38276"


def test_brat_pairs(run: Run, texts: Path, tmp_path: Path) -> None:
    run("annotate", texts, "-o", tmp_path / "brat", "--format", "brat")
    assert sorted(p.name for p in (tmp_path / "brat").iterdir()) == [f"{n}.{e}" for n in "abc" for e in ("ann", "txt")]
    assert (tmp_path / "brat" / "a.txt").read_bytes() == (texts / "a.txt").read_bytes()


def test_brat_keeps_records_of_one_name_apart(run: Run, texts: Path, tmp_path: Path) -> None:
    (texts / "sub" / "a.txt").write_text("another", encoding="utf-8")
    run("annotate", texts, "-o", tmp_path / "brat", "--format", "brat")
    assert len(list((tmp_path / "brat").glob("*.ann"))) == 4


def test_offset_unit(run: Run, tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text("😀 given orally", encoding="utf-8")
    starts = {}
    for unit in ("codepoint", "utf16", "utf8"):
        out, _ = run("annotate", tmp_path / "x.txt", "--labels", "ROUTE", "--offset-unit", unit)
        starts[unit] = json.loads(out)["entities"][0]["start"]
    assert starts == {"codepoint": 8, "utf16": 9, "utf8": 11}


def test_an_output_survives_an_error(run: Run, texts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out.jsonl"
    out.write_text("before", encoding="utf-8")

    def broken(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", broken)
    _, err = run("annotate", texts, "-o", out, code=1)
    assert "No space left" in err
    assert out.read_text(encoding="utf-8") == "before"
    monkeypatch.undo()
    run("annotate", texts, "-o", out, "--resume")
    assert len(out.read_text(encoding="utf-8").splitlines()) == 3


@pytest.mark.parametrize("arguments", [
    ["annotate"],
    ["annotate", "{in}", "--format", "xml"],
    ["annotate", "{in}", "--labels", "DOSE"],
    ["annotate", "{in}", "--offset-unit", "bytes"],
    ["annotate", "{in}", "--format", "brat"],
    ["annotate", "{in}", "-o", "{in}"],
    ["annotate", "{in}", "-o", "{in}/no/such/folder.jsonl"],
    ["annotate", "{in}", "--workers", "0"],
    ["annotate", "{in}", "--format", "brat", "-o", "{in}/a.txt"],
    ["no-such-command"],
])  # fmt: skip
def test_wrong_use(run: Run, texts: Path, arguments: list[str]) -> None:
    out, err = run(*(a.replace("{in}", str(texts)) for a in arguments), code=2)
    assert out == b"" and err.strip()


def test_table_shows_wording_reading_value_and_section(run: Run, texts: Path) -> None:
    for arguments in (["show", texts / "a.txt"], ["annotate", texts / "a.txt", "--table"]):
        out = run(*arguments)[0].decode()
        line = next(line for line in out.splitlines() if "106/kg" in line)
        assert "1 × 10^6/kg" in line and "1,000,000 cells/kg" in line and "CELL_DOSE" in line


def test_table_lets_no_control_characters_through(run: Run, tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text("intravenous\x1b[31m infusion of 2 x\x1b[5m 106 cells", encoding="utf-8")
    out, _ = run("show", tmp_path / "x.txt")
    assert b"\x1b" not in out


def test_table_takes_no_brackets_for_markup(run: Run, tmp_path: Path) -> None:
    (tmp_path / "[red]a[_b].txt").write_text("Infusion of 2 x 106 cells [bold]/kg, orally", encoding="utf-8")
    assert b"[red]a[_b]" in run("show", tmp_path / "[red]a[_b].txt")[0]
    (tmp_path / "x.jsonl").write_text('{"id": "[/b]", "text": "orally"}', encoding="utf-8")
    assert b"[/b]" in run("show", tmp_path / "x.jsonl")[0]


def test_a_terminal_that_lacks_a_sign_shows_its_code(texts: Path) -> None:
    (texts / "a.txt").write_text("Age 18 years or older", encoding="utf-8")
    command = [sys.executable, "-m", "extractor", "show", str(texts / "a.txt")]
    done = subprocess.run(command, env={**os.environ, "PYTHONIOENCODING": "ascii"}, capture_output=True, check=True)
    assert b"\\u2265 18 years" in done.stdout


def test_guessed_encoding_is_told(run: Run, tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_bytes("Age ± 5 µg orally".encode("cp1252"))
    out, err = run("annotate", tmp_path / "x.txt", "--labels", "ROUTE")
    assert "ENCODING_GUESSED" in err and "x.txt" in err
    assert [w["code"] for w in json.loads(out)["warnings"]] == ["ENCODING_GUESSED"]


def test_info_and_version(run: Run) -> None:
    told = json.loads(run("info")[0])
    assert told["labels"] == list(LABELS) and told["extractor"]["version"] == __version__
    assert run("--version")[0].decode().strip() == __version__


def test_schema_prints_the_schema(run: Run) -> None:
    assert json.loads(run("schema")[0])["title"] == "Document"


def test_a_closed_pipe_is_no_traceback(texts: Path) -> None:
    command = f'"{sys.executable}" -m extractor annotate "{texts}" | head -c 1'
    done = subprocess.run(command, shell=True, capture_output=True, check=False)
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("arguments", [["--help"], ["annotate", "{in}"], ["show", "{in}"]])
def test_heavy_packages_stay_out(texts: Path, arguments: list[str]) -> None:
    script = (
        "import sys\nfrom extractor.cli import main\ntry:\n    main()\nexcept SystemExit:\n    pass\n"
        "heavy = {'spacy', 'medspacy', 'scispacy', 'torch', 'fastapi', 'pyarrow', 'duckdb'} & set(sys.modules)\n"
        "print('HEAVY', sorted(heavy), file=sys.stderr)"
    )
    command = [sys.executable, "-c", script, *(a.replace("{in}", str(texts)) for a in arguments)]
    done = subprocess.run(command, capture_output=True, check=True)
    assert "HEAVY []" in done.stderr.decode()
