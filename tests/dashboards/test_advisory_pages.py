"""Advisories on pages: the amber box, its owner's word that it was read, and the desk that writes and ends them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from conduits.advisories import publishing as advisories
from conduits.advisories import telling
from conduits.advisories.wishes import wish_of
from conduits.models import Acknowledgement, Advisory, Conduit
from parties.models import Company
from picos.channels import open_channel
from picos.models import Notice
from tests.dashboards.markup import Markup
from tests.dashboards.world import browser, read
from tests.factories import a_company, a_conduit, a_member, a_person, a_pico, a_product, an_advisory, picos

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> Company:
    return a_company()


@pytest.fixture
def conduit(company: Company) -> Conduit:
    return a_conduit(pico=a_pico(a_product(company)))


@pytest.fixture
def admin(company: Company) -> Client:
    return browser(a_member(company, "admin").person)


def words(page: Markup) -> str:
    return page.all("main")[0].text


def boxes(page: Markup) -> list[str]:
    return [one.text for one in page.all("section", **{"aria-label": "Advisory"})]


def test_a_visitor_sees_what_to_do_and_no_button(conduit: Conduit) -> None:
    an_advisory(conduit.company, scope={"product": conduit.pico.product_id}, body="Send them back.\nWe pay.")
    (box,) = boxes(page := read(browser().get(f"/P/{conduit.pico.code}")))
    assert box.startswith("Important: Recall of lot 26-03 What to do Send them back. We pay. LAMO Footwear · just now")
    assert "I have read this" not in words(page)


def test_what_cannot_be_taken_comes_back_on_a_page_that_still_warns(conduit: Conduit) -> None:
    an_advisory(conduit.company, scope={"product": conduit.pico.product_id})
    path = f"/P/{conduit.pico.code}"
    for answer, sees in (
        (browser().post(f"{path}/found", {"message": ""}), "Leave the message"),
        (browser(conduit.owner).post(f"{path}/journal", {"body": "", "visibility": "shared"}), "I have read this"),
    ):
        page = read(answer)
        assert (answer.status_code, len(boxes(page))) == (422, 1)
        assert sees in words(page)


def test_until_when_it_stands_is_said_in_the_reader_s_own_time(conduit: Conduit) -> None:
    until = timezone.now() + timedelta(days=400)
    an_advisory(conduit.company, scope={"product": conduit.pico.product_id}, until=until)
    page = read(browser().get(f"/P/{conduit.pico.code}"))
    (said,) = page.all("time", class_="clock")
    assert (said.attributes["datetime"], said.text) == (until.isoformat(), f"{until:%-d %B %Y, %H:%M} UTC")


def test_what_matters_less_opens_when_it_is_asked_for(conduit: Conduit) -> None:
    for severity in ("low", "high"):
        an_advisory(conduit.company, scope={"product": conduit.pico.product_id}, severity=severity)
    page = read(browser().get(f"/P/{conduit.pico.code}"))
    assert ["open" in one.attributes for one in page.all("details")] == [True, False]
    assert [box.startswith("Important: ") for box in boxes(page)] == [True, False]


def test_an_owner_says_on_the_scan_page_that_they_have_read_it(conduit: Conduit) -> None:
    advisory = an_advisory(conduit.company, scope={"product": conduit.pico.product_id})
    owner, path = browser(conduit.owner), f"/P/{conduit.pico.code}"
    assert "I have read this" in boxes(read(owner.get(path)))[0]
    answer = owner.post(f"/things/{conduit.pico.code}/advisories/{advisory.pk}/read", {"back": "scan"})
    assert answer["Location"] == f"{path}?stay"
    (box,) = boxes(read(owner.get(answer["Location"])))
    assert ("You have read this." in box, "I have read this" in box) == (True, False)
    assert Acknowledgement.objects.get().person == conduit.owner


def test_an_owner_reads_it_once_on_a_page(conduit: Conduit) -> None:
    an_advisory(conduit.company, scope={"product": conduit.pico.product_id})
    telling.tell_due()
    page = read(browser(conduit.owner).get(f"/P/{conduit.pico.code}"))
    assert words(page).count("The glue lets go.") == 1
    assert Notice.objects.filter(seen_at=None).exists()


def test_after_a_correction_they_are_asked_again(conduit: Conduit) -> None:
    advisory = an_advisory(conduit.company, scope={"product": conduit.pico.product_id})
    owner, path = browser(conduit.owner), f"/things/{conduit.pico.code}"
    answer = owner.post(f"{path}/advisories/{advisory.pk}/read", {"back": "thing"})
    assert answer["Location"] == f"{path}#advisories"
    advisories.correct(advisory=advisory, title="Recall of lots", body="Both.", severity="high")
    (box,) = boxes(read(owner.get(path)))
    assert "It says something else now than what you had read." in box
    assert "I have read this" in box


def test_a_thing_s_page_says_what_is_over(conduit: Conduit) -> None:
    product = conduit.pico.product_id
    clear, wrong, out = (an_advisory(conduit.company, scope={"product": product}, title=title) for title in "abc")
    advisories.give_all_clear(advisory=clear, words="The line works.")
    advisories.withdraw(advisory=wrong)
    Advisory.objects.filter(pk=out.pk).update(until=timezone.now() - timedelta(hours=2))
    page = read(browser(conduit.owner).get(f"/things/{conduit.pico.code}"))
    assert boxes(page) == []
    said = [one.text for one in page.all("summary")]
    assert said[:3] == ["Over: c · 2 hours ago", "Withdrawn: b · just now", "All clear: a · just now"]
    assert "The line works." in words(page)
    assert "This never held for your thing." in words(page)


def test_who_was_told_finds_it_wherever_they_are(conduit: Conduit, settings: Settings) -> None:
    settings.TRUSTED_PROXIES, settings.PICO_REGION_HEADER = 1, "CF-IPCountry"
    advisory = an_advisory(conduit.company, scope={"region": "DE"})
    owner, path = browser(conduit.owner, CF_IPCountry="FR"), f"/things/{conduit.pico.code}"
    assert boxes(read(owner.get(path))) == []
    advisories.acknowledge(advisory=advisory, person=conduit.owner, pico=conduit.pico)
    assert len(boxes(read(owner.get(path)))) == 1


def test_its_region_is_read_by_name(conduit: Conduit) -> None:
    advisory = an_advisory(conduit.company, scope={"region": "GB-CON"})
    path = f"/desk/{conduit.company.slug}/advisories/{advisory.pk}"
    member = browser(a_member(conduit.company).person)
    assert "· for Cornwall, United Kingdom" in words(read(browser(conduit.owner).get(f"/things/{conduit.pico.code}")))
    assert "all products · in Cornwall, United Kingdom" in words(read(member.get(path)))


def test_who_was_told_is_led_to_it(conduit: Conduit) -> None:
    an_advisory(conduit.company, scope={"product": conduit.pico.product_id})
    telling.tell_due()
    owner = browser(conduit.owner)
    (notice,) = [one for one in read(owner.get("/things")).all("a") if "#advisories" in one.attributes["href"] or ""]
    assert Notice.objects.get(seen_at=None)
    page = read(owner.get(notice.attributes["href"]))
    assert [one.attributes.get("id") for one in page.all("div")].count("advisories") == 1
    assert not Notice.objects.filter(seen_at=None).exists()


def test_somebody_with_an_owner_s_link_sees_it_as_everybody_does(conduit: Conduit) -> None:
    an_advisory(conduit.company, scope={"product": conduit.pico.product_id})
    for scope, seen in (["page"], 1), (["entries"], 0):
        _, url = open_channel(
            pico=conduit.pico, owner=conduit.owner, name="Repair shop", scope=scope, expires_in_days=7
        )
        path = url[url.index("/channels/") :]
        assert len(boxes(read(browser().get(path)))) == seen
        told = browser().get(path, headers={"Accept": "application/json"}).json()
        titles = [one["title"] for one in told["page"]["advisories"]] if "page" in told else []
        assert titles == ["Recall of lot 26-03"] * seen


def test_a_person_chooses_of_what_they_are_told() -> None:
    ann = a_person()
    client = browser(ann)
    checked = [one for one in read(client.get("/you/told")).all("input") if "checked" in one.attributes]
    assert [one.attributes["value"] for one in checked] == ["high"]
    assert client.post("/you/told", {"level": "none"})["Location"] == "/you/told"
    assert wish_of(ann) == "none"
    answer = client.post("/you/told", {"level": "some"})
    assert answer.status_code == 422
    assert "Choose one of those that are there." in words(read(answer))


def new(company: Company, **values: Any) -> tuple[str, dict[str, Any]]:
    said = {"title": "Recall", "body": "Send them back.", "severity": "high"}
    return f"/desk/{company.slug}/advisories/new", said | values


def test_the_desk_writes_one(admin: Client, company: Company) -> None:
    pico, other = picos(2, a_product(company), serials=["LM-1", "LM-2"])
    path, said = new(company, product=str(pico.product_id), serials="LM-1\n LM-7..LM-9", until="2090-01-02T03:04")
    answer = admin.post(path, said)
    advisory = Advisory.objects.get()
    assert answer["Location"] == f"/desk/{company.slug}/advisories/{advisory.pk}"
    assert [advisory.product_id, advisory.serials] == [pico.product_id, ["LM-1", "LM-7..LM-9"]]
    assert advisory.until == datetime(2090, 1, 2, 3, 4, tzinfo=UTC)
    assert advisory.wordings.get().agent_id == company.members.get().person_id
    assert [len(boxes(read(browser().get(f"/P/{one.code}")))) for one in (pico, other)] == [1, 0]
    assert "No. LM-1, LM-7..LM-9 · 1 copy" in words(read(admin.get(answer["Location"])))


@pytest.mark.parametrize(
    ("wrong", "field", "said"),
    [
        ({}, "", "Say whom it is about"),
        ({"serials": "A9..A1"}, "serials", "larger than the last"),
        ({"region": "Bavaria"}, "region", "DE-BY"),
        ({"region": "DE", "until": "2020-01-01T00:00"}, "until", "is past"),
        ({"region": "DE", "until": "soon"}, "until", "no date"),
        ({"region": "DE", "severity": "worst"}, "severity", "Choose one"),
        ({"region": "DE", "title": ""}, "title", "Nothing is written"),
        ({"product": "5f0f0a3c-0000-7000-8000-000000000001"}, "product", "Choose one"),
        ({"batch": "x"}, "batch", "“x”"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_what_was_written_stays(
    admin: Client, company: Company, wrong: dict[str, str], field: str, said: str
) -> None:
    path, values = new(company, **wrong)
    answer = admin.post(path, values)
    assert answer.status_code == 422
    page = read(answer)
    assert said in page.errors[field][0]
    assert "Send them back." in page.all("textarea")[0].text
    assert not Advisory.objects.exists()


def test_the_desk_offers_no_other_company_s_products(admin: Client, company: Company) -> None:
    mine, foreign = a_product(company), a_product(a_company(), name="Foreign")
    path, values = new(company, product=str(foreign.pk))
    assert "Foreign" not in words(read(admin.get(path)))
    assert mine.name in words(read(admin.get(path)))
    assert admin.post(path, values).status_code == 422


@pytest.mark.parametrize(
    ("zone", "until"), [("", "03:04"), ("UTC", "03:04"), ("Europe/Berlin", "02:04"), ("America/New_York", "08:04")]
)
def test_until_is_by_the_clock_of_who_writes(admin: Client, company: Company, zone: str, until: str) -> None:
    path, said = new(company, region="DE", until="2090-01-02T03:04", zone=zone)
    path = admin.post(path, said)["Location"]
    advisory = Advisory.objects.get()
    assert advisory.until == datetime.fromisoformat(f"2090-01-02T{until}Z")
    admin.post(f"{path}/correct", said | {"until": "2090-01-02T04:04"})
    advisory.refresh_from_db()
    assert advisory.until == datetime.fromisoformat(f"2090-01-02T{until}Z") + timedelta(hours=1)


def test_a_zone_that_is_none_publishes_nothing(admin: Client, company: Company) -> None:
    answer = admin.post(*new(company, region="DE", until="2090-01-02T03:04", zone="Mars/Olympus"))
    assert (answer.status_code, list(read(answer).errors)) == (422, ["until"])
    assert not Advisory.objects.exists()


def test_the_desk_corrects_one_and_shows_what_it_said_before(admin: Client, company: Company) -> None:
    advisory = an_advisory(company, scope={"product": a_product(company).pk})
    path = f"/desk/{company.slug}/advisories/{advisory.pk}"
    form = read(admin.get(f"{path}/correct"))
    assert form.all("textarea")[0].text.strip() == advisory.body
    said = {"title": "Recall of lots", "body": "Both.", "severity": "medium"}
    assert admin.post(f"{path}/correct", said)["Location"] == path
    page = read(admin.get(path))
    assert [one.text for one in page.all("h1")] == ["Recall of lots"]
    assert "The glue lets go." in page.all("ol")[0].text


def test_the_desk_ends_one_once(admin: Client, company: Company) -> None:
    advisory = an_advisory(company, scope={"region": "DE"})
    path = f"/desk/{company.slug}/advisories/{advisory.pk}"
    assert admin.post(f"{path}/end", {"how": "all_clear", "body": "It works."})["Location"] == path
    page = words(read(admin.get(path)))
    assert "It works." in page
    assert "Give the all clear" not in page
    answer = admin.post(f"{path}/end", {"how": "withdrawn"})
    assert answer.status_code == 422
    assert "Publish a new one" in words(read(answer))


def test_the_desk_sees_numbers_and_how_far_telling_is(admin: Client, conduit: Conduit, settings: Settings) -> None:
    settings.PICO_TOLD_PER_SECOND = 1
    company = conduit.company
    for _ in range(2):
        a_conduit(pico=a_pico(conduit.pico.product))
    advisory = an_advisory(company, scope={"product": conduit.pico.product_id})
    advisories.acknowledge(advisory=advisory, person=conduit.owner, pico=conduit.pico)
    telling.tell_due()
    path = f"/desk/{company.slug}/advisories/{advisory.pk}"
    page = read(admin.get(f"{path}/progress"), whole=False)
    assert page.all("div")[0].attributes["hx-get"] == f"{path}/progress"
    text = page.all("div")[0].text
    assert "Read by 1 owner Told 1 of 3 owners who asked for it under way · 2 s left" in text
    assert conduit.owner.email not in words(read(admin.get(path)))
    cells = read(admin.get(f"/desk/{company.slug}/advisories")).all("td")
    assert [cell.text for cell in cells][3:] == ["1", "1"]


def test_whoever_answers_sees_what_stands(conduit: Conduit) -> None:
    agent = browser(a_member(conduit.company).person)
    path = f"/desk/{conduit.company.slug}/conduits/{conduit.pk}"
    assert "Recall of lot 26-03" not in words(read(agent.get(path)))
    an_advisory(conduit.company, scope={"product": conduit.pico.product_id})
    assert "Recall of lot 26-03" in words(read(agent.get(path)))


def test_a_digital_link_that_asks_for_recalls_leads_to_the_copy_s_page(company: Company) -> None:
    (pico,) = picos(1, a_product(company, gtin="09506000134352"), serials=["A1"])
    answer = browser().get("/01/09506000134352/21/A1?linkType=gs1:recallStatus")
    assert answer.status_code == 307
    assert f"/P/{pico.code}?" in answer["Location"]
