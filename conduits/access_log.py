"""The access log of a conduit: every read, every delivery, every refusal, for the owner to read.

Lines are numbered without gaps, and each carries the SHA-256 of the one before, so that none can be taken out or
changed unseen. The head of the chain is kept on the conduit's row, whose lock makes writers take turns; the lock
comes after any pico's turn, and several conduits are locked in the order of their ids.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from conduits.models import AccessLine, Conduit
from picos.prepared import prepared_cursor
from picos.rows import new

Outcome = AccessLine.Outcome
# The roles of those who are no members.
KEY: Final = "key"
WEBHOOK: Final = "webhook"
RULES: Final = "rules"
# `who_id` and `what_id` of a line.
Sent = tuple[UUID | None, UUID | None]


@dataclass(frozen=True, slots=True)
class Line:
    """What is to be logged; number, time, terms, purpose and chain come with the writing."""

    conduit_id: UUID
    outcome: str
    who: str
    what: str
    reason: str
    who_id: UUID | None = None
    # Of a member, or one of those below.
    role: str = KEY
    what_id: UUID | None = None
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check of a whole log found: how many lines there are, and the first that does not fit, if one does not."""

    length: int
    broken_at: int | None
    # Whether the newest lines are missing.
    cut_short: bool

    @property
    def intact(self) -> bool:
        """Whether it is what was written, all of it."""
        return self.broken_at is None and not self.cut_short


# RFC 8785 of texts, whole numbers and lists of texts, with names in ASCII: Python's own sorted form is the same, in a
# sixth of the time.
_canonical: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode

# One statement for all lines of a batch and the heads of their chains: for the 128 lines of one claim of deliveries
# it takes a third of what rows of the ORM and an update of each head do.
_APPEND = """
WITH line AS (
    INSERT INTO conduits_accessline (id, conduit_id, number, at, outcome, who, who_id, role, what, what_id, fields,
                                     reason, purpose, terms_sha256, previous_digest, digest)
    SELECT id, conduit_id, number, at, outcome, who, who_id, role, what, what_id,
           string_to_array(fields, ','), reason, purpose, terms_sha256, previous_digest, digest
    FROM unnest(%b::uuid[], %b::uuid[], %b::bigint[], %b::timestamptz[], %b::text[], %b::text[], %b::uuid[],
                %b::text[], %b::text[], %b::uuid[], %b::text[], %b::text[], %b::text[], %b::text[], %b::bytea[],
                %b::bytea[])
        AS draft (id, conduit_id, number, at, outcome, who, who_id, role, what, what_id, fields, reason, purpose,
                  terms_sha256, previous_digest, digest)
)
UPDATE conduits_conduit AS conduit SET log_length = head.length, log_digest = head.digest
FROM unnest(%b::uuid[], %b::bigint[], %b::bytea[]) AS head (id, length, digest) WHERE conduit.id = head.id
"""


@transaction.atomic(savepoint=False)
def write_lines(lines: Sequence[Line], *, held: Mapping[UUID, Conduit] | None = None) -> None:
    """Appends the lines to their conduits' logs, in the order given. What fails here fails the caller's transaction.

    `held`: all of these conduits with their terms, if the caller has just locked them in its transaction.
    """
    if not lines:
        return
    wanted = {line.conduit_id for line in lines}
    heads = {pk: held[pk] for pk in wanted} if held is not None else _hold_heads(wanted)
    rows = [_append(heads[line.conduit_id], line) for line in lines if line.conduit_id in heads]
    if rows:
        columns = [*zip(*map(_values, rows), strict=True), *zip(*map(_head, heads.values()), strict=True)]
        with prepared_cursor() as cursor:
            cursor.execute(_APPEND, [list(column) for column in columns])


def check(conduit: Conduit) -> Checked:
    """Reads the whole log and sees whether each line fits the one before, some 20,000 a second; a few at a time."""
    lines = conduit.access_lines.order_by("number").iterator(chunk_size=2000)
    conduit.refresh_from_db(fields=["log_length", "log_digest"])
    # Lines that come meanwhile are beyond the head that was read.
    broken = broken_at(line for line in lines if line.number <= conduit.log_length)
    return Checked(length=conduit.log_length, broken_at=broken, cut_short=is_cut_short(conduit))


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
    last = conduit.access_lines.filter(number__lte=conduit.log_length).order_by("-number").first()
    found = (last.number, bytes(last.digest)) if last else (0, bytes(32))
    return found != (conduit.log_length, bytes(conduit.log_digest))


def _hold_heads(conduit_ids: Collection[UUID]) -> dict[UUID, Conduit]:
    """The heads of the chains, locked; no more of the rows than the lines take."""
    held = Conduit.objects.filter(pk__in=conduit_ids).select_related("terms").order_by("pk")
    held = held.only("log_length", "log_digest", "purposes", "terms__sha256")
    return {conduit.pk: conduit for conduit in held.select_for_update(of=("self",), no_key=True)}


def _append(head: Conduit, line: Line) -> AccessLine:
    row = new(
        AccessLine,
        conduit_id=head.pk,
        number=head.log_length + 1,
        at=timezone.now(),
        outcome=line.outcome,
        who=line.who[:200],
        who_id=line.who_id,
        role=line.role,
        what=line.what,
        what_id=line.what_id,
        fields=list(line.fields),
        reason=line.reason[:200],
        purpose=",".join(head.purposes),
        terms_sha256=head.terms.sha256 if head.terms else "",
        previous_digest=bytes(head.log_digest),
    )
    row.digest = _digest(row)
    head.log_length, head.log_digest = row.number, row.digest
    return row


def _values(row: AccessLine) -> tuple[object, ...]:
    """The columns of _APPEND for one line."""
    said = (row.who, row.who_id, row.role, row.what, row.what_id, ",".join(row.fields), row.reason, row.purpose)
    chain = (row.terms_sha256, row.previous_digest, row.digest)
    return (row.pk, row.conduit_id, row.number, row.at, str(row.outcome), *said, *chain)


def _head(conduit: Conduit) -> tuple[object, ...]:
    return conduit.pk, conduit.log_length, conduit.log_digest


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
    # Lines from before these were kept have neither, and their digests stay what they are.
    content |= {name: said for name, said in (("role", line.role), ("purpose", line.purpose)) if said}
    return hashlib.sha256(bytes(line.previous_digest) + _canonical(content).encode()).digest()
