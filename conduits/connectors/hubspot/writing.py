"""Contacts, tickets and notes, after its CRM API reference: each upserted by a unique property that holds our id.

So what is written twice is written once, without a search, whose index lags behind. Associations are made apart from
that, as an upsert takes none; making one again changes nothing.
"""

from typing import Any, Final

from conduits.connectors.far import Far, Gone
from conduits.connectors.notes import Note
from conduits.connectors.texts import as_html

NOT_FOUND: Final = 404
_OBJECTS: Final = ("contacts", "tickets", "notes")


async def check(far: Far, note: Note) -> None:
    """Whether the token is good, and the property there for each of the three."""
    del note
    for name in _OBJECTS:
        url = f"{far.config.api}/properties/{name}/{far.config.id_property}"
        await far.ask("GET", url, headers=far.config.headers)


async def upsert_contact(far: Far, note: Note) -> str:
    """By address if that is granted, else by our id."""
    first, _, last = note.contact.name.rpartition(" ")
    properties = {"firstname": first or last, "lastname": last if first else ""}
    if note.contact.email:
        return await _upsert(far, "contacts", "email", note.contact.email, properties)
    return await _upsert(far, "contacts", far.config.id_property, note.contact.key, properties)


async def append_to_timeline(far: Far, note: Note, contact: str) -> None:
    """A note beside the contact."""
    written = await _note(far, note)
    if contact:
        await _associate(far, "notes", written, "contacts", contact)


async def open_request(far: Far, note: Note, contact: str) -> str:
    """A ticket in the pipeline's first stage."""
    properties = {
        "subject": note.title,
        "content": note.marked,
        "hs_pipeline": far.config.pipeline,
        "hs_pipeline_stage": far.config.stage,
    }
    ticket = await _upsert(far, "tickets", far.config.id_property, note.id, properties)
    if contact:
        await _associate(far, "tickets", ticket, "contacts", contact)
    return ticket


async def add_reply(far: Far, note: Note, contact: str, request: str) -> None:
    """A note beside the ticket and the contact."""
    url = f"{far.config.api}/objects/tickets/{request}"
    said = await far.ask("GET", url, query={"properties": "subject"}, headers=far.config.headers, bears=(NOT_FOUND,))
    if said.status == NOT_FOUND:
        raise Gone
    written = await _note(far, note)
    await _associate(far, "notes", written, "tickets", request)
    if contact:
        await _associate(far, "notes", written, "contacts", contact)


async def _note(far: Far, note: Note) -> str:
    properties = {"hs_timestamp": note.at, "hs_note_body": as_html(note.marked)}
    return await _upsert(far, "notes", far.config.id_property, note.id, properties)


async def _upsert(far: Far, objects: str, by: str, key: str, properties: dict[str, Any]) -> str:
    inputs = [{"idProperty": by, "id": key, "properties": properties}]
    url = f"{far.config.api}/objects/{objects}/batch/upsert"
    said = await far.ask("POST", url, content={"inputs": inputs}, headers=far.config.headers)
    return said.id("results", 0, "id")


async def _associate(far: Far, objects: str, one: str, others: str, other: str) -> None:
    """With the unlabelled association that the two kinds of object have by default."""
    url = f"{far.config.associations}/objects/{objects}/{one}/associations/default/{others}/{other}"
    await far.ask("PUT", url, headers=far.config.headers)
