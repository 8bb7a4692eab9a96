"""The roster: the agreements that a person can proffer (IEEE 7012-2025), each version a data file in this folder.

A file is never changed once it has been in use: its text has a hash, which records name. A new wording is a new file
with a later version; proffers take the newest of each name, and records keep theirs.
"""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, model_validator

from conduits.models.conduit import Grant

# What a person proffers until they choose otherwise.
PREFERRED: Final = "SD-BASE-DP"
ALTERNATIVE: Final = "SD-BASE"
Purpose = Literal["service", "intent", "common_good", "training"]


class Scope(BaseModel):
    """What a program can tell of an agreement: the grants that its owner may give under it, and what they are for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    grants: tuple[Grant, ...]
    purposes: tuple[Purpose, ...]
    portability: bool


class Agreement(BaseModel):
    """One version of one agreement. `sha256` is of the UTF-8 text; a file whose text has another is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    version: str
    title: str
    summary: str
    text: str
    sha256: str
    scope: Scope

    @model_validator(mode="after")
    def _has_its_hash(self) -> "Agreement":
        if hashlib.sha256(self.text.encode()).hexdigest() != self.sha256:
            raise ValueError(f"the text of {self.id} {self.version} is not the one that its hash names")
        return self

    def as_json(self) -> dict[str, Any]:
        """As records and /.well-known/myterms.json have it."""
        return self.model_dump(mode="json")

    def grants_labels(self) -> list[str]:
        """What may be granted under it, in words."""
        return [grant.label for grant in Grant if grant in self.scope.grants]


def agreements() -> tuple[Agreement, ...]:
    """The newest version of each, by name: what can be proffered."""
    return tuple(_newest().values())


def newest(agreement_id: str) -> Agreement | None:
    """The newest version of the agreement with this name, if there is one."""
    return _newest().get(agreement_id)


def find(agreement_id: str, version: str) -> Agreement | None:
    """The very version that a record names."""
    return _files().get((agreement_id, version))


@cache
def _newest() -> dict[str, Agreement]:
    return {name: one for (name, _), one in sorted(_files().items())}


@cache
def _files() -> dict[tuple[str, str], Agreement]:
    read = [Agreement.model_validate_json(path.read_bytes()) for path in sorted(Path(__file__).parent.glob("*.json"))]
    return {(one.id, one.version): one for one in read}
