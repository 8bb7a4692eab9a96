"""Who did something: a party, a visitor without a name, a rule, or the system itself."""

from dataclasses import dataclass
from typing import Literal, Self
from uuid import UUID

from parties.models import Company, Person

Kind = Literal["person", "company", "anonymous", "rule", "system"]


@dataclass(frozen=True, slots=True)
class Actor:
    """`id` names the party or rule; `agent_id` the member who acted for a company."""

    kind: Kind
    id: UUID | None = None
    agent_id: UUID | None = None

    @classmethod
    def of_person(cls, person: Person) -> Self:
        """A person, for themself."""
        return cls("person", person.pk)

    @classmethod
    def of_company(cls, company: Company, agent: Person | None = None) -> Self:
        """A company: one of its agents at the desk, or a program with its key."""
        return cls("company", company.pk, agent.pk if agent else None)

    @classmethod
    def of_rule(cls, rule_id: UUID) -> Self:
        """A rule, for its owner."""
        return cls("rule", rule_id)


ANONYMOUS = Actor("anonymous")
SYSTEM = Actor("system")
