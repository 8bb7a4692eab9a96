"""The fields that rules see: their values, when they are missing, and what a company's rules are not told."""

import datetime as dt
from typing import Any

import pytest

from conduits import steering
from conduits.delivery.switching import disable
from conduits.models import Conduit
from conduits.models.conduit import Grant
from conduits.opening import add_thing_with_journal
from journals.keeping import append_entry, mark_read
from parties.actors import SYSTEM
from parties.models import Company, Person
from picos.events import record_event
from picos.models import Event, Pico
from picos.scanning import record_scan
from picos.states import set_state
from rules.engine.moment import Moment
from rules.language.fields import _FIELDS, MISSING, in_words, is_field, read_field
from rules.models import Rule
from tests.factories import a_company, a_conduit, a_person, a_product, an_endpoint, picos
from tests.rules.moments import a_meeting

pytestmark = pytest.mark.django_db


def a_modem_s_conduit(owner: Person | None = None) -> Conduit:
    product = a_product(a_company("ISP"), name="Cable modem", sku="CM-3000", gtin="04012345123456")
    return a_conduit(owner or a_person("Ann", "ann@example.com"), picos(1, product, serials=["S-1"])[0])


def a_moment(conduit: Conduit, party: Company | Person | None = None, event: Event | None = None) -> Moment:
    party = party or conduit.owner
    rule = Rule(person=party) if isinstance(party, Person) else Rule(company=party)
    conduit = Conduit.objects.with_ends().get(pk=conduit.pk)
    return a_meeting(event or a_scan(conduit), rule, conduit)


def a_scan(conduit: Conduit) -> Event:
    event_id = record_scan(pico=conduit.pico, visitor=b"12345678", person=None)
    return Event.objects.select_related("pico__product__company", "owner").get(pk=event_id)


def write(conduit: Conduit, author: Company | Person, visibility: str = "shared") -> None:
    append_entry(journal=conduit.journal, author=author, body="The light is red.", visibility=visibility)


def test_the_fields_of_a_scan_are_those_of_the_contract() -> None:
    conduit = a_modem_s_conduit()
    moment = a_moment(conduit)

    assert {name: read_field(name, moment) for name in _FIELDS} == {
        "event.type": "pico.scanned",
        "event.at": moment.event.at,
        "reply.type": MISSING,
        "pico.code": conduit.pico.code,
        "pico.serial": "S-1",
        "pico.status": "claimed",
        "pico.product.name": "Cable modem",
        "pico.product.sku": "CM-3000",
        "pico.product.gtin": "04012345123456",
        "conduit.status": "open",
        "journal.unread": 0,
        "journal.waiting": False,
        "owner.name": "Ann",
    }


def test_every_field_has_words_for_a_sentence() -> None:
    assert [name for name in _FIELDS if in_words(name) == name] == []
    assert in_words("event.data.region") == "event.data.region"


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("event.type", True),
        ("event.data.a", True),
        ("event.data.a.b.c", True),
        ("pico.state.mode", True),
        ("event.data.", False),
        ("event.data", False),
        ("event", False),
        ("owner.email", False),
        ("owner", False),
        ("", False),
        ("pico.owner", False),
        ("__class__", False),
    ],
)
def test_only_named_fields_can_be_read(name: str, known: bool) -> None:
    assert is_field(name) is known


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a", 1),
        ("b.c", "deep"),
        ("b", {"c": "deep", "d": None}),
        ("b.d", MISSING),
        ("b.c.e", MISSING),
        ("a.b", MISSING),
        ("list.0", MISSING),
        ("gone", MISSING),
        ("b.", MISSING),
        ("flag", False),
    ],
)
def test_what_an_event_carries_is_read_by_its_path(path: str, expected: Any) -> None:
    data = {"a": 1, "b": {"c": "deep", "d": None}, "list": [1], "flag": False}
    moment = a_meeting(Event(type="pico.scanned", data=data), Rule())

    assert read_field(f"event.data.{path}", moment) == expected


def test_a_thing_whose_maker_is_not_here_has_no_product_s_numbers() -> None:
    owner = a_person("Ann")
    pico = add_thing_with_journal(person=owner, name="My bicycle")
    event = Event.objects.select_related("pico__product__company", "owner").get()
    moment = a_meeting(event, Rule(person=owner))

    assert {name: read_field(name, moment) for name in _FIELDS} == {
        "event.type": "pico.claimed",
        "event.at": event.at,
        "reply.type": MISSING,
        "pico.code": pico.code,
        "pico.serial": MISSING,
        "pico.status": "claimed",
        "pico.product.name": "My bicycle",
        "pico.product.sku": MISSING,
        "pico.product.gtin": MISSING,
        "conduit.status": MISSING,
        "journal.unread": 0,
        "journal.waiting": False,
        "owner.name": "Ann",
    }


def test_an_event_about_no_pico_has_no_pico_s_fields() -> None:
    company = a_company()
    disable(an_endpoint(company), reason="It answered 410 Gone.")
    moment = a_meeting(Event.objects.get(), Rule(company=company))

    known = {name for name in _FIELDS if read_field(name, moment) is not MISSING}

    assert known == {"event.type", "event.at", "journal.unread"}
    assert read_field("journal.unread", moment) == 0


def test_what_is_not_there_yet_is_missing() -> None:
    assert read_field("pico.state.mode", a_moment(a_modem_s_conduit())) is MISSING


def test_a_rule_reads_its_own_side_s_value_before_the_other_s() -> None:
    conduit = a_modem_s_conduit()
    steering.set_grants(conduit, [Grant.STATE])
    set_state(pico=conduit.pico, party=conduit.owner, key="mode", value="night")
    set_state(pico=conduit.pico, party=conduit.owner, key="room.size", value=12)
    set_state(pico=conduit.pico, party=conduit.company, key="mode", value="test")
    set_state(pico=conduit.pico, party=conduit.company, key="lot", value=False)
    wanted = ("mode", "room.size", "lot", "room", "other")

    seen = {
        party: [read_field(f"pico.state.{key}", a_moment(conduit, party)) for key in wanted]
        for party in (conduit.owner, conduit.company)
    }

    assert seen == {
        conduit.owner: ["night", 12, False, MISSING, MISSING],
        conduit.company: ["test", 12, False, MISSING, MISSING],
    }


def test_a_company_s_rule_reads_the_owner_s_values_only_as_granted() -> None:
    conduit = a_modem_s_conduit()
    set_state(pico=conduit.pico, party=conduit.owner, key="mode", value="night")
    assert read_field("pico.state.mode", a_moment(conduit, conduit.company)) is MISSING
    steering.set_grants(conduit, [Grant.STATE])
    assert read_field("pico.state.mode", a_moment(conduit, conduit.company)) == "night"
    steering.pause(conduit)
    assert read_field("pico.state.mode", a_moment(conduit, conduit.company)) is MISSING


def test_a_rule_of_who_owned_it_reads_no_value_of_who_owns_it_now() -> None:
    conduit = a_modem_s_conduit()
    before = a_scan(conduit)
    Pico.objects.filter(pk=conduit.pico_id).update(owner=a_person("Cem"))
    sold = Pico.objects.with_product().get(pk=conduit.pico_id)
    assert sold.owner
    set_state(pico=sold, party=sold.owner, key="mode", value="day")
    set_state(pico=sold, party=conduit.company, key="lot", value="7")
    event = Event.objects.select_related("pico__product__company", "owner").get(pk=before.pk)

    for key in ("mode", "lot"):
        assert read_field(f"pico.state.{key}", a_moment(conduit, conduit.owner, event)) is MISSING
    assert read_field("pico.state.lot", a_moment(conduit, conduit.company, event)) == "7"


@pytest.mark.parametrize("granted", [False, True])
def test_a_company_s_rule_knows_the_owner_s_name_only_as_granted(granted: bool) -> None:
    conduit = a_modem_s_conduit()
    if granted:
        steering.set_grants(conduit, [Grant.CONTACT])

    assert read_field("owner.name", a_moment(conduit, conduit.company)) == ("Ann" if granted else MISSING)
    assert read_field("owner.name", a_moment(conduit, conduit.owner)) == "Ann"


def test_a_paused_conduit_grants_a_company_s_rule_nothing() -> None:
    conduit = a_modem_s_conduit()
    steering.set_grants(conduit, list(Grant))
    write(conduit, conduit.owner)
    steering.pause(conduit)
    moment = a_moment(conduit, conduit.company)

    names = ("owner.name", "journal.waiting", "journal.unread", "conduit.status")
    assert [read_field(name, moment) for name in names] == [MISSING, MISSING, 0, "paused"]


@pytest.mark.parametrize("status", ["claimed", "lost"])
def test_a_company_s_rule_knows_whether_an_owned_thing_is_lost_only_as_granted(status: str) -> None:
    conduit = a_modem_s_conduit()
    Pico.objects.filter(pk=conduit.pico_id).update(status=status)
    conduit.pico.refresh_from_db()

    found = {}
    for grants in ([], [Grant.SCANS]):
        steering.set_grants(conduit, grants)
        parties: tuple[Company | Person, ...] = (conduit.company, conduit.owner)
        found[len(grants)] = [read_field("pico.status", a_moment(conduit, party)) for party in parties]
    steering.pause(conduit)

    assert found == {0: [MISSING, status], 1: [status, status]}
    assert read_field("pico.status", a_moment(conduit, conduit.company)) is MISSING


@pytest.mark.parametrize("status", ["minted", "active", "retired"])
def test_a_company_s_rule_knows_how_a_thing_is_that_nobody_owns(status: str) -> None:
    company = a_company()
    pico = picos(1, a_product(company))[0]
    Pico.objects.filter(pk=pico.pk).update(status=status)
    pico.refresh_from_db()
    moment = a_meeting(Event(type="pico.scanned", data={}, pico=pico), Rule(company=company))

    assert read_field("pico.status", moment) == status


def test_an_owner_without_a_name_is_missing_even_to_their_own_rules() -> None:
    conduit = a_modem_s_conduit(a_person(""))

    assert read_field("owner.name", a_moment(conduit)) is MISSING


def test_what_nobody_owned_has_no_owner() -> None:
    moment = a_meeting(Event(type="pico.scanned", data={}), Rule())

    assert read_field("owner.name", moment) is MISSING


def test_unread_counts_what_the_other_side_shared_since_the_last_look() -> None:
    conduit = a_modem_s_conduit()
    for author in (conduit.owner, conduit.owner, conduit.company):
        write(conduit, author)
        write(conduit, author, "private")

    assert unread(conduit) == {"owner": 1, "company": 2}
    shown = list(conduit.journal.entries.all())
    mark_read(journal=conduit.journal, by=conduit.owner, shown=shown)
    mark_read(journal=conduit.journal, by=conduit.company, shown=shown)
    assert unread(conduit) == {"owner": 0, "company": 0}
    write(conduit, conduit.company)
    assert unread(conduit) == {"owner": 1, "company": 0}


def unread(conduit: Conduit) -> dict[str, Any]:
    moments = {"owner": a_moment(conduit, conduit.owner), "company": a_moment(conduit, conduit.company)}
    return {side: read_field("journal.unread", moment) for side, moment in moments.items()}


def test_a_company_s_rule_counts_only_what_the_company_may_read() -> None:
    conduit = a_modem_s_conduit()
    write(conduit, conduit.owner)
    write(conduit, conduit.owner, "private")

    found = {}
    for grants in ([], [Grant.ENTRIES], [Grant.ENTRIES, Grant.PRIVATE_ENTRIES]):
        steering.set_grants(conduit, grants)
        moment = a_moment(conduit, conduit.company)
        found[len(grants)] = [read_field("journal.unread", moment), read_field("journal.waiting", moment)]

    assert found == {0: [0, MISSING], 1: [1, True], 2: [2, True]}


def test_somebody_waits_from_the_owner_s_words_to_the_company_s() -> None:
    conduit = a_modem_s_conduit()
    waits = []
    sides: list[tuple[Company | Person, str]] = [
        (conduit.owner, "private"),
        (conduit.owner, "shared"),
        (conduit.company, "private"),
        (conduit.company, "shared"),
    ]
    for author, visibility in sides:
        write(conduit, author, visibility)
        waits.append(read_field("journal.waiting", a_moment(conduit)))

    assert waits == [False, True, True, False]


def test_a_time_is_a_time() -> None:
    moment = a_moment(a_modem_s_conduit())

    assert isinstance(read_field("event.at", moment), dt.datetime)


def test_an_event_of_a_party_s_own_can_be_read_too() -> None:
    owner = a_person()
    event = record_event("rule.paused", owner=owner, actor=SYSTEM, data={"rule": "Tell them"})
    moment = a_meeting(event, Rule(person=owner))

    assert read_field("event.data.rule", moment) == "Tell them"
