"""Serial numbers: patterns that number copies by themselves, and which serials a product has already."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from uuid import UUID

from django.db import connection

from parties.errors import RefusedError, StateForbidsError
from picos.models import Batch, Product

LONGEST = 50
# Of those that are taken, so many are looked for.
MOST_TAKEN = 1000
# {n} or {n:06}; the width is what shorter numbers are filled up to with zeros.
_NUMBER = re.compile(r"\{n(?::0(?P<width>[1-9]|1[0-9]))?\}")

# What a copy has, or another batch that is still to be minted will give. Numbers are compared as texts: 7 is not 007.
_GIVEN = """
SELECT serial FROM picos_pico WHERE product_id = %(product)s AND serial <> ''
UNION ALL
SELECT unnest(given.serials) FROM picos_givenserials AS given JOIN picos_batch AS batch ON batch.id = given.batch_id
WHERE batch.product_id = %(product)s AND batch.state IN ('queued', 'minting')
"""
_TAKEN = f"SELECT serial FROM ({_GIVEN}) AS used WHERE serial = ANY(%(serials)s) LIMIT {MOST_TAKEN}"  # noqa: S608
_TAKEN_NUMBER = f"""
SELECT serial FROM (
    SELECT serial, substr(serial, %(before)s + 1, length(serial) - %(before)s - %(after)s) AS digits
    FROM ({_GIVEN}) AS used
    WHERE starts_with(serial, %(prefix)s) AND right(serial, %(after)s) = %(suffix)s
) AS like_it
WHERE digits ~ '^[0-9]{{1,19}}$' AND length(digits) >= %(width)s AND (length(digits) = %(width)s OR digits !~ '^0')
  AND digits::numeric BETWEEN %(first)s AND %(last)s
LIMIT 1
"""  # noqa: S608 (nor in this one)


@dataclass(frozen=True, slots=True)
class Pattern:
    """Serials with a number in them: `LM-2026-{n:06}` is LM-2026-000001, LM-2026-000002, …"""

    prefix: str
    width: int
    suffix: str

    def __str__(self) -> str:
        number = f"{{n:0{self.width}}}" if self.width > 1 else "{n}"
        return f"{self.prefix}{number}{self.suffix}"

    def serial(self, number: int) -> str:
        """The serial with this number."""
        return f"{self.prefix}{number:0{self.width}}{self.suffix}"

    def number_of(self, serial: str) -> int | None:
        """The number in a serial of this pattern; None for any other text."""
        digits = serial.removeprefix(self.prefix).removesuffix(self.suffix)
        if not (digits.isascii() and digits.isdigit()) or self.serial(int(digits)) != serial:
            return None
        return int(digits)


def parse_pattern(typed: str, *, at: datetime) -> Pattern:
    """The pattern with `{year}` as of `at`. Raises RefusedError unless it has one `{n}`, and nothing else in braces."""
    text = typed.strip().replace("{year}", str(at.year))
    places = list(_NUMBER.finditer(text))
    if len(places) != 1:
        message = "A pattern has one {n} where the number goes, or {n:06} to fill it up with zeros."
        raise RefusedError(message, field="pattern")
    place = places[0]
    pattern = Pattern(text[: place.start()], int(place["width"] or 1), text[place.end() :])
    if {"{", "}"} & {*pattern.prefix, *pattern.suffix}:
        message = "Besides {n}, a pattern knows only {year}."
        raise RefusedError(message, field="pattern")
    return pattern


def check_numbers(pattern: Pattern, *, first: int, count: int) -> None:
    """Raises RefusedError when the last number does not fit in the pattern."""
    last = first + count - 1
    if pattern.width > 1 and len(str(last)) > pattern.width:
        message = f"{pattern.width} figures have no room for number {last:,}."
        raise RefusedError(message, field="pattern")
    if len(pattern.serial(last)) > LONGEST:
        message = f"A serial number has at most {LONGEST} letters and figures."
        raise RefusedError(message, field="pattern")


def taken_serials(product: Product, serials: Sequence[str]) -> set[str]:
    """Those that a copy has or a waiting batch will give, of many the first `MOST_TAKEN`. Hold the product's lock."""
    taken = {serial for (serial,) in _rows(_TAKEN, product=product.pk, serials=list(serials))}
    for pattern, numbers in _waiting_numbers(product):
        given = (serial for serial in serials if pattern.number_of(serial) in numbers)
        taken.update(islice(given, max(MOST_TAKEN - len(taken), 0)))
    return taken


def check_free_numbers(product: Product, pattern: Pattern, *, first: int, count: int) -> None:
    """The same for a range of numbers; StateForbidsError while a batch waits whose pattern could give the same text."""
    last = first + count - 1
    for other, numbers in _waiting_numbers(product):
        if other == pattern and first < numbers.stop and numbers.start <= last:
            message = f"Serial {pattern.serial(max(first, numbers.start))} is taken."
            raise RefusedError(message, field="first_number")
        if other != pattern and (other.prefix.startswith(pattern.prefix) or pattern.prefix.startswith(other.prefix)):
            message = f"A batch numbered {other} is still being minted. Order this one when that is done."
            raise StateForbidsError(message)
    taken = _rows(
        _TAKEN_NUMBER,
        product=product.pk,
        first=first,
        last=last,
        width=pattern.width,
        prefix=pattern.prefix,
        suffix=pattern.suffix,
        before=len(pattern.prefix),
        after=len(pattern.suffix),
    )
    if taken:
        message = f"Serial {taken[0][0]} is taken."
        raise RefusedError(message, field="first_number")


def next_number(product: Product, pattern: Pattern) -> int:
    """The number after the last one that a batch of this product gave by this pattern; 1 for the first."""
    used = Batch.objects.filter(product=product, pattern=str(pattern)).values_list(
        "first_number", "count", "minted", "state"
    )
    ends = [
        first + (minted if state == Batch.State.CANCELLED else count) for first, count, minted, state in used if first
    ]
    return max(ends, default=1)


def pattern_of(batch: Batch) -> Pattern:
    """A batch's own pattern."""
    return parse_pattern(batch.pattern, at=batch.created_at)


def numbered_serials(batch: Batch) -> tuple[str, str] | None:
    """The first and the last serial of a batch that its pattern numbers; of a cancelled one, as far as it came."""
    number = batch.minted if batch.state == Batch.State.CANCELLED else batch.count
    if batch.first_number is None or not number:
        return None
    pattern = pattern_of(batch)
    return pattern.serial(batch.first_number), pattern.serial(batch.first_number + number - 1)


def _waiting_numbers(product: Product) -> list[tuple[Pattern, range]]:
    """What batches that are still to be minted will number, each with its pattern."""
    waiting = Batch.objects.unfinished().filter(product=product).exclude(pattern="")
    return [
        (pattern_of(batch), range(batch.first_number, batch.first_number + batch.count))
        for batch in waiting
        if batch.first_number is not None
    ]


def _rows(statement: str, **values: UUID | str | int | list[str]) -> list[tuple[str]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows: list[tuple[str]] = cursor.fetchall()
    return rows
