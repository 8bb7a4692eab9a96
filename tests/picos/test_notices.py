"""Notices: on the dashboard at once, and due to leave it unless they are seen before."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from picos import bell, notices
from picos.finding import write_to_owner
from picos.losing import report_lost
from picos.models import Notice
from picos.notices import notify, see_notices
from tests.conduits.reaching.reached import reach
from tests.factories import a_conduit, a_person, a_pico
from tests.journals.writing import an_entry

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as travelled:
        yield travelled


def due(**of: Any) -> int:
    return Notice.objects.filter(due_at__lte=datetime.now(UTC), **of).count()


def test_without_a_path_the_link_leads_to_the_thing_s_page() -> None:
    notice = notify(person=a_person(), pico=a_pico(), text="x")
    assert notice.path == f"/things/{notice.pico.code}"


def test_the_bell_rings_for_a_notice_that_is_due_at_once_only(
    rung: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    for wait, bells in ((timedelta(0), [bell.NOTICES]), (timedelta(minutes=2), [])):
        person, pico = a_person(), a_pico()
        rung.clear()
        with django_capture_on_commit_callbacks(execute=True):
            notify(person=person, pico=pico, text="x", wait=wait)
        assert rung == bells


def test_a_notice_that_waits_is_due_when_its_time_has_come(clock: time_machine.Traveller) -> None:
    notify(person=a_person(), pico=a_pico(), text="x", wait=timedelta(minutes=2))
    clock.shift(timedelta(minutes=1, seconds=59))
    assert due() == 0
    clock.shift(timedelta(seconds=1))
    assert due() == 1


def test_what_was_seen_by_then_is_not_due(clock: time_machine.Traveller) -> None:
    notice = notify(person=a_person(), pico=a_pico(), text="x", wait=timedelta(minutes=2))
    see_notices(person=notice.person, pico=notice.pico)
    clock.shift(timedelta(days=1))
    assert due() == 0
    notice.refresh_from_db()
    assert notice.seen_at == NOON


def test_seeing_one_thing_s_notices_leaves_the_others(clock: time_machine.Traveller) -> None:
    person, one, other = a_person(), a_pico(), a_pico()
    for pico in (one, other):
        notify(person=person, pico=pico, text="x")
    notify(person=a_person(), pico=one, text="x")
    see_notices(person=person, pico=one)
    assert due() == 2
    assert Notice.objects.get(seen_at=NOON).pico == one


def test_seeing_what_leads_to_one_page_leaves_the_others(clock: time_machine.Traveller) -> None:
    person, pico = a_person(), a_pico()
    for path in ("/things/X", "/things/X#finder"):
        notify(person=person, pico=pico, text="x", path=path)
    see_notices(person=person, pico=pico, path="/things/X")
    assert Notice.objects.get(seen_at=NOON).path == "/things/X"


def test_nobody_is_flooded_through_a_thing(clock: time_machine.Traveller, mailoutbox: list[Any]) -> None:
    """All stand on the dashboard; ten of them within an hour leave it at most, and one at a time."""
    person, pico = a_person(), a_pico()
    for minute in range(60):
        notify(person=person, pico=pico, text=f"{minute}")
        if minute % 2:
            reach()
        clock.shift(timedelta(minutes=1))
    assert Notice.objects.count() == 60
    assert 0 < len(mailoutbox) <= notices.PER_HOUR
    clock.shift(timedelta(hours=1))
    notify(person=person, pico=pico, text="the next")
    reach()
    assert "the next" in mailoutbox[-1].body


def test_a_finder_s_words_leave_though_a_company_s_wait(clock: time_machine.Traveller, mailoutbox: list[Any]) -> None:
    conduit = a_conduit()
    an_entry(conduit, "company")
    clock.shift(timedelta(minutes=1))
    write_to_owner(pico=conduit.pico, visitor=b"visitor1", message="It lies in the park.")
    reach()
    assert "It lies in the park." in mailoutbox[0].body


def test_what_each_notice_is_of_and_whose_doing_it_is_known() -> None:
    conduit = a_conduit()
    an_entry(conduit, "company")
    write_to_owner(pico=conduit.pico, visitor=b"visitor1", message="Is this yours?")
    report_lost(pico=conduit.pico, message="On the bus.", contact="", show_contact=False)
    conduit.pico.refresh_from_db()
    write_to_owner(pico=conduit.pico, visitor=b"visitor2", message="It lies in the park.")
    told = [(one.kind, one.company, one.urgent) for one in Notice.objects.order_by("pk")]
    assert told == [("answer", conduit.company, False), ("finder", None, False), ("finder", None, True)]
