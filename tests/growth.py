"""Is work linear in the length of its input? Told by a ratio of CPU times, not by a clock limit."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
FACTOR = 8  # the longer input, in shorter ones
SLACK = 3  # linear work takes 8 times as long, quadratic work 64 times: 24 lies between
TRIES = 4  # a busy machine can spoil a measurement, but not make quadratic work look linear


def assert_linear(work: Callable[[T], object], make: Callable[[int], T], small: int) -> None:
    """`work(make(8 * small))` takes at most 24 times as long as `work(make(small))`; `make` is not measured."""
    short, long = make(small), make(FACTOR * small)
    ratio = 0.0
    for _ in range(TRIES):
        ratio = _seconds(work, long, 1) / max(_seconds(work, short, 3), 0.004)
        if ratio <= FACTOR * SLACK:
            return
    raise AssertionError(f"{FACTOR} times the input takes {ratio:.0f} times as long")


def _seconds(work: Callable[[T], object], item: T, repeats: int) -> float:
    best = float("inf")
    for _ in range(repeats):
        start = time.process_time()
        work(item)
        best = min(best, time.process_time() - start)
    return best
