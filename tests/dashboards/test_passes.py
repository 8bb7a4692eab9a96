"""What an owner shows in a call, on the pages of both sides."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from conduits import steering
from conduits.models import Conduit, ContextPass
from picos.scanning import record_scan
from tests.dashboards.markup import Markup
from tests.dashboards.world import an_entry, browser, read
from tests.factories import a_conduit, a_member, a_person

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as travelled:
        yield travelled


@pytest.fixture
def conduit(clock: time_machine.Traveller) -> Conduit:
    made = a_conduit(a_person("Ann", "ann@example.com"))
    an_entry(made, "Only for me", "private")
    return made


def ticks(page: Markup) -> dict[str, str]:
    """The value of each box, by the field that it is for."""
    boxes = page.all("input", name="show")
    return {box.attributes["value"].partition("=")[0]: box.attributes["value"] for box in boxes}


def code_on(page: Markup) -> str:
    (code,) = page.all("code", class_="read-out")
    return code.text


def main(page: Markup) -> str:
    return page.all("main")[0].text


def test_a_call_from_the_ticks_to_the_receipts(conduit: Conduit, clock: time_machine.Traveller) -> None:
    owner, agent = browser(conduit.owner), browser(a_member(conduit.company, person=a_person("Ben")).person)
    path, desk = f"/conduits/{conduit.pk}/passes", f"/desk/{conduit.company.slug}/passes"
    page = read(owner.get(path))
    assert [*ticks(page)] == ["name", "email", "code", "private_entries"]
    assert "ann@example.com" in main(page)

    made = owner.post(path, {"show": [ticks(page)["email"], ticks(page)["private_entries"]]})
    code = code_on(read(made))
    assert made["Cache-Control"] == "no-store"
    assert code[4] == "-"
    assert "A code is out. It works until 12:30 UTC, another 30 minutes." in main(read(made))
    assert "It shows your e-mail address, your last private entries." in main(read(made))
    assert code not in owner.get(path).content.decode()

    clock.shift(timedelta(minutes=4))
    used = agent.post(desk, {"code": code.lower()}, follow=True)
    assert used["Cache-Control"] == "no-store"
    said = main(read(used))
    assert "Its owner shows you this until 12:34 UTC, another 30 minutes." in said
    assert "their e-mail address ann@example.com their last private entries 12:00 UTC: Only for me" in said
    assert "Ann" not in said
    receipt = "Ben (agent at LAMO Footwear) sees it until 12:34 UTC, another 30 minutes."
    assert receipt in read(owner.get(f"{path}/receipts"), whole=False).elements[0].text
    log = main(read(owner.get(f"/conduits/{conduit.pk}/log")))
    assert (
        "Ben (agent at LAMO Footwear) looked at what you showed in a call: your e-mail address, your last private entries"
        in log
    )
    assert "Because you showed it in a call." in log

    colleague = browser(a_member(conduit.company).person)
    assert "This is shown to Ben (agent at LAMO Footwear) alone." in main(
        read(colleague.get(used.request["PATH_INFO"]))
    )
    clock.shift(timedelta(minutes=30))
    gone = main(read(agent.get(used.request["PATH_INFO"])))
    assert gone.startswith("Codes from calls Moccasin This is gone.")
    assert "ann@example.com" not in gone
    assert "Ben (agent at LAMO Footwear) saw it 30 minutes ago, for 30 minutes." in main(read(owner.get(path)))
    assert "their e-mail address, their last private entries" in main(read(colleague.get(desk)))


def test_where_it_was_scanned_is_read_by_name(conduit: Conduit) -> None:
    record_scan(pico=conduit.pico, visitor=b"12345678", person=None, region="GB-CON")
    owner, agent = browser(conduit.owner), browser(a_member(conduit.company).person)
    path = f"/conduits/{conduit.pk}/passes"
    page = read(owner.get(path))
    assert "where it was last scanned Cornwall, United Kingdom" in main(page)
    code = code_on(read(owner.post(path, {"show": [ticks(page)["region"]]})))
    shown = read(agent.post(f"/desk/{conduit.company.slug}/passes", {"code": code}, follow=True))
    assert "where it was last scanned Cornwall, United Kingdom" in main(shown)


def test_a_code_that_does_not_work_says_so_beside_it(conduit: Conduit) -> None:
    agent = browser(a_member(conduit.company).person)
    answer = agent.post(f"/desk/{conduit.company.slug}/passes", {"code": "K7QM-3XNB"})
    assert answer.status_code == 422
    (error,) = read(answer).all("p", class_="error")
    assert error.text.startswith("This code does not work.")


def test_what_is_taken_back_is_gone_from_the_open_page(conduit: Conduit) -> None:
    owner, agent = browser(conduit.owner), browser(a_member(conduit.company).person)
    path = f"/conduits/{conduit.pk}/passes"
    code = code_on(read(owner.post(path, {"show": [ticks(read(owner.get(path)))["email"]]})))
    used = agent.post(f"/desk/{conduit.company.slug}/passes", {"code": code})
    part = f"{used['Location']}/part"
    assert "ann@example.com" in agent.get(part).content.decode()
    revoked = owner.post(f"{path}/{ContextPass.objects.get().pk}/revoke", follow=True)
    assert "Taken back. LAMO Footwear sees nothing of it any more." in main(read(revoked))
    after = agent.get(part).content.decode()
    assert "Its owner took this back." in after
    assert "ann@example.com" not in after


def test_what_is_not_as_it_was_seen_is_not_shown_and_the_ticks_stay(conduit: Conduit) -> None:
    owner = browser(conduit.owner)
    path = f"/conduits/{conduit.pk}/passes"
    seen = ticks(read(owner.get(path)))
    an_entry(conduit, "Meanwhile", "private")
    again = owner.post(path, {"show": [seen["private_entries"], seen["email"]]})
    assert again.status_code == 422
    assert "This changed a moment ago: your last private entries." in main(read(again))
    ticked = [box.attributes["value"].partition("=")[0] for box in read(again).all("input", name="show", checked="")]
    assert ticked == ["email", "private_entries"]
    assert owner.post(path, {}).status_code == 422
    assert owner.post(path, {"show": ["nonsense", "=", "a=b=c"]}).status_code == 422
    assert not ContextPass.objects.exists()


def test_while_the_line_is_closed_the_page_says_that_nothing_can_be_shown(conduit: Conduit) -> None:
    steering.close(conduit)
    page = read(browser(conduit.owner).get(f"/conduits/{conduit.pk}/passes"))
    assert "The line to LAMO Footwear is closed, so nothing can be shown." in main(page)
    assert ticks(page) == {}
