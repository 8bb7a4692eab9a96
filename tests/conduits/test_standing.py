"""Whose places messages take: those that hang hold none of the prompt endpoints', and newcomers get a turn."""

import resource
import threading
from collections.abc import Sequence

import pytest
from aiohttp import web

from conduits.delivery import claiming, due, recording, sending, standing
from conduits.delivery import draining as delivery
from conduits.delivery.endpoints import send_test
from conduits.delivery.http import Answer
from conduits.models import Delivery, Endpoint
from tests.conduits.at_once import at_once
from tests.conduits.sink import Received, Sink, says
from tests.factories import a_company, an_endpoint

PROMPT, SLOW, UNPROVEN = Endpoint.Standing.PROMPT, Endpoint.Standing.SLOW, Endpoint.Standing.UNPROVEN
TAKEN = Answer(204, b"", {}, 499, None)
TAKEN_LATE = Answer(204, b"", {}, 500, None)
FAILED = Answer(500, b"", {}, 3, "It answered 500.")


def endpoints(number: int, at: Endpoint.Standing) -> list[Endpoint]:
    """Each of a company of its own."""
    return [an_endpoint(a_company(), standing=at) for _ in range(number)]


def queue(to: Sequence[Endpoint], each: int = 1) -> None:
    for endpoint in to:
        for _ in range(each):
            send_test(endpoint)


def claimed(*, prompt: int = 0, others: int = 0) -> list[claiming.Message]:
    return claiming.claim(due.room_beside(prompt=prompt, others=others)).outgoing


def standing_of(endpoint: Endpoint) -> str:
    return Endpoint.objects.values_list("standing", flat=True).get(pk=endpoint.pk)


@pytest.fixture
def _few_places(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(due, "AT_ONCE", 8)
    monkeypatch.setattr(due, "OTHERS_AT_ONCE", 6)


@pytest.mark.django_db
@pytest.mark.usefixtures("_few_places")
@pytest.mark.parametrize("others", [UNPROVEN, SLOW])
def test_however_many_hang_a_prompt_endpoint_has_its_places(others: Endpoint.Standing) -> None:
    queue(endpoints(20, others), 3)
    hanging = 0
    while more := claimed(others=hanging):
        hanging += len(more)
    (healthy,) = endpoints(1, PROMPT)
    queue([healthy], 5)

    assert hanging == 6
    assert [message.endpoint for message in claimed(others=hanging)] == [healthy] * 5


@pytest.mark.django_db
def test_who_is_not_known_to_answer_gets_one_message_until_it_does() -> None:
    (newcomer,) = endpoints(1, UNPROVEN)
    queue([newcomer], 5)

    (first,) = claimed()
    assert claimed() == []

    recording.record([(first, TAKEN)])
    assert [len(claimed()), standing_of(newcomer)] == [4, "prompt"]


@pytest.mark.django_db
@pytest.mark.usefixtures("_few_places")
def test_a_newcomer_goes_before_the_next_message_of_whoever_has_some_under_way() -> None:
    (slow,) = endpoints(1, SLOW)
    queue([slow], 20)
    hanging = len(claimed()) + len(claimed(others=2))
    (newcomer,) = endpoints(1, UNPROVEN)
    queue([newcomer])

    assert hanging == 4
    assert [message.endpoint for message in claimed(others=5)] == [newcomer]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("before", "answers", "after"),
    [
        (UNPROVEN, [TAKEN], "prompt"),
        (UNPROVEN, [TAKEN_LATE], "slow"),
        (UNPROVEN, [FAILED], "unproven"),
        (SLOW, [TAKEN], "prompt"),
        (PROMPT, [TAKEN_LATE], "slow"),
        (PROMPT, [FAILED], "unproven"),
        (PROMPT, [FAILED, TAKEN], "prompt"),
        (SLOW, [FAILED], "unproven"),
    ],
)
def test_the_last_answers_say_where_an_endpoint_stands(
    before: Endpoint.Standing, answers: list[Answer], after: str
) -> None:
    (endpoint,) = endpoints(1, before)
    queue([endpoint], len(answers))

    recording.record(list(zip(claimed(), answers, strict=True)))

    assert standing_of(endpoint) == after


@pytest.mark.django_db
def test_who_lets_a_message_wait_is_prompt_no_more() -> None:
    prompt, other, failing = endpoints(1, PROMPT) + endpoints(1, PROMPT) + endpoints(1, UNPROVEN)

    standing.note_late([prompt.pk, failing.pk])

    assert [standing_of(one) for one in (prompt, other, failing)] == ["slow", "prompt", "unproven"]


@pytest.mark.django_db
def test_one_that_hangs_gives_its_place_up_before_it_is_answered(sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "A_MOMENT", 0.01)
    monkeypatch.setattr(sending, "AT_A_TIME", 1)
    may_answer, company = threading.Event(), a_company()
    hung, sound = [an_endpoint(company, sink.url(path)) for path in ("/hung", "/sound")]
    queue([hung, sound])

    async def answer(received: Received) -> web.Response:
        if received.path == "/hung":
            await sink.wait_for(may_answer)
        return web.Response()

    sink.answer = answer
    with sending.Sender() as sender:
        sender.send(claimed())
        assert [sender.prompt, sender.others] == [2, 0]
        while not (first := sender.results()):
            pass
        assert [message.endpoint for message, _ in first] == [sound]
        assert [sender.late(), sender.late()] == [[hung.pk], []]
        assert [sender.prompt, sender.others, sender.in_flight] == [0, 1, 1]
        may_answer.set()
        while not (second := sender.results()):
            pass

    assert [message.endpoint for message, _ in second] == [hung]
    assert [sender.prompt, sender.others, sender.in_flight] == [0, 0, 0]


@pytest.mark.django_db
def test_what_is_at_hand_for_one_that_hangs_takes_no_place_after_the_first(
    sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "A_MOMENT", 0.05)
    monkeypatch.setattr(sending, "AT_A_TIME", 1)
    may_answer, company = threading.Event(), a_company()
    hung, sound = [an_endpoint(company, sink.url(path)) for path in ("/hung", "/sound")]
    queue([hung, hung, hung])
    at_hand = claimed()
    queue([sound])

    async def answer(received: Received) -> web.Response:
        if received.path == "/hung":
            await sink.wait_for(may_answer)
        return web.Response()

    sink.answer = answer
    with sending.Sender() as sender:
        sender.send([*at_hand, *claimed()])
        while not (first := sender.results()):
            pass
        assert [message.endpoint for message, _ in first] == [sound]
        assert [sender.late(), sender.prompt, sender.others, sender.in_flight] == [[hung.pk], 0, 3, 3]
        may_answer.set()
        arrived = [message.endpoint for _ in range(3) for message, _ in sender.results() or sender.results()]

    assert arrived[:3] == [hung] * 3


@pytest.mark.django_db
def test_a_process_that_is_starved_itself_finds_nobody_late(sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "A_MOMENT", 0.05)
    queue([an_endpoint(a_company(), sink.url())])

    async def answer(_: Received) -> web.Response:
        # Nothing of the sender's runs before this has ended, and then all that is due meanwhile.
        sender._loop.call_soon_threadsafe(threading.Event().wait, 0.2)
        return web.Response()

    sink.answer = answer
    with sending.Sender() as sender:
        sender.send(claimed())
        while not sender.results():
            pass
        assert sender.late() == []


@pytest.mark.django_db(transaction=True)
def test_a_bell_is_heard_while_a_message_hangs(sink: Sink) -> None:
    """By the thread whose drain it holds, not by another one each time, of which there are few."""
    may_answer, hangs_now = threading.Event(), threading.Event()
    (hung,), (sound,) = endpoints(1, UNPROVEN), endpoints(1, UNPROVEN)
    for endpoint, path in ((hung, "/hung"), (sound, "/sound")):
        Endpoint.objects.filter(pk=endpoint.pk).update(url=sink.url(path))
    queue([hung])

    async def answer(received: Received) -> web.Response:
        if received.path == "/hung":
            hangs_now.set()
            await sink.wait_for(may_answer)
        return web.Response()

    def ring() -> list[int]:
        """How many of each were delivered, before the hung one was."""
        hangs_now.wait(10)
        queue([sound])
        delivery.drain_all()
        watched = threading.Event()
        for _ in range(1000):
            if Delivery.objects.filter(endpoint=sound, state="delivered").exists() or watched.wait(0.01):
                break
        delivered = [Delivery.objects.filter(endpoint=one, state="delivered").count() for one in (sound, hung)]
        may_answer.set()
        return delivered

    sink.answer = answer
    assert at_once(delivery.drain_all, ring) == [None, [1, 0]]
    assert set(Delivery.objects.values_list("state", flat=True)) == {"delivered"}


@pytest.mark.django_db
def test_a_drain_that_broke_does_not_keep_the_next_from_starting(sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    queue([an_endpoint(a_company(), sink.url())])
    sink.answer = says(200)
    with monkeypatch.context() as patch:
        patch.setattr(delivery, "claim", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            delivery.drain_all()

    delivery.drain_all()

    assert Delivery.objects.get().state == "delivered"


@pytest.mark.parametrize(
    ("soft", "hard", "after"),
    [
        (1024, 1_000_000, (4096, 1_000_000)),
        (1024, 2048, (2048, 2048)),
        (1024, resource.RLIM_INFINITY, (4096, resource.RLIM_INFINITY)),
        (20_000, 20_000, (20_000, 20_000)),
        (resource.RLIM_INFINITY, resource.RLIM_INFINITY, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)),
    ],
)
def test_a_sender_may_open_a_socket_for_each_place(
    soft: int, hard: int, after: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = [(soft, hard)]
    monkeypatch.setattr(resource, "getrlimit", lambda _: limits[-1])
    monkeypatch.setattr(resource, "setrlimit", lambda _, wanted: limits.append(wanted))

    with sending.Sender():
        pass

    assert limits[-1] == after
    assert due.AT_ONCE + due.OTHERS_AT_ONCE < sending.SOCKETS
