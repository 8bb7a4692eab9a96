"""Who asks at a door, as the access log will name it."""

from typing import Any

from rest_framework.request import Request

from api.authentication import company_of, party_of
from conduits.reading import Reader
from parties.models import Company, Person


def reader_of(request: Request) -> Reader:
    """The company's key, by its name."""
    key: Any = request.auth
    return Reader(company_of(request), f"{company_of(request)} (key “{key.name}”)", key.pk)


def person_of(request: Request) -> Person:
    """The person whose key it is; its door admits no other."""
    party = party_of(request)
    assert isinstance(party, Person)  # noqa: S101 (the door has checked)
    return party


def is_company(request: Request) -> bool:
    """Whether a company asks."""
    return isinstance(party_of(request), Company)
