"""What every door of the API must refuse, as a table: who, with which key, gets which status, and nothing changes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Model

from conduits.models import (
    Acceptance,
    AccessLine,
    Acknowledgement,
    Advisory,
    Assignment,
    Attempt,
    Conduit,
    Connector,
    ContextPass,
    Counterpart,
    Delivery,
    Dispatch,
    Endpoint,
    Label,
    Mute,
    Preference,
    Proffer,
    Reach,
    Received,
    Request,
    SerialRun,
    SigningKey,
    Telling,
    Terms,
    Told,
    Way,
    Wish,
    Wording,
)
from journals.models import Attachment, Entry, Journal
from parties.keys import SCOPES
from parties.models import Company, Person
from picos.models import (
    Alias,
    Batch,
    Channel,
    ChannelUse,
    CopyThresholds,
    Event,
    Invitation,
    Link,
    Logo,
    Loss,
    Notice,
    Pico,
    Product,
    State,
    Suspicion,
    Transfer,
)
from rules.models import Listener, Question, Rule, RuleVersion, Run, Wait
from tests.conftest import ApiClient
from tests.factories import a_company, a_key, a_person
from tests.written import written_to

_MODELS: tuple[type[Model], ...] = (
    *(AccessLine, Attempt, Conduit, Delivery, Endpoint, Terms, Entry, Journal, Event),
    *(Assignment, Label, Request, ContextPass),
    *(Connector, Counterpart, Received),
    *(Rule, RuleVersion, Run, Listener, Question, Wait),
    *(Acceptance, Preference, Proffer, SigningKey),
    *(Product, Batch, Link, Logo, Pico, Loss, Notice, Attachment, Alias, Transfer, Invitation),
    *(Advisory, SerialRun, Wording, Telling, Told, Acknowledgement, Wish),
    *(Way, Reach, Mute, Dispatch),
    *(State, CopyThresholds, Suspicion, Channel, ChannelUse),
)
TABLES = frozenset(one._meta.db_table for one in _MODELS)


@dataclass(frozen=True)
class Door:
    """One method of one URL. `owner` makes the row and returns whose it is, and the path to it."""

    method: str
    area: str
    parties: tuple[str, ...]
    status: int
    path: Callable[[Any], str]
    body: Any = None

    @property
    def writes(self) -> bool:
        return self.method != "get"

    def __str__(self) -> str:
        return f"{self.method} {self.path('…')}"

    def ask(self, key: str | None, row: Any) -> Any:
        asker = getattr(ApiClient(key), self.method)
        path = self.path(row)
        return asker(path, self.body) if self.method in {"post", "put"} else asker(path)


def assert_refuses_everybody_else(door: Door, row: Any, party: Company | Person) -> None:
    """Anonymous, wrong kind of party, key without the scope: each gets its status, and nothing changes."""
    before = written_to(TABLES)
    for key, status in _others(door, party):
        answer = door.ask(key, row)
        assert answer.status_code == status, (key, answer.content)
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["status"] == status
    assert written_to(TABLES) == before


def assert_refuses_other_tenants(door: Door, row: Any, party: Company | Person) -> None:
    """Another of the same kind gets the 404 of what does not exist, and nothing changes."""
    before = written_to(TABLES)
    other = a_company() if isinstance(party, Company) else a_person()
    answer = door.ask(a_key(other), row)
    assert answer.status_code == 404
    assert answer.json()["detail"] == "There is no such thing, or it is not yours."
    assert written_to(TABLES) == before


def _others(door: Door, party: Company | Person) -> Iterator[tuple[str | None, int]]:
    yield None, 401
    yield "pico_not-a-key", 401
    if len(door.parties) == 1:
        yield a_key(a_person() if isinstance(party, Company) else a_company()), 403
    elsewhere = [scope for scope in SCOPES if scope != "*" and not scope.startswith(f"{door.area}:")]
    yield a_key(party, *elsewhere), 403
    if door.writes:
        yield a_key(party, f"{door.area}:read", *elsewhere), 403


def assert_admits(door: Door, row: Any, party: Company | Person) -> None:
    """A key with just the scope that it takes is enough."""
    access = "write" if door.writes else "read"
    answer = door.ask(a_key(party, f"{door.area}:{access}"), row)
    content = answer.getvalue()
    assert answer.status_code == door.status, content
