"""What a message says, to the last key."""

import json
from typing import Any

import pytest

from conduits import steering
from conduits.answering import answer
from conduits.delivery.payloads import body_of
from conduits.gate import decide_event
from conduits.models import Conduit, Terms
from conduits.models.conduit import Grant
from conduits.noting import note
from journals.keeping import append_entry
from journals.models import Attachment, Entry
from journals.photos import take_photos
from picos.events import record_events
from picos.models import Event
from picos.scanning import record_scan
from tests.factories import a_company, a_conduit, a_person, a_photo, a_pico, a_product, picos

pytestmark = pytest.mark.django_db


@pytest.fixture
def conduit() -> Conduit:
    product = a_product(a_company("ISP"), name="Cable modem", sku="CM-3000", gtin="04012345123456")
    pico = picos(1, product, serials=["S-1"])[0]
    return a_conduit(a_person("Ann", "ann@example.com"), pico)


def message_about(event: Event, conduit: Conduit | None) -> Any:
    entry = Entry.objects.filter(pk=event.data.get("entry")).first()
    return json.loads(body_of(event, conduit, entry))


def a_scan(conduit: Conduit) -> Event:
    return Event.objects.get(pk=record_scan(pico=conduit.pico, visitor=b"12345678", person=None))


def test_a_scan_s_message_is_what_the_contract_says(conduit: Conduit) -> None:
    scan = a_scan(conduit)

    assert message_about(scan, conduit) == {
        "type": "pico.scanned",
        "timestamp": f"{scan.at.isoformat(timespec='milliseconds').removesuffix('+00:00')}Z",
        "data": {
            "event": str(scan.pk),
            "pico": {
                "code": conduit.pico.code,
                "url": f"HTTP://PICO.TEST/P/{conduit.pico.code}",
                "serial": "S-1",
                "product": {
                    "id": str(conduit.pico.product_id),
                    "name": "Cable modem",
                    "sku": "CM-3000",
                    "gtin": "04012345123456",
                },
            },
            "conduit": str(conduit.pk),
            "terms_hash": Terms.objects.get().sha256,
            "reply_url": f"http://pico.test/api/v1/conduits/{conduit.pk}/messages",
            "actor": {"kind": "anonymous"},
            "cause": None,
            "root": str(scan.pk),
            "depth": 0,
        },
    }


def test_what_nobody_owns_has_no_conduit_to_answer_through() -> None:
    pico = a_pico()
    scan = Event.objects.get(pk=record_scan(pico=pico, visitor=b"12345678", person=None))

    data = message_about(scan, None)["data"]

    assert [data["pico"]["code"], data["conduit"], data["reply_url"]] == [pico.code, None, None]
    assert "owner" not in data


def test_through_a_conduit_that_is_not_open_there_is_no_answering(conduit: Conduit) -> None:
    steering.pause(conduit)

    data = message_about(Event.objects.get(type="conduit.paused"), conduit)["data"]

    assert [data["conduit"], data["reply_url"]] == [str(conduit.pk), None]


def test_a_paused_conduit_s_last_message_does_not_name_the_owner(conduit: Conduit) -> None:
    steering.set_grants(conduit, [Grant.CONTACT])
    steering.pause(conduit)

    assert "owner" not in message_about(Event.objects.get(type="conduit.paused"), conduit)["data"]


@pytest.mark.parametrize("granted", [False, True])
def test_an_entry_s_message_has_its_words_and_its_photos_as_granted(granted: bool, conduit: Conduit) -> None:
    if granted:
        steering.set_grants(conduit, [Grant.ENTRIES, Grant.PHOTOS])
    entry = append_entry(
        journal=conduit.journal,
        author=conduit.owner,
        body="The light is red.",
        visibility="shared",
        kind="question",
        photos=take_photos([a_photo()]),
    )

    data = message_about(Event.objects.get(type="journal.entry_added"), conduit)["data"]

    photo = Attachment.objects.get()
    links = [{"id": str(photo.pk), "url": f"http://pico.test/api/v1/attachments/{photo.pk}"}]
    assert data["entry"] == {
        "id": str(entry.pk),
        "author": "owner",
        "kind": "question",
        "visibility": "shared",
        "body": "The light is red.",
        "data": {},
        "in_reply_to": None,
    } | ({"attachments": links} if granted else {})
    assert data["actor"] == {"kind": "person"}


def test_the_company_s_own_answer_tells_what_it_answers(conduit: Conduit) -> None:
    scan = a_scan(conduit)
    entry = answer(conduit=conduit, body="Back soon.", in_reply_to=str(scan.pk), data={"ticket": 7})

    message = message_about(Event.objects.get(type="conduit.message"), conduit)

    assert message["type"] == "conduit.message"
    assert message["data"]["entry"] == {
        "id": str(entry.pk),
        "author": "company",
        "kind": "answer",
        "visibility": "shared",
        "body": "Back soon.",
        "data": {"ticket": 7},
        "in_reply_to": None,
        "attachments": [],
    }
    chain = {key: message["data"][key] for key in ("cause", "root", "depth")}
    assert chain == {"cause": str(scan.pk), "root": str(scan.pk), "depth": 1}


def test_a_note_s_message_has_its_text_and_the_rule_s_name(conduit: Conduit) -> None:
    scan = a_scan(conduit)
    rule_id = scan.pk
    record_events(
        [note(conduit=conduit, text="Ann has a new entry", rule_id=rule_id, rule_name="Tell them", cause=scan)]
    )

    event = Event.objects.get(type="conduit.note")
    data = message_about(event, conduit)["data"]

    assert [data["text"], data["rule"], data["actor"], data["cause"]] == [
        "Ann has a new entry",
        "Tell them",
        {"kind": "rule"},
        str(scan.pk),
    ]
    assert decide_event(event, conduit).passes


def test_text_of_any_script_goes_out_as_it_was_written(conduit: Conduit) -> None:
    append_entry(journal=conduit.journal, author=conduit.owner, body="Ærger 🦫 \u202e", visibility="shared")

    event = Event.objects.get(type="journal.entry_added")

    assert "Ærger 🦫" in body_of(event, conduit, Entry.objects.get())
