"""The action that asks a question and waits for its answer."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from conduits import steering
from conduits.models import Conduit
from conduits.opening import accept_transfer, add_thing_with_journal
from journals.models import Entry
from parties.models import Company, Person
from picos.models import Event, Notice
from picos.scanning import record_scan
from picos.transferring import offer_transfer
from rules.actions import ask as action
from rules.asking import answer_question, questions_to
from rules.language.sentences import sentence_of
from rules.models import Question, Rule, Run, Wait
from rules.rehearsing import rehearse
from rules.writing import disable_rule, parse_definition
from tests.conftest import Api
from tests.factories import a_company, a_person, a_pico, a_rule
from tests.rules.actions.acting import drain_all, events, later, note, scan, what_came_of
from tests.rules.moments import a_meeting

pytestmark = pytest.mark.django_db


ASK: dict[str, Any] = {
    "do": "ask",
    "of": "owner",
    "question": "Shall we mend your {{pico.product.name}}?",
    "choices": ["Yes", "No", "Later"],
    "within": "P2D",
    "answers": {"Yes": [note("Mend: {{reply.data.choice}}")], "No": [note("Leave")]},
    "else": [note("Silence")],
}
BOTH_AND_BOTH = [("company", "owner"), ("company", "company"), ("owner", "company"), ("owner", "owner")]


def party_of(conduit: Conduit, side: str) -> Company | Person:
    return conduit.owner if side == "owner" else conduit.company


def asks(conduit: Conduit, asker: str = "company", of: str = "owner", **parts: Any) -> tuple[Rule, Question]:
    rule = a_rule(party_of(conduit, asker), name="Ask", then=[ASK | {"of": of} | parts, note("End")])
    scan(conduit)
    return rule, Question.objects.get()


def written() -> list[str]:
    return list(Entry.objects.order_by("id").values_list("body", flat=True))


@pytest.mark.parametrize(("asker", "of"), BOTH_AND_BOTH)
def test_the_side_that_is_asked_answers_and_the_run_goes_on(asker: str, of: str, conduit: Conduit, api: Api) -> None:
    rule, question = asks(conduit, asker, of)
    assert [rule.runs.get().outcome, written()] == ["waiting", []]
    assert [list(questions_to(party_of(conduit, side))) for side in ("owner", "company")] == (
        [[question], []] if of == "owner" else [[], [question]]
    )

    answer = api(party_of(conduit, of)).post(f"/questions/{question.pk}/answer", {"choice": "Yes"})
    assert answer.status_code == 200
    drain_all()

    assert written() == ["Mend: Yes", "End"]
    assert what_came_of(rule) == [
        ["waiting", f"Asked {'you' if asker == of == 'owner' else f'the {of}'}: “Shall we mend your Moccasin?”"],
        ["done", "The answer was “Yes”."],
        ["done", "An entry was written."],
        ["done", "An entry was written."],
    ]
    assert list(questions_to(party_of(conduit, of))) == []


@pytest.mark.parametrize(("asker", "of"), BOTH_AND_BOTH)
def test_question_and_answer_are_events_for_both_sides_only_if_they_cross(
    asker: str, of: str, conduit: Conduit
) -> None:
    listening = [
        a_rule(party, when={"any": [{"event": "rule.asked"}, {"event": "rule.answered"}]})
        for party in (conduit.owner, conduit.company)
    ]
    rule, question = asks(conduit, asker, of)
    answer_question(question, choice="No")
    drain_all()

    said = {
        "author": asker,
        "visibility": "private" if asker == of else "shared",
        "rule": "Ask",
        "question": str(question.pk),
        "of": of,
    }
    asked, answered = Event.objects.get(type="rule.asked"), Event.objects.get(type="rule.answered")
    assert asked.data == said | {
        "text": "Shall we mend your Moccasin?",
        "choices": ["Yes", "No", "Later"],
        "until": question.due.isoformat(),
    }
    assert answered.data == said | {"choice": "No"}
    assert [asked.actor_kind, asked.actor_id, asked.depth] == ["rule", rule.pk, 1]
    assert [answered.actor_kind, answered.cause_id, answered.depth] == [
        "person" if of == "owner" else "company",
        asked.pk,
        2,
    ]
    told = {"owner": 2 * (asker == "owner" or of == "owner"), "company": 2 * (asker == "company" or of == "company")}
    assert [one.runs.count() for one in listening] == [told["owner"], told["company"]]


def test_a_choice_that_leads_to_nothing_of_its_own_goes_on_with_what_follows(conduit: Conduit) -> None:
    _, question = asks(conduit)
    answer_question(question, choice="Later")
    drain_all()

    assert written() == ["End"]


def test_the_owner_is_told_and_may_answer_once(conduit: Conduit, api: Api) -> None:
    _, question = asks(conduit)
    assert Notice.objects.get().text == "LAMO asks: Shall we mend your Moccasin?"

    path = f"/questions/{question.pk}/answer"
    first, second = (api(conduit.owner).post(path, {"choice": choice}) for choice in ("Yes", "No"))

    assert [first.status_code, second.status_code] == [200, 409]
    assert first.json() == {
        "id": str(question.pk),
        "pico": conduit.pico.code,
        "conduit": str(conduit.pk),
        "of": "owner",
        "by": "LAMO",
        "question": "Shall we mend your Moccasin?",
        "choices": ["Yes", "No", "Later"],
        "asked_at": first.json()["asked_at"],
        "until": first.json()["until"],
        "answered_at": first.json()["answered_at"],
        "choice": "Yes",
    }
    assert second.json()["detail"] == "It was answered already: Yes."
    drain_all()
    assert written() == ["Mend: Yes", "End"]


def test_nobody_but_who_is_asked_can_answer(conduit: Conduit, api: Api) -> None:
    _, question = asks(conduit)
    path = f"/questions/{question.pk}/answer"

    for other in (conduit.company, a_company(), a_person()):
        assert api(other).post(path, {"choice": "Yes"}).status_code == 404
        assert api(other).get("/questions").json()["results"] == []
    assert api(None).post(path, {"choice": "Yes"}).status_code == 401
    assert [one["id"] for one in api(conduit.owner).get("/questions").json()["results"]] == [str(question.pk)]
    question.refresh_from_db()
    assert question.answered_at is None


@pytest.mark.parametrize("choice", ["yes", "", "Perhaps", 7, None])
def test_what_is_no_choice_is_refused(choice: Any, conduit: Conduit, api: Api) -> None:
    _, question = asks(conduit)
    answer = api(conduit.owner).post(f"/questions/{question.pk}/answer", {"choice": choice})
    assert [answer.status_code, list(answer.json()["errors"])] == [422, ["choice"]]
    assert events("rule.answered") == []


def test_when_nobody_answers_in_time_the_rule_goes_on_without(conduit: Conduit, api: Api) -> None:
    rule, question = asks(conduit)
    later(hours=47)
    drain_all()
    assert written() == []

    later(hours=2)
    too_late = api(conduit.owner).post(f"/questions/{question.pk}/answer", {"choice": "Yes"})
    drain_all()
    after_that = api(conduit.owner).post(f"/questions/{question.pk}/answer", {"choice": "Yes"})

    assert [too_late.status_code, after_that.status_code] == [409, 409]
    assert too_late.json()["detail"] == "The time for an answer is over. Nothing was changed."
    assert written() == ["Silence", "End"]
    assert what_came_of(rule)[1] == ["done", "Nobody answered within 48 hours."]
    assert events("rule.answered") == []


def test_the_time_for_an_answer_begins_when_it_is_asked_however_late_the_engine_is(conduit: Conduit) -> None:
    a_rule(conduit.company, then=[ASK | {"within": "PT1H"}])
    record_scan(pico=conduit.pico, visitor=bytes(8), person=None)
    before = timezone.now()
    drain_all()

    assert Question.objects.get().due >= before + timedelta(hours=1)
    assert Wait.objects.get().due == Question.objects.get().due


def off(rule: Rule, _: Conduit) -> None:
    disable_rule(rule)


def sold(_: Rule, conduit: Conduit) -> None:
    accept_transfer(token=offer_transfer(pico=conduit.pico, owner=conduit.owner).token, person=a_person())


def paused(_: Rule, conduit: Conduit) -> None:
    steering.pause(conduit)


@pytest.mark.parametrize(
    ("end", "detail"),
    [
        (off, "Nobody waits for this answer any more."),
        (sold, "It is not yours any more."),
        (paused, "It cannot be answered now: the conduit is paused."),
    ],
)
def test_a_question_that_stands_no_more_cannot_be_answered(end: Any, detail: str, conduit: Conduit, api: Api) -> None:
    rule, question = asks(conduit)
    end(rule, conduit)

    answer = api(conduit.owner).post(f"/questions/{question.pk}/answer", {"choice": "Yes"})

    assert [answer.status_code, answer.json()["detail"]] == [409, detail]
    assert list(questions_to(conduit.owner)) == []
    assert events("rule.answered") == []


def test_what_the_next_owner_is_never_asked(conduit: Conduit) -> None:
    rule, _ = asks(conduit)
    sold(rule, conduit)
    conduit.pico.refresh_from_db()

    assert conduit.pico.owner is not None
    assert list(questions_to(conduit.pico.owner)) == []


def test_an_owner_s_question_reaches_the_company_as_a_note_does(conduit: Conduit) -> None:
    rule = a_rule(conduit.owner, then=[ASK | {"of": "company"}, note("End")])
    steering.set_grants(conduit, ["scans"])

    scan(conduit)

    assert what_came_of(rule)[0] == ["refused", "Nothing was asked: notes are not allowed."]
    assert [Question.objects.count(), written()] == [0, ["Silence", "End"]]


@pytest.mark.parametrize("of", ["owner", "company"])
def test_of_what_nobody_owns_nobody_is_asked(of: str) -> None:
    pico = a_pico()
    rule = a_rule(pico.product.company, then=[ASK | {"of": of}])  # type: ignore[union-attr]
    record_scan(pico=pico, visitor=bytes(8), person=None)
    drain_all()

    why = "nobody owns it" if of == "owner" else "there is no conduit"
    assert what_came_of(rule)[0] == ["refused", f"Nothing was asked: {why}."]
    assert Question.objects.count() == 0


def test_a_rehearsal_too_goes_on_without_an_answer_where_nothing_can_be_asked() -> None:
    pico = a_pico()
    record_scan(pico=pico, visitor=bytes(8), person=None)
    definition = parse_definition({"name": "Ask", "when": {"event": "pico.scanned"}, "then": [ASK, note("End")]})

    (rehearsal,) = rehearse(party=pico.product.company, definition=definition, last=5)  # type: ignore[union-attr]

    assert [said["do"] for said in rehearsal.actions] == ["ask", "post_entry", "post_entry"]


def test_an_owner_can_be_asked_about_a_thing_whose_maker_is_not_here() -> None:
    owner = a_person()
    a_rule(owner, then=[ASK, note("End")])
    record_scan(pico=add_thing_with_journal(person=owner, name="Bicycle"), visitor=bytes(8), person=None)
    drain_all()

    question = Question.objects.get()
    assert question.conduit is None
    answer_question(question, choice="Yes")
    drain_all()
    assert written() == ["Mend: Yes", "End"]


def test_nobody_is_pestered(conduit: Conduit) -> None:
    rule = a_rule(conduit.company, then=[ASK])
    for visitor in range(5):
        scan(conduit, visitor)

    assert list(rule.runs.order_by("id").values_list("outcome", flat=True)) == ["waiting"] * 3 + ["fired"] * 2
    assert rule.runs.order_by("-id")[0].actions[0]["detail"] == (
        "Nothing was asked: 3 questions of this rule wait for their answers."
    )


def test_a_question_of_a_run_that_fails_was_never_asked(conduit: Conduit, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("rules.engine.running.wait_for", fail)
    rule = a_rule(conduit.company, then=[ASK])

    scan(conduit)

    assert rule.runs.get().outcome == "failed"
    assert [Question.objects.count(), Notice.objects.count(), events("rule.asked")] == [0, 0, []]


def test_an_approval_asks_one_s_own_people_then_the_customer(conduit: Conduit) -> None:
    customer = {"do": "ask", "of": "owner", "question": "How?", "choices": ["Money", "Boot"], "within": "P7D"}
    approve = ASK | {"of": "company", "answers": {"Yes": [customer | {"answers": {"Boot": [note("Send a boot")]}}]}}
    a_rule(conduit.company, then=[approve])
    scan(conduit)

    answer_question(questions_to(conduit.company).get(), choice="Yes")
    drain_all()
    answer_question(questions_to(conduit.owner).get(), choice="Boot")
    drain_all()

    assert written() == ["Send a boot"]
    assert Run.objects.get().outcome == "fired"


def test_a_sentence_says_every_branch(conduit: Conduit) -> None:
    raw = {"name": "A", "when": {"event": "pico.scanned"}, "then": [ASK]}

    assert str(sentence_of(parse_definition(raw), conduit.company)).partition(" THEN ")[2] == (
        "ask the owner “Shall we mend your [the product]?” (“Yes”, “No” or “Later”) and wait up to 48 hours "
        "(ON “Yes” write “Mend: [reply.data.choice]” in my own notes; ON “No” write “Leave” in my own notes; "
        "ELSE write “Silence” in my own notes)"
    )


def test_a_rehearsal_says_it_and_asks_nobody(conduit: Conduit) -> None:
    moment = a_meeting(scan(conduit), a_rule(conduit.company), conduit)
    settings = action.Settings.model_validate({key: value for key, value in ASK.items() if key != "do"})

    assert action.rehearse(settings, moment).detail == (
        "ask the owner: “Shall we mend your Moccasin?” (“Yes”, “No” or “Later”)"
    )
    assert not Question.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"of": "neighbour"}, "of"),
        ({"question": ""}, "question"),
        ({"question": "{{nope}}"}, "question"),
        ({"choices": ["Yes"], "answers": {}}, "choices"),
        ({"choices": list("abcdef"), "answers": {}}, "choices"),
        ({"choices": ["Yes", "yes"], "answers": {}}, ""),
        ({"choices": ["Yes", " "], "answers": {}}, "choices.1"),
        ({"answers": {"Perhaps": []}}, ""),
        ({"within": "PT0S"}, "within"),
        ({"answers": {"Yes": [{"do": "dance"}]}}, "answers.Yes.0.do"),
        ({"else": [{"do": "post_entry"}]}, "else.0.body"),
    ],
)
def test_what_is_no_question_is_refused_when_it_is_written(wrong: dict[str, Any], place: str, api: Api) -> None:
    body = {"name": "A", "when": {"event": "pico.scanned"}, "then": [ASK | wrong]}
    answer = api(a_company()).post("/rules", body)

    assert [answer.status_code, list(answer.json()["errors"])] == [422, [f"then.0.{place}".removesuffix(".")]]
