"""The report of what failed."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from extractor.batch.outputs import beside
from extractor.batch.work import Done, Job
from extractor.errors import OutputError


class Report:
    """Failed inputs: named on standard error, and a JSON line each in `OUT.errors.jsonl` (no failures: no file)."""

    def __init__(self, out: Path | None, say: Callable[[str], None]) -> None:
        self.say = say
        self.path = beside(out, ".errors.jsonl") if out else None
        self.part = beside(out, ".errors.part") if out else None
        self._file: BinaryIO | None = None
        self._at = 0

    def holds(self, at: int) -> bool:
        """Does the part file have the bytes that the journal speaks of?"""
        return not at or (self.part is not None and self.part.exists() and self.part.stat().st_size >= at)

    def open(self, at: int | None) -> None:
        if self.part is None:
            return
        try:
            if at:
                with self.part.open("r+b") as file:
                    file.truncate(at)
                self._at = at
            else:
                self.part.unlink(missing_ok=True)
        except OSError as error:
            raise OutputError(f"{self.part}: {error.strerror}") from None

    def add(self, job: Job, result: Done) -> int:
        where = f"{job.source}: {job.place}" if job.place else job.source
        self.say(f"{where}: {result.code}: {result.message}")
        if self.part is not None:
            if self._file is None:
                self._file = self.part.open("ab", buffering=0)
            told = {
                "id": job.id or None,
                "source": job.source,
                "place": job.place,
                "code": result.code,
                "message": result.message,
            }
            line = json.dumps(told, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
            self._file.write(line)
            self._at += len(line)
        return self._at

    def finish(self) -> None:
        self.close()
        if self.part is not None and self.path is not None:
            if self._at:
                os.replace(self.part, self.path)
            else:
                self.path.unlink(missing_ok=True)

    def close(self) -> None:
        if self._file is not None:
            with suppress(OSError):
                self._file.close()
            self._file = None
