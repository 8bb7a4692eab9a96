"""What an owner takes back while the company looks: whoever comes second sees what the first one did."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from conduits import steering
from conduits.models import AccessLine, Conduit
from conduits.reading import Reader
from conduits.suspicions import read_suspicions
from picos.models import Suspicion
from picos.states import set_state
from tests.conftest import Api
from tests.dashboards.world import an_entry, browser
from tests.factories import a_conduit, a_member

pytestmark = pytest.mark.django_db(transaction=True)

# In this database, where a waiter has other locks: the other tests' have waiters of their own.
WAITING = """
SELECT count(*) FROM pg_locks WHERE NOT granted AND pid IN (
    SELECT pid FROM pg_locks JOIN pg_database AS here ON here.oid = database WHERE datname = current_database()
)
"""


@pytest.fixture
def conduit() -> Conduit:
    conduit = a_conduit()
    steering.set_grants(conduit, ["scans", "entries", "state"])
    return conduit


def looked(conduit: Conduit, look: Callable[[], Any]) -> Any:
    """What the company finds who begins to look while all is being taken back."""

    def apart() -> Any:
        try:
            return look()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic(), connection.cursor() as cursor:
            steering.set_grants(conduit, [])
            looking = threads.submit(apart)
            while not looking.done() and cursor.execute(WAITING).fetchone()[0] == 0:
                pass
        return looking.result(timeout=10)


@pytest.mark.parametrize("path", ["state", "state/colour/history"])
def test_the_owner_s_values(path: str, conduit: Conduit, api: Api) -> None:
    set_state(pico=conduit.pico, party=conduit.owner, key="colour", value="red")
    asking = api(conduit.company)
    assert len(asking.get(f"/picos/{conduit.pico.code}/{path}").json()["results"]) == 1

    assert looked(conduit, lambda: asking.get(f"/picos/{conduit.pico.code}/{path}").json()["results"]) == []

    assert list(AccessLine.objects.order_by("number").values_list("outcome", "what", "reason")) == [
        ("read", "state", "the owner lets it see the values that you set"),
        ("refused", "state", "the owner does not let it see the values that you set"),
    ]


def test_the_conversation_at_the_desk(conduit: Conduit) -> None:
    an_entry(conduit, "The sole came off.")
    client = browser(a_member(conduit.company).person)
    path = f"/desk/{conduit.company.slug}/conduits/{conduit.pk}/entries"
    assert "The sole came off." in client.get(path).content.decode()

    assert "The sole came off." not in looked(conduit, lambda: client.get(path)).content.decode()


def test_what_looks_copied(conduit: Conduit) -> None:
    product = conduit.pico.product
    assert product
    Suspicion.objects.create(pico=conduit.pico, owner_id=conduit.owner_id, at=timezone.now(), evidence={"visitors": 50})
    reader = Reader(conduit.company, "LAMO")
    assert len(read_suspicions(product=product, reader=reader)) == 1

    assert looked(conduit, lambda: read_suspicions(product=product, reader=reader)) == []
    assert AccessLine.objects.count() == 1
