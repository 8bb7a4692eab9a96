"""Owners are told of an advisory while the worker that tells them is killed again and again: each of them, once."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import psycopg
import pytest

from tests.served import ROOT, Served, serving

pytestmark = [pytest.mark.crash, pytest.mark.timeout(400)]

OWNERS = 60
KILLS = 4
ENDS_WITHIN = 120
STAGE = f"""
from conduits.advisories import publishing as advisories
from conduits.opening import claim_and_open
from conduits.advisories.scopes import resolve_scope
from parties.models import Company, Person
from picos import minting, products
from picos.models import Pico
company = Company.objects.create(name="LAMO Footwear", slug="lamo")
product = products.add_product(company=company, name="Moccasin", sku="M-1")
minting.mint(minting.order_batch(product=product, count={OWNERS}).pk)
for number, pico in enumerate(Pico.objects.with_product()):
    claim_and_open(pico=pico, person=Person.objects.create_user(f"owner{{number}}@example.com"))
scope = resolve_scope(company=company, product=product.pk)
advisories.publish(company=company, title="Recall", body="Send them back.", severity="high", scope=scope)
"""


@pytest.fixture
def served() -> Iterator[Served]:
    with serving(PICO_DEMO="0", PICO_TOLD_PER_SECOND="4") as running:
        yield running


def test_each_owner_is_told_once_through_kill_nine(served: Served) -> None:
    stage = [sys.executable, "manage.py", "shell", "-c", STAGE]
    subprocess.run(stage, cwd=ROOT, env=served.environment, check=True, capture_output=True)
    killed = 0
    with psycopg.connect(served.database_url, autocommit=True) as database:

        def ask(query: str) -> list[tuple[object, ...]]:
            return database.execute(query).fetchall()

        deadline = time.monotonic() + ENDS_WITHIN
        while ask("SELECT state FROM conduits_telling") != [("done",)]:
            assert time.monotonic() < deadline, ask("SELECT state, told FROM conduits_telling")
            killed += killed < KILLS and _kill_minter(served)
            time.sleep(random.uniform(0.2, 1.5))
        told = ask("SELECT count(*), count(DISTINCT person_id) FROM picos_notice")
        kept = ask("SELECT told, reaches, (SELECT count(*) FROM conduits_told) FROM conduits_telling")
    assert told == [(OWNERS, OWNERS)]
    assert kept == [(OWNERS, OWNERS, OWNERS)]
    assert killed >= 3


def _kill_minter(served: Served) -> bool:
    pid = json.loads((served.data_dir / "run" / "processes.json").read_text()).get("minter")
    try:
        os.kill(pid, signal.SIGKILL)
    except (ProcessLookupError, TypeError):
        return False
    return True
