"""Worker processes: ordered results, bounded read-ahead, flat memory, and a worker that dies takes nobody with it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from extractor.errors import InputError, WorkerLostError

if TYPE_CHECKING:
    from extractor.extractor import Extractor
    from extractor.schema import Document

CHUNK = 16  # items
CHUNK_SIZE = 400_000  # characters
AHEAD = 4  # chunks a process
T = TypeVar("T")
R = TypeVar("R")
Pair = tuple[str | None, str]
_work: Callable[[Any], Any] | None = None
_why_not: Exception | None = None  # what setup() raised in this process


def run_in_order(
    items: Iterable[T],
    setup: Callable[[], Callable[[T], R]],
    n_process: int,
    lost: Callable[[T, WorkerLostError], R],
    size: Callable[[T], int] = lambda _: 0,
) -> Generator[list[R], None, None]:
    """Results of `setup()(item)` for chunks of `items`, in order, from `n_process` processes (1: in this one).

    An item during which a worker died (out of memory, a crash in C) gives `lost(item, error)`; others are done again.
    `setup` and items must be picklable where processes are not forked. Raises what setup() raises (a broken vocabulary).
    """
    if n_process <= 1:
        work = setup()
        for item in items:
            yield [work(item)]
        return
    yield from _Pool(setup, n_process, lost).run(_chunks(items, size))


def _chunks(items: Iterable[T], size: Callable[[T], int]) -> Iterator[list[T]]:
    chunk: list[T] = []
    held = 0
    for item in items:
        chunk.append(item)
        held += size(item)
        if len(chunk) >= CHUNK or held >= CHUNK_SIZE:
            yield chunk
            chunk, held = [], 0
    if chunk:
        yield chunk


class _Pool(Generic[T, R]):
    def __init__(
        self, setup: Callable[[], Callable[[T], R]], n_process: int, lost: Callable[[T, WorkerLostError], R]
    ) -> None:
        self.setup, self.n_process, self.lost = setup, n_process, lost
        self.executor = self._new(n_process)

    def _new(self, n_process: int) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            n_process, mp_context=_context(), initializer=_start, initargs=(self.setup, os.getpid())
        )

    def run(self, chunks: Iterator[list[T]]) -> Iterator[list[R]]:
        waiting: deque[tuple[list[T], Future[list[R]]]] = deque()
        try:
            for chunk in chunks:
                waiting.append((chunk, self._submit(chunk)))
                if len(waiting) >= AHEAD * self.n_process:
                    yield from self._next(waiting)
            while waiting:
                yield from self._next(waiting)
        finally:
            self.executor.shutdown(wait=True, cancel_futures=True)

    def _submit(self, chunk: list[T]) -> Future[list[R]]:
        try:
            return self.executor.submit(_do, chunk)
        except BrokenProcessPool as error:  # it broke meanwhile: found out when the chunk's turn comes
            future: Future[list[R]] = Future()
            future.set_exception(error)
            return future

    def _next(self, waiting: deque[tuple[list[T], Future[list[R]]]]) -> Iterator[list[R]]:
        chunk, future = waiting.popleft()
        try:
            yield future.result()
            return
        except BrokenProcessPool:
            pass
        pending = [chunk, *(c for c, f in waiting if not _good(f))]
        done = {id(c): f.result() for c, f in waiting if _good(f)}
        order = [chunk, *(c for c, _ in waiting)]
        waiting.clear()
        self.executor.shutdown(wait=True, cancel_futures=True)
        suspects = {id(c) for c in pending}
        for one in order:
            yield self._alone(one) if id(one) in suspects else done[id(one)]
        self.executor = self._new(self.n_process)

    def _alone(self, chunk: list[T]) -> list[R]:
        """A suspect chunk in a process of its own; when that dies too, each of its items in one."""
        try:
            return self._in_one(chunk)
        except BrokenProcessPool:
            if len(chunk) == 1:
                why = WorkerLostError(
                    "the worker process died on this text (out of memory, or a crash): it was left out"
                )
                return [self.lost(chunk[0], why)]
            return [result for item in chunk for result in self._alone([item])]

    def _in_one(self, chunk: list[T]) -> list[R]:
        with self._new(1) as executor:
            return executor.submit(_do, chunk).result()


def _good(future: Future[Any]) -> bool:
    return future.done() and not future.cancelled() and future.exception() is None


def _context() -> multiprocessing.context.BaseContext:
    """Forked where that is safe: rules and vocabularies are then shared and need no second loading."""
    safe = sys.platform.startswith("linux") and threading.active_count() == 1
    return multiprocessing.get_context("fork" if safe else "spawn")


def _start(setup: Callable[[], Callable[[Any], Any]], parent: int) -> None:
    global _work, _why_not
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    try:
        _work = setup()
    except Exception as error:  # raised here it would end the process without a word of why: the first task tells it
        _why_not = error


def _end_with(parent: int) -> None:
    """A worker must not outlive a parent that was killed."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def _do(chunk: list[Any]) -> list[Any]:
    if _why_not is not None:
        raise _why_not
    assert _work is not None
    return [_work(item) for item in chunk]


# --- Extractor.annotate_many


def run_ordered(
    extractor: Extractor, pairs: Iterator[Pair], n_process: int, options: dict[str, Any]
) -> Iterator[Document | InputError]:
    """Outcomes in input order from `n_process` processes."""
    setup = partial(_annotator, extractor, options)
    for outcomes in run_in_order(pairs, setup, n_process, lambda _, error: error, _size):
        yield from outcomes


def _size(pair: Pair) -> int:
    return len(pair[1]) if isinstance(pair[1], str) else 0  # what is no text is refused in its turn


def _annotator(extractor: Extractor, options: dict[str, Any]) -> Callable[[Pair], Document | InputError]:
    from extractor.extractor import _outcome
    from extractor.pipeline import warm_up

    warm_up(extractor.labels, extractor.model)
    return partial(_annotate, extractor, options, _outcome)


def _annotate(
    extractor: Extractor, options: dict[str, Any], outcome: Callable[..., Any], pair: Pair
) -> Document | InputError:
    return outcome(extractor, pair, options)
