"""Contacts, cases and case comments, after its REST API Developer Guide (sObject Rows by External ID, Query).

A connected app signs in by OAuth 2 client credentials (RFC 6749 section 4.4); the token is kept for a while.
"""

from datetime import timedelta
from typing import Any, Final
from urllib.parse import quote

from django.utils import timezone

from conduits.connectors.far import Far, Gone, Refused, Said
from conduits.connectors.notes import Note, mark_of

LONGEST_SUBJECT: Final = 255
LONGEST_NAME: Final = 80
# In bytes, as CaseComment.CommentBody has it.
LONGEST_COMMENT: Final = 4000
# Shorter than the shortest session that it can be set to, which is 15 minutes.
KEPT: Final = timedelta(minutes=10)
UNAUTHORIZED: Final = 401
NOT_FOUND: Final = 404
NO_CONTENT: Final = 204


async def check(far: Far, note: Note) -> None:
    """Whether we may read cases, by our field."""
    del note
    await query(far, f"SELECT Id, {far.config.id_field} FROM Case LIMIT 1")  # noqa: S608 (a name, checked as one)


async def upsert_contact(far: Far, note: Note) -> str:
    """One that has the granted address already, else one under our id."""
    if note.contact.email:
        found = await query(far, f"SELECT Id FROM Contact WHERE Email = '{literal(note.contact.email)}' LIMIT 1")  # noqa: S608 (escaped)
        if found:
            return str(found[0]["Id"])
    first, _, last = note.contact.name.rpartition(" ")
    contact = {"LastName": last[:LONGEST_NAME]}
    contact |= {"FirstName": first[:40]} if first else {}
    contact |= {"Email": note.contact.email} if note.contact.email else {}
    return await _upsert(far, "Contact", note.contact.key.replace("/", "-"), contact)


async def open_request(far: Far, note: Note, contact: str) -> str:
    """A case under our id."""
    case = {"Subject": note.title[:LONGEST_SUBJECT], "Description": note.marked, "Origin": far.config.origin}
    return await _upsert(far, "Case", note.id, case | ({"ContactId": contact} if contact else {}))


async def add_reply(far: Far, note: Note, contact: str, request: str) -> None:
    """A comment that only its people see: its author knows what they wrote. A closed case stays closed."""
    del contact
    said = await ask(far, "GET", f"sobjects/Case/{request}", query={"fields": "Id,IsClosed"}, bears=(NOT_FOUND,))
    if said.status == NOT_FOUND or (said.take("IsClosed") and note.calls):
        raise Gone
    if far.again and await _is_there(far, note, request):
        return
    comment = {"ParentId": request, "CommentBody": _fitting(note), "IsPublished": False}
    await ask(far, "POST", "sobjects/CaseComment", content=comment)


async def ask(far: Far, method: str, path: str, **more: Any) -> Said:
    """A request to its API; a token that it does not take any more is replaced once."""
    kept = bool(far.session and far.session_until and far.session_until > timezone.now())
    if not kept:
        await _sign_in(far)
    try:
        return await _ask(far, method, path, **more)
    except Refused as refused:
        if not kept or refused.answer.status != UNAUTHORIZED:
            raise
    await _sign_in(far)
    return await _ask(far, method, path, **more)


async def query(far: Far, soql: str) -> list[dict[str, Any]]:
    """The records that a query finds, of its first batch."""
    said = await ask(far, "GET", "query", query={"q": soql})
    return list(said.take("records"))


def literal(text: str) -> str:
    """Text inside quotation marks of SOQL."""
    return text.replace("\\", "\\\\").replace("'", "\\'")


async def _upsert(far: Far, name: str, key: str, fields: dict[str, Any]) -> str:
    """PATCH by external id: 201 made, 200 or 204 brought up to date, the latter without its id."""
    path = f"sobjects/{name}/{far.config.id_field}/{quote(key, safe='')}"
    said = await ask(far, "PATCH", path, content=fields)
    if said.status == NO_CONTENT:
        said = await ask(far, "GET", path, query={"fields": "Id"})
        return said.id("Id")
    return said.id("id")


async def _is_there(far: Far, note: Note, request: str) -> bool:
    rows = await query(
        far,
        f"SELECT CommentBody FROM CaseComment WHERE ParentId = '{literal(request)}'"  # noqa: S608 (escaped)
        " ORDER BY CreatedDate DESC LIMIT 50",
    )
    return any(mark_of(str(row.get("CommentBody") or "")) == note.id for row in rows)


def _fitting(note: Note) -> str:
    """Our mark stays, whatever must go."""
    mark = note.marked.removeprefix(note.text)
    room = LONGEST_COMMENT - len(mark.encode())
    said = note.text.encode()
    return note.marked if len(said) <= room else f"{said[: room - 3].decode(errors='ignore')}…{mark}"


async def _ask(far: Far, method: str, path: str, **more: Any) -> Said:
    headers = {"authorization": f"Bearer {far.session}"}
    return await far.ask(method, f"{far.config.api}/{path}", headers=headers, **more)


async def _sign_in(far: Far) -> None:
    form = {
        "grant_type": "client_credentials",
        "client_id": far.config.client_id,
        "client_secret": far.config.client_secret,
    }
    url = f"{far.config.url}/{far.config.token_path.strip('/')}"
    said = await far.ask("POST", url, form=form, keeps_secret=True)
    far.session, far.session_until = said.id("access_token"), timezone.now() + KEPT
