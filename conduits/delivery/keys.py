"""What signs an endpoint's messages: its secret, its key where it has one, and those before while they rotate."""

from dataclasses import dataclass
from datetime import datetime

from cryptography.fernet import InvalidToken
from django.utils import timezone

from conduits.delivery.signing import public_key_of
from conduits.models import Endpoint
from parties.vault import open_sealed


@dataclass(frozen=True, slots=True)
class Keys:
    """In the notations of the standard; the newest first."""

    secrets: list[str]
    signing_keys: list[str]


def keys_of(endpoint: Endpoint) -> Keys:
    """What signs now. Raises InvalidToken when it cannot be read any more."""
    secrets, signing_keys = [endpoint.secret], [endpoint.signing_key]
    if overlaps(endpoint):
        secrets.append(endpoint.previous_secret)
        signing_keys.append(endpoint.previous_signing_key)
    return Keys(
        [open_sealed(secret) for secret in secrets if secret], [open_sealed(key) for key in signing_keys if key]
    )


def overlaps(endpoint: Endpoint) -> bool:
    """Whether the secret before still signs."""
    return endpoint.previous_secret_until is not None and endpoint.previous_secret_until > timezone.now()


def public_key(endpoint: Endpoint) -> str | None:
    """The `whpk_` key that verifies what is signed from now on; None without, or when it cannot be read any more."""
    published = public_keys(endpoint)
    return published[0].key if published else None


@dataclass(frozen=True, slots=True)
class PublicKey:
    """In the standard's notation. `until`: when it ends, as another took its place."""

    key: str
    until: datetime | None


def public_keys(endpoint: Endpoint) -> list[PublicKey]:
    """What verifies its `v1a` signatures, the newest first."""
    sealed: list[tuple[str, datetime | None]] = [(endpoint.signing_key, None)]
    if overlaps(endpoint):
        sealed.append((endpoint.previous_signing_key, endpoint.previous_secret_until))
    try:
        return [PublicKey(public_key_of(open_sealed(key)), until) for key, until in sealed if key]
    except InvalidToken:
        return []
