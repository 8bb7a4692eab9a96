"""Which facts of a company's answers stand: a later one takes the place of an earlier one of its kind.

An answer is never changed. One that answers the same event or entry, or the earlier answer itself, and has a fact of
the same kind corrects it: pages show the newest value where the first stood, when it was changed, and what was said
before.

Of a kind that is one (`IS_ONE`: an eta, as one copy of a thing is back at one time) only the last stands that the
company said in the journal, also in answer to something else; that it is not known any more is said, too. What it said
of that kind before is over: pages show that it was said, and claim nothing of it for now. Other kinds touch it not.
Which answer is later goes by when it was written, not by the times in it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from conduits.facts import kinds
from journals.models import Entry

# Of one journal, newest first: what was said before these, nobody corrects any more.
MOST: Final = 500


@dataclass(frozen=True, slots=True)
class Said:
    """One value of a fact, and when it was said."""

    value: Any
    at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """A fact as it stands. A `value` of None: what was said before was taken back."""

    name: str
    value: Any
    # When it was said last; None if it was said once.
    changed_at: datetime | None
    # What was said before, newest first.
    before: Sequence[Said]
    # Something else was said since, elsewhere in the journal.
    is_over: bool = False

    @property
    def once_said(self) -> Sequence[Any]:
        """Of what is over, all that was said, newest first."""
        return [value for value in (self.value, *(said.value for said in self.before)) if value]

    @property
    def template(self) -> str:
        """What shows it."""
        return f"facts/{self.name}.html"


@dataclass(slots=True)
class Facts:
    """What to show beside which entry."""

    standing: dict[UUID, list[Standing]] = field(default_factory=lambda: defaultdict(list))
    # The entry in whose place the facts of a correction are shown.
    shown_at: dict[UUID, UUID] = field(default_factory=dict)


def facts_of(entries: Iterable[Entry], *, beyond: bool = True) -> Facts:
    """The facts that stand beside these entries, with one query if they have any.

    `beyond`: corrections count that are not among these entries, but stand in the same journals.
    """
    shown = [entry for entry in entries if _said(entry)]
    if not shown:
        return Facts()
    said = _in_journals({entry.journal_id for entry in shown}) if beyond else shown
    everything = {entry.pk: entry for entry in sorted([*said, *shown], key=lambda entry: entry.pk)}
    here, facts, together = {entry.pk for entry in shown}, Facts(), _together(everything.values())
    for (_, name), answers in _by_thread(everything).items():
        placed = [answer for answer in answers if answer.pk in here]
        among = together[_place(answers[0], name)] if kinds()[name].IS_ONE else answers
        if placed and (standing := _standing(name, answers, among)):
            facts.standing[placed[0].pk].append(standing)
            facts.shown_at |= {answer.pk: placed[0].pk for answer in placed[1:]}
    return facts


def _in_journals(journals: set[UUID]) -> list[Entry]:
    answers = Entry.objects.filter(journal__in=journals, author_company__isnull=False, visibility="shared")
    return [entry for entry in answers.exclude(data={})[:MOST] if _said(entry)]


def _said(entry: Entry) -> Mapping[str, Any]:
    return {name: entry.data[name] for name in kinds() if name in entry.data} if entry.author_company_id else {}


def _by_thread(entries: Mapping[UUID, Entry]) -> Mapping[tuple[UUID, str], list[Entry]]:
    """The answers with a fact of one kind to one event or entry, oldest first."""
    threads: dict[UUID, UUID] = {}
    found: dict[tuple[UUID, str], list[Entry]] = defaultdict(list)
    for entry in entries.values():
        answered = entry.in_reply_to_id or entry.reply_to_event_id or entry.pk
        threads[entry.pk] = threads.get(answered, answered)
        for name in _said(entry):
            found[threads[entry.pk], name].append(entry)
    return found


def _together(entries: Iterable[Entry]) -> Mapping[tuple[UUID, UUID | None, str], list[Entry]]:
    """A company's answers in one journal with a fact of one kind, whatever they answer, oldest first."""
    found: dict[tuple[UUID, UUID | None, str], list[Entry]] = defaultdict(list)
    for entry in entries:
        for name in _said(entry):
            found[_place(entry, name)].append(entry)
    return found


def _place(entry: Entry, name: str) -> tuple[UUID, UUID | None, str]:
    return entry.journal_id, entry.author_company_id, name


def _standing(name: str, answers: Sequence[Entry], among: Sequence[Entry]) -> Standing | None:
    """What these say, of those among which the last stands. None where there was nothing to take back."""
    is_over = among[-1] is not answers[-1]
    said: list[Said] = []
    for answer in answers:
        value = answer.data[name]
        if value != (said[-1].value if said else None):
            said.append(Said(value, answer.at))
    if not said:
        takes_back = not is_over and any(answer.data[name] for answer in among)
        return Standing(name, None, None, []) if takes_back else None
    *before, last = said
    changed_at = last.at if before else None
    return Standing(name, last.value, changed_at, [one for one in reversed(before) if one.value], is_over)
