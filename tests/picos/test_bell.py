"""The bell: gathers its rings off the request's path, and never fails."""

import threading
from typing import Any

import pytest
from celery import current_app

from picos import bell


class Broker:
    """Counts what it is sent; `send_task` is what Celery's application has."""

    def __init__(self, *, broken: int = 0) -> None:
        self.sent: list[str] = []
        self._broken = broken
        self._sent = threading.Condition()

    def send_task(self, task: str, **options: Any) -> None:
        with self._sent:
            self.sent.append(task)
            self._sent.notify_all()
            if len(self.sent) <= self._broken:
                raise ConnectionError("nobody listens")

    def wait_for(self, number: int) -> None:
        with self._sent:
            assert self._sent.wait_for(lambda: len(self.sent) >= number, timeout=10)


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> Broker:
    broker = Broker()
    monkeypatch.setattr(bell, "current_app", broker)
    return broker


def a_ringer() -> bell._Ringer:
    ringer = bell._Ringer()
    ringer.start()
    return ringer


def test_many_rings_are_few_messages_and_one_follows_the_last(broker: Broker) -> None:
    ringer = a_ringer()
    for _ in range(1000):
        ringer.ring("a")
    broker.wait_for(1)
    before = len(broker.sent)
    ringer.ring("a")
    broker.wait_for(before + 1)
    assert len(broker.sent) < 100


def test_each_task_gets_its_message(broker: Broker) -> None:
    ringer = a_ringer()
    for task in ("a", "b", "a", "c"):
        ringer.ring(task)
    broker.wait_for(3)
    assert set(broker.sent) == {"a", "b", "c"}


def test_a_broker_that_is_gone_stops_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    broker = Broker(broken=2)
    monkeypatch.setattr(bell, "current_app", broker)
    ringer = a_ringer()
    for number in range(1, 4):
        ringer.ring("a")
        broker.wait_for(number)
    assert ringer.is_alive()


@pytest.mark.django_db
def test_the_bell_rings_when_the_transaction_commits_and_not_before(
    rung: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        bell.ring(bell.EVENTS)
        assert rung == []
    assert rung == [bell.EVENTS]


def test_a_broker_that_workers_look_at_gets_two_messages_for_each_look(monkeypatch: pytest.MonkeyPatch) -> None:
    options = current_app.conf.broker_transport_options
    monkeypatch.delitem(options, "polling_interval", raising=False)
    assert bell._gap() == bell.GAP
    monkeypatch.setitem(options, "polling_interval", 0.05)
    assert bell._gap() == 0.025
