"""The call centre with its doors on one side and an API, which is a server of the test's own, on the other."""

import ast
import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

import demo.callcentre
from conduits.delivery.signing import headers_for, new_secret
from demo.callcentre import answering, posting
from demo.callcentre.records import STREETS, Answer, Received, Records
from demo.callcentre.server import CallCentre
from demo.credentials import Credentials

HARBOUR = Credentials("Harbour Cable", "pico_harbour", new_secret())
LAMO = Credentials("LAMO Footwear", "pico_lamo", new_secret())
ID = "msg_01a2003af9057606b04677084bc8746c"
# One in Harbour Street, where the cable is cut, and one elsewhere.
CUT_OFF, WELL = "CM3-000001", "CM3-000002"


@dataclass
class Api:
    """What was posted to it; `statuses` are its answers in turn, then 201."""

    statuses: list[int] = field(default_factory=list)
    posted: list[tuple[dict[str, str], str, Any]] = field(default_factory=list)
    taken: asyncio.Event = field(default_factory=asyncio.Event)

    def application(self) -> web.Application:
        application = web.Application()
        application.router.add_post("/api/v1/conduits/{id}/messages", self.take)
        application.router.add_post("/api/v1/advisories", self.take)
        return application

    async def take(self, request: web.Request) -> web.Response:
        self.posted.append((dict(request.headers), request.path, await request.json()))
        status = self.statuses.pop(0) if self.statuses else 201
        if not self.statuses:
            self.taken.set()
        return web.json_response({}, status=status, headers={"Retry-After": "0"} if status == 429 else {})


Client = TestClient[web.Request, web.Application]
Scenario = Callable[[Client, Api, "Webhook"], Awaitable[None]]


@dataclass
class Webhook:
    """Makes signed messages to the centre, whose answers go to the API at `base`."""

    base: str
    centre: CallCentre

    def body(self, type_: str = "pico.scanned", *, serial: str = CUT_OFF, owned: bool = True, **data: Any) -> bytes:
        conduit = "5f0f0a3c-0000-7000-8000-000000000001" if owned else None
        reply_url = f"{self.base}/api/v1/conduits/{conduit}/messages" if owned else None
        pico = {"code": "K7QM3XNB0FJ2H", "serial": serial}
        about = {"pico": pico, "conduit": conduit, "reply_url": reply_url}
        return json.dumps({"type": type_, "timestamp": "now", "data": about | data}).encode()

    def headers(
        self, body: bytes, *, secret: str = HARBOUR.secret, message_id: str = ID, age: float = 0
    ) -> dict[str, str]:
        timestamp = int(datetime.now(tz=UTC).timestamp() - age)
        return headers_for(message_id=message_id, timestamp=timestamp, body=body, secrets=[secret])


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def play(tmp_path: Path, said: list[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Api]:
    """Plays a scenario against a call centre that starts for it and ends after it; its records stay."""
    monkeypatch.setattr(posting, "FIRST_PAUSE", 0.001)

    def run(scenario: Scenario, *statuses: int) -> Api:
        return asyncio.run(_play(scenario, tmp_path / "records.sqlite3", said, list(statuses)))

    return run


async def _play(scenario: Scenario, path: Path, said: list[str], statuses: list[int]) -> Api:
    api = Api(statuses)
    held = {"harbour": HARBOUR, "lamo": LAMO}
    centre = CallCentre(records=Records(path), credentials=held, say=said.append)
    async with TestServer(api.application()) as server, TestClient(TestServer(centre.application())) as client:
        async with asyncio.timeout(20):
            await scenario(client, api, Webhook(f"http://127.0.0.1:{server.port}", centre))
            await asyncio.gather(*centre.under_way)
    return api


async def received(client: Client) -> list[tuple[str, str]]:
    told = await (await client.get("/received?code=K7QM3XNB0FJ2H")).json()
    return [(one["type"], one["id"]) for one in told]


PRODUCT = {"id": "5f0f0a3c-0000-7000-8000-000000000002", "name": "Cable modem", "sku": "CM-3000", "gtin": ""}


def test_the_first_scan_in_an_outage_also_publishes_one_advisory_for_the_region(play: Callable[..., Api]) -> None:
    async def scenario(client: Client, api: Api, webhook: Webhook) -> None:
        for number, serial in enumerate((WELL, CUT_OFF, CUT_OFF)):
            body = webhook.body(pico={"code": "K7QM3XNB0FJ2H", "serial": serial, "product": PRODUCT})
            headers = webhook.headers(body, message_id=f"{ID}{number}")
            assert (await client.post("/hooks/harbour", data=body, headers=headers)).status == 204

    posted = play(scenario).posted

    ((headers, _, said),) = [one for one in posted if one[1] == "/api/v1/advisories"]
    assert len(posted) == 3
    assert headers["Idempotency-Key"].startswith("outage-Harbour-Street-")
    assert [said["title"], said["severity"]] == ["Outage in Harbour Street", "medium"]
    assert said["scope"] == {"product": PRODUCT["id"], "region": "GB-CON"}
    (eta,) = {one[2]["data"]["eta"] for one in posted if "data" in one[2]}
    assert said["until"] == eta


def test_a_scan_where_the_cable_is_cut_is_answered_with_the_time_of_repair(play: Callable[..., Api]) -> None:
    before = datetime.now(tz=UTC)

    async def scenario(client: Client, api: Api, webhook: Webhook) -> None:
        body = webhook.body()
        assert (await client.post("/hooks/harbour", data=body, headers=webhook.headers(body))).status == 204
        await api.taken.wait()

    ((headers, path, answer),) = play(scenario).posted

    assert path == "/api/v1/conduits/5f0f0a3c-0000-7000-8000-000000000001/messages"
    assert [headers["Authorization"], headers["Idempotency-Key"]] == ["Bearer pico_harbour", ID]
    assert answer["in_reply_to"] == ID
    # Its clock is the reader's, as the page shows it: the words name none.
    assert answer["body"] == "There is an outage in Harbour Street: a cut cable. We are on it."
    eta = datetime.fromisoformat(answer["data"]["eta"])
    assert before + timedelta(hours=2) <= eta <= before + timedelta(hours=2, minutes=6)


def scanned_again(*, serial: str = CUT_OFF) -> Scenario:
    """The same modem is scanned three times, and each answer waited for."""

    async def scenario(client: Client, api: Api, webhook: Webhook) -> None:
        body = webhook.body(serial=serial)
        for number in range(3):
            headers = webhook.headers(body, message_id=f"{ID}{number}")
            assert (await client.post("/hooks/harbour", data=body, headers=headers)).status == 204
            await asyncio.gather(*webhook.centre.under_way)

    return scenario


def test_what_was_said_of_an_outage_and_still_holds_is_not_said_again(
    play: Callable[..., Api], said: list[str]
) -> None:
    assert [answer["in_reply_to"] for _, _, answer in play(scanned_again()).posted] == [f"{ID}0"]
    again = f"Harbour Cable hears pico.scanned about {CUT_OFF}; what it was told last still holds"
    assert said.count(again) == 2


def test_what_was_refused_was_not_said(play: Callable[..., Api]) -> None:
    posted = play(scanned_again(), 409, 201).posted
    assert [answer["in_reply_to"] for _, _, answer in posted] == [f"{ID}0", f"{ID}1"]


def test_where_there_is_no_outage_each_scan_is_answered(play: Callable[..., Api]) -> None:
    assert len(play(scanned_again(serial=WELL)).posted) == 3


def test_another_outage_and_another_owner_of_the_line_are_answered(tmp_path: Path) -> None:
    records, start = Records(tmp_path / "records.sqlite3"), datetime(2026, 5, 1, 12, tzinfo=UTC)
    centre = CallCentre(records=records, credentials={}, say=lambda _: None)
    webhook, answered = Webhook("http://api", centre), []
    for number, (minutes, owner) in enumerate([(0, "first"), (5, "first"), (110, "first"), (111, "next")]):
        message = json.loads(webhook.body(reply_url=owner))
        now, id_ = start + timedelta(minutes=minutes), str(number)
        answer = answering.answer_to(message, webhook_id=id_, company="harbour", records=records, now=now)
        records.take_in(Received(id_, "harbour", "pico.scanned", "K7QM3XNB0FJ2H", now), answer)
        answered.append(json.loads(answer.body)["data"]["eta"] if answer else None)

    assert answered == ["2026-05-01T14:00:00Z", None, "2026-05-01T15:50:00Z", "2026-05-01T15:50:00Z"]
    records.close()


def test_a_scan_anywhere_else_is_answered_with_what_the_records_say(play: Callable[..., Api]) -> None:
    async def scenario(client: Client, api: Api, webhook: Webhook) -> None:
        body = webhook.body(serial=WELL)
        await client.post("/hooks/harbour", data=body, headers=webhook.headers(body))
        await api.taken.wait()

    ((_, _, answer),) = play(scenario).posted

    assert answer == {
        "in_reply_to": ID,
        "body": "No outage in Mill Lane. Your modem last reported to us less than a minute ago. "
        "If it does not work, unplug it for ten seconds; if that does not help, write to us here.",
    }


@pytest.mark.parametrize(
    "spoil",
    [
        lambda headers: headers | {"webhook-signature": "v1,AAAA"},
        lambda headers: headers | {"webhook-signature": "v1,ÿ"},
        lambda headers: headers | {"webhook-signature": ""},
        lambda headers: headers | {"webhook-id": "msg_another"},
        lambda headers: headers | {"webhook-id": ""},
        lambda headers: headers | {"webhook-timestamp": str(int(headers["webhook-timestamp"]) + 1)},
        lambda headers: headers | {"webhook-timestamp": "soon"},
        lambda headers: {name: value for name, value in headers.items() if not name.startswith("webhook-")},
    ],
)
def test_a_message_that_was_altered_is_refused(
    play: Callable[..., Api], spoil: Callable[[dict[str, str]], dict[str, str]]
) -> None:
    async def scenario(client: Client, api: Api, webhook: Webhook) -> None:
        body = webhook.body()
        answer = await client.post("/hooks/harbour", data=body, headers=spoil(webhook.headers(body)))
        assert answer.status == 401
        assert await received(client) == []

    assert play(scenario).posted == []


def test_another_text_secret_company_or_time_is_refused(play: Callable[..., Api], said: list[str]) -> None:
    async def scenario(client: Client, api: Api, webhook: Webhook) -> None:
        body = webhook.body()
        for path, sent, headers in (
            ("harbour", body + b" ", webhook.headers(body)),
            ("harbour", body, webhook.headers(body, secret=LAMO.secret)),
            ("lamo", body, webhook.headers(body)),
            ("nobody", body, webhook.headers(body)),
            ("harbour", body, webhook.headers(body, age=301)),
            ("harbour", body, webhook.headers(body, age=-302)),
        ):
            assert (await client.post(f"/hooks/{path}", data=sent, headers=headers)).status == 401
        assert await received(client) == []

    assert play(scenario).posted == []
    assert len(said) == 6


def test_one_of_several_signatures_is_enough_and_four_minutes_are_not_too_old(play: Callable[..., Api]) -> None:
    async def scenario(client: Client, api: Api, webhook: Webhook) -> None:
        body = webhook.body()
        headers = webhook.headers(body, age=240)
        headers["webhook-signature"] = f"v1a,AAAA v1,BBBB {headers['webhook-signature']}"
        assert (await client.post("/hooks/harbour", data=body, headers=headers)).status == 204
        await api.taken.wait()

    assert len(play(scenario).posted) == 1


def test_a_message_that_comes_again_is_taken_and_answered_once(play: Callable[..., Api], said: list[str]) -> None:
    async def scenario(client: Client, api: Api, webhook: Webhook) -> None:
        body = webhook.body()
        for _ in range(3):
            assert (await client.post("/hooks/harbour", data=body, headers=webhook.headers(body))).status == 204
        assert await received(client) == [("pico.scanned", ID)]

    assert len(play(scenario).posted) == 1
    assert said.count(f"{ID} came again; it is known already") == 2


def test_an_answer_is_tried_again_until_it_is_taken_always_the_same(play: Callable[..., Api]) -> None:
    async def scenario(client: Client, api: Api, webhook: Webhook) -> None:
        body = webhook.body()
        await client.post("/hooks/harbour", data=body, headers=webhook.headers(body))
        await api.taken.wait()

    posted = play(scenario, 503, 429, 500, 201).posted

    assert len(posted) == 4
    assert {headers["Idempotency-Key"] for headers, _, _ in posted} == {ID}
    assert all(answer == posted[0][2] for _, _, answer in posted)


def test_an_answer_that_is_refused_for_good_is_not_tried_again(play: Callable[..., Api], said: list[str]) -> None:
    async def scenario(client: Client, api: Api, webhook: Webhook) -> None:
        body = webhook.body()
        await client.post("/hooks/harbour", data=body, headers=webhook.headers(body))
        await api.taken.wait()

    async def nothing(client: Client, api: Api, webhook: Webhook) -> None:
        pass

    assert len(play(scenario, 409).posted) == 1
    assert said[-1] == "the answer was refused (409): {}"
    assert play(nothing).posted == []


def test_an_answer_that_was_on_its_way_at_the_end_leaves_at_the_next_start(tmp_path: Path) -> None:
    async def scenario() -> list[Any]:
        api = Api()
        async with TestServer(api.application()) as server:
            records = Records(tmp_path / "records.sqlite3")
            url = f"http://127.0.0.1:{server.port}/api/v1/conduits/1/messages"
            message = Received(ID, "harbour", "pico.scanned", "K7QM3XNB0FJ2H", datetime.now(tz=UTC))
            assert records.take_in(message, Answer(ID, "harbour", url, '{"body": "Hello"}'))
            centre = CallCentre(records=records, credentials={"harbour": HARBOUR}, say=lambda _: None)
            async with TestServer(centre.application()), asyncio.timeout(20):
                await api.taken.wait()
        return [(headers["Idempotency-Key"], answer) for headers, _, answer in api.posted]

    assert asyncio.run(scenario()) == [(ID, {"body": "Hello"})]


def test_a_modem_that_nobody_owns_is_only_written_down(play: Callable[..., Api], said: list[str]) -> None:
    async def scenario(client: Client, api: Api, webhook: Webhook) -> None:
        body = webhook.body(owned=False)
        assert (await client.post("/hooks/harbour", data=body, headers=webhook.headers(body))).status == 204
        assert await received(client) == [("pico.scanned", ID)]

    assert play(scenario).posted == []
    assert said == [f"Harbour Cable hears pico.scanned about {CUT_OFF}; nobody owns it, so there is nobody to answer"]


def test_notes_and_entries_are_left_to_people(play: Callable[..., Api], said: list[str]) -> None:
    async def scenario(client: Client, api: Api, webhook: Webhook) -> None:
        note = webhook.body("conduit.note", serial="LM-1", text="Ann has a new entry in our journal")
        entry = webhook.body("journal.entry_added", serial="LM-1", entry={"body": "The sole came off."})
        about_nothing = json.dumps({"type": "endpoint.test", "data": {"endpoint": "1"}}).encode()
        for number, body in enumerate((note, entry, about_nothing)):
            headers = webhook.headers(body, secret=LAMO.secret, message_id=f"msg_{number}")
            assert (await client.post("/hooks/lamo", data=body, headers=headers)).status == 204
        assert await received(client) == [("conduit.note", "msg_0"), ("journal.entry_added", "msg_1")]

    assert play(scenario).posted == []
    assert said == [
        "LAMO Footwear hears conduit.note about LM-1: “Ann has a new entry in our journal”",
        "LAMO Footwear hears journal.entry_added about LM-1: “The sole came off.”",
        "LAMO Footwear hears endpoint.test about nothing in particular",
    ]


def test_its_other_doors_show_its_records(play: Callable[..., Api]) -> None:
    async def scenario(client: Client, api: Api, webhook: Webhook) -> None:
        assert await (await client.get("/healthz")).text() == "ok"
        (outage,) = await (await client.get("/outages")).json()
        assert [outage["street"], outage["cause"]] == ["Harbour Street", "a cut cable"]
        modems = [await (await client.get(f"/modems/{serial}")).json() for serial in (CUT_OFF, WELL)]
        assert [(one["street"], one["outage"]) for one in modems] == [("Harbour Street", True), ("Mill Lane", False)]

    play(scenario)


def test_the_outage_s_end_lies_ahead_for_as_long_as_the_demo_runs(tmp_path: Path) -> None:
    records, start = Records(tmp_path / "records.sqlite3"), datetime(2026, 5, 1, 12, 3, 20, tzinfo=UTC)

    seen = []
    for minutes in range(0, 3 * 24 * 60, 7):
        now = start + timedelta(minutes=minutes)
        (outage,) = records.outages(now=now)
        assert timedelta(minutes=20) < outage.back - now <= timedelta(hours=2, minutes=5)
        assert outage.since < now
        seen.append(outage)

    assert [seen[0].since, seen[0].back] == [
        datetime(2026, 5, 1, 11, 30, tzinfo=UTC),
        datetime(2026, 5, 1, 14, 5, tzinfo=UTC),
    ]
    assert seen[1] == seen[0]
    records.close()


def test_modems_report_but_those_behind_an_outage_do_not(tmp_path: Path) -> None:
    records, start = Records(tmp_path / "records.sqlite3"), datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
    records.outages(now=start)
    for serial in (CUT_OFF, WELL):
        records.modem(serial, now=start)

    records.hear_modems(now=start + timedelta(minutes=3))

    later = start + timedelta(minutes=5)
    assert records.modem(CUT_OFF, now=later).last_seen == start
    assert records.modem(WELL, now=later).last_seen == start + timedelta(minutes=3)
    records.close()


def test_a_modem_stands_where_its_serial_says_for_good(tmp_path: Path) -> None:
    records, now = Records(tmp_path / "records.sqlite3"), datetime(2026, 5, 1, tzinfo=UTC)

    streets = [records.modem(f"CM3-{number:06}", now=now).street for number in range(1, 7)]

    assert streets == [*STREETS[1:], STREETS[0]] * 2
    assert records.modem("ABC", now=now) == records.modem("ABC", now=now + timedelta(days=1))
    assert records.modem("9" * 50, now=now).street in STREETS
    records.close()


def test_the_call_centre_imports_none_of_the_floors() -> None:
    imported = set()
    for path in Path(demo.callcentre.__path__[0]).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                imported |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add(node.module or "")

    own = {name for name in imported if name.partition(".")[0] not in sys.stdlib_module_names | {"aiohttp"}}
    assert {name for name in own if not name.startswith("demo.callcentre")} == {"demo.credentials"}
