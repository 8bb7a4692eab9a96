"""A company can never make more messages reach a person than the limit, whatever else goes wrong."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.mail import EmailMessage
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conduits.models import Allowance, Dispatch
from conduits.reaching import draining
from conduits.reaching.claiming import LEASE
from conduits.reaching.draining import reach_all
from conduits.reaching.handing_out import hand_out_due
from conduits.reaching.recording import WAITS
from parties.models import Company, Person
from tests.conduits.at_once import at_once
from tests.conduits.reaching.conftest import NOON
from tests.conduits.reaching.reached import a_gotify, a_notice, from_company, no_email, reach, states, wishes
from tests.conduits.sink import Sink, says
from tests.factories import a_company, a_person, picos

pytestmark = pytest.mark.django_db


def test_ten_a_day_and_the_rest_in_one_the_next_day(
    clock: time_machine.Traveller, ann: Person, lamo: Company, mailoutbox: list[EmailMessage]
) -> None:
    from_company(lamo, ann, 18)
    reach()
    assert len(mailoutbox) == 10
    clock.move_to(NOON.replace(day=22, hour=7, minute=59))
    reach()
    assert len(mailoutbox) == 10
    clock.shift(timedelta(minutes=1))
    reach()
    (_, *_, last) = mailoutbox
    assert (len(mailoutbox), last.subject) == (11, "8 times news about Moccasin")
    assert str(last.body).partition("\n\n")[0].endswith("\nand 3 more from LAMO Footwear")
    # That one is the first of the new day.
    from_company(lamo, ann, 20)
    reach()
    assert len(mailoutbox) == 20


def test_all_of_it_stands_on_the_dashboard(ann: Person, lamo: Company) -> None:
    from_company(lamo, ann, 18)
    reach()
    assert ann.notices.filter(seen_at=None).count() == 18


def test_one_company_s_limit_is_no_other_s_and_finders_have_none(
    clock: time_machine.Traveller, ann: Person, lamo: Company, mailoutbox: list[EmailMessage]
) -> None:
    wishes(ann, per_company=1)
    from_company(lamo, ann, 3)
    from_company(a_company("Fibre"), ann, 3)
    for _ in range(3):
        a_notice(ann, text="A finder wrote: Hello", kind="finder")
    reach()
    assert len(mailoutbox) == 5


def test_an_urgent_one_counts_like_any_other(ann: Person, lamo: Company, mailoutbox: list[EmailMessage]) -> None:
    wishes(ann, per_company=2)
    for _ in range(5):
        a_notice(ann, company=lamo, urgent=True)
    reach()
    assert len(mailoutbox) == 2


def test_each_way_has_its_own(ann: Person, lamo: Company, sink: Sink, mailoutbox: list[EmailMessage]) -> None:
    wishes(ann, per_company=2)
    a_gotify(ann, sink.port)
    from_company(lamo, ann, 5)
    reach()
    assert (len(mailoutbox), len(sink.received)) == (2, 2)


def test_a_digest_counts_once(
    clock: time_machine.Traveller, ann: Person, lamo: Company, mailoutbox: list[EmailMessage]
) -> None:
    wishes(ann, digest="daily", per_company=1)
    from_company(lamo, ann, 5)
    reach()
    clock.shift(timedelta(days=1))
    reach()
    assert len(mailoutbox) == 1
    assert Allowance.objects.get().used == 1


def test_what_failed_uses_nothing_up_and_what_is_late_counts_on_the_day_it_arrives(
    clock: time_machine.Traveller, ann: Person, lamo: Company, sink: Sink
) -> None:
    wishes(ann, per_company=2)
    no_email(ann)
    a_gotify(ann, sink.port)
    sink.answer = says(503)
    from_company(lamo, ann, 2)
    for wait in WAITS[:4]:
        reach()
        clock.shift(wait)
    assert Allowance.objects.get().used == 0
    assert len(sink.received) >= 4
    sink.answer, sink.received = says(200), []
    clock.move_to(NOON + timedelta(days=1))
    from_company(lamo, ann, 2)
    reach()
    assert len(sink.received) == 2


def test_one_that_may_have_arrived_before_a_crash_counts(
    clock: time_machine.Traveller,
    ann: Person,
    lamo: Company,
    monkeypatch: pytest.MonkeyPatch,
    mailoutbox: list[EmailMessage],
) -> None:
    wishes(ann, per_company=1)
    from_company(lamo, ann)
    with monkeypatch.context() as dying:
        dying.setattr(draining, "record", _killed)
        with pytest.raises(KeyboardInterrupt):
            reach()
    clock.shift(LEASE)
    reach()
    assert (len(mailoutbox), states()) == (1, ["waiting"])


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.django_db(transaction=True)
def test_the_limit_is_exact_with_several_workers_at_once(lamo: Company, mailoutbox: list[EmailMessage]) -> None:
    people = [a_person() for _ in range(3)]
    for person in people:
        wishes(person, per_company=3)
        from_company(lamo, person, 9)

    assert sum(at_once(*[hand_out_due] * 3)) == 27
    assert at_once(*[reach_all] * 6) == [None] * 6

    assert sorted(mail.to[0] for mail in mailoutbox) == sorted(person.email for person in people for _ in range(3))
    assert sorted(Allowance.objects.values_list("used", flat=True)) == [3, 3, 3]
    assert states(gathers=True) == ["waiting"] * 18


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(st.tuples(st.integers(1, 6), st.integers(10, 900), st.booleans()), min_size=2, max_size=8),
    limit=st.integers(1, 3),
    digest=st.sampled_from(["off", "daily"]),
    quiet=st.booleans(),
)
def test_never_more_a_day_whatever_is_written_when(
    steps: list[tuple[int, int, bool]], limit: int, digest: str, quiet: bool, mailoutbox: list[EmailMessage]
) -> None:
    """Each step: so many notices, then so many minutes, and whether they are urgent. What is sent is told by its day."""
    Dispatch.objects.all().delete()
    person, company = a_person(), a_company()
    things = iter(picos(48))
    zone = ZoneInfo("Pacific/Auckland")
    hours = {"quiet_from": NOON.time().replace(hour=20), "quiet_until": NOON.time().replace(hour=6)} if quiet else {}
    wishes(person, per_company=limit, digest=digest, zone=zone.key, **hours)
    arrived: dict[object, int] = {}
    with time_machine.travel(NOON, tick=False) as clock:
        for number, minutes, urgent in [*steps, (0, 600, False), (0, 900, False), (0, 900, False)]:
            for _ in range(number):
                a_notice(person, next(things), company=company, urgent=urgent)
            mailoutbox.clear()
            reach()
            day = clock_day(zone)
            arrived[day] = arrived.get(day, 0) + len(mailoutbox)
            clock.shift(timedelta(minutes=minutes))
    assert max(arrived.values()) <= limit
    assert sum(arrived.values()) > 0


def clock_day(zone: ZoneInfo) -> object:
    return timezone.now().astimezone(zone).date()
