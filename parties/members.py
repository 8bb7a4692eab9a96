"""Who works for a company: letting a person in at its desk, changing what they may do there, and ending it."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from parties.errors import RefusedError, StateForbidsError
from parties.models import Company, Member, Person

MOST_PER_COMPANY = 500


@transaction.atomic
def let_in(*, company: Company, person: Person, role: str) -> Member:
    """Makes the person a member, or changes what they may do.

    Raises StateForbidsError if that took the company's last admin, RefusedError beyond MOST_PER_COMPANY.
    """
    had_admin = _lock(company)
    others = company.members.exclude(person=person).count()
    if others >= MOST_PER_COMPANY:
        message = f"A company has at most {MOST_PER_COMPANY} members."
        raise RefusedError(message, field="email")
    member, _ = Member.objects.update_or_create(company=company, person=person, defaults={"role": role})
    _keep_an_admin(company, had_admin=had_admin)
    return member


def set_mailed(member: Member, *, wanted: bool) -> None:
    """Whether the member is mailed about customers who begin to wait from now on."""
    Member.objects.filter(pk=member.pk, mailed_since__isnull=wanted).update(
        mailed_since=timezone.now() if wanted else None
    )


@transaction.atomic
def let_go(*, company: Company, member_id: UUID) -> bool:
    """Ends a membership at once; False when the company has no such member.

    Raises StateForbidsError for its last admin.
    """
    had_admin = _lock(company)
    gone, _ = company.members.filter(pk=member_id).delete()
    _keep_an_admin(company, had_admin=had_admin)
    return gone > 0


def _lock(company: Company) -> bool:
    """Two admins who take each other's role wait for one another. Returns whether there is an admin now."""
    Company.objects.select_for_update().get(pk=company.pk)
    return _admins(company)


def _keep_an_admin(company: Company, *, had_admin: bool) -> None:
    if had_admin and not _admins(company):
        message = "Then nobody could set up anything here. Make somebody else an admin first."
        raise StateForbidsError(message)


def _admins(company: Company) -> bool:
    return company.members.filter(role=Member.Role.ADMIN).exists()
