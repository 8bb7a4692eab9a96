"""Ask one of the two sides a question with a few answers, and wait for one: approvals and hand-overs are made of it."""

from typing import Annotated, Any

from django.utils import timezone
from pydantic import AfterValidator, Field, StringConstraints, model_validator

from conduits.gate import grants
from conduits.models.conduit import Grant
from picos.models import Event
from rules.actions.outcome import Outcome, Pause, refused
from rules.asking import LONGEST, MOST_OPEN, Side, ask
from rules.authorship import side_of
from rules.engine.moment import Moment
from rules.engine.reach import no_conversation, out_of_reach
from rules.event_types import RULE_ANSWERED
from rules.language.durations import Duration, in_words
from rules.language.naming import Names
from rules.language.quoting import one_of, quoted
from rules.language.shapes import Strict
from rules.language.texts import check_text, fill, read_aloud
from rules.models import Question

NAME = "ask"
PARTIES = ("company", "person")
GATHERS = False
WAITS = True

Choice = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
Listed = Annotated[list[dict[str, Any]], Field(max_length=10)]


class Settings(Strict):
    """`of`: who is asked; `answers`: what each choice leads to, by choice; `else`: what no answer in time leads to."""

    of: Side
    question: Annotated[str, Field(min_length=1, max_length=LONGEST), AfterValidator(check_text)]
    choices: list[Choice] = Field(min_length=2, max_length=5)
    within: Duration
    answers: dict[Choice, Listed] = {}
    else_: Listed = Field(default=[], alias="else")

    @model_validator(mode="after")
    def fit(self) -> "Settings":
        """Choices that can be told apart, and answers only to these."""
        if len({choice.casefold() for choice in self.choices}) < len(self.choices):
            raise ValueError("two of the choices are the same")
        if unknown := set(self.answers) - set(self.choices):
            raise ValueError(f"there is no choice {min(unknown)!r}")
        return self

    def branches(self) -> dict[str, list[dict[str, Any]]]:
        """What hangs on it."""
        return {f"answers.{choice}": self.answers.get(choice, []) for choice in self.choices} | {"else": self.else_}


def sentence(settings: Settings, names: Names) -> str:
    """Completes "THEN …"."""
    choices = one_of([quoted(choice) for choice in settings.choices])
    asked = f"ask {_whom(settings, mine=names.mine)} {read_aloud(settings.question)} ({choices})"
    return f"{asked} and wait up to {in_words(settings.within)}"


def perform(settings: Settings, moment: Moment) -> Outcome | Pause:
    """Asks, and the run waits for the answer. Its time begins when it is asked, however late the engine is."""
    text = _text(settings, moment)
    if isinstance(text, Outcome):
        return text
    until = max(moment.at, timezone.now()) + settings.within
    question = ask(moment=moment, of=settings.of, text=text, choices=settings.choices, due=until)
    return Pause(
        f"Asked {_whom(settings, mine=bool(moment.rule.person_id), me='you')}: {quoted(text)}",
        settings.within,
        RULE_ANSWERED,
        {"question": str(question.pk)},
        id=str(question.pk),
        until=until,
    )


def rehearse(settings: Settings, moment: Moment) -> Outcome:
    """What it would ask."""
    text = _text(settings, moment)
    if isinstance(text, Outcome):
        return text
    choices = one_of([quoted(choice) for choice in settings.choices])
    return Outcome("done", f"ask {_whom(settings, mine=bool(moment.rule.person_id))}: {quoted(text)} ({choices})")


def branch(settings: Settings, reply: Event | None) -> tuple[str, str]:
    """Which way it goes on."""
    if reply is None:
        return "else", f"Nobody answered within {in_words(settings.within)}."
    return f"answers.{reply.data['choice']}", f"The answer was {quoted(reply.data['choice'])}."


def _whom(settings: Settings, *, mine: bool, me: str = "me") -> str:
    return me if mine and settings.of == "owner" else f"the {settings.of}"


def _text(settings: Settings, moment: Moment) -> str | Outcome:
    if why := _hindrance(settings, moment):
        return refused(f"Nothing was asked: {why}.")
    return fill(settings.question, moment).strip()[:LONGEST] or refused("There was nothing to ask.")


def _hindrance(settings: Settings, moment: Moment) -> str:
    if settings.of == "owner":
        why = out_of_reach(moment) or ("" if moment.event.owner else "nobody owns it")
    else:
        why = no_conversation(moment)
    if why:
        return why
    is_note = settings.of == "company" and side_of(moment.rule) == "owner"
    if is_note and moment.conduit and not grants(moment.conduit, Grant.NOTES):
        return "notes are not allowed"
    asked = Question.objects.filter(rule=moment.rule, pico=moment.pico, answered_at=None, due__gt=timezone.now())
    return f"{MOST_OPEN} questions of this rule wait for their answers" if asked.count() >= MOST_OPEN else ""
