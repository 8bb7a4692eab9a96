"""Asking: a rule's question to one of the two sides, and the one answer to it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, TextField
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from django.http import Http404
from django.utils import timezone

from conduits.gate import decide_read
from conduits.models import Conduit
from live.announcing import announce
from live.tokens import topic
from parties.actors import Actor
from parties.errors import RefusedError, StateForbidsError
from parties.models import Company, Person
from picos.events import Draft, record_event
from picos.models import Event, Notice, Pico
from picos.notices import NoticeDraft
from picos.turns import take_turn
from rules.authorship import authored, side_of
from rules.engine.moment import Moment
from rules.event_types import RULE_ANSWERED, RULE_ASKED
from rules.models import Question, Rule, Wait

Side = Literal["owner", "company"]
LONGEST = 500
# Of one rule about one thing, so that nobody is pestered.
MOST_OPEN = 3


def ask(*, moment: Moment, of: Side, text: str, choices: Sequence[str], due: datetime) -> Question:
    """The question's row, with the event of it and a notice among the moment's effects. In the engine's transaction,
    for a thing and a side that are there.
    """
    owner, conduit = moment.event.owner, moment.conduit
    crosses = of != side_of(moment.rule)
    question = Question(
        rule=moment.rule,
        pico=moment.pico,
        conduit=conduit if crosses or of == "company" else None,
        person=owner if of == "owner" else None,
        company=conduit.company if conduit and of == "company" else None,
        text=text,
        choices=list(choices),
        due=due,
    )
    draft = Draft(
        RULE_ASKED,
        pico=moment.pico,
        actor=Actor.of_rule(moment.rule.pk),
        data=_said(question) | {"text": text, "choices": list(choices), "until": due.isoformat()},
        cause=moment.event,
    )
    question.event_id = draft.id
    question.save(force_insert=True)
    moment.effects.add(draft)
    if of == "owner" and owner:
        asker = f"{moment.rule.company} asks" if moment.rule.company else "Your rule asks"
        said = f"{asker}: {text}"
        told = NoticeDraft(person=owner, pico=moment.pico, text=said, kind=Notice.Kind.RULE, company=moment.behind)
        moment.effects.add(told)
    _announce(question, moment.journal.pk if moment.journal else None)
    return question


def questions_to(party: Company | Person) -> QuerySet[Question]:
    """Those that the party can answer now; a company through an open conduit only."""
    mine = Q(person=party, pico__owner=party) if isinstance(party, Person) else Q(company=party)
    open_line = Q(conduit=None) | Q(conduit__status=Conduit.Status.OPEN)
    found = Question.objects.filter(mine, open_line, answered_at=None, due__gt=timezone.now())
    return found.filter(_is_waited_for()).select_related("rule__company", "rule__person", "pico__product__company")


def access_question(*, party: Company | Person, question_id: UUID) -> Question:
    """A question that this party was asked, answered or not. Raises Http404 to everybody else, who asks it too."""
    asked = Q(person=party) if isinstance(party, Person) else Q(company=party)
    rows = Question.objects.select_related("rule__company", "rule__person", "conduit", "pico")
    question = rows.filter(asked, pk=question_id).first()
    if question is None:
        raise Http404
    return question


@transaction.atomic
def answer_question(question: Question, *, choice: str, agent: Person | None = None) -> Event:
    """The answer of the side that was asked, once, and before its time is up; returns the event that the rule awaits.

    Raises RefusedError for what is none of the choices, StateForbidsError when it is too late for an answer.
    """
    if choice not in question.choices:
        message = f"Choose one of these: {', '.join(question.choices)}."
        raise RefusedError(message, field="choice")
    # The engine takes the turn too before it lets a run go on whose time is up: either it waits still, or never again.
    take_turn(question.pico_id)
    question.refresh_from_db()
    _check_open(question)
    party = question.company or question.person
    event = record_event(
        RULE_ANSWERED,
        pico=Pico.objects.with_product().get(pk=question.pico_id),
        actor=Actor.of_company(party, agent) if isinstance(party, Company) else Actor("person", question.person_id),
        data=_said(question) | {"choice": choice},
        cause=Event.objects.filter(pk=question.event_id).first(),
    )
    if event.at > question.due:
        raise StateForbidsError(_TOO_LATE)
    question.answered_at, question.choice, question.agent = event.at, choice, agent
    question.save(update_fields=["answered_at", "choice", "agent"])
    _announce(question, question.conduit.journal_id if question.conduit else None)
    return event


_TOO_LATE = "The time for an answer is over. Nothing was changed."


def _check_open(question: Question) -> None:
    if question.answered_at:
        message = f"It was answered already: {question.choice}."
        raise StateForbidsError(message)
    if question.due <= timezone.now():
        raise StateForbidsError(_TOO_LATE)
    if question.person_id and not Pico.objects.filter(pk=question.pico_id, owner=question.person_id).exists():
        message = "It is not yours any more."
        raise StateForbidsError(message)
    if question.conduit and not (decision := decide_read(question.conduit)).passes:
        message = f"It cannot be answered now: {decision.reason}."
        raise StateForbidsError(message)
    if not Question.objects.filter(_is_waited_for(), pk=question.pk).exists():
        message = "Nobody waits for this answer any more."
        raise StateForbidsError(message)


def _is_waited_for() -> Exists:
    waits = Wait.objects.filter(anchor=OuterRef("pico_id"), event_type=RULE_ANSWERED)
    return Exists(waits.annotate(question=KT("where__question")).filter(question=Cast(OuterRef("pk"), TextField())))


def _said(question: Question) -> dict[str, Any]:
    """What is said of it with the question and with the answer: one to the own side is that side's alone."""
    rule: Rule = question.rule
    of = "company" if question.company_id else "owner"
    return authored(rule, shared=of != side_of(rule)) | {"question": str(question.pk), "of": of}


def _announce(question: Question, journal_id: UUID | None) -> None:
    """Rings the open pages of those who are asked."""
    side = "company" if question.company_id else "owner"
    topics = [topic(side if side == "company" else "person", question.company_id or question.person_id or UUID(int=0))]
    if journal_id:
        topics.append(topic("journal", journal_id, side))
    announce(*topics)
