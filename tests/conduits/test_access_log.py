"""The access log: one line for each thing that passed or was refused, gapless and chained, for the owner to read."""

import datetime as dt
import hashlib
from typing import Any
from uuid import UUID

import pytest
import rfc8785
import time_machine
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from conduits import steering
from conduits.access_log import Line, broken_at, is_cut_short, write_lines
from conduits.delivery import draining as delivery
from conduits.models import AccessLine, Conduit, Endpoint, Terms
from journals.keeping import append_entry
from journals.photos import take_photos
from parties.models import Key, Person
from picos.scanning import record_scan
from rules.engine import draining as engine
from tests.conduits.at_once import at_once
from tests.conduits.sink import Sink, says_in_turn
from tests.conftest import Api
from tests.factories import a_company, a_conduit, a_person, a_photo, a_pico, a_product, a_rule, an_endpoint

NOW = dt.datetime(2026, 11, 21, 16, 40, tzinfo=dt.UTC)


def a_line(conduit: Conduit, **values: Any) -> Line:
    usual: dict[str, Any] = {"outcome": "read", "who": "Ben", "what": "journal", "reason": "so"}
    return Line(conduit_id=conduit.pk, **usual | values)


def lines_of(conduit: Conduit) -> list[AccessLine]:
    return list(conduit.access_lines.order_by("number"))


def told(conduit: Conduit) -> list[tuple[int, str, str, str]]:
    return [(line.number, line.outcome, line.what, line.reason) for line in lines_of(conduit)]


def scan(conduit: Conduit, visitor: bytes = b"12345678") -> None:
    record_scan(pico=conduit.pico, visitor=visitor, person=None)
    engine.drain()


@pytest.mark.django_db
def test_a_read_leaves_one_line_that_names_the_key_what_it_read_and_the_terms(api: Api) -> None:
    conduit = a_conduit(pico=a_pico(a_product(a_company("LAMO"))))

    with time_machine.travel(NOW, tick=False):
        api(conduit.company).get(f"/picos/{conduit.pico.code}/journal")
    shown = api(conduit.owner).get(f"/conduits/{conduit.pk}/access-log").json()

    line = AccessLine.objects.get()
    assert shown == {
        "results": [
            {
                "number": 1,
                "at": "2026-11-21T16:40:00Z",
                "outcome": "read",
                "who": "LAMO (key “test”)",
                "who_id": str(Key.objects.get(company=conduit.company).pk),
                "role": "key",
                "what": "journal",
                "what_id": str(conduit.pico_id),
                "fields": ["scans", "entries", "notes"],
                "reason": "the conduit is open",
                "purpose": "service",
                "terms": Terms.objects.get().sha256,
                "previous_digest": "00" * 32,
                "digest": bytes(line.digest).hex(),
            }
        ],
        "next": None,
    }


@pytest.mark.parametrize("what", ["journal", "events", ""])
@pytest.mark.django_db
def test_each_read_of_the_company_s_is_a_line_and_none_of_the_owner_s_is(what: str, api: Api) -> None:
    conduit = a_conduit()
    path = f"/picos/{conduit.pico.code}/{what}".rstrip("/")

    assert [api(party).get(path).status_code for party in (conduit.company, conduit.owner, conduit.company)] == [
        200
    ] * 3

    name = what or "pico"
    assert told(conduit) == [(1, "read", name, "the conduit is open"), (2, "read", name, "the conduit is open")]


@pytest.mark.parametrize("status", ["paused", "closed"])
@pytest.mark.django_db
def test_a_refused_read_is_a_line_too(status: str, api: Api) -> None:
    conduit = a_conduit()
    {"paused": steering.pause, "closed": steering.close}[status](conduit)

    answer = api(conduit.company).get(f"/picos/{conduit.pico.code}/journal")

    assert answer.json()["results"] == []
    assert told(conduit) == [(1, "refused", "journal", f"the conduit is {status}")]
    assert lines_of(conduit)[0].fields == []


@pytest.mark.django_db
def test_a_message_is_one_line_however_often_it_is_tried(sink: Sink) -> None:
    conduit = a_conduit()
    endpoint = an_endpoint(conduit.company, sink.url())
    sink.answer = says_in_turn(500, 500, 200)
    with time_machine.travel(NOW, tick=False) as clock:
        scan(conduit)
        for _ in range(3):
            delivery.drain()
            clock.shift(dt.timedelta(hours=1))

    assert len(sink.received) == 3
    assert told(conduit) == [(1, "sent", "pico.scanned", "the owner lets it see your scans")]
    line = lines_of(conduit)[0]
    assert [line.who, line.who_id] == [f"{conduit.company} (webhook)", endpoint.pk]


@pytest.mark.django_db
def test_a_retry_that_tells_more_than_the_log_says_is_a_line_of_its_own(sink: Sink) -> None:
    """Also after a first attempt that reached nobody."""
    conduit = a_conduit()
    Endpoint.objects.filter(pk=an_endpoint(conduit.company).pk).update(url="http://127.0.0.1:9/hook")
    with time_machine.travel(NOW, tick=False) as clock:
        scan(conduit)
        for grants in (["scans"], ["scans", "contact"], ["scans", "contact"], ["scans"]):
            steering.set_grants(conduit, grants)
            delivery.drain()
            clock.shift(dt.timedelta(hours=6))
            Endpoint.objects.update(url=sink.url())
            sink.answer = says_in_turn(500)

    assert ["owner" in one.json["data"] for one in sink.received] == [True, True, False]
    assert [(line.outcome, line.fields) for line in lines_of(conduit)] == [
        ("sent", []),
        ("sent", ["owner"]),
        ("sent", []),
    ]


@pytest.mark.django_db
def test_a_message_s_line_names_what_it_told_of_the_owner_s(sink: Sink) -> None:
    conduit = a_conduit()
    an_endpoint(conduit.company, sink.url(), ("journal.entry_added",))
    steering.set_grants(conduit, ["entries", "photos", "contact"])
    append_entry(
        journal=conduit.journal,
        author=conduit.owner,
        body="The sole came off.",
        visibility="shared",
        photos=take_photos([a_photo()]),
    )
    while engine.drain():
        pass
    delivery.drain()

    assert [line.fields for line in lines_of(conduit)] == [["owner", "entry", "photos"]]


@pytest.mark.django_db
def test_a_message_that_the_gate_stops_is_one_line(sink: Sink) -> None:
    conduit = a_conduit()
    an_endpoint(conduit.company, sink.url())
    scan(conduit)
    steering.set_grants(conduit, [])

    delivery.drain()
    delivery.drain()

    assert told(conduit) == [(1, "refused", "pico.scanned", "the owner does not let it see your scans")]


@pytest.mark.django_db
def test_what_the_company_s_rules_may_not_meet_is_one_line_for_all_of_them() -> None:
    conduit = a_conduit()
    rules = [a_rule(conduit.company), a_rule(conduit.company)]
    steering.set_grants(conduit, [])

    scan(conduit)

    assert not any(rule.runs.exists() for rule in rules)
    assert told(conduit) == [(1, "refused", "pico.scanned", "the owner does not let it see your scans")]
    assert lines_of(conduit)[0].who == f"{conduit.company} (its rules)"


@pytest.mark.django_db
def test_what_nobody_waits_for_leaves_no_line() -> None:
    conduit = a_conduit()
    a_rule(conduit.owner)

    scan(conduit)

    assert told(conduit) == []


@pytest.mark.django_db
def test_an_intact_log_is_not_broken_anywhere() -> None:
    conduit = a_conduit()
    write_lines([a_line(conduit, who=f"Ben {number}") for number in range(5)])
    write_lines([a_line(conduit, what_id=conduit.pico_id, fields=("scans",))])

    assert [line.number for line in lines_of(conduit)] == [1, 2, 3, 4, 5, 6]
    assert broken_at(lines_of(conduit)) is None
    conduit.refresh_from_db()
    assert [conduit.log_length, bytes(conduit.log_digest)] == [6, bytes(lines_of(conduit)[-1].digest)]


@given(
    who=st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    reason=st.text(st.sampled_from('\0\a\b\t\n\v\f\r\x1f\x7f"\\/<é\u2028\ufeff𝄞a'), max_size=30),
    fields=st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=9), max_size=3),
    number=st.integers(1, 2**53 - 1),
)
def test_a_digest_is_over_the_line_s_canonical_json(who: str, reason: str, fields: list[str], number: int) -> None:
    one = UUID("019a0000-0000-7000-8000-000000000000")
    line = AccessLine(conduit_id=one, number=number, at=NOW, outcome="sent", who=who, role="webhook", reason=reason)
    line.what, line.what_id, line.fields, line.purpose, line.terms_sha256 = "journal", one, fields, "service", "0" * 64
    line.previous_digest = bytes(32)
    content: Any = {
        "conduit": str(one),
        "number": number,
        "at": "2026-11-21T16:40:00+00:00",
        "outcome": "sent",
        "who": who,
        "who_id": "",
        "role": "webhook",
        "what": "journal",
        "what_id": str(one),
        "fields": fields,
        "reason": reason,
        "purpose": "service",
        "terms": "0" * 64,
    }
    line.digest = hashlib.sha256(bytes(32) + rfc8785.dumps(content)).digest()

    assert broken_at([line], from_the_first=False) is None


CHANGES: list[tuple[str, Any]] = [
    ("outcome", "refused"),
    ("role", "admin"),
    ("role", ""),
    ("purpose", "training"),
    ("purpose", ""),
    ("who", "Nobody"),
    ("what", "pico"),
    ("reason", "other"),
    ("fields", ["contact"]),
    ("who_id", "019a0000-0000-7000-8000-000000000000"),
    ("what_id", "019a0000-0000-7000-8000-000000000000"),
    ("at", NOW),
    ("terms_sha256", "0" * 64),
    ("previous_digest", bytes(32)),
    ("digest", bytes(32)),
    ("number", 9),
]


@pytest.mark.parametrize(("column", "value"), CHANGES)
@pytest.mark.django_db
def test_a_changed_line_is_found(column: str, value: Any) -> None:
    conduit = a_conduit()
    write_lines([a_line(conduit), a_line(conduit), a_line(conduit)])

    tamper(f"UPDATE conduits_accessline SET {column} = %s WHERE number = 2", [value])

    assert broken_at(lines_of(conduit)) == 2


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.django_db
def test_a_line_that_was_taken_out_is_found(number: int) -> None:
    conduit = a_conduit()
    write_lines([a_line(conduit), a_line(conduit), a_line(conduit)])

    tamper("DELETE FROM conduits_accessline WHERE number = %s", [number])

    assert broken_at(lines_of(conduit)) == number


@pytest.mark.django_db
def test_newest_lines_that_were_taken_out_are_found_by_the_head() -> None:
    conduit = a_conduit()
    assert not is_cut_short(Conduit.objects.get())
    write_lines([a_line(conduit), a_line(conduit), a_line(conduit)])
    assert not is_cut_short(Conduit.objects.get())

    tamper("DELETE FROM conduits_accessline WHERE number = %s", [3])

    assert broken_at(lines_of(conduit)) is None
    assert is_cut_short(Conduit.objects.get())
    tamper("DELETE FROM conduits_accessline WHERE number > %s", [0])
    assert is_cut_short(Conduit.objects.get())


@pytest.mark.django_db
def test_a_stretch_of_a_log_can_be_checked_by_itself() -> None:
    conduit = a_conduit()
    write_lines([a_line(conduit) for _ in range(6)])

    assert broken_at(lines_of(conduit)[2:5], from_the_first=False) is None
    assert broken_at(lines_of(conduit)[2:5]) == 1
    tamper("UPDATE conduits_accessline SET who = %s WHERE number = 4", ["Nobody"])
    assert broken_at(lines_of(conduit)[2:5], from_the_first=False) == 4


def tamper(statement: str, values: list[Any]) -> None:
    """What somebody with the database's own rights could do."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL pico.erasing = 'on'")
        cursor.execute(statement, values)
        cursor.execute("SET LOCAL pico.erasing = 'off'")


@pytest.mark.django_db(transaction=True)
def test_many_who_write_at_once_leave_gapless_chains() -> None:
    conduits = [a_conduit() for _ in range(3)]

    def write(number: int) -> None:
        turned = conduits[number % 3 :] + conduits[: number % 3]
        for _ in range(5):
            write_lines([a_line(conduit, who=f"Ben {number}") for conduit in turned])

    outcomes = at_once(*(lambda number=number: write(number) for number in range(6)))

    assert outcomes == [None] * 6
    for conduit in conduits:
        assert [line.number for line in lines_of(conduit)] == list(range(1, 31))
        assert broken_at(lines_of(conduit)) is None
        conduit.refresh_from_db()
        assert conduit.log_length == 30


@pytest.mark.django_db
def test_the_owner_pages_through_the_log_from_the_newest(api: Api) -> None:
    owner = a_person()
    conduit = a_conduit(owner)
    write_lines([a_line(conduit) for _ in range(5)])

    assert pages_of(api, owner, f"/conduits/{conduit.pk}/access-log") == [[5, 4], [3, 2], [1]]


def pages_of(api: Api, owner: Person, path: str) -> list[list[int]]:
    pages, asked = [], f"{path}?limit=2"
    while asked:
        answer = api(owner).get(asked).json()
        pages.append([line["number"] for line in answer["results"]])
        asked = (answer["next"] or "").removeprefix("http://pico.test/api/v1")
    return pages


@pytest.mark.django_db
def test_a_page_of_the_log_takes_few_queries(api: Api, django_assert_max_num_queries: Any) -> None:
    conduit = a_conduit()
    write_lines([a_line(conduit) for _ in range(50)])
    asking = api(conduit.owner)

    with django_assert_max_num_queries(6):
        assert len(asking.get(f"/conduits/{conduit.pk}/access-log").json()["results"]) == 50
