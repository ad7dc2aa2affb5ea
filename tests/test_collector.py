"""The collector's threshold: raised while texts are read, put back after the last."""

from __future__ import annotations

import gc
from threading import Barrier, Thread

import pytest

from extractor.collector import YOUNGEST, fewer_collections


@pytest.fixture(autouse=True)
def usual_thresholds():
    before = gc.get_threshold()
    gc.set_threshold(700, 10, 10)
    yield
    gc.set_threshold(*before)


def test_raised_inside_and_put_back_after():
    with fewer_collections():
        assert gc.get_threshold() == (YOUNGEST, 10, 10) and gc.isenabled()
        with fewer_collections():
            assert gc.get_threshold()[0] == YOUNGEST
        assert gc.get_threshold()[0] == YOUNGEST
    assert gc.get_threshold() == (700, 10, 10)


def test_put_back_when_a_text_fails():
    with pytest.raises(ValueError), fewer_collections():
        raise ValueError
    assert gc.get_threshold() == (700, 10, 10)


def test_the_last_of_several_threads_puts_it_back():
    both = Barrier(2)

    def read() -> None:
        with fewer_collections():
            both.wait(10)

    threads = [Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert gc.get_threshold() == (700, 10, 10)


@pytest.mark.parametrize("own", [(0, 10, 10), (YOUNGEST * 2, 5, 5)])
def test_a_collector_that_is_off_or_rarer_stays_so(own: tuple[int, int, int]):
    gc.set_threshold(*own)
    with fewer_collections():
        assert gc.get_threshold() == own
    assert gc.get_threshold() == own


def test_what_others_set_meanwhile_stays():
    with fewer_collections():
        gc.set_threshold(1234, 9, 9)
    assert gc.get_threshold() == (1234, 9, 9)
