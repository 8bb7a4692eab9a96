"""What the call centre keeps: which modem stands in which street, what is out of order, and what it was told.

An SQLite file of its own. Each verb is one short transaction, and is safe to repeat.
"""

import json
import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

# Where the company has laid its cables. A modem that nobody has written down yet is put in one of them by its serial.
STREETS: Final = ("Station Road", "Harbour Street", "Mill Lane")
OUT_OF_ORDER: Final = "Harbour Street"
CAUSE: Final = "a cut cable"
# How long before it was written down the outage began, and how long its repair takes from then on.
BEGAN_BEFORE: Final = timedelta(minutes=35)
TAKES: Final = timedelta(hours=2)
# With less time left than this, it is written down anew: what is promised lies ahead for as long as the demo runs.
SOON: Final = timedelta(minutes=20)
STEP: Final = timedelta(minutes=5)
KEPT: Final = timedelta(days=7)

_TABLES = """
CREATE TABLE IF NOT EXISTS modem (serial TEXT PRIMARY KEY, street TEXT NOT NULL, last_seen TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS outage (
    street TEXT PRIMARY KEY, cause TEXT NOT NULL, since TEXT NOT NULL, back TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS received (
    id TEXT PRIMARY KEY, company TEXT NOT NULL, type TEXT NOT NULL, code TEXT NOT NULL, at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS answer (
    id TEXT PRIMARY KEY, company TEXT NOT NULL, url TEXT NOT NULL, body TEXT NOT NULL, sent TEXT
);
"""


@dataclass(frozen=True, slots=True)
class Modem:
    """A modem, and when it last reported to the company."""

    serial: str
    street: str
    last_seen: datetime


@dataclass(frozen=True, slots=True)
class Outage:
    """What is out of order, and when it is thought to work again."""

    street: str
    cause: str
    since: datetime
    back: datetime


@dataclass(frozen=True, slots=True)
class Received:
    """A genuine message, by its webhook-id."""

    id: str
    company: str
    type: str
    code: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """What is to be posted to the API, as JSON text: the same at each try. `id` is the webhook-id that it answers, or
    names the outage that it is about.
    """

    id: str
    company: str
    url: str
    body: str


class Records:
    """The file; to be used by one thread."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._file = sqlite3.connect(path, isolation_level=None)
        self._file.row_factory = sqlite3.Row
        self._file.executescript(f"PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; {_TABLES}")

    def close(self) -> None:
        """Writes are complete already."""
        self._file.close()

    def modem(self, serial: str, *, now: datetime) -> Modem:
        """Where this modem stands. One that nobody has written down yet is written down now, as reporting now."""
        with self._transaction():
            street = STREETS[_number_of(serial) % len(STREETS)]
            self._do("INSERT OR IGNORE INTO modem VALUES (?, ?, ?)", serial, street, _text(now))
            (row,) = self._do("SELECT * FROM modem WHERE serial = ?", serial)
        return Modem(row["serial"], row["street"], _time(row["last_seen"]))

    def hear_modems(self, *, now: datetime) -> None:
        """The modems report, all but those behind an outage."""
        with self._transaction():
            self._do(
                "UPDATE modem SET last_seen = ? WHERE street NOT IN (SELECT street FROM outage WHERE back > ?)",
                *(_text(now), _text(now)),
            )

    def outages(self, *, now: datetime) -> list[Outage]:
        """What is out of order now. The demo always has one: when it is about over, the cable is cut anew."""
        with self._transaction():
            back = _text(_rounded(now + TAKES))
            self._do(
                """INSERT INTO outage VALUES (?, ?, ?, ?) ON CONFLICT (street)
                DO UPDATE SET since = excluded.since, back = excluded.back WHERE back <= ?""",
                *(OUT_OF_ORDER, CAUSE, _text(_rounded(now - BEGAN_BEFORE)), back, _text(now + SOON)),
            )
            rows = self._do("SELECT * FROM outage WHERE back > ? ORDER BY street", _text(now))
        return [Outage(row["street"], row["cause"], _time(row["since"]), _time(row["back"])) for row in rows]

    def outage_at(self, serial: str, *, now: datetime) -> Outage | None:
        """What is out of order where this modem stands."""
        street = self.modem(serial, now=now).street
        return next((one for one in self.outages(now=now) if one.street == street), None)

    def take_on(self, advisory: Answer) -> bool:
        """Writes down what is to be published; changes nothing and is False when it was there."""
        row = (advisory.id, advisory.company, advisory.url, advisory.body)
        return bool(self._do("INSERT OR IGNORE INTO answer VALUES (?, ?, ?, ?, NULL) RETURNING id", *row))

    def take_in(self, message: Received, answer: Answer | None) -> bool:
        """Writes down a message together with the answer to it; changes nothing and is False when it was there."""
        with self._transaction():
            row = (message.id, message.company, message.type, message.code, _text(message.at))
            if not self._do("INSERT OR IGNORE INTO received VALUES (?, ?, ?, ?, ?) RETURNING id", *row):
                return False
            if answer:
                self._do(
                    "INSERT INTO answer VALUES (?, ?, ?, ?, NULL)", answer.id, answer.company, answer.url, answer.body
                )
        return True

    def received(self, code: str) -> list[Received]:
        """What was told about a code, in order; about all of them when it is empty."""
        rows = self._do("SELECT * FROM received WHERE ? IN ('', code) ORDER BY at, rowid", code)
        return [Received(row["id"], row["company"], row["type"], row["code"], _time(row["at"])) for row in rows]

    def unsent(self) -> list[Answer]:
        """The answers that never arrived, oldest first."""
        rows = self._do("SELECT * FROM answer WHERE sent IS NULL ORDER BY rowid")
        return [Answer(row["id"], row["company"], row["url"], row["body"]) for row in rows]

    def last_said(self, url: str) -> dict[str, Any] | None:
        """What the newest answer to this address says, arrived or on its way, without what it answers."""
        rows = self._do("SELECT body FROM answer WHERE url = ? ORDER BY rowid DESC LIMIT 1", url)
        said = [json.loads(row["body"]) for row in rows]
        return {name: value for name, value in said[0].items() if name != "in_reply_to"} if said else None

    def settle(self, answer: Answer, *, now: datetime) -> None:
        """The answer arrived."""
        self._do("UPDATE answer SET sent = ? WHERE id = ?", _text(now), answer.id)

    def drop(self, answer: Answer) -> None:
        """The answer was refused for good: it was never said."""
        self._do("DELETE FROM answer WHERE id = ?", answer.id)

    def forget_old(self, *, now: datetime) -> None:
        """Deletes what was received long ago."""
        with self._transaction():
            self._do("DELETE FROM received WHERE at < ?", _text(now - KEPT))
            self._do("DELETE FROM answer WHERE sent < ?", _text(now - KEPT))

    def _do(self, statement: str, *values: object) -> Sequence[sqlite3.Row]:
        rows: list[Any] = self._file.execute(statement, values).fetchall()
        return rows

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._file.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._file.execute("ROLLBACK")
            raise
        self._file.execute("COMMIT")


def _number_of(serial: str) -> int:
    """The number at a serial's end; one without gets one from all of its symbols."""
    digits = serial[len(serial.rstrip("0123456789")) :]
    return int(digits[-18:]) if digits else zlib.crc32(serial.encode())


def _rounded(at: datetime) -> datetime:
    """To the next full step, as people say times."""
    seconds = STEP.total_seconds()
    return datetime.fromtimestamp(-(-at.timestamp() // seconds) * seconds, tz=at.tzinfo)


def _text(at: datetime) -> str:
    """Sorts as the time does: always UTC, always the same length."""
    return at.isoformat(timespec="microseconds")


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
