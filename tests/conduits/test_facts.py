"""What an answer may say beside its words: what is taken, and which of it stands."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.template.loader import get_template

from conduits.answering import answer
from conduits.facts import kinds
from conduits.facts.standing import facts_of
from conduits.models import Conduit, Delivery
from journals.models import Entry
from picos.models import Event
from picos.scanning import record_scan
from rules.engine import draining as engine
from tests.conftest import Api
from tests.docs.test_lists import page
from tests.each import each
from tests.factories import a_conduit, a_member, an_endpoint

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 21, 14, 40, tzinfo=dt.UTC)
FIRST, LATER = "2026-11-21T16:40:00Z", "2026-11-21T17:30:00Z"
TRACKING = {"url": "https://parcels.example/4711"}


@pytest.fixture
def conduit() -> Conduit:
    """An owner's and a company's."""
    return a_conduit()


def a_scan(conduit: Conduit) -> str:
    return str(record_scan(pico=conduit.pico, visitor=b"12345678", person=None))


def over(*entries: Entry) -> dict[str, list[Any]]:
    """Of these entries, by their words: what each of them once said and nothing claims any more."""
    found = facts_of(sorted(entries, key=lambda entry: entry.pk, reverse=True))
    return {
        entry.body: [value for one in found.standing[entry.pk] if one.is_over for value in one.once_said]
        for entry in entries
        if found.standing[entry.pk]
    }


def standing(*entries: Entry) -> dict[str, list[tuple[str, Any, list[Any]]]]:
    """Of these entries, by their words: name, value and what was said before."""
    found = facts_of(sorted(entries, key=lambda entry: entry.pk, reverse=True))
    return {
        entry.body: [(one.name, one.value, [said.value for said in one.before]) for one in found.standing[entry.pk]]
        for entry in entries
        if found.standing[entry.pk]
    }


@pytest.mark.parametrize("name", ["appointment", "eta", "tracking"])
def test_each_fact_has_an_example_that_is_taken_a_template_and_a_row_in_the_documentation(name: str) -> None:
    kind = kinds()[name]
    kind.check(kind.EXAMPLE, NOW)
    assert get_template(f"facts/{name}.html").render({"value": kind.EXAMPLE}).strip()
    assert f"| `{name}` |" in page("webhooks.md")
    assert set(kinds()) == {"appointment", "eta", "tracking"}


@each(
    "data, field",
    [
        ({"eta": "2026-11-21T14:34:00Z"}, "data.eta"),
        ({"eta": "2027-11-24T00:00:00Z"}, "data.eta"),
        ({"eta": []}, "data.eta"),
        ({"appointment": "tomorrow"}, "data.appointment"),
        ({"appointment": {"from": FIRST}}, "data.appointment"),
        ({"appointment": {"from": FIRST, "until": LATER, "who": "Ben"}}, "data.appointment"),
        ({"appointment": {"from": "noon", "until": LATER}}, "data.appointment.from"),
        ({"appointment": {"from": "2036-11-21T16:40:00Z", "until": LATER}}, "data.appointment.from"),
        ({"appointment": {"from": LATER, "until": FIRST}}, "data.appointment.until"),
        ({"appointment": {"from": FIRST, "until": "2026-11-22T16:41:00Z"}}, "data.appointment.until"),
        ({"appointment": {"from": "2026-11-21T08:00:00Z", "until": "2026-11-21T09:00:00Z"}}, "data.appointment.until"),
        ({"tracking": "https://parcels.example/1"}, "data.tracking"),
        ({"tracking": {"number": "1"}}, "data.tracking"),
        ({"tracking": {"url": "http://parcels.example/1"}}, "data.tracking.url"),
        ({"tracking": {"url": "javascript:alert(1)"}}, "data.tracking.url"),
        ({"tracking": {"url": "https://user@parcels.example/"}}, "data.tracking.url"),
        ({"tracking": {"url": "https://раypal.example/"}}, "data.tracking.url"),
        ({"tracking": {"url": "https://localhost/"}}, "data.tracking.url"),
        ({"tracking": {"url": "https://parcels.example:99999/"}}, "data.tracking.url"),
        ({"tracking": {"url": 5}}, "data.tracking.url"),
        ({"tracking": TRACKING | {"carrier": 5}}, "data.tracking.carrier"),
        ({"tracking": TRACKING | {"number": "1" * 61}}, "data.tracking.number"),
    ],
)
def test_what_is_no_such_fact_is_refused_by_its_field(
    conduit: Conduit, data: dict[str, Any], field: str, api: Api
) -> None:
    with time_machine.travel(NOW, tick=False):
        refused = api(conduit.company).post(f"/conduits/{conduit.pk}/messages", {"body": "Soon.", "data": data})
    assert [refused.status_code, [*refused.json()["errors"]]] == [422, [field]]
    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    "data",
    [
        {"eta": "2026-11-21T14:35:00Z"},
        {"eta": "2027-11-21T00:00:00Z"},
        {"eta": None},
        {"appointment": {"from": "2026-11-21T14:00:00Z", "until": "2026-11-21T15:00:00Z"}},
        {"tracking": {"url": "https://parcels.example:8443/?n=1", "carrier": "", "number": "4711"}},
        {"ticket": 7, "ETA": "soon"},
    ],
)
def test_what_is_one_is_kept_as_it_was_sent(data: dict[str, Any], api: Api) -> None:
    conduit = a_conduit()
    with time_machine.travel(NOW, tick=False):
        taken = api(conduit.company).post(f"/conduits/{conduit.pk}/messages", {"body": "Soon.", "data": data})
    assert [taken.status_code, taken.json()["data"], Entry.objects.get().data] == [201, data, data]


@time_machine.travel(NOW, tick=False)
def test_a_later_answer_to_the_same_takes_the_place_of_the_earlier_one() -> None:
    conduit = a_conduit()
    scan = a_scan(conduit)
    first = answer(conduit=conduit, body="First", in_reply_to=scan, data={"eta": FIRST, "ticket": 7})
    assert standing(first) == {"First": [("eta", FIRST, [])]}
    later = answer(conduit=conduit, body="Later", in_reply_to=scan, data={"eta": LATER, "tracking": TRACKING})

    assert standing(first, later) == {"First": [("eta", LATER, [FIRST])], "Later": [("tracking", TRACKING, [])]}
    assert facts_of([later, first]).shown_at == {later.pk: first.pk}
    # A page that shows only one of them knows the other.
    assert standing(first) == {"First": [("eta", LATER, [FIRST])]}
    assert standing(later)["Later"][0] == ("eta", LATER, [FIRST])
    # Who reads what was passed on knows no later word.
    assert facts_of([first], beyond=False).standing[first.pk][0].value == FIRST


@time_machine.travel(NOW, tick=False)
def test_an_answer_to_the_earlier_answer_corrects_it_too_and_null_takes_it_back() -> None:
    conduit = a_conduit()
    first = answer(conduit=conduit, body="First", data={"eta": FIRST})
    answer(conduit=conduit, body="Later", in_reply_to=str(first.pk), data={"eta": LATER})
    message = str(Event.objects.get(type="conduit.message", data__entry=str(first.pk)).pk)
    answer(conduit=conduit, body="No idea", in_reply_to=message, data={"eta": None})

    assert standing(first) == {"First": [("eta", None, [LATER, FIRST])]}


@time_machine.travel(NOW, tick=False)
def test_the_same_again_changes_nothing() -> None:
    conduit = a_conduit()
    scan = a_scan(conduit)
    first = answer(conduit=conduit, body="First", in_reply_to=scan, data={"eta": FIRST})
    answer(conduit=conduit, body="Again", in_reply_to=scan, data={"eta": FIRST})

    (fact,) = facts_of([first]).standing[first.pk]
    assert (fact.value, fact.changed_at, fact.is_over) == (FIRST, None, False)


@time_machine.travel(NOW, tick=False)
@pytest.mark.parametrize("eta", [LATER, FIRST, "2026-11-21T15:00:00Z"])
def test_of_a_company_s_etas_the_last_said_stands_whatever_it_answers_and_whatever_time_it_is(eta: str) -> None:
    conduit, another = a_conduit(), a_conduit()
    first = answer(conduit=conduit, body="First", in_reply_to=a_scan(conduit), data={"eta": FIRST})
    other = answer(conduit=conduit, body="Other", data={"eta": eta})
    elsewhere = answer(conduit=another, body="Elsewhere", data={"eta": FIRST})

    assert over(first, other, elsewhere) == {"First": [FIRST], "Other": [], "Elsewhere": []}
    # Also on a page that shows the earlier one alone.
    assert over(first) == {"First": [FIRST]}
    # Who reads what was passed on knows no later word.
    assert not facts_of([first], beyond=False).standing[first.pk][0].is_over


@time_machine.travel(NOW, tick=False)
def test_an_earlier_answer_s_correction_stands_again_and_what_was_changed_is_over_as_a_whole() -> None:
    conduit = a_conduit()
    first = answer(conduit=conduit, body="First", data={"eta": FIRST})
    other = answer(conduit=conduit, body="Other", data={"eta": FIRST})
    answer(conduit=conduit, body="Later", in_reply_to=str(first.pk), data={"eta": LATER})
    assert standing(first)["First"] == [("eta", LATER, [FIRST])]
    assert over(first, other) == {"First": [], "Other": [FIRST]}

    answer(conduit=conduit, body="No idea", in_reply_to=str(other.pk), data={"eta": None})
    assert standing(other)["Other"] == [("eta", None, [FIRST])]
    assert over(first, other) == {"First": [LATER, FIRST], "Other": []}

    newest = answer(conduit=conduit, body="Newest", data={"eta": LATER})
    assert over(first, other, newest) == {"First": [LATER, FIRST], "Other": [FIRST], "Newest": []}


@time_machine.travel(NOW, tick=False)
def test_null_in_answer_to_something_else_takes_the_journal_s_eta_back_and_without_one_says_nothing() -> None:
    conduit = a_conduit()
    nothing = answer(conduit=conduit, body="Nothing", data={"eta": None})
    assert standing(nothing) == {}
    first = answer(conduit=conduit, body="First", data={"eta": FIRST})
    null = answer(conduit=conduit, body="Null", data={"eta": None})
    assert standing(first, null) == {"First": [("eta", FIRST, [])], "Null": [("eta", None, [])]}
    assert over(nothing, first, null) == {"First": [FIRST], "Null": []}


@time_machine.travel(NOW, tick=False)
def test_appointments_and_parcels_stand_beside_each_other_and_touch_no_eta() -> None:
    conduit = a_conduit()
    visit = {"from": FIRST, "until": LATER}
    eta = answer(conduit=conduit, body="Eta", data={"eta": FIRST})
    several = [
        answer(conduit=conduit, body=f"{name} {number}", data={name: value})
        for name, value in (("appointment", visit), ("tracking", TRACKING))
        for number in (1, 2)
    ]
    shown = over(eta, *several)
    assert shown == {"Eta": []} | {entry.body: [] for entry in several}


def test_two_agents_who_answer_one_message_both_stand_and_the_later_fact_holds(api: Api) -> None:
    conduit = a_conduit()
    an_endpoint(conduit.company)
    a_scan(conduit)
    engine.drain()
    reference = Delivery.objects.get().webhook_id
    with time_machine.travel(Event.objects.first().at, tick=False) as clock:  # type: ignore[union-attr]
        for minutes in (30, 60):
            eta = (clock_now() + dt.timedelta(minutes=minutes)).isoformat()
            agent = a_member(conduit.company).person
            answer(conduit=conduit, body="On it.", in_reply_to=reference, data={"eta": eta}, agent=agent)
            clock.shift(1)

    first, second = Entry.objects.order_by("pk")
    assert standing(first, second)["On it."][0][1:] == (second.data["eta"], [first.data["eta"]])


def clock_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
