"""Users and tickets, after the reference of its Ticketing API (Users, Tickets, Ticket Comments, Idempotency)."""

from typing import Any, Final

from conduits.connectors.far import Far, Gone, Refused, Said
from conduits.connectors.notes import Note, mark_of
from conduits.delivery.http import Answer

NOT_FOUND: Final = 404
UNPROCESSABLE: Final = 422


async def check(far: Far, note: Note) -> None:
    """Who we are there: it answers even those whom it does not know, with a user without an id."""
    del note
    said = await far.ask("GET", f"{far.config.api}/users/me", headers=far.config.headers)
    if said.take("user", "id") is None:
        raise Refused(Answer(401, said.body, {}, far.spent_ms, "It does not know us: check the access token."))


async def upsert_contact(far: Far, note: Note) -> str:
    """An end user: by their address if that is granted, else by an external id of ours."""
    user: dict[str, Any] = {"name": note.contact.name, "role": "end-user", "skip_verify_email": True}
    user |= {"email": note.contact.email} if note.contact.email else {"external_id": f"pico/{note.contact.key}"}
    said = await far.ask(
        "POST", f"{far.config.api}/users/create_or_update", content={"user": user}, headers=far.config.headers
    )
    return said.id("user", "id")


async def open_request(far: Far, note: Note, contact: str) -> str:
    """A ticket under our id, as its external id and as idempotency key, which it keeps for two hours only."""
    if far.again and (found := await _written(far, note)):
        return found
    ticket: dict[str, Any] = {
        "subject": note.title,
        "comment": _comment(note, contact),
        "external_id": note.id,
        "tags": ["pico_conduit"],
    }
    if contact:
        ticket["requester_id"] = int(contact)
    headers = far.config.headers | {"idempotency-key": note.id}
    said = await far.ask("POST", f"{far.config.api}/tickets", content={"ticket": ticket}, headers=headers)
    return said.id("ticket", "id")


async def add_reply(far: Far, note: Note, contact: str, request: str) -> None:
    """A comment; its owner's own words are public, and open the ticket again. Nothing is added to a closed one."""
    if far.again and await _is_there(far, note, request):
        return
    ticket: dict[str, Any] = {"comment": _comment(note, contact)}
    if note.by_owner:
        ticket["status"] = "open"
    url = f"{far.config.api}/tickets/{request}"
    said = await far.ask(
        "PUT", url, content={"ticket": ticket}, headers=far.config.headers, bears=(NOT_FOUND, UNPROCESSABLE)
    )
    if said.status == NOT_FOUND:
        raise Gone
    if said.status == UNPROCESSABLE:
        if b"closed prevents ticket update" in said.body:
            raise Gone
        raise Refused(Answer(said.status, said.body, {}, far.spent_ms, _why(said)))


def _comment(note: Note, contact: str) -> dict[str, Any]:
    comment: dict[str, Any] = {"body": note.marked, "public": note.by_owner}
    return comment | ({"author_id": int(contact)} if contact and note.by_owner else {})


async def _written(far: Far, note: Note) -> str | None:
    url = f"{far.config.api}/tickets"
    said = await far.ask("GET", url, query={"external_id": note.id}, headers=far.config.headers)
    return said.id("tickets", 0, "id") if said.take("tickets") else None


async def _is_there(far: Far, note: Note, request: str) -> bool:
    """Among its newest comments."""
    url = f"{far.config.api}/tickets/{request}/comments"
    query = {"sort": "-created_at", "page[size]": 100}
    said = await far.ask("GET", url, query=query, headers=far.config.headers, bears=(NOT_FOUND,))
    if said.status == NOT_FOUND:
        raise Gone
    return any(mark_of(str(one.get("body") or "")) == note.id for one in said.take("comments"))


def _why(said: Said) -> str:
    return f"It answered {said.status}: {said.body[:200].decode(errors='replace')}"
