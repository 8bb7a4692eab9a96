"""Runs, as the API shows them: what each condition saw and what each action did."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from conduits.models import Conduit
from picos.models import Event
from picos.scanning import record_scan
from rules.engine import draining as engine
from rules.models import Run
from tests.conftest import Api
from tests.factories import a_conduit, a_rule

pytestmark = pytest.mark.django_db


@pytest.fixture
def conduit() -> Conduit:
    opened = a_conduit()
    while engine.drain():
        pass
    return opened


def scan(conduit: Conduit, *visitors: int) -> list[str]:
    scanned = [str(record_scan(pico=conduit.pico, visitor=number.to_bytes(8), person=None)) for number in visitors]
    while engine.drain():
        pass
    return scanned


def at_of(event: str) -> str:
    return Event.objects.get(pk=event).at.isoformat()


def test_a_run_tells_why_it_did_what_it_did(conduit: Conduit, api: Api) -> None:
    condition = {"all": [{"field": "pico.status", "op": "in", "value": ["claimed", "lost"]}]}
    rule = a_rule(conduit.owner, then=[{"do": "notify_owner", "text": "Hello"}], **{"if": condition})
    (event,) = scan(conduit, 1)

    run = Run.objects.get()
    shown = api(conduit.owner).get(f"/runs/{run.pk}").json()

    assert shown == {
        "id": str(run.pk),
        "rule": str(rule.pk),
        "version": 1,
        "event": event,
        "event_type": "pico.scanned",
        "pico": conduit.pico.code,
        "outcome": "fired",
        "trace": [
            {
                "field": "pico.status",
                "op": "in",
                "value": ["claimed", "lost"],
                "seen": "claimed",
                "result": True,
            }
        ],
        "actions": [
            {"do": "notify_owner", "result": "done", "detail": "You were told.", "id": run.actions[0]["id"]},
        ],
        "at": run.at.isoformat().replace("+00:00", "Z"),
        "waits_until": None,
        "caused_by": [{"event": event, "type": "pico.scanned", "at": at_of(event)}],
    }
    (listed,) = api(conduit.owner).get(f"/rules/{rule.pk}/runs").json()["results"]
    assert shown.items() >= listed.items()


def test_a_run_keeps_the_version_that_ran(conduit: Conduit, api: Api) -> None:
    rule = a_rule(conduit.owner)
    scan(conduit, 1)
    definition = {"name": "New", "when": {"event": "pico.scanned"}, "then": [{"do": "notify_owner", "text": "New"}]}
    api(conduit.owner).put(f"/rules/{rule.pk}", definition)
    scan(conduit, 2)

    runs = api(conduit.owner).get(f"/rules/{rule.pk}/runs").json()["results"]

    assert [run["version"] for run in runs] == [2, 1]


def test_runs_are_paged_from_the_newest_with_few_queries(
    conduit: Conduit, api: Api, django_assert_max_num_queries: Any
) -> None:
    rule = a_rule(conduit.owner)
    events = scan(conduit, *range(5))
    asking = api(conduit.owner)

    with django_assert_max_num_queries(6):
        first = asking.get(f"/rules/{rule.pk}/runs?limit=3").json()
    second = asking.get(first["next"].removeprefix("http://pico.test/api/v1")).json()

    assert [run["event"] for run in first["results"] + second["results"]] == events[::-1]
    assert second["next"] is None


@pytest.mark.parametrize("statement", ["UPDATE rules_run SET outcome = 'failed'", "DELETE FROM rules_run"])
def test_runs_cannot_be_changed_or_deleted(statement: str, conduit: Conduit) -> None:
    a_rule(conduit.owner)
    scan(conduit, 1)

    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Run.objects.get().outcome == "fired"
