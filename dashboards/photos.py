"""Photos, for those who may see their entry."""

from uuid import UUID

from django.http import FileResponse, HttpRequest
from django.views.decorators.http import require_safe

from conduits.photos import access_photo, photo_response
from dashboards.desk.members import reader_of
from journals.models import Attachment
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
    if not isinstance(request.user, Person):
        return access_photo(photo_id=photo_id)
    readers = [reader_of(member) for member in request.user.memberships.select_related("company", "person")]
    return access_photo(photo_id=photo_id, person=request.user, readers=readers)
