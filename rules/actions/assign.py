"""Give the conversation to a member of the company, by address or by role."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from conduits.assigning import assign, least_busy, member_by_email
from parties.errors import RefusedError
from parties.models import Company, Member, Person
from rules.actions.outcome import Outcome, refused
from rules.engine.moment import Moment
from rules.language.naming import Names
from rules.language.shapes import Strict

NAME = "assign"
PARTIES = ("company",)
GATHERS = False
WAITS = False


class Settings(Strict):
    """Either `member`, by e-mail address, or `role`: the one of that role who has the fewest open conversations."""

    member: Annotated[str, Field(min_length=3, max_length=254)] | None = None
    role: Literal["agent", "admin"] | None = None

    @model_validator(mode="after")
    def names_one(self) -> "Settings":
        """Not both, not neither."""
        if (self.member is None) == (self.role is None):
            raise ValueError("name either a member, by e-mail address, or a role")
        return self

    def check(self, party: Company | Person) -> None:
        """The member is the company's."""
        if self.member and isinstance(party, Company):
            member_by_email(party, self.member)


def sentence(settings: Settings, _: Names) -> str:
    """Completes "THEN …"."""
    to = settings.member.lower() if settings.member else f"the {settings.role} with the fewest"
    return f"give the conversation to {to}"


def perform(settings: Settings, moment: Moment) -> Outcome:
    """They have it in hand from now on."""
    member = _member(settings, moment)
    if isinstance(member, Outcome):
        return member
    assert moment.conduit is not None  # noqa: S101 (_member)
    changed = assign(conduit=moment.conduit, member=member)
    return Outcome("done", f"{member.person} has it now." if changed else f"{member.person} has it already.")


def rehearse(settings: Settings, moment: Moment) -> Outcome:
    """Who would have it."""
    member = _member(settings, moment)
    return member if isinstance(member, Outcome) else Outcome("done", f"give the conversation to {member.person}")


def _member(settings: Settings, moment: Moment) -> Member | Outcome:
    company = moment.rule.company
    if moment.conduit is None or company is None:
        return refused("There is no conversation to give to anybody.")
    try:
        found = (
            member_by_email(company, settings.member) if settings.member else least_busy(company, str(settings.role))
        )
    except RefusedError as error:
        return refused(str(error))
    return found or refused(f"There is no {settings.role} to give it to.")
