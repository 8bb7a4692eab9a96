"""Coming to terms: the owner proffers, the company accepts, takes the alternative or declines; either side withdraws.

Each verb takes the pico's turn first, so of two at once one comes second and sees what the first one did. Until terms
are agreed nothing passes but the news of the proffer itself; terms that are agreed hold until others are.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from conduits import event_types, holding
from conduits.models import Conduit, Proffer, Terms
from conduits.models.conduit import Grant
from conduits.terms.agreements import Side, record_agreement, record_withdrawal
from conduits.terms.rosters import Agreement
from conduits.terms.stances import Proposal, accepted_at_once
from parties.actors import Actor
from parties.errors import StateForbidsError
from parties.models import Person
from picos.events import record_event
from picos.models import Event, Notice
from picos.notices import notify
from picos.turns import take_turn

Status = Conduit.Status
State = Proffer.State


def proffer(*, conduit: Conduit, proposal: Proposal, cause: Event | None = None) -> Proffer:
    """The owner offers these terms, in place of what waits. What the company accepts at once is agreed at once: what
    the owner prefers, else the alternative. Raises StateForbidsError for a closed conduit.
    """
    with transaction.atomic():
        _look(conduit)
        _settle_waiting(conduit, State.WITHDRAWN)
        return proffer_first(conduit=conduit, proposal=proposal, cause=cause)


def proffer_first(*, conduit: Conduit, proposal: Proposal, cause: Event | None = None) -> Proffer:
    """The same where nothing can wait yet: of a conduit that is opened in the caller's transaction and turn."""
    offered = Proffer.objects.create(
        conduit=conduit,
        preferred=proposal.preferred.id,
        preferred_version=proposal.preferred.version,
        alternative=proposal.alternative.id if proposal.alternative else "",
        alternative_version=proposal.alternative.version if proposal.alternative else "",
    )
    at_once = accepted_at_once(conduit.company)
    if proposal.preferred.id in at_once:
        _conclude(conduit, offered, State.ACCEPTED, proposal.preferred, cause=cause)
    elif proposal.alternative and proposal.alternative.id in at_once:
        _conclude(conduit, offered, State.COUNTERED, proposal.alternative, cause=cause)
    else:
        data = {"preferred": offered.preferred, "alternative": offered.alternative or None}
        _tell(event_types.TERMS_PROFFERED, conduit, Actor.of_person(conduit.owner), cause=cause, data=data)
    return offered


@transaction.atomic
def accept(*, conduit: Conduit, proffer_id: UUID | None = None, agent: Person | None = None) -> Terms:
    """The company agrees to what the owner prefers. Raises StateForbidsError when nothing waits, or something else
    than the proffer that was looked at.
    """
    waiting = _waiting(conduit, proffer_id)
    agreement = waiting.preferred_agreement
    assert agreement is not None  # noqa: S101 (no file of the roster is ever taken out)
    terms = _conclude(conduit, waiting, State.ACCEPTED, agreement, agent=agent, by_company=True)
    _notify(conduit, f"{conduit.company} agreed to your terms for your {conduit.pico.title}: {agreement.title}.")
    return terms


@transaction.atomic
def take_alternative(*, conduit: Conduit, proffer_id: UUID | None = None, agent: Person | None = None) -> Terms:
    """The company agrees to the owner's alternative. Raises as `accept` does, and when there is none."""
    waiting = _waiting(conduit, proffer_id)
    agreement = waiting.alternative_agreement
    if agreement is None:
        message = "The owner offers no alternative: accept the terms, or decline them."
        raise StateForbidsError(message)
    terms = _conclude(conduit, waiting, State.COUNTERED, agreement, agent=agent, by_company=True)
    _notify(conduit, f"{conduit.company} took your other terms for your {conduit.pico.title}: {agreement.title}.")
    return terms


@transaction.atomic
def decline(*, conduit: Conduit, proffer_id: UUID | None = None, agent: Person | None = None) -> None:
    """The company agrees to neither. Terms that hold go on to hold; without any, nothing passes. Raises as above."""
    waiting = _waiting(conduit, proffer_id)
    _settle(waiting, State.DECLINED)
    data = {"preferred": waiting.preferred, "alternative": waiting.alternative or None}
    _tell(event_types.TERMS_DECLINED, conduit, Actor.of_company(conduit.company, agent), data=data)
    said = "does not agree to your terms"
    held = "The earlier ones hold on." if conduit.terms_id else "It sees nothing. You can offer others."
    _notify(conduit, f"{conduit.company} {said} for your {conduit.pico.title}. {held}")


@transaction.atomic
def withdraw(*, conduit: Conduit, by: Side, agent: Person | None = None) -> None:
    """One side ends the agreement that holds: from now on nothing passes, until others are agreed. With an owner's
    withdrawal their waiting proffer goes too, and with any while it is paused: else the company could agree to that
    and open what its owner shut. Raises StateForbidsError when there is nothing to withdraw.
    """
    _look(conduit)
    paused = conduit.status == Status.PAUSED
    taken_back = _settle_waiting(conduit, State.WITHDRAWN) if by == "person" or paused else False
    if conduit.terms_id is None:
        if not taken_back:
            message = "There are no terms to withdraw from."
            raise StateForbidsError(message)
        return
    ended = record_withdrawal(conduit=conduit, by=by)
    _stand_on(conduit, None, Status.WAITING)
    actor = Actor.of_person(conduit.owner) if by == "person" else Actor.of_company(conduit.company, agent)
    _tell(event_types.TERMS_WITHDRAWN, conduit, actor, data={"terms": ended.sha256, "previous": ended.previous_sha256})
    if by == "company":
        text = f"{conduit.company} withdrew from the terms for your {conduit.pico.title}, and sees nothing any more."
        gone = " As you had paused it, what you offered waits no longer: offer it anew if you like."
        _notify(conduit, text + (gone if taken_back else ""))


def waiting_proffer(conduit: Conduit) -> Proffer | None:
    """The proffer that waits for the company's answer."""
    return conduit.proffers.filter(state=State.WAITING).first()


def _look(conduit: Conduit) -> None:
    """Takes the turn, and only then looks."""
    take_turn(conduit.pico_id)
    conduit.refresh_from_db(fields=["status", "grants", "scope", "purposes", "terms"])
    if conduit.status == Status.CLOSED:
        message = "This conduit is closed."
        raise StateForbidsError(message)


def _waiting(conduit: Conduit, proffer_id: UUID | None) -> Proffer:
    _look(conduit)
    waiting = waiting_proffer(conduit)
    if waiting is None or (proffer_id and waiting.pk != proffer_id):
        message = (
            "These terms do not wait for your answer any more." if proffer_id else "No terms wait for your answer."
        )
        raise StateForbidsError(message)
    return waiting


def _conclude(
    conduit: Conduit,
    waiting: Proffer,
    state: Proffer.State,
    agreement: Agreement,
    *,
    cause: Event | None = None,
    agent: Person | None = None,
    by_company: bool = False,
) -> Terms:
    """The conduit stands on the agreement from now on, and opens if it stood on none."""
    stood_on_none = conduit.status == Status.WAITING
    _settle(waiting, state)
    terms = record_agreement(conduit=conduit, agreement=agreement, proffer=waiting)
    _stand_on(conduit, terms, Status.OPEN if stood_on_none else Status(conduit.status), agreement)
    company, owner = Actor.of_company(conduit.company, agent), Actor.of_person(conduit.owner)
    data = {
        "terms": terms.sha256,
        "previous": terms.previous_sha256 or None,
        "kind": terms.kind,
        "agreement": terms.agreement,
        "version": terms.version,
    }
    _tell(event_types.TERMS_AGREED, conduit, company if by_company else owner, cause=cause, data=data)
    if not terms.previous_sha256:
        _tell(event_types.OPENED, conduit, owner, cause=cause, data={"terms": terms.sha256})
    if stood_on_none:
        holding.put_back(conduit)
    return terms


def _stand_on(conduit: Conduit, terms: Terms | None, status: str, agreement: Agreement | None = None) -> None:
    """Also trims what is granted to what the terms allow; while there are none it is kept, and nothing passes."""
    conduit.terms, conduit.status = terms, status
    conduit.scope = [grant.value for grant in Grant if grant in agreement.scope.grants] if agreement else []
    conduit.purposes = list(agreement.scope.purposes) if agreement else []
    if agreement:
        conduit.grants = [grant for grant in conduit.grants if grant in conduit.scope]
    Conduit.objects.filter(pk=conduit.pk).update(
        terms=terms, status=status, scope=conduit.scope, purposes=conduit.purposes, grants=conduit.grants
    )


def _settle_waiting(conduit: Conduit, state: Proffer.State) -> bool:
    return conduit.proffers.filter(state=State.WAITING).update(state=state, answered_at=timezone.now()) == 1


def _settle(waiting: Proffer, state: Proffer.State) -> None:
    waiting.state, waiting.answered_at = state, timezone.now()
    Proffer.objects.filter(pk=waiting.pk).update(state=state, answered_at=waiting.answered_at)


def _tell(kind: str, conduit: Conduit, actor: Actor, *, data: Mapping[str, Any], cause: Event | None = None) -> None:
    record_event(kind, pico=conduit.pico, actor=actor, data={"conduit": str(conduit.pk), **data}, cause=cause)


def _notify(conduit: Conduit, text: str) -> None:
    notify(
        person=conduit.owner,
        pico=conduit.pico,
        text=text,
        path=f"/conduits/{conduit.pk}/terms",
        kind=Notice.Kind.TERMS,
        company=conduit.company_id,
    )
