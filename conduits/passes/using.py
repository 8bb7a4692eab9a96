"""The company's side: an agent types the code, and is shown what it shows, each look logged."""

import json
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.http import Http404
from django.utils import timezone

from api.throttling import seconds_left, seconds_to_wait
from conduits import access_log, gate
from conduits.event_types import PASS_USED
from conduits.models import AccessLine, Conduit, ContextPass
from conduits.passes.codes import hashes
from conduits.passes.ringing import ring
from conduits.reading import Reader
from journals.models import Attachment
from parties.actors import Actor
from parties.errors import TooManyError
from parties.models import Person
from parties.vault import open_sealed
from picos.events import record_event
from picos.turns import take_turn

WHAT: Final = "pass"
SHOWN_FOR: Final = timedelta(minutes=30)
# Wrong codes of one company's within a time: 40 bits are not guessed at that rate.
MOST_WRONG: Final = 30
WITHIN: Final = timedelta(minutes=10)
# Looks within this time, as by a page that brings itself up to date, are one.
ONE_LOOK: Final = timedelta(seconds=15)

State = ContextPass.State
_WHY: Final = {
    State.SHOWN: "the code was used already",
    State.OVER: "the code was used already",
    State.REVOKED: "the owner took it back",
    State.EXPIRED: "the code is too old",
}


def use_pass(*, reader: Reader, code: str, agent: Person | None = None) -> ContextPass:
    """Uses a code up for this reader, who is shown what it shows for SHOWN_FOR from now on.

    Raises Http404 alike for a code that is mistyped, another company's, used, taken back or too old, and while the
    gate refuses; TooManyError after MOST_WRONG of these.
    """
    tally = f"pass:{reader.company.pk}"
    # Also for a right code: that it is right would be an answer.
    if wait := seconds_left(tally, most=MOST_WRONG - 1):
        raise TooManyError("Too many codes that do not work. Wait a while.", retry_after=wait)
    if used := _use(reader, code, agent):
        return used
    seconds_to_wait(tally, most=MOST_WRONG, window=WITHIN)
    raise Http404


def access_used(*, reader: Reader, pass_id: UUID) -> ContextPass:
    """A pass that somebody of the reader's company used: the receipt. Raises Http404."""
    mine = ContextPass.objects.filter(pk=pass_id, company=reader.company).exclude(used_at=None)
    found = mine.select_related("conduit__pico__product", "conduit__company").first()
    if found is None:
        raise Http404
    return found


@transaction.atomic
def values_for(*, shown: ContextPass, reader: Reader) -> dict[str, Any] | None:
    """What it shows, by name, to who used it; None to anybody else, once its time is over, and while the gate refuses.

    Each look is a line in the log, as is one that is refused.
    """
    if shown.used_by_id != reader.id:
        return None
    conduit = _hold(shown)
    shown.refresh_from_db()
    if shown.state != State.SHOWN:
        return None
    decision = gate.decide_pass(conduit, shown.fields)
    _log(conduit, shown, reader, decision)
    if not decision.passes:
        return None
    values: dict[str, Any] = json.loads(open_sealed(shown.sealed))
    return values


def photo_of(*, shown: ContextPass, reader: Reader, photo_id: UUID) -> Attachment:
    """One of the photos that it shows. Raises Http404 as `values_for` says None, and for any other."""
    photos = (values_for(shown=shown, reader=reader) or {}).get("photos", [])
    if str(photo_id) not in {one["photo"] for one in photos}:
        raise Http404
    return Attachment.objects.get(pk=photo_id)


@transaction.atomic
def _use(reader: Reader, code: str, agent: Person | None) -> ContextPass | None:
    kept = hashes(code, reader.company.pk)
    found = ContextPass.objects.filter(company=reader.company, code_hash__in=kept).select_related("conduit").first()
    if found is None:
        return None
    take_turn(found.conduit.pico_id)
    conduit = _hold(found)
    found.refresh_from_db()
    decision = gate.decide_pass(conduit, found.fields)
    if found.state != State.READY:
        decision = gate.Decision(passes=False, reason=_WHY[State(found.state)])
    _log(conduit, found, reader, decision)
    if not decision.passes:
        return None
    now = timezone.now()
    ContextPass.objects.filter(pk=found.pk).update(
        used_at=now, shown_until=now + SHOWN_FOR, used_by=reader.who[:200], used_by_id=reader.id
    )
    found.refresh_from_db()
    data = {"pass": str(found.pk), "fields": found.fields}
    record_event(PASS_USED, pico=conduit.pico, actor=Actor.of_company(reader.company, agent), data=data)
    ring(found)
    return found


def _hold(shown: ContextPass) -> Conduit:
    """Locked as for writing the log: what its owner takes back before this look stays so."""
    return Conduit.objects.hold([shown.conduit_id]).get()


def _log(conduit: Conduit, shown: ContextPass, reader: Reader, decision: gate.Decision) -> None:
    outcome = AccessLine.Outcome.READ if decision.passes else AccessLine.Outcome.REFUSED
    seen = conduit.access_lines.filter(what=WHAT, what_id=shown.pk, who_id=reader.id, outcome=outcome)
    if seen.filter(at__gt=timezone.now() - ONE_LOOK).exists():
        return
    line = access_log.Line(
        conduit_id=conduit.pk,
        outcome=outcome,
        who=reader.who,
        who_id=reader.id,
        role=reader.role,
        what=WHAT,
        what_id=shown.pk,
        fields=tuple(shown.fields) if decision.passes else (),
        reason=decision.reason,
    )
    access_log.write_lines([line])
