"""The page of how a person is reached, and the buttons that mute."""

from collections.abc import Iterator
from typing import Any

import pytest

from conduits.models import Dispatch, Mute, Reach, Way
from conduits.reaching.vapid import public_key
from conduits.reaching.ways import ways_of
from parties.models import Person
from parties.vault import open_sealed
from tests.conduits.reaching.browsers import Browser
from tests.conduits.reaching.reached import a_gotify, a_notice, from_company, reach
from tests.conduits.sink import Sink, says
from tests.dashboards.world import browser, read
from tests.factories import a_company, a_conduit, a_person

pytestmark = pytest.mark.django_db

SAID = {"kinds": ["answer", "finder"], "digest": "weekly", "digest_weekday": "2", "digest_hour": "18"}
SAID |= {"quiet_from": "22:00", "quiet_until": "07:30", "urgent_passes": "on", "zone": "Europe/Berlin"}
SAID |= {"per_company": "3"}


@pytest.fixture
def sink() -> Iterator[Sink]:
    with Sink() as listening:
        yield listening


@pytest.fixture
def ann() -> Person:
    return a_person(email="ann@example.com")


def test_what_is_said_is_kept_and_shown(ann: Person) -> None:
    client = browser(ann)
    assert client.post("/you/reach", SAID).status_code == 302
    said: dict[str, Any] = dict(Reach.objects.values().get())
    assert said.pop("quiet_from").isoformat() == "22:00:00"
    assert said.pop("quiet_until").isoformat() == "07:30:00"
    assert sorted(said.pop("muted_kinds")) == ["advisory", "link", "rule", "terms", "thing"]
    assert said == {
        "person_id": ann.pk,
        "zone": "Europe/Berlin",
        "urgent_passes": True,
        "digest": "weekly",
        "digest_hour": 18,
        "digest_weekday": 2,
        "per_company": 3,
    }
    page = read(client.get("/you/reach"))
    ticked = [one.attributes["value"] for one in page.all("input", name="kinds") if "checked" in one.attributes]
    assert ticked == ["answer", "finder"]
    assert page.all("input", name="quiet_until")[0].attributes["value"] == "07:30"
    assert "data-unsaid" not in page.all("select", name="zone")[0].attributes


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"quiet_until": ""}, "Quiet hours take both a beginning and an end; leave both empty for none."),
        ({"quiet_from": "late"}, "Write a time such as 22:00."),
        ({"per_company": "0"}, "At least 1."),
        ({"per_company": "101"}, "At most 100."),
        ({"zone": "Europe/Atlantis"}, "Choose one of those that are there."),
        ({"digest": "hourly"}, "Choose one of those that are there."),
        ({"kinds": ["spam"]}, "Choose one of those that are there."),
    ],
)
def test_what_is_wrong_is_said_beside_it(ann: Person, wrong: dict[str, object], said: str) -> None:
    answer = browser(ann).post("/you/reach", SAID | wrong)
    assert answer.status_code == 422
    assert said in read(answer).all("main")[0].text
    assert not Reach.objects.exists()


def test_all_that_is_there_without_a_word(ann: Person) -> None:
    page = read(browser(ann).get("/you/reach"))
    assert page.heading == "How we reach you"
    assert "E-mail to ann@example.com · on" in page.all("main")[0].text
    assert "data-unsaid" in page.all("select", name="zone")[0].attributes
    assert page.all("div", id="push")[0].attributes["data-key"] == public_key()
    assert "hidden" in page.all("div", id="push")[0].attributes


def test_an_app_is_added_tested_shut_and_taken_away(ann: Person, sink: Sink) -> None:
    client = browser(ann)
    url = f"ntfy://127.0.0.1:{sink.port}/topic"
    assert client.post("/you/reach/apps", {"url": url, "name": ""}).status_code == 302
    way = Way.objects.get(kind="messenger")
    assert (way.name, open_sealed(way.sealed)) == ("ntfy (127.0.0.1)", url)

    assert "from now on" in read(client.get("/you/reach")).all("div", role="status")[0].text

    def press(verb: str) -> str:
        client.post(f"/you/reach/ways/{way.pk}/{verb}")
        return " ".join(one.text for one in read(client.get("/you/reach")).all("div", role="status"))

    assert press("test") == "A test is on its way by ntfy (127.0.0.1). It stands below once it was sent."
    reach()
    assert sink.received[0].json["title"] == "This is a test"
    assert "just now A test ntfy (127.0.0.1) sent" in read(client.get("/you/reach")).all("main")[0].text.replace(
        "  ", " "
    )
    assert press("off") == "ntfy (127.0.0.1) is off."
    assert press("test") == "It is off. Switch it on first."
    assert press("on") == "ntfy (127.0.0.1) is on."
    assert press("remove") == "ntfy (127.0.0.1) is taken away."
    assert not Way.objects.filter(kind="messenger").exists()


def test_an_address_that_does_not_do_is_said_beside_the_field_and_kept(ann: Person) -> None:
    answer = browser(ann).post("/you/reach/apps", {"url": "ntfys://10.0.0.1/x", "name": "Mine"})
    page = read(answer)
    assert answer.status_code == 422
    assert "This address does not lead to a server on the public internet." in page.all("main")[0].text
    assert page.all("input", name="url")[0].attributes["value"] == "ntfys://10.0.0.1/x"
    assert not Way.objects.filter(kind="messenger").exists()


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (Android 14; Mobile; rv:133.0) Gecko/133.0 Firefox/133.0", "Firefox on a phone"),
        ("Mozilla/5.0 (X11) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Safari/537.36", "Chrome"),
        ("Mozilla/5.0 (X11) AppleWebKit/537.36 Chrome/131.0 Safari/537.36 Edg/131.0", "Edge"),
        ("curl/8", "A browser"),
    ],
)
def test_a_browser_is_added_under_its_name(ann: Person, agent: str, name: str) -> None:
    client = browser(ann, **{"User-Agent": agent})
    client.post("/you/reach/browsers", {"endpoint": "https://push.example/1"} | Browser().keys())
    assert Way.objects.get(kind="push").name == name


def test_a_browser_s_address_that_leads_inside_is_refused(ann: Person) -> None:
    client = browser(ann)
    client.post("/you/reach/browsers", {"endpoint": "https://192.168.0.1/1"} | Browser().keys())
    said = read(client.get("/you/reach")).all("div", role="status")[0].text
    assert said == ("This browser could not be added. This address does not lead to a server on the public internet.")
    assert not Way.objects.filter(kind="push").exists()


def test_the_service_worker_is_served_at_the_root() -> None:
    answer = browser().get("/service-worker.js")
    assert (answer.status_code, answer["Content-Type"], answer["Cache-Control"]) == (200, "text/javascript", "no-cache")
    assert b'addEventListener("push"' in answer.content
    assert "script-src 'self'" in answer["Content-Security-Policy"]


def test_a_company_is_muted_at_its_line_and_heard_from_again(ann: Person) -> None:
    conduit = a_conduit(ann)
    client = browser(ann)
    body = {"company": conduit.company.pk, "back": "companies"}
    assert client.post("/you/reach/mutes", body | {"do": "mute"})["Location"] == "/companies"
    page = read(client.get("/companies"))
    assert "Muted: its news, also recalls and warnings, stand under Things only." in page.all("main")[0].text
    assert "LAMO Footwear" in read(client.get("/you/reach")).all("main")[0].text
    client.post("/you/reach/mutes", body | {"do": "unmute"})
    assert not Mute.objects.exists()
    assert (
        next(one.text for one in read(client.get("/companies")).all("button"))
        == "Mute LAMO Footwear, also its warnings"
    )


def test_beside_a_notice_stands_the_button_that_mutes_its_company_or_its_kind(ann: Person) -> None:
    company = a_company("LAMO Footwear")
    from_company(company, ann)
    a_notice(ann, kind="finder", text="A finder wrote: Hello")
    client = browser(ann)
    buttons = [one.text for one in read(client.get("/things")).all("button")]
    assert buttons[:2] == ["Mute what finders write to you", "Mute LAMO Footwear, also its warnings"]
    assert client.post("/you/reach/mutes", {"kind": "finder", "back": "things"})["Location"] == "/things"
    client.post("/you/reach/mutes", {"company": company.pk, "back": "things"})
    assert Reach.objects.get().muted_kinds == ["finder"]
    assert Mute.objects.get().company == company


def test_back_leads_only_to_pages_of_ours(ann: Person) -> None:
    answer = browser(ann).post("/you/reach/mutes", {"kind": "finder", "back": "https://evil.example"})
    assert answer["Location"] == "/you/reach"


def test_a_way_that_broke_is_told_under_things_until_somebody_looks_after_it(ann: Person, sink: Sink) -> None:
    ways_of(ann)
    way = a_gotify(ann, sink.port)
    sink.answer = says(410)
    a_notice(ann)
    reach()
    client = browser(ann)
    said = read(client.get("/things")).all("div", class_="amber")[0].text
    assert said == "We cannot reach you by Gotify (127.0.0.1) any more. It answered 410. Look"
    assert "We switched it off. It answered 410." in read(client.get("/you/reach")).all("main")[0].text
    client.post(f"/you/reach/ways/{way.pk}/on")
    assert read(client.get("/things")).all("div", class_="amber") == []


def test_what_failed_stands_in_the_list(ann: Person, sink: Sink) -> None:
    a_gotify(ann, sink.port)
    sink.answer = says(400)
    a_notice(ann, text="LAMO wrote: Hello")
    reach()
    text = read(browser(ann).get("/you/reach")).all("table")[0].text
    assert "LAMO wrote: Hello" in text
    assert "failed: It answered 400." in text
    assert Dispatch.objects.filter(state="sent").count() == 1
