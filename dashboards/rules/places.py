"""Whose rules a page shows: a person's on their dashboard, or a company's at its desk."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse

from dashboards.desk.members import at_desk, desk_context
from dashboards.owned import signed_in
from parties.access import Role
from parties.models import Company, Member, Person

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True, slots=True)
class Place:
    """A party with the member who stands at its desk, if it is a company's."""

    party: Company | Person
    member: Member | None = None

    @property
    def may_write(self) -> bool:
        """Whether who looks may change rules too."""
        return self.member is None or self.member.may_set_up

    def url(self, name: str, *args: object) -> str:
        """The path of a page of these rules: `url("rule_runs", rule.pk)`."""
        if isinstance(self.party, Company):
            return reverse(f"company_{name}", args=[self.party.slug, *args])
        return reverse(name, args=args)

    def context(self, **context: Any) -> dict[str, Any]:
        """What every page of rules knows."""
        if self.member:
            return desk_context(self.member, "rules", base="desk/base.html", place=self) | context
        return {"section": "rules", "base": "base.html", "place": self} | context


def mine(view: View) -> View:
    """The page of the signed-in person's rules."""

    @login_required
    @wraps(view)
    def wrapped(request: HttpRequest, **parts: Any) -> HttpResponseBase:
        return view(request, Place(signed_in(request)), **parts)

    return wrapped


def companys(view: View, *, to: Role = Role.VIEWER) -> View:
    """The same page at the desk, for members of this role or a higher one."""

    def standing(request: HttpRequest, member: Member, /, **parts: Any) -> HttpResponseBase:
        return view(request, Place(member.company, member), **parts)

    return wraps(view)(at_desk(to)(standing))
