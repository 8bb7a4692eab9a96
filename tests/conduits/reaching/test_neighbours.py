"""One person's way that cannot be used keeps nobody else's waiting."""

import pytest
import time_machine
from django.core.mail import EmailMessage

from conduits.mail.replying import reply_address
from conduits.models import Dispatch, Reach
from conduits.reaching.claiming import LEASE, claim
from conduits.reaching.handing_out import hand_out_due
from conduits.reaching.recording import record
from conduits.reaching.results import Outcome, Result
from parties.models import Person
from tests.conduits.reaching.reached import a_notice, reach, states
from tests.factories import a_person

pytestmark = pytest.mark.django_db


def test_a_zone_that_this_machine_does_not_know_is_read_as_utc(ann: Person, mailoutbox: list[EmailMessage]) -> None:
    """Another machine took it, or it was renamed since."""
    Reach.objects.create(person=ann, zone="Mars/Phobos")
    a_notice(ann)
    reach()
    assert [mail.to for mail in mailoutbox] == [["ann@example.com"]]


def test_a_way_that_cannot_be_looked_at_rests_and_others_do_not(
    clock: time_machine.Traveller, ann: Person, mailoutbox: list[EmailMessage], monkeypatch: pytest.MonkeyPatch
) -> None:
    ben = a_person(email="ben@example.com")
    for person in (ann, ben):
        a_notice(person)
    with monkeypatch.context() as patch:
        broken = "conduits.reaching.claiming.reply_address"
        patch.setattr(broken, lambda one: 1 / 0 if one.person_id == ann.pk else reply_address(one))
        reach()
    assert [mail.to for mail in mailoutbox] == [["ben@example.com"]]
    reach()
    assert len(mailoutbox) == 1
    clock.shift(LEASE)
    reach()
    assert [mail.to for mail in mailoutbox] == [["ben@example.com"], ["ann@example.com"]]


def test_what_cannot_be_written_down_ends_and_the_next_is_written(ann: Person) -> None:
    for person in (ann, a_person()):
        a_notice(person)
    hand_out_due()
    first, second = claim(room=2).letters

    record([(first, Result(Outcome.REFUSED, "No\0")), (second, Result(Outcome.SENT))])

    assert [states(way=letter.way) for letter in (first, second)] == [["failed"], ["sent"]]
    assert Dispatch.objects.get(way=first.way).problem == "What came of it could not be written down."
    assert first.way.__class__.objects.get(pk=first.way.pk).free_at is None
