"""Watches: how far patterns of several events have come, kept in the database, and the clock that drives them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from parties.models import Company, Person
from picos.events import Draft, lane_of, record_events
from picos.models import Event, Pico
from picos.turns import turn_key
from rules import triggers
from rules.authorship import authored
from rules.engine.moment import Moment
from rules.engine.plan import Plan, plans_of
from rules.event_types import RULE_DUE
from rules.models import RuleVersion, Watch

DUE_AT_ONCE: Final = 200

Key = tuple[UUID, UUID]


class Watches:
    """The watches that the events of one batch feed, locked and loaded with one query, and written with two."""

    def __init__(self, moments: Sequence[Moment]) -> None:
        self._known: dict[Key, Watch] = {}
        self._changed: dict[Key, Watch] = {}
        if not moments:
            return
        # One that several things feed has to be there before it can be locked; a thing's own is in its turn.
        shared = {(one.version.pk, one.key): _new(one) for one in moments if one.key != one.event.pico_id}
        if shared:
            Watch.objects.bulk_create([shared[key] for key in sorted(shared)], ignore_conflicts=True)
        versions, keys = {one.version.pk for one in moments}, {one.key for one in moments}
        found = Watch.objects.filter(version__in=versions, key__in=keys).order_by("version_id", "key")
        self._known = {(row.version_id, row.key): row for row in found.select_for_update(of=("self",))}

    def feed(self, moment: Moment, places: Sequence[int]) -> bool:
        """Whether the pattern is complete with this event, which fits the leaves at these places."""
        when = _when(moment.plan)
        watch = self._known.get((moment.version.pk, moment.key)) or _new(moment)
        watch.state, fired = triggers.feed(
            when, watch.state, at=moment.event.at, places=places, read=lambda name: _read(moment.event, name)
        )
        watch.due = triggers.due(when, watch.state)
        watch.event_id, watch.pico_id = moment.event.pk, moment.event.pico_id
        self._known[watch.version_id, watch.key] = self._changed[watch.version_id, watch.key] = watch
        return fired

    def write(self) -> None:
        """Keeps what was fed."""
        _keep(list(self._changed.values()))
        self._changed = {}


def ring_due(lanes: Iterable[int], now: datetime) -> int:
    """Brings the watches whose time has come up to now; each that completes its pattern by that records an event.

    `lanes` are held by the caller, who has handled all events that came before. Returns how many there were.
    """
    due = Watch.objects.filter(lane__in=lanes, due__lte=now).order_by("version_id", "key")
    rows = list(due.select_for_update(of=("self",), skip_locked=True)[:DUE_AT_ONCE])
    plans = plans_of({row.version_id for row in rows})
    drafts: list[Draft] = []
    causes = Event.objects.in_bulk({row.event_id for row in rows if row.event_id})
    picos = Pico.objects.with_product().in_bulk({row.pico_id for row in rows if row.pico_id})
    for row in rows:
        plan = plans[row.version_id]
        when = _when(plan)
        row.state, fired = triggers.advance(when, row.state, now=now)
        row.due = triggers.due(when, row.state)
        cause = causes.get(row.event_id) if row.event_id else None
        pico = picos.get(row.pico_id) if row.pico_id else None
        drafts += [_draft(plan, at, pico, cause) for at in fired]
    _keep(rows)
    record_events(drafts)
    return len(rows)


def begin(version: RuleVersion, plan: Plan, picos: Sequence[Pico], now: datetime) -> None:
    """Starts the clock of a rule that begins by itself: for each of these things, or once when there is none."""
    party = plan.rule.party
    when = _when(plan)
    state = triggers.begin(when, now)
    keys: list[tuple[UUID, UUID | None]] = [(pico.pk, pico.pk) for pico in picos] or [(party.pk, None)]
    _keep(
        [
            Watch(
                version=version,
                key=key,
                pico_id=pico_id,
                state=state,
                lane=lane_of(turn_key(key)),
                due=triggers.due(when, state),
            )
            for key, pico_id in keys
        ]
    )


def forget(rule_id: UUID) -> None:
    """All that its patterns had seen so far: a rule that is changed or switched on begins anew."""
    Watch.objects.filter(version__rule=rule_id).delete()


def _draft(plan: Plan, at: datetime, pico: Pico | None, cause: Event | None) -> Draft:
    party = plan.rule.party
    return Draft(
        RULE_DUE,
        pico=pico,
        owner_id=party.pk if isinstance(party, Person) else None,
        company_id=party.pk if isinstance(party, Company) else None,
        data=authored(plan.rule) | {"version": str(plan.version.pk), "at": at.isoformat()},
        cause=cause,
    )


def _new(moment: Moment) -> Watch:
    when = _when(moment.plan)
    return Watch(
        version=moment.version,
        key=moment.key,
        state=triggers.begin(when, moment.event.at),
        lane=lane_of(turn_key(moment.key)),
    )


def _when(plan: Plan) -> Any:
    assert plan.definition is not None  # noqa: S101 (a version that cannot be read is never fed)
    return plan.definition.when


def _read(event: Event, name: str) -> Any:
    data: Any = event.data
    for step in name.removeprefix("event.data.").split("."):
        data = data.get(step) if isinstance(data, Mapping) else None
    return data


def _keep(rows: Sequence[Watch]) -> None:
    Watch.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["version", "key"],
        update_fields=["state", "due", "event_id", "pico"],
    )
