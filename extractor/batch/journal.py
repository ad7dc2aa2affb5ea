"""The journal of a run: what is safely written, so that a run that was killed goes on where it stopped.

JSON lines beside the output (`OUT.journal`): first what makes the output (version, rules, options), then a line after
each chunk: items read, bytes of the part file and of the report, counts, and a digest over ids and texts read so far.
A last line that was torn does not count; whatever the files hold beyond the last whole line is cut off.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from extractor.errors import OutputError, UsageError


class Mark(NamedTuple):
    """A state that a run can go on from."""

    items: int = 0
    done: int = 0
    failed: int = 0
    bytes: int = 0
    error_bytes: int = 0
    digest: str = ""


class Journal:
    """Appends marks; a line is one write, so that a kill leaves whole lines and at most one torn."""

    def __init__(self, path: Path, header: dict[str, Any]) -> None:
        self.path, self.header = path, header
        self._file: BinaryIO | None = None

    def last(self) -> Mark | None:
        """The last mark of a run with the same header; None when nothing was written yet.

        Raises UsageError when the journal is of another version, other rules or options.
        """
        try:
            lines = self.path.read_bytes().split(b"\n")[:-1]
        except FileNotFoundError:
            return None
        except OSError as error:
            raise OutputError(f"{self.path}: {error.strerror}") from None
        found = [line for line in map(_parsed, lines) if line is not None]
        if not found or not isinstance(found[0], dict):
            return None
        changed = sorted(k for k in {*found[0], *self.header} if found[0].get(k) != self.header.get(k))
        if changed:
            raise UsageError(
                f"{self.path}: that run had another {', '.join(changed)}: leave out --resume to begin anew"
            )
        return Mark(*found[-1]) if len(found) > 1 else None

    def begin(self, after: Mark | None) -> None:
        """Open for writing: anew, or behind the last whole line. Raises OutputError."""
        try:
            if after is None:
                self.path.write_bytes(_line(self.header))
            else:
                data = self.path.read_bytes()
                whole = data[: data.rfind(b"\n") + 1]
                if whole != data:
                    with self.path.open("r+b") as file:
                        file.truncate(len(whole))
            self._file = self.path.open("ab", buffering=0)
        except OSError as error:
            raise OutputError(f"{self.path}: {error.strerror}") from None

    def add(self, mark: Mark) -> None:
        """Write a mark; what it speaks of must have been written before."""
        assert self._file is not None
        self._file.write(_line(list(mark)))

    def close(self, remove: bool = False) -> None:
        """Close; the journal of a finished run has no use."""
        if self._file is not None:
            self._file.close()
            self._file = None
        if remove:
            self.path.unlink(missing_ok=True)


def _line(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8") + b"\n"


def _parsed(line: bytes) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return None
