"""`extractor evaluate` and `extractor convert`: exit codes, files, what is said."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from extractor.cli import main
from extractor.evaluate.formats import FORMATS, read_gold, write_gold
from extractor.evaluate.report import build
from extractor.evaluate.run import evaluate
from extractor.evaluate.score import KINDS
from tests.evaluate.strategies import plain
from tests.evaluate.test_score import seeded


@pytest.fixture
def files(tmp_path: Path) -> Path:
    gold, predicted = seeded()
    write_gold(gold, tmp_path / "gold", "brat")
    write_gold(list(predicted.values()), tmp_path / "run.jsonl", "document")
    write_gold(gold, tmp_path / "perfect.jsonl", "document")
    return tmp_path


def run(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    monkeypatch.setattr(sys, "argv", ["extractor", *map(str, arguments)])
    with pytest.raises(SystemExit) as end:
        main()
    return int(end.value.code or 0)


def test_evaluate_writes_all_it_is_asked_for(
    files: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--gold", files / "gold", "--predictions", files / "run.jsonl", "--against", files / "perfect.jsonl"]
    assert run(monkeypatch, "evaluate", *options, "--json", files / "r.json", "--html", files / "r.html") == 0
    told = capsys.readouterr().out
    assert re.search(r"CELL_DOSE +4 +3 +0.857 .* 0.571 ", told) and "4 documents worse: a, b, c, d" in told
    assert "not scored: 1 AGE" in told and "without prediction, all missed: 1 documents (first: d)" in told
    report = json.loads((files / "r.json").read_text())
    assert report["figures"]["CELL_DOSE.value"]["f1"] == pytest.approx(4 / 7)
    assert report["comparison"]["worse"] == ["a", "b", "c", "d"] and len(report["errors"]) == 18
    assert "1e6 against 1e7, unit right" in (files / "r.html").read_text()


def test_evaluate_runs_the_extractor(
    files: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "evaluate", "--gold", files / "gold", "--labels", "CELL_DOSE") == 0
    assert re.search(r"CELL_DOSE +4 +4 +1.000", capsys.readouterr().out)


def test_a_figure_below_its_minimum_ends_with_1(
    files: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["evaluate", "--gold", files / "gold", "--predictions", files / "run.jsonl"]
    assert run(monkeypatch, *options, "--min", "CELL_DOSE.value_f1=0.57") == 0
    assert run(monkeypatch, *options, "--min", "CELL_DOSE.value_f1=0.93", "--min", "micro.strict_f1=0.1") == 1
    assert "CELL_DOSE.value_f1 is 0.5714, below the minimum 0.93" in capsys.readouterr().err
    assert run(monkeypatch, *options, "--min", "nonsense") == 2
    assert run(monkeypatch, *options, "--labels", "NOPE") == 2
    assert run(monkeypatch, "evaluate", "--gold", files / "nowhere") == 1


@pytest.mark.parametrize("format", [f for f in FORMATS if f not in ("doccano",)])
def test_convert_there_and_back(
    format: str, files: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    there, back = files / f"there.{format}", files / "back"
    assert run(monkeypatch, "convert", files / "gold", there, "--to", format) == 0
    assert run(monkeypatch, "convert", there, back, "--to", "brat") == 0
    assert "not held" not in capsys.readouterr().err
    first, second = read_gold(files / "gold")[0], read_gold(back)[0]
    # a Document adds the name of a route to its code
    text = [
        json.dumps([plain(d) for d in documents]).replace(', "name": "INTRAVENOUS"', "")
        for documents in (first, second)
    ]
    assert text[0] == text[1].replace("1000000.0", "1000000.0").replace("30.0", "30") or format != "document"
    assert [d.id for d in first] == [d.id for d in second]


def test_convert_says_what_is_lost(
    files: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (files / "map.csv").write_text("CONDITION,\n")
    options = ["--to", "doccano", "--map", files / "map.csv"]
    assert run(monkeypatch, "convert", files / "gold", files / "out.jsonl", *options) == 0
    told = capsys.readouterr().err
    assert "4 documents, 20 spans written" in told
    assert (
        "not held: value: 16 (first: a, SCHEDULE [0, 27))" in told and "label CONDITION dropped by the map: 8" in told
    )
    assert run(monkeypatch, "convert", files / "gold", files / "out.x", "--to", "word") == 2
    assert run(monkeypatch, "convert", files / "gold", files / "gold", "--to", "brat") == 2


class Page(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("src", "href"):
                self.links.append(value or "")
            if name == "id":
                self.ids.append(value or "")


def test_convert_of_documents_that_are_left_out_ends_with_1(
    files: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (files / "gold" / "b.ann").unlink()
    assert run(monkeypatch, "convert", files / "gold", files / "out.json", "--to", "labelstudio") == 1
    assert [d.id for d in read_gold(files / "out.json")[0]] == ["a", "c", "d"]
    told = capsys.readouterr().err
    assert "1 of 4 documents were left out" in told and "text without .ann file, left out: 1 (first: b" in told


def test_convert_of_nothing_writes_nothing(
    files: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(files / "run.texts")
    assert run(monkeypatch, "convert", files / "run.jsonl", files / "out.json", "--to", "labelstudio") == 1
    told = capsys.readouterr().err
    assert "no document is left to write" in told and "whose text is nowhere, left out: 3" in told
    assert not (files / "out.json").exists()


@pytest.mark.parametrize("format", FORMATS)
def test_a_file_that_is_written_again_is_whole(format: str, files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that dies while it writes leaves what was there, in every format."""
    gold, _ = seeded()
    write_gold(gold, files / "out", format)
    before = {p: p.read_bytes() for p in sorted(files.rglob("*")) if p.is_file()}

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("extractor.serialise.atomic.os.replace", die)
    with pytest.raises(KeyboardInterrupt):
        write_gold([replace(d, text=d.text + " more") for d in gold], files / "out", format)
    assert {p: p.read_bytes() for p in sorted(files.rglob("*")) if p.is_file()} == before


def report() -> str:
    gold, predicted = seeded()
    gold[0] = type(gold[0])(gold[0].id, gold[0].text + " </script><b>&", gold[0].spans, gold[0].relations)
    predicted["a"] = type(gold[0])("a", gold[0].text, predicted["a"].spans, predicted["a"].relations)
    return build(evaluate(gold, predicted, against={d.id: d for d in gold}), {"Gold": "<here>"})


def test_texts_that_annotate_wrote_are_found_for_any_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [{"id": id, "text": f"{id}: orally"} for id in ("NCT 1/a", "x:y", "..", "plain")]
    (tmp_path / "in.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    folder = tmp_path / "texts"
    assert run(monkeypatch, "annotate", tmp_path / "in.jsonl", "-o", tmp_path / "run.jsonl", "--texts", folder) == 0
    command = ["convert", tmp_path / "run.jsonl", tmp_path / "x.jsonl", "--to", "doccano", "--texts", folder]
    assert run(monkeypatch, *command) == 0
    assert [d.id for d in read_gold(tmp_path / "x.jsonl")[0]] == [row["id"] for row in rows]


@pytest.mark.parametrize("format", FORMATS)
def test_a_place_that_cannot_be_written_is_no_traceback(
    format: str, files: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (files / "file").write_text("x", encoding="utf-8")
    assert run(monkeypatch, "convert", files / "gold", files / "file" / "out", "--to", format) == 1
    told = capsys.readouterr().err
    assert "file" in told and "Traceback" not in told


def test_a_name_that_is_none_is_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, "evaluate", "--gold", "a" * 5000) == 1


def test_report_is_one_file_without_network() -> None:
    html = report()
    page = Page(html)
    assert all(link.startswith(("#", "data:")) for link in page.links)
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids) and len(set(page.ids)) == len(
        page.ids
    )
    assert "default-src 'none'" in html and "&lt;here&gt;" in html and html.count("</script>") == 2
    data = json.loads(re.search(r'id="data">(.*?)</script>', html, re.DOTALL)[1])  # type: ignore[index]
    assert [d["id"] for d in data["documents"]] == ["a", "b", "c", "d"]
    assert {e["kind"] for d in data["documents"] for e in d["errors"]} == set(KINDS)


BROWSER = shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("chromium-browser")


@pytest.mark.skipif(BROWSER is None, reason="no Chromium here")
def test_report_in_a_browser(tmp_path: Path) -> None:
    """Every error has its chip, and the console stays silent."""
    (tmp_path / "r.html").write_text(report(), encoding="utf-8")
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--virtual-time-budget=3000"]
    page = f"file://{tmp_path / 'r.html'}"
    done = subprocess.run([str(BROWSER), *options, "--dump-dom", page], capture_output=True, text=True, timeout=120)
    assert "CONSOLE" not in done.stderr
    assert len(re.findall(r'<button[^>]*class="chip', done.stdout)) == 18
    assert "18 of 18 errors, in 4 of 4 documents" in done.stdout
