"""The batch engine: read -> work in order -> write, with a journal to go on from and a report of what failed."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from extractor.batch.identity import identity
from extractor.batch.journal import Journal, Mark
from extractor.batch.lock import locked
from extractor.batch.outputs import FORMATS, BratFolder, Output, PartFile, StandardOutput, beside
from extractor.batch.progress import Progress
from extractor.batch.report import Report
from extractor.batch.texts import write_text
from extractor.batch.work import Done, Job, job_of, lost, setup
from extractor.errors import InputError, OutputError, UsageError
from extractor.extractor import DEFAULT_MODEL, MAX_CHARS, check_labels
from extractor.pipeline import LABELS
from extractor.read import FailedInput, Meter, Record, read_inputs
from extractor.serialise.atomic import clear_leftovers, write_atomically
from extractor.workers import run_in_order


@dataclass(frozen=True)
class Options:
    """What a run does. `out`: a file (brat: a folder), None for standard output; `texts`: a folder for the texts."""

    out: Path | None = None
    format: str = "jsonl"
    labels: tuple[str, ...] = tuple(LABELS)
    offset_unit: str = "codepoint"
    workers: int = 1
    texts: Path | None = None
    resume: bool = False
    fail_fast: bool = False
    progress: bool = True
    max_chars: int = MAX_CHARS
    model: str = DEFAULT_MODEL

    def check(self) -> None:
        """Raise UsageError for what cannot be done."""
        check_labels(self.labels)
        if self.format not in FORMATS:
            raise UsageError(f"unknown format {self.format!r}: use {', '.join(FORMATS)}")
        if self.format == "brat" and self.offset_unit != "codepoint":
            raise UsageError("brat offsets are code points: leave --offset-unit as it is")
        if self.out is None:
            if self.format in ("brat", "parquet", "duckdb"):
                what = "a folder of file pairs" if self.format == "brat" else "a file"
                raise UsageError(f"{self.format} writes {what}: name it with -o")
            if self.resume:
                raise UsageError("--resume needs an output file: name it with -o")
            return
        if not self.out.absolute().parent.is_dir():
            raise UsageError(f"{self.out.parent}: no such folder")
        if self.format == "brat" and self.out.exists() and not self.out.is_dir():
            raise UsageError(f"{self.out}: brat needs a folder, this is a file")
        if self.format != "brat" and self.out.is_dir():
            raise UsageError(f"{self.out}: {self.format} needs a file, this is a folder")
        require(self.format)


def require(format: str) -> None:
    """Raise UsageError when the package that writes `format` is not there."""
    from importlib.util import find_spec

    for package in {"parquet": ("pyarrow",), "duckdb": ("duckdb", "pyarrow")}.get(format, ()):
        if find_spec(package) is None:
            raise UsageError(f"{format} needs the package {package}: pip install 'trial-extractor[{format}]'")


@dataclass(frozen=True)
class Outcome:
    """Documents written and inputs failed, those of the runs before a --resume included."""

    done: int
    failed: int


class FailedFast(InputError):
    """The first failure of a run that stops there."""


Item = Record | FailedInput


def run(inputs: Sequence[str], options: Options) -> Outcome:
    """Annotate `inputs` into the output: all of it, or (killed, --fail-fast) none and a part file to go on from.

    Failed inputs are named on standard error and in `OUT.errors.jsonl`. `OUT.manifest.json` says what was done by what.
    Raises UsageError, OutputError; FailedFast with `fail_fast`.
    """
    options.check()
    _refuse_input_as_output(inputs, options)
    if options.texts is not None:
        try:
            options.texts.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"{options.texts}: {error.strerror}") from None
    try:
        with ExitStack() as stack:
            if options.out is not None:
                stack.enter_context(locked(options.out))
            return _Run(inputs, options, stack).go()
    except BrokenPipeError:
        raise
    except OSError as error:
        where = error.filename or options.out or "standard output"
        raise OutputError(f"{where}: {error.strerror or error}") from None


def _refuse_input_as_output(inputs: Sequence[str], options: Options) -> None:
    for name in inputs:
        with suppress(OSError):  # one of the two does not exist
            if options.out is not None and os.path.samefile(name, options.out):
                raise UsageError(f"{options.out} is an input: name another output")


def _output(options: Options) -> Output:
    if options.out is None:
        return StandardOutput(options.format)
    return BratFolder(options.out) if options.format == "brat" else PartFile(options.out, options.format)


class _Run:
    def __init__(self, inputs: Sequence[str], options: Options, stack: ExitStack) -> None:
        self.inputs, self.options, self.stack = inputs, options, stack
        self.output = _output(options)
        self.journal = Journal(beside(options.out, ".journal"), identity(options)) if options.out else None
        self.meter = Meter()
        self.progress = Progress(self.meter, options.progress)
        self.report = Report(options.out, self.progress.say)
        self.mark = Mark()
        self.hash = hashlib.sha256()
        self.under_way: deque[Item] = deque()

    def go(self) -> Outcome:
        before = self._resume()
        items = read_inputs(self.inputs, self.meter, self._own_files())
        self._skip(items, before)
        written = self.output.open(before.bytes if before else None)
        self.mark = self.mark._replace(bytes=written)
        self.stack.callback(self.output.close)
        self.report.open(before.error_bytes if before else None)
        self.stack.callback(self.report.close)
        if self.journal:
            self.journal.begin(before)
            self.stack.callback(self.journal.close)
        self._work(items)
        digest = self.output.finish(self.mark.done)
        self.report.finish()
        if self.journal:
            self._write_manifest(digest)
            self.journal.close(remove=True)
        return Outcome(self.mark.done, self.mark.failed)

    def _resume(self) -> Mark | None:
        if self.journal is None:
            return None
        if self.journal.path.exists():  # a run was cut short, perhaps while it wrote a file
            self._clear()
        if self.options.resume:
            mark = self.journal.last()
            if mark is None or (self.output.holds(mark.bytes) and self.report.holds(mark.error_bytes)):
                return mark
            # killed after its files had been put in place, or they were taken away
            self.progress.say("nothing is left to go on from: begun anew")
            return None
        if self.journal.path.exists():
            self.progress.say(f"{self.journal.path.name}: a run that was cut short is begun anew (--resume goes on)")
        return None

    def _clear(self) -> None:
        out, texts = self.options.out, self.options.texts
        assert out is not None
        clear_leftovers(out.absolute().parent, f"{out.name[:80]}.")
        for folder in (out if self.options.format == "brat" else None, texts):
            if folder is not None:
                clear_leftovers(folder)

    def _own_files(self) -> list[Path]:
        options = self.options
        own = [options.texts] if options.texts else []
        if options.out:
            own += [
                options.out,
                *(beside(options.out, s) for s in (".part", ".journal", ".lock", ".errors.jsonl", ".errors.part")),
            ]
            own.append(beside(options.out, ".manifest.json"))
        return own

    def _skip(self, items: Iterator[Item], before: Mark | None) -> None:
        """Read past what is done, and make sure that it is the same input."""
        if not before:
            return
        for item in itertools.islice(items, before.items):
            self._digest(item)
        if self.hash.hexdigest() != before.digest and before.items:
            raise UsageError(
                "the input is not what it was when the run was cut short: leave out --resume to begin anew"
            )
        self.mark = before

    def _digest(self, item: Item) -> None:
        if isinstance(item, FailedInput):
            self.hash.update(b"\0failed\0" + item.source.encode("utf-8", "surrogatepass"))
        else:
            text = hashlib.sha256(item.text.encode("utf-8", "surrogatepass")).digest()
            self.hash.update((item.id or "").encode("utf-8", "surrogatepass") + b"\0" + text)

    def _jobs(self, items: Iterator[Item]) -> Iterator[Job]:
        for item in items:
            self.under_way.append(item)
            yield job_of(item)

    def _work(self, items: Iterator[Item]) -> None:
        options = self.options
        ready = partial(setup, options.labels, options.max_chars, options.model, options.offset_unit, options.format)
        jobs = run_in_order(self._jobs(items), ready, options.workers, lost, lambda job: len(job.text))
        with self.progress as progress, closing(jobs):
            progress.skip(self.mark.done + self.mark.failed, self.meter.done)
            for results in jobs:
                failed = self.mark.failed
                position = 0
                for result in results:
                    item = self.under_way.popleft()
                    self._one(item, result)
                    position = item.position if isinstance(item, Record) else 0
                if self.journal:
                    self.journal.add(self.mark)
                progress.step(len(results), self.mark.failed - failed, position)

    def _one(self, item: Item, result: Done) -> None:
        mark = self.mark
        self._digest(item)
        job = job_of(item)
        size, errors, done, failed = mark.bytes, mark.error_bytes, mark.done, mark.failed
        if result.code:
            errors = self.report.add(job, result)
            failed += 1
        else:
            for warning in job.warnings:
                self.progress.say(f"{job.source}: {warning.code}: {warning.message}")
            if self.options.texts is not None and isinstance(item, Record):
                write_text(self.options.texts, item, self.options.offset_unit)
            size = self.output.write(job, result.payload, done == 0)
            done += 1
        self.mark = Mark(mark.items + 1, done, failed, size, errors, self.hash.hexdigest())
        if result.code and self.options.fail_fast:
            if self.journal:
                self.journal.add(self.mark)
            raise FailedFast(f"{job.source}: {result.message} (--fail-fast)")

    def _write_manifest(self, digest: str | None) -> None:
        assert self.options.out is not None and self.journal is not None
        told = {
            **self.journal.header,
            "inputs": list(self.inputs),
            "documents": self.mark.done,
            "failed": self.mark.failed,
            "input_digest": self.mark.digest or self.hash.hexdigest(),
            **({"output_digest": digest} if digest else {}),
        }
        data = json.dumps(told, ensure_ascii=False, indent=1).encode("utf-8", "replace") + b"\n"
        write_atomically(beside(self.options.out, ".manifest.json"), data)
