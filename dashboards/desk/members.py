"""Which member stands at the desk, and what the desk's navigation shows them."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from conduits.reading import Reader
from dashboards.owned import signed_in
from parties.access import Role, access_desk
from parties.models import Member

Rest = ParamSpec("Rest")
DeskView = Callable[Concatenate[HttpRequest, Member, Rest], HttpResponseBase]


def at_desk(
    role: Role = Role.VIEWER, *, posting: Role | None = None
) -> Callable[[DeskView[Rest]], Callable[..., HttpResponseBase]]:
    """A view for members of the company in the path: 404 for anybody else, 403 when the role is too low.

    `posting` is the role that a POST takes, where it is a higher one.
    """

    def decorate(view: DeskView[Rest]) -> Callable[..., HttpResponseBase]:
        @login_required
        @wraps(view)
        def wrapped(request: HttpRequest, slug: str, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponseBase:
            to = posting if posting and request.method == "POST" else role
            member = access_desk(person=signed_in(request), slug=slug, to=to)
            return view(request, member, *args, **kwargs)

        return wrapped

    return decorate


def desk_context(member: Member, section: str, **context: Any) -> dict[str, Any]:
    """What every page of the desk knows."""
    return {"member": member, "company": member.company, "desk_section": section} | context


def reader_of(member: Member) -> Reader:
    """The member, as the customer's access log names them."""
    return Reader(member.company, f"{member.person} ({member.role} at {member.company})", member.person_id, member.role)
