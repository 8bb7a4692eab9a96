"""Opening and closing requests, by either side of an open conduit."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self
from uuid import UUID

from django.db import transaction
from django.http import Http404
from django.utils import timezone

from api.bodies import storable
from conduits.event_types import REQUEST_CLOSED, REQUEST_OPENED
from conduits.gate import decide_read
from conduits.models import Conduit, Request
from live.announcing import announce
from live.tokens import topic
from parties.actors import Actor
from parties.errors import RefusedError, StateForbidsError
from parties.models import Company, Person
from picos.events import record_event
from picos.models import Event
from picos.turns import take_turn

LONGEST_TITLE = 200
# On one conduit.
MOST_OPEN = 20


@dataclass(frozen=True, slots=True)
class By:
    """Who opens or closes: a side, and for it a member at the desk, or a rule on an event."""

    party: Company | Person
    agent: Person | None = None
    rule_id: UUID | None = None
    cause: Event | None = None

    @property
    def side(self) -> str:
        """The end of the conduit at which they stand."""
        return Request.Side.OWNER if isinstance(self.party, Person) else Request.Side.COMPANY

    @property
    def actor(self) -> Actor:
        """As events name them."""
        if self.rule_id:
            return Actor.of_rule(self.rule_id)
        return (
            Actor.of_person(self.party) if isinstance(self.party, Person) else Actor.of_company(self.party, self.agent)
        )

    @classmethod
    def rule(cls, party: Company | Person, rule_id: UUID, cause: Event) -> Self:
        """A rule of the party's."""
        return cls(party, rule_id=rule_id, cause=cause)


@transaction.atomic
def open_request(*, conduit: Conduit, title: str, by: By) -> Request:
    """A new request, which both sides see. Raises RefusedError for a wrong title, StateForbidsError unless the conduit
    is open, or with MOST_OPEN open already.
    """
    title = _checked(title)
    _hold_open(conduit)
    if conduit.requests.open().count() >= MOST_OPEN:
        message = f"There are {MOST_OPEN} open requests already. Close one first."
        raise StateForbidsError(message)
    request = Request.objects.create(
        conduit=conduit, title=title, opened_by=by.side, opened_agent=by.agent, opened_rule_id=by.rule_id
    )
    _tell(REQUEST_OPENED, request, by)
    return request


@transaction.atomic
def close_request(request: Request, *, by: By) -> None:
    """It is settled. Raises StateForbidsError when it is closed already, or unless the conduit is open."""
    _hold_open(request.conduit)
    # Compare and swap, so that two at once make one event.
    values = {"status": Request.Status.CLOSED, "closed_at": timezone.now(), "closed_by": by.side}
    still_open = Request.objects.open().filter(pk=request.pk)
    if not still_open.update(**values, closed_rule_id=by.rule_id):
        message = "This request is closed already."
        raise StateForbidsError(message)
    request.refresh_from_db(fields=["status", "closed_at", "closed_by", "closed_rule_id"])
    _tell(REQUEST_CLOSED, request, by)


def end_requests(conduit: Conduit) -> None:
    """The conduit closes, and its requests with it; that it closes is event enough. In the caller's transaction."""
    conduit.requests.open().update(status=Request.Status.CLOSED, closed_at=timezone.now())


def access_request(*, party: Company | Person, request_id: UUID) -> Request:
    """A request that the party may see. Raises Http404."""
    mine = Request.objects.seen_by(party).select_related(
        "conduit__pico__product__company", "conduit__pico__owner", "conduit__owner", "conduit__company"
    )
    request = mine.filter(pk=request_id).first()
    if request is None:
        raise Http404
    return request


def titles(requests: Iterable[Request]) -> str:
    """Their titles, as a sentence has them."""
    return ", ".join(f"“{request}”" for request in requests)


def _checked(title: str) -> str:
    title = " ".join(title.split())
    if not title or len(title) > LONGEST_TITLE:
        message = f"Say in at most {LONGEST_TITLE} characters what is to be settled."
        raise RefusedError(message, field="title")
    try:
        return storable(title)
    except ValueError as error:
        message = "There is a character in the title that cannot be kept."
        raise RefusedError(message, field="title") from error


def _hold_open(conduit: Conduit) -> None:
    """Takes the pico's turn, as pausing does, and only then looks."""
    take_turn(conduit.pico_id)
    conduit.refresh_from_db(fields=["status", "grants"])
    decision = decide_read(conduit)
    if not decision.passes:
        message = f"Nothing can be opened or closed now: {decision.reason}."
        raise StateForbidsError(message)


def _tell(event_type: str, request: Request, by: By) -> None:
    conduit = request.conduit
    record_event(
        event_type,
        pico=conduit.pico,
        actor=by.actor,
        data={"request": str(request.pk), "title": request.title, "author": str(by.side)},
        cause=by.cause,
    )
    announce(
        topic("journal", conduit.journal_id, "owner"),
        topic("journal", conduit.journal_id, "company"),
        topic("company", conduit.company_id),
    )
