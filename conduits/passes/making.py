"""The owner makes a pass, takes it back, and what ends with the conduit."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from conduits import gate
from conduits.access import access_conduit
from conduits.event_types import PASS_MADE, PASS_REVOKED
from conduits.models import Conduit, ContextPass
from conduits.passes.codes import hashes, new_code
from conduits.passes.fields import fields_of
from conduits.passes.ringing import ring
from parties.actors import Actor
from parties.errors import RefusedError, StateForbidsError
from parties.vault import seal
from picos.events import record_event
from picos.turns import take_turn

GOOD_FOR: Final = timedelta(minutes=30)
# Of one conduit, whose codes nobody used yet.
MOST_READY: Final = 5


@transaction.atomic
def make_pass(*, conduit: Conduit, show: Mapping[str, str]) -> tuple[ContextPass, str]:
    """A pass that shows these fields as they are now, and its code, which is nowhere else. `show` has their names, each
    with the digest (`Field.seen`) of the value that its owner saw.

    Raises RefusedError if nothing is ticked, or something that there is not; StateForbidsError if a value is another by
    now, unless the conduit is open or paused, and beyond MOST_READY.
    """
    take_turn(conduit.pico_id)
    conduit = access_conduit(party=conduit.owner, conduit_id=conduit.pk)
    decision = gate.decide_pass(conduit, ())
    if not decision.passes:
        raise StateForbidsError(f"You can show nothing now: {decision.reason}.")
    values = _ticked(conduit, show)
    now = timezone.now()
    if conduit.passes.filter(used_at=None, erased_at=None, expires_at__gt=now).count() >= MOST_READY:
        raise StateForbidsError(f"{MOST_READY} codes are out already. Take one back first.")
    code = new_code()
    made = ContextPass.objects.create(
        conduit=conduit,
        company=conduit.company,
        code_hash=hashes(code, conduit.company_id)[0],
        fields=list(values),
        sealed=seal(json.dumps(values)),
        expires_at=now + GOOD_FOR,
    )
    _record(PASS_MADE, made)
    return made, code


@transaction.atomic
def revoke_pass(shown: ContextPass) -> None:
    """Its code leads nowhere from now on, and who looks at it sees nothing more; its values are erased.

    Raises StateForbidsError when it is over already.
    """
    now = timezone.now()
    take_turn(shown.conduit.pico_id)
    live = ContextPass.objects.filter(pk=shown.pk, erased_at=None)
    if not live.update(revoked_at=now, erased_at=now, sealed=""):
        raise StateForbidsError("This is over already; nothing of it is there any more.")
    _record(PASS_REVOKED, shown)


def end_passes(conduit: Conduit) -> None:
    """What the owner showed ends with the conduit, in the caller's turn and transaction."""
    now = timezone.now()
    for shown in conduit.passes.filter(erased_at=None):
        ContextPass.objects.filter(pk=shown.pk).update(revoked_at=now, erased_at=now, sealed="")
        ring(shown)


@transaction.atomic
def erase_due() -> None:
    """Erases the values of those whose time has passed; nobody is shown them any more, whenever this is done."""
    now = timezone.now()
    due = ContextPass.objects.filter(erased_at=None).select_for_update(skip_locked=True)
    for shown in (one for one in due.filter(expires_at__lte=now) if one.state != ContextPass.State.SHOWN):
        ContextPass.objects.filter(pk=shown.pk).update(erased_at=now, sealed="")
        ring(shown)


def _ticked(conduit: Conduit, show: Mapping[str, str]) -> dict[str, object]:
    if not show:
        raise RefusedError("Tick what you want to show.", field="show")
    there = {field.name: field for field in fields_of(conduit)}
    if unknown := sorted(set(show) - set(there)):
        raise RefusedError(f"There is no {unknown[0][:60]} to show.", field="show")
    for name, seen in show.items():
        if there[name].seen != seen:
            message = f"This changed a moment ago: {there[name].label}. Nothing was shown; look at it again."
            raise StateForbidsError(message)
    return {name: field.value for name, field in there.items() if name in show}


def _record(event_type: str, shown: ContextPass) -> None:
    """What it shows by name, and never a value."""
    data = {"pass": str(shown.pk), "fields": shown.fields}
    record_event(event_type, pico=shown.conduit.pico, actor=Actor.of_person(shown.conduit.owner), data=data)
    ring(shown)
