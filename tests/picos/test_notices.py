"""Notices: on the dashboard at once, by mail unless seen, the mail from the table and never lost."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from smtplib import SMTPException, SMTPRecipientsRefused
from typing import Any

import pytest
import time_machine
from django.core import mail

from picos import bell, notices
from picos.finding import write_to_owner
from picos.models import Notice
from picos.notices import RETRY_AFTER, TRIES, mail_due, notify, see_notices
from picos.tasks import mail_notices
from tests.conduits.at_once import at_once
from tests.factories import a_conduit, a_person, a_pico, picos
from tests.journals.writing import an_entry

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as travelled:
        yield travelled


def a_notice(email: str = "", **values: Any) -> Notice:
    person = a_person(email=email)
    return notify(person=person, pico=a_pico(), **{"text": "LAMO wrote: Hello"} | values)


def test_a_notice_is_mailed_with_a_link(clock: time_machine.Traveller) -> None:
    notice = a_notice("ann@example.com", path="/things/X")
    assert mail_due() == 1
    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == (["ann@example.com"], "News about Moccasin")
    assert sent.body == "LAMO wrote: Hello\n\nhttp://pico.test/things/X\n"
    assert sent.from_email == "Pico Conduit <no-reply@pico.test>"
    notice.refresh_from_db()
    assert (notice.mail_at, notice.mail_tries) == (None, 1)
    assert mail_due() == 0


def test_without_a_path_the_link_leads_to_the_thing_s_page() -> None:
    notice = a_notice()
    assert notice.path == f"/things/{notice.pico.code}"


def test_the_bell_rings_for_a_notice_that_is_mailed_at_once_only(
    rung: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    for wait, bells in ((timedelta(0), [bell.NOTICES]), (timedelta(minutes=2), [])):
        person, pico = a_person(), a_pico()
        rung.clear()
        with django_capture_on_commit_callbacks(execute=True):
            notify(person=person, pico=pico, text="x", mail_after=wait)
        assert rung == bells


def test_a_notice_that_waits_is_mailed_when_its_time_has_come(clock: time_machine.Traveller) -> None:
    a_notice(mail_after=timedelta(minutes=2))
    clock.shift(timedelta(minutes=1, seconds=59))
    assert mail_due() == 0
    clock.shift(timedelta(seconds=1))
    assert mail_due() == 1


def test_what_was_seen_by_then_is_not_mailed(clock: time_machine.Traveller) -> None:
    notice = a_notice(mail_after=timedelta(minutes=2))
    see_notices(person=notice.person, pico=notice.pico)
    clock.shift(timedelta(days=1))
    assert mail_due() == 0
    notice.refresh_from_db()
    assert notice.seen_at == NOON


def test_seeing_one_thing_s_notices_leaves_the_others(clock: time_machine.Traveller) -> None:
    person, one, other = a_person(), a_pico(), a_pico()
    for pico in (one, other):
        notify(person=person, pico=pico, text="x")
    notify(person=a_person(), pico=one, text="x")
    see_notices(person=person, pico=one)
    assert mail_due() == 2
    assert Notice.objects.get(seen_at=NOON).pico == one


def test_seeing_what_leads_to_one_page_leaves_the_others(clock: time_machine.Traveller) -> None:
    person, pico = a_person(), a_pico()
    for path in ("/things/X", "/things/X#finder"):
        notify(person=person, pico=pico, text="x", path=path)
    see_notices(person=person, pico=pico, path="/things/X")
    assert Notice.objects.get(seen_at=NOON).path == "/things/X"


def test_a_mailbox_is_not_flooded_through_a_thing(clock: time_machine.Traveller) -> None:
    """All stand on the dashboard; ten of them within an hour are mailed at most, and one at a time."""
    person, pico = a_person(), a_pico()
    for minute in range(60):
        notify(person=person, pico=pico, text=f"{minute}")
        if minute % 2:
            mail_notices()
        clock.shift(timedelta(minutes=1))
    assert Notice.objects.count() == 60
    assert 0 < len(mail.outbox) <= notices.PER_HOUR
    clock.shift(timedelta(hours=1))
    notify(person=person, pico=pico, text="the next")
    mail_notices()
    assert "the next" in mail.outbox[-1].body


def test_a_finder_s_words_are_mailed_though_a_mail_of_the_company_s_waits(clock: time_machine.Traveller) -> None:
    conduit = a_conduit()
    an_entry(conduit, "company")
    clock.shift(timedelta(minutes=1))
    write_to_owner(pico=conduit.pico, visitor=b"visitor1", message="It lies in the park.")
    mail_notices()
    assert "It lies in the park." in mail.outbox[0].body


def test_a_mail_that_the_server_would_not_take_is_tried_again(
    clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    notice = a_notice()
    with monkeypatch.context() as broken:
        broken.setattr(notices, "send_mail", _refuse)
        assert mail_due() == 1
    assert mail_due() == 0
    clock.shift(RETRY_AFTER)
    assert mail_due() == 1
    notice.refresh_from_db()
    assert (len(mail.outbox), notice.mail_at, notice.mail_tries) == (1, None, 2)


def test_one_address_that_is_refused_keeps_no_other_from_its_mail(
    clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    addresses = [f"{number}@example.com" for number in range(5)]
    for address in addresses:
        a_notice(address)
    whole = notices.send_mail  # type: ignore[attr-defined]

    def picky(**mail: Any) -> None:
        if mail["to"] == "2@example.com":
            raise SMTPRecipientsRefused({"2@example.com": (550, b"no such user")})
        whole(**mail)

    monkeypatch.setattr(notices, "send_mail", picky)
    mail_notices()
    assert sorted(sent.to[0] for sent in mail.outbox) == [*addresses[:2], *addresses[3:]]


def test_after_two_days_nobody_tries_any_more(clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch) -> None:
    a_notice()
    Notice.objects.update(mail_tries=TRIES - 1)
    monkeypatch.setattr(notices, "send_mail", _refuse)
    assert mail_due() == 1
    clock.shift(timedelta(days=30))
    assert mail_due() == 0
    assert Notice.objects.get().mail_at is None


def _refuse(**_: object) -> None:
    raise SMTPException("the server is busy")


def test_a_crash_before_the_mail_leaves_it_due_again(
    clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_notice()

    def killed(**_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(notices, "send_mail", killed)
        with pytest.raises(KeyboardInterrupt):
            mail_due()
    clock.shift(RETRY_AFTER)
    assert (mail_due(), len(mail.outbox)) == (1, 1)


def test_many_are_mailed_in_batches(clock: time_machine.Traveller) -> None:
    person = a_person()
    for pico in picos(notices.BATCH + 1):
        notify(person=person, pico=pico, text="x")
    mail_notices()
    assert len(mail.outbox) == notices.BATCH + 1


def test_a_subject_tells_nothing_of_what_was_written(clock: time_machine.Traveller) -> None:
    a_notice(text="A finder wrote: one\r\nBcc: everybody@example.com\n" + "x" * 900)
    mail_due()
    (sent,) = mail.outbox
    assert sent.subject == "News about Moccasin"
    assert sent.recipients() == sent.to
    assert "Bcc" not in sent.message()


@pytest.mark.django_db(transaction=True)
def test_each_mail_is_sent_once_by_two_workers_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    person = a_person()
    for pico in picos(20):
        notify(person=person, pico=pico, text=pico.code)
    sent: list[str] = []
    monkeypatch.setattr(notices, "send_mail", lambda **mail: sent.append(mail["message"]))

    assert sum(at_once(*[mail_due] * 4)) == 20

    assert len(sent) == len(set(sent)) == 20
