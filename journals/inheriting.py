"""What of a thing's earlier journals its owner of now may read, and what goes along to the next one."""

from uuid import UUID

from django.db.models import Q
from django.http import Http404

from journals.models import Entry, Journal
from journals.models.entry import EntryQuerySet
from parties.models import Person
from picos.codes import CodeError, parse_code
from picos.models import Pico


def history_of(pico: Pico, owner: Person) -> EntryQuerySet:
    """Entries of the pico's closed journals, and of those merged into it: the owner's own, and what was passed on."""
    mine = Q(journal__owner=owner) & (~Q(visibility=Entry.Visibility.PRIVATE) | Q(author_person=owner))
    return Entry.objects.filter(_of(pico), journal__closed_at__isnull=False).filter(mine | _passed_on())


def passing_on(pico: Pico) -> EntryQuerySet:
    """What a next owner would be able to read."""
    return Entry.objects.filter(_of(pico)).filter(_passed_on())


def closed_journals(owner: Person) -> "list[Journal]":
    """Of things that the person had, newest first; what they have now keeps its earlier journals on its own page."""
    mine = Journal.objects.filter(owner=owner, closed_at__isnull=False).select_related("pico__product__company")
    still = Q(pico__owner=owner) | Q(pico__code__in=owner.picos.exclude(aliases=None).values("aliases__code"))
    return list(mine.exclude(still).order_by("-closed_at")[:200])


def access_closed_journal(*, owner: Person, journal_id: UUID) -> Journal:
    """A closed journal of this person's. Raises Http404."""
    journals = Journal.objects.filter(owner=owner, closed_at__isnull=False).select_related("pico__product__company")
    journal = journals.filter(pk=journal_id).first()
    if journal is None:
        raise Http404
    return journal


def last_closed_journal(*, owner: Person, code: str) -> Journal | None:
    """Of the thing with this code that the person had."""
    try:
        closed = Journal.objects.filter(owner=owner, pico__code=parse_code(code), closed_at__isnull=False)
    except CodeError:
        return None
    return closed.order_by("-closed_at").first()


def _of(pico: Pico) -> Q:
    return Q(journal__pico=pico) | Q(journal__pico__code__in=pico.aliases.values("code"))


def _passed_on() -> Q:
    """A company's private entries are nobody's, marked or not; an owner's mark is their word for a private one, too."""
    return Q(pass_on=True) & ~Q(author_company__isnull=False, visibility=Entry.Visibility.PRIVATE)
