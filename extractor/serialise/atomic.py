"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from extractor.errors import OutputError

_HALF = re.compile(r"\.[a-z0-9_]{8}\.part$")  # files and folders under tempfile's names
_FOLDER = re.compile(r"\.[a-z0-9_]{8}$")


@contextmanager
def atomic_writer(path: Path) -> Iterator[BinaryIO]:
    """A binary file that takes the place of `path` when the block ends well; after an error `path` is as before.

    Raises OutputError when the folder cannot be written to.
    """
    try:
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:80]}.", suffix=".part")
    except OSError as error:
        raise OutputError(f"{path}: {error.strerror}") from None
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
        os.chmod(temporary, _mode(path))
        os.replace(temporary, path)
    except OSError as error:
        raise OutputError(f"{path}: {error.strerror or error}") from None
    finally:
        with suppress(OSError):
            os.unlink(temporary)


def clear_leftovers(folder: Path, start: str = "") -> None:
    """Remove what writers that were killed left in `folder`: half files whose names begin with `start`, and their folders."""
    with suppress(OSError):
        for entry in list(os.scandir(folder)):
            if not entry.name.startswith(f".{start}"):
                continue
            if start and _FOLDER.search(entry.name) and entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry.path, ignore_errors=True)
            elif _HALF.search(entry.name) and entry.is_file(follow_symlinks=False):
                with suppress(OSError):
                    os.unlink(entry.path)


def _mode(path: Path) -> int:
    """Permissions of the file that is replaced; for a new one, what open() would have given."""
    with suppress(OSError):
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def write_atomically(path: Path, data: bytes) -> None:
    """Write `data` to `path` in one step. Raises OutputError."""
    with atomic_writer(path) as file:
        file.write(data)
