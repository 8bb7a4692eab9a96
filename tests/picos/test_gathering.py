"""Asking in groups: everybody gets their own answer, one group is at work at a time, and nobody is forgotten."""

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from picos.gathering import Gatherer


def doubled(numbers: Sequence[int]) -> list[int]:
    return [2 * number for number in numbers]


def test_who_comes_alone_is_answered_at_once() -> None:
    assert Gatherer(doubled, most=8).ask(21) == 42


def test_everybody_gets_their_own_answer_and_groups_never_overlap() -> None:
    groups: list[int] = []
    at_work = threading.Lock()

    def work(numbers: Sequence[int]) -> list[int]:
        assert at_work.acquire(blocking=False)
        groups.append(len(numbers))
        time.sleep(0.001)
        at_work.release()
        return doubled(numbers)

    gatherer = Gatherer(work, most=8)
    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(gatherer.ask, range(500))) == doubled(range(500))
    assert sum(groups) == 500
    assert 1 < max(groups) <= 8


def test_who_comes_meanwhile_goes_with_the_next_group() -> None:
    groups: list[list[int]] = []
    begun, go_on = threading.Event(), threading.Event()

    def work(numbers: Sequence[int]) -> list[int]:
        groups.append(sorted(numbers))
        begun.set()
        go_on.wait(5)
        return doubled(numbers)

    gatherer = Gatherer(work, most=8)
    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(gatherer.ask, 1)
        begun.wait(5)
        others = [pool.submit(gatherer.ask, number) for number in (2, 3, 4)]
        while len(gatherer._waiting) < 3:
            time.sleep(0.001)
        go_on.set()
        assert [one.result(5) for one in (first, *others)] == [2, 4, 6, 8]
    assert groups == [[1], [2, 3, 4]]


def test_a_group_that_fails_fails_for_all_of_it_and_no_other() -> None:
    def work(numbers: Sequence[int]) -> list[int]:
        if 3 in numbers:
            raise ValueError(numbers)
        return doubled(numbers)

    gatherer = Gatherer(work, most=1)
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(gatherer.ask, number) for number in range(6)]
        assert [one.exception() is not None for one in asked] == [False, False, False, True, False, False]
    with pytest.raises(ValueError, match="3"):
        gatherer.ask(3)
    assert gatherer.ask(4) == 8
