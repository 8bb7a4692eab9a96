"""Who asks: a bearer key (RFC 6750 section 2.1) stands for one company or person."""

from typing import Any

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from parties.keys import find_key
from parties.models import Company, Key, Person


class KeyAuthentication(BaseAuthentication):
    """`request.auth` is the key, and `request.user` its person, or None for a company's."""

    def authenticate(self, request: Request) -> tuple[Person | None, Key] | None:
        """None without a key; raises AuthenticationFailed for one that is unknown, revoked or expired."""
        scheme, _, plain = request.headers.get("Authorization", "").partition(" ")
        if not scheme:
            return None
        key = find_key(plain.strip()) if scheme.lower() == "bearer" else None
        if key is None:
            raise AuthenticationFailed("This key is not known, or no longer valid.")
        return key.person, key

    def authenticate_header(self, request: Request) -> str:
        """What a 401 asks for."""
        del request
        return "Bearer"


def party_of(request: Request) -> Company | Person:
    """The company or person whose key it is. The door has checked that there is one."""
    key: Any = request.auth
    party: Company | Person = key.party
    return party


def company_of(request: Request) -> Company:
    """The company whose key it is; its door admits no other."""
    party = party_of(request)
    assert isinstance(party, Company)  # noqa: S101 (the door has checked)
    return party
