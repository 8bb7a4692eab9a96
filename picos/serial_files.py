"""Reading CSV files of serials, as spreadsheets write them: what is wrong is told by line, and nothing is taken."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from typing import IO, NamedTuple, TypeVar

from parties.errors import RefusedError
from picos.codes import CodeError, parse_code
from picos.serials import LONGEST

MOST_BYTES = 128 * 1024 * 1024
# How many lines a report names; the rest it counts, up to so many that the file must be another one altogether.
REPORTED, GIVEN_UP = 20, 1000

Row = TypeVar("Row")


class Serials(NamedTuple):
    """A file's serials, and the line that each stands in."""

    serials: list[str]
    lines: list[int]


class CodeLink(NamedTuple):
    """A code, the serial of what it is on, and the line that they stand in."""

    code: str
    serial: str
    line: int


def read_serials(file: IO[bytes], *, most: int) -> Serials:
    """The column `serial`, or the only one, of `most` lines. Raises RefusedError whose message is the report."""
    return Serials(*_read(file, ("serial",), lambda values: _serial(values[0]), key=str, most=most))


def read_links(file: IO[bytes], *, most: int) -> list[CodeLink]:
    """The columns `code` and `serial`: the codes as printed or as scanners type them, each with its serial. Raises
    RefusedError as above.
    """

    def parse(values: list[str]) -> tuple[str, str]:
        return parse_code(values[0]), _serial(values[1])

    rows, lines = _read(file, ("code", "serial"), parse, key=lambda row: row[0], most=most)
    return [CodeLink(*row, line) for row, line in zip(rows, lines, strict=True)]


def report(wrong: Sequence[str]) -> str:
    """What is wrong, in one text; of very much, the beginning."""
    return _reported(wrong[:REPORTED], len(wrong))


def _reported(named: Sequence[str], number: int) -> str:
    """Those `named`, and how many more there are of the `number` that was counted."""
    more = f" And {'at least ' if number == GIVEN_UP else ''}{number - REPORTED:,} more." if number > REPORTED else ""
    return " ".join(named) + more


def _read(
    file: IO[bytes],
    columns: tuple[str, ...],
    parse: Callable[[list[str]], Row],
    *,
    key: Callable[[Row], str],
    most: int,
) -> tuple[list[Row], list[int]]:
    """Its rows and their lines. As soon as it is clear that the file is refused as a whole, no more of it is read."""
    rows: list[Row] = []
    lines: list[int] = []
    named: list[str] = []
    wrong = 0
    seen: dict[str, int] = {}
    for number, (line, values) in enumerate(_values(file, columns)):
        if number == most:
            message = f"A file has at most {most:,} {'line' if most == 1 else 'lines'} with a {columns[-1]}; part it."
            raise RefusedError(message, field="file")
        try:
            row = parse(values)
            if (before := seen.setdefault(key(row), line)) != line:
                raise ValueError(f"{key(row)} is in line {before} already.")  # noqa: TRY301
        except (ValueError, CodeError) as error:
            wrong += 1
            if wrong <= REPORTED:
                named.append(f"Line {line}: {error}")
            if wrong == GIVEN_UP:
                break
            continue
        rows.append(row)
        lines.append(line)
    if wrong:
        raise RefusedError(_reported(named, wrong), field="file")
    if not rows:
        message = f"There is no line with a {columns[-1]} in this file."
        raise RefusedError(message, field="file")
    return rows, lines


def _values(file: IO[bytes], columns: tuple[str, ...]) -> Iterator[tuple[int, list[str]]]:
    """Each line's number and its wanted columns; a first line that names them is their heading."""
    places: list[int] | None = None
    read = 0
    try:
        text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
        lines = csv.reader(text, delimiter=_delimiter(text), strict=True)
        for values in lines:
            read, stripped = lines.line_num, [value.strip() for value in values]
            names = [value.lower() for value in stripped]
            if read == 1 and {*columns} <= {*names}:
                places = [names.index(column) for column in columns]
            elif any(stripped):
                yield read, _wanted(stripped, places, columns, read)
    except UnicodeDecodeError as error:
        message = "This is no CSV file in UTF-8. Save it as “CSV UTF-8” and choose it again."
        raise RefusedError(message, field="file") from error
    except csv.Error as error:
        message = f"Line {read + 1}: its quotation marks do not match, or it is no line of a CSV file."
        raise RefusedError(message, field="file") from error


def _wanted(values: list[str], places: list[int] | None, columns: tuple[str, ...], line: int) -> list[str]:
    """Without a heading it is not guessed which of several columns are meant."""
    if places is None:
        if any(values[len(columns) :]):
            named = " and ".join(f"“{column}”" for column in columns)
            message = f"Line {line} has {len(values)} columns. Name in the first line which of them is {named}."
            raise RefusedError(message, field="file")
        places = list(range(len(columns)))
    return [values[place] if place < len(values) else "" for place in places]


def _delimiter(text: io.TextIOWrapper) -> str:
    """Spreadsheets in many countries part columns by a semicolon."""
    first = text.readline()
    text.seek(0)
    return max(",;\t", key=first.count)


def _serial(value: str) -> str:
    # As exports write what a spreadsheet would run as a formula.
    value = value.removeprefix("'") if value[1:2] in {*"=+-@"} else value
    if not value:
        raise ValueError("there is no serial.")
    if len(value) > LONGEST:
        raise ValueError(f"a serial has at most {LONGEST} letters and figures; this has {len(value)}.")
    if "\0" in value:
        raise ValueError("it has a character that cannot be kept.")
    return value
