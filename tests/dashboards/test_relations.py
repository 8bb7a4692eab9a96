"""The customer's side of their conduits: what each company sees, pausing, closing, and who looked."""

from typing import Any

import pytest
from django.test import Client

from conduits import access_log
from conduits.leaving import release_and_close
from conduits.models import AccessLine, Conduit
from conduits.models.conduit import Grant
from conduits.passes.fields import fields_of
from dashboards.templatetags.plainly import WHAT
from parties.models import Company, Person
from picos.event_types import event_types
from tests.dashboards.world import a_clean_photo, a_world, an_entry, browser, read
from tests.factories import a_company, a_conduit, a_person, a_pico, a_product

pytestmark = pytest.mark.django_db

DEFAULT = "your scans, what you share in the journal, notes that your rules send"
PAUSED = "The line to LAMO Footwear is paused. LAMO Footwear sees nothing until you resume."
REOPENED = f"The line to LAMO Footwear is open again. LAMO Footwear sees {DEFAULT}."
CLOSED = "The line to LAMO Footwear is closed. What you write stays with you."


def page_of(conduit: Conduit, path: str = "") -> Any:
    return read(browser(conduit.owner).get(path or f"/things/{conduit.pico.code}", follow=True))


def post(conduit: Conduit, verb: str, **values: Any) -> Any:
    return browser(conduit.owner).post(f"/conduits/{conduit.pk}/{verb}", values, follow=True)


def a_conduit_with(company: str, owner: Person) -> Conduit:
    return a_conduit(owner, a_pico(a_product(a_company(company), name=f"{company}’s thing")))


def test_every_company_stands_there_once_with_its_things() -> None:
    ann = a_person("Ann")
    a_conduit_with("Zeta", ann)
    conduit = a_conduit_with("Alpha", ann)
    a_conduit(ann, a_pico(a_product(Company.objects.get(name="Alpha"), name="Another")))
    a_conduit_with("Beta", a_person("Ben"))
    page = page_of(conduit, "/companies")
    assert [one.text for one in page.all("h2")] == ["Alpha", "Zeta"]
    assert f"Service only, and my data can move. Alpha sees {DEFAULT}." in page.all("main")[0].text
    assert [one.text for one in page.all("strong")] == ["Another", "Alpha’s thing", "Zeta’s thing"]


def test_who_has_no_company_yet_is_told_how_to_get_one() -> None:
    said = read(browser(a_person()).get("/companies")).all("main")[0].text
    assert "No company yet. Claim a thing, and a line to its maker opens." in said


def test_the_owner_says_what_the_company_sees() -> None:
    conduit = a_conduit()
    answer = post(conduit, "grants", grants=["photos", "scans", "scans"])
    assert read(answer).notices == ["LAMO Footwear sees your scans, your photos."]
    assert Conduit.objects.get().grants == ["scans", "photos"]
    ticked = [one.attributes["value"] for one in page_of(conduit).all("input", name="grants", checked="")]
    assert ticked == ["scans", "photos"]


def test_the_owner_may_let_it_see_nothing() -> None:
    conduit = a_conduit()
    assert read(post(conduit, "grants")).notices == ["LAMO Footwear sees nothing."]
    assert Conduit.objects.get().grants == []
    assert "LAMO Footwear sees nothing." in page_of(conduit, "/companies").all("main")[0].text


@pytest.mark.parametrize("grants", [["everything"], ["scans", "\0"], ["x" * 100_000]])
def test_what_no_company_can_see_is_refused_and_changes_nothing(grants: list[str]) -> None:
    conduit = a_conduit()
    answer = post(conduit, "grants", grants=grants)
    assert read(answer).notices == ["One of these is nothing that a company can see. Choose again."]
    assert Conduit.objects.get().grants == ["scans", "entries", "notes"]


@pytest.mark.parametrize(
    ("verbs", "status", "said"),
    [
        (["pause"], "paused", [PAUSED]),
        (["pause", "pause"], "paused", ["The line to LAMO Footwear is paused."]),
        (["pause", "resume"], "open", [REOPENED]),
        (["resume"], "open", ["The line to LAMO Footwear is open."]),
        (["close"], "closed", [CLOSED]),
        (["pause", "close"], "closed", [CLOSED]),
        (["close", "resume"], "closed", ["The line to LAMO Footwear is closed."]),
        (["close", "close"], "closed", ["The line to LAMO Footwear is closed."]),
        (["close", "grants"], "closed", ["The line to LAMO Footwear is closed."]),
    ],
)
def test_the_owner_pauses_resumes_and_closes(verbs: list[str], status: str, said: list[str]) -> None:
    conduit = a_conduit()
    for verb in verbs:
        answer = post(conduit, verb)
    assert answer.redirect_chain == [(f"/things/{conduit.pico.code}", 302)]
    assert read(answer).notices == said
    assert Conduit.objects.get().status == status


def test_a_closed_line_stays_on_the_thing_s_page_with_who_looked() -> None:
    conduit = a_conduit()
    some_lines(conduit, 1)
    heading = "The line to LAMO Footwear"
    assert heading not in [one.text for one in page_of(conduit).all("h2")]
    page = read(post(conduit, "close"))
    assert heading in [one.text for one in page.all("h2")]
    assert "LAMO Footwear sees nothing of yours, and what you write stays with you." in page.all("main")[0].text
    (looked,) = [one.attributes["href"] for one in page.all("a") if one.text == "Who looked"]
    assert page_of(conduit, looked).all("li")[0].text.startswith("No. 1 ·")
    assert not [one for one in page.all("button") if one.text in {"Pause", "Resume", "Close it for good"}]


def test_what_still_passes_stands_before_what_is_closed() -> None:
    ann, company = a_person("Ann"), a_company("LAMO")
    lines = [a_conduit(ann, a_pico(a_product(company, name=name))) for name in ("First", "Second", "Third")]
    post(lines[2], "close")
    post(lines[1], "pause")
    page = page_of(lines[0], "/companies")
    assert [one.text for one in page.all("strong")] == ["Second", "First", "Third"]


def test_the_pages_say_which_lines_are_not_open() -> None:
    ann = a_person("Ann")
    for verb in ("pause", "close"):
        post(a_conduit_with(verb.capitalize(), ann), verb)
    said = page_of(Conduit.objects.latest("pk"), "/companies").all("main")[0].text
    assert "Pause’s thing · paused" in said
    assert "Pause sees nothing." in said
    assert "Close’s thing · closed" in said
    paused = page_of(Conduit.objects.get(status="paused"))
    assert "Paused: Pause sees nothing until you resume." in paused.all("main")[0].text
    assert [one.text for one in paused.all("button", class_="main")] == ["Send", "Resume"]


def beside(conduit: Conduit) -> dict[str, str]:
    """Of each entry that the owner sees: its line, if one is drawn, and what stands above it."""
    entries = [one for one in page_of(conduit).all("li") if "data-entry" in one.attributes]
    return {one.text.split()[-1]: f"{one.attributes.get('class', '')} {one.text}" for one in entries}


def test_the_line_is_drawn_beside_what_the_company_may_read_now() -> None:
    conduit = a_conduit()
    an_entry(conduit, "Private", "private")
    an_entry(conduit, "Shared")
    an_entry(conduit, "Answer", author=conduit.company)

    def drawn() -> list[str]:
        return [word for word, said in beside(conduit).items() if said.startswith("crosses ")]

    assert drawn() == ["Answer", "Shared"]
    assert "only you Private" in beside(conduit)["Private"]
    post(conduit, "grants", grants=["private_entries"])
    assert drawn() == ["Answer", "Private"]
    assert "only you and LAMO Footwear Private" in beside(conduit)["Private"]
    assert "LAMO Footwear does not see it Shared" in beside(conduit)["Shared"]
    post(conduit, "grants", grants=["entries"])
    post(conduit, "pause")
    assert drawn() == ["Answer"]
    assert "does not see it" not in beside(conduit)["Shared"]
    post(conduit, "resume")
    assert drawn() == ["Answer", "Shared"]
    release_and_close(pico=conduit.pico, owner=conduit.owner)
    assert drawn() == ["Answer"]


def test_an_owner_reads_whether_the_company_sees_their_photos() -> None:
    conduit = a_conduit()
    an_entry(conduit, "Look", photos=a_clean_photo())
    unseen = "LAMO Footwear does not see the photo."
    assert unseen in page_of(conduit).all("main")[0].text
    post(conduit, "grants", grants=["entries", "photos"])
    assert unseen not in page_of(conduit).all("main")[0].text


def test_who_looked_stands_in_the_log_in_the_owner_s_words() -> None:
    world = a_world()
    desk = f"/desk/{world.company.slug}"
    world.browser("agent").get(desk)
    world.browser("viewer").get(f"{desk}/conduits/{world.conduit.pk}/entries")
    terms = world.conduit.agreements.get().sha256[:8]
    post(world.conduit, "pause")
    world.browser("agent").get(f"{desk}/conduits/{world.conduit.pk}/entries")
    page = read(world.browser("owner").get(f"/conduits/{world.conduit.pk}/log"))
    shown = ", ".join(field.label for field in fields_of(world.conduit))
    assert [one.text for one in page.all("li")] == [
        "No. 4 · just now Agent (agent at LAMO Footwear) was not told the journal Because the line is paused.",
        (
            "No. 3 · just now Viewer (viewer at LAMO Footwear) looked at the journal "
            f"Because the line is open. Only to serve you with this product, under terms {terms}."
        ),
        (
            "No. 2 · just now Agent (agent at LAMO Footwear) looked at the first line of what you wrote "
            f"Because the line is open. Only to serve you with this product, under terms {terms}."
        ),
        (
            f"No. 1 · just now Agent (agent at LAMO Footwear) looked at what you showed in a call: {shown} "
            f"Because you showed it in a call. Only to serve you with this product, under terms {terms}."
        ),
    ]
    assert "crosses" not in page.all("li")[0].attributes.get("class", "")
    assert page.all("li")[1].attributes["class"] == "crosses"


def some_lines(conduit: Conduit, number: int) -> None:
    line = access_log.Line(
        conduit_id=conduit.pk, outcome="read", who="Ben", what="journal", reason="the conduit is open"
    )
    access_log.write_lines([line] * number)


def test_a_long_log_is_read_page_by_page() -> None:
    conduit = a_conduit()
    some_lines(conduit, 150)
    path = f"/conduits/{conduit.pk}/log"
    first = page_of(conduit, path)
    assert [first.all("li")[place].text.split(" ·")[0] for place in (0, -1)] == ["No. 150", "No. 51"]
    (older,) = [one.attributes["href"] for one in first.all("a") if one.text == "Earlier lines"]
    second = page_of(conduit, f"{path}{older}")
    assert [second.all("li")[place].text.split(" ·")[0] for place in (0, -1)] == ["No. 50", "No. 1"]
    assert not [one for one in second.all("a") if one.text == "Earlier lines"]


@pytest.mark.parametrize("before", ["x", "-1", "0x10", "9" * 30, "²", "\0", "1.5"])
def test_a_wrong_place_to_begin_begins_at_the_newest(before: str) -> None:
    conduit = a_conduit()
    some_lines(conduit, 2)
    answer = browser(conduit.owner).get(f"/conduits/{conduit.pk}/log", {"before": before})
    assert read(answer).all("li")[0].text.startswith("No. 2 ·")


def test_a_log_that_nobody_wrote_in_says_so() -> None:
    conduit = a_conduit()
    assert [one.text for one in page_of(conduit, f"/conduits/{conduit.pk}/log").all("li")] == ["Nobody yet."]


def test_a_log_that_somebody_changed_says_where(client: Client) -> None:
    conduit = a_conduit()
    some_lines(conduit, 3)
    page = page_of(conduit, f"/conduits/{conduit.pk}/log")
    assert "Somebody changed this log" not in page.all("main")[0].text
    Conduit.objects.update(log_length=4)
    page = page_of(conduit, f"/conduits/{conduit.pk}/log")
    assert "Its newest lines are missing. Somebody changed this log." in page.all("main")[0].text


def test_every_event_about_a_thing_can_be_said_to_its_owner() -> None:
    of_a_company = {"endpoint.disabled", "rule.paused"}
    assert {known.name for known in event_types()} - of_a_company <= set(WHAT)


def test_an_owner_reads_of_lines_and_things_never_of_conduits_and_picos() -> None:
    world = a_world()
    for grant in Grant:
        post(world.conduit, "grants", grants=[grant.value])
    for verb in ("pause", "pause", "resume", "resume", "close", "close", "grants"):
        post(world.conduit, verb)
    world.browser("agent").get(f"/desk/{world.company.slug}/conduits/{world.conduit.pk}")
    paths = ["/things", f"/things/{world.pico.code}", f"/P/{world.pico.code}", "/companies", "/rules", "/you"]
    paths += [f"/conduits/{world.conduit.pk}/log", f"/rules/{world.owners_rule.pk}/runs", f"/P/{world.free.code}/claim"]
    for path in paths:
        said = f" {read(world.browser('owner').get(path)).all('main')[0].text.lower()} "
        for word in ("conduit", "pico", "vrm", "entity", "invalid", "oops", "submit", "please note"):
            assert f" {word}" not in said.replace("pico_", ""), (path, word)


def test_a_line_cannot_be_taken_out_by_the_page() -> None:
    conduit = a_conduit()
    some_lines(conduit, 1)
    client = browser(conduit.owner)
    for method in (client.post, client.delete, client.put):
        assert method(f"/conduits/{conduit.pk}/log").status_code == 405
    assert AccessLine.objects.count() == 1


@pytest.mark.parametrize(
    ("who", "said"),
    [
        ("Harbour Cable (webhook)", "Harbour Cable (its program)"),
        ("Harbour Cable (email)", "Harbour Cable (by e-mail)"),
        ("Harbour Cable (hubspot)", "Harbour Cable (its HubSpot)"),
        ("Ben (agent at Harbour Cable)", "Ben (agent at Harbour Cable)"),
        ("Ben", "Ben"),
    ],
)
def test_the_log_names_what_a_company_uses_in_a_person_s_words(who: str, said: str) -> None:
    conduit = a_conduit()
    line = access_log.Line(conduit_id=conduit.pk, outcome="read", who=who, what="journal", reason="the conduit is open")
    access_log.write_lines([line])
    (shown,) = page_of(conduit, f"/conduits/{conduit.pk}/log").all("strong")
    assert shown.text == said
