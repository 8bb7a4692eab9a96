"""Public comments on cases, the oldest first."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.utils import timezone

from conduits.connectors.far import Far, Garbled
from conduits.connectors.inbox import Polled, Reply
from conduits.connectors.salesforce.writing import query

LIMIT: Final = 200
# What is committed late shows an earlier time.
OVERLAP: Final = timedelta(minutes=2)


async def poll(far: Far, cursor: dict[str, Any]) -> Polled:
    """Those since the newest that was seen; the first look begins a little before itself."""
    since = str(cursor.get("since") or _text(timezone.now() - OVERLAP))
    rows = await query(
        far,
        "SELECT Id, ParentId, CommentBody, CreatedDate FROM CaseComment"  # noqa: S608 (a time that we wrote)
        f" WHERE IsPublished = true AND CreatedDate >= {since} ORDER BY CreatedDate, Id LIMIT {LIMIT}",
    )
    try:
        replies = [
            Reply(id=f"comment/{row['Id']}", text=str(row["CommentBody"] or ""), request=str(row["ParentId"]))
            for row in rows
        ]
        newest = max((_time(row["CreatedDate"]) for row in rows), default=None)
    except (KeyError, TypeError, ValueError) as error:
        raise Garbled from error
    if newest is None:
        return Polled(replies, {"since": since})
    full = len(rows) == LIMIT
    # A full batch goes on from its very end: going back would find the same again and again.
    following = _text(newest if full else max(newest - OVERLAP, _time(since)))
    return Polled(replies, {"since": following}, more=full and following != since)


def _time(text: str) -> datetime:
    """Such as 2026-11-21T16:40:00.000+0000, or as we write it."""
    return datetime.fromisoformat(text.replace("+0000", "+00:00"))


def _text(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
