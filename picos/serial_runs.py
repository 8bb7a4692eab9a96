"""Runs of serials: those that are alike but for the number at their end, written `LM-0001..LM-0200`.

A serial is its prefix and the figures at its end, however many there are. Figures are compared as texts of one length:
7 is not 007. A run of several lengths, such as `S9..S12`, is taken apart: S9, and S10 to S12.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from parties.errors import RefusedError
from picos.serials import LONGEST

BETWEEN: Final = ".."
# What somebody can write down in one go; runs are as long as they like.
MOST: Final = 10_000
FIGURES: Final = "0123456789"


@dataclass(frozen=True, slots=True, order=True)
class Run:
    """From `first` to `last`, both in it; `width` figures each, 0 for a serial that has none at its end."""

    prefix: str
    width: int
    first: int
    last: int

    def __str__(self) -> str:
        ends = [self.serial(self.first), self.serial(self.last)]
        return BETWEEN.join(dict.fromkeys(ends))

    def serial(self, number: int) -> str:
        """The serial with this number."""
        return self.prefix + self.figures(number)

    def figures(self, number: int) -> str:
        """The number as it stands in a serial of this run."""
        return f"{number:0{self.width}}" if self.width else ""


def parse_runs(written: Sequence[str], *, field: str) -> list[Run]:
    """All of them in order, none that overlaps or touches another. Raises RefusedError, which says what is wrong."""
    texts = [text.strip() for text in written if text.strip()]
    if len(texts) > MOST:
        message = f"These are {len(texts):,} serials and ranges; {MOST:,} fit in. Write those in a row as a range."
        raise RefusedError(message, field=field)
    return list(_joined(sorted(run for text in texts for run in _parse(text, field))))


def _parse(text: str, field: str) -> Iterator[Run]:
    ends = [end.strip() for end in text.split(BETWEEN)]
    if not all(0 < len(end) <= LONGEST for end in ends):
        message = f"“{_short(text)}”: a serial number has 1 to {LONGEST} letters and figures."
        raise RefusedError(message, field=field)
    match ends:
        case [serial]:
            yield _one(serial)
        case [first, last]:
            yield from _between(first, last, field)
        case _:
            message = f"“{_short(text)}”: a range has a first and a last serial, as in LM-0001..LM-0200."
            raise RefusedError(message, field=field)


def _between(first: str, last: str, field: str) -> Iterator[Run]:
    begin, end = _one(first), _one(last)
    range_ = f"“{first}{BETWEEN}{last}”"
    if begin.prefix != end.prefix or not begin.width or not end.width:
        raise RefusedError(f"{range_}: both must be alike but for the number at their end.", field=field)
    if begin.first > end.first:
        raise RefusedError(f"{range_}: the first number is larger than the last.", field=field)
    filled = any(run.figures(run.first)[0] == "0" and run.width > 1 for run in (begin, end))
    if begin.width != end.width and filled:
        raise RefusedError(f"{range_}: with zeros in front, both need equally many figures.", field=field)
    for width in range(begin.width, end.width + 1):
        lowest = begin.first if width == begin.width else 10 ** (width - 1)
        yield Run(begin.prefix, width, lowest, min(end.first, 10**width - 1))


def _one(serial: str) -> Run:
    prefix = serial.rstrip(FIGURES)
    figures = serial[len(prefix) :]
    number = int(figures or 0)
    return Run(prefix, len(figures), number, number)


def _joined(runs: Iterable[Run]) -> Iterator[Run]:
    before: Run | None = None
    for run in runs:
        if before and (run.prefix, run.width) == (before.prefix, before.width) and run.first <= before.last + 1:
            before = replace(before, last=max(before.last, run.last))
            continue
        if before:
            yield before
        before = run
    if before:
        yield before


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
