"""Opening a conduit: a claim, a journal, an agreement and a conduit, all or none of it."""

from django.db import IntegrityError, transaction
from django.utils import timezone

from conduits.agreements import agree
from conduits.event_types import OPENED
from conduits.models import Conduit
from journals.keeping import open_journal
from journals.models import Journal
from parties.actors import Actor
from parties.errors import StateForbidsError
from parties.models import Person
from picos.claiming import add_own_thing, claim_pico, use_up_pin_try
from picos.events import record_event
from picos.models import Event, Pico


def claim_and_open(*, pico: Pico, person: Person, pin: str = "") -> Conduit:
    """The person claims the pico, and the conduit to its company opens under the default terms and grants.

    Raises StateForbidsError when it has an owner, is retired, or its PIN is locked; RefusedError for a wrong PIN.
    """
    if not pico.claimed:
        use_up_pin_try(pico=pico, pin=pin)
    try:
        with transaction.atomic():
            claimed = claim_pico(pico=pico, person=person, pin=pin)
            journal = open_journal(pico=pico, owner=person)
            return _open(journal=journal, cause=claimed)
    except IntegrityError as error:
        message = "Somebody claimed it a moment ago."
        raise StateForbidsError(message) from error


@transaction.atomic
def add_thing_with_journal(*, person: Person, name: str, company_name: str = "") -> Pico:
    """A thing whose maker is not here, with a journal that is its owner's alone."""
    pico = add_own_thing(person=person, name=name, company_name=company_name)
    open_journal(pico=pico, owner=person)
    return pico


def _open(*, journal: Journal, cause: Event) -> Conduit:
    company = journal.company
    assert company is not None  # noqa: S101 (only picos of a product can be claimed)
    conduit = Conduit.objects.create(pico=journal.pico, owner=journal.owner, company=company, journal=journal)
    terms = agree(conduit=conduit, agreed_at=timezone.now().isoformat().replace("+00:00", "Z"))
    Conduit.objects.filter(pk=conduit.pk).update(terms=terms)
    conduit.terms = terms
    record_event(
        OPENED,
        pico=journal.pico,
        actor=Actor.of_person(journal.owner),
        data={"conduit": str(conduit.pk), "terms": terms.sha256},
        cause=cause,
    )
    return conduit
