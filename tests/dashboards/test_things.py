"""The customer's dashboard: tiles, adding a thing by hand, lost and found again."""

from typing import Any

import pytest
from django.test import Client

from conduits import steering
from conduits.models import Conduit
from journals.by_link import write_by_link
from journals.models import Journal
from picos.channels import open_channel
from picos.codes import spaced
from picos.finding import write_again, write_to_owner
from picos.losing import report_lost
from picos.models import Event, Loss, Pico
from tests.dashboards.world import a_world, an_entry, browser, everything, read
from tests.factories import a_company, a_conduit, a_member, a_person, a_pico, a_product

pytestmark = pytest.mark.django_db

EMPTY = "Scan something you own, or add it by hand."


def tiles(client: Client) -> list[str]:
    page = read(client.get("/things"))
    return [one.text for one in page.all("li")]


def test_a_visitor_is_led_to_the_code_field(client: Client) -> None:
    page = read(client.get("/"))
    assert page.all("form", action="/code", method="get")
    assert [one.text for one in page.all("label")] == ["The code"]


def test_everybody_comes_home_to_their_own() -> None:
    company = a_company(slug="lamo")
    agent = a_member(company).person
    conduit = a_conduit()
    both = a_member(company, person=conduit.owner).person
    assert [browser(one).get("/")["Location"] for one in (a_person(), agent, both)] == [
        "/things",
        "/desk/lamo",
        "/things",
    ]


def test_who_has_nothing_yet_is_told_what_to_do_first() -> None:
    page = read(browser(a_person()).get("/things"))
    assert EMPTY in page.all("main")[0].text
    assert page.all("li") == []


def test_my_things_say_what_is_new() -> None:
    ann = a_person("Ann")
    conduit = a_conduit(ann, a_pico(a_product(a_company("LAMO"), name="Boot")))
    an_entry(conduit, "It rains in.")
    client = browser(ann)
    assert tiles(client) == ["B Boot LAMO nothing new"]
    an_entry(conduit, "We mend it.", author=conduit.company)
    an_entry(conduit, "A difficult one.", "private", author=conduit.company)
    assert tiles(client) == ["B Boot LAMO 1 new"]
    client.get(f"/things/{conduit.pico.code}")
    assert tiles(client) == ["B Boot LAMO nothing new"]
    report_lost(pico=conduit.pico, message="On the bus.")
    assert tiles(client) == ["B Boot LAMO lost"]


def test_a_finder_who_waits_for_an_answer_stands_on_the_tile() -> None:
    ann = a_person("Ann")
    found, other = (a_conduit(ann, a_pico(a_product(a_company("LAMO"), name=name))) for name in ("Boot", "Sandal"))
    finder, _ = write_to_owner(pico=found.pico, visitor=b"12345678", message="It is here.")
    client = browser(ann)
    assert tiles(client) == ["B Boot LAMO a finder wrote", "S Sandal LAMO nothing new"]
    an_entry(found, "Shall we help?", author=found.company)
    assert tiles(client)[0] == "B Boot LAMO a finder wrote 1 new"
    report_lost(pico=found.pico, message="On the bus.")
    assert tiles(client)[0] == "B Boot LAMO lost a finder wrote 1 new"
    client.get(f"/things/{found.pico.code}")
    assert tiles(client)[0] == "B Boot LAMO lost a finder wrote"
    write_again(finder=finder, from_finder=False, body="Thank you!")
    assert sorted(tiles(client)) == ["B Boot LAMO lost", "S Sandal LAMO nothing new"]
    write_again(finder=finder, from_finder=True, body="When?")
    assert tiles(client)[0] == "B Boot LAMO lost a finder wrote"
    assert tiles(browser(other.owner)) == tiles(client)


def test_what_somebody_wrote_by_a_link_is_new_too() -> None:
    conduit = a_conduit()
    channel, _ = open_channel(
        pico=conduit.pico, owner=conduit.owner, name="Repair shop", scope=["entries"], expires_in_days=7
    )
    write_by_link(channel=channel, body="New sole.")
    assert tiles(browser(conduit.owner))[0].endswith("1 new")


def test_what_has_news_stands_first() -> None:
    ann = a_person("Ann")
    old, new = (a_conduit(ann, a_pico(a_product(name=name))) for name in ("Old", "New"))
    client = browser(ann)
    assert [tile.split()[1] for tile in tiles(client)] == ["New", "Old"]
    an_entry(old, "We mend it.", author=old.company)
    assert [tile.split()[1] for tile in tiles(client)] == ["Old", "New"]
    assert new.owner == ann


def test_nobody_sees_somebody_else_s_things() -> None:
    a_conduit()
    assert tiles(browser(a_person())) == []


def test_a_thing_is_added_by_hand() -> None:
    ann = a_person("Ann")
    answer = browser(ann).post("/things", {"name": " Grandma’s chair ", "company_name": "Thonet"})
    pico = Pico.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/things/{pico.code}")
    assert (pico.name, pico.company_name, pico.owner, pico.product) == ("Grandma’s chair", "Thonet", ann, None)
    assert Journal.objects.get().owner == ann
    assert not Conduit.objects.exists()
    page = read(browser(ann).get(answer["Location"]))
    assert page.heading == "Grandma’s chair"
    assert "sees" not in page.all("main")[0].text


@pytest.mark.parametrize(
    ("values", "errors"),
    [
        ({"name": ""}, {"name": ["Nothing is written here yet."]}),
        ({"name": "x" * 101}, {"name": ["At most 100 letters fit in; this has 101."]}),
        (
            {"name": "A chair", "company_name": "a\0b"},
            {"company_name": ["There is a character in it that cannot be kept."]},
        ),
    ],
)
def test_a_thing_that_cannot_be_added_is_said_beside_its_field(
    values: dict[str, str], errors: dict[str, list[str]]
) -> None:
    answer = browser(a_person()).post("/things", values)
    page = read(answer)
    assert (answer.status_code, page.errors) == (422, errors)
    assert "open" in page.all("details")[0].attributes
    assert not Pico.objects.exists()


def report(conduit: Conduit, **values: Any) -> Any:
    body = {"message": "Left it on the 47 bus.", "contact": "555-0100"} | values
    return browser(conduit.owner).post(f"/P/{conduit.pico.code}/lost", body)


def test_a_contact_that_is_to_be_shown_must_be_there() -> None:
    conduit = a_conduit()
    answer = report(conduit, contact=" ", show_contact="on")
    assert (answer.status_code, read(answer).errors) == (422, {"contact": ["Write it here, or do not show it."]})
    assert not Loss.objects.exists()


@pytest.mark.parametrize(("values", "shown"), [({}, False), ({"show_contact": "on"}, True)])
def test_a_thing_is_reported_lost_and_its_page_tells_finders(values: dict[str, str], *, shown: bool) -> None:
    conduit = a_conduit()
    answer = report(conduit, **values)
    assert (answer.status_code, answer["Location"]) == (302, f"/things/{conduit.pico.code}")
    loss = Loss.objects.get()
    assert (loss.message, loss.contact, loss.show_contact) == ("Left it on the 47 bus.", "555-0100", shown)
    client = browser(conduit.owner)
    client.post(f"/P/{conduit.pico.code}/recovered")
    report(conduit, **values)
    page = read(client.get(answer["Location"]))
    contact = " and 555-0100" if shown else ""
    assert f"Finders read: “Left it on the 47 bus.”{contact}" in page.all("main")[0].text
    assert "Report it lost" not in page.all("main")[0].text
    assert ("555-0100" in browser().get(f"/P/{conduit.pico.code}").content.decode()) is shown


def test_after_reporting_the_page_says_what_came_of_it() -> None:
    conduit = a_conduit()
    client = browser(conduit.owner)
    lost = client.post(f"/P/{conduit.pico.code}/lost", {"message": "On the bus."}, follow=True)
    assert read(lost).notices == ["Finders now read your message on its page."]
    twice = client.post(f"/P/{conduit.pico.code}/lost", {"message": "On the train."}, follow=True)
    assert read(twice).notices == ["Finders now read your message on its page."]
    assert Loss.objects.get().message == "On the train."
    assert Event.objects.filter(type="pico.lost").count() == 1
    back = client.post(f"/P/{conduit.pico.code}/recovered", follow=True)
    assert read(back).notices == ["Good. Its page no longer says that it is lost."]
    again = client.post(f"/P/{conduit.pico.code}/recovered", follow=True)
    assert read(again).notices == ["It is not reported lost."]
    assert "belongs to somebody" in browser().get(f"/P/{conduit.pico.code}").content.decode()


@pytest.mark.parametrize(
    ("values", "field"),
    [({"message": ""}, "message"), ({"message": "x" * 501}, "message"), ({"contact": "x" * 201}, "contact")],
)
def test_a_report_that_cannot_be_taken_is_said_beside_its_field(values: dict[str, str], field: str) -> None:
    conduit = a_conduit()
    answer = report(conduit, **values)
    page = read(answer)
    assert (answer.status_code, list(page.errors)) == (422, [field])
    assert page.all("input", name="contact")[0].attributes["value"] == values.get("contact", "555-0100")
    assert not Loss.objects.exists()


def test_a_thing_s_page_shows_its_code() -> None:
    conduit = a_conduit()
    page = read(browser(conduit.owner).get(f"/things/{conduit.pico.code}"))
    (picture,) = page.all("img")
    assert picture.attributes["src"] == f"/P/{conduit.pico.code}/qr.svg"
    assert picture.attributes["alt"] == "The QR code of Moccasin"


def test_a_thing_that_is_another_s_or_nobody_s_has_the_page_for_what_is_not_there() -> None:
    world = a_world()
    stranger = world.browser("stranger")
    pages = [stranger.get(f"/things/{code}").content for code in (world.pico.code, world.free.code, "nonsense", "%00")]
    assert len(set(pages)) == 1
    assert "There is no such page" in pages[0].decode()


def test_the_qr_code_is_the_one_of_the_thing(client: Client) -> None:
    pico = a_pico()
    svg, png = client.get(f"/p/{pico.code}/qr.svg"), client.get(f"/P/{pico.code.lower()}/qr.png?size=200&level=H")
    assert (svg["Content-Type"], svg["Cache-Control"]) == ("image/svg+xml", "public, max-age=86400")
    assert (png["Content-Type"], png.content[:8]) == ("image/png", b"\x89PNG\r\n\x1a\n")
    assert 'width="100%"' in svg.content.decode()
    assert 'width="300" height="300"' in client.get(f"/P/{pico.code}/qr.svg?size=300&level=q").content.decode()


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("size=63", "size"),
        ("size=2049", "size"),
        ("size=-1", "size"),
        ("size=1e3", "size"),
        ("size=99999999999", "size"),
        ("size=²²²", "size"),
        ("size=", "size"),
        ("level=X", "level"),
        ("level=", "level"),
        ("level=%00", "level"),
        ("text=yes", "text"),
        ("style=gold", "style"),
        ("style=logo&size=1025", "style"),
        ("style=logo&size=127", "style"),
    ],
)
@pytest.mark.parametrize("kind", ["svg", "png"])
def test_a_size_or_level_that_there_is_not_is_a_problem(query: str, field: str, kind: str, client: Client) -> None:
    answer = client.get(f"/P/{a_pico().code}/qr.{kind}?{query}")
    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
    assert list(answer.json()["errors"]) == ["size" if "logo" in query and kind == "png" else field]


def test_the_qr_code_comes_with_its_text_or_a_mark_if_asked(client: Client) -> None:
    pico = a_pico()
    assert f">{spaced(pico.code)}</text>" in client.get(f"/P/{pico.code}/qr.svg?text=1").content.decode()
    plain = client.get(f"/P/{pico.code}/qr.png")
    styled = client.get(f"/P/{pico.code}/qr.png?style=logo")
    assert (styled["Content-Type"], styled["Cache-Control"]) == ("image/png", "public, no-cache")
    assert styled.content != plain.content
    assert client.get(f"/P/{pico.code}/qr.png?style=plain&text=0").content == plain.content


def test_opening_a_thing_changes_nothing_but_what_was_read() -> None:
    world = a_world()
    client = world.browser("owner")
    before = everything()
    client.get(f"/things/{world.pico.code}")
    changed = {name for name, rows in everything().items() if rows != before[name]}
    assert changed == {"journals.journal", "picos.notice"}


def test_a_closed_conduit_takes_the_company_s_part_off_the_page() -> None:
    world = a_world()
    assert "What LAMO Footwear sees" in world.browser("owner").get(f"/things/{world.pico.code}").content.decode()
    steering.close(world.conduit)
    assert "What LAMO Footwear sees" not in world.browser("owner").get(f"/things/{world.pico.code}").content.decode()
