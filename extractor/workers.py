"""Worker processes for many texts: ordered, bounded read-ahead, flat memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from extractor.errors import InputError
    from extractor.extractor import Extractor
    from extractor.schema import Document

CHUNK = 16
Pair = tuple[str | None, str]
_worker: Extractor | None = None


def _start(extractor: Extractor) -> None:
    global _worker
    _worker = type(extractor).load(extractor.labels, extractor.max_chars)


def _chunk(pairs: list[Pair], options: dict[str, Any]) -> list[Document | InputError]:
    from extractor.extractor import _outcome

    assert _worker is not None
    return [_outcome(_worker, pair, options) for pair in pairs]


def run_ordered(
    extractor: Extractor, pairs: Iterator[Pair], n_process: int, options: dict[str, Any]
) -> Iterator[Document | InputError]:
    """Outcomes in input order from `n_process` processes; at most 4 chunks a process are read ahead."""
    waiting: deque[Future[list[Document | InputError]]] = deque()
    with ProcessPoolExecutor(n_process, initializer=_start, initargs=(extractor,)) as pool:
        while chunk := list(islice(pairs, CHUNK)):
            waiting.append(pool.submit(_chunk, chunk, options))
            if len(waiting) >= 4 * n_process:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()
