"""Scans go on while workers, beat and web processes are killed: what was acknowledged is there, and acted on once."""

import http.client
import json
import os
import random
import signal
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Thread
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from rules.engine.quotas import OF_PERSON
from tests.crash.sink import Sink, a_sink
from tests.served import ROOT, Served, serving

# Its own bounds are shorter; a slow machine may come near their sum.
pytestmark = [pytest.mark.crash, pytest.mark.timeout(400)]

CLIENTS = 16
SECONDS = 20
THINGS = 40
OWNERS = 2
# Their rules act once for each scan, and may not do so oftener within an hour; with room for chance.
MOST_SCANS = OWNERS * OF_PERSON.actions * 9 // 10
# Longer than a claim of a killed worker is held.
SETTLES_WITHIN = 120


@pytest.fixture
def served() -> Iterator[Served]:
    with serving(PICO_DEMO="0", PICO_WEBHOOK_ALLOW="127.0.0.0/8") as running:
        yield running


def test_every_acknowledged_scan_is_kept_and_acted_on_exactly_once_through_kill_nine(served: Served) -> None:
    with a_sink() as sink:
        codes = _set_the_stage(served, sink)
        killed: Counter[str] = Counter()
        done = Event()
        killer = Thread(target=_kill, args=(served, done, killed))
        killer.start()
        with ThreadPoolExecutor(CLIENTS) as clients:
            scanning = [clients.submit(_scan, served, codes, number, done) for number in range(CLIENTS)]
            time.sleep(SECONDS)
            done.set()
            acknowledged = [event for each in scanning for event in each.result()]
        killer.join()
        _settle(served)
        _check(served, sink, acknowledged)
    again = sum(times - 1 for times in sink.times.values())
    figures = f"{len(acknowledged)} scans, {dict(killed)} killed, {len(sink.times)} messages, {again} came again"
    print(f"\n{figures}")  # noqa: T201 (the figures are what one runs it for)
    assert len(acknowledged) > 100
    assert {"web", "worker", "sender", "beat"} <= set(killed)


def _set_the_stage(served: Served, sink: Sink) -> list[str]:
    company = _manage(served, "create_company", "Harbour Cable", "--slug", "harbour")["key"]
    product = _ask(served, company, "POST", "/products", {"name": "Modem", "sku": "CM"})["id"]
    batch = _ask(served, company, "POST", "/batches", {"product": product, "count": THINGS})["id"]
    while _ask(served, company, "GET", f"/batches/{batch}")["state"] != "done":
        time.sleep(0.1)
    wanted = {"url": sink.url, "events": ["pico.scanned", "conduit.note"]}
    sink.secret = _ask(served, company, "POST", "/endpoints", wanted)["secret"]
    codes = [pico["code"] for pico in _ask(served, company, "GET", "/picos?limit=200")["results"]]
    for number in range(OWNERS):
        _own(served, f"owner{number}@customer.example", codes[number::OWNERS])
    return codes


def _own(served: Served, address: str, codes: list[str]) -> None:
    person = _manage(served, "create_person", address, "--name", "Ann")["key"]
    for code in codes:
        _ask(served, person, "POST", f"/picos/{code}/claim")
    note = {"do": "notify_company", "text": "Somebody scanned it"}
    _ask(served, person, "POST", "/rules", {"name": "Tell", "when": {"event": "pico.scanned"}, "then": [note]})


def _manage(served: Served, *arguments: str) -> Any:
    command = [sys.executable, "manage.py", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=served.environment, check=True, capture_output=True)
    return json.loads(done.stdout)


def _ask(served: Served, key: str, method: str, path: str, body: Any = None) -> Any:
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    data = json.dumps(body or {}).encode() if method == "POST" else None
    request = urllib.request.Request(f"{served.url}/api/v1{path}", data, headers, method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


# What a browser is answered.
PAGE = "page"


def _scan(served: Served, codes: list[str], client: int, done: Event) -> list[str]:
    """Each scan is a visitor's of its own; one that gets no answer is simply not acknowledged.

    Half of the clients are programs, and are told the event; the others are browsers, whose scans go in groups.
    """
    acknowledged, is_browser = [], client % 2 == 0
    connection = http.client.HTTPConnection(urlsplit(served.url).netloc, timeout=10)
    for number in range(MOST_SCANS // CLIENTS):
        if done.wait(SECONDS * CLIENTS / MOST_SCANS):
            break
        accepts = "text/html" if is_browser else "application/json"
        headers = {"Accept": accepts, "User-Agent": f"phone {client}.{number}"}
        try:
            connection.request("GET", f"/P/{random.choice(codes)}", headers=headers)
            answer = connection.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException):
            connection.close()
            time.sleep(0.05)
            continue
        if answer.status == 200:
            acknowledged.append(PAGE if is_browser else json.loads(body)["scan"]["event"])
    connection.close()
    return acknowledged


def _kill(served: Served, done: Event, killed: "Counter[str]") -> None:
    """One process at a time, web, worker, sender and beat in turn, sometimes one of their children."""
    victims = ["worker", "web", "sender", "beat"]
    while not done.wait(random.uniform(0.5, 1.5)):
        victim = victims[sum(killed.values()) % len(victims)]
        pid = json.loads((served.data_dir / "run" / "processes.json").read_text()).get(victim)
        if pid is None:
            continue
        pids = [pid, *_children(pid)]
        try:
            os.kill(random.choice(pids), signal.SIGKILL)
        except ProcessLookupError:
            continue
        killed[victim] += 1


def _children(pid: int) -> list[int]:
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as children:  # noqa: PTH123
            return [int(child) for child in children.read().split()]
    except OSError:
        return []


def _settle(served: Served) -> None:
    deadline = time.monotonic() + SETTLES_WITHIN
    while True:
        try:
            with urllib.request.urlopen(f"{served.url}/metrics", timeout=5) as answer:
                lines = dict(line.rsplit(" ", 1) for line in answer.read().decode().splitlines() if line[0] != "#")
            if float(lines["pico_events_pending"]) == float(lines["pico_deliveries_waiting"]) == 0:
                return
        except (OSError, http.client.HTTPException):  # one that was killed last is still starting
            lines = {}
        assert time.monotonic() < deadline, lines
        time.sleep(0.5)


def _check(served: Served, sink: Sink, acknowledged: list[str]) -> None:
    with psycopg.connect(served.database_url) as connection:

        def column(query: str) -> list[Any]:
            return [row[0] for row in connection.execute(query).fetchall()]

        scans = {str(event) for event in column("SELECT id FROM picos_event WHERE type = 'pico.scanned'")}
        notes = column("SELECT cause_id::text FROM picos_event WHERE type = 'conduit.note'")
        runs = column("SELECT count(*) FROM rules_run WHERE event_type = 'pico.scanned' GROUP BY event_id")
        deliveries = column("SELECT event_id::text FROM conduits_delivery WHERE state = 'delivered'")
        log = column("SELECT (count(*) = max(number)) FROM conduits_accessline GROUP BY conduit_id")
    events = [event for event in acknowledged if event != PAGE]
    assert len(set(events)) == len(events)
    assert set(events) <= scans
    assert len(acknowledged) <= len(scans)
    assert Counter(notes) == Counter(scans)
    assert runs == [2] * len(scans)
    assert len(deliveries) == len(set(deliveries)) == 2 * len(scans)
    assert set(sink.arrived) == set(deliveries)
    assert [ids for ids in sink.arrived.values() if len(ids) != 1] == []
    assert sink.forged == []
    assert all(log)
