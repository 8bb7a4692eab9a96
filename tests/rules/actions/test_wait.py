"""Runs that wait: for an event, for a time, and what becomes of them meanwhile."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction

from conduits.models import Conduit
from conduits.opening import accept_transfer
from journals.keeping import append_entry
from journals.models import Entry
from picos.events import Draft, record_events
from picos.models import Event, Pending
from picos.scanning import record_scan
from picos.transferring import offer_transfer
from rules.engine import claiming
from rules.engine import draining as engine
from rules.language.sentences import sentence_of
from rules.models import Rule, Run, Wait
from rules.writing import definition_of, delete_rule, disable_rule, enable_rule, parse_definition, rewrite_rule
from tests.conduits.at_once import at_once
from tests.conftest import Api
from tests.factories import a_conduit, a_person, a_rule
from tests.rules.actions.acting import drain_all, later, note, scan, what_came_of

pytestmark = pytest.mark.django_db


ANSWERED = {"event": "journal.entry_added", "where": {"author": "company"}}
WAIT: dict[str, Any] = {
    "do": "wait",
    "for": ANSWERED,
    "within": "P2D",
    "then": [note("Thanks: {{reply.data.visibility}}")],
    "else": [note("Nobody")],
}
DELAY = {"do": "delay", "for": "PT1H"}


def answer(conduit: Conduit) -> None:
    append_entry(journal=conduit.journal, author=conduit.company, body="We mend it.", visibility="shared")
    drain_all()


def written() -> list[str]:
    """By the rules."""
    return list(Entry.objects.exclude(rule_id=None).order_by("id").values_list("body", flat=True))


def outcomes(rule: Rule) -> list[str]:
    return list(rule.runs.order_by("id").values_list("outcome", flat=True))


def everything() -> list[Any]:
    return [list(table.objects.order_by("pk").values()) for table in (Run, Wait, Entry, Event, Pending)]


def test_what_it_waits_for_comes_in_time(conduit: Conduit) -> None:
    rule = a_rule(conduit.owner, then=[note("Begin"), WAIT, note("End")])
    scan(conduit)
    assert [outcomes(rule), written()] == [["waiting"], ["Begin"]]

    answer(conduit)

    assert written() == ["Begin", "Thanks: shared", "End"]
    assert what_came_of(rule) == [
        ["done", "An entry was written."],
        ["waiting", "Waiting up to 48 hours."],
        ["done", "It came."],
        ["done", "An entry was written."],
        ["done", "An entry was written."],
    ]
    assert not Wait.objects.exists()


def test_another_event_or_other_values_are_not_what_it_waits_for(conduit: Conduit) -> None:
    rule = a_rule(conduit.owner, then=[WAIT])
    scan(conduit, 1)
    append_entry(journal=conduit.journal, author=conduit.owner, body="Hello?", visibility="shared")
    drain_all()

    assert outcomes(rule) == ["waiting"]


def test_when_its_time_is_up_it_goes_the_other_way_once(conduit: Conduit) -> None:
    rule = a_rule(conduit.owner, then=[WAIT, note("End")])
    scan(conduit)
    later(hours=47)
    drain_all()
    assert written() == []

    later(hours=2)
    drain_all()
    answer(conduit)

    assert written() == ["Nobody", "End"]
    assert what_came_of(rule)[1] == ["done", "It did not come within 48 hours."]


def test_an_answer_to_what_a_rule_waited_for_is_taken_after_it_ended(conduit: Conduit, api: Api) -> None:
    rule = a_rule(conduit.owner, then=[WAIT | {"for": {"event": "conduit.message"}, "then": [note("Thanks")]}])
    event = scan(conduit)
    later(hours=49)
    drain_all()

    late = api(conduit.company).post(
        f"/conduits/{conduit.pk}/messages", {"body": "At last.", "in_reply_to": str(event.pk)}
    )
    drain_all()

    assert [late.status_code, late.json()["reply_to_event"]] == [201, str(event.pk)]
    assert [outcomes(rule), written()] == [["fired"], ["Nobody"]]


def test_an_event_after_its_time_comes_too_late_although_the_engine_was_asleep(conduit: Conduit) -> None:
    a_rule(conduit.owner, then=[WAIT])
    scan(conduit)
    later(hours=48)

    answer(conduit)

    assert written() == ["Nobody"]


def test_an_event_in_time_counts_although_the_engine_was_asleep(conduit: Conduit) -> None:
    a_rule(conduit.owner, then=[WAIT])
    scan(conduit)
    append_entry(journal=conduit.journal, author=conduit.company, body="We mend it.", visibility="shared")
    # Due just after the answer, which now() in this test's transaction is before.
    event = Event.objects.filter(type="journal.entry_added").latest("sequence")
    Wait.objects.update(due=event.at)

    drain_all()

    assert written() == ["Thanks: shared"]


def test_an_event_that_was_committed_behind_the_claim_s_back_goes_before_the_time(
    conduit: Conduit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock waits for the thing's turn, so what was recorded in it meanwhile is there, though not in this claim."""
    a_rule(conduit.owner, then=[WAIT])
    scan(conduit)
    later(days=3)
    append_entry(journal=conduit.journal, author=conduit.company, body="We mend it.", visibility="shared")
    with connection.cursor() as cursor:
        # As if it had come in time: the wait ends in the past, and so does the event.
        cursor.execute("ALTER TABLE picos_event DISABLE TRIGGER USER")
        cursor.execute("UPDATE picos_event SET at = at - interval '4 days' WHERE type = 'journal.entry_added'")
        cursor.execute("ALTER TABLE picos_event ENABLE TRIGGER USER")
    with monkeypatch.context() as patch:
        patch.setattr(claiming, "_look", lambda _: ([], True))
        assert engine.drain() == 0
        assert written() == []

    drain_all()

    assert written() == ["Thanks: shared"]


def test_a_delay_lets_its_time_pass(conduit: Conduit) -> None:
    rule = a_rule(conduit.owner, then=[note("Begin"), DELAY, note("End"), DELAY, note("After")])
    scan(conduit)
    assert written() == ["Begin"]
    later(hours=2)
    drain_all()
    assert written() == ["Begin", "End"]
    later(hours=2)
    drain_all()

    assert written() == ["Begin", "End", "After"]
    assert what_came_of(rule)[2] == ["done", "1 hour have passed."] or what_came_of(rule)[2][0] == "done"


@pytest.mark.parametrize("reply", [True, False])
def test_a_crash_before_the_commit_leaves_the_wait_as_it_was(
    reply: bool, conduit: Conduit, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = a_rule(conduit.owner, then=[WAIT, note("End")])
    scan(conduit)
    if reply:
        append_entry(journal=conduit.journal, author=conduit.company, body="We mend it.", visibility="shared")
    else:
        later(days=3)
    before = everything()

    def dies(_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(engine, "settle", dies)
        with pytest.raises(KeyboardInterrupt):
            engine.drain()
    assert everything() == before

    drain_all()
    assert [outcomes(rule), written()] == [["fired"], ["Thanks: shared" if reply else "Nobody", "End"]]


@pytest.mark.parametrize(
    ("mode", "during", "answered"),
    [
        ("single", ["waiting", "skipped"], ["fired", "skipped"]),
        ("restart", ["cancelled", "waiting"], ["cancelled", "fired"]),
        ("queued", ["waiting", "queued"], ["fired", "waiting"]),
        ("parallel", ["waiting", "waiting"], ["fired", "fired"]),
    ],
)
def test_a_second_event_meanwhile_is_the_mode_s_matter(
    mode: str, during: list[str], answered: list[str], conduit: Conduit
) -> None:
    rule = a_rule(conduit.owner, then=[WAIT], mode=mode)
    scan(conduit, 1)
    scan(conduit, 2)
    assert outcomes(rule) == during

    answer(conduit)
    assert outcomes(rule) == answered
    assert len(written()) == answered.count("fired")


def test_one_that_was_queued_has_its_whole_turn(conduit: Conduit) -> None:
    rule = a_rule(conduit.owner, then=[WAIT], mode="queued")
    for visitor in range(3):
        scan(conduit, visitor)
    answer(conduit)
    assert outcomes(rule) == ["fired", "waiting", "queued"]
    answer(conduit)
    answer(conduit)

    assert outcomes(rule) == ["fired"] * 3
    assert written() == ["Thanks: shared"] * 3


def test_what_was_queued_in_the_drain_in_which_the_first_ends_goes_on(conduit: Conduit) -> None:
    rule = a_rule(conduit.owner, then=[WAIT], mode="queued")
    for visitor in range(2):
        record_scan(pico=conduit.pico, visitor=visitor.to_bytes(8), person=None)
    answer(conduit)
    assert outcomes(rule) == ["fired", "waiting"]


def test_what_a_restart_ends_in_the_drain_in_which_the_answer_comes_does_not_go_on(conduit: Conduit) -> None:
    rule = a_rule(conduit.owner, then=[WAIT], mode="restart")
    scan(conduit, 1)
    for visitor in range(2, 4):
        record_scan(pico=conduit.pico, visitor=visitor.to_bytes(8), person=None)
    answer(conduit)
    assert [outcomes(rule), written()] == [["cancelled", "cancelled", "fired"], ["Thanks: shared"]]
    assert not Wait.objects.exists()


def test_what_stands_in_the_queue_goes_on_when_time_ends_the_first(conduit: Conduit) -> None:
    rule = a_rule(conduit.owner, then=[DELAY, note("End")], mode="queued")
    scan(conduit, 1)
    scan(conduit, 2)
    for _ in range(3):
        later(hours=2)
        drain_all()

    assert [outcomes(rule), written()] == [["fired", "fired"], ["End", "End"]]


@pytest.mark.parametrize("pace", [{"cooldown": "PT1H"}, {"at_most": {"times": 1, "within": "PT1H"}}])
def test_a_rule_that_fired_rests(pace: dict[str, Any], conduit: Conduit) -> None:
    rule = a_rule(conduit.owner, then=[note("Acted")], **pace)
    scan(conduit, 1)
    scan(conduit, 2)

    assert [outcomes(rule), written()] == [["fired", "skipped"], ["Acted"]]
    assert (
        "ago" in rule.runs.latest("id").actions[0]["detail"] or "within" in rule.runs.latest("id").actions[0]["detail"]
    )


def test_at_most_counts_what_fired(conduit: Conduit) -> None:
    rule = a_rule(conduit.owner, then=[note("Acted")], at_most={"times": 2, "within": "PT1H"})
    for visitor in range(4):
        scan(conduit, visitor)

    assert outcomes(rule) == ["fired", "fired", "skipped", "skipped"]


def test_a_run_that_waits_finishes_on_the_version_with_which_it_began(conduit: Conduit) -> None:
    rule = a_rule(conduit.owner, then=[WAIT])
    scan(conduit, 1)
    raw = definition_of(rule.version).as_json() | {"then": [WAIT | {"then": [note("New")]}]}  # type: ignore[arg-type]
    rewrite_rule(rule, definition=parse_definition(raw))
    scan(conduit, 2)

    answer(conduit)

    assert sorted(written()) == ["New", "Thanks: shared"]
    assert [run.version.number for run in rule.runs.order_by("id")] == [1, 2]


@pytest.mark.parametrize("end", [disable_rule, delete_rule])
def test_what_waits_is_cancelled_with_its_rule(end: Any, conduit: Conduit) -> None:
    rule = a_rule(conduit.owner, then=[WAIT], mode="queued")
    scan(conduit, 1)
    scan(conduit, 2)
    end(rule)
    if end is disable_rule:
        enable_rule(rule)
    answer(conduit)
    later(days=3)
    drain_all()

    assert [outcomes(rule), written(), Wait.objects.count()] == [["cancelled", "cancelled"], [], 0]
    assert [run.actions[-1]["detail"] for run in rule.runs.all()] == ["The rule was switched off."] * 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("then", "outcome"), [([], "fired"), ([DELAY | {"for": "P1D"}], "cancelled")], ids=["ends", "waits anew"]
)
def test_a_rule_can_be_switched_off_while_a_drain_lets_its_run_go_on(
    then: list[dict[str, Any]], outcome: str, conduit: Conduit
) -> None:
    rule = a_rule(conduit.owner, then=[DELAY, note("End"), *then])
    scan(conduit)
    later(hours=2)
    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            drain_all()
            switched_off = threads.submit(at_once, lambda: disable_rule(rule))
            while not somebody_waits():
                assert not switched_off.done()
        assert switched_off.result() == [rule]
    assert [outcomes(rule), written()] == [[outcome], ["End"]]
    assert not Wait.objects.exists()


def somebody_waits() -> bool:
    """For a lock, in this database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(cursor.fetchone()[0])


@pytest.mark.parametrize("sold", [0, 1], ids=["which waits", "which is queued"])
def test_what_is_gone_keeps_nobody_behind_it_in_the_queue(sold: int, conduit: Conduit) -> None:
    owner = conduit.owner
    others = [a_conduit(owner), a_conduit(owner)]
    drain_all()
    rule = a_rule(owner, then=[DELAY, note("End")], mode="queued", per="person")
    three = [conduit, *others]
    for one in three:
        scan(one)
    accept_transfer(token=offer_transfer(pico=three[sold].pico, owner=owner).token, person=a_person())

    for _ in range(3):
        later(hours=2)
        drain_all()
    assert [one for one, outcome in enumerate(outcomes(rule)) if outcome == "cancelled"] == [sold]
    assert written() == ["End"] * 2


def test_a_run_that_its_rule_s_end_did_not_see_goes_no_further(conduit: Conduit) -> None:
    """It began in a drain that had not committed yet."""
    rule = a_rule(conduit.owner, then=[WAIT])
    scan(conduit)
    Rule.objects.filter(pk=rule.pk).update(status=Rule.Status.DISABLED)
    answer(conduit)
    assert [outcomes(rule), written(), Wait.objects.count()] == [["cancelled"], [], 0]


@pytest.mark.parametrize("side", ["owner", "company"])
def test_nothing_is_done_to_what_was_sold_meanwhile(side: str, conduit: Conduit) -> None:
    rule = a_rule(conduit.owner if side == "owner" else conduit.company, then=[WAIT])
    scan(conduit)
    accept_transfer(token=offer_transfer(pico=conduit.pico, owner=conduit.owner).token, person=a_person())
    drain_all()
    later(days=3)
    drain_all()

    assert written() == []
    last = rule.runs.get()
    if side == "owner":
        assert [last.outcome, last.actions[-1]["detail"]] == [
            "cancelled",
            "What it was about is gone, or no longer its owner’s.",
        ]
    else:
        assert [last.outcome, last.actions[-1]["detail"]] == ["fired", "Nothing was written: the conduit is closed."]


def test_the_next_owner_s_events_are_not_what_an_earlier_owner_s_run_waits_for(conduit: Conduit) -> None:
    rule = a_rule(conduit.owner, then=[WAIT | {"for": {"event": "pico.scanned"}}])
    scan(conduit, 1)
    accept_transfer(token=offer_transfer(pico=conduit.pico, owner=conduit.owner).token, person=a_person())
    drain_all()
    conduit.pico.refresh_from_db()
    scan(conduit, 2)

    assert [outcomes(rule), written()] == [["waiting"], []]


def test_a_run_waits_for_what_an_action_of_the_same_batch_leads_to(conduit: Conduit) -> None:
    """One rule waits for what another raises on the same event."""
    waiting = a_rule(
        conduit.owner, then=[WAIT | {"for": {"event": "rule.raised", "where": {"name": "go"}}, "then": []}]
    )
    a_rule(conduit.owner, then=[{"do": "raise_event", "name": "go"}])

    scan(conduit)

    assert outcomes(waiting) == ["fired"]


def test_events_of_one_batch_begin_and_end_a_wait(conduit: Conduit) -> None:
    rule = a_rule(
        conduit.owner, when={"event": "pico.lost"}, then=[WAIT | {"for": {"event": "pico.recovered"}, "then": []}]
    )
    record_events([Draft(name, pico=conduit.pico) for name in ("pico.recovered", "pico.lost", "pico.recovered")])

    assert engine.drain() == 3
    assert outcomes(rule) == ["fired"]


def test_a_sentence_says_both_ways(conduit: Conduit) -> None:
    raw = {"name": "A", "when": {"event": "pico.scanned"}, "then": [WAIT, DELAY]}

    assert str(sentence_of(parse_definition(raw), conduit.owner)).partition(" THEN ")[2] == (
        "wait up to 48 hours until somebody writes in the journal of it [author is “company”] "
        "(THEN write “Thanks: [reply.data.visibility]” in my own notes; ELSE write “Nobody” in my own notes) "
        "AND let 1 hour pass"
    )


@pytest.mark.parametrize(
    ("action", "place"),
    [
        (WAIT | {"for": {"event": "pico.eaten"}}, "for.event"),
        (WAIT | {"within": "PT0S"}, "within"),
        (WAIT | {"then": [{"do": "dance"}]}, "then.0.do"),
        (WAIT | {"else": [WAIT | {"else": [WAIT | {"else": [WAIT]}]}]}, "else.0.else.0.then"),
        (DELAY | {"for": "soon"}, "for"),
    ],
)
def test_what_cannot_be_waited_for_is_refused_when_it_is_written(
    action: dict[str, Any], place: str, conduit: Conduit, api: Api
) -> None:
    body = {"name": "A", "when": {"event": "pico.scanned"}, "then": [action]}
    answer_ = api(conduit.owner).post("/rules", body)

    assert [answer_.status_code, list(answer_.json()["errors"])] == [422, [f"then.0.{place}"]]


def test_waits_hang_on_waits_three_deep(conduit: Conduit, api: Api) -> None:
    short = {"do": "wait", "for": ANSWERED, "within": "P2D"}
    action = short | {"else": [short | {"else": [short]}]}
    body = {"name": "A", "when": {"event": "pico.scanned"}, "then": [action]}

    assert api(conduit.owner).post("/rules", body).status_code == 201
