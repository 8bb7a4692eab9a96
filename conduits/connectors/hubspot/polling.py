"""Notes on our tickets that are marked as meant for the customer: notes are internal unless somebody says so.

The index of its search lags by up to a minute or so, hence each look goes back over the last minutes once more.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from django.utils import timezone

from conduits.connectors.far import Far, Garbled, Said
from conduits.connectors.inbox import Polled, Reply
from conduits.mail.markup import text_of

LIMIT: Final = 100
OVERLAP: Final = timedelta(minutes=5)
NOT_FOUND: Final = 404


async def poll(far: Far, cursor: dict[str, Any]) -> Polled:
    """Those changed since the last look; the first begins a little before itself."""
    begun = timezone.now()
    since = cursor.get("since") or _milliseconds(begun - OVERLAP)
    search: dict[str, Any] = {
        "filterGroups": [{"filters": [{"propertyName": "hs_lastmodifieddate", "operator": "GTE", "value": since}]}],
        "sorts": [{"propertyName": "hs_lastmodifieddate", "direction": "ASCENDING"}],
        "properties": ["hs_note_body"],
        "limit": LIMIT,
    }
    if cursor.get("after"):
        search["after"] = cursor["after"]
    said = await far.ask("POST", f"{far.config.api}/objects/notes/search", content=search, headers=far.config.headers)
    replies = [reply for note in said.take("results") if (reply := await _reply(far, note))]
    following = (said.json.get("paging") or {}).get("next", {}).get("after")
    upcoming = cursor.get("next") or _milliseconds(begun - OVERLAP)
    if following:
        return Polled(replies, {"since": since, "after": str(following), "next": upcoming}, more=True)
    return Polled(replies, {"since": upcoming})


async def _reply(far: Far, note: Any) -> Reply | None:
    try:
        text = text_of(str(note["properties"].get("hs_note_body") or ""))
        number = str(int(note["id"]))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Garbled from error
    if not text.startswith(far.config.reply_prefix):
        return None
    ticket = await _ticket(far, number)
    said = text.removeprefix(far.config.reply_prefix).strip()
    return Reply(id=f"note/{number}", text=said, request=ticket) if ticket else None


async def _ticket(far: Far, number: str) -> str:
    url = f"{far.config.api}/objects/notes/{number}"
    said: Said = await far.ask(
        "GET", url, query={"associations": "tickets"}, headers=far.config.headers, bears=(NOT_FOUND,)
    )
    if said.status == NOT_FOUND or not said.json.get("associations"):
        return ""
    return said.id("associations", "tickets", "results", 0, "id")


def _milliseconds(at: datetime) -> str:
    return str(int(at.timestamp() * 1000))
