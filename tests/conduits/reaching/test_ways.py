"""A person's ways: everybody has e-mail, others are added, shut and taken away, each by its person alone."""

from uuid import uuid4

import pytest
import time_machine
from django.core.mail import EmailMessage
from django.http import Http404

from conduits.models import Dispatch, Way
from conduits.reaching import forgetting
from conduits.reaching.ways import (
    MOST,
    TESTS,
    access_way,
    add_messenger,
    remove,
    send_test,
    switch_off,
    switch_on,
    ways_of,
)
from parties.errors import RefusedError, TooManyError
from parties.models import Person
from tests.conduits.at_once import at_once
from tests.conduits.reaching.reached import a_gotify, a_notice, from_company, reach, states, wishes
from tests.conduits.sink import Sink
from tests.factories import a_company, a_person

pytestmark = pytest.mark.django_db


def test_everybody_has_e_mail_once(ann: Person) -> None:
    assert [(way.kind, way.status) for way in ways_of(ann)] == [("email", "on")]
    assert ways_of(ann).count() == 1


@pytest.mark.django_db(transaction=True)
def test_it_is_made_once_by_several_at_once(ann: Person) -> None:
    assert at_once(*[lambda: ways_of(ann).count()] * 4) == [1] * 4


def test_nobody_comes_to_another_s_way(ann: Person, sink: Sink) -> None:
    way = a_gotify(ann, sink.port)
    assert access_way(person=ann, way_id=way.pk) == way
    for person, way_id in ((a_person(), way.pk), (ann, uuid4())):
        with pytest.raises(Http404):
            access_way(person=person, way_id=way_id)


def test_the_same_address_is_the_same_way_and_another_person_s_is_another(ann: Person) -> None:
    first, again, other = (
        add_messenger(person=person, url="ntfys://ntfy.sh/topic") for person in (ann, ann, a_person())
    )
    assert first.pk == again.pk != other.pk


def test_there_are_so_many_at_most(ann: Person) -> None:
    ways_of(ann)
    for number in range(MOST - 1):
        add_messenger(person=ann, url=f"ntfys://ntfy.sh/topic{number}")
    with pytest.raises(RefusedError, match="You have 10 ways already"):
        add_messenger(person=ann, url="ntfys://ntfy.sh/another")
    add_messenger(person=ann, url="ntfys://ntfy.sh/topic0")
    assert Way.objects.filter(person=ann).count() == MOST


@pytest.mark.django_db(transaction=True)
def test_not_even_at_once(ann: Person) -> None:
    ways_of(ann)
    urls = [f"ntfys://ntfy.sh/topic{number}" for number in range(MOST + 2)]
    at_once(*[lambda url=url: add_messenger(person=ann, url=url) for url in urls])
    assert Way.objects.filter(person=ann).count() == MOST


def test_one_that_is_off_gets_nothing_and_on_again_only_what_is_new(
    ann: Person, sink: Sink, mailoutbox: list[EmailMessage]
) -> None:
    way = a_gotify(ann, sink.port)
    switch_off(way)
    a_notice(ann)
    reach()
    switch_on(way)
    a_notice(ann, text="new")
    reach()
    assert [one.json["message"].partition("\n")[0] for one in sink.received] == ["new"]
    assert len(mailoutbox) == 2


def test_one_that_is_taken_away_takes_along_what_waits(ann: Person, sink: Sink) -> None:
    way = a_gotify(ann, sink.port)
    a_notice(ann)
    remove(way)
    reach()
    assert sink.received == []
    assert not Dispatch.objects.filter(way=way.pk).exists()


def test_e_mail_cannot_be_taken_away(ann: Person) -> None:
    with pytest.raises(RefusedError):
        remove(ways_of(ann).get())


def test_a_test_comes_at_once_at_any_hour_and_counts_for_nobody(
    clock: time_machine.Traveller, ann: Person, sink: Sink
) -> None:
    way = a_gotify(ann, sink.port)
    wishes(ann, quiet_from=clock_at(0), quiet_until=clock_at(23), digest="weekly", per_company=1)
    from_company(a_company(), ann)
    send_test(way)
    reach()
    assert [one.json["title"] for one in sink.received] == ["This is a test"]
    assert states(way=way) == ["sent", "waiting"] or states(way=way) == ["waiting", "sent"]


def clock_at(hour: int) -> object:
    from datetime import time  # noqa: PLC0415

    return time(hour)


def test_so_many_tests_at_most_and_none_of_what_is_off(ann: Person, sink: Sink) -> None:
    way = a_gotify(ann, sink.port)
    for _ in range(TESTS):
        send_test(way)
    with pytest.raises(TooManyError):
        send_test(way)
    switch_off(way)
    way.refresh_from_db()
    with pytest.raises(RefusedError, match="It is off"):
        send_test(way)


def test_what_was_sent_is_forgotten_after_a_month(clock: time_machine.Traveller, ann: Person) -> None:
    a_notice(ann)
    reach()
    clock.shift(forgetting.KEPT)
    a_notice(ann)
    reach()
    assert forgetting.forget_old() == 0
    clock.shift(1)
    assert forgetting.forget_old() == 1
    assert Dispatch.objects.count() == 1
    assert ann.notices.count() == 2
