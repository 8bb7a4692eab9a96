"""Signatures that both published packages of the standard accept, and that nothing altered passes."""

import base64
from collections.abc import Iterator

import pytest
import standardwebhooks
import svix
import time_machine

from conduits.delivery.signing import headers_for, new_secret, sign

BODY = '{"type":"pico.scanned","data":{"name":"Möckasin"}}'.encode()
NOW = 1_760_000_000


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def headers(*secrets: str, body: bytes = BODY, timestamp: int = NOW) -> dict[str, str]:
    return headers_for(message_id="msg_1", timestamp=timestamp, body=body, secrets=secrets)


def test_a_secret_is_32_random_bytes_in_the_standard_s_notation() -> None:
    first, second = new_secret(), new_secret()
    assert first != second
    assert first.startswith("whsec_")
    assert len(base64.b64decode(first.removeprefix("whsec_"), validate=True)) == 32


def test_the_signature_of_a_known_message_is_the_one_that_svix_publishes() -> None:
    signature = sign(
        message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        timestamp=1614265330,
        body=b'{"test": 2432232314}',
        secrets=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
    )
    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_message_carries_the_standard_s_headers() -> None:
    secret = new_secret()
    assert headers(secret) == {
        "content-type": "application/json",
        "user-agent": "Pico-Conduit (Standard Webhooks 1.0.0)",
        "webhook-id": "msg_1",
        "webhook-timestamp": str(NOW),
        "webhook-signature": sign(message_id="msg_1", timestamp=NOW, body=BODY, secrets=[secret]),
    }


@pytest.mark.parametrize("package", [standardwebhooks.Webhook, svix.Webhook])
def test_both_packages_accept_a_message(package: type[svix.Webhook]) -> None:
    secret = new_secret()
    package(secret).verify(BODY, headers(secret))


@pytest.mark.parametrize("package", [standardwebhooks.Webhook, svix.Webhook])
def test_while_a_secret_rotates_the_old_one_and_the_new_one_both_verify(package: type[svix.Webhook]) -> None:
    old, new = new_secret(), new_secret()
    both = headers(new, old)
    assert both["webhook-signature"].count("v1,") == 2
    package(old).verify(BODY, both)
    package(new).verify(BODY, both)


@pytest.mark.parametrize(
    ("package", "error"),
    [
        (standardwebhooks.Webhook, standardwebhooks.WebhookVerificationError),
        (svix.Webhook, svix.WebhookVerificationError),
    ],
)
@pytest.mark.parametrize(
    ("body", "altered"),
    [
        (BODY + b" ", {}),
        (BODY, {"webhook-id": "msg_2"}),
        (BODY, {"webhook-timestamp": str(NOW + 1)}),
        (BODY, {"webhook-signature": "v1,AAAA"}),
    ],
)
def test_a_message_that_was_altered_fails(
    package: type[svix.Webhook], error: type[Exception], body: bytes, altered: dict[str, str]
) -> None:
    secret = new_secret()
    with pytest.raises(error):
        package(secret).verify(body, headers(secret) | altered)


def test_another_s_secret_fails() -> None:
    with pytest.raises(svix.WebhookVerificationError):
        svix.Webhook(new_secret()).verify(BODY, headers(new_secret()))


@pytest.mark.parametrize("secrets", [[], [""], ["whsec_"], ["whsec_not base64"], [new_secret(), "whsec_"]])
def test_nothing_is_signed_without_a_proper_secret(secrets: list[str]) -> None:
    with pytest.raises(ValueError, match=r"secret|base64"):
        sign(message_id="msg_1", timestamp=NOW, body=BODY, secrets=secrets)


def test_an_id_with_a_full_stop_is_refused() -> None:
    with pytest.raises(ValueError, match="full stop"):
        sign(message_id="msg.1", timestamp=NOW, body=BODY, secrets=[new_secret()])
