"""When and of what a person hears: quiet hours, digests, mutes, and what is urgent."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.mail import EmailMessage

from conduits.reaching import letters
from conduits.reaching.preferences import mute_company, mute_kind, set_muted_companies, unmute_company, unmute_kind
from parties.errors import RefusedError
from parties.models import Company, Person
from picos.models import Notice
from tests.conduits.reaching.reached import a_notice, from_company, reach, states, wishes
from tests.factories import a_company, a_pico, a_product

pytestmark = pytest.mark.django_db

BERLIN = {"zone": "Europe/Berlin"}
NIGHT = BERLIN | {"quiet_from": time(22), "quiet_until": time(7)}


def berlin(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)  # type: ignore[arg-type,misc]


def test_at_night_it_waits_for_the_morning_and_comes_in_one(
    clock: time_machine.Traveller, ann: Person, mailoutbox: list[EmailMessage]
) -> None:
    wishes(ann, **NIGHT)
    clock.move_to(berlin(2026, 11, 21, 22))
    a_notice(ann, text="first")
    reach()
    clock.move_to(berlin(2026, 11, 22, 3))
    a_notice(ann, text="second")
    reach()
    clock.move_to(berlin(2026, 11, 22, 6, 59))
    reach()
    assert mailoutbox == []
    clock.move_to(berlin(2026, 11, 22, 7))
    reach()
    (sent,) = mailoutbox
    assert sent.subject == "2 times news about Moccasin"
    assert str(sent.body).startswith("Moccasin: first\nMoccasin: second\n\nhttp://pico.test/things\n")
    assert states() == ["sent", "sent"]


def test_one_alone_that_waited_reads_as_ever(
    clock: time_machine.Traveller, ann: Person, mailoutbox: list[EmailMessage]
) -> None:
    wishes(ann, **NIGHT)
    clock.move_to(berlin(2026, 11, 21, 23))
    a_notice(ann, text="first", path="/things/X")
    reach()
    clock.move_to(berlin(2026, 11, 22, 7))
    reach()
    assert (mailoutbox[0].subject, "http://pico.test/things/X" in str(mailoutbox[0].body)) == (
        *("News about Moccasin",),
        True,
    )


def test_the_night_that_is_an_hour_short_ends_at_seven(
    clock: time_machine.Traveller, ann: Person, mailoutbox: list[EmailMessage]
) -> None:
    wishes(ann, **NIGHT)
    clock.move_to(berlin(2026, 3, 28, 23))
    a_notice(ann)
    reach()
    clock.move_to(datetime(2026, 3, 29, 4, 59, 59, tzinfo=UTC))
    reach()
    assert mailoutbox == []
    clock.shift(timedelta(seconds=1))
    reach()
    assert len(mailoutbox) == 1


@pytest.mark.parametrize(("passes", "at_once"), [(True, 1), (False, 0)])
def test_what_is_urgent_comes_at_night_only_if_the_person_says_so(
    clock: time_machine.Traveller, ann: Person, mailoutbox: list[EmailMessage], passes: bool, at_once: int
) -> None:
    wishes(ann, urgent_passes=passes, **NIGHT)
    clock.move_to(berlin(2026, 11, 22, 3))
    a_notice(ann, text="A finder wrote: I have it", urgent=True, kind=Notice.Kind.FINDER)
    a_notice(ann, text="LAMO wrote: Hello")
    reach()
    assert len(mailoutbox) == at_once
    clock.move_to(berlin(2026, 11, 22, 7))
    reach()
    assert len(mailoutbox) == at_once + 1


@pytest.mark.parametrize(("digest", "day"), [("daily", 22), ("weekly", 25)])
def test_a_digest_gathers_into_one_message(
    clock: time_machine.Traveller, ann: Person, mailoutbox: list[EmailMessage], digest: str, day: int
) -> None:
    wishes(ann, digest=digest, digest_hour=18, digest_weekday=2, **BERLIN)
    clock.move_to(berlin(2026, 11, 21, 19))
    for number in range(3):
        a_notice(ann, text=f"{number}")
        reach()
    clock.move_to(berlin(2026, 11, day, 17, 59))
    reach()
    assert mailoutbox == []
    clock.move_to(berlin(2026, 11, day, 18))
    reach()
    assert [mail.subject for mail in mailoutbox] == ["3 times news about Moccasin"]
    clock.shift(timedelta(days=14))
    reach()
    assert len(mailoutbox) == 1


def test_what_is_urgent_waits_for_no_digest(
    clock: time_machine.Traveller, ann: Person, mailoutbox: list[EmailMessage]
) -> None:
    wishes(ann, digest="weekly", **BERLIN)
    a_notice(ann, urgent=True)
    reach()
    assert len(mailoutbox) == 1


def test_a_digest_in_quiet_hours_waits_for_their_end(
    clock: time_machine.Traveller, ann: Person, mailoutbox: list[EmailMessage]
) -> None:
    wishes(ann, digest="daily", digest_hour=5, **NIGHT)
    a_notice(ann)
    reach()
    clock.move_to(berlin(2026, 11, 22, 5))
    reach()
    assert mailoutbox == []
    clock.move_to(berlin(2026, 11, 22, 7))
    reach()
    assert len(mailoutbox) == 1


def test_nobody_s_many_drown_another_s_few(
    clock: time_machine.Traveller, ann: Person, lamo: Company, mailoutbox: list[EmailMessage]
) -> None:
    wishes(ann, digest="daily", digest_hour=8)
    from_company(lamo, ann, 12)
    a_notice(ann, pico=a_pico(a_product(name="Modem")), text="Fibre wrote: Back", company=a_company("Fibre"))
    reach()
    clock.shift(timedelta(days=1))
    reach()
    (sent,) = mailoutbox
    lines = str(sent.body).partition("\n\n")[0].splitlines()
    assert sent.subject == "13 times news about your things"
    assert lines == [
        *(f"Moccasin: LAMO Footwear wrote: {number}" for number in range(letters.PER_SENDER)),
        "Modem: Fibre wrote: Back",
        "and 7 more from LAMO Footwear",
    ]


def test_a_muted_company_reaches_nobody_who_muted_it(
    ann: Person, lamo: Company, mailoutbox: list[EmailMessage]
) -> None:
    mute_company(person=ann, company=lamo)
    mute_company(person=ann, company=lamo)
    from_company(lamo, ann)
    a_notice(ann, company=a_company("Other"))
    a_notice(company=lamo)
    reach()
    assert len(mailoutbox) == 2
    assert states(notice__person=ann) == ["muted", "sent"]
    unmute_company(person=ann, company=lamo)
    from_company(lamo, ann)
    reach()
    assert len(mailoutbox) == 3


def test_a_muted_company_s_urgent_warning_reaches_nobody_either(
    ann: Person, lamo: Company, mailoutbox: list[EmailMessage]
) -> None:
    mute_company(person=ann, company=lamo)
    a_notice(ann, company=lamo, kind="advisory", urgent=True)
    reach()
    assert (mailoutbox, states()) == ([], ["muted"])


def test_what_waits_when_it_is_muted_is_not_sent(
    clock: time_machine.Traveller, ann: Person, lamo: Company, mailoutbox: list[EmailMessage]
) -> None:
    wishes(ann, **NIGHT)
    clock.move_to(berlin(2026, 11, 22, 3))
    from_company(lamo, ann, 2)
    reach()
    set_muted_companies(person=ann, companies=[lamo])
    clock.move_to(berlin(2026, 11, 22, 7))
    reach()
    assert (mailoutbox, states()) == ([], ["muted"] * 2)


def test_a_muted_kind_reaches_nobody(ann: Person, mailoutbox: list[EmailMessage]) -> None:
    mute_kind(person=ann, kind="terms")
    a_notice(ann, kind="terms")
    a_notice(ann, kind="rule")
    reach()
    assert states() == ["muted", "sent"]
    unmute_kind(person=ann, kind="terms")
    a_notice(ann, kind="terms")
    reach()
    assert len(mailoutbox) == 2


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"zone": "Berlin"}, "zone"),
        ({"quiet_from": time(22)}, "quiet_until"),
        ({"muted_kinds": ["answer", "spam"]}, "muted_kinds"),
    ],
)
def test_what_cannot_be_is_refused(ann: Person, wrong: dict[str, object], field: str) -> None:
    with pytest.raises(RefusedError) as refused:
        wishes(ann, **wrong)
    assert refused.value.field == field
