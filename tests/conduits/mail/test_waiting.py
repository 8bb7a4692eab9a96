"""Mail to members about who waits: only who asked for it, only what the gate lets through, and each in the log."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail

from conduits import steering
from conduits.answering import answer
from conduits.mail.receiving import receive
from conduits.mail.waiting import tell_due
from conduits.models import AccessLine, Conduit, WaitTold
from journals.models import Entry
from parties.members import set_mailed
from parties.models import Member
from tests.conduits.mail.letters import DOMAIN, a_letter
from tests.dashboards.world import an_entry, browser
from tests.factories import a_conduit, a_member, a_pico

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
TWO = timedelta(minutes=2)


@pytest.fixture
def clock() -> Any:
    with time_machine.travel(NOON, tick=False) as travelled:
        yield travelled


@pytest.fixture
def waiting(clock: Any) -> tuple[Conduit, Member]:
    """A conduit whose owner wrote just now, and a member who asked to be mailed before."""
    conduit = a_conduit()
    member = a_member(conduit.company)
    set_mailed(member, wanted=True)
    clock.shift(1)
    an_entry(conduit, "The sole came off.")
    return conduit, member


def test_who_waits_for_two_minutes_is_mailed_of_once_with_what_the_gate_lets_through(
    waiting: tuple[Conduit, Member], clock: Any
) -> None:
    conduit, member = waiting
    others = a_member(conduit.company)
    clock.shift(TWO - timedelta(seconds=1))
    assert [tell_due(), mail.outbox] == [0, []]
    clock.shift(1)
    assert [tell_due(), tell_due()] == [1, 0]

    (sent,) = mail.outbox
    assert [sent.to, sent.subject, sent.reply_to] == [[member.person.email], "A customer waits: Moccasin", []]
    assert "They wrote:\n\nThe sole came off.\n\n" in sent.body
    assert f"http://pico.test/desk/{conduit.company.slug}/conduits/{conduit.pk}\n" in sent.body
    assert conduit.owner.email not in sent.body
    line = AccessLine.objects.get()
    assert [line.outcome, line.what, line.who_id, line.role, line.fields] == [
        "sent",
        "mail",
        member.person_id,
        "agent",
        ["entries"],
    ]
    assert others.person.email not in str(mail.outbox)


def test_an_agent_answers_by_replying_to_it(waiting: tuple[Conduit, Member], clock: Any, settings: Any) -> None:
    settings.MAIL_DOMAIN = DOMAIN
    conduit, member = waiting
    clock.shift(TWO)
    tell_due()
    (address,) = mail.outbox[0].reply_to
    receive(a_letter(address, member.person.email, "Send it in."))
    said = Entry.objects.latest("pk")
    assert [said.author_company, said.body, said.in_reply_to] == [
        conduit.company,
        "Send it in.",
        Entry.objects.earliest("pk"),
    ]
    conduit.journal.refresh_from_db()
    assert conduit.journal.waiting_since is None


@pytest.mark.parametrize("how", ["answered", "paused", "no entries", "not wanted", "gone"])
def test_who_waits_no_more_or_may_not_be_told_of_is_not_mailed_of(
    how: str, waiting: tuple[Conduit, Member], clock: Any
) -> None:
    conduit, member = waiting
    clock.shift(TWO)
    happens: dict[str, Callable[[], object]] = {
        "answered": lambda: answer(conduit=conduit, body="Send it in."),
        "paused": lambda: steering.pause(conduit),
        "no entries": lambda: steering.set_grants(conduit, ["scans"]),
        "not wanted": lambda: set_mailed(member, wanted=False),
        "gone": member.delete,
    }
    happens[how]()
    tell_due()
    assert [mail.outbox, AccessLine.objects.count()] == [[], 0]


def test_what_is_taken_back_at_the_last_moment_stays_back_and_the_refusal_is_logged(
    waiting: tuple[Conduit, Member], clock: Any
) -> None:
    conduit, member = waiting
    clock.shift(TWO)
    WaitTold.objects.create(member=member, conduit=conduit, since=Entry.objects.get().at, mail_at=NOON)
    steering.set_grants(conduit, ["scans"])
    tell_due()
    assert mail.outbox == []
    assert [(line.outcome, line.reason, line.fields) for line in AccessLine.objects.all()] == [
        ("refused", "the owner does not let it see what you share in the journal", [])
    ]


def test_a_mail_that_the_server_would_not_take_comes_due_again(
    waiting: tuple[Conduit, Member], clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.shift(TWO)
    with monkeypatch.context() as patch:
        patch.setattr("django.core.mail.EmailMessage.send", lambda *_: 1 / 0)
        assert tell_due() == 1
    assert [tell_due(), mail.outbox] == [0, []]
    clock.shift(timedelta(minutes=5))
    assert [tell_due(), len(mail.outbox)] == [1, 1]
    assert [(line.outcome, line.number) for line in AccessLine.objects.all()] == [("sent", 1)]


def test_who_wants_no_more_mails_gets_none_that_waited(
    waiting: tuple[Conduit, Member], clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.shift(TWO)
    with monkeypatch.context() as patch:
        patch.setattr("django.core.mail.EmailMessage.send", lambda *_: 1 / 0)
        tell_due()
    set_mailed(waiting[1], wanted=False)
    clock.shift(timedelta(minutes=5))
    assert [tell_due(), mail.outbox, WaitTold.objects.get().mail_at] == [1, [], None]


def test_each_member_asks_for_it_at_their_inbox() -> None:
    conduit = a_conduit(pico=a_pico())
    viewer = a_member(conduit.company, "viewer")
    path = f"/desk/{conduit.company.slug}/mail"
    for wanted in (True, False):
        assert browser(viewer.person).post(path, {"mail": "yes"} if wanted else {}).status_code == 302
        viewer.refresh_from_db()
        assert (viewer.mailed_since is not None) is wanted
        page = browser(viewer.person).get(f"/desk/{conduit.company.slug}").content.decode()
        assert ("No more mails" in page) is wanted
    assert browser(conduit.owner).post(path, {"mail": "yes"}).status_code == 404
    assert browser().post(path, {"mail": "yes"}).status_code == 302
    assert not Member.objects.exclude(mailed_since=None).exists()
