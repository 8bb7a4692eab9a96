"""Photos, for those who may see their entry."""

from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.http import require_safe

from conduits import gate
from conduits.api.journal import photo_response
from conduits.models.conduit import Grant
from conduits.reading import Reader, open_for
from journals.models import Attachment, Entry
from parties.models import Person


@require_safe
def photo(request: HttpRequest, photo_id: UUID) -> FileResponse:
    """The whole photo."""
    return photo_response(_access(request, photo_id), small=False)


@require_safe
def photo_small(request: HttpRequest, photo_id: UUID) -> FileResponse:
    """Its thumbnail, or the photo itself while that is being made."""
    return photo_response(_access(request, photo_id), small=True)


def _access(request: HttpRequest, photo_id: UUID) -> Attachment:
    """The photo, if its entry is public, the person's own to see, or granted to their company. Raises Http404."""
    found = Attachment.objects.select_related("entry__journal__pico__product").filter(pk=photo_id).first()
    if found is None:
        raise Http404
    entry, journal = found.entry, found.entry.journal
    person = request.user if isinstance(request.user, Person) else None
    if entry.visibility == Entry.Visibility.PUBLIC and journal.closed_at is None:
        return found
    if person and journal.owner_id == person.pk and journal.entries.visible_to(person).filter(pk=entry.pk).exists():
        return found
    if person and _granted(found, person):
        return found
    raise Http404


def _granted(found: Attachment, person: Person) -> bool:
    journal = found.entry.journal
    member = person.memberships.select_related("company").filter(company=journal.company_id).first()
    if member is None:
        return False
    reader = Reader(member.company, f"{person} ({member.role} at {member.company})", person.pk)
    conduit = open_for(pico=journal.pico, reader=reader, what="photo")
    if conduit is None or conduit.journal_id != journal.pk:
        return False
    readable = journal.entries.filter(gate.passing_entries(conduit), pk=found.entry_id).exists()
    return readable and (found.entry.author_company_id is not None or gate.grants(conduit, Grant.PHOTOS))
