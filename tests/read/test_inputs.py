"""Folders, globs, archives, standard input; ids; what an archive may not do."""

from __future__ import annotations

import gzip
import io
import json
import os
import re
import tarfile
import threading
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.read import FailedInput, Meter, Record, read_inputs
from extractor.serialise.names import file_name, id_of
from tests.read import samples

FILES = {
    "b.txt": "Second",
    "a.txt": "First",
    "sub/c.json": json.dumps(samples.v2("NCT00000003")),
    ".hidden": "no",
    "notes.log": "no",
}
IDS = ["a", "b", "NCT00000003"]


def read(*inputs: object) -> list[Record | FailedInput]:
    return list(read_inputs([str(i) for i in inputs]))


def ids(found: list[Record | FailedInput]) -> list[str | None]:
    assert not [str(i.error) for i in found if isinstance(i, FailedInput)]
    return [i.id for i in found if isinstance(i, Record)]


def errors(found: list[Record | FailedInput]) -> list[str]:
    return [str(i.error) for i in found if isinstance(i, FailedInput)]


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def tarred(files: dict[str, bytes], mode: str = "w:gz") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:  # type: ignore[call-overload]
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path / "in"


def test_a_folder_is_read_by_path_without_hidden_files_and_notes(folder: Path) -> None:
    assert ids(read(folder)) == IDS


def test_a_note_that_is_asked_for_is_read(folder: Path) -> None:
    assert ids(read(folder / "notes.log")) == ["notes"]


def test_a_glob(folder: Path) -> None:
    assert ids(read(folder / "*.txt")) == ["a", "b"]
    assert ids(read(folder / "**" / "*.json")) == ["NCT00000003"]
    assert errors(read(folder / "*.none")) == ["no such file"]


def test_own_outputs_inside_a_folder_are_no_inputs(folder: Path) -> None:
    for name in ("a.ann", "out.jsonl.errors.jsonl", "out.jsonl.manifest.json", "a.fields.json", "out.jsonl"):
        (folder / name).write_text("x", encoding="utf-8")
    assert ids(list(read_inputs([str(folder)], skip=[folder / "out.jsonl"]))) == IDS


ARCHIVES = {
    "zip": zipped, "stored": lambda f: zipped(f, zipfile.ZIP_STORED), "tar": lambda f: tarred(f, "w"), "tar.gz": tarred,
    "tar.bz2": lambda f: tarred(f, "w:bz2"), "tar.xz": lambda f: tarred(f, "w:xz"),
}  # fmt: skip


@pytest.mark.parametrize("kind", ARCHIVES)
def test_archives_are_read_in_their_order(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "wrong.pdf"
    path.write_bytes(ARCHIVES[kind]({name: text.encode() for name, text in FILES.items()}))
    assert ids(read(path)) == ["b", "a", "NCT00000003"]
    inner = [r.source for r in read(path) if isinstance(r, Record)]
    assert inner[2] == f"{path}!sub/c.json"


def test_one_packed_file(tmp_path: Path) -> None:
    (tmp_path / "NCT1.txt.gz").write_bytes(gzip.compress(b"Packed"))
    assert ids(read(tmp_path / "NCT1.txt.gz")) == ["NCT1"]


def test_an_archive_in_an_archive(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(tarred({"in.zip": zipped({"a.txt": b"First"})}))
    assert ids(read(tmp_path / "x")) == ["a"]
    (tmp_path / "x").write_bytes(zipped({"1.zip": zipped({"2.zip": zipped({"3.zip": zipped({"a.txt": b"x"})})})}))
    assert "archive in an archive" in errors(read(tmp_path / "x"))[0]


@pytest.mark.parametrize("pack", [zipped, tarred], ids=["zip", "tar"])
def test_a_bomb_is_not_unpacked(pack: object, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(pack({"a.txt": b"0" * 100_000_000, "b.txt": b"late"}))  # type: ignore[operator]
    assert "times its size" in errors(read(tmp_path / "x"))[0]


@pytest.mark.parametrize("pack", [zipped, tarred], ids=["zip", "tar"])
def test_a_damaged_archive_is_a_failed_input(pack: object, tmp_path: Path) -> None:
    data = pack({f"{n}.txt": os.urandom(2000).hex().encode() for n in range(20)})  # type: ignore[operator]
    (tmp_path / "x.bin").write_bytes(data[: len(data) // 2])
    (tmp_path / "y.txt").write_text("Good", encoding="utf-8")
    found = read(tmp_path)
    assert errors(found) and found[-1].id == "y"  # type: ignore[union-attr]


def test_links_in_an_archive_are_not_followed(tmp_path: Path) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        link = tarfile.TarInfo("passwd.txt")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    (tmp_path / "x").write_bytes(out.getvalue())
    assert read(tmp_path / "x") == []


def test_a_spreadsheet_is_told_apart_from_an_archive(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(zipped({"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<x/>"}))
    assert "save it as CSV" in errors(read(tmp_path / "x.zip"))[0]


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    data = json.dumps([samples.v2("NCT7"), samples.v2("NCT8")]).encode()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))
    assert ids(read("-")) == ["NCT7", "NCT8"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_with_a_name_is_read_once(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    text = "Age 18 years or older. " * 10_000
    writer = threading.Thread(target=lambda: pipe.write_text(text, encoding="utf-8"), daemon=True)
    writer.start()
    (found,) = read(pipe)
    assert isinstance(found, Record) and found.text == text


def test_a_text_in_place_of_a_name_is_a_failed_input(folder: Path) -> None:
    found = read("Adults aged 18 years. " * 300, folder / "a.txt")
    assert [type(item) for item in found] == [FailedInput, Record]
    assert "no such file" in errors(found)[0]


def test_own_outputs_are_known_by_any_way_to_them(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "out.jsonl").write_text("x", encoding="utf-8")
    monkeypatch.chdir(folder)
    assert ids(list(read_inputs([f"../{folder.name}"], skip=[Path("out.jsonl")]))) == IDS
    assert ids(list(read_inputs(["."], skip=[Path(f"../{folder.name}/out.jsonl")]))) == IDS


def test_ids_that_come_again_are_numbered(tmp_path: Path) -> None:
    rows = [{"id": i, "text": t} for i, t in [("x", "1"), ("x", "2"), ("x-2", "3"), ("x", "4"), (None, "5"), ("", "5")]]
    (tmp_path / "f").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    found = ids(read(tmp_path / "f"))
    assert found[:4] == ["x", "x-2", "x-2-2", "x-3"] and len(set(found)) == 6
    assert found[4] == "ef2d127de37b942b"


def test_memory_of_a_long_file_stays_flat(tmp_path: Path) -> None:
    import tracemalloc

    path = tmp_path / "big.json"
    study = json.dumps(samples.v2("NCT1", acronym="x" * 20_000))
    with path.open("w", encoding="utf-8") as file:
        file.write("[" + ",".join([study] * 1500) + "]")
    meter = Meter()
    tracemalloc.start()
    count = sum(1 for _ in read_inputs([str(path)], meter))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 1500 and meter.done == meter.total == path.stat().st_size
    assert peak < 8_000_000


def test_a_folder_that_cannot_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.txt").write_text("Given orally", encoding="utf-8")
    whole = os.scandir

    def scandir(path: str) -> object:
        if Path(path).name == "b":
            raise PermissionError(13, "Permission denied", str(path))
        return whole(path)

    monkeypatch.setattr(os, "scandir", scandir)
    found = read(tmp_path)
    assert [i.source if isinstance(i, FailedInput) else i.id for i in found] == ["x", str(tmp_path / "b"), "x-2"]
    assert errors(found) == ["the folder cannot be read: Permission denied"]


def test_a_broken_link_is_named_and_a_pipe_in_a_folder_is_none_of_ours(tmp_path: Path) -> None:
    (tmp_path / "a.txt").symlink_to(tmp_path / "nowhere")
    (tmp_path / "b.txt").write_text("Given orally", encoding="utf-8")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "c.txt")
    found = read(tmp_path)
    assert errors(found) == ["No such file or directory"] and [i.id for i in found if isinstance(i, Record)] == ["b"]


@given(st.text(max_size=300))
def test_a_name_stays_in_its_folder(id: str) -> None:
    name = file_name(id)
    assert name and Path("in", name).parent == Path("in") and name not in (".", "..") and not name.startswith(".")
    assert not set(name) & set('/\\:*?"<>|\0\n') and len(name.encode()) < 180


@given(st.text(max_size=20), st.text(max_size=20))
def test_different_ids_have_different_names(a: str, b: str) -> None:
    assert (file_name(a) == file_name(b)) == (a == b)


def test_usual_ids_are_their_own_names() -> None:
    for id in ("NCT00000001", "2022-002568-62-ES", "ISRCTN12345678", "a (2)"):
        assert file_name(id) == id
    assert file_name("../../etc/passwd") == "%2E.%2F..%2Fetc%2Fpasswd"
    assert file_name("CON") == "%43ON" and file_name("con.fig") == "%63on.fig" and file_name("icon") == "icon"
    assert file_name("试验 β") == "试验 β"


@given(st.text(st.characters(blacklist_categories=("Cs",)), max_size=60))
def test_an_id_comes_back_from_its_name(id: str) -> None:
    assert id_of(file_name(id)) == id or "~" in file_name(id)
    assert "~" not in file_name(id) or not id or len(id) > 16


def test_only_long_ids_are_cut() -> None:
    for id in ("x" * 151, "/" * 60, "é/" * 40):
        name = file_name(id)
        assert name[-9] == "~" and not re.search(r"%.?~", name) and file_name(id + "x") != name
