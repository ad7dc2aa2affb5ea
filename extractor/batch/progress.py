"""Progress of a run on standard error: a bar on a terminal, a plain line now and then elsewhere."""

from __future__ import annotations

import re
import sys
import time
from typing import TYPE_CHECKING, Any

from extractor.read.sources import Meter

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

EVERY = 10.0  # seconds between plain lines
_REFRESH = 0.2
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


class Progress:
    """Counts records; time left is told from the share of the input's bytes that has been read and worked on."""

    def __init__(self, meter: Meter, shown: bool = True, stream: Any = None, every: float = EVERY) -> None:
        self.meter, self.stream, self.every = meter, stream or sys.stderr, every
        self.started = self.told = time.monotonic()
        self.count = self.failed = self.skipped = 0
        self.position = self.first_position = 0
        self.lines = 0
        self._bar = _bar(self.stream) if shown and self.stream.isatty() else None
        self._task: Any = None
        self.shown = shown

    def __enter__(self) -> Progress:
        self.started = self.told = time.monotonic()
        if self._bar is not None:
            self._bar.start()
            self._task = self._bar.add_task("", total=None, counts="")
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._update(True)
            self._bar.stop()
        elif self.lines:
            self._tell()

    def say(self, text: str) -> None:
        """A line of its own on standard error, without the control characters that a file's name may hold."""
        line = "extractor: " + _CONTROL.sub(" ", text)
        if self._bar is not None:
            self._bar.console.print(line, markup=False, highlight=False, soft_wrap=True)
        else:
            print(line, file=self.stream, flush=True)

    def skip(self, count: int, position: int) -> None:
        """Records of an earlier run: they count, but not for the rate."""
        self.skipped, self.first_position, self.position = count, position, position
        self.count = count

    def step(self, count: int, failed: int, position: int) -> None:
        """`count` more records are done, of which `failed` failed; the input is read up to `position`."""
        self.count += count
        self.failed += failed
        self.position = max(position, self.position)
        now = time.monotonic()
        if self._bar is not None:
            if now - self.told >= _REFRESH:
                self.told = now
                self._update(False)
        elif self.shown and now - self.told >= self.every:
            self.told = now
            self._tell()

    @property
    def rate(self) -> float:
        """Records a second."""
        return (self.count - self.skipped) / max(1e-9, time.monotonic() - self.started)

    @property
    def left(self) -> float | None:
        """Seconds left, None while nobody can know."""
        read = self.position - self.first_position
        if not self.meter.total or read <= 0:
            return None
        return max(0, self.meter.total - self.position) * (time.monotonic() - self.started) / read

    def _update(self, finished: bool) -> None:
        assert self._bar is not None
        total = self.meter.total or None
        position = total if finished and total and self.position >= total * 0.999 else self.position
        failed = f", {self.failed:,} failed" if self.failed else ""
        counts = f"{self.count:,} records{failed}, {self.rate:,.0f}/s"
        self._bar.update(self._task, total=total, completed=position, counts=counts)
        self._bar.refresh()

    def _tell(self) -> None:
        self.lines += 1
        parts = [f"{self.count:,} records"]
        if self.failed:
            parts.append(f"{self.failed:,} failed")
        parts.append(f"{self.rate:,.0f} a second")
        if self.meter.total:
            parts.append(f"{min(1.0, self.position / self.meter.total):.0%}")
        left = self.left
        if left:
            parts.append(f"about {duration(left)} left")
        self.say(", ".join(parts))


def duration(seconds: float) -> str:
    """1 h 05 min, 3 min, 20 s."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02} min"
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"


def _bar(stream: Any) -> Bar:
    from rich.console import Console
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    # no thread of its own: worker processes are forked
    return Bar(
        TextColumn("{task.fields[counts]}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn(),
        console=Console(file=stream), auto_refresh=False, transient=False,
    )  # fmt: skip
