"""The live process: open pages hear bells at commit, and only their own."""

import asyncio
import contextlib
import math
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction

from live import app, hub
from live.announcing import announce
from live.hub import Hub
from live.tokens import Token, token_for
from tests.live.pages import ALIVE, HELLO, NEW, UP_TO_DATE, Page, announced, close_all, in_database, until

Scenario = Callable[[], Coroutine[Any, Any, None]]


@pytest.fixture(autouse=True)
def _a_hub_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "hub", Hub())
    monkeypatch.setattr(hub, "RECONNECT", 0.01)


@pytest.fixture
def without_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Hub, "start", lambda self: None)


@asynccontextmanager
async def listening() -> AsyncIterator[Hub]:
    """The process, up and listening."""
    app.hub.start()
    await until(lambda: app.hub.listening)
    try:
        yield app.hub
    finally:
        await app.hub.stop()


def played(scenario: Scenario) -> None:
    asyncio.run(asyncio.wait_for(scenario(), 30))


def a_page(topic: str, **how: Any) -> Page:
    return Page(f"token={token_for(topic)}", **how)


@pytest.mark.usefixtures("without_database")
def test_without_a_good_token_a_page_hears_nothing() -> None:
    async def scenario() -> None:
        with time_machine.travel(datetime.now(UTC) - timedelta(hours=13)):
            old = token_for("person:x")
        good = token_for("person:x")
        for query in (
            "",
            "token=",
            "token=x",
            f"token={old}",
            f"token={good}x",
            f"t={good}",
            "token=%00",
            "token=\xff",
            "&=&",
        ):
            page = Page(query)
            await page.task
            assert (page.status, page.heard, page.ended) == (403, [b"load the page again"], True)
        assert app.hub.size == 0

    played(scenario)


@pytest.mark.usefixtures("without_database")
@pytest.mark.parametrize(("path", "method"), [("/", "GET"), ("/live/x", "GET"), ("/live", "POST"), ("/live", "HEAD")])
def test_another_path_or_method_is_404(path: str, method: str) -> None:
    async def scenario() -> None:
        page = a_page("person:x", path=path, method=method)
        await page.task
        assert (page.status, app.hub.size) == (404, 0)

    played(scenario)


@pytest.mark.usefixtures("without_database")
def test_a_page_is_told_to_look_at_the_start_by_who_cannot_know() -> None:
    async def scenario() -> None:
        page = a_page("person:x")
        await page.hears(HELLO)
        assert page.status == 200
        assert page.headers == {
            b"content-type": b"text/event-stream",
            b"cache-control": b"no-store",
            b"x-accel-buffering": b"no",
            b"access-control-allow-origin": b"*",
        }
        assert not page.ended
        await page.close()

    played(scenario)


@pytest.mark.usefixtures("without_database")
def test_pages_are_counted_and_forgotten_when_they_go_away() -> None:
    async def scenario() -> None:
        pages = [a_page(topic) for topic in ("person:x", "person:x", "person:y")]
        await until(lambda: app.hub.size == 3)
        await pages[0].close()
        assert app.hub.size == 2
        await close_all(pages[1:])
        assert (app.hub.size, dict(app.hub._subscribers)) == (0, {})

    played(scenario)


@pytest.mark.usefixtures("without_database")
def test_a_page_whose_line_breaks_is_forgotten() -> None:
    async def scenario() -> None:
        page = a_page("person:x", deaf=True)
        await asyncio.wait_for(page.task, 10)
        assert app.hub.size == 0

    played(scenario)


@pytest.mark.usefixtures("without_database")
def test_a_quiet_page_is_kept_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "HEARTBEAT", 0.01)

    async def scenario() -> None:
        page = a_page("person:x")
        await page.until(lambda page: page.heard[:3] == [HELLO, ALIVE, ALIVE])
        await page.close()

    played(scenario)


@pytest.mark.usefixtures("without_database")
def test_more_pages_than_it_holds_are_turned_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "most_pages", 1)

    async def scenario() -> None:
        first = a_page("person:x")
        await first.hears(HELLO)
        second = a_page("person:x")
        await second.task
        assert second.status == 503
        await first.close()
        third = a_page("person:x")
        await third.hears(HELLO)
        await third.close()

    played(scenario)


@pytest.mark.usefixtures("without_database")
def test_rings_that_come_while_a_page_is_served_are_one() -> None:
    async def scenario() -> None:
        page, other = a_page("person:x"), a_page("person:y")
        await asyncio.gather(page.hears(HELLO), other.hears(HELLO))
        for _ in range(5):
            app.hub._ring_everybody()
        await asyncio.gather(page.hears(HELLO, NEW), other.hears(HELLO, NEW))
        app.hub._ring_everybody()
        await page.hears(HELLO, NEW, NEW)
        await close_all([page, other])

    played(scenario)


@pytest.mark.django_db(transaction=True)
def test_a_page_hears_its_own_topic_at_commit_and_no_other() -> None:
    async def scenario() -> None:
        async with listening():
            mine, too, other = a_page("person:x"), a_page("person:x"), a_page("person:y")
            await asyncio.gather(*(page.hears(HELLO) for page in (mine, too, other)))
            await announced("person:x", "person:x", "person:x")
            await asyncio.gather(mine.hears(HELLO, NEW), too.hears(HELLO, NEW))
            await announced("person:y")
            await other.hears(HELLO, NEW)
            assert mine.heard == [HELLO, NEW]
            await close_all([mine, too, other])

    played(scenario)


@pytest.mark.django_db(transaction=True)
def test_a_page_is_told_to_look_at_the_start_only_if_its_topic_rang_since_it_was_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hub, "SLACK", 0)

    async def scenario() -> None:
        async with listening():
            tokens = {topic: token_for(topic) for topic in ("person:x", "person:y")}
            await announced("person:x")
            # A token has its time in milliseconds.
            await until(lambda: round(time.time(), 3) > app.hub._rang.get("person:x", math.inf))
            rang, quiet, read_since = (
                Page(f"token={token}") for token in (tokens["person:x"], tokens["person:y"], token_for("person:x"))
            )
            await rang.hears(HELLO)
            await asyncio.gather(quiet.hears(UP_TO_DATE), read_since.hears(UP_TO_DATE))
            await announced("person:y")
            await quiet.hears(UP_TO_DATE, NEW)
            await close_all([rang, quiet, read_since])

    played(scenario)


def test_what_rang_is_remembered_for_a_minute_and_pages_read_before_are_told_to_look() -> None:
    with time_machine.travel(datetime(2026, 11, 21, 12, tzinfo=UTC), tick=False) as clock:
        listener, began = Hub(), time.time()
        assert listener.may_have_rung(Token("person:x", began))
        listener._hears_since = began
        assert listener.may_have_rung(Token("person:x", began + hub.SLACK - 0.001))
        assert not listener.may_have_rung(Token("person:x", began + hub.SLACK))

        clock.shift(100)
        listener._remember("person:x")
        assert listener.may_have_rung(Token("person:x", began + 100 + hub.SLACK))
        assert not listener.may_have_rung(Token("person:x", began + 100 + hub.SLACK + 0.001))
        assert not listener.may_have_rung(Token("person:y", began + 100))
        assert listener.may_have_rung(Token("person:y", began + 100 - hub.REMEMBERED + hub.SLACK - 0.001))

        clock.shift(30)
        listener._remember("person:y")
        clock.shift(30.001)
        listener._remember("person:y")
        assert list(listener._rang) == ["person:y"]


@pytest.mark.django_db(transaction=True)
def test_nothing_is_heard_before_the_commit() -> None:
    async def scenario() -> None:
        async with listening():
            page, witness = a_page("person:x"), a_page("person:y")
            await asyncio.gather(page.hears(HELLO), witness.hears(HELLO))
            loop, told, go_on = asyncio.get_running_loop(), asyncio.Event(), asyncio.Event()

            def hold() -> None:
                with transaction.atomic():
                    announce("person:x")
                    loop.call_soon_threadsafe(told.set)
                    asyncio.run_coroutine_threadsafe(go_on.wait(), loop).result(10)

            holding = asyncio.ensure_future(in_database(hold))
            await told.wait()
            await announced("person:y")
            await witness.hears(HELLO, NEW)
            assert page.heard == [HELLO]
            go_on.set()
            await holding
            await page.hears(HELLO, NEW)
            await close_all([page, witness])

    played(scenario)


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_is_never_heard() -> None:
    async def scenario() -> None:
        async with listening():
            page, witness = a_page("person:x"), a_page("person:y")
            await asyncio.gather(page.hears(HELLO), witness.hears(HELLO))
            await announced("person:x", "person:y", rolled_back=True)
            await announced("person:y")
            await witness.hears(HELLO, NEW)
            assert page.heard == [HELLO]
            await close_all([page, witness])

    played(scenario)


def hang_up() -> int:
    """Ends the connection on which the process listens; returns how many it was."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE query LIKE 'LISTEN%%' AND datname = current_database() AND pid <> pg_backend_pid()"
        )
        return int(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_after_the_database_was_away_every_page_looks_once_and_hears_again() -> None:
    async def scenario() -> None:
        async with listening():
            pages = [a_page("person:x"), a_page("person:y")]
            await asyncio.gather(*(page.hears(HELLO) for page in pages))
            assert await in_database(hang_up) == 1
            await asyncio.gather(*(page.hears(HELLO, NEW) for page in pages))
            await announced("person:x")
            await pages[0].hears(HELLO, NEW, NEW)
            await close_all(pages)

    played(scenario)


@pytest.mark.django_db(transaction=True)
def test_health_is_whether_it_listens() -> None:
    async def health() -> tuple[int, list[bytes]]:
        page = Page(path="/healthz")
        await page.task
        return page.status, page.heard

    async def scenario() -> None:
        assert await health() == (503, [b"not listening"])
        await until(lambda: app.hub.listening)
        assert await health() == (200, [b"ok"])
        await app.hub.stop()

    played(scenario)


@pytest.mark.django_db(transaction=True)
def test_the_server_s_start_and_end_start_and_end_the_listening() -> None:
    async def scenario() -> None:
        orders: asyncio.Queue[dict[str, str]] = asyncio.Queue()
        done: asyncio.Queue[Any] = asyncio.Queue()
        running = asyncio.ensure_future(app.application({"type": "lifespan"}, orders.get, done.put))
        await orders.put({"type": "lifespan.startup"})
        assert await done.get() == {"type": "lifespan.startup.complete"}
        await until(lambda: app.hub.listening)
        await orders.put({"type": "lifespan.shutdown"})
        assert await done.get() == {"type": "lifespan.shutdown.complete"}
        await asyncio.wait_for(running, 10)
        assert await in_database(hang_up) == 0

    played(scenario)


def test_a_database_that_is_not_there_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[dict[str, Any]] = []

    def nowhere() -> dict[str, Any]:
        tries.append({"host": "/nowhere", "dbname": "x"})
        return tries[-1]

    monkeypatch.setattr(hub, "_address", nowhere)

    async def scenario() -> None:
        app.hub.start()
        await until(lambda: len(tries) >= 3)
        assert not app.hub.listening
        with contextlib.suppress(asyncio.CancelledError):
            await app.hub.stop()

    played(scenario)
