"""Contacts, conversations and messages, after the reference of its Application API.

A contact is kept as its number and its source id in the inbox, which conversations need.
"""

from typing import Any, Final

from conduits.connectors.far import Far, Garbled, Gone, Said
from conduits.connectors.notes import Note, mark_of

NOT_FOUND: Final = 404
UNPROCESSABLE: Final = 422
# Our id, among the conversation's own attributes.
OURS: Final = "pico_conduit"


async def check(far: Far, note: Note) -> None:
    """Whose token it is."""
    del note
    await far.ask("GET", f"{far.config.root}/profile", headers=far.config.headers)


async def upsert_contact(far: Far, note: Note) -> str:
    """Made under an identifier of ours, or with the address that is granted; if one has either already, that one."""
    identifier = f"pico/{note.contact.key or note.case}"
    contact: dict[str, Any] = {"inbox_id": far.config.inbox, "name": note.contact.name}
    contact |= {"email": note.contact.email} if note.contact.email else {"identifier": identifier}
    made = await far.ask(
        "POST", f"{far.config.api}/contacts", content=contact, headers=far.config.headers, bears=(UNPROCESSABLE,)
    )
    if made.status != UNPROCESSABLE:
        return f"{made.id('payload', 'contact', 'id')}/{made.id('payload', 'contact_inbox', 'source_id')}"
    return await _known_contact(far, note.contact.email or identifier)


async def open_request(far: Far, note: Note, contact: str) -> str:
    """A conversation with our id, and its first message."""
    contact = contact or await upsert_contact(far, note)
    number, _, source = contact.partition("/")
    request = await _written(far, note, number) if far.again else None
    if request is None:
        conversation = {
            "source_id": source,
            "inbox_id": far.config.inbox,
            "contact_id": int(number),
            "status": "open",
            "custom_attributes": {OURS: note.id, "subject": note.title},
        }
        made = await far.ask(
            "POST", f"{far.config.api}/conversations", content=conversation, headers=far.config.headers
        )
        request = made.id("id")
    await _say(far, note, request, incoming=True)
    return request


async def add_reply(far: Far, note: Note, contact: str, request: str) -> None:
    """The owner's words come in as theirs, which opens a resolved conversation; all else is a private note."""
    del contact
    await _say(far, note, request, incoming=note.by_owner)


async def _say(far: Far, note: Note, request: str, *, incoming: bool) -> None:
    url = f"{far.config.api}/conversations/{request}/messages"
    if far.again and await _is_there(far, note, url):
        return
    message = {
        "content": note.marked,
        "message_type": "incoming" if incoming else "outgoing",
        "private": not incoming,
    }
    said = await far.ask("POST", url, content=message, headers=far.config.headers, bears=(NOT_FOUND,))
    _unless_gone(said)


async def _known_contact(far: Far, wanted: str) -> str:
    url = f"{far.config.api}/contacts/search"
    said = await far.ask("GET", url, query={"q": wanted}, headers=far.config.headers)
    for index, found in enumerate(said.take("payload")):
        if wanted.lower() in {str(found.get("email")).lower(), str(found.get("identifier")).lower()}:
            number = said.id("payload", index, "id")
            return f"{number}/{await _source(far, number, found)}"
    raise Garbled


async def _source(far: Far, number: str, found: dict[str, Any]) -> str:
    """Its source id in our inbox; made where it has none."""
    for one in found.get("contact_inboxes") or []:
        if one.get("inbox", {}).get("id") == far.config.inbox:
            return str(one["source_id"])
    url = f"{far.config.api}/contacts/{number}/contact_inboxes"
    made = await far.ask("POST", url, content={"inbox_id": far.config.inbox}, headers=far.config.headers)
    return made.id("source_id")


async def _written(far: Far, note: Note, number: str) -> str | None:
    said = await far.ask("GET", f"{far.config.api}/contacts/{number}/conversations", headers=far.config.headers)
    for index, one in enumerate(said.take("payload")):
        if (one.get("custom_attributes") or {}).get(OURS) == note.id:
            return said.id("payload", index, "id")
    return None


async def _is_there(far: Far, note: Note, url: str) -> bool:
    said = await far.ask("GET", url, headers=far.config.headers, bears=(NOT_FOUND,))
    _unless_gone(said)
    return any(mark_of(str(one.get("content") or "")) == note.id for one in said.take("payload"))


def _unless_gone(said: Said) -> None:
    if said.status == NOT_FOUND:
        raise Gone
