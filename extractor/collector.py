"""Fewer runs of the garbage collector while a text is read.

A long text makes hundreds of thousands of small objects that all live until its Document is there; going through them again and
again finds nothing. The threshold of the youngest generation is raised meanwhile, never switched off: other threads go on being
collected.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

YOUNGEST = 100_000  # objects made before the youngest generation is looked through

_lock = Lock()
_readers = 0
_before = _during = (0, 0, 0)


@contextmanager
def fewer_collections() -> Iterator[None]:
    """Raises the threshold for the time of the block; the last of several threads to leave puts the old one back.

    A collector that is switched off, and thresholds that somebody else sets meanwhile, stay as they are.
    """
    global _readers, _before, _during
    with _lock:
        _readers += 1
        if _readers == 1:
            _before = _during = gc.get_threshold()
            if 0 < _before[0] < YOUNGEST:
                _during = (YOUNGEST, *_before[1:])
                gc.set_threshold(*_during)
    try:
        yield
    finally:
        with _lock:
            _readers -= 1
            if _readers == 0 and gc.get_threshold() == _during != _before:
                gc.set_threshold(*_before)
