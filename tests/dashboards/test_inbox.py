"""The desk's inbox: only what the gate lets through, longest wait first, and one line in the log for each wait."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from conduits import steering
from conduits.models import AccessLine, Conduit
from conduits.models.conduit import Grant
from journals.models import Journal
from journals.photos import take_photos
from parties.models import Company
from picos.codes import spaced
from tests.dashboards.world import an_entry, browser, everything, read
from tests.factories import a_company, a_conduit, a_member, a_person, a_photo, a_pico, a_product, picos

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> Company:
    return a_company("LAMO", slug="lamo")


@pytest.fixture
def agent(company: Company) -> Client:
    return browser(a_member(company, "agent", a_person("Ben")).person)


def a_customer(company: Company, name: str = "Boot", **values: Any) -> Conduit:
    return a_conduit(a_person(), picos(1, a_product(company, name=name), **values)[0])


def rows(client: Client, query: str = "") -> list[str]:
    answer = client.get(f"/desk/lamo{query}")
    return [one.text for one in read(answer).all("a") if "data-entry" in one.attributes]


def seen(conduit: Conduit) -> int:
    return AccessLine.objects.filter(conduit=conduit, what="inbox").count()


def test_an_empty_inbox_says_so(agent: Client) -> None:
    assert "Nobody waits for an answer." in read(agent.get("/desk/lamo")).all("main")[0].text
    assert rows(agent) == []


def test_who_wrote_waits_with_their_first_line(company: Company, agent: Client) -> None:
    conduit = a_customer(company)
    an_entry(conduit, "The sole came off.\nBoth of them.")
    assert rows(agent) == ["Bootjust now The sole came off."]
    an_entry(conduit, f"{'x' * 200}")
    assert rows(agent) == [f"Bootjust now {'x' * 160}"]


def test_a_photo_without_words_waits_too(company: Company, agent: Client) -> None:
    an_entry(a_customer(company), "", photos=take_photos([a_photo()]))
    assert rows(agent) == ["Bootjust now A photo"]


def test_who_waits_longest_stands_first(company: Company, agent: Client) -> None:
    for hours, name in ((1, "Later"), (3, "First"), (2, "Second")):
        conduit = a_customer(company, name)
        an_entry(conduit)
        Journal.objects.filter(pk=conduit.journal_id).update(waiting_since=timezone.now() - timedelta(hours=hours))
    assert rows(agent) == [
        "First3 hours The sole came off.",
        "Second2 hours The sole came off.",
        "Later1 hour The sole came off.",
    ]


def nothing(_: Conduit) -> None:
    pass


def answer(conduit: Conduit) -> None:
    an_entry(conduit, "We mend it.", author=conduit.company)


def note(conduit: Conduit) -> None:
    an_entry(conduit, "Call him.", "private", author=conduit.company)


def withhold_entries(conduit: Conduit) -> None:
    steering.set_grants(conduit, [grant for grant in Grant if grant != Grant.ENTRIES])


@pytest.mark.parametrize(
    ("visibility", "then", "waits"),
    [
        ("shared", nothing, True),
        ("public", nothing, True),
        ("private", nothing, False),
        ("shared", note, True),
        ("shared", answer, False),
        ("shared", steering.pause, False),
        ("shared", steering.close, False),
        ("shared", withhold_entries, False),
    ],
)
def test_only_what_passes_the_gate_waits(
    company: Company, agent: Client, visibility: str, then: Any, *, waits: bool
) -> None:
    conduit = a_customer(company)
    an_entry(conduit, "The sole came off.", visibility)
    then(conduit)
    assert (rows(agent) == ["Bootjust now The sole came off."]) is waits
    assert (rows(agent) == []) is not waits
    assert seen(conduit) == waits


def test_a_private_entry_after_a_shared_one_is_not_the_line_that_is_shown(company: Company, agent: Client) -> None:
    conduit = a_customer(company)
    an_entry(conduit, "The sole came off.")
    an_entry(conduit, "I hate them.", "private")
    assert rows(agent) == ["Bootjust now The sole came off."]


def test_another_company_s_customers_do_not_stand_there(agent: Client) -> None:
    an_entry(a_conduit())
    assert rows(agent) == []


def test_each_wait_is_logged_once_for_each_member(company: Company, agent: Client) -> None:
    conduit = a_customer(company)
    an_entry(conduit)
    for path in ("/desk/lamo", "/desk/lamo", "/desk/lamo/rows"):
        agent.get(path)
    assert seen(conduit) == 1
    line = AccessLine.objects.get()
    assert (line.who, line.outcome, line.what) == ("Ben (agent at LAMO)", "read", "inbox")
    assert (line.reason, line.fields) == ("the conduit is open", ["entries"])
    browser(a_member(company, "viewer", a_person("Cleo")).person).get("/desk/lamo/rows")
    assert seen(conduit) == 2


def test_a_new_wait_is_a_new_line_in_the_log(company: Company, agent: Client) -> None:
    conduit = a_customer(company)
    an_entry(conduit)
    agent.get("/desk/lamo")
    answer(conduit)
    an_entry(conduit, "And now the other one.")
    agent.get("/desk/lamo")
    agent.get("/desk/lamo")
    assert seen(conduit) == 2


def test_who_is_not_shown_is_not_logged(company: Company, agent: Client) -> None:
    conduit = a_customer(company)
    agent.get("/desk/lamo")
    agent.get("/desk/lamo", {"q": conduit.pico.code})
    assert AccessLine.objects.count() == 0


@pytest.mark.parametrize(
    "ask",
    [
        lambda pico: pico.serial,
        lambda pico: pico.serial.lower(),
        lambda pico: pico.serial[-4:],
        lambda pico: pico.code,
        lambda pico: pico.code.lower(),
        lambda pico: spaced(pico.code)[:9],
        lambda pico: f" {pico.code[:6]} ",
        lambda pico: pico.code.replace("0", "o").replace("1", "i"),
    ],
)
def test_a_conduit_is_found_by_serial_or_code(company: Company, agent: Client, ask: Any) -> None:
    conduit = a_customer(company, serials=["LM-2026-000123"])
    a_customer(company, "Other", serials=["XX-1"])
    answer_ = agent.get("/desk/lamo", {"q": ask(conduit.pico)})
    (row,) = [one for one in read(answer_).all("a") if "data-entry" in one.attributes]
    assert row.attributes["data-entry"] == str(conduit.pk)
    assert row.text == "Boot LM-2026-000123"


@pytest.mark.parametrize("asked", ["nothing", "%", "_", "\\", "'", "\0\0none", "€" * 60, "X-9-none"])
def test_what_nothing_has_finds_nothing(company: Company, agent: Client, asked: str) -> None:
    a_customer(company, serials=["LM-1"])
    answer_ = agent.get("/desk/lamo", {"q": asked})
    assert "Nothing has this serial number or code." in read(answer_).all("main")[0].text


@pytest.mark.parametrize("asked", ["-", "--", " - "])
def test_hyphens_alone_are_no_code(company: Company, agent: Client, asked: str) -> None:
    a_customer(company)
    assert rows(agent, f"?q={asked}") == []


def test_a_search_finds_open_conduits_of_one_s_own_company_only(company: Company, agent: Client) -> None:
    others = a_conduit()
    closed, paused = a_customer(company), a_customer(company)
    steering.close(closed)
    steering.pause(paused)
    free = a_pico(a_product(company))
    for pico in (others.pico, closed.pico, paused.pico, free):
        assert rows(agent, f"?q={pico.code}") == []


def test_a_search_keeps_what_was_typed_and_does_not_listen_for_news(agent: Client) -> None:
    page = read(agent.get("/desk/lamo", {"q": "LM-1"}))
    assert page.all("input", name="q")[0].attributes["value"] == "LM-1"
    assert "data-live-token" not in page.all("main")[0].attributes
    assert "data-live-token" in read(agent.get("/desk/lamo")).all("main")[0].attributes


def test_looking_changes_nothing_but_the_log(company: Company, agent: Client) -> None:
    an_entry(a_customer(company))
    before = everything()
    agent.get("/desk/lamo")
    changed = {name for name, rows_ in everything().items() if rows_ != before[name]}
    assert changed == {"conduits.accessline", "conduits.conduit"}


def test_a_search_says_of_one_s_own_copies_why_nobody_can_be_written_to(company: Company, agent: Client) -> None:
    product = a_product(company, name="Boot")
    paused, closed, free = picos(3, product, serials=["X-1", "X-2", "X-3"])
    steering.pause(a_conduit(a_person(), paused))
    steering.close(a_conduit(a_person(), closed))
    picos(1, a_product(a_company("Other")), serials=["X-4"])
    text = read(agent.get("/desk/lamo?q=x-")).all("main")[0].text
    for words in ("No. X-1 Its owner has paused", "No. X-2 Its owner has closed", "No. X-3 Yours; nobody has claimed"):
        assert words in " ".join(text.split()), text
    (bare,) = picos(1, product)
    assert f"Boot {spaced(bare.code)} Yours;" in read(agent.get(f"/desk/lamo?q={bare.code}")).all("main")[0].text
    assert "X-4" not in text
    assert "Nothing has this" not in text
    assert free.serial in read(agent.get(f"/desk/lamo?q={free.code}")).all("main")[0].text
