"""The breaker: takes a rule off the engine that runs into itself, and tells its owner."""

from django.db import transaction

from parties.actors import SYSTEM
from picos.events import record_event
from rules.engine.moment import Moment
from rules.engine.waiting import cancel_runs
from rules.engine.watching import forget
from rules.event_types import RULE_PAUSED
from rules.listening import stop_listening
from rules.models import Rule, Run


def has_called_itself(moment: Moment) -> bool:
    """Whether this rule has already run in the chain of causes that led to this event."""
    return Run.objects.filter(rule=moment.rule, root_id=moment.event.root_id).exists()


@transaction.atomic
def pause_rule(rule: Rule, *, because: str) -> None:
    """It does nothing until its owner enables it again. What it waits for is ended; a subscription is never paused."""
    enabled = Rule.objects.filter(pk=rule.pk, status=Rule.Status.ENABLED, subscribes=None)
    if not enabled.update(status=Rule.Status.PAUSED, paused_because=because[:200]):
        return
    stop_listening(rule.pk)
    forget(rule.pk)
    cancel_runs(rule.runs.filter(outcome__in=Run.OPEN), because="The rule was paused.")
    record_event(
        RULE_PAUSED,
        company=rule.company,
        owner=rule.person,
        actor=SYSTEM,
        data={"rule": str(rule.pk), "name": rule.name, "reason": because},
    )
