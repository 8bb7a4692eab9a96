"""Every door of the API stands in some floor's table of who may pass it."""

import re
from collections.abc import Iterator
from types import ModuleType

from tests.api.test_openapi import doors
from tests.conduits import test_advisory_doors as of_advisories
from tests.conduits import test_doors as of_conduits
from tests.conduits.doors import Door
from tests.conduits.reaching import test_doors as of_reaching
from tests.journals import test_doors as of_journals
from tests.picos import test_doors as of_picos
from tests.rules import test_doors as of_rules

# They ask for no key: tests/rules/test_schema.py, tests/conduits/mail and tests/conduits/connectors have who gets what.
OPEN_TO_EVERYBODY = {("get", "/rules/schema"), ("post", "/in/mail"), ("post", "/in/…")}


def tabled(module: ModuleType) -> Iterator[Door]:
    for value in vars(module).values():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, Door):
                yield one


def test_every_door_is_in_a_table_of_who_may_pass_it() -> None:
    routed = {(method, re.sub(r"\{\w+\}", "…", path)) for path, methods in doors().items() for method in methods}
    tables = (of_picos, of_journals, of_conduits, of_advisories, of_reaching, of_rules)
    # A table may name another row, or a key, that stands further in.
    named = re.compile(r"[0-9a-f-]{36}|(?<=/state/)\w+")
    paths = {(door.method, door.path("…").partition("?")[0]) for table in tables for door in tabled(table)}
    known = {(method, named.sub("…", path)) for method, path in paths}
    assert routed - known == OPEN_TO_EVERYBODY
    assert known <= routed
