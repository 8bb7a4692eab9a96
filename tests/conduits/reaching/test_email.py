"""By e-mail: each notice once, retried, never twice by two workers, with a way to end it."""

from datetime import timedelta
from smtplib import SMTPDataError, SMTPException, SMTPRecipientsRefused
from typing import Any

import pytest
import time_machine
from django.core.mail import EmailMessage
from django.utils import timezone

from conduits.models import Dispatch, Way
from conduits.reaching import draining
from conduits.reaching.claiming import LEASE, MOST_TRIES
from conduits.reaching.draining import reach_all
from conduits.reaching.handing_out import hand_out_due
from conduits.reaching.recording import WAITS
from parties.models import Person
from picos.models import Notice
from picos.notices import see_notices
from tests.conduits.at_once import at_once
from tests.conduits.reaching.reached import a_notice, no_email, reach, states
from tests.factories import a_person

pytestmark = pytest.mark.django_db


def test_a_notice_is_mailed_once_with_a_link(
    clock: time_machine.Traveller, ann: Person, mailoutbox: list[EmailMessage]
) -> None:
    notice = a_notice(ann, path="/things/X")
    reach()
    (sent,) = mailoutbox
    assert (sent.to, sent.subject) == (["ann@example.com"], "News about Moccasin")
    assert str(sent.body).startswith("LAMO wrote: Hello\n\nhttp://pico.test/things/X\n\n-- \n")
    assert sent.from_email == "Pico Conduit <no-reply@pico.test>"
    notice.refresh_from_db()
    assert notice.due_at is None
    assert Dispatch.objects.values_list("state", "tries", "next_at", "finished_at").get() == ("sent", 1, None, _now())
    reach()
    assert len(mailoutbox) == 1


def _now() -> Any:
    return timezone.now()


def test_a_subject_tells_nothing_of_what_was_written(ann: Person, mailoutbox: list[EmailMessage]) -> None:
    a_notice(ann, text="A finder wrote: one\r\nBcc: everybody@example.com\n" + "x" * 900)
    reach()
    (sent,) = mailoutbox
    assert sent.subject == "News about Moccasin"
    assert sent.recipients() == sent.to
    assert "Bcc" not in sent.message()


def test_who_switched_mail_off_reads_it_on_the_dashboard_only(ann: Person, mailoutbox: list[EmailMessage]) -> None:
    no_email(ann)
    a_notice(ann)
    reach()
    assert (mailoutbox, Dispatch.objects.count()) == ([], 0)
    assert Notice.objects.get().seen_at is None


def test_what_is_seen_while_it_waits_for_a_try_is_not_sent(
    clock: time_machine.Traveller, ann: Person, monkeypatch: pytest.MonkeyPatch, mailoutbox: list[EmailMessage]
) -> None:
    notice = a_notice(ann)
    with monkeypatch.context() as broken:
        broken.setattr(EmailMessage, "send", _busy)
        reach()
    see_notices(person=ann, pico=notice.pico)
    clock.shift(timedelta(days=1))
    reach()
    assert (mailoutbox, states()) == ([], ["seen"])


def test_a_mail_that_the_server_would_not_take_is_tried_again(
    clock: time_machine.Traveller, ann: Person, monkeypatch: pytest.MonkeyPatch, mailoutbox: list[EmailMessage]
) -> None:
    a_notice(ann)
    with monkeypatch.context() as broken:
        broken.setattr(EmailMessage, "send", _busy)
        reach()
        clock.shift(WAITS[0] - timedelta(seconds=1))
        reach()
        assert Dispatch.objects.values_list("state", "tries", "problem").get() == (
            *("waiting", 1),
            "The mail could not be sent.",
        )
    clock.shift(timedelta(seconds=1))
    reach()
    assert (len(mailoutbox), states()) == (1, ["sent"])


def test_after_all_tries_it_is_given_up_and_mail_stays_on(
    clock: time_machine.Traveller, ann: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_notice(ann)
    monkeypatch.setattr(EmailMessage, "send", _busy)
    for _ in range(MOST_TRIES + 2):
        reach()
        clock.shift(WAITS[-1])
    assert Dispatch.objects.values_list("state", "tries").get() == ("failed", MOST_TRIES)
    assert ann.ways.get().status == Way.Status.ON


def test_words_that_the_server_refuses_keep_no_others_waiting(
    clock: time_machine.Traveller, ann: Person, monkeypatch: pytest.MonkeyPatch, mailoutbox: list[EmailMessage]
) -> None:
    whole = EmailMessage.send

    def picky(mail: EmailMessage) -> Any:
        if "casino" in str(mail.body):
            raise SMTPDataError(554, b"spam")
        return whole(mail)

    monkeypatch.setattr(EmailMessage, "send", picky)
    a_notice(ann, text="casino")
    a_notice(ann)
    reach()
    assert (len(mailoutbox), states()) == (1, ["failed", "sent"])


def test_one_address_that_is_refused_keeps_no_other_from_its_mail(
    clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch, mailoutbox: list[EmailMessage]
) -> None:
    addresses = [f"{number}@example.com" for number in range(5)]
    for address in addresses:
        a_notice(a_person(email=address))
    whole = EmailMessage.send

    def picky(mail: EmailMessage) -> Any:
        if mail.to == ["2@example.com"]:
            raise SMTPRecipientsRefused({"2@example.com": (550, b"no such user")})
        return whole(mail)

    monkeypatch.setattr(EmailMessage, "send", picky)
    reach()
    assert sorted(sent.to[0] for sent in mailoutbox) == [*addresses[:2], *addresses[3:]]


def test_a_worker_that_dies_leaves_it_due_again_when_its_lease_ends(
    clock: time_machine.Traveller, ann: Person, monkeypatch: pytest.MonkeyPatch, mailoutbox: list[EmailMessage]
) -> None:
    a_notice(ann)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(draining, "record", killed)
        with pytest.raises(KeyboardInterrupt):
            reach()
    first = len(mailoutbox)
    clock.shift(LEASE - timedelta(seconds=1))
    reach()
    assert len(mailoutbox) == first == 1
    clock.shift(timedelta(seconds=1))
    reach()
    assert (len(mailoutbox), states()) == (2, ["sent"])
    assert {mail.extra_headers["Message-ID"] for mail in mailoutbox} == {f"<{Dispatch.objects.get().pk}@pico.test>"}


def test_handing_out_the_same_notice_again_makes_no_second_message(ann: Person) -> None:
    a_notice(ann)
    hand_out_due()
    Notice.objects.update(due_at=_now())
    hand_out_due()
    assert Dispatch.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_each_mail_is_sent_once_by_workers_at_once(mailoutbox: list[EmailMessage]) -> None:
    people = [a_person() for _ in range(6)]
    for person in people:
        for number in range(3):
            a_notice(person, text=f"{person.email} {number}")

    handed = at_once(*[hand_out_due] * 4)
    outcomes = at_once(*[reach_all] * 4)

    assert (sum(handed), outcomes) == (18, [None] * 4)
    sent = sorted(str(mail.body).partition("\n")[0] for mail in mailoutbox)
    assert sent == sorted(f"{person.email} {number}" for person in people for number in range(3))
    assert states() == ["sent"] * 18


def _busy(_: EmailMessage) -> None:
    raise SMTPException("the server is busy")
