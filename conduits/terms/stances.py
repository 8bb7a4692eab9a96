"""What a party says beforehand: the terms that a person proffers with each claim, or a company accepts at once."""

from collections.abc import Iterable
from dataclasses import dataclass

from conduits.models import Acceptance, Preference
from conduits.terms import rosters
from conduits.terms.rosters import Agreement
from parties.errors import RefusedError
from parties.models import Company, Person


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a person offers: the agreement that they would like best, and at most one that would do too."""

    preferred: Agreement
    alternative: Agreement | None = None


def proposal(preferred: str, alternative: str = "") -> Proposal:
    """A proposal by the roster's names. Raises RefusedError for a name that is not there, and for one given twice."""
    if alternative and alternative == preferred:
        message = f"The alternative to {preferred} must be another one; leave it out if there is none."
        raise RefusedError(message, field="proffer.alternative")
    return Proposal(
        _known(preferred, "proffer.preferred"), _known(alternative, "proffer.alternative") if alternative else None
    )


def usual_proposal(person: Person) -> Proposal:
    """What the person proffers unless they say otherwise."""
    chosen = Preference.objects.filter(person=person).first()
    if chosen is None:
        return proposal(rosters.PREFERRED, rosters.ALTERNATIVE)
    return proposal(chosen.preferred, chosen.alternative)


def prefer(*, person: Person, wanted: Proposal) -> None:
    """From the next claim on, the person proffers this. What is agreed already stays."""
    names = {"preferred": wanted.preferred.id, "alternative": wanted.alternative.id if wanted.alternative else ""}
    Preference.objects.update_or_create(person=person, defaults=names)


def accepted_at_once(company: Company) -> list[str]:
    """The agreements that the company accepts without a look, in the roster's order: the usual two until it says."""
    said = Acceptance.objects.filter(company=company).first()
    names = {rosters.PREFERRED, rosters.ALTERNATIVE} if said is None else set(said.agreements)
    return [one.id for one in rosters.agreements() if one.id in names]


def is_accepted_at_once(wanted: Proposal, company: Company) -> bool:
    """Whether the company agrees to one of the two without a look."""
    offered = {one.id for one in (wanted.preferred, wanted.alternative) if one}
    return bool(offered & set(accepted_at_once(company)))


def accept_at_once(*, company: Company, names: Iterable[str]) -> list[str]:
    """From now on the company accepts these at once, and nothing else. What waits already, waits for its answer.

    Raises RefusedError for a name that is not in the roster.
    """
    wanted = {_known(name, "accepts").id for name in names}
    Acceptance.objects.update_or_create(company=company, defaults={"agreements": sorted(wanted)})
    return accepted_at_once(company)


def _known(name: str, field: str) -> Agreement:
    agreement = rosters.newest(name)
    if agreement is None:
        names = ", ".join(one.id for one in rosters.agreements())
        message = f"There is no such agreement; there are {names}."
        raise RefusedError(message, field=field)
    return agreement
