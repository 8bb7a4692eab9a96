"""Each side's private words and an earlier owner's events stay where they belong: in messages, reads, lists, rules."""

from typing import Any

import pytest

from conduits import steering
from conduits.delivery import draining as delivery
from conduits.models import Conduit, Delivery
from conduits.models.conduit import Grant
from journals.keeping import append_entry
from journals.models import Journal
from picos.models import Event, Pico
from picos.scanning import record_scan
from rules.engine import draining as engine
from rules.models import Rule, Run
from tests.conduits.sink import Sink
from tests.conftest import Api
from tests.factories import a_conduit, a_person, a_rule, an_endpoint

pytestmark = pytest.mark.django_db

OWNERS_SECRET, COMPANYS_SECRET, SHARED = "I glued it myself", "He voids his warranty", "The sole came off"
ALL = [grant.value for grant in Grant]


def write_all(conduit: Conduit) -> None:
    journal, owner, company = conduit.journal, conduit.owner, conduit.company
    append_entry(journal=journal, author=owner, body=OWNERS_SECRET, visibility="private")
    append_entry(journal=journal, author=company, body=COMPANYS_SECRET, visibility="private")
    append_entry(journal=journal, author=owner, body=SHARED, visibility="shared")


def deliver_all() -> None:
    while engine.drain():
        pass
    while delivery.drain():
        pass


def bodies(answer: Any) -> list[str]:
    return [entry["body"] for entry in answer.json()["results"]]


def test_private_entries_stay_on_their_side_in_reads(api: Api) -> None:
    conduit = a_conduit()
    write_all(conduit)
    path = f"/picos/{conduit.pico.code}/journal"

    assert bodies(api(conduit.owner).get(path)) == [SHARED, OWNERS_SECRET]
    assert bodies(api(conduit.company).get(path)) == [SHARED, COMPANYS_SECRET]


def test_private_entries_stay_on_their_side_in_lists_of_events(api: Api) -> None:
    conduit = a_conduit()
    write_all(conduit)

    def authors_of_entries(party: Any) -> list[tuple[str, str]]:
        events = api(party).get(f"/picos/{conduit.pico.code}/events?type=journal.entry_added").json()["results"]
        return [(event["data"]["author"], event["data"]["visibility"]) for event in events]

    assert authors_of_entries(conduit.owner) == [("owner", "private"), ("owner", "shared")]
    assert authors_of_entries(conduit.company) == [("company", "private"), ("owner", "shared")]


def test_the_owner_s_private_entry_is_in_no_message(sink: Sink) -> None:
    conduit = a_conduit()
    an_endpoint(conduit.company, sink.url(), ("*",))
    write_all(conduit)

    deliver_all()

    # They are sent at once, and may arrive in any order.
    told = {one.json["data"]["entry"]["body"] for one in sink.received if "entry" in one.json["data"]}
    assert told == {COMPANYS_SECRET, SHARED}
    assert OWNERS_SECRET.encode() not in b"".join(one.body for one in sink.received)


def test_the_owner_can_let_the_company_see_private_entries_too(sink: Sink, api: Api) -> None:
    conduit = a_conduit()
    an_endpoint(conduit.company, sink.url(), ("journal.entry_added",))
    steering.set_grants(conduit, [Grant.ENTRIES, Grant.PRIVATE_ENTRIES])
    write_all(conduit)

    deliver_all()

    told = {one.json["data"]["entry"]["body"] for one in sink.received}
    assert told == {OWNERS_SECRET, COMPANYS_SECRET, SHARED}
    read = api(conduit.company).get(f"/picos/{conduit.pico.code}/journal")
    assert bodies(read) == [SHARED, COMPANYS_SECRET, OWNERS_SECRET]


def test_without_the_grant_for_entries_the_company_reads_only_its_own(sink: Sink, api: Api) -> None:
    conduit = a_conduit()
    an_endpoint(conduit.company, sink.url(), ("journal.entry_added",))
    steering.set_grants(conduit, [Grant.SCANS])
    write_all(conduit)

    deliver_all()

    assert [one.json["data"]["entry"]["body"] for one in sink.received] == [COMPANYS_SECRET]
    assert bodies(api(conduit.company).get(f"/picos/{conduit.pico.code}/journal")) == [COMPANYS_SECRET]


def test_rules_meet_only_what_their_side_may_know() -> None:
    conduit = a_conduit()
    when = {"event": "journal.entry_added"}
    owners, companys = a_rule(conduit.owner, when=when), a_rule(conduit.company, when=when)
    write_all(conduit)

    deliver_all()

    assert authors_met_by(owners) == [("owner", "private"), ("owner", "shared")]
    assert authors_met_by(companys) == [("company", "private"), ("owner", "shared")]


def authors_met_by(rule: Rule) -> list[tuple[str, str]]:
    met = Event.objects.filter(pk__in=rule.runs.values("event_id")).order_by("sequence")
    return [(event.data["author"], event.data["visibility"]) for event in met]


@pytest.mark.parametrize("granted", [False, True])
def test_a_message_names_the_owner_only_as_granted(granted: bool, sink: Sink) -> None:
    conduit = a_conduit(a_person("Ann", "ann@example.com"))
    an_endpoint(conduit.company, sink.url(), ("journal.entry_added",))
    if granted:
        steering.set_grants(conduit, [Grant.ENTRIES, Grant.CONTACT])
    write_all(conduit)

    deliver_all()

    last = sink.received[-1].json["data"]
    assert last.get("owner") == ({"name": "Ann", "email": "ann@example.com"} if granted else None)
    assert (b"ann@example.com" in sink.received[-1].body) is granted
    assert str(conduit.owner_id).encode() not in sink.received[-1].body


def given_to_somebody_else(conduit: Conduit) -> Conduit:
    """What a transfer will do: the conduit closes, and the next owner claims."""
    steering.close(conduit)
    Journal.objects.filter(pk=conduit.journal_id).update(closed_at=conduit.closed_at)
    Pico.objects.filter(pk=conduit.pico_id).update(owner=None, status=Pico.Status.ACTIVE, claimed_at=None)
    return a_conduit(a_person(), Pico.objects.with_product().get(pk=conduit.pico_id))


def test_an_earlier_owner_s_events_never_pass_through_the_next_one_s_conduit(sink: Sink, api: Api) -> None:
    first = a_conduit()
    company = first.company
    an_endpoint(company, sink.url(), ("pico.scanned", "journal.entry_added"))
    record_scan(pico=first.pico, visitor=b"12345678", person=None)
    write_all(first)

    second = given_to_somebody_else(first)
    steering.set_grants(second, ALL)
    deliver_all()

    assert sink.received == []
    read = api(company).get(f"/picos/{second.pico.code}/events").json()["results"]
    assert [event["type"] for event in read] == ["pico.claimed", "conduit.terms_agreed", "conduit.opened"]
    assert bodies(api(company).get(f"/picos/{second.pico.code}/journal")) == []
    assert not Delivery.objects.exists()


def test_the_next_owner_sees_nothing_of_the_earlier_one(api: Api) -> None:
    first = a_conduit()
    record_scan(pico=first.pico, visitor=b"12345678", person=None)
    write_all(first)

    second = given_to_somebody_else(first)

    read = api(second.owner).get(f"/picos/{second.pico.code}/events").json()["results"]
    assert [event["type"] for event in read] == ["pico.claimed", "conduit.terms_agreed", "conduit.opened"]
    assert bodies(api(second.owner).get(f"/picos/{second.pico.code}/journal")) == []
    assert api(second.owner).get(f"/conduits/{first.pk}").status_code == 404
    assert api(second.owner).get(f"/conduits/{first.pk}/access-log").status_code == 404


def test_a_message_that_waited_while_the_thing_changed_hands_is_refused(sink: Sink) -> None:
    first = a_conduit()
    an_endpoint(first.company, sink.url(), ("pico.scanned",))
    record_scan(pico=first.pico, visitor=b"12345678", person=None)
    engine.drain()

    given_to_somebody_else(first)
    delivery.drain()

    assert sink.received == []
    assert Delivery.objects.get().state == "refused"


def test_another_company_s_rules_and_endpoints_never_meet_the_event(sink: Sink) -> None:
    conduit, others = a_conduit(), a_conduit()
    an_endpoint(others.company, sink.url(), ("*",))
    rules = [a_rule(others.company), a_rule(others.owner)]
    deliver_all()
    sink.received.clear()

    record_scan(pico=conduit.pico, visitor=b"12345678", person=None)
    deliver_all()

    assert sink.received == []
    assert not Run.objects.filter(rule__in=rules).exists()
