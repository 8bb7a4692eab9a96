"""The gate: decides what of an owner's may pass to the company. Every way out asks here, and nothing else decides.

What passes takes an open conduit, the owner's grant, and terms whose scope has that grant. Pure decisions over
rows that the caller loaded, or conditions for its query; the caller logs them (conduits/access_log.py).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Q

from conduits import event_types
from conduits.models import Conduit
from conduits.models.conduit import Grant
from journals.event_types import ENTRY_ADDED
from journals.models import Entry
from picos import event_types as pico_events
from picos.models import Event, State

# The grant that each type of event takes. None: it is a fact of the conduit itself, which both ends know. What the
# company itself wrote or set takes none.
# A type that is not here passes to nobody.
GRANT_FOR: Final[dict[str, Grant | None]] = {
    pico_events.SCANNED: Grant.SCANS,
    pico_events.LOST: Grant.SCANS,
    pico_events.FOUND: Grant.SCANS,
    pico_events.RECOVERED: Grant.SCANS,
    pico_events.LINKED: None,
    pico_events.CLAIMED: None,
    pico_events.TRANSFERRED: None,
    pico_events.ACTIVATED: None,
    pico_events.RELEASED: None,
    pico_events.RETIRED: None,
    pico_events.MERGED: None,
    pico_events.CONNECTED: None,
    pico_events.STATE_CHANGED: Grant.STATE,
    pico_events.SUSPECTED_COPY: Grant.SCANS,
    event_types.NOTE: Grant.NOTES,
    event_types.MESSAGE: None,
    event_types.OPENED: None,
    event_types.PAUSED: None,
    event_types.RESUMED: None,
    event_types.CLOSED: None,
    event_types.TERMS_PROFFERED: None,
    event_types.TERMS_AGREED: None,
    event_types.PASS_MADE: None,
    event_types.PASS_USED: None,
    event_types.PASS_REVOKED: None,
    event_types.REQUEST_OPENED: None,
    event_types.REQUEST_CLOSED: None,
    event_types.RULE_DUE: None,
    event_types.RULE_STARTED: None,
    event_types.RULE_RAISED: Grant.NOTES,
    event_types.RULE_ASKED: Grant.NOTES,
    event_types.RULE_ANSWERED: Grant.NOTES,
    event_types.TERMS_DECLINED: None,
    event_types.TERMS_WITHDRAWN: None,
}
# What a rule leads to says whose rule it was (`author`), and whether that side keeps it to itself (`visibility`).
OF_RULES: Final = frozenset(
    {
        event_types.RULE_DUE,
        event_types.RULE_STARTED,
        event_types.RULE_RAISED,
        event_types.RULE_ASKED,
        event_types.RULE_ANSWERED,
    }
)
# What the company must be told although the conduit is not open any more: that it is not.
_ABOUT_THE_END: Final = {event_types.PAUSED, event_types.CLOSED, pico_events.RELEASED, pico_events.RETIRED}
# The same while it is paused, or waits for terms: what both need to come to terms.
_ABOUT_TERMS: Final = {
    event_types.TERMS_PROFFERED,
    event_types.TERMS_AGREED,
    event_types.TERMS_DECLINED,
    event_types.TERMS_WITHDRAWN,
}
_PASSES_SHUT: Final = {
    Conduit.Status.WAITING.value: _ABOUT_THE_END | _ABOUT_TERMS,
    Conduit.Status.PAUSED.value: _ABOUT_THE_END | _ABOUT_TERMS,
    Conduit.Status.CLOSED.value: _ABOUT_THE_END,
}

# The grant in whose place an owner shows a kind of field in a call, once (conduits/passes); None: it is no secret
# between the two. What is not here cannot be shown.
SHOWN_FOR: Final[dict[str, Grant | None]] = {
    "name": Grant.CONTACT,
    "email": Grant.CONTACT,
    "serial": None,
    "code": None,
    "state": Grant.STATE,
    "entries": Grant.ENTRIES,
    "private_entries": Grant.PRIVATE_ENTRIES,
    "photos": Grant.PHOTOS,
    "region": Grant.REGION,
    "scans": Grant.SCANS,
}

# What of an event's data tells where somebody was.
WHERE: Final = frozenset({"region", "regions", "kilometres"})


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether it passes, and why, in words that the owner reads in the access log."""

    passes: bool
    reason: str


def decide_event(event: Event, conduit: Conduit | None) -> Decision:
    """Whether the event may pass to the company of its pico.

    `conduit` is the one between the event's company and the owner at the time of the event; None when there is none.
    """
    if event.pico_id is None or event.owner_id is None:
        return Decision(passes=True, reason="nobody owned it")
    if conduit is None or conduit.owner_id != event.owner_id or conduit.company_id != event.company_id:
        return Decision(passes=False, reason="there is no conduit")
    if event.sequence < conduit.since:
        return Decision(passes=False, reason="it is from before the conduit")
    if conduit.status != Conduit.Status.OPEN and event.type not in _PASSES_SHUT[conduit.status]:
        return Decision(passes=False, reason=_why_shut(conduit))
    if why := _never_passes(event):
        return Decision(passes=False, reason=why)
    return _decide_grant(conduit, _grant_for_event(event))


def decide_read(conduit: Conduit | None) -> Decision:
    """Whether the company may look at the owner's side of the pico at all."""
    if conduit is None:
        return Decision(passes=False, reason="there is no conduit")
    if conduit.status != Conduit.Status.OPEN:
        return Decision(passes=False, reason=_why_shut(conduit))
    return Decision(passes=True, reason="the conduit is open")


def decide_grant(conduit: Conduit | None, grant: Grant) -> Decision:
    """Whether the company may have what takes this grant."""
    decision = decide_read(conduit)
    return _decide_grant(conduit, grant) if conduit and decision.passes else decision


def decide_entry(conduit: Conduit, entry: Entry) -> Decision:
    """Whether the company may read the entry, or even know of it."""
    decision = decide_read(conduit)
    if not decision.passes or entry.author_company_id:
        return decision
    return _decide_grant(conduit, _grant_for(entry.visibility))


def decide_photo(conduit: Conduit, entry: Entry) -> Decision:
    """Whether the company may see the entry's photos: its own, and the owner's if photos and entry are granted."""
    if conduit.journal_id != entry.journal_id:
        return Decision(passes=False, reason="it is of another owner's journal")
    decision = decide_entry(conduit, entry)
    if not decision.passes or entry.author_company_id:
        return decision
    return _decide_grant(conduit, Grant.PHOTOS)


def decide_pass(conduit: Conduit, fields: Collection[str]) -> Decision:
    """Whether the company may see what the owner shows in a call: what they ticked themself, so it takes no grant and
    passes a paused conduit, but nothing that the terms do not allow, and no conduit that waits for terms or is closed.
    """
    if conduit.status not in {Conduit.Status.OPEN, Conduit.Status.PAUSED}:
        return Decision(passes=False, reason=_why_shut(conduit))
    if not all(may_be_shown(conduit, name.partition(".")[0]) for name in fields):
        return Decision(passes=False, reason="the terms do not let it see all of it")
    return Decision(passes=True, reason="the owner showed it in a call")


def may_be_shown(conduit: Conduit, kind: str) -> bool:
    """Whether the terms that hold let the owner show this kind of field in a call."""
    allowed = (None, *(Grant(name) for name in conduit.scope))
    return kind in SHOWN_FOR and SHOWN_FOR[kind] in allowed


def passing_data(event: Event, conduit: Conduit | None) -> dict[str, Any]:
    """What an event that passes says to the company: where it was, only as the owner grants it."""
    return passing_parts(event.data, conduit, owned=event.owner_id is not None)


def passing_parts(data: Mapping[str, Any], conduit: Conduit | None, *, owned: bool) -> dict[str, Any]:
    """The same of any data about a pico, `owned` at that time."""
    if not owned or (conduit is not None and grants(conduit, Grant.REGION)):
        return dict(data)
    return {name: value for name, value in data.items() if name not in WHERE}


def passing_entries(conduit: Conduit) -> Q:
    """Which of a journal's entries the company may read: its own, and the owner's as granted."""
    visible = []
    if grants(conduit, Grant.ENTRIES):
        visible += [Entry.Visibility.SHARED, Entry.Visibility.PUBLIC]
    if grants(conduit, Grant.PRIVATE_ENTRIES):
        visible += [Entry.Visibility.PRIVATE]
    return Q(author_company__isnull=False) | Q(visibility__in=visible)


def passes_entry(entry: Entry, conduit: Conduit) -> bool:
    """The same of an entry at hand."""
    return entry.author_company_id is not None or grants(conduit, _grant_for(entry.visibility))


def passing_events(conduit: Conduit) -> Q:
    """Which events of the pico and this owner the company may read: the same as it would be sent."""
    types = [name for name, grant in GRANT_FOR.items() if name not in OF_RULES and grants(conduit, grant)]
    shared_by_rules = [name for name in OF_RULES if grants(conduit, GRANT_FOR[name])]
    by_company = Q(type__in=[ENTRY_ADDED, *OF_RULES], data__author="company")
    shared = Q(type=ENTRY_ADDED) & ~Q(data__visibility=Entry.Visibility.PRIVATE)
    private = Q(type=ENTRY_ADDED, data__visibility=Entry.Visibility.PRIVATE)
    by_rules = Q(type__in=shared_by_rules, data__visibility=Entry.Visibility.SHARED)
    passing = Q(type__in=types) | by_company | by_rules | Q(type=pico_events.STATE_CHANGED, data__namespace="company")
    if grants(conduit, Grant.ENTRIES):
        passing |= shared
    if grants(conduit, Grant.PRIVATE_ENTRIES):
        passing |= private
    return passing & Q(company=conduit.company_id, sequence__gte=conduit.since)


def passes_to_owner(event: Event) -> bool:
    """The gate's other side: what the company keeps to itself is not the owner's to see."""
    by_company = event.data.get("author") == "company"
    return not (by_company and event.data.get("visibility") == Entry.Visibility.PRIVATE)


def kept_from_owner() -> Q:
    """The same, as a condition: the company's private entries, and what its rules keep to it."""
    kept = [ENTRY_ADDED, *OF_RULES]
    # Contains, as a comparison with a value that is not there would be unknown, and so would its opposite.
    return Q(type__in=kept, data__contains={"author": "company", "visibility": str(Entry.Visibility.PRIVATE)})


def grants(conduit: Conduit, grant: Grant | None) -> bool:
    """Whether the owner grants this now and the terms let them; a conduit that is not open grants nothing."""
    return grant is None or (
        conduit.status == Conduit.Status.OPEN and grant.value in conduit.grants and grant.value in conduit.scope
    )


def granted(conduit: Conduit) -> tuple[str, ...]:
    """All that is granted now, as the log says it."""
    return tuple(grant.value for grant in Grant if grants(conduit, grant))


def granting(grant: Grant) -> Q:
    """The same as a condition on conduits."""
    return Q(status=Conduit.Status.OPEN, grants__contains=[grant.value], scope__contains=[grant.value])


def _never_passes(event: Event) -> str:
    """Why no grant lets it through; empty if one may."""
    if event.type != ENTRY_ADDED and event.type not in GRANT_FOR:
        return "nothing grants this"
    by_company = event.data.get("author") == "company"
    shared = event.data.get("visibility") == Entry.Visibility.SHARED
    return "" if event.type not in OF_RULES or by_company or shared else "it is a matter of the owner's own rules"


def _grant_for_event(event: Event) -> Grant | None:
    """What the company itself wrote or set takes none."""
    if event.type in OF_RULES and event.data.get("author") == "company":
        return None
    if event.type == ENTRY_ADDED:
        return None if event.data.get("author") == "company" else _grant_for(str(event.data.get("visibility")))
    companys_own = event.type == pico_events.STATE_CHANGED and event.data.get("namespace") == State.Namespace.COMPANY
    return None if companys_own else GRANT_FOR[event.type]


def _grant_for(visibility: str) -> Grant:
    return Grant.PRIVATE_ENTRIES if visibility == Entry.Visibility.PRIVATE else Grant.ENTRIES


def _decide_grant(conduit: Conduit, grant: Grant | None) -> Decision:
    if grant is None:
        return Decision(passes=True, reason="it is about the conduit itself")
    if grants(conduit, grant):
        return Decision(passes=True, reason=f"the owner lets it see {grant.label}")
    if grant.value not in conduit.scope:
        return Decision(passes=False, reason=f"the terms do not let it see {grant.label}")
    return Decision(passes=False, reason=f"the owner does not let it see {grant.label}")


def _why_shut(conduit: Conduit) -> str:
    return "no terms are agreed" if conduit.status == Conduit.Status.WAITING else f"the conduit is {conduit.status}"
