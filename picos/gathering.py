"""Doing what many threads ask for in one go: who comes while others are at work waits, and goes with the next group."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Question = TypeVar("Question")
Answer = TypeVar("Answer")


def _held() -> threading.Lock:
    lock = threading.Lock()
    lock.acquire()
    return lock


@dataclass(slots=True, eq=False)
class _Asker(Generic[Question, Answer]):
    question: Question
    # Free once the asker may go on: as an Event, waking somebody would take as long as all the rest here.
    called: threading.Lock = field(default_factory=_held)
    leads: bool = False
    answer: Answer | None = None
    error: BaseException | None = None


class Gatherer(Generic[Question, Answer]):
    """`ask` from any thread; `work` answers a group of questions, in their order, for one group at a time.

    No thread of its own: whoever finds nobody at work leads the group that has gathered, and hands over to one who
    waits. So a question that comes alone is answered at once, and the busier it is, the larger the groups.
    """

    def __init__(self, work: Callable[[Sequence[Question]], Sequence[Answer]], *, most: int) -> None:
        """`most` questions go in one group."""
        self._work = work
        self._most = most
        self._lock = threading.Lock()
        self._waiting: list[_Asker[Question, Answer]] = []
        self._busy = False

    def ask(self, question: Question) -> Answer:
        """The answer. Raises what `work` raised for the group."""
        me: _Asker[Question, Answer] = _Asker(question)
        with self._lock:
            self._waiting.append(me)
            me.leads = not self._busy
            self._busy = True
        if not me.leads:
            me.called.acquire()
        if me.leads:
            self._lead()
        if me.error is not None:
            raise me.error
        return me.answer  # type: ignore[return-value]

    def _lead(self) -> None:
        """Whoever leads is the first of those that wait."""
        with self._lock:
            group = self._waiting[: self._most]
            del self._waiting[: self._most]
        try:
            for asker, answer in zip(group, self._work([asker.question for asker in group]), strict=True):
                asker.answer = answer
        except BaseException as error:  # noqa: BLE001 (each of the group raises it)
            for asker in group:
                asker.error = error
        finally:
            self._hand_over()
            for asker in group:
                asker.called.release()

    def _hand_over(self) -> None:
        with self._lock:
            self._busy = bool(self._waiting)
            if self._waiting:
                self._waiting[0].leads = True
                self._waiting[0].called.release()
