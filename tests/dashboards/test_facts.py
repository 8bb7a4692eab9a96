"""What answers say beside their words, on the pages of both sides."""

import datetime as dt

import pytest
import time_machine

from conduits.answering import answer
from conduits.models import Conduit
from tests.dashboards.world import browser, read
from tests.factories import a_conduit, a_member

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 21, 14, 40, tzinfo=dt.UTC)
CHANGED = dt.datetime(2026, 11, 21, 16, 10, tzinfo=dt.UTC)


def facts_on_page(conduit: Conduit) -> list[str]:
    """As the owner reads them."""
    page = read(browser(conduit.owner).get(f"/things/{conduit.pico.code}"))
    return [fact.text for fact in page.all("div", class_="fact")]


@pytest.mark.parametrize(
    ("eta", "words"),
    [
        ("2026-11-21T14:41:00Z", "Back by about 14:41 UTC, in 1 minute"),
        ("2026-11-21T15:05:00Z", "Back by about 15:05 UTC, in 25 minutes"),
        ("2026-11-21T17:52:00+01:00", "Back by about 16:52 UTC, in 2 h 12 min"),
        ("2026-11-21T18:40:00Z", "Back by about 18:40 UTC, in 4 h"),
        ("2026-11-22T09:00:00Z", "Back by about Sunday 22 November, 09:00 UTC, in 18 h 20 min"),
        ("2027-01-05T09:00:00Z", "Back by about Tuesday 5 January 2027, 09:00 UTC, in 44 days"),
        ("2026-11-21T14:38:00Z", "Back by about 14:38 UTC. It should be back by now."),
    ],
)
def test_an_eta_is_a_time_that_says_how_long_it_is_until_then(eta: str, words: str) -> None:
    conduit = a_conduit()
    with time_machine.travel(NOW, tick=False):
        answer(conduit=conduit, body="An outage.", data={"eta": eta})
        assert facts_on_page(conduit) == [words]


def test_an_appointment_and_a_parcel_are_shown_as_what_they_are_and_other_data_is_not() -> None:
    conduit = a_conduit()
    with time_machine.travel(NOW, tick=False):
        answer(
            conduit=conduit,
            body="New soles.",
            data={
                "appointment": {"from": "2026-11-24T09:00:00Z", "until": "2026-11-24T12:00:00Z"},
                "tracking": {"url": "https://parcels.example/<4711>", "carrier": "<Post>", "number": "4711"},
                "ticket": "T-900",
            },
        )
        page = read(browser(conduit.owner).get(f"/things/{conduit.pico.code}"))
    assert [fact.text for fact in page.all("div", class_="fact")] == [
        "Appointment: Tuesday 24 November, 09:00 UTC to 12:00 UTC",
        "On its way with <Post>, number 4711: follow it at parcels.example",
    ]
    assert page.all("a", href="https://parcels.example/<4711>")[0].attributes["rel"] == "noopener noreferrer nofollow"
    assert "T-900" not in page.all("main")[0].text


def test_a_correction_stands_in_the_place_of_what_was_said_with_when_and_what_before() -> None:
    conduit = a_conduit()
    with time_machine.travel(NOW, tick=False) as clock:
        first = answer(conduit=conduit, body="An outage.", data={"eta": "2026-11-21T16:40:00Z"})
        clock.move_to(CHANGED)
        answer(
            conduit=conduit, body="It takes longer.", in_reply_to=str(first.pk), data={"eta": "2026-11-21T17:30:00Z"}
        )
        agent = a_member(conduit.company).person
        owners = read(browser(conduit.owner).get(f"/things/{conduit.pico.code}"))
        companys = read(browser(agent).get(f"/desk/{conduit.company.slug}/conduits/{conduit.pk}"))

    for page, more in ((owners, ""), (companys, " Change the time")):
        (fact,) = page.all("div", class_="fact")
        assert fact.text == (
            f"Back by about 17:30 UTC, in 1 h 20 min changed at 16:10 UTC Before: Back by about 16:40 UTC{more}"
        )
        (old,) = page.all("li", id=f"entry-{first.pk}")
        assert fact.text in old.text
        assert page.all("a", href=f"#entry-{first.pk}")[0].text == "what was said before"


def test_what_is_taken_back_is_said_to_be() -> None:
    conduit = a_conduit()
    with time_machine.travel(NOW, tick=False):
        first = answer(conduit=conduit, body="An outage.", data={"eta": "2026-11-21T16:40:00Z"})
        answer(conduit=conduit, body="Nobody knows.", in_reply_to=str(first.pk), data={"eta": None})
        assert facts_on_page(conduit) == [
            "When it is back is not known any more changed at 14:40 UTC Before: Back by about 16:40 UTC"
        ]


def test_what_a_later_answer_replaced_is_read_and_claims_nothing() -> None:
    conduit = a_conduit()
    with time_machine.travel(NOW, tick=False):
        first = answer(conduit=conduit, body="An outage.", data={"eta": "2026-11-21T16:00:00Z"})
        answer(conduit=conduit, body="Later.", in_reply_to=str(first.pk), data={"eta": "2026-11-21T16:40:00Z"})
        answer(conduit=conduit, body="Still.", data={"eta": "2026-11-21T17:30:00Z"})
        page = read(browser(conduit.owner).get(f"/P/{conduit.pico.code}"))
        said = "Said then: Back by about 16:40 UTC Before: Back by about 16:00 UTC"
        stands = "Back by about 17:30 UTC, in 2 h 50 min"
        assert [fact.text for fact in page.all("div", class_="fact")] == [stands, said]
        assert [one.text for one in page.all("p", class_="eta")] == [stands]
        agent = browser(a_member(conduit.company).person)
        desk = read(agent.get(f"/desk/{conduit.company.slug}/conduits/{conduit.pk}"))
        assert [one.text for one in desk.all("div", class_="fact")] == [f"{stands} Change the time", said]
