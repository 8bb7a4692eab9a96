"""The journal: reading and writing entries, and their photos."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q
from django.http import FileResponse, Http404
from pydantic import Field
from rest_framework.request import Request
from rest_framework.response import Response

from api.authentication import party_of
from api.bodies import Body, Flag, MaybeText, Shown
from api.doors import handles
from api.paging import page
from api.requests import MEGABYTE
from conduits import gate
from conduits.access import current_conduit
from conduits.answering import add_companys_entry
from conduits.api.readers import is_company, person_of, reader_of
from conduits.delivery import payloads
from conduits.models import Conduit
from conduits.models.conduit import Grant
from conduits.photos import access_photo, photo_response
from conduits.reading import read_entries
from journals.appending import entry_side
from journals.inheriting import history_of
from journals.keeping import append_entry, open_journal_of
from journals.models import Attachment, Entry, Journal
from journals.models.entry import EntryQuerySet
from journals.photos import MOST_PER_ENTRY, take_photos
from parties.errors import RefusedError, StateForbidsError
from parties.models import Person
from picos.access import access_owned_pico, access_pico
from picos.pictures import MOST_BYTES

LARGEST_FORM = MOST_PER_ENTRY * MOST_BYTES + MEGABYTE


class NewEntry(Body):
    """An entry to write. Photos come as files named `attachments` of a multipart form."""

    body: MaybeText = ""
    visibility: Literal["private", "shared", "public"]
    kind: Literal["note", "question", "answer", "service"] = "note"
    in_reply_to: UUID | None = None
    pass_on: Flag = False
    attachments: list[str] = Field(
        default=[], max_length=10, json_schema_extra={"items": {"type": "string", "format": "binary"}}
    )


class AttachmentShown(Shown):
    """A photo; `url` and `thumbnail` are paths under this server."""

    id: UUID
    url: str
    width: int
    height: int
    size: int


class EntryShown(Shown):
    """An entry; `link` wrote by an owner's link, `earlier_owner` in a history only. `by_rule`: a rule wrote it."""

    id: UUID
    author: Literal["owner", "company", "link", "earlier_owner"]
    author_name: str
    kind: str
    visibility: str
    body: str
    data: dict[str, Any]
    in_reply_to: UUID | None
    reply_to_event: UUID | None
    by_rule: bool
    pass_on: bool
    at: datetime
    attachments: list[AttachmentShown]


@handles("journal", "company", "person", gives=EntryShown, lists=True)
def list_entries(request: Request, code: str) -> Response:
    """The journal, newest first: an owner's whole, a company's as granted."""
    photos = True
    if is_company(request):
        pico = access_pico(viewer=party_of(request), code=code)
        rows: EntryQuerySet = read_entries(pico=pico, reader=reader_of(request))
        conduit = current_conduit(pico)
        photos = conduit is not None and gate.grants(conduit, Grant.PHOTOS)
    else:
        rows = _journal(person_of(request), code).entries.visible_to(party_of(request))
    return page(request, rows.with_author(), lambda entry: shown_entry(entry, photos=photos).model_dump(mode="json"))


@handles("journal", "person", gives=EntryShown, lists=True)
def list_history(request: Request, code: str) -> Response:
    """What was written before you became its owner and passed on to you; and your own from before. Newest first."""
    owner = person_of(request)
    rows = history_of(access_owned_pico(owner=owner, code=code), owner)
    return page(request, rows.with_author(), lambda entry: shown_from_before(entry, owner).model_dump(mode="json"))


@handles("journal", "company", "person", body=NewEntry, gives=EntryShown, status=201, largest_form=LARGEST_FORM)
def add_entry(request: Request, body: NewEntry, code: str) -> Response:
    """Write an entry, for good. A company writes through an open conduit only (409)."""
    photos = take_photos(_files(request, body))
    written: dict[str, Any] = {
        "body": body.body,
        "visibility": body.visibility,
        "kind": body.kind,
        "photos": photos,
        "pass_on": body.pass_on,
    }
    if is_company(request):
        conduit = _open_conduit(request, code)
        replied = _replied(conduit.journal, body.in_reply_to, gate.passing_entries(conduit))
        entry = add_companys_entry(conduit=conduit, in_reply_to=replied, **written)
    else:
        owner = person_of(request)
        journal = _journal(owner, code)
        replied = _replied(journal, body.in_reply_to, ~_companys_own())
        entry = append_entry(journal=journal, author=owner, in_reply_to=replied, **written)
    return Response(shown_entry(entry, photos=True).model_dump(mode="json"), status=201)


@handles("journal", "company", "person", media="image/jpeg")
def show_attachment(request: Request, attachment_id: UUID) -> FileResponse:
    """A photo, as JPEG. A company sees the owner's only if photos are granted."""
    if is_company(request):
        return photo_response(access_photo(photo_id=attachment_id, readers=[reader_of(request)]), small=False)
    return photo_response(access_photo(photo_id=attachment_id, person=person_of(request)), small=False)


def shown_entry(entry: Entry, *, photos: bool) -> EntryShown:
    """An entry as the API shows it; `photos` whether the owner's photos may be seen."""
    visible = photos or entry.author_company_id is not None
    return EntryShown(
        id=entry.pk,
        author=entry_side(entry),
        author_name=str(entry.channel or entry.author) if entry.author_company_id or entry.channel else "",
        kind=entry.kind,
        visibility=entry.visibility,
        body=entry.body,
        data=entry.data,
        in_reply_to=entry.in_reply_to_id,
        reply_to_event=entry.reply_to_event_id,
        by_rule=entry.rule_id is not None,
        pass_on=entry.pass_on,
        at=entry.at,
        attachments=[_photo(photo) for photo in entry.attachments.all()] if visible else [],
    )


def shown_from_before(entry: Entry, owner: Person) -> EntryShown:
    """An entry of an earlier journal: without what names another owner, or leads to what was not passed on."""
    shown = shown_entry(entry, photos=True)
    if entry.author_company_id is None and entry.author_person_id != owner.pk:
        shown.author = "earlier_owner"
    shown.in_reply_to = shown.reply_to_event = None
    return shown


def _photo(photo: Attachment) -> AttachmentShown:
    return AttachmentShown(
        id=photo.pk, url=payloads.photo_url(photo), width=photo.width, height=photo.height, size=photo.size
    )


def _files(request: Request, body: NewEntry) -> "list[UploadedFile[bytes]]":
    if body.attachments and not request.FILES:
        message = "Send photos as files of a multipart form, each named attachments."
        raise RefusedError(message, field="attachments")
    return list(request.FILES.getlist("attachments"))


def _journal(owner: Person, code: str) -> Journal:
    journal = open_journal_of(access_owned_pico(owner=owner, code=code))
    if journal is None:
        raise Http404
    return journal


def _open_conduit(request: Request, code: str) -> Conduit:
    conduit = current_conduit(access_pico(viewer=party_of(request), code=code))
    decision = gate.decide_read(conduit)
    if conduit is None or not decision.passes:
        message = f"You cannot write now: {decision.reason}."
        raise StateForbidsError(message)
    return conduit


def _companys_own() -> Q:
    return Q(author_company__isnull=False, visibility=Entry.Visibility.PRIVATE)


def _replied(journal: Journal, entry_id: UUID | None, visible: Q) -> Entry | None:
    if entry_id is None:
        return None
    entry = journal.entries.filter(visible, pk=entry_id).first()
    if entry is None:
        message = "There is no such entry in this journal."
        raise RefusedError(message, field="in_reply_to")
    return entry
