"""Push messages: only the browser reads them, the push service knows who sends, and one that is gone is switched off."""

import base64
import time

import pytest
import time_machine
from cryptography.exceptions import InvalidSignature, InvalidTag
from django.test import override_settings

from conduits.delivery import http
from conduits.models import Dispatch, PushKey, Way
from conduits.reaching.subscriptions import subscription
from conduits.reaching.vapid import contact, private_key, public_key
from parties.errors import RefusedError
from parties.models import Company, Person
from tests.conduits.at_once import at_once
from tests.conduits.reaching.browsers import Browser, claims_of, raw, text
from tests.conduits.reaching.reached import a_notice, from_company, no_email, reach, states, wishes
from tests.conduits.sink import Sink, says

pytestmark = pytest.mark.django_db


def test_the_browser_reads_what_was_sent_and_the_service_knows_who_sent_it(ann: Person, sink: Sink) -> None:
    no_email(ann)
    browser = Browser()
    browser.subscribes(ann, sink.url("/push/1"))
    a_notice(ann, path="/things/X")
    reach()
    (received,) = sink.received
    dispatch = Dispatch.objects.get()
    assert browser.reads(received) == {
        "title": "News about Moccasin",
        "body": "LAMO wrote: Hello",
        "url": "http://pico.test/things/X",
        "tag": dispatch.pk.hex,
    }
    claims = claims_of(received.headers["authorization"], public_key())
    assert claims["aud"] == f"http://127.0.0.1:{sink.port}"
    assert claims["sub"] == "mailto:no-reply@pico.test"
    assert 0 < claims["exp"] - time.time() <= 24 * 3600
    said = {name: received.headers[name] for name in ("content-encoding", "ttl", "urgency", "topic")}
    assert said == {"content-encoding": "aes128gcm", "ttl": "86400", "urgency": "normal", "topic": dispatch.pk.hex}
    assert dispatch.state == "sent"


def test_nobody_else_reads_it_and_nobody_else_can_sign(ann: Person, sink: Sink) -> None:
    no_email(ann)
    Browser().subscribes(ann, sink.url())
    a_notice(ann)
    reach()
    (received,) = sink.received
    assert b"Hello" not in received.body
    with pytest.raises(InvalidTag):
        Browser().reads(received)
    signed = received.headers["authorization"]
    forged = signed.replace("t=", "t=", 1).replace(".", ".e30", 1)
    with pytest.raises((InvalidSignature, ValueError)):
        claims_of(forged, public_key())


def test_two_messages_are_encrypted_under_different_keys(ann: Person, sink: Sink) -> None:
    no_email(ann)
    browser = Browser()
    browser.subscribes(ann, sink.url())
    a_notice(ann)
    a_notice(ann)
    reach()
    first, second = sink.received
    assert browser.reads(first)["body"] == browser.reads(second)["body"]
    assert first.body[:16] != second.body[:16]
    assert first.body[21:86] != second.body[21:86]


def test_what_is_urgent_says_so(ann: Person, sink: Sink) -> None:
    no_email(ann)
    Browser().subscribes(ann, sink.url())
    a_notice(ann, urgent=True)
    reach()
    assert sink.received[0].headers["urgency"] == "high"


def test_the_longest_fits_in(clock: time_machine.Traveller, ann: Person, lamo: Company, sink: Sink) -> None:
    no_email(ann)
    browser = Browser()
    browser.subscribes(ann, sink.url())
    wishes(ann, digest="daily")
    for _ in range(8):
        a_notice(ann, text="雨" * 500)
    reach()
    clock.shift(24 * 3600)
    reach()
    (received,) = sink.received
    assert len(received.body) <= 4096
    assert browser.reads(received)["body"].count("雨") > 800


@pytest.mark.parametrize("status", [403, 404, 410])
def test_one_that_is_gone_is_switched_off(ann: Person, sink: Sink, status: int) -> None:
    no_email(ann)
    way = Browser().subscribes(ann, sink.url())
    sink.answer = says(status)
    a_notice(ann)
    a_notice(ann)
    reach()
    way.refresh_from_db()
    assert (way.status, way.off_reason) == ("off", f"It answered {status}.")
    assert (len(sink.received), states()) == (1, ["failed", "shut"])


def test_one_that_subscribes_again_is_the_same_and_on(ann: Person, sink: Sink) -> None:
    browser = Browser()
    first = browser.subscribes(ann, sink.url())
    Way.objects.filter(pk=first.pk).update(status="off", off_reason="It answered 410.")
    again = browser.subscribes(ann, sink.url())
    assert (again.pk, again.status, again.off_reason) == (first.pk, "on", "")
    assert Way.objects.filter(kind="push").count() == 1


def test_the_key_is_made_once_and_lies_sealed() -> None:
    first = public_key()
    assert public_key() == first
    row = PushKey.objects.get()
    assert len(bytes(row.public)) == 65
    assert private_key() not in row.sealed
    assert len(raw(private_key())) == 32


@pytest.mark.django_db(transaction=True)
def test_asked_for_by_several_at_once_it_is_made_once() -> None:
    assert len(set(at_once(*[public_key] * 6))) == 1
    assert PushKey.objects.count() == 1


def test_without_its_key_the_server_says_so(ann: Person, sink: Sink) -> None:
    no_email(ann)
    way = Browser().subscribes(ann, sink.url())
    public_key()
    PushKey.objects.update(sealed="gAAAAA")
    a_notice(ann)
    reach()
    way.refresh_from_db()
    assert (way.status, way.off_reason) == ("off", "The server’s key for messages to browsers was lost.")


@pytest.mark.parametrize(
    ("url", "said"),
    [("https://things.example:8443", "https://things.example"), ("http://localhost:8000", "mailto:a@b.c")],
)
def test_whom_a_push_service_asks(url: str, said: str) -> None:
    with override_settings(PUBLIC_URL=url, DEFAULT_FROM_EMAIL="Pico Conduit <a@b.c>"):
        assert contact() == said


HOSTILE = [
    *("http://127.0.0.1/p", "https://127.0.0.1/p", "https://localhost/p", "https://10.0.0.1/p", "https://[::1]/p"),
    *("https://169.254.169.254/latest/meta-data", "https://0x7f000001/", "https://2130706433/", "https://0177.0.0.1/"),
    *(
        "https://[::ffff:127.0.0.1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://100.64.0.1/",
        "https://user:pw@example.com/",
    ),
    *(
        "https://example.com:25/",
        "http://push.example/p",
        "ftp://push.example/",
        "file:///etc/passwd",
        "javascript:alert(1)",
    ),
    *(
        "",
        "x",
        "https://",
        "//push.example/p",
        "https://a b/",
        "https://push.example/#x",
        "https://" + "a" * 3000,
        "https://\0/",
    ),
]


@override_settings(PICO_WEBHOOK_ALLOW=())
@pytest.mark.parametrize("endpoint", HOSTILE)
def test_an_address_that_nothing_may_be_sent_to_is_refused(endpoint: str) -> None:
    with pytest.raises(RefusedError) as refused:
        subscription(endpoint=endpoint, **Browser().keys())
    assert refused.value.field == "endpoint"


def test_a_name_that_leads_inside_by_now_gets_nothing(ann: Person, sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    no_email(ann)
    monkeypatch.setattr(http, "_system_addresses", lambda _: ["127.0.0.1"])
    with override_settings(PICO_WEBHOOK_ALLOW=()):
        Browser().subscribes(ann, "https://push.example:8443/p")
        a_notice(ann)
        reach()
    assert (sink.received, states()) == ([], ["waiting"])


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"p256dh": ""}, "p256dh"),
        ({"p256dh": text(b"\x04" + b"\1" * 64)}, "p256dh"),
        ({"p256dh": "ä"}, "p256dh"),
        ({"p256dh": text(Browser().public[:64])}, "p256dh"),
        ({"auth": ""}, "auth"),
        ({"auth": text(b"short")}, "auth"),
        ({"auth": "%%%"}, "auth"),
    ],
)
def test_what_are_no_keys_is_refused(wrong: dict[str, str], field: str) -> None:
    with pytest.raises(RefusedError) as refused:
        subscription(**{"endpoint": "https://push.example/p"} | Browser().keys() | wrong)
    assert refused.value.field == field


def test_keys_in_either_base64_with_or_without_padding_are_taken() -> None:
    browser = Browser()
    padded = {"p256dh": base64.urlsafe_b64encode(browser.public).decode(), "auth": text(browser.auth)}
    assert subscription(endpoint="https://push.example/p", **padded)["keys"]["p256dh"] == padded["p256dh"]


def test_a_company_s_limit_holds_for_browsers(ann: Person, lamo: Company, sink: Sink) -> None:
    no_email(ann)
    Browser().subscribes(ann, sink.url())
    wishes(ann, per_company=3)
    from_company(lamo, ann, 8)
    reach()
    assert len(sink.received) == 3
