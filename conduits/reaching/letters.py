"""A letter: what leaves on one way at one time, in words. One notice, or several that were gathered."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final
from uuid import UUID

from django.conf import settings

from conduits.models import Dispatch, Way
from conduits.reaching import unsubscribing
from picos.models import Notice

# Of what was gathered, so many lines of one company, and in all; the rest is counted, and stands on the dashboard.
PER_SENDER: Final = 5
MOST_LINES: Final = 20
SUBJECT: Final = 120


@dataclass(slots=True)
class Letter:
    """`dispatches` leave together. `charged` are the companies whose allowance of `day` it uses up."""

    way: Way
    dispatches: list[Dispatch]
    day: date
    charged: list[UUID] = field(default_factory=list)

    @property
    def id(self) -> UUID:
        """The same when it is sent a second time, so that whoever gets it can tell."""
        return self.dispatches[0].pk

    @property
    def news(self) -> list[Notice]:
        """None of a test."""
        return [dispatch.notice for dispatch in self.dispatches if dispatch.notice]

    @property
    def tries(self) -> int:
        """How many times this one has been tried by now."""
        return max(dispatch.tries for dispatch in self.dispatches)


@dataclass(frozen=True, slots=True)
class Words:
    """What a letter says: plain text. `unsubscribe` is the URL that ends such letters, `ends` says what it ends."""

    title: str
    body: str
    url: str
    unsubscribe: str = ""
    ends: str = ""


def words_of(letter: Letter) -> Words:
    """Titles show on locked screens: no word of what was written."""
    notices = letter.news
    if not notices:
        return Words("This is a test", "This is how we reach you here. You asked for it.", _url("/you/reach"))
    subject, ends = unsubscribing.subject_of(letter.way, notices)
    unsubscribe = _url(f"/unsubscribe/{unsubscribing.token_for(letter.way.person_id, subject)}")
    if len(notices) == 1:
        title = _line(f"News about {notices[0].pico.title}")
        return Words(title, notices[0].text, _url(notices[0].path), unsubscribe, ends)
    return Words(_title(notices), "\n".join(_lines(notices)), _url("/things"), unsubscribe, ends)


def _title(notices: Sequence[Notice]) -> str:
    titles = {notice.pico.title for notice in notices}
    return _line(f"{len(notices)} times news about {titles.pop() if len(titles) == 1 else 'your things'}")


def _lines(notices: Sequence[Notice]) -> list[str]:
    """The newest last. Nobody's many drown another's few."""
    lines: list[str] = []
    shown: Counter[UUID | None] = Counter()
    left: Counter[str] = Counter()
    for notice in notices:
        if shown[notice.company_id] < PER_SENDER and len(lines) < MOST_LINES:
            shown[notice.company_id] += 1
            lines.append(f"{notice.pico.title}: {notice.text}")
        else:
            left[str(notice.company) if notice.company else "others"] += 1
    return lines + [f"and {count} more from {sender}" for sender, count in left.items()]


def _line(text: str) -> str:
    return text[:SUBJECT].replace("\n", " ").replace("\r", " ")


def _url(path: str) -> str:
    return f"{settings.PUBLIC_URL}{path}"
