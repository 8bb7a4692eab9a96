"""The verifier in the documentation: started as a program on what the API answered over HTTP."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from pytest_django.live_server_helper import LiveServer

from conduits.models import Conduit, Terms
from conduits.terms import proffering
from conduits.terms.stances import proposal
from tests.factories import a_company, a_conduit, a_key, a_pico, a_product

pytestmark = pytest.mark.django_db(transaction=True)

PROGRAM = Path(__file__).parents[2] / "docs" / "verify_terms.py"


def verify(answer: bytes) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, PROGRAM], input=answer.decode(), text=True, capture_output=True, check=False)


def fetched(live_server: LiveServer, party: Any, path: str) -> bytes:
    asked = Request(f"{live_server.url}/api/v1{path}", headers={"Authorization": f"Bearer {a_key(party)}"})
    with urlopen(asked) as answer:
        body: bytes = answer.read()
    return body


@pytest.fixture
def conduit() -> Conduit:
    return a_conduit(pico=a_pico(a_product(a_company("Ærø & Søn"))))


def test_the_verifier_has_at_most_thirty_lines() -> None:
    assert len(PROGRAM.read_text().splitlines()) <= 30


def test_both_sides_fetch_the_same_record_and_verify_it(live_server: LiveServer, conduit: Conduit) -> None:
    terms = Terms.objects.get()
    copies = [fetched(live_server, party, f"/terms/{terms.sha256}") for party in (conduit.owner, conduit.company)]

    assert copies[0] == copies[1]
    verified = verify(copies[0])
    assert verified.stdout == f"{terms.record['agreed_at']} agreement SD-BASE-DP {terms.sha256}\n"
    assert [verified.returncode, verified.stderr] == [0, ""]


def test_a_whole_chain_is_verified_and_a_link_that_is_left_out_is_seen(
    live_server: LiveServer, conduit: Conduit
) -> None:
    proffering.proffer(conduit=conduit, proposal=proposal("SD-BASE"))
    proffering.withdraw(conduit=conduit, by="company")
    proffering.proffer(conduit=conduit, proposal=proposal("SD-BASE-DP"))
    answer = json.loads(fetched(live_server, conduit.owner, f"/conduits/{conduit.pk}/terms"))

    assert [line.split()[1] for line in verify(json.dumps(answer).encode()).stdout.splitlines()] == [
        "agreement",
        "withdrawal",
        "change",
        "agreement",
    ]
    del answer["results"][1]
    assert "this is not the record that was agreed to" in verify(json.dumps(answer).encode()).stderr


CHANGES: list[tuple[str, Any]] = [
    ("this is not the record that was agreed to", lambda shown: shown["record"].update(pico="K7")),
    ("this is not the record that was agreed to", lambda shown: shown.update(sha256="0" * 64)),
    ("the signature of the person does not fit", lambda shown: shown["signatures"].update(person=None)),
    (
        "the signature of the company does not fit",
        lambda shown: shown["signatures"].update(company=shown["signatures"]["person"]),
    ),
]


@pytest.mark.parametrize(("said", "change"), CHANGES)
def test_what_was_changed_is_refused(said: str, change: Any, live_server: LiveServer, conduit: Conduit) -> None:
    shown = json.loads(fetched(live_server, conduit.company, f"/terms/{Terms.objects.get().sha256}"))
    change(shown)

    verified = verify(json.dumps(shown).encode())

    assert verified.returncode == 1
    assert said in verified.stderr


def test_the_page_shows_the_program_as_it_is() -> None:
    page = (PROGRAM.parent / "terms.md").read_text()
    assert f"```python\n{PROGRAM.read_text()}```" in page
