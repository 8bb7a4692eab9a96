"""Writing in journals, for tests."""

from typing import Any

from conduits.models import Conduit
from journals.keeping import append_entry
from journals.models import Entry


def an_entry(conduit: Conduit, by: str = "owner", **values: Any) -> Entry:
    author = conduit.owner if by == "owner" else conduit.company
    return append_entry(journal=conduit.journal, author=author, **{"body": "Hello", "visibility": "shared"} | values)
