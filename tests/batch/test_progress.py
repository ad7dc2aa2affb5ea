"""Progress: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import io

import pytest

from extractor.batch.progress import Progress, duration
from extractor.read import Meter


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def watched(stream: io.StringIO, monkeypatch: pytest.MonkeyPatch, shown: bool = True, total: int | None = 1000) -> str:
    """What is told of 5 steps of 100 records, a failed one each, 20 seconds apart: half of the input."""
    clock = iter(range(0, 100_000, 20))
    monkeypatch.setattr("extractor.batch.progress.time.monotonic", lambda: float(next(clock)))
    with Progress(Meter(0, total), shown, stream) as progress:
        for n in range(1, 6):
            progress.step(100, 1, 100 * n)
    return stream.getvalue()


def test_plain_lines_tell_count_rate_share_and_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    told = watched(io.StringIO(), monkeypatch).splitlines()
    assert told[0].startswith("extractor: 100 records, 1 failed,")
    assert "a second" in told[0] and "10%" in told[0] and "left" in told[0]
    assert "500 records, 5 failed" in told[-1] and "50%" in told[-1]
    assert not any("\x1b" in line or "\r" in line for line in told)


def test_nothing_is_told_of_a_short_run() -> None:
    stream = io.StringIO()
    with Progress(Meter(0, 10), True, stream) as progress:
        progress.step(10, 0, 10)
    assert stream.getvalue() == ""


def test_a_terminal_gets_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    told = watched(Terminal(), monkeypatch)
    assert "\x1b[" in told and "500 records, 5 failed" in told and "50%" in told


def test_messages_lose_control_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    for stream in (io.StringIO(), Terminal()):
        with Progress(Meter(), True, stream) as progress:
            progress.say("evil\x1b]0;name\x07\nfile [bold]: broken")
        assert "evil ]0;name file [bold]: broken" in stream.getvalue()


def test_no_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    assert watched(Terminal(), monkeypatch, shown=False) == ""


def test_standard_input_has_no_share(monkeypatch: pytest.MonkeyPatch) -> None:
    told = watched(io.StringIO(), monkeypatch, total=None)
    assert "500 records" in told and "%" not in told and "left" not in told


@pytest.mark.parametrize("seconds, words", [(0.4, "0 s"), (59.6, "1 min 00 s"), (3725, "1 h 02 min")])
def test_durations(seconds: float, words: str) -> None:
    assert duration(seconds) == words
