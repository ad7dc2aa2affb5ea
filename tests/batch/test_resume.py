"""Going on after a crash: torn files, other options, kills at any moment."""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from extractor.batch import run
from extractor.batch.identity import code_digest
from extractor.batch.lock import locked
from extractor.errors import UsageError
from tests.batch.support import LABELS, contents, lines, options, write_jsonl


def cut_short(source: Path, out: Path, after: int, **more: Any) -> None:
    """A run that is stopped in the middle, its journal and part file torn as a kill leaves them."""
    import extractor.batch.engine as module

    class Stop(Exception):
        pass

    whole = module._Run._one
    seen = 0

    def one(self: Any, *args: Any) -> None:
        nonlocal seen
        seen += 1
        if seen > after:
            raise Stop
        whole(self, *args)

    module._Run._one = one  # type: ignore[method-assign]
    try:
        with pytest.raises(Stop):
            run([str(source)], options(out, **more))
    finally:
        module._Run._one = whole  # type: ignore[method-assign]


@pytest.mark.parametrize("format", ["jsonl", "json", "csv", "brat"])
@pytest.mark.parametrize("after", [0, 1, 2, 4, 49, 51, 99])
def test_resumed_output_is_the_same(format: str, after: int, source: Path, tmp_path: Path) -> None:
    run([str(source)], options(tmp_path / "whole", format=format))
    out = tmp_path / "out"
    cut_short(source, out, after, format=format)
    for part in (tmp_path / "out.part", tmp_path / "out.errors.part", tmp_path / "out.journal"):
        if part.exists():
            with part.open("ab") as file:
                file.write(b"[7,6,1,9")
    outcome = run([str(source)], options(out, format=format, resume=True, workers=2))
    assert (outcome.done, outcome.failed) == (98, 2)
    assert contents(out) == contents(tmp_path / "whole")
    assert contents(tmp_path / "out.errors.jsonl") == contents(tmp_path / "whole.errors.jsonl")
    assert not [p.name for p in tmp_path.iterdir() if p.name.endswith((".part", ".journal"))]


@pytest.mark.parametrize("after", ["replace", "manifest"])
def test_killed_between_the_last_steps(
    after: str, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run([str(source)], options(tmp_path / "whole"))

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    if after == "replace":
        monkeypatch.setattr("extractor.batch.engine.Report.finish", killed)
    else:
        monkeypatch.setattr(
            "extractor.batch.engine.Journal.close", lambda self, remove=False: killed() if remove else None
        )
    with pytest.raises(KeyboardInterrupt):
        run([str(source)], options(tmp_path / "out"))
    monkeypatch.undo()
    assert run([str(source)], options(tmp_path / "out", resume=True)).done == 98
    assert (tmp_path / "out").read_bytes() == (tmp_path / "whole").read_bytes()
    assert (tmp_path / "out.errors.jsonl").read_bytes() == (tmp_path / "whole.errors.jsonl").read_bytes()


@pytest.mark.parametrize("resume", [True, False])
def test_what_a_kill_left_half_written_goes(resume: bool, source: Path, tmp_path: Path) -> None:
    more = {"format": "brat", "texts": tmp_path / "texts"}
    run([str(source)], options(tmp_path / "whole", format="brat", texts=tmp_path / "texts"))
    texts = contents(tmp_path / "texts")
    cut_short(source, tmp_path / "out", 40, **more)
    left = [tmp_path / "texts" / ".R1.txt.ab_1x9yz.part", tmp_path / "out" / ".R1.ann.ab_1x9yz.part"]
    left += [tmp_path / ".out.manifest.json.ab_1x9yz.part", tmp_path / ".out.ab_1x9yz" / "made.duckdb"]
    others = [tmp_path / ".mine.ab_1x9yz.part", tmp_path / "texts" / ".my.settings"]
    for path in (*left, *others):
        path.parent.mkdir(exist_ok=True)
        path.write_text("half", encoding="utf-8")
    run([str(source)], options(tmp_path / "out", resume=resume, **more))
    assert not any(path.exists() for path in left) and all(path.exists() for path in others)
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")
    others[1].unlink()
    assert contents(tmp_path / "texts") == texts


def test_resume_without_a_run_before_begins(source: Path, tmp_path: Path) -> None:
    assert run([str(source)], options(tmp_path / "out", resume=True)).done == 98


@pytest.mark.parametrize("change", [{"labels": ("AGE",)}, {"format": "csv"}, {"offset_unit": "utf16"}])
def test_other_options_do_not_go_on(change: dict[str, Any], source: Path, tmp_path: Path) -> None:
    cut_short(source, tmp_path / "out", 40)
    with pytest.raises(UsageError, match=next(iter(change))):
        run([str(source)], options(tmp_path / "out", resume=True, **change))
    assert run([str(source)], options(tmp_path / "out", **change)).done == 98


def test_another_version_does_not_go_on(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cut_short(source, tmp_path / "out", 40)
    monkeypatch.setattr("extractor.__version__", "99")
    with pytest.raises(UsageError, match="another version"):
        run([str(source)], options(tmp_path / "out", resume=True))


def test_other_code_of_the_same_version_does_not_go_on(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_short(source, tmp_path / "out", 40)
    monkeypatch.setattr("extractor.batch.identity.code_digest", lambda: "0" * 64)
    with pytest.raises(UsageError, match="another code:"):
        run([str(source)], options(tmp_path / "out", resume=True))


def test_the_code_digest_sees_every_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "extractor"
    (package / "tag").mkdir(parents=True)
    (package / "__init__.py").write_text("", encoding="utf-8")
    (package / "tag" / "age.py").write_text("LIMIT = 1", encoding="utf-8")
    monkeypatch.setattr("extractor.__file__", str(package / "__init__.py"))

    def digest() -> str:
        return code_digest.__wrapped__()

    seen = [digest()]
    (package / "tag" / "age.py").write_text("LIMIT = 2", encoding="utf-8")
    seen.append(digest())
    (package / "tag" / "age.py").rename(package / "tag" / "ages.py")
    seen.append(digest())
    assert len(set(seen)) == 3 and seen[-1] == digest()


@pytest.mark.parametrize("format", ["jsonl", "brat"])
def test_two_runs_into_one_output_fail_clearly(format: str, source: Path, tmp_path: Path) -> None:
    pytest.importorskip("fcntl")
    hold = (
        "import sys, pathlib; from extractor.batch.lock import locked\n"
        "with locked(pathlib.Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
    )
    out = tmp_path / "out"
    other = subprocess.Popen(
        [sys.executable, "-c", hold, str(out)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert other.stdout is not None and other.stdout.readline() == "held\n"
        with pytest.raises(UsageError, match=f"process {other.pid}"):
            run([str(source)], options(out, format=format))
        assert not out.exists()
    finally:
        other.kill()
        other.wait()
    assert (tmp_path / "out.lock").exists()  # of a process that was killed: no lock any more
    assert run([str(source)], options(out, format=format)).done == 98
    assert not (tmp_path / "out.lock").exists()


def test_a_process_does_not_shut_itself_out_of_its_own_lock(tmp_path: Path) -> None:
    with locked(tmp_path / "out"):
        with pytest.raises(UsageError, match="this process"), locked(tmp_path / "out"):
            pass
        with locked(tmp_path / "other"):
            pass
    with locked(tmp_path / "out"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_an_input_that_changed_does_not_go_on(source: Path, tmp_path: Path) -> None:
    cut_short(source, tmp_path / "out", 40)
    source.write_text(source.read_text(encoding="utf-8").replace("number 9)", "number nine)"), encoding="utf-8")
    with pytest.raises(UsageError, match="not what it was"):
        run([str(source)], options(tmp_path / "out", resume=True))


def test_the_manifest_says_what_was_done_by_what(source: Path, tmp_path: Path) -> None:
    run([str(source)], options(tmp_path / "out"))
    told = json.loads((tmp_path / "out.manifest.json").read_text(encoding="utf-8"))
    assert (told["documents"], told["failed"], told["inputs"]) == (98, 2, [str(source)])
    assert told["rules"] == lines(tmp_path / "out")[0]["extractor"]["rules"] and told["version"]
    assert told["code"] == code_digest()
    assert told["output_digest"] == hashlib.sha256((tmp_path / "out").read_bytes()).hexdigest()


def test_the_manifest_of_a_table_names_its_documents(source: Path, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    for format in ("jsonl", "parquet"):
        run([str(source)], options(tmp_path / format, format=format))
    told = json.loads((tmp_path / "parquet.manifest.json").read_text(encoding="utf-8"))
    assert told["output_digest"] == hashlib.sha256((tmp_path / "jsonl").read_bytes()).hexdigest()


@pytest.mark.skipif(os.name == "nt", reason="needs SIGKILL")
@pytest.mark.parametrize("workers", [1, 2])
def test_killed_at_random_moments_and_resumed(workers: int, tmp_path: Path) -> None:
    source = write_jsonl(tmp_path / "in.jsonl", 1500, bad=(11, 700))
    whole, out = tmp_path / "whole", tmp_path / "out"
    begin = [sys.executable, "-m", "extractor", "annotate", str(source), "--labels", ",".join(LABELS), "--no-progress"]
    subprocess.run([*begin, "-o", str(whole)], stderr=subprocess.DEVNULL, check=False)
    command = [*begin, "-o", str(out), "--workers", str(workers), "--resume", "--texts", str(tmp_path / "texts")]
    chance = random.Random(workers)
    kills = 0
    for _ in range(40):
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL, start_new_session=True)
        before = size(tmp_path / "out.journal")
        if kills < 4:
            while process.poll() is None and size(tmp_path / "out.journal") <= before + 200:
                time.sleep(0.005)
            time.sleep(chance.random() * 0.3)
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
                kills += 1
        if process.wait(timeout=120) in (0, 1):
            break
    assert kills >= 2
    assert out.read_bytes() == whole.read_bytes()
    assert (tmp_path / "out.errors.jsonl").read_bytes() == (tmp_path / "whole.errors.jsonl").read_bytes()
    assert len(list((tmp_path / "texts").glob("*.txt"))) == 1498


def size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
