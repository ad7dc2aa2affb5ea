"""Annotation formats: read(path) -> documents and losses, write(documents, path) -> losses; one module a format.

A format is recognised by what the file holds, not by its name.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from extractor.errors import InputError, UsageError
from extractor.evaluate.gold import GoldDocument, Loss, NameMap, apply_map, check_ids
from extractor.serialise.atomic import atomic_writer

FORMATS = ("brat", "labelstudio", "doccano", "inception", "prodigy", "docbin", "document")


def detect(path: Path) -> str:
    """The format of a file or folder. Raises InputError when it is none of FORMATS."""
    if not path.exists():
        raise InputError(f"{path}: no such file or folder")
    if path.is_dir():
        if next(path.rglob("*.ann"), None):
            return "brat"
        if next(path.rglob("*.xmi"), None) or next(path.rglob("*.zip"), None):
            return "inception"
        raise InputError(f"{path}: neither .ann nor .xmi files in this folder")
    with path.open("rb") as file:
        head = file.read(1 << 16)
    if zipfile.is_zipfile(path) or b"xmi:XMI" in head:
        return "inception"
    if head[:1] == b"\x78":  # zlib: what DocBin.to_bytes writes
        return "docbin"
    stripped = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if stripped.startswith(b"["):
        return "labelstudio"
    if stripped.startswith(b"{"):
        return _of_record(_first_record(path))
    raise InputError(f"{path}: format not recognised: name it, one of {', '.join(FORMATS)}")


def _first_record(path: Path) -> dict:
    with path.open(encoding="utf-8-sig") as file:
        for line in file:
            if line.strip():
                try:
                    record = json.loads(line)
                except ValueError:
                    break
                if isinstance(record, dict):
                    return record
                break
    raise InputError(f"{path}: the first line is no JSON object")


def _of_record(record: dict) -> str:
    if "schema_version" in record:
        return "document"
    if "data" in record and ("annotations" in record or "predictions" in record):
        return "labelstudio"
    if any(key in record for key in ("label", "labels", "entities")):
        return "doccano"
    return "prodigy"


def read_gold(
    path: Path, format: str | None = None, names: NameMap | None = None, texts: Mapping[str, str] | Path | None = None
) -> tuple[list[GoldDocument], list[Loss]]:
    """All documents of `path`, under the names of `names`, and what could not be taken over.

    `texts`: where the texts of the format "document" are, by id and sha256, or a folder of ID.txt files.
    Raises InputError naming the file for what cannot be read, UsageError for an unknown format.
    """
    format = format or detect(path)
    module = _module(format)
    if not path.exists():
        raise InputError(f"{path}: no such file or folder")
    try:
        documents, losses = module.read(path, texts) if format == "document" else module.read(path)
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8: {error}") from None
    check_ids(documents, path)
    if names is None:
        return documents, losses
    mapped = [apply_map(document, names) for document in documents]
    return [document for document, _ in mapped], losses + [loss for _, more in mapped for loss in more]


def write_gold(documents: Sequence[GoldDocument], path: Path, format: str) -> list[Loss]:
    """Writes `documents` (a folder for brat and inception, else one file); returns what the format cannot hold."""
    check_ids(documents, path)
    losses: list[Loss] = _module(format).write(documents, path)
    return losses


def _module(format: str) -> Any:
    if format not in FORMATS:
        raise UsageError(f"unknown format {format!r}: use {', '.join(FORMATS)}")
    return import_module(f"extractor.evaluate.formats.{format}")


def json_lines(path: Path) -> list[tuple[int, dict]]:
    """Number and object of each line; a file that is one JSON array counts as its objects."""
    text = path.read_text(encoding="utf-8-sig")
    if text.lstrip().startswith("["):
        try:
            rows = json.loads(text)
        except ValueError as error:
            raise InputError(f"{path}: broken JSON: {error}") from None
        numbered = list(enumerate(rows, 1))
    else:
        numbered = []
        # not splitlines(): it also splits at U+2028 and the like, which JSON strings may hold bare
        for number, line in enumerate(text.split("\n"), 1):
            if line.strip():
                try:
                    numbered.append((number, json.loads(line)))
                except ValueError as error:
                    raise InputError(f"{path}:{number}: broken JSON: {error}") from None
    for number, row in numbered:
        if not isinstance(row, dict):
            raise InputError(f"{path}:{number}: not a JSON object")
    return numbered


def write_json_lines(rows: Sequence[dict], path: Path) -> None:
    """One compact object a line; the file appears whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_writer(path) as file:
        for row in rows:
            file.write((json.dumps(row, ensure_ascii=False) + "\n").encode())
