"""Links in letters that end such letters, without signing in: they say for whom and what, and we have signed them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.signing import BadSignature, Signer
from django.http import Http404

from conduits.models import Way
from conduits.reaching import preferences, ways
from parties.models import Company, Person
from picos.models import Notice

_SIGNER: Final = "conduits.reaching.unsubscribing"
COMPANY, KIND, WAY = "company", "kind", "way"


@dataclass(frozen=True, slots=True)
class Unsubscription:
    """What a link ends: `what` completes “You will no longer get …”."""

    person: Person
    subject: str
    what: str


def subject_of(way: Way, notices: Sequence[Notice]) -> tuple[str, str]:
    """What the link in a letter of these ends, and how that reads: its company, else its kind, else the way."""
    companies = {notice.company for notice in notices}
    kinds = {notice.kind for notice in notices}
    if len(companies) == 1 and (company := companies.pop()):
        return f"{COMPANY}:{company.pk}", _from(company)
    if len(kinds) == 1:
        kind = kinds.pop()
        return f"{KIND}:{kind}", _said(kind)
    return f"{WAY}:{way.pk}", "messages on this way"


def token_for(person_id: UUID, subject: str) -> str:
    """For a URL; it works for good, as a mail may be old (RFC 8058 knows no end)."""
    return Signer(salt=_SIGNER).sign(f"{person_id}:{subject}")


def read_token(token: str) -> Unsubscription:
    """Raises Http404 for what we did not sign, or what is no more."""
    try:
        person_id, kind, which = Signer(salt=_SIGNER).unsign(token).split(":")
        person = Person.objects.filter(pk=person_id).first()
        what = _what(person, kind, which) if person else ""
    except (BadSignature, ValueError, ValidationError) as error:
        raise Http404 from error
    if person is None or not what:
        raise Http404
    return Unsubscription(person, f"{kind}:{which}", what)


def unsubscribe(given: Unsubscription) -> None:
    """Once more changes nothing more."""
    kind, _, which = given.subject.partition(":")
    if kind == COMPANY:
        preferences.mute_company(person=given.person, company=Company.objects.get(pk=which))
    elif kind == KIND:
        preferences.mute_kind(person=given.person, kind=which)
    else:
        ways.switch_off(ways.access_way(person=given.person, way_id=UUID(which)))


def _what(person: Person, kind: str, which: str) -> str:
    if kind == COMPANY:
        company = Company.objects.filter(pk=which).first()
        return _from(company) if company else ""
    if kind == KIND:
        return _said(which) if which in Notice.Kind.values else ""
    way = Way.objects.filter(person=person, pk=which).first()
    return f"messages by {way.name}" if way else ""


def _from(company: Company) -> str:
    return f"messages from {company}, its warnings included"


def _said(kind: str) -> str:
    label = Notice.Kind(kind).label
    return f"messages of this kind: {label[0].lower()}{label[1:]}"
