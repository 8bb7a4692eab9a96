"""A rule version made ready to run. It is parsed once and then kept by each worker, as a version never changes."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from rules.actions import Action, branches_of, settings_of
from rules.conditions import compiled
from rules.language.comparing import Read, Truth
from rules.language.definition import Definition
from rules.models import Rule, RuleVersion
from rules.traces import Trace
from rules.triggers import EventIs, is_stateless, leaves

# How long a worker trusts what it knows of a rule's owner, whose name may change, and how many plans it keeps.
FRESH: Final = 600.0
MOST: Final = 50_000

Look = Callable[[Read], tuple[Truth, Trace]]


@dataclass(frozen=True, slots=True)
class Step:
    """One action. `next` is the step after it, `branches` the first steps of what hangs on its outcome; -1: the end."""

    action: Action
    settings: Any
    next: int
    branches: Mapping[str, int] = field(default_factory=dict)

    def after(self, result: str) -> int:
        """The step that follows: of what was refused, what also follows when nobody answers."""
        return self.branches.get("else", self.next) if result == "refused" else self.next


@dataclass(frozen=True, slots=True)
class Plan:
    """A version with its rule and all that running it takes. `unreadable` names what is wrong with an old version."""

    rule: Rule
    version: RuleVersion
    definition: Definition | None = None
    steps: tuple[Step, ...] = ()
    first: int = -1
    stateless: bool = True
    # Whether it has to be remembered when it fired.
    is_paced: bool = False
    # Whether a run of it can outlast its event.
    waits: bool = False
    # Whether an action of it writes at once, rather than with all others of the batch.
    is_direct: bool = False
    # Looks whether its conditions hold.
    look: Look = field(default_factory=lambda: compiled(None))
    unreadable: str = ""
    # Of its company, to which it sends.
    endpoints: Sequence[UUID] = ()
    # What its `when` is made of.
    leaves: Sequence[EventIs] = ()
    # How much of a batch it takes.
    weight: int = field(init=False)
    # Whose rule it is.
    party_id: UUID = field(init=False)
    # Of the rules that meet one event: a webhook is the last thing to be left out, then as they were made.
    rank: tuple[bool, int] = field(init=False)

    def __post_init__(self) -> None:
        """What is asked of it at each meeting."""
        object.__setattr__(self, "weight", max(1, len(self.steps)))
        object.__setattr__(self, "party_id", self.rule.company_id or self.rule.person_id)
        object.__setattr__(self, "rank", (self.rule.subscribes_id is None, self.rule.id.int))


_known: dict[UUID, Plan] = {}
_since = time.monotonic()


def plans_of(version_ids: Collection[UUID]) -> dict[UUID, Plan]:
    """The plans of these versions, most of them as they were made before."""
    global _since  # noqa: PLW0603
    if len(_known) > MOST or time.monotonic() - _since > FRESH:
        _known.clear()
        _since = time.monotonic()
    if unknown := [id_ for id_ in version_ids if id_ not in _known]:
        rows = RuleVersion.objects.filter(pk__in=unknown).select_related("rule__company", "rule__person")
        _known.update((version.pk, plan(version)) for version in rows)
    return {id_: _known[id_] for id_ in version_ids if id_ in _known}


def forget() -> None:
    """Nothing is known any more."""
    _known.clear()


def plan(version: RuleVersion) -> Plan:
    """The plan of a version that was loaded with its rule and party."""
    try:
        definition = Definition.model_validate(version.definition)
        return plan_of(definition, version)
    except Exception as error:  # noqa: BLE001 a version that this program cannot read any more fails alone
        return Plan(version.rule, version, unreadable=type(error).__name__)


def plan_of(definition: Definition, version: RuleVersion) -> Plan:
    """The plan of a definition; `version` need not be saved."""
    steps: list[Step] = []
    first = _lay_out(definition.then, steps, after=-1)
    return Plan(
        rule=version.rule,
        version=version,
        definition=definition,
        steps=tuple(steps),
        first=first,
        endpoints=[step.settings.endpoint for step in steps if hasattr(step.settings, "endpoint")],
        leaves=leaves(definition.when),
        stateless=is_stateless(definition.when),
        is_paced=bool(definition.cooldown or definition.at_most),
        waits=any(step.action.WAITS for step in steps),
        is_direct=any(not step.action.GATHERS for step in steps),
        look=compiled(definition.if_),
    )


def _lay_out(actions: Sequence[Mapping[str, Any]], steps: list[Step], *, after: int) -> int:
    """Appends the steps of a list of actions, the last first, and returns where it begins."""
    following = after
    for raw in reversed(actions):
        action, settings = settings_of(raw)
        branches = {name: _lay_out(inner, steps, after=following) for name, inner in branches_of(settings).items()}
        steps.append(Step(action, settings, following, branches))
        following = len(steps) - 1
    return following
