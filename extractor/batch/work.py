"""What a worker does with one record: annotate it, write the Document in the output's format."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from extractor.errors import ExtractorError, InputError
from extractor.extractor import Extractor
from extractor.read import FailedInput, KnownSection, Record
from extractor.schema import Document, DocumentWarning
from extractor.spans import Warn

Encode = Callable[[Document], bytes]


class Job(NamedTuple):
    """A record on its way to a worker: what annotating needs of it; or an input that gave none, with the reason."""

    id: str
    text: str
    source: str
    place: str
    sections: tuple[KnownSection, ...] = ()
    warnings: tuple[Warn, ...] = ()
    code: str = ""
    message: str = ""


class Done(NamedTuple):
    """An encoded Document, or (code not blank) why there is none."""

    payload: bytes
    code: str = ""
    message: str = ""


def job_of(item: Record | FailedInput) -> Job:
    """The job for one item of read_inputs."""
    if isinstance(item, FailedInput):
        return Job("", "", item.source, "", code=item.error.code, message=str(item.error))
    return Job(item.id or "", item.text, item.source, item.place, item.sections, item.warnings)


def lost(job: Job, error: InputError) -> Done:
    """The outcome of a job whose worker died."""
    return Done(b"", error.code, str(error))


def setup(labels: tuple[str, ...], max_chars: int, model: str, offset_unit: str, format: str) -> Callable[[Job], Done]:
    """The work function, with rules loaded; called once in each process."""
    return partial(_work, Extractor.load(labels, max_chars, model), offset_unit, encoder(format))


def _work(extractor: Extractor, offset_unit: str, encode: Encode, job: Job) -> Done:
    if job.code:
        return Done(b"", job.code, job.message)
    try:
        document = extractor.annotate(job.text, job.id, offset_unit, sections=job.sections)
    except InputError as error:
        return Done(b"", error.code, str(error))
    except (ExtractorError, KeyboardInterrupt):
        raise
    except Exception as error:  # a bug of ours on one text must not lose the others: it is named in the report
        return Done(b"", "INTERNAL", " ".join(f"{type(error).__name__}: {error}".split())[:300])
    document.warnings += [DocumentWarning(code=w.code, message=w.message) for w in job.warnings]
    return Done(encode(document))


def encoder(format: str) -> Encode:
    """Bytes of one Document in `format`; parquet and duckdb are made of JSON lines at the end."""
    if format == "csv":
        return _csv
    if format == "brat":
        return _brat
    return _json if format == "json" else _jsonl


def _jsonl(document: Document) -> bytes:
    from extractor.serialise.jsonl import to_json

    return to_json(document) + b"\n"


def _json(document: Document) -> bytes:
    from extractor.serialise.jsonl import to_json

    return to_json(document)


def _csv(document: Document) -> bytes:
    from extractor.serialise.csv_rows import csv_chunks

    return b"".join(list(csv_chunks([document]))[1:])


def _brat(document: Document) -> bytes:
    from extractor.serialise.brat import to_ann

    return to_ann(document).encode("utf-8")
