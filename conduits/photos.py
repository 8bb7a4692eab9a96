"""Photos: who may see one."""

from collections.abc import Sequence
from functools import partial
from uuid import UUID

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404

from conduits import gate
from conduits.reading import Reader, open_for
from journals.inheriting import history_of
from journals.models import Attachment, Entry
from parties.models import Person
from picos.access import surviving


def access_photo(*, photo_id: UUID, person: Person | None = None, readers: Sequence[Reader] = ()) -> Attachment:
    """A photo of a public entry, of the person's own journal, of what was passed on with a thing of theirs, or granted
    to the company of one of the readers.

    Raises Http404 for any other, and for none.
    """
    photo = Attachment.objects.select_related("entry__journal__pico__product").filter(pk=photo_id).first()
    if photo is None:
        raise Http404
    journal = photo.entry.journal
    if photo.entry.visibility == Entry.Visibility.PUBLIC and journal.closed_at is None:
        return photo
    if person and journal.owner_id == person.pk and journal.entries.visible_to(person).filter(pk=photo.entry_id):
        return photo
    if person and _is_passed_on(photo, person):
        return photo
    reader = next((reader for reader in readers if reader.company.pk == journal.company_id), None)
    # Of an earlier owner's nothing is asked: the answer, and its line in the log, would be the next owner's.
    if reader and journal.closed_at is None and _is_granted(photo, reader):
        return photo
    raise Http404


def photo_response(photo: Attachment, *, small: bool) -> FileResponse:
    """The picture itself, as JPEG; small while there is a thumbnail. Its name never changes meaning."""
    name = photo.thumbnail if small and photo.thumbnail else photo.name
    headers = {"Cache-Control": "private, max-age=86400", "X-Content-Type-Options": "nosniff"}
    return FileResponse(default_storage.open(name), content_type="image/jpeg", headers=headers)


def _is_passed_on(photo: Attachment, person: Person) -> bool:
    pico = surviving(photo.entry.journal.pico)
    return pico.owner_id == person.pk and history_of(pico, person).filter(pk=photo.entry_id).exists()


def _is_granted(photo: Attachment, reader: Reader) -> bool:
    decide = partial(gate.decide_photo, entry=photo.entry)
    return open_for(pico=photo.entry.journal.pico, reader=reader, what="photo", decide=decide) is not None
