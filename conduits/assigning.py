"""Assigning: which member of the company has a conversation in hand. Its customer never sees it."""

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from conduits.models import Assignment, Conduit
from live.announcing import announce
from live.tokens import topic
from parties.errors import RefusedError
from parties.models import Company, Member
from picos.turns import take_turn

Role = Member.Role


def assignable(company: Company) -> QuerySet[Member]:
    """Those who may answer customers."""
    able = Member.objects.filter(company=company, role__in=[Role.ADMIN, Role.AGENT])
    return able.select_related("person").order_by("person__name", "id")


def member_by_email(company: Company, email: str) -> Member:
    """Raises RefusedError unless the company has such a member, who may answer."""
    member = assignable(company).filter(person__email=email.strip().lower()).first()
    if member is None:
        message = "None of your members who may answer has this address."
        raise RefusedError(message, field="member")
    return member


def least_busy(company: Company, role: str) -> Member | None:
    """The member of this role who has the fewest open conversations in hand; None without any of the role."""
    busy = Count("assignments", filter=Q(assignments__conduit__status=Conduit.Status.OPEN))
    able = Member.objects.filter(company=company, role=role).select_related("person")
    return able.annotate(busy=busy).order_by("busy", "id").first()


def assignee_of(conduit: Conduit) -> Member | None:
    """Who has it."""
    row = Assignment.objects.filter(conduit=conduit).select_related("member__person").first()
    return row.member if row else None


@transaction.atomic
def assign(*, conduit: Conduit, member: Member | None) -> bool:
    """They have it from now on, or nobody; False when it was so. Raises RefusedError for another company's member."""
    if member and (member.company_id != conduit.company_id or not member.may_answer):
        message = "Only your own members who may answer can have it."
        raise RefusedError(message, field="member")
    take_turn(conduit.pico_id)
    if assignee_of(conduit) == member:
        return False
    if member:
        Assignment.objects.update_or_create(conduit=conduit, defaults={"member": member})
    else:
        Assignment.objects.filter(conduit=conduit).delete()
    announce(topic("company", conduit.company_id))
    return True
