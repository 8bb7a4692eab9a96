"""What rules ask of you, and your answers."""

from datetime import datetime
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from api.authentication import party_of
from api.bodies import Body, MaybeLine, Shown
from api.doors import handles
from api.paging import page
from rules import asking
from rules.models import Question


class QuestionShown(Shown):
    """A question. `by` is whose rule asks: the company's name, or null for one of the owner's."""

    id: UUID
    pico: str
    conduit: UUID | None
    of: str
    by: str | None
    question: str
    choices: list[str]
    asked_at: datetime
    until: datetime
    answered_at: datetime | None
    choice: str | None


class Answer(Body):
    """One of the choices, as it is written."""

    choice: MaybeLine


@handles("rules", "company", "person", gives=QuestionShown, lists=True)
def list_questions(request: Request) -> Response:
    """The questions that wait for your answer, newest first."""
    return page(request, asking.questions_to(party_of(request)), lambda row: _shown(row).model_dump(mode="json"))


@handles("rules", "company", "person", body=Answer, gives=QuestionShown)
def answer_question(request: Request, body: Answer, question_id: UUID) -> Response:
    """Answer a question that you were asked. 409 when it was answered already, or its time is up."""
    question = asking.access_question(party=party_of(request), question_id=question_id)
    asking.answer_question(question, choice=body.choice)
    return Response(_shown(question).model_dump(mode="json"))


def _shown(row: Question) -> QuestionShown:
    return QuestionShown(
        id=row.pk,
        pico=row.pico.code,
        conduit=row.conduit_id,
        of="company" if row.company_id else "owner",
        by=row.rule.company.name if row.rule.company else None,
        question=row.text,
        choices=row.choices,
        asked_at=row.asked_at,
        until=row.due,
        answered_at=row.answered_at,
        choice=row.choice or None,
    )
