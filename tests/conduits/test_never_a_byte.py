"""Whatever owner and company do, in whatever order: the company never receives a byte that the grants of that moment
forbid, and the log has exactly one line for each thing that passed or was refused.

What may pass is said here a second time, as plainly as the documentation says it, and compared with what came out.
"""

import datetime as dt
import itertools
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, ClassVar
from uuid import UUID

import pytest
import time_machine
from django.db import transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from conduits import access_log, steering
from conduits.delivery import breaker
from conduits.delivery import draining as delivery
from conduits.models import AccessLine, Conduit, Delivery, Endpoint
from conduits.models.conduit import Grant
from conduits.opening import accept_transfer
from conduits.passes.fields import fields_of
from conduits.passes.making import make_pass
from conduits.terms import proffering
from conduits.terms.stances import accept_at_once, proposal
from journals.keeping import append_entry
from journals.models import Journal
from journals.photos import take_photos
from parties.errors import RefusedError, StateForbidsError
from parties.models import Person
from picos.models import Event, Pending, Pico
from picos.scanning import record_scan
from picos.states import set_state
from picos.transferring import offer_transfer
from rules.engine import draining as engine
from tests.conduits.sink import Sink, says
from tests.conftest import ApiClient
from tests.factories import a_company, a_conduit, a_key, a_person, a_photo, a_pico, a_product, a_rule, an_endpoint

START = dt.datetime(2026, 11, 21, 12, 0, tzinfo=dt.UTC)
GRANTS = [grant.value for grant in Grant]
# What each agreement lets its owner grant, as docs/terms.md says.
SCOPES = {
    "SD-BASE-DP": set(GRANTS),
    "SD-BASE": set(GRANTS) - {"private_entries"},
    "PDC-GOOD": set(GRANTS) - {"private_entries", "contact"},
    "PDC-AI": set(GRANTS) - {"private_entries", "contact", "region"},
}
NEEDS = {
    "pico.scanned": "scans",
    "pico.suspected_copy": "scans",
    "conduit.note": "notes",
}
END = {"conduit.paused", "conduit.closed", "pico.released", "pico.retired"}
TERMS = {"conduit.terms_proffered", "conduit.terms_agreed", "conduit.terms_declined", "conduit.terms_withdrawn"}
VISIBILITIES = ("private", "shared", "public")
HAPPENINGS = st.lists(st.sampled_from(["scan", "near", "note", *VISIBILITIES, "photo"]), min_size=1, max_size=3)
CHANGES = ("nothing", "grant all", "grant nothing", "pause", "resume", "hand over", "withdraw", "narrow", "widen")
# Those that say a thing of its own about the line, while all is granted.
LOUD = {"pause", "hand over"}
DOORS = ("", "/journal", "/events", "/state", "/state/note/history")
# What can be shown in a call, and the grant in whose place it is.
SHOWN = {
    "name": "contact",
    "email": "contact",
    "serial": None,
    "code": None,
    "state.note": "state",
    "entries": "entries",
    "private_entries": "private_entries",
    "photos": "photos",
    "region": "region",
    "scans": "scans",
}
# Each secret begins with the grant that lets it pass.
SECRETS = ("entries", "private_entries", "notes", "state", "contact", "region", "photos")


@dataclass
class Line:
    """What the test believes of a conduit."""

    owner: Person
    since: int
    status: str = "waiting"
    granted: set[str] = field(default_factory=lambda: {"scans", "entries", "notes"})
    scope: set[str] = field(default_factory=set)
    agreement: str = ""
    offered: tuple[str, str] | None = None
    logged: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def passing(self) -> set[str]:
        return self.granted & self.scope if self.status == "open" else set()

    def passes(self, event: Event) -> bool:
        if self.status != "open":
            return event.type in END or (event.type in TERMS and self.status != "closed")
        data = event.data
        if event.type == "journal.entry_added":
            if data["author"] == "company":
                return True
            return ("private_entries" if data["visibility"] == "private" else "entries") in self.passing
        if event.type == "pico.state_changed":
            return data["namespace"] == "company" or "state" in self.passing
        return event.type not in NEEDS or NEEDS[event.type] in self.passing

    def agree(self, agreement: str) -> None:
        self.agreement, self.scope, self.offered = agreement, SCOPES[agreement], None
        self.granted &= self.scope
        self.status = "open" if self.status == "waiting" else self.status


@contextmanager
def expecting(*errors: type[Exception], unless: bool) -> Iterator[None]:
    """An error of these kinds if the test believes that it cannot be, none if it can."""
    if unless:
        yield
    else:
        with pytest.raises(errors):
            yield


class Relation(RuleBasedStateMachine):
    """One thing, its company, and two people who own it in turn."""

    sink: Sink
    photo: ClassVar[list[bytes]]

    def __init__(self) -> None:
        super().__init__()
        self.undone = transaction.atomic()
        self.undone.__enter__()
        self.clock = time_machine.travel(START, tick=False)
        self.now = self.clock.start()
        self.numbers = itertools.count()
        self.company = a_company()
        an_endpoint(self.company, self.sink.url(), events=("*",))
        self.asking = ApiClient(a_key(self.company))
        self.people = [a_person(f"contact-{name}", f"contact-{name}@example.com") for name in ("ann", "ben")]
        for person in self.people:
            a_rule(person, then=[{"do": "notify_company", "text": f"notes-{person.pk}"}])
        self.accepted = {"SD-BASE-DP", "SD-BASE"}
        conduit = a_conduit(self.people[0], a_pico(a_product(self.company)))
        self.pico = Pico.objects.with_product().get(pk=conduit.pico_id)
        self.lines: list[tuple[UUID, Line]] = []
        self._opened(conduit)

    def teardown(self) -> None:
        self.clock.stop()
        assert all(access_log.check(conduit).intact for conduit in Conduit.objects.all())
        transaction.set_rollback(True)
        self.undone.__exit__(None, None, None)

    # What owner and company say.

    @property
    def line(self) -> Line:
        return self.lines[-1][1]

    @property
    def conduit(self) -> Conduit:
        return Conduit.objects.with_ends().get(pk=self.lines[-1][0])

    @property
    def owner(self) -> Person:
        return self.line.owner

    def _opened(self, conduit: Conduit) -> None:
        self.lines.append((conduit.pk, Line(conduit.owner, conduit.since)))
        self._offered("SD-BASE-DP", "SD-BASE")
        self.pico = Pico.objects.with_product().get(pk=self.pico.pk)

    def _offered(self, preferred: str, alternative: str) -> None:
        self.line.offered = (preferred, alternative)
        at_once = [name for name in (preferred, alternative) if name in self.accepted]
        if at_once:
            self.line.agree(at_once[0])

    @rule(grants=st.sets(st.sampled_from(GRANTS)))
    def grant(self, grants: set[str]) -> None:
        closed, waits = self.line.status == "closed", self.line.status == "waiting"
        can = not closed and (waits or grants <= self.line.scope)
        with expecting(RefusedError, StateForbidsError, unless=can):
            steering.set_grants(self.conduit, grants)
        if can:
            self.line.granted = grants

    @rule(nothing=st.booleans())
    def grant_all_that_can_be_or_nothing(self, nothing: bool) -> None:
        self.grant(set() if nothing else set(self.line.scope))

    @rule(verb=st.sampled_from(["pause", "resume", "pause", "resume", "close", "hand over"]))
    def steer(self, verb: str) -> None:
        if verb == "hand over":
            self._hand_over()
            return
        sources = {"pause": {"open"}, "resume": {"paused"}, "close": {"waiting", "open", "paused"}}[verb]
        can = self.line.status in sources
        with expecting(StateForbidsError, unless=can):
            getattr(steering, verb)(self.conduit)
        if can:
            self.line.status = {"pause": "paused", "resume": "open", "close": "closed"}[verb]
            self.line.offered = None if verb == "close" else self.line.offered

    def _hand_over(self) -> None:
        heir = next(person for person in self.people if person != self.owner)
        token = offer_transfer(pico=self.pico, owner=self.owner).token
        self.line.status, self.line.offered = "closed", None
        _, conduit = accept_transfer(token=token, person=heir)
        assert conduit
        self._opened(conduit)

    @rule(names=st.sets(st.sampled_from(sorted(SCOPES))))
    def accept_beforehand(self, names: set[str]) -> None:
        accept_at_once(company=self.company, names=names)
        self.accepted = names

    @rule(names=st.permutations(sorted(SCOPES)), both=st.booleans())
    def offer(self, names: list[str], both: bool) -> None:
        alternative = names[1] if both else ""
        can = self.line.status != "closed"
        with expecting(StateForbidsError, unless=can):
            proffering.proffer(conduit=self.conduit, proposal=proposal(names[0], alternative))
        if can:
            self._offered(names[0], alternative)

    @rule(verb=st.sampled_from(["accept", "take_alternative", "decline"]))
    def answer_to_the_offer(self, verb: str) -> None:
        offered = self.line.offered
        can = offered is not None and (verb != "take_alternative" or offered[1] != "")
        with expecting(StateForbidsError, unless=can):
            getattr(proffering, verb)(conduit=self.conduit)
        if offered and can:
            self.line.offered = None
            if verb != "decline":
                self.line.agree(offered[verb == "take_alternative"])

    @rule(by=st.sampled_from(["person", "company"]))
    def withdraw(self, by: Any) -> None:
        holds = bool(self.line.agreement)
        taken_back = by == "person" and self.line.offered is not None
        can = self.line.status != "closed" and (holds or taken_back)
        with expecting(StateForbidsError, unless=can):
            proffering.withdraw(conduit=self.conduit, by=by)
        if can:
            self.line.offered = None if by == "person" else self.line.offered
            if holds:
                self.line.agreement, self.line.scope, self.line.status = "", set(), "waiting"

    # What happens; the rules meet most of it at once, and messages wait.

    @rule(what=HAPPENINGS)
    def happen(self, what: list[str]) -> None:
        for one in what:
            self._happen(one)
        self._run_the_rules()

    @rule(what=st.sampled_from(["scan", "shared"]))
    def happen_before_the_rules_run(self, what: str) -> None:
        self._happen(what)

    def _happen(self, what: str) -> None:
        number = next(self.numbers)
        if what in {"scan", "near"}:
            region = "DE" if what == "near" else ""
            record_scan(pico=self.pico, visitor=number.to_bytes(8, "big"), person=None, region=region)
        elif what == "note":
            set_state(pico=self.pico, party=self.owner, key="note", value=f"state-{self.owner.pk}-{number}")
        else:
            visibility = "shared" if what == "photo" else what
            secret = "private_entries" if visibility == "private" else "entries"
            append_entry(
                journal=self.journal,
                author=self.owner,
                body=f"{secret}-{self.owner.pk}",
                visibility=visibility,
                photos=self.photo if what == "photo" else (),
            )

    @property
    def journal(self) -> Journal:
        return self.conduit.journal

    def _run_the_rules(self) -> None:
        while waiting := dict(Pending.objects.values_list("event_id", "sequence")):
            events = list(Event.objects.filter(pk__in=waiting))
            engine.drain()
            left = set(Pending.objects.filter(event_id__in=waiting).values_list("event_id", flat=True))
            for event in events:
                line = self._line_of(event)
                if event.pk not in left and line and not line.passes(event):
                    line.logged["refused", event.type] += 1

    # What the company does, and gets.

    @rule()
    def answer(self) -> None:
        held = self.conduit.terms
        body = {"body": "We look into it.", "terms_hash": held.sha256 if held else None}
        status = self.asking.post(f"/conduits/{self.lines[-1][0]}/messages", body).status_code
        assert status == (201 if self.line.status == "open" else 409)

    @rule(answers=st.sampled_from([200, 500]), later=st.booleans())
    def deliver(self, answers: int, later: bool) -> None:
        if later:
            self.now.shift(dt.timedelta(hours=7))
        self.sink.answer = says(answers)
        while due := list(Delivery.objects.filter(state="waiting", next_attempt_at__lte=dt.datetime.now(dt.UTC))):
            self.sink.received.clear()
            told = {one.event_id: self._told(one.event_id) for one in due if one.attempt_count}
            # All that is due leaves together, also where the last answer was a failure.
            Endpoint.objects.update(standing=Endpoint.Standing.PROMPT)
            delivery.drain()
            sent = {one.id: one.body for one in self.sink.received}
            assert len(sent) == len(self.sink.received)
            for one in due:
                self._check_delivery(one, sent.pop(one.webhook_id, None), told.get(one.event_id))
            assert sent == {}

    def _check_delivery(self, one: Delivery, body: bytes | None, told: tuple[str, ...] | None) -> None:
        event = Event.objects.get(pk=one.event_id)
        assert one.conduit_id, "whatever is sent here is of an owned thing"
        line = dict(self.lines)[one.conduit_id]
        assert (body is not None) == line.passes(event), (event.type, event.data, line)
        one.refresh_from_db()
        if body is None:
            assert one.state == "refused"
            line.logged["refused", event.type] += 1
            return
        self._check_bytes(body, line)
        said = json.loads(body)["data"]
        held = Conduit.objects.select_related("terms").get(pk=one.conduit_id).terms
        assert said["terms_hash"] == (held.sha256 if held else None)
        fields = tuple(name for name in ("owner", "entry") if name in said)
        fields += ("photos",) if said.get("entry", {}).get("attachments") else ()
        if told != fields:
            line.logged["sent", event.type] += 1

    def _told(self, event_id: UUID) -> tuple[str, ...] | None:
        newest = AccessLine.objects.filter(outcome="sent", what_id=event_id).order_by("-number").first()
        return tuple(newest.fields) if newest else None

    @rule(ticked=st.sets(st.sampled_from(sorted(SHOWN)), min_size=1))
    def show_in_a_call(self, ticked: set[str]) -> None:
        """Whatever is granted: just what is ticked, as far as the terms allow it, also while it is paused."""
        conduit, can = self.conduit, self.line.status in {"open", "paused"}
        there = {field.name: field.seen for field in fields_of(conduit)}
        assert all(SHOWN[name] is None or SHOWN[name] in self.line.scope for name in there)
        show = {name: there[name] for name in ticked if name in there}
        with expecting(RefusedError, StateForbidsError, unless=can and bool(show)):
            _, code = make_pass(conduit=conduit, show=show)
            used = self.asking.post("/passes/use", {"code": code}).json()
            values = self.asking.get(f"/passes/{used['id']}").json()["values"]
            self.line.logged["read", "pass"] += 1
            assert set(values) == set(show)
            marks = {"email": self.owner.email, "state.note": "state-", "private_entries": "private_entries-"}
            for name, mark in marks.items():
                assert (mark in json.dumps(values)) is (name in show)

    @rule(what=st.sampled_from(DOORS))
    def read(self, what: str) -> None:
        answer = self.asking.get(f"/picos/{self.pico.code}{what}")
        assert answer.status_code == 200
        self._check_bytes(answer.content, self.line)
        opened = self.line.status == "open"
        if what.startswith("/state"):
            # Without the grant a company asks for its own values alone.
            if "state" in self.line.passing:
                self.line.logged["read", "state"] += 1
        else:
            self.line.logged["read" if opened else "refused", what.removeprefix("/") or "pico"] += 1
        if what == "/journal":
            bodies = {entry["body"] for entry in answer.json()["results"] if entry["author"] == "owner"}
            written = {
                f"{name}-{self.owner.pk}" for name in ("entries", "private_entries") if name in self.line.passing
            }
            assert bodies <= written

    @rule()
    def look_at_a_photo(self) -> None:
        mine = self.conduit.journal.entries.filter(visibility="shared", attachments__isnull=False).first()
        if mine is None:
            return
        journal_open = self.conduit.journal.closed_at is None
        answer = self.asking.get(f"/attachments/{mine.attachments.all()[0].pk}")
        may = {"entries", "photos"} <= self.line.passing
        assert answer.status_code == (200 if may else 404)
        answer.getvalue()
        if journal_open:
            self.line.logged["read" if may else "refused", "photo"] += 1

    @rule(
        what=HAPPENINGS,
        change=st.sampled_from(CHANGES),
        answers=st.sampled_from([200, 500]),
        read=st.sampled_from(DOORS),
    )
    def happen_then_change_then_deliver(self, what: list[str], change: str, answers: int, read: str) -> None:
        """What waits already meets what its owner changes: at random that is rare, and it is where things go wrong."""
        if change in LOUD and self.line.status != "closed":
            self.grant(set(self.line.scope))
        self.happen(what)
        match change:
            case "grant all" | "grant nothing":
                if self.line.status != "closed":
                    self.grant(set() if change == "grant nothing" else set(self.line.scope))
            case "pause" | "resume" | "hand over":
                self.steer(change)
            case "withdraw":
                self.withdraw("person")
            case "narrow" | "widen":
                self.offer(["SD-BASE-DP" if change == "widen" else "PDC-AI", "PDC-GOOD"], both=False)
                self.answer_to_the_offer("accept")
        if change in LOUD:
            self._run_the_rules()
        self.deliver(answers, later=False)
        if answers != 200:
            self.deliver(200, later=True)
        self.read(read)

    def _line_of(self, event: Event) -> Line | None:
        theirs = [line for _, line in self.lines if line.owner.pk == event.owner_id and line.since <= event.sequence]
        return theirs[-1] if theirs else None

    def _check_bytes(self, content: bytes, line: Line) -> None:
        """No secret of another owner's, and of this one's only as the grants let it through now.

        Of a region the key: that one was shown in a call is no secret, and the event of it names the kind.
        """
        said = content.decode()
        for person in self.people:
            for secret in SECRETS:
                mark = {"contact": person.email, "region": '"region":', "photos": "/attachments/"}.get(
                    secret, f"{secret}-{person.pk}"
                )
                marks_nobody = secret in {"region", "photos"}
                if secret == "entries":
                    said_plainly = said.replace(f"private_entries-{person.pk}", "")
                    assert mark not in said_plainly or (person == line.owner and "entries" in line.passing)
                elif mark in said:
                    assert secret in line.passing, (secret, said)
                    assert marks_nobody or person == line.owner, (secret, said)

    # What always holds.

    @invariant()
    def the_test_and_the_tables_agree_on_who_may_see_what(self) -> None:
        conduits = Conduit.objects.select_related("terms").defer("terms__record").in_bulk([pk for pk, _ in self.lines])
        for pk, line in self.lines:
            assert (conduits[pk].status, set(conduits[pk].grants)) == (line.status, line.granted)
            if line.status != "closed":
                terms = conduits[pk].terms
                assert (terms.agreement if terms else "") == line.agreement

    @invariant()
    def the_log_has_exactly_one_line_for_each_thing(self) -> None:
        logged: dict[UUID, Counter[tuple[str, str]]] = {pk: Counter() for pk, _ in self.lines}
        for pk, outcome, what in AccessLine.objects.values_list("conduit_id", "outcome", "what"):
            logged[pk][outcome, what] += 1
        assert logged == {pk: line.logged for pk, line in self.lines}


@pytest.mark.timeout(900)
@pytest.mark.django_db
def test_a_company_never_receives_a_byte_that_the_grants_forbid_and_each_thing_is_one_line(
    sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Here whatever is due is tried, however often the endpoint failed.
    monkeypatch.setattr(breaker, "TRIP_AFTER", 1_000_000)
    monkeypatch.setattr(breaker, "GIVE_UP_FAILURES", 1_000_000)
    Relation.sink, Relation.photo = sink, take_photos([a_photo()])
    run_state_machine_as_test(Relation, settings=settings(max_examples=10, stateful_step_count=25, deadline=None))
