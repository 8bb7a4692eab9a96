"""Reading CSV files of serials, as spreadsheets write them: what is wrong is told by line, and nothing is taken."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from typing import IO, TypeVar

from parties.errors import RefusedError
from picos.codes import CodeError, parse_code
from picos.serials import LONGEST

MOST_BYTES = 128 * 1024 * 1024
# How many lines a report names; the rest it counts.
REPORTED = 20

Row = TypeVar("Row")


def read_serials(file: IO[bytes]) -> list[str]:
    """The column `serial`, or the only one. Raises RefusedError whose message is the report."""
    return _read(file, ("serial",), lambda values: _serial(values[0]), key=str)


def read_links(file: IO[bytes]) -> list[tuple[str, str]]:
    """The columns `code` and `serial`: the codes as printed, each with its serial. Raises RefusedError as above."""
    return _read(
        file, ("code", "serial"), lambda values: (parse_code(values[0]), _serial(values[1])), key=lambda row: row[0]
    )


def report(wrong: Sequence[str]) -> str:
    """What is wrong, in one text; of very much, the beginning."""
    more = f" And {len(wrong) - REPORTED:,} more." if len(wrong) > REPORTED else ""
    return " ".join(wrong[:REPORTED]) + more


def _read(
    file: IO[bytes], columns: tuple[str, ...], parse: Callable[[list[str]], Row], *, key: Callable[[Row], str]
) -> list[Row]:
    rows: list[Row] = []
    wrong: list[str] = []
    seen: dict[str, int] = {}
    for line, values in _values(file, columns):
        try:
            row = parse(values)
        except (ValueError, CodeError) as error:
            wrong.append(f"Line {line}: {error}")
            continue
        if (before := seen.setdefault(key(row), line)) != line:
            wrong.append(f"Line {line}: {key(row)} is in line {before} already.")
        rows.append(row)
    if wrong:
        raise RefusedError(report(wrong), field="file")
    if not rows:
        message = f"There is no line with a {columns[-1]} in this file."
        raise RefusedError(message, field="file")
    return rows


def _values(file: IO[bytes], columns: tuple[str, ...]) -> Iterator[tuple[int, list[str]]]:
    """Each line's number and its wanted columns; a first line that names them is their heading."""
    try:
        text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
        lines = csv.reader(text, delimiter=_delimiter(text), strict=True)
        places = list(range(len(columns)))
        for values in lines:
            if lines.line_num == 1 and {*columns} <= {*(names := [value.strip().lower() for value in values])}:
                places = [names.index(column) for column in columns]
            elif any(value.strip() for value in values):
                yield lines.line_num, [values[place].strip() if place < len(values) else "" for place in places]
    except (UnicodeDecodeError, csv.Error) as error:
        message = "This is no CSV file in UTF-8. Save it as “CSV UTF-8” and choose it again."
        raise RefusedError(message, field="file") from error


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
