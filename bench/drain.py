"""How many events a second one worker takes through the rules, with all that these do."""

import time
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from django.db import connection, transaction
from uuid_utils.compat import uuid7

from bench.owners import Owners, settle, write_rules_that_meet, write_rules_that_wait
from bench.stage import Stage
from conduits.models import Delivery
from journals.models import Entry
from picos import scanning
from picos.models import Pending, Pico
from rules.engine import draining as engine
from rules.engine import plan
from rules.models import Listener, Run

EVENTS: Final = 20_000
AT_ONCE: Final = 500


def measure(stage: Stage) -> dict[str, float]:
    """Three rules meet each scan: one writes an entry, one queues a message, one's condition does not hold.

    Raises RuntimeError when something was not done exactly once.
    """
    del stage
    owners = settle("drain")
    write_rules_that_meet(owners)
    write_rules_that_wait(owners, of_each=7)
    scan(owners.picos[:AT_ONCE])
    drain()
    bare = _bare(owners)
    with_10k = _measured(owners)
    write_rules_that_wait(owners, of_each=90)
    with_100k = _measured(owners)
    bare = (bare + _bare(owners)) / 2
    return {
        "per_s": round(with_10k),
        "per_s_100k_rules": round(with_100k),
        "ratio_100k": round(with_100k / with_10k, 3),
        "bare_per_s": round(bare),
        "ratio": round(with_10k / bare, 3),
    }


def _analyse() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _measured(owners: Owners) -> float:
    plan.forget()
    scan(owners.picos)
    drain()
    counts = _counts()
    scan(owners.picos, times=EVENTS // len(owners.picos))
    begin = time.perf_counter()
    drain()
    taken = time.perf_counter() - begin
    done = [now - before for now, before in zip(_counts(), counts, strict=True)]
    if done != [3 * EVENTS, EVENTS, EVENTS]:
        message = f"{EVENTS} scans led to {done} runs, entries and messages"
        raise RuntimeError(message)
    return EVENTS / taken


def _counts() -> list[int]:
    return [Run.objects.count(), Entry.objects.count(), Delivery.objects.count()]


def drain() -> None:
    """Until nothing waits."""
    while engine.drain():
        pass


def scan(picos: Sequence[Pico], *, times: int = 1) -> None:
    """Records scans of things that somebody owns, and leaves them in the queue."""
    for _ in range(times):
        for first in range(0, len(picos), AT_ONCE):
            some = picos[first : first + AT_ONCE]
            scanning.record_scans(
                [
                    scanning.Scan(pico.pk, pico.owner_id, pico.product.company_id, uuid7().bytes)
                    for pico in some
                    if pico.product
                ]
            )
    _analyse()


def _bare(owners: Owners) -> float:
    """The same rows, written by a loop that knows nothing: no rules are found, asked or recorded in words."""
    scan(owners.picos)
    queued = Pending.objects.count()
    three = list(Listener.objects.values_list("version__rule", "version")[:3])
    begin = time.perf_counter()
    while _bare_batch(three, owners.endpoints[0].pk):
        pass
    return queued / (time.perf_counter() - begin)


@transaction.atomic
def _bare_batch(three: Sequence[tuple[UUID, UUID]], endpoint: UUID) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM picos_pending WHERE event_id IN (SELECT event_id FROM picos_pending ORDER BY sequence LIMIT %s"
            " FOR UPDATE SKIP LOCKED) RETURNING event_id",
            [AT_ONCE],
        )
        ids = [row[0] for row in cursor.fetchall()]
        cursor.execute(
            "SELECT event.id, event.pico_id, event.sequence, journal.id, journal.company_id FROM picos_event AS event"
            " JOIN journals_journal AS journal ON journal.pico_id = event.pico_id WHERE event.id = ANY(%s)",
            [ids],
        )
        events = cursor.fetchall()
        with cursor.copy(
            "COPY rules_run (id, rule_id, version_id, event_id, event_type, pico_id, outcome, trace, actions, at)"
            " FROM STDIN"
        ) as copy:
            for event, pico, *_ in events:
                for rule, version in three:
                    copy.write_row((uuid7(), rule, version, event, "pico.scanned", pico, "fired", "[]", "[]", "now"))
        with cursor.copy(
            "COPY journals_entry (id, journal_id, author_company_id, kind, visibility, body, data, pass_on, at)"
            " FROM STDIN"
        ) as copy:
            for _, _, _, journal, company in events:
                copy.write_row((uuid7(), journal, company, "note", "private", "Hello", "{}", False, "now"))
        with cursor.copy(
            "COPY conduits_delivery (id, endpoint_id, event_id, event_type, pico_id, sequence, body, state,"
            " attempt_count, tries_used, lost_claims, problem, next_attempt_at, created_at) FROM STDIN"
        ) as copy:
            for event, pico, sequence, *_ in events:
                copy.write_row(
                    (uuid7(), endpoint, event, "pico.scanned", pico, sequence, "", "waiting", 0, 0, 0, "", "now", "now")
                )
    return len(ids)
