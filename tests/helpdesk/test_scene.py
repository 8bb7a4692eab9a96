"""The helpdesk's scene with nothing mocked: a scan, a ticket, an agent's follow-up, and the customer sees it."""

import http.cookiejar
import json
import re
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar

import pytest

from tests.helpdesk.desk import Helpdesk, helpdesk
from tests.served import ROOT, Served, serving

pytestmark = [
    pytest.mark.helpdesk,
    pytest.mark.timeout(300),
    pytest.mark.skipif(find_spec("helpdesk") is None, reason="django-helpdesk is not installed"),
]

Found = TypeVar("Found")
ANN = "ann@customer.example"
ANSWER = "There is an outage in your street. It is back by about 16:40."


@pytest.fixture
def served() -> Iterator[Served]:
    with serving(PICO_DEMO="0", PICO_WEBHOOK_ALLOW="127.0.0.0/8") as running:
        yield running


def manage(served: Served, *arguments: str) -> Any:
    command = [sys.executable, "manage.py", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=served.environment, check=True, capture_output=True)
    return json.loads(done.stdout)


def ask(served: Served, key: str, method: str, path: str, body: Any = None) -> Any:
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    data = json.dumps(body or {}).encode() if method == "POST" else None
    request = urllib.request.Request(f"{served.url}/api/v1{path}", data, headers, method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def soon(look: Callable[[], Found], *, seconds: float = 20) -> Found:
    """What is found, as soon as there is something."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.05)
    return found


class Phone:
    """A customer's browser without scripts: it keeps cookies, and fills in forms."""

    def __init__(self, served: Served) -> None:
        self._served = served
        self._cookies = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self._cookies))

    def get(self, path: str) -> str:
        request = urllib.request.Request(f"{self._served.url}{path}", headers={"User-Agent": "a phone"})
        with self._opener.open(request, timeout=30) as answer:
            return str(answer.read().decode())

    def post(self, path: str, **fields: str) -> str:
        self.get(path)
        token = next(one.value for one in self._cookies if one.name == "csrftoken")
        form = urllib.parse.urlencode(fields | {"csrfmiddlewaretoken": token or ""}).encode()
        headers = {"Origin": self._served.url, "User-Agent": "a phone"}
        request = urllib.request.Request(f"{self._served.url}{path}", form, headers)
        with self._opener.open(request, timeout=30) as answer:
            return str(answer.read().decode())

    def sign_in(self, email: str) -> None:
        self.post("/account/login/code/", email=email)
        code = re.search(r"^(\d{6})$", self._served.newest_mail(to=email), re.MULTILINE)
        assert code
        self.post("/account/login/code/confirm/", code=code[1])


def a_modem_of_ann_s(served: Served, company: str, owner: str) -> str:
    product = ask(served, company, "POST", "/products", {"name": "Modem", "sku": "CM"})["id"]
    batch = ask(served, company, "POST", "/batches", {"product": product, "count": 1, "serials": ["LM-7"]})["id"]
    soon(lambda: ask(served, company, "GET", f"/batches/{batch}")["state"] == "done")
    code = str(ask(served, company, "GET", "/picos")["results"][0]["code"])
    ask(served, owner, "POST", f"/picos/{code}/claim")
    return code


def ours(desk: Helpdesk, *, follow_ups: int = 1) -> Any:
    """Our one ticket, once so much was written on it; the helpdesk itself writes the first, that it was opened."""
    found = desk.tickets()
    assert len(found) <= 1
    return found[0] if found and len(found[0]["followup_set"]) >= follow_ups else None


def answers(served: Served, key: str, code: str) -> list[str]:
    entries = ask(served, key, "GET", f"/picos/{code}/journal")["results"]
    return [one["body"] for one in entries if one["author"] == "company"]


def test_a_scan_becomes_a_ticket_and_the_agent_s_follow_up_reaches_the_customer_s_page(
    served: Served, tmp_path: Path
) -> None:
    company = manage(served, "create_company", "Harbour Cable", "--slug", "harbour")["key"]
    owner = manage(served, "create_person", ANN, "--name", "Ann")["key"]
    code = a_modem_of_ann_s(served, company, owner)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    config = {"url": f"http://127.0.0.1:{port}", "username": "pico", "password": "pico's password", "queue": 1}
    connector = ask(served, company, "POST", "/connectors", {"kind": "helpdesk", "config": config})
    with helpdesk(tmp_path, port, tells=connector["inbound_url"]) as desk:
        phone = Phone(served)
        phone.sign_in(ANN)

        phone.get(f"/P/{code}")

        ticket = soon(lambda: ours(desk))
        assert ticket["title"] == "The code on Modem LM-7 is scanned"
        assert ticket["submitter_email"] in {None, ""}
        assert "Ann" not in json.dumps(ticket)
        assert ticket["description"].startswith("Owner of LM-7:")

        began = time.monotonic()
        desk.follow_up(ticket["id"], "Only we read this.", public=False)
        desk.follow_up(ticket["id"], ANSWER)
        page = soon(lambda: ANSWER in phone.get(f"/P/{code}"), seconds=10)
        took = time.monotonic() - began
        assert page
        assert took < 10
        assert answers(served, owner, code) == [ANSWER]

        # What the customer writes goes to the same ticket, whose title stays; and nothing of it comes back as an echo.
        said = "Thank you {{ for }} {% this %}"
        ask(served, owner, "POST", f"/picos/{code}/journal", {"body": said, "visibility": "shared"})
        ticket = soon(lambda: ours(desk, follow_ups=4))
        assert ticket["title"] == "The code on Modem LM-7 is scanned"
        newest = ticket["followup_set"][-1]
        assert newest["comment"].startswith("Thank you { { for }} {% this %}")
        assert newest["public"] is False
        assert answers(served, owner, code) == [ANSWER]

        shown = ask(served, company, "GET", f"/connectors/{connector['id']}")
        assert [shown["status"], shown["error"]] == ["enabled", ""]
        assert shown["worked_at"]
        assert shown["received_at"]
