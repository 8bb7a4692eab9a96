"""The door to a company's desk."""

from django.core.exceptions import PermissionDenied
from django.http import Http404

from parties.models import Member, Person

Role = Member.Role


def access_desk(*, person: Person, slug: str, to: Role = Role.VIEWER) -> Member:
    """The person's membership, if its role may do it.

    Raises Http404 for a company that does not exist or is not theirs, alike; PermissionDenied when the role is too low.
    """
    member = Member.objects.select_related("company", "person").filter(company__slug=slug, person=person).first()
    if member is None:
        raise Http404
    allowed = {Role.VIEWER: True, Role.AGENT: member.may_answer, Role.ADMIN: member.may_set_up}[to]
    if not allowed:
        raise PermissionDenied
    return member
