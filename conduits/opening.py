"""Opening a conduit, with a claim or a transfer, or when a maker joins: its journal, its agreement, or none of it."""

from django.db import IntegrityError, transaction

from conduits.leaving import leave
from conduits.models import Conduit
from conduits.terms.proffering import proffer_first
from conduits.terms.stances import Proposal, usual_proposal
from journals.keeping import open_journal
from journals.models import Journal
from parties.errors import StateForbidsError
from parties.models import Person
from picos.claiming import add_own_thing, claim_pico, use_up_pin_try
from picos.inviting import connect_maker, take_invitation
from picos.models import Event, Pico, Product
from picos.notices import notify
from picos.transferring import hand_over, take_transfer


def claim_and_open(*, pico: Pico, person: Person, pin: str = "", proposal: Proposal | None = None) -> Conduit:
    """The person claims the pico and proffers terms, their usual ones unless others are given. The conduit to its
    company opens with the default grants, or waits until the company agrees.

    Raises StateForbidsError when it has an owner, is retired, or its PIN is locked; RefusedError for a wrong PIN.
    """
    if not pico.claimed:
        use_up_pin_try(pico=pico, pin=pin)
    try:
        with transaction.atomic():
            claimed = claim_pico(pico=pico, person=person, pin=pin)
            journal = open_journal(pico=pico, owner=person)
            return _open(journal=journal, cause=claimed, proposal=proposal)
    except IntegrityError as error:
        message = "Somebody claimed it a moment ago."
        raise StateForbidsError(message) from error


@transaction.atomic
def add_thing_with_journal(*, person: Person, name: str, company_name: str = "") -> Pico:
    """A thing whose maker is not here, with a journal that is its owner's alone."""
    pico = add_own_thing(person=person, name=name, company_name=company_name)
    open_journal(pico=pico, owner=person)
    return pico


@transaction.atomic
def accept_transfer(*, token: str, person: Person) -> tuple[Pico, Conduit | None]:
    """The person becomes the next owner of what the secret is about, with their usual terms and the default grants.

    The earlier owner's conduit and journal are closed first. There is no conduit where its maker is not here. Raises
    Http404 for a secret that does not work (any more), StateForbidsError while it is lost or for its owner.
    """
    pico = take_transfer(token=token, person=person)
    before = leave(pico)
    transferred = hand_over(pico=pico, person=person)
    notify(
        person=before.owner, pico=pico, text=f"Your {pico.title} has its next owner.", path=f"/things/had/{before.pk}"
    )
    journal = open_journal(pico=pico, owner=person)
    return pico, _open(journal=journal, cause=transferred) if journal.company else None


@transaction.atomic
def accept_invitation(*, token: str, product: Product, agent: Person | None = None) -> Conduit:
    """The product's company becomes the maker of what the secret is about, with the owner's usual terms and the
    default grants.

    In a new journal: what its owner wrote while nobody read along stays theirs. Raises Http404 for a secret that does
    not work (any more).
    """
    pico = take_invitation(token)
    before = leave(pico)
    connected = connect_maker(pico=pico, product=product, company=product.company, agent=agent)
    text = f"{product.company} is there for your {pico.title} now. It sees what you share from now on."
    notify(person=before.owner, pico=pico, text=text, company=product.company_id)
    return _open(journal=open_journal(pico=pico, owner=before.owner), cause=connected)


def _open(*, journal: Journal, cause: Event, proposal: Proposal | None = None) -> Conduit:
    company = journal.company
    assert company is not None  # noqa: S101 (its callers open none without)
    conduit = Conduit.objects.create(
        pico=journal.pico, owner=journal.owner, company=company, journal=journal, since=cause.sequence
    )
    proffer_first(conduit=conduit, proposal=proposal or usual_proposal(journal.owner), cause=cause)
    return conduit
