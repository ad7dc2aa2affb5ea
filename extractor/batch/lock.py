"""One run at a time into an output."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from extractor.batch.outputs import beside
from extractor.errors import OutputError, UsageError

try:
    import fcntl
except ImportError:  # Windows: no lock
    fcntl = None  # type: ignore[assignment]

_ours: set[Path] = set()  # a process does not shut itself out


@contextmanager
def locked(out: Path) -> Iterator[None]:
    """Holds `OUT.lock` while the block runs. The system drops the lock of a process that dies, workers do not inherit it.

    Raises UsageError when another run holds it, OutputError when it cannot be made. Where the file system has no locks,
    nothing is locked.
    """
    path = beside(out.absolute(), ".lock")
    if path in _ours:
        raise UsageError(f"{out}: another run of this process is writing it")
    file = _take(path, out)
    _ours.add(path)
    try:
        yield
    finally:
        _ours.discard(path)
        with suppress(OSError):
            path.unlink()  # while it is still ours
        file.close()


def _take(path: Path, out: Path) -> BinaryIO:
    while True:
        try:
            file = path.open("a+b", buffering=0)
        except OSError as error:
            raise OutputError(f"{path}: {error.strerror}") from None
        try:
            if fcntl is not None:
                fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            file.seek(0)
            who = file.read(40).decode("ascii", "replace").strip()
            file.close()
            raise UsageError(
                f"{out}: another run{f' (process {who})' if who else ''} is writing it: wait for it, or name another output"
            ) from None
        except OSError:  # a file system without locks
            pass
        if _same(file, path):
            file.truncate(0)
            file.write(str(os.getpid()).encode())
            return file
        file.close()  # removed by the run that held it, between our opening and locking it


def _same(file: BinaryIO, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), os.stat(path))
    except FileNotFoundError:
        return False
