"""Signatures that anybody can verify who has the published key: ed25519 (v1a), with `cryptography` alone."""

import base64
import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import standardwebhooks
import svix
import time_machine
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.test import Client
from time_machine import Traveller

from conduits.delivery import draining as delivery
from conduits.delivery.signing import new_signing_key, public_key_of, sign
from conduits.models import Endpoint
from parties.models import Company
from tests.conduits.sink import Received, Sink
from tests.conftest import Api
from tests.factories import a_company, an_endpoint

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 21, 16, 40, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def clock() -> Iterator[Traveller]:
    with time_machine.travel(NOW, tick=False) as travelling:
        yield travelling


@pytest.fixture
def company() -> Company:
    return a_company()


def verifies(received: Received, public_key: str) -> bool:
    """As a receiver would, from the standard's text: no code of ours."""
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key.removeprefix("whpk_")))
    content = b".".join([received.id.encode(), received.headers["webhook-timestamp"].encode(), received.body])
    for signature in received.headers["webhook-signature"].split(" "):
        version, _, encoded = signature.partition(",")
        if version == "v1a":
            try:
                key.verify(base64.b64decode(encoded), content)
            except InvalidSignature:
                continue
            return True
    return False


def added(api: Api, company: Company, sink: Sink, **body: Any) -> Any:
    answer = api(company).post("/endpoints", {"url": sink.url(), "events": ["pico.scanned"]} | body)
    assert answer.status_code == 201, answer.content
    return answer.json()


def a_test_to(api: Api, company: Company, endpoint: Any, sink: Sink) -> Received:
    assert api(company).post(f"/endpoints/{endpoint['id']}/test").status_code == 202
    delivery.drain()
    return sink.received[-1]


def published(endpoint_id: str) -> Any:
    return Client().get(f"/.well-known/webhooks/{endpoint_id}")


def test_a_message_verifies_with_the_published_key_and_with_the_secret(company: Company, api: Api, sink: Sink) -> None:
    endpoint = added(api, company, sink, signature="v1a")
    received = a_test_to(api, company, endpoint, sink)

    assert verifies(received, endpoint["public_key"])
    for package in (standardwebhooks.Webhook, svix.Webhook):
        package(endpoint["secret"]).verify(received.body, received.headers)
    assert [one.partition(",")[0] for one in received.headers["webhook-signature"].split(" ")] == ["v1", "v1a"]


def test_another_s_key_and_an_altered_message_do_not_verify(company: Company, api: Api, sink: Sink) -> None:
    endpoint, other = (added(api, company, sink, signature="v1a") for _ in range(2))
    received = a_test_to(api, company, endpoint, sink)

    assert endpoint["public_key"] != other["public_key"]
    assert not verifies(received, other["public_key"])
    assert not verifies(Received(received.path, received.headers, received.body + b" "), endpoint["public_key"])
    later = received.headers | {"webhook-timestamp": str(int(NOW.timestamp()) + 1)}
    assert not verifies(Received(received.path, later, received.body), endpoint["public_key"])


def test_without_asking_there_is_no_key(company: Company, api: Api, sink: Sink) -> None:
    endpoint = added(api, company, sink)

    assert [endpoint["signature"], endpoint["public_key"]] == ["v1", None]
    assert "v1a" not in a_test_to(api, company, endpoint, sink).headers["webhook-signature"]
    assert published(endpoint["id"]).status_code == 404


def test_the_key_is_published_for_everybody_and_says_nothing_else(company: Company, api: Api, sink: Sink) -> None:
    endpoint = added(api, company, sink, signature="v1a")

    answer = published(endpoint["id"])

    raw = base64.b64decode(endpoint["public_key"].removeprefix("whpk_"))
    x = base64.urlsafe_b64encode(raw).decode().rstrip("=")
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": x, "use": "sig", "alg": "EdDSA", "whpk": endpoint["public_key"]}
    assert answer.json() == {"keys": [jwk]}
    # Whoever asks after a rotation must see the new one.
    assert [answer["Access-Control-Allow-Origin"], answer["Cache-Control"]] == ["*", "no-store"]
    assert Client().post(f"/.well-known/webhooks/{endpoint['id']}").status_code == 405
    for missing in ("019a0000-0000-7000-8000-000000000000", str(an_endpoint(company).pk)):
        assert [published(missing).status_code, published(missing)["Content-Type"]] == [404, "application/problem+json"]


def test_while_keys_rotate_both_sign_and_both_are_published(
    company: Company, api: Api, sink: Sink, clock: Traveller
) -> None:
    endpoint = added(api, company, sink, signature="v1a")
    rotated = api(company).post(f"/endpoints/{endpoint['id']}/rotate").json()
    old, new = endpoint["public_key"], rotated["public_key"]
    assert old != new

    for waited, expected in [(23, [True, True]), (2, [False, True])]:
        clock.shift(waited * HOUR)
        received = a_test_to(api, company, endpoint, sink)
        assert [verifies(received, key) for key in (old, new)] == expected
        known = [(key["whpk"], key.get("until")) for key in published(endpoint["id"]).json()["keys"]]
        assert known == ([(new, None), (old, "2026-11-22T16:40:00.000Z")] if expected[0] else [(new, None)])


@pytest.mark.parametrize(("hours", "still"), [(0, False), (1, True), (168, True)])
def test_how_long_the_old_ones_sign_can_be_said(
    hours: int, still: bool, company: Company, api: Api, sink: Sink, clock: Traveller
) -> None:
    endpoint = added(api, company, sink, signature="v1a")
    answer = api(company).post(f"/endpoints/{endpoint['id']}/rotate", {"overlap_hours": hours})
    assert answer.status_code == 200

    received = a_test_to(api, company, endpoint, sink)
    assert verifies(received, endpoint["public_key"]) is still
    assert (received.headers["webhook-signature"].count("v1,") == 2) is still
    clock.shift(hours * HOUR)
    assert not verifies(a_test_to(api, company, endpoint, sink), endpoint["public_key"])


@pytest.mark.parametrize("hours", [-1, 169, 1.5, "24", None, True])
def test_an_overlap_that_makes_no_sense_changes_nothing(hours: object, company: Company, api: Api) -> None:
    endpoint = an_endpoint(company)
    answer = api(company).post(f"/endpoints/{endpoint.pk}/rotate", {"overlap_hours": hours})

    assert [answer.status_code, [*answer.json()["errors"]]] == [422, ["overlap_hours"]]
    assert Endpoint.objects.get().secret == endpoint.secret


def test_a_key_can_be_asked_for_later_and_given_up_again(company: Company, api: Api, sink: Sink) -> None:
    endpoint = added(api, company, sink)

    asked = api(company).put(f"/endpoints/{endpoint['id']}", {"signature": "v1a"}).json()
    assert verifies(a_test_to(api, company, endpoint, sink), asked["public_key"])
    same = api(company).put(f"/endpoints/{endpoint['id']}", {"signature": "v1a", "ordered": True}).json()
    assert [same["public_key"], same["ordered"]] == [asked["public_key"], True]

    given_up = api(company).put(f"/endpoints/{endpoint['id']}", {"signature": "v1"}).json()
    assert [given_up["signature"], given_up["public_key"]] == ["v1", None]
    assert "v1a" not in a_test_to(api, company, endpoint, sink).headers["webhook-signature"]


def test_private_keys_are_sealed_at_rest_and_never_shown(company: Company, api: Api, sink: Sink) -> None:
    shown = added(api, company, sink, signature="v1a")
    endpoint = Endpoint.objects.get()

    assert endpoint.signing_key.startswith("gAAAA")
    for path in (f"/endpoints/{endpoint.pk}", "/endpoints", "/rules"):
        assert b"whsk_" not in api(company).get(path).content
    assert "whsk_" not in str(shown)


def test_a_key_is_written_as_the_standard_has_it() -> None:
    key = new_signing_key()
    raw = base64.b64decode(key.removeprefix("whsk_"), validate=True)

    assert [key[:5], len(raw)] == ["whsk_", 64]
    assert public_key_of(key) == "whpk_" + base64.b64encode(raw[32:]).decode()
    # RFC 8032, section 7.1, test 1: an empty text; ours is never empty, so only the public key is compared.
    seed = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    public = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
    assert public_key_of("whsk_" + base64.b64encode(seed).decode()) == "whpk_" + base64.b64encode(public).decode()


def test_a_signature_without_a_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="secret"):
        sign(message_id="msg_1", timestamp=1, body=b"", secrets=[], signing_keys=[new_signing_key()])
