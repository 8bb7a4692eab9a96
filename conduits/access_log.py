"""The access log of a conduit: every read, every delivery, every refusal, for the owner to read.

Lines are numbered without gaps, and each carries the SHA-256 of the one before, so that none can be taken out or
changed unseen. The head of the chain is kept on the conduit's row, whose lock makes writers take turns; the lock
comes after any pico's turn, and several conduits are locked in the order of their ids.
"""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import rfc8785
from django.db import transaction
from django.utils import timezone

from conduits.models import AccessLine, Conduit
from picos.prepared import prepared_cursor

_KEEP_HEADS = """
UPDATE conduits_conduit AS conduit SET log_length = head.length, log_digest = head.digest
FROM unnest(%b::uuid[], %b::bigint[], %b::bytea[]) AS head (id, length, digest) WHERE conduit.id = head.id
"""

Outcome = AccessLine.Outcome
# `who_id` and `what_id` of a line.
Sent = tuple[UUID | None, UUID | None]


@dataclass(frozen=True, slots=True)
class Line:
    """What is to be logged; number, time and chain come with the writing."""

    conduit_id: UUID
    outcome: str
    who: str
    what: str
    reason: str
    who_id: UUID | None = None
    what_id: UUID | None = None
    fields: tuple[str, ...] = ()


@transaction.atomic
def write_lines(lines: Sequence[Line]) -> None:
    """Appends the lines to their conduits' logs, in the order given."""
    wanted = {line.conduit_id for line in lines}
    heads = {
        conduit.pk: conduit
        for conduit in Conduit.objects.filter(pk__in=wanted)
        .select_related("terms")
        .order_by("pk")
        .select_for_update(of=("self",), no_key=True)
    }
    rows = [_append(heads[line.conduit_id], line) for line in lines if line.conduit_id in heads]
    if not rows:
        return
    AccessLine.objects.bulk_create(rows)
    _keep_heads(heads.values())


def broken_at(lines: Iterable[AccessLine], *, from_the_first: bool = True) -> int | None:
    """The number of the first line that does not fit the one before, or None when the chain holds.

    `lines` are a conduit's, ascending: from the first on, or a stretch, whose first line is then taken at its word.
    """
    previous, expected = bytes(32), 1
    for place, line in enumerate(lines):
        if place == 0 and not from_the_first:
            previous, expected = bytes(line.previous_digest), line.number
        if line.number != expected or bytes(line.previous_digest) != previous or _digest(line) != bytes(line.digest):
            return expected
        previous, expected = bytes(line.digest), expected + 1
    return None


def fields_sent(*, conduit_ids: Collection[UUID], what_ids: Collection[UUID]) -> dict[Sent, tuple[str, ...]]:
    """The fields that were last sent through these conduits about these things, by whom they were sent to."""
    lines = AccessLine.objects.filter(conduit__in=conduit_ids, what_id__in=what_ids, outcome=Outcome.SENT)
    return {(line.who_id, line.what_id): tuple(line.fields) for line in lines.order_by("number")}


def is_cut_short(conduit: Conduit) -> bool:
    """Whether the newest lines are missing: the head of the chain, kept with the conduit, tells."""
    last = conduit.access_lines.order_by("-number").first()
    found = (last.number, bytes(last.digest)) if last else (0, bytes(32))
    return found != (conduit.log_length, bytes(conduit.log_digest))


def _keep_heads(heads: Iterable[Conduit]) -> None:
    """One statement, and no expression for each row: Django's `bulk_update` took half of all that logging takes."""
    columns = zip(*((head.pk, head.log_length, bytes(head.log_digest)) for head in heads), strict=True)
    with prepared_cursor() as cursor:
        cursor.execute(_KEEP_HEADS, [list(column) for column in columns])


def _append(head: Conduit, line: Line) -> AccessLine:
    row = AccessLine(
        conduit_id=head.pk,
        number=head.log_length + 1,
        at=timezone.now(),
        outcome=line.outcome,
        who=line.who[:200],
        who_id=line.who_id,
        what=line.what,
        what_id=line.what_id,
        fields=list(line.fields),
        reason=line.reason[:200],
        terms_sha256=head.terms.sha256 if head.terms else "",
        previous_digest=bytes(head.log_digest),
    )
    row.digest = _digest(row)
    head.log_length, head.log_digest = row.number, row.digest
    return row


def _digest(line: AccessLine) -> bytes:
    """SHA-256 over the digest before and the RFC 8785 canonical JSON of the line."""
    content: dict[str, Any] = {
        "conduit": str(line.conduit_id),
        "number": line.number,
        "at": line.at.isoformat(),
        "outcome": str(line.outcome),
        "who": line.who,
        "who_id": str(line.who_id or ""),
        "what": line.what,
        "what_id": str(line.what_id or ""),
        "fields": list(line.fields),
        "reason": line.reason,
        "terms": line.terms_sha256,
    }
    return hashlib.sha256(bytes(line.previous_digest) + rfc8785.dumps(content)).digest()
