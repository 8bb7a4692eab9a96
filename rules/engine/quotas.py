"""Quotas: how much of the engine one party's rules may use within an hour. Endpoints' subscriptions do not count."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from picos.prepared import prepared_cursor
from picos.rows import fetched
from rules.engine.moment import Moment


@dataclass(slots=True)
class Amount:
    """Of evaluations and of actions."""

    evaluations: int = 0
    actions: int = 0


OF_PERSON: Final = Amount(evaluations=20_000, actions=2_000)
OF_COMPANY: Final = Amount(evaluations=20_000_000, actions=2_000_000)
NONE: Final = Amount()
USED_UP: Final = "Your rules have used up their share of this hour."

_USED = "SELECT party, evaluations, actions FROM rules_usage WHERE party = ANY(%b::uuid[]) AND hour = %b"
_ADD = """
INSERT INTO rules_usage AS usage (party, hour, evaluations, actions)
SELECT * FROM unnest(%b::uuid[], %b::timestamptz[], %b::int[], %b::int[]) ORDER BY 1
ON CONFLICT (party, hour) DO UPDATE SET
    evaluations = usage.evaluations + excluded.evaluations, actions = usage.actions + excluded.actions
"""


class Quotas:
    """What the parties of one batch have used, read with one query and kept with one statement at its end."""

    def __init__(self, parties: Iterable[UUID], now: datetime) -> None:
        self._hour = now.replace(minute=0, second=0, microsecond=0)
        self._added: dict[UUID, Amount] = defaultdict(Amount)
        rows = fetched(_USED, list(set(parties)), self._hour)
        self._used = {party: Amount(evaluations, actions) for party, evaluations, actions in rows}

    def allow(self, moment: Moment) -> bool:
        """Whether this rule may be looked at and, if it fires, act; then it is counted as looked at."""
        rule, party = moment.plan.rule, moment.plan.party_id
        if rule.subscribes_id:
            return True
        most = OF_COMPANY if rule.company_id else OF_PERSON
        before, added = self._used.get(party, NONE), self._added[party]
        if before.evaluations + added.evaluations >= most.evaluations:
            return False
        if before.actions + added.actions >= most.actions:
            return False
        added.evaluations += 1
        return True

    def count_actions(self, moment: Moment) -> None:
        """It fires."""
        if not moment.plan.rule.subscribes_id:
            self._added[moment.plan.party_id].actions += len(moment.plan.steps)

    def write(self) -> None:
        """Keeps what was added."""
        added = [(party, amount) for party, amount in self._added.items() if amount.evaluations]
        if added:
            with prepared_cursor() as cursor:
                cursor.execute(
                    _ADD,
                    [
                        [party for party, _ in added],
                        [self._hour] * len(added),
                        [amount.evaluations for _, amount in added],
                        [amount.actions for _, amount in added],
                    ],
                )
