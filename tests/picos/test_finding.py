"""Finders: their words reach the owner, nobody's address reaches anybody, and nobody is flooded."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.http import Http404
from django.test import Client

from parties.errors import StateForbidsError, TooManyError
from picos.finding import PER_FINDER, access_finder, write_again, write_to_owner
from picos.models import Event, Finder, FinderMessage, Notice, Pico
from tests.conduits.at_once import at_once
from tests.factories import a_conduit, a_pico

pytestmark = pytest.mark.django_db

ANN = b"visitor1"


def found(pico: Pico, visitor: bytes = ANN, **values: str) -> tuple[Finder, str]:
    return write_to_owner(pico=pico, visitor=visitor, **{"message": "It lies in the park."} | values)


def test_a_finder_s_words_reach_the_owner_as_a_notice() -> None:
    conduit = a_conduit()
    finder, _ = found(conduit.pico, contact="finder@example.com")

    notice = Notice.objects.get()
    assert (notice.person, notice.pico) == (conduit.owner, conduit.pico)
    assert notice.text == "A finder wrote: It lies in the park."
    assert notice.path == f"/things/{conduit.pico.code}"
    assert notice.due_at is not None
    assert [(m.from_finder, m.body) for m in finder.messages.all()] == [(True, "It lies in the park.")]


def test_neither_words_nor_contact_of_a_finder_are_in_the_event() -> None:
    conduit = a_conduit()
    finder, token = found(conduit.pico, contact="finder@example.com")
    event = Event.objects.get(type="pico.found")
    assert event.data == {"finder": str(finder.pk)}
    assert (event.actor_kind, event.actor_id, event.owner_id) == ("anonymous", None, conduit.owner_id)
    assert token not in json.dumps(list(Finder.objects.values()), default=str)


def test_the_notice_does_not_carry_the_finder_s_contact() -> None:
    found(a_conduit().pico, contact="finder@example.com")
    assert "finder@example.com" not in Notice.objects.get().text


def test_the_finder_comes_back_by_a_secret_and_by_nothing_else() -> None:
    finder, token = found(a_conduit().pico)
    assert access_finder(token) == finder
    for wrong in ("", "x", str(finder.pk), token[:-1], token.lower()):
        with pytest.raises(Http404):
            access_finder(wrong)


def test_both_sides_write_again_and_the_owner_is_told() -> None:
    finder, _ = found(a_conduit().pico)
    write_again(finder=finder, from_finder=False, body="Thank you, where?")
    write_again(finder=finder, from_finder=True, body="By the pond.")
    assert [(m.from_finder, m.body) for m in finder.messages.all()][1:] == [
        (False, "Thank you, where?"),
        (True, "By the pond."),
    ]
    assert [notice.text for notice in Notice.objects.order_by("pk")] == [
        "A finder wrote: It lies in the park.",
        "The finder wrote: By the pond.",
    ]


def test_what_nobody_owns_has_nobody_to_tell() -> None:
    pico = a_pico()
    with pytest.raises(StateForbidsError, match="Nobody has claimed this one, so there is nobody to tell."):
        found(pico)
    assert not Finder.objects.exists()
    assert not Event.objects.exists()


def test_a_visitor_writes_three_times_within_ten_minutes_and_no_more() -> None:
    pico = a_conduit().pico
    for _ in range(3):
        found(pico)
    with pytest.raises(TooManyError, match="You have written about this already.") as refused:
        found(pico)
    assert refused.value.retry_after == 600
    found(pico, visitor=b"visitor2")
    found(a_conduit().pico)
    assert (Finder.objects.count(), Notice.objects.count()) == (5, 5)


def test_all_together_write_twenty_times_within_ten_minutes_and_no_more() -> None:
    pico = a_conduit().pico
    for number in range(20):
        found(pico, visitor=f"visit{number:03}".encode())
    with pytest.raises(TooManyError):
        found(pico, visitor=b"another1")
    assert Finder.objects.count() == 20


def test_after_ten_minutes_a_visitor_writes_again() -> None:
    pico = a_conduit().pico
    for _ in range(3):
        found(pico)
    Finder.objects.update(created_at=F("created_at") - timedelta(minutes=10))
    found(pico)
    assert Finder.objects.count() == 4


def test_a_conversation_holds_fifty_messages() -> None:
    finder, _ = found(a_conduit().pico)
    FinderMessage.objects.bulk_create(
        [FinderMessage(finder=finder, from_finder=False, body="x") for _ in range(PER_FINDER - 2)]
    )
    write_again(finder=finder, from_finder=True, body="the last")
    with pytest.raises(TooManyError, match="This conversation is full."):
        write_again(finder=finder, from_finder=True, body="one more")
    assert (finder.messages.count(), Notice.objects.count()) == (50, 2)


@pytest.mark.django_db(transaction=True)
def test_the_cap_is_exact_when_many_write_at_once() -> None:
    pico = a_conduit().pico
    results = at_once(*[lambda: found(pico)] * 6)
    assert sorted(type(result).__name__ for result in results) == ["TooManyError"] * 3 + ["tuple"] * 3
    assert (Finder.objects.count(), Event.objects.filter(type="pico.found").count()) == (3, 3)


@pytest.mark.django_db(transaction=True)
def test_the_conversation_s_cap_is_exact_when_both_write_at_once() -> None:
    finder, _ = found(a_conduit().pico)
    FinderMessage.objects.bulk_create(
        [FinderMessage(finder=finder, from_finder=False, body="x") for _ in range(PER_FINDER - 3)]
    )
    results = at_once(*[lambda: write_again(finder=finder, from_finder=True, body="x")] * 5)
    assert sum(isinstance(result, TooManyError) for result in results) == 3
    assert finder.messages.count() == 50


def test_the_owner_of_now_gets_the_message_though_the_page_was_opened_before() -> None:
    conduit = a_conduit()
    opened = Pico.objects.with_product().get(pk=conduit.pico_id)
    other = a_conduit().owner
    Pico.objects.filter(pk=conduit.pico_id).update(owner=other)
    finder, _ = found(opened)
    assert (finder.owner, Notice.objects.get().person) == (other, other)
    assert Event.objects.get(type="pico.found").owner_id == other.pk


def post(pico: Pico, body: Any, **headers: str) -> Any:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Client().generic("POST", f"/P/{pico.code}/found", data, "application/json", headers=headers)


def test_a_message_is_relayed_over_http_without_any_sign_in() -> None:
    conduit = a_conduit()
    answer = post(conduit.pico, {"message": "It lies in the park.", "contact": "finder@example.com"})
    assert (answer.status_code, answer.json()["relayed"]) == (201, True)
    assert Finder.objects.get().contact == "finder@example.com"
    assert conduit.owner.email not in answer.content.decode()


def test_the_fourth_message_over_http_is_429_with_the_seconds_to_wait() -> None:
    pico = a_conduit().pico
    answers = [post(pico, {"message": "It lies in the park."}) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [201, 201, 201, 429]
    assert answers[3]["Retry-After"] == "600"
    assert answers[3]["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "body", [b"{", b"[]", {}, {"message": ""}, {"message": 5}, {"message": "x" * 2001}, {"message": "a\0"}]
)
def test_what_is_no_message_is_refused_and_relayed_to_nobody(body: Any) -> None:
    answer = post(a_conduit().pico, body)
    assert answer.status_code in {400, 422}
    assert answer["Content-Type"] == "application/problem+json"
    assert not Notice.objects.exists()


def test_half_a_pair_of_surrogates_is_no_message() -> None:
    for body in ({"message": "\ud800"}, {"message": "x", "contact": "\udfff"}):
        assert post(a_conduit().pico, body).status_code == 422
    assert not Notice.objects.exists()
