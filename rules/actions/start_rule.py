"""Start another rule of the same party: its conditions and actions meet the same event."""

from uuid import UUID

from parties.actors import Actor
from parties.errors import RefusedError
from parties.models import Company, Person
from picos.events import Draft
from rules.actions.outcome import Outcome, refused
from rules.authorship import authored
from rules.engine.moment import Moment
from rules.engine.reach import out_of_reach
from rules.event_types import RULE_STARTED
from rules.language.naming import Names
from rules.language.quoting import quoted
from rules.language.shapes import Strict
from rules.models import Rule

NAME = "start_rule"
PARTIES = ("company", "person")
GATHERS = True
WAITS = False


class Settings(Strict):
    """`rule`: the id of another rule of the same party; whatever it waits for itself does not matter."""

    rule: UUID

    def check(self, party: Company | Person) -> None:
        """It is one of the party's."""
        if not Rule.objects.of_party(party).filter(pk=self.rule).exists():
            message = "You have no such rule."
            raise RefusedError(message, field="rule")


def sentence(settings: Settings, names: Names) -> str:
    """Completes "THEN …"."""
    return f"start {names.rules.get(settings.rule, 'a rule that is gone')}"


def perform(settings: Settings, moment: Moment) -> Outcome:
    """Records an event for that rule, caused by this one, so that rules which start each other come to an end."""
    rule = _started(settings, moment)
    if isinstance(rule, Outcome):
        return rule
    draft = Draft(
        RULE_STARTED,
        pico=moment.event.pico,
        owner_id=moment.rule.person_id,
        company_id=moment.rule.company_id,
        actor=Actor.of_rule(moment.rule.pk),
        data=authored(moment.rule) | {"starts": str(rule.pk), "met": str(moment.meant.pk)},
        cause=moment.event,
    )
    moment.effects.add(draft)
    return Outcome("done", f"The rule {quoted(rule.name)} was started.", str(draft.id))


def rehearse(settings: Settings, moment: Moment) -> Outcome:
    """Which rule it would start; what that one would do is another rehearsal."""
    rule = _started(settings, moment)
    return rule if isinstance(rule, Outcome) else Outcome("done", f"start the rule {quoted(rule.name)}")


def _started(settings: Settings, moment: Moment) -> Rule | Outcome:
    if moment.event.pico_id and (why := out_of_reach(moment)):
        return refused(f"Nothing was started: {why}.")
    rule = Rule.objects.of_party(moment.rule.party).filter(pk=settings.rule).first()
    if rule is None:
        return refused("The rule is gone.")
    if rule.status != Rule.Status.ENABLED:
        return refused(f"The rule {quoted(rule.name)} is switched off.")
    return rule
