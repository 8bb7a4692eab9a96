"""The gate as a table: every type of event, every grant, every state of the conduit."""

from typing import Any

import pytest
from uuid_utils.compat import uuid7

from conduits import gate
from conduits.models import Conduit
from conduits.models.conduit import Grant
from picos.event_types import event_types
from picos.events import Draft, record_events
from picos.models import Event
from tests.factories import a_conduit

ALWAYS, NEVER = "always", "never"
# What each type takes, written down a second time: whoever registers a type decides here whom it may reach.
TAKES = {
    "pico.scanned": Grant.SCANS,
    "pico.lost": Grant.SCANS,
    "pico.found": Grant.SCANS,
    "pico.recovered": Grant.SCANS,
    "pico.suspected_copy": Grant.SCANS,
    "pico.claimed": ALWAYS,
    "conduit.pass_made": ALWAYS,
    "conduit.pass_used": ALWAYS,
    "conduit.pass_revoked": ALWAYS,
    "pico.linked": ALWAYS,
    "pico.transferred": ALWAYS,
    "pico.activated": ALWAYS,
    "pico.released": ALWAYS,
    "pico.retired": ALWAYS,
    "pico.merged": ALWAYS,
    "pico.connected": ALWAYS,
    "pico.state_changed": Grant.STATE,
    "conduit.opened": ALWAYS,
    "conduit.paused": ALWAYS,
    "conduit.resumed": ALWAYS,
    "conduit.closed": ALWAYS,
    "conduit.terms_proffered": ALWAYS,
    "conduit.terms_agreed": ALWAYS,
    "conduit.terms_declined": ALWAYS,
    "conduit.terms_withdrawn": ALWAYS,
    "conduit.note": Grant.NOTES,
    "conduit.message": ALWAYS,
    "request.opened": ALWAYS,
    "request.closed": ALWAYS,
    # Whatever does not say whose rule it was passes to nobody.
    "rule.due": NEVER,
    "rule.started": NEVER,
    "rule.raised": NEVER,
    "rule.asked": NEVER,
    "rule.answered": NEVER,
    "endpoint.disabled": NEVER,
    "rule.paused": NEVER,
    "advisory.published": NEVER,
    "advisory.corrected": NEVER,
    "advisory.ended": NEVER,
    "advisory.acknowledged": NEVER,
}
ENTRIES: dict[tuple[str, str], Any] = {
    ("owner", "private"): Grant.PRIVATE_ENTRIES,
    ("owner", "shared"): Grant.ENTRIES,
    ("owner", "public"): Grant.ENTRIES,
    ("company", "private"): ALWAYS,
    ("company", "shared"): ALWAYS,
}
# Of what rules lead to: the company's own passes, the owner's as a note does, if it is for both sides.
OF_RULES: dict[tuple[str, str, str], Any] = {
    (name, *said): takes
    for name in ("rule.raised", "rule.asked", "rule.answered")
    for said, takes in {
        ("owner", "private"): NEVER,
        ("owner", "shared"): Grant.NOTES,
        ("company", "private"): ALWAYS,
        ("company", "shared"): ALWAYS,
    }.items()
} | {
    (name, author, "private"): ALWAYS if author == "company" else NEVER
    for name in ("rule.due", "rule.started")
    for author in ("owner", "company")
}
STATES: dict[str, Any] = {"owner": Grant.STATE, "company": ALWAYS}
# Each event as (type, data) with what it takes.
EVENTS: list[tuple[str, dict[str, str], Any]] = [
    *((name, {}, takes) for name, takes in TAKES.items()),
    *(
        ("journal.entry_added", {"author": author, "visibility": visibility}, takes)
        for (author, visibility), takes in ENTRIES.items()
    ),
    *((name, {"author": author, "visibility": said}, takes) for (name, author, said), takes in OF_RULES.items()),
    *(("pico.state_changed", {"namespace": namespace, "key": "mode"}, takes) for namespace, takes in STATES.items()),
]
GRANTS = [[], *([grant] for grant in Grant), list(Grant)]
OWNER, COMPANY, PICO = uuid7(), uuid7(), uuid7()


def an_event(name: str, data: dict[str, str], **values: Any) -> Event:
    ids = {"pico_id": PICO, "owner_id": OWNER, "company_id": COMPANY}
    return Event(**{"type": name, "data": data, "sequence": 7, **ids} | values)


def conduit_with(grants: list[Any], status: str = "open", **values: Any) -> Conduit:
    ends = {"owner_id": OWNER, "company_id": COMPANY, "pico_id": PICO, "scope": list(Grant)}
    return Conduit(**{"since": 7, **ends} | values, status=status, grants=[str(grant) for grant in grants])


def expected(takes: Any, grants: list[Any]) -> bool:
    return takes == ALWAYS or (takes != NEVER and takes in grants)


def test_every_registered_type_of_event_stands_in_the_table() -> None:
    assert {kind.name for kind in event_types()} == {*TAKES, "journal.entry_added"}


@pytest.mark.parametrize(("name", "data", "takes"), EVENTS)
def test_through_an_open_conduit_passes_what_is_granted(name: str, data: dict[str, str], takes: Any) -> None:
    for grants in GRANTS:
        decision = gate.decide_event(an_event(name, data), conduit_with(grants))
        assert decision.passes == expected(takes, grants), (grants, decision)


@pytest.mark.parametrize("status", ["waiting", "paused", "closed"])
@pytest.mark.parametrize(("name", "data", "takes"), EVENTS)
def test_when_it_is_not_open_only_the_news_of_that_passes(
    name: str, data: dict[str, str], takes: Any, status: str
) -> None:
    for grants in GRANTS:
        decision = gate.decide_event(an_event(name, data), conduit_with(grants, status))
        if name in {"conduit.paused", "conduit.closed", "pico.released", "pico.retired"} or (
            name.startswith("conduit.terms_") and status != "closed"
        ):
            assert decision.passes
        else:
            reason = "no terms are agreed" if status == "waiting" else f"the conduit is {status}"
            assert decision == gate.Decision(passes=False, reason=reason)


@pytest.mark.parametrize(("name", "data", "takes"), EVENTS)
def test_what_is_granted_passes_only_as_far_as_the_terms_go(name: str, data: dict[str, str], takes: Any) -> None:
    for scope in GRANTS:
        conduit = conduit_with(list(Grant), scope=[str(grant) for grant in scope])
        decision = gate.decide_event(an_event(name, data), conduit)
        assert decision.passes == expected(takes, scope), (scope, decision)
        if takes in set(Grant) - set(scope):
            assert decision.reason == f"the terms do not let it see {takes.label}"


@pytest.mark.parametrize(("name", "data", "takes"), EVENTS)
def test_nothing_passes_without_a_conduit_or_through_that_of_somebody_else(
    name: str, data: dict[str, str], takes: Any
) -> None:
    closed_door = gate.Decision(passes=False, reason="there is no conduit")
    event = an_event(name, data)
    assert gate.decide_event(event, None) == closed_door
    assert gate.decide_event(event, conduit_with(list(Grant), owner_id=uuid7())) == closed_door
    assert gate.decide_event(event, conduit_with(list(Grant), company_id=uuid7())) == closed_door


@pytest.mark.parametrize(("name", "data", "takes"), EVENTS)
def test_nothing_passes_from_before_the_conduit(name: str, data: dict[str, str], takes: Any) -> None:
    before = gate.Decision(passes=False, reason="it is from before the conduit")
    assert gate.decide_event(an_event(name, data, sequence=6), conduit_with(list(Grant))) == before


@pytest.mark.parametrize(("name", "data", "takes"), EVENTS)
def test_what_nobody_owned_is_the_company_s_own(name: str, data: dict[str, str], takes: Any) -> None:
    of_no_owner = an_event(name, data, owner_id=None)
    of_no_pico = an_event(name, data, pico_id=None, owner_id=None)

    assert gate.decide_event(of_no_owner, None) == gate.Decision(passes=True, reason="nobody owned it")
    assert gate.decide_event(of_no_pico, None) == gate.Decision(passes=True, reason="nobody owned it")


@pytest.mark.parametrize(
    ("status", "passes"), [("open", True), ("waiting", False), ("paused", False), ("closed", False)]
)
def test_reading_takes_an_open_conduit(status: str, passes: bool) -> None:
    assert gate.decide_read(conduit_with([], status)).passes is passes
    assert gate.decide_read(None) == gate.Decision(passes=False, reason="there is no conduit")


def test_the_owner_sees_every_event_but_the_company_s_private_entries() -> None:
    for name, data, _ in EVENTS:
        kept = data == {"author": "company", "visibility": "private"}
        assert gate.passes_to_owner(an_event(name, data)) is not kept


@pytest.mark.django_db
def test_what_may_be_read_is_what_would_be_sent() -> None:
    conduit = a_conduit()
    drafts = [Draft(name, pico=conduit.pico, data=data) for name, data, _ in EVENTS]
    events = record_events(drafts)
    mine = Event.objects.filter(pk__in=[event.pk for event in events])

    for grants in GRANTS:
        conduit.grants = [grant.value for grant in grants]
        readable = set(mine.filter(gate.passing_events(conduit)).values_list("pk", flat=True))
        assert readable == {event.pk for event in events if gate.decide_event(event, conduit).passes}, grants


@pytest.mark.django_db
def test_the_owner_s_list_leaves_out_what_the_owner_may_not_see() -> None:
    conduit = a_conduit()
    events = record_events([Draft(name, pico=conduit.pico, data=data) for name, data, _ in EVENTS])
    mine = Event.objects.filter(pk__in=[event.pk for event in events])

    listed = set(mine.exclude(gate.kept_from_owner()).values_list("pk", flat=True))

    assert listed == {event.pk for event in events if gate.passes_to_owner(event)}
    assert len(listed) == len(EVENTS) - 6
