"""A conversation at the desk: what of it a company may read and write, and what its customer never sees."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
import time_machine

from conduits import steering
from conduits.models import AccessLine, Conduit
from conduits.models.conduit import Grant
from journals.models import Entry, Journal
from picos.losing import report_lost
from rules.engine.draining import drain
from tests.dashboards.markup import Markup
from tests.dashboards.world import World, a_world, an_entry, browser, read, written
from tests.factories import a_conduit, a_member, a_rule

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 21, 14, 40, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def make_world() -> Callable[[], World]:
    return a_world


def path_of(world: World, more: str = "") -> str:
    return f"/desk/{world.company.slug}/conduits/{world.conduit.pk}{more}"


def look(world: World, who: str = "agent") -> Markup:
    return read(world.browser(who).get(path_of(world)))


def path_of_thing(world: World) -> str:
    return f"/things/{world.pico.code}"


def say(world: World, body: str = "We mend it.", who: str = "agent", **values: str) -> Any:
    return world.browser(who).post(path_of(world), {"body": body, "visibility": "shared"} | values)


def journal(page: Markup) -> list[str]:
    """The world was made when the first of these tests began, so its entries may be some minutes old."""
    return [
        re.sub(r"\d+ minutes? ago", "just now", one.text)
        for one in page.all("li")
        if one.attributes.get("id", "").startswith("entry-")
    ]


def facts(page: Markup) -> dict[str, str]:
    return dict(zip([one.text for one in page.all("dt")], [one.text for one in page.all("dd")], strict=True))


def test_an_agent_reads_what_was_shared_and_answers_along_the_line(world: World) -> None:
    page = look(world)
    assert page.heading == "Moccasin"
    assert journal(page) == ["The owner · just now The sole came off."]
    answer = say(world)
    assert (answer.status_code, answer["Location"]) == (302, path_of(world))
    entry = Entry.objects.get(author_company=world.company)
    assert (entry.body, entry.visibility, entry.kind) == ("We mend it.", "shared", "answer")
    assert entry.agent_id == world.people["agent"].pk
    assert journal(look(world))[0] == "LAMO Footwear · just now We mend it."
    mine = world.browser("owner").get(f"/P/{world.pico.code}").content.decode()
    assert "We mend it." in mine
    assert "Agent" not in mine


def test_an_answer_ends_the_wait(world: World) -> None:
    assert Journal.objects.get(pk=world.conduit.journal_id).waiting_since is not None
    say(world)
    assert Journal.objects.get(pk=world.conduit.journal_id).waiting_since is None


def test_a_note_for_colleagues_is_never_the_customer_s(world: World) -> None:
    assert say(world, "He always complains.", visibility="private").status_code == 302
    assert Journal.objects.get(pk=world.conduit.journal_id).waiting_since is not None
    assert journal(look(world, "viewer"))[0] == "LAMO Footwear · just now · only LAMO Footwear He always complains."
    drain()
    owner = world.browser("owner")
    paths = [f"/P/{world.pico.code}", f"/P/{world.pico.code}/fragment", f"/things/{world.pico.code}", "/things"]
    for path in [*paths, f"/conduits/{world.conduit.pk}/log", f"/rules/{world.owners_rule.pk}/runs"]:
        assert "He always complains." not in owner.get(path).content.decode(), path
    assert "1 new" not in owner.get("/things/tiles").content.decode()
    assert not world.people["owner"].notices.filter(text__contains="complains").exists()
    assert "He always complains." not in browser().get(f"/P/{world.pico.code}").content.decode()


def test_an_owner_s_private_entry_is_never_the_company_s(world: World) -> None:
    an_entry(world.conduit, "I hate them.", "private")
    assert journal(look(world, "admin")) == ["The owner · just now The sole came off."]
    steering.set_grants(world.conduit, [Grant.ENTRIES, Grant.PRIVATE_ENTRIES])
    assert journal(look(world, "admin"))[0] == "The owner · just now · their own note I hate them."


@pytest.mark.parametrize(
    ("grants", "entries", "name"),
    [
        ([], [], False),
        ([Grant.ENTRIES], ["The sole came off."], False),
        ([Grant.ENTRIES, Grant.CONTACT], ["The sole came off."], True),
        ([Grant.CONTACT], [], True),
    ],
)
def test_the_company_sees_what_is_granted(world: World, grants: list[Grant], entries: list[str], *, name: bool) -> None:
    steering.set_grants(world.conduit, grants)
    page = look(world)
    by = "Owner" if name else "The owner"
    photo = " 1 photo that the owner keeps to themself." if entries else ""
    assert journal(page) == [f"{by} · just now {words}{photo}" for words in entries]
    said = page.all("main")[0].text
    assert ("Its owner keeps their name to themself" in said) is not name
    assert world.people["owner"].email not in said


def test_the_page_lists_what_may_be_seen(world: World) -> None:
    steering.set_grants(world.conduit, [Grant.SCANS, Grant.PHOTOS])
    assert "What its owner lets you see their scans their photos" in look(world).all("main")[0].text
    steering.set_grants(world.conduit, [])
    assert "What its owner lets you see nothing" in look(world).all("main")[0].text


def test_the_facts_are_those_of_the_thing(world: World) -> None:
    shown = facts(look(world))
    assert shown == {
        "Product": "Moccasin",
        "SKU": world.product.sku,
        "Serial": "none",
        "Code": f"{world.pico.code[:4]}-{world.pico.code[4:8]}-{world.pico.code[8:12]}-{world.pico.code[12]}",
        "Status": "claimed",
        "Since": "just now",
    }


def test_that_it_is_lost_is_told_to_a_company_that_sees_scans_alone(world: World) -> None:
    report_lost(pico=world.pico, message="On the bus.", contact="555-0100")
    page = look(world)
    assert facts(page)["Status"] == "lost"
    assert "555-0100" not in page.all("main")[0].text
    steering.set_grants(world.conduit, [Grant.ENTRIES])
    assert facts(look(world))["Status"] == "claimed"
    steering.set_grants(world.conduit, list(Grant))
    steering.pause(world.conduit)
    assert facts(look(world))["Status"] == "claimed"


def test_rules_that_acted_stand_beside_it_and_subscriptions_do_not(world: World) -> None:
    a_rule(world.company, name="Thank them", when={"event": "journal.entry_added"})
    an_entry(world.conduit, "And the other one.")
    drain()
    said = look(world).all("main")[0].text
    assert "Rules that acted Thank them · just now" in said
    assert "Webhook" not in said


@pytest.mark.parametrize(("end", "status"), [(steering.pause, "paused"), (steering.close, "closed")])
def test_through_a_conduit_that_is_not_open_nothing_is_read_or_written(world: World, end: Any, status: str) -> None:
    say(world, "Call him.", visibility="private")
    end(world.conduit)
    page = look(world)
    shut = f"The customer has {status} this conduit, so nothing can be read or sent."
    assert shut in page.all("main")[0].text
    assert journal(page) == []
    assert not page.all("form", id="answer")
    assert not page.all("form", id="settle")
    assert journal(Markup(world.browser("agent").get(path_of(world, "/entries")).content.decode(), whole=False)) == []
    before = Entry.objects.count()
    for visibility in ("shared", "private"):
        answer = say(world, "Are you there?", visibility=visibility)
        page = read(answer)
        assert (answer.status_code, page.errors) == (422, {"": [f"You cannot write now: the conduit is {status}."]})
        assert page.all("textarea", name="body")[0].text == "Are you there?"
    assert Entry.objects.count() == before


def test_a_refused_look_is_logged_too(world: World) -> None:
    steering.pause(world.conduit)
    look(world, "viewer")
    line = AccessLine.objects.get(what="journal")
    assert (line.who, line.outcome) == ("Viewer (viewer at LAMO Footwear)", "refused")
    assert line.reason == "the conduit is paused"


def test_each_look_is_logged(world: World) -> None:
    look(world)
    world.browser("agent").get(path_of(world, "/entries"))
    lines = AccessLine.objects.filter(what="journal")
    assert [line.outcome for line in lines] == ["read", "read"]
    assert lines[0].fields == ["scans", "entries", "notes", "photos"]


def test_while_it_is_paused_the_company_has_not_read_it(world: World) -> None:
    steering.pause(world.conduit)
    look(world)
    assert Journal.objects.get(pk=world.conduit.journal_id).company_read_at is None
    steering.resume(world.conduit)
    look(world)
    assert Journal.objects.get(pk=world.conduit.journal_id).company_read_at is not None


@pytest.mark.parametrize(
    ("values", "errors"),
    [
        ({"body": ""}, {"body": ["Nothing is written here yet."]}),
        ({"body": "x" * 10_001}, {"body": ["At most 10000 letters fit in; this has 10001."]}),
        ({"body": "a\0b"}, {"body": ["There is a character in it that cannot be kept."]}),
        (
            {"visibility": "public"},
            {"visibility": ["Choose one of those that are there."]},
        ),
    ],
)
def test_an_answer_that_cannot_be_taken_is_said_beside_its_field(
    world: World, values: dict[str, str], errors: dict[str, list[str]]
) -> None:
    before = Entry.objects.count()
    answer = say(world, **values)
    assert (answer.status_code, read(answer).errors) == (422, errors)
    assert Entry.objects.count() == before


@pytest.mark.parametrize("visibility", ["shared", "private"])
def test_a_note_for_colleagues_stays_one_when_it_has_to_be_written_anew(world: World, visibility: str) -> None:
    page = read(say(world, "x" * 10_001, visibility=visibility))
    (chosen,) = [one for one in page.all("input", name="visibility") if "checked" in one.attributes]
    assert chosen.attributes["value"] == visibility


def test_an_answer_goes_to_the_customer_unless_it_says_otherwise(world: World) -> None:
    assert world.browser("agent").post(path_of(world), {"body": "We mend it."}).status_code == 302
    assert Entry.objects.get(author_company=world.company).visibility == "shared"


@pytest.mark.parametrize(
    ("eta", "zone", "kept"),
    [
        ("2026-11-21T16:40", "", {"eta": "2026-11-21T16:40:00Z"}),
        ("2026-11-21T17:40", "Europe/Berlin", {"eta": "2026-11-21T16:40:00Z"}),
        ("2026-11-21T11:40", "America/New_York", {"eta": "2026-11-21T16:40:00Z"}),
        ("", "Europe/Berlin", {}),
    ],
)
def test_an_answer_says_by_when_it_is_back_by_the_agent_s_own_clock(
    world: World, eta: str, zone: str, kept: dict[str, str]
) -> None:
    with time_machine.travel(NOW, tick=False):
        assert say(world, eta=eta, zone=zone).status_code == 302
        (said,) = [
            one.text for one in read(world.browser("owner").get(path_of_thing(world))).all("div", class_="fact")
        ] or [""]
    assert Entry.objects.get(author_company=world.company).data == kept
    assert said == ("Back by about 16:40 UTC, in 2 h" if kept else "")


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"eta": "2026-11-21T14:34"}, "This time is past. Give the one by which it is back."),
        ({"eta": "2026-11-21T14:40", "zone": "Europe/Berlin"}, "This time is past. Give the one by which it is back."),
        ({"eta": "2027-11-23T14:40"}, "This time is more than a year off."),
        ({"eta": "soon"}, "This is no date and time."),
        ({"eta": "9999-12-31T23:59", "zone": "America/New_York"}, "This is no date and time."),
        ({"eta": "0001-01-01T00:00+14:00"}, "This is no date and time."),
        (
            {"eta": "2026-11-21T16:40", "zone": "Mars/Olympus"},
            "Your browser named a time zone that is not known here. Nothing was sent.",
        ),
        (
            {"eta": "2026-11-21T16:40", "visibility": "private"},
            "Your colleagues alone would read this time. Send it to the customer, or leave it out.",
        ),
    ],
)
def test_a_time_that_cannot_be_taken_is_said_beside_it_and_all_is_kept(
    world: World, values: dict[str, str], error: str
) -> None:
    before = Entry.objects.count()
    with time_machine.travel(NOW, tick=False):
        answer = say(world, **values)
    page = read(answer)
    assert (answer.status_code, page.errors) == (422, {"eta": [error]})
    assert page.all("textarea", name="body")[0].text == "We mend it."
    shown = {
        one.attributes["name"]: one.attributes.get("value", "") for one in page.all("input") if "name" in one.attributes
    }
    assert (shown["eta"], shown["zone"]) == (values["eta"], values.get("zone", ""))
    assert Entry.objects.count() == before


def answered_by(world: World, eta: str = "2026-11-21T16:40") -> str:
    """The way to change the time of an answer that says this."""
    assert say(world, "An outage.", eta=eta).status_code == 302
    (link,) = [one for one in look(world).all("a") if one.text == "Change the time"]
    path, _, query = link.attributes["href"].partition("?")
    assert (path, query.partition("#")[2]) == (path_of(world), "answer")
    return link.attributes["href"]


@time_machine.travel(NOW, tick=False)
def test_an_agent_changes_a_time_that_was_given_and_the_answer_corrects_that_one(world: World) -> None:
    change = answered_by(world)
    page = read(world.browser("agent").get(change))
    assert "You change the time that stands beside “An outage.”" in page.all("form", id="answer")[0].text
    assert (
        world.browser("agent").post(change, {"body": "It takes longer.", "eta": "2026-11-21T17:30"}).status_code == 302
    )
    later, first = Entry.objects.filter(author_company=world.company)
    assert (later.in_reply_to, later.data) == (first, {"eta": "2026-11-21T17:30:00Z"})
    (fact,) = look(world).all("div", class_="fact")
    assert fact.text.startswith(
        "Back by about 17:30 UTC, in 2 h 50 min changed at 14:40 UTC Before: Back by about 16:40"
    )


@time_machine.travel(NOW, tick=False)
def test_an_agent_takes_a_time_back(world: World) -> None:
    change = answered_by(world)
    assert world.browser("agent").post(change, {"body": "Nobody knows.", "is_unknown": "on"}).status_code == 302
    assert Entry.objects.filter(author_company=world.company)[0].data == {"eta": None}
    owners = read(world.browser("owner").get(path_of_thing(world)))
    assert owners.all("p", class_="eta")[0].text == "When it is back is not known any more"
    assert "Change the time" not in owners.all("main")[0].text
    assert not [one for one in look(world, "viewer").all("a") if one.text == "Change the time"]


@time_machine.travel(NOW, tick=False)
def test_a_change_is_one_thing_and_of_this_conversation(world: World) -> None:
    change, before = answered_by(world), Entry.objects.count()
    for values, error in (
        ({}, "Give the new time, or say that it is not known any more."),
        (
            {"eta": "2026-11-21T17:30", "is_unknown": "on"},
            "Give a time, or say that it is not known any more: not both.",
        ),
        (
            {"is_unknown": "on", "visibility": "private"},
            "Your colleagues alone would read this time. Send it to the customer, or leave it out.",
        ),
    ):
        answer = world.browser("agent").post(change, {"body": "Later.", **values})
        assert (answer.status_code, read(answer).errors) == (422, {"eta": [error]}), values
        assert "You change the time" in read(answer).all("form", id="answer")[0].text
    for other in (str(world.conduit.pk), "x", "%00"):
        path = path_of(world, f"?change={other}")
        assert "You change the time" not in read(world.browser("agent").get(path)).all("main")[0].text
        answer = world.browser("agent").post(path, {"body": "Later.", "eta": "2026-11-21T17:30"})
        unknown = {"": ["There is no such message, event or entry in this conduit."]}
        assert (answer.status_code, read(answer).errors) == (422, unknown)
    assert world.browser("viewer").post(change, {"body": "Later.", "is_unknown": "on"}).status_code == 403
    assert Entry.objects.count() == before


def test_settling_ends_the_wait_until_the_customer_writes_again(world: World) -> None:
    answer = world.browser("agent").post(path_of(world, "/settled"), follow=True)
    assert answer.redirect_chain == [(f"/desk/{world.company.slug}", 302)]
    page = read(answer)
    assert page.notices == ["Closed. It comes back when the customer writes again."]
    assert "Nobody waits for an answer." in page.all("main")[0].text
    assert not look(world).all("form", id="settle")
    assert Entry.objects.count() == 1
    an_entry(world.conduit, "Hello?")
    assert "Hello?" in world.browser("agent").get(f"/desk/{world.company.slug}").content.decode()
    assert look(world).all("form", id="settle")


def test_a_viewer_reads_and_finds_no_form(world: World) -> None:
    page = look(world, "viewer")
    assert journal(page) != []
    assert not page.all("form", method="post")
    before = written()
    assert say(world, who="viewer").status_code == 403
    assert written() == before


def test_the_inbox_beside_it_marks_this_one(world: World) -> None:
    (row,) = [one for one in look(world).all("a") if "data-entry" in one.attributes]
    assert row.attributes["aria-current"] == "true"


def test_another_s_conduit_is_not_there_for_the_company(world: World) -> None:
    other = a_conduit()
    admin = browser(a_member(other.company, "admin").person)
    for method, more in (("get", ""), ("post", ""), ("get", "/entries"), ("post", "/settled")):
        path = f"/desk/{other.company.slug}/conduits/{world.conduit.pk}{more}"
        assert getattr(admin, method)(path, {"body": "Hello"}).status_code == 404
    assert Conduit.objects.count() == 3
