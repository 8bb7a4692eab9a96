"""Tickets and follow-ups. The API has no place for an id of ours, so our mark in the text is what a retry looks for."""

import math
from typing import Any, Final

from conduits.connectors.far import Far, Garbled, Gone
from conduits.connectors.notes import Note, mark_of

PAGE: Final = 25
LONGEST_TITLE: Final = 200
# Ticket.RESOLVED_STATUS, CLOSED_STATUS, DUPLICATE_STATUS; and what it is given when its owner writes again.
_SETTLED: Final = {3, 4, 5}
_REOPENED: Final = 2


async def check(far: Far, note: Note) -> None:
    """Whether the user may use the API; nothing is written."""
    del note
    await far.ask("GET", f"{far.config.api}/tickets/", query={"page_size": 1}, headers=far.config.headers)


async def open_request(far: Far, note: Note, contact: str) -> str:
    """A ticket. Its submitter's address is there only as granted: who has one is mailed by the helpdesk itself."""
    del contact
    if far.again and (found := await _written(far, note)):
        return found
    ticket = {
        "queue": far.config.queue,
        "title": note.title[:LONGEST_TITLE],
        "description": f"{note.contact.name}:\n\n{note.marked}",
        "priority": far.config.priority,
        "submitter_email": note.contact.email,
    }
    made = await far.ask("POST", f"{far.config.api}/tickets/", content=ticket, headers=far.config.headers)
    return made.id("id")


async def add_reply(far: Far, note: Note, contact: str, request: str) -> None:
    """A follow-up, not public: its author knows what they wrote. Without a title, which would become the ticket's."""
    del contact
    url = f"{far.config.api}/tickets/{request}/"
    said = await far.ask("GET", url, headers=far.config.headers, bears=(404,))
    if said.status == 404:  # noqa: PLR2004 (HTTP's own)
        raise Gone
    ticket = said.json
    if any(mark_of(_text(one, "comment")) == note.id for one in said.take("followup_set")):
        return
    followup = {"ticket": int(request), "comment": _plain(note.marked), "public": False}
    if note.by_owner and ticket.get("status") in _SETTLED:
        followup["new_status"] = _REOPENED
    await far.ask("POST", f"{far.config.api}/followups/", content=followup, headers=far.config.headers)


async def _written(far: Far, note: Note) -> str | None:
    """The ticket with our mark: among the newest, as the attempt that may have made it was the one before this."""
    url = f"{far.config.api}/tickets/"
    first = await far.ask("GET", url, query={"page_size": PAGE}, headers=far.config.headers)
    count = first.take("count")
    if not isinstance(count, int):
        raise Garbled
    last = max(1, math.ceil(count / PAGE))
    for page in range(last, max(0, last - 4), -1):
        said = (
            first
            if page == 1
            else await far.ask("GET", url, query={"page_size": PAGE, "page": page}, headers=far.config.headers)
        )
        for index, ticket in enumerate(said.take("results")):
            if mark_of(_text(ticket, "description")) == note.id:
                return said.id("results", index, "id")
    return None


def _text(row: Any, name: str) -> str:
    return str(row.get(name) or "") if isinstance(row, dict) else ""


def _plain(text: str) -> str:
    """It renders follow-ups as Django templates, guarding only against `{%`: a customer's braces must do nothing."""
    return text.replace("{{", "{ {").replace("{#", "{ #")
