"""A thing leaves its owner: given up, retired or merged, and what lay between owner and company closes with it."""

from django.db import transaction

from conduits.access import current_conduit
from conduits.models import Conduit
from conduits.steering import close
from journals.keeping import close_journal, open_journal_of
from journals.models import Journal
from parties.errors import StateForbidsError
from parties.models import Company, Person
from picos.merging import merge_pico
from picos.models import Pico
from picos.releasing import release_pico
from picos.retiring import retire_pico
from picos.turns import take_turn


@transaction.atomic
def release_and_close(*, pico: Pico, owner: Person) -> None:
    """The owner gives it up. Raises as `release_pico` does, with nothing closed."""
    take_turn(pico.pk)
    leave(pico)
    release_pico(pico=pico, owner=owner)


@transaction.atomic
def retire_and_close(*, pico: Pico, by: Company | Person, reason: str = "", agent: Person | None = None) -> None:
    """The end of it. Raises as `retire_pico` does, with nothing closed.

    An owner's reason is kept only if the line to the company is open: else it would pass where nothing passes any more.
    """
    take_turn(pico.pk)
    conduit = current_conduit(pico)
    told = isinstance(by, Company) or pico.product_id is None or (conduit and conduit.status == Conduit.Status.OPEN)
    _leave_own(pico, by)
    retire_pico(pico=pico, by=by, agent=agent, reason=reason if told else "")


@transaction.atomic
def merge_and_close(*, pico: Pico, into: Pico, by: Company | Person, agent: Person | None = None) -> Pico:
    """Its code leads to `into` from now on, which is returned as it is now. Raises as `merge_pico` does."""
    take_turn(pico.pk, into.pk)
    picos = Pico.objects.with_product().in_bulk([pico.pk, into.pk])
    pico, into = picos[pico.pk], picos[into.pk]
    if isinstance(by, Person) and into.owner_id != by.pk:
        refusal = f"{into.code} is not yours any more."
        raise StateForbidsError(refusal)
    _leave_own(pico, by)
    merge_pico(pico=pico, into=into, by=by, agent=agent)
    return into


def leave(pico: Pico) -> Journal:
    """Closes the journal of an owned pico, and its conduit if there is one, in the caller's turn and transaction."""
    if conduit := current_conduit(pico):
        close(conduit)
    journal = open_journal_of(pico)
    if journal is None:
        refusal = "It is not yours any more."
        raise StateForbidsError(refusal)
    close_journal(journal)
    return journal


def _leave_own(pico: Pico, by: Company | Person) -> None:
    """Only an owner's leaving closes anything: a company cannot end what is an owner's."""
    if isinstance(by, Person):
        leave(pico)
