"""What the scan page and the thing's page show of a journal, and the live token that keeps them up to date."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse

from conduits.access import current_conduit, last_conduit
from conduits.gate import grants, passes_entry
from conduits.models import Conduit
from conduits.models.conduit import Grant
from dashboards.forms import EntryForm
from journals.appending import journal_path
from journals.inheriting import history_of
from journals.keeping import mark_read, open_journal_of
from journals.models import Entry, Journal
from journals.models.entry import EntryQuerySet
from live.tokens import token_for, topic
from parties.models import Person
from picos.models import Notice, Pico
from picos.notices import see_notices
from rules.asking import questions_to

SHOWN = 30
SHOWN_NOTICES = 5
# Beyond these newest ones nobody knows what the others tell.
LOOKED_AT = 50


def signed_in(request: HttpRequest) -> Person:
    """The person; for views that require a sign-in."""
    assert isinstance(request.user, Person)  # noqa: S101 (login_required)
    return request.user


def owner_context(
    pico: Pico, person: Person, *, form: EntryForm | None = None, before: UUID | None = None
) -> dict[str, Any]:
    """The journal for its owner, newest first; the owner has now seen it, and has not what else there is to tell."""
    conduit = current_conduit(pico)
    journal = conduit.journal if conduit else open_journal_of(pico)
    closed = last_conduit(pico, pico.product.company) if conduit is None and pico.product else None
    if journal is None:
        return {"conduit": conduit, "closed": closed, "entries": [], "journal": None, "form": form or EntryForm()}
    # Before it is read, so that the page hears what changes meanwhile.
    live_token = token_for(topic("journal", journal.pk, "owner"))
    # Before the entries: what is written meanwhile is not shown, and so must not count as seen.
    notices = _other_notices(pico, person)
    entries, older = page_of(journal, person, before)
    mark_read(journal=journal, by=person, shown=entries)
    is_open = conduit is not None and conduit.status == Conduit.Status.OPEN
    return {
        "journal": journal,
        "conduit": conduit,
        "closed": closed,
        "photos_granted": conduit is not None and grants(conduit, Grant.PHOTOS),
        "entries": entries,
        "crossing": crossing(entries, conduit),
        "older_url": f"?before={older}" if older else "",
        "form": form or EntryForm(),
        "questions": list(questions_to(person).filter(pico=pico).order_by("-id")),
        "requests": list(conduit.requests.open().order_by("-id")) if conduit and is_open else [],
        "notices": notices,
        "live_token": live_token,
        "fragment_url": reverse("fragment", args=[pico.code]),
    }


def _other_notices(pico: Pico, person: Person) -> list[Notice]:
    """The newest that the journal did not tell; the others are seen now."""
    path = journal_path(pico)
    notices = list(person.notices.filter(pico=pico, seen_at=None).order_by("-at")[:LOOKED_AT])
    if len(notices) == LOOKED_AT or any(notice.path == path for notice in notices):
        see_notices(person=person, pico=pico, path=path)
    return [notice for notice in notices if notice.path != path][:SHOWN_NOTICES]


def crossing(entries: list[Entry], conduit: Conduit | None) -> set[UUID]:
    """Which of them the company wrote or may read now: the line of the conduit is drawn beside these."""
    return {entry.pk for entry in entries if entry.author_company_id or (conduit and passes_entry(entry, conduit))}


def page_of(journal: Journal, person: Person, before: UUID | None) -> tuple[list[Entry], UUID | None]:
    """Some entries, and the last one's id if there are earlier ones."""
    return _page(journal.entries.visible_to(person), before)


def page_of_history(pico: Pico, person: Person, before: UUID | None) -> tuple[list[Entry], UUID | None]:
    """The same of what was written before."""
    return _page(history_of(pico, person), before)


def before_of(request: HttpRequest) -> UUID | None:
    """Where a page of earlier entries begins."""
    try:
        return UUID(request.GET["before"])
    except (KeyError, ValueError):
        return None


def _page(entries: EntryQuerySet, before: UUID | None) -> tuple[list[Entry], UUID | None]:
    rows = entries.with_author()
    found = list((rows.filter(pk__lt=before) if before else rows)[: SHOWN + 1])
    return found[:SHOWN], found[SHOWN - 1].pk if len(found) > SHOWN else None
