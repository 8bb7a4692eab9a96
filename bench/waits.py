"""A million open waits: what they cost the drain, and how late a run goes on whose time has come."""

import statistics
import time
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import connection
from django.utils import timezone

from bench import drain
from bench.owners import Owners, settle, write_rules_that_meet
from bench.stage import Stage
from bench.whole import whole
from journals.models import Entry
from rules.language.definition import Definition
from rules.models import Listener, RuleVersion, Wait
from rules.writing import write_rule

ROUNDS, THINGS = 5, 3_000
PATIENT: Final = {
    "name": "A patient rule",
    "when": {"event": "pico.lost"},
    "then": [{"do": "wait", "for": {"event": "pico.recovered"}, "within": "P2D", "then": [], "else": []}],
}
SAID: Final = "Time is up."
TIMER: Final = {
    "name": "A timer",
    "when": {"event": "pico.scanned"},
    "then": [{"do": "delay", "for": "P1D"}, {"do": "post_entry", "body": SAID, "visibility": "private"}],
}
TIMERS: Final = 1_000
SOON, APART = timedelta(seconds=10), timedelta(milliseconds=10)
COMES_WITHIN: Final = 60.0

# Runs that stand at their first step, of as many things, and their waits; each on a thing of its own.
_RUNS = """
INSERT INTO rules_run (id, rule_id, version_id, event_id, event_type, pico_id, key, outcome, trace, actions, at)
SELECT uuidv7(), %s, %s, uuidv7(), 'pico.lost', id, id, 'waiting', '[]', '[]', now() FROM picos_pico WHERE batch_id = %s
"""
_WAITS = """
INSERT INTO rules_wait (id, run_id, party, step, anchor, event_type, "where", since, lane, due)
SELECT uuidv7(), id, %s, 0, key, 'pico.recovered', '{}', 0, (random() * 63)::int, now() + INTERVAL '2 days'
FROM rules_run WHERE version_id = %s
"""
_SET_DUE = """
UPDATE rules_wait SET due = given.due FROM unnest(%s::uuid[], %s::timestamptz[]) AS given (anchor, due)
WHERE event_type = '' AND rules_wait.anchor = given.anchor
"""


def measure(stage: Stage) -> dict[str, float]:
    """`ratio`: the drain's speed beside as many open waits as there are picos, to that without; medians.

    `late_p99_ms` and `late_most_ms`: by how much a timer's run came after its time, under all that `manage.py up`
    starts. Raises RuntimeError when one never came.
    """
    owners = settle("waits")
    write_rules_that_meet(owners)
    before = _per_second(owners)
    _open_waits(stage)
    beside = _per_second(owners)
    late = _lateness(owners)
    _forget("rules_wait")
    alone = statistics.mean([before, _per_second(owners)])
    return {
        "waits": stage.batch.count,
        "per_s": round(beside),
        "ratio": round(beside / alone, 3),
        "late_p99_ms": round(statistics.quantiles(late, n=100)[98] * 1000),
        "late_most_ms": round(max(late) * 1000),
    }


def _per_second(owners: Owners) -> float:
    """The first round is for the caches."""
    rounds = []
    for _ in range(ROUNDS + 1):
        drain.scan(owners.picos[:THINGS])
        begin = time.perf_counter()
        drain.drain()
        rounds.append(THINGS / (time.perf_counter() - begin))
    return statistics.median(rounds[1:])


def _open_waits(stage: Stage) -> None:
    company = stage.product.company
    rule = write_rule(party=company, definition=Definition.model_validate(PATIENT))
    version = RuleVersion.objects.get(rule=rule)
    with connection.cursor() as cursor:
        cursor.execute(_RUNS, [rule.pk, version.pk, stage.batch.pk])
        cursor.execute(_WAITS, [company.pk, version.pk])
        cursor.execute("VACUUM ANALYZE rules_run, rules_wait")


def _lateness(owners: Owners) -> list[float]:
    """Seconds, of each; the timers come due evenly while the server is at work."""
    some = owners.picos[:TIMERS]
    for company in {pico.product.company for pico in some if pico.product}:
        write_rule(party=company, definition=Definition.model_validate(TIMER))
    drain.scan(some)
    drain.drain()
    # What the drained rules would send is not what is measured.
    _forget("conduits_delivery")
    with whole():
        due = _spread()
        came = _came()
    # The scans to come are not theirs.
    Listener.objects.filter(version__rule__name=TIMER["name"]).delete()
    return [(came[thing] - at).total_seconds() for thing, at in due.items()]


def _forget(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {table} CASCADE")


def _spread() -> dict[UUID, datetime]:
    """When each is due, by its thing."""
    timers = Wait.objects.filter(event_type="").order_by("id")
    begin = timezone.now() + SOON
    due = {wait.anchor: begin + place * APART for place, wait in enumerate(timers)}
    with connection.cursor() as cursor:
        cursor.execute(_SET_DUE, [list(due), list(due.values())])
    return due


def _came() -> dict[UUID, datetime]:
    """When each had written its entry, by its thing."""
    deadline = time.monotonic() + COMES_WITHIN
    entries = Entry.objects.filter(body=SAID)
    while entries.count() < TIMERS:
        if time.monotonic() > deadline:
            message = f"only {entries.count()} of {TIMERS} timers came"
            raise RuntimeError(message)
        time.sleep(0.5)
    return dict(entries.values_list("journal__pico", "at"))
