"""A stranger's scan before Django's handler: the same page, the same record, and what is not plain goes Django's way."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection, connections, transaction
from django.test import RequestFactory
from django.utils import timezone
from pytest_django import Settings

from conduits.advisories.publishing import correct, give_all_clear
from conduits.leaving import merge_and_close, retire_and_close
from conduits.models import Advisory
from dashboards import strangers
from dashboards.strangers import StrangersFirst
from journals.keeping import append_entry
from parties.models import Company
from picos import scanning
from picos.links import remove_link
from picos.losing import report_lost, report_recovered, reword_loss
from picos.models import Event, Pending, Pico, Product, Visit
from picos.turns import take_turn
from tests.factories import a_company, a_conduit, a_link, a_person, a_pico, a_product, an_advisory, picos

pytestmark = pytest.mark.django_db(transaction=True)

PHONE = "Mozilla/5.0 (Linux; Android 14; Pixel 8) Chrome/120.0 Mobile Safari/537.36"
HTML = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


class Server:
    """The application as granian runs it; counts what went to Django."""

    def __init__(self) -> None:
        self.django = WSGIHandler()
        self.to_django: list[str] = []
        self.application = StrangersFirst(self._django)

    def _django(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        self.to_django.append(environ["PATH_INFO"])
        return self.django(environ, start_response)

    def get(self, path: str, *, method: str = "GET", browser: str = PHONE, query: str = "", **meta: Any) -> "Got":
        environ = RequestFactory().generic(method, path, QUERY_STRING=query).environ
        for name in ("HTTP_COOKIE", "CONTENT_TYPE"):
            environ.pop(name, None)
        environ |= {"HTTP_ACCEPT": HTML, "HTTP_USER_AGENT": browser, "HTTP_HOST": "pico.test"} | meta
        got = Got()
        answer = self.application(environ, got.start)
        got.body = b"".join(answer)
        if close := getattr(answer, "close", None):
            close()
        return got

    def scan(self, pico: Pico, **values: Any) -> "Got":
        return self.get(f"/P/{pico.code}", **values)


class Got:
    """One answer."""

    status = ""
    body = b""

    def start(self, status: str, headers: list[tuple[str, str]], *_: Any) -> None:
        self.status, self.headers = status, dict(headers)

    @property
    def text(self) -> str:
        assert self.status == "200 OK", self.body
        assert int(self.headers["Content-Length"]) == len(self.body)
        return self.body.decode()


@pytest.fixture
def server() -> Server:
    return Server()


def others() -> Iterator[str]:
    return (f"{PHONE} {number}" for number in range(1000))


@contextmanager
def the_turn_of(pico: Pico) -> Iterator[None]:
    with transaction.atomic():
        take_turn(pico.pk)
        yield


def test_after_the_first_a_page_comes_without_django_and_is_just_the_same(server: Server) -> None:
    one, other = picos(2, a_product(description="Warm."), serials=["<1>", "LM-2"])
    server.scan(one)
    assert len(server.to_django) == 1
    page = server.scan(other)
    assert len(server.to_django) == 1
    fresh = Server().scan(other)
    assert (page.text, page.headers) == (fresh.text, fresh.headers)
    assert "LM-2" in page.text
    assert "&lt;1&gt;" in server.scan(one, browser="other").text
    assert one.code not in page.text


def test_each_is_recorded_once_with_its_place_in_the_queue(server: Server) -> None:
    pico = a_pico()
    for browser in ("a", "b", "a", "c", "a"):
        server.scan(pico, browser=browser)
    assert len(server.to_django) == 1
    events = Event.objects.filter(type="pico.scanned")
    assert {event.pico_id for event in events} == {pico.pk}
    assert {event.actor_kind for event in events} == {"anonymous"}
    assert events.count() == Pending.objects.count() == Visit.objects.count() == 3


def test_in_a_group_one_visitor_s_tabs_count_once() -> None:
    pico = a_pico()
    company = pico.product.company_id if pico.product else None
    scan, other = (scanning.Scan(pico.pk, None, company, visitor) for visitor in (b"a" * 8, b"b" * 8))
    first, again, second = scanning.record_scans([scan, scan, other])
    assert (first is not None, again, second is not None) == (True, None, True)
    assert set(Event.objects.values_list("id", flat=True)) == {first, second}


def say(pico: Pico) -> None:
    append_entry(journal=pico.journals.get(), author=a_person(), body="It rains in.", visibility="public")


CHANGES: list[Callable[[Pico], Any]] = [
    lambda _: Product.objects.update(name="Slipper"),
    lambda _: Product.objects.update(description="Now in blue."),
    lambda _: a_link(Product.objects.get()),
    lambda pico: a_link(pico.product, batch=pico.batch),
    lambda _: Company.objects.update(name="Another name"),
    lambda _: Pico.objects.update(status="retired", owner=None),
    lambda _: Pico.objects.update(name="My left one"),
    lambda pico: report_lost(pico=pico, message="On the bus."),
    say,
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_page_changes_at_once_with_what_it_shows(server: Server, change: Callable[[Pico], Any]) -> None:
    pico = a_conduit().pico
    before = [server.scan(pico).text, server.scan(pico, browser="b").text]
    assert len(server.to_django) == 1
    change(pico)
    after = server.scan(pico).text
    assert after == Server().scan(pico).text != before[0] == before[1]


def test_so_do_the_words_that_finders_read(server: Server) -> None:
    pico = a_conduit().pico
    report_lost(pico=pico, message="On the bus.")
    assert all("On the bus." in server.scan(pico, browser=browser).text for browser in ("a", "b"))
    reword_loss(pico=pico, message="On the 47.")
    assert "On the 47." in server.scan(pico).text


def test_a_relabelled_thing_s_old_code_shows_and_counts_for_the_one_that_stays(server: Server) -> None:
    old, new, ended = picos(3, a_product(), serials=["Old", "New", "Ended"])
    assert old.product
    for pico in (old, new, ended):
        server.scan(pico)
    retire_and_close(pico=ended, by=old.product.company)
    merge_and_close(pico=old, into=new, by=old.product.company)
    assert "This one is retired." in server.scan(ended, browser="b").text
    for browser in ("b", "c"):
        page = server.scan(old, browser=browser).text
        assert "Is this one yours?" in page
        assert (f"/P/{new.code}/claim" in page, "New" in page, "Old" in page) == (True, True, False)
    assert Event.objects.filter(type="pico.scanned", pico=new).count() == 3
    assert Event.objects.filter(type="pico.scanned", pico=old).count() == 1


def test_what_a_batch_is_given_is_on_no_other_batch_s_page(server: Server) -> None:
    product = a_product()
    one, other = (a_pico(product) for _ in range(2))
    recall = a_link(product, batch=one.batch, type="recallStatus", title="Recall of your lot")
    for _ in range(2):
        assert "Recall of your lot" in server.scan(one).text
        assert "Recall of your lot" not in server.scan(other).text
    remove_link(recall)
    assert "Recall of your lot" not in server.scan(one, browser="b").text


def test_an_advisory_is_on_the_very_next_page_of_each_copy_that_it_is_about_and_of_no_other(server: Server) -> None:
    product = a_product()
    inside, outside = picos(2, product, serials=["LM-0001", "LM-0002"])
    lot, foreign = picos(1, product)[0], a_pico()
    things, visitors = (inside, outside, lot, foreign), others()

    def shown(words: str) -> list[bool]:
        pages = [server.scan(pico, browser=next(visitors)).text for pico in things for _ in range(2)]
        assert pages[::2] == pages[1::2]
        return [words in page for page in pages[::2]]

    assert shown("Recall") == [False] * 4
    advisory = an_advisory(product.company, scope={"serials": ["LM-0001"]})
    assert shown("Recall of lot 26-03") == [True, False, False, False]
    correct(advisory=advisory, title="Recall, corrected", body="Keep them.", severity="low")
    assert shown("Recall, corrected") == [True, False, False, False]
    an_advisory(product.company, scope={"batch": lot.batch_id}, title="About a batch")
    an_advisory(product.company, scope={"product": product.pk}, title="About a product")
    assert shown("About a batch") == [False, False, True, False]
    assert shown("About a product") == [True, True, True, False]
    give_all_clear(advisory=advisory)
    assert shown("Recall") == [False] * 4


def test_an_advisory_s_time_is_up_for_kept_pages_too(server: Server) -> None:
    pico = a_pico()
    assert pico.product
    an_advisory(pico.product.company, scope={"product": pico.product_id})
    assert all("Recall" in server.scan(pico, browser=browser).text for browser in "ab")
    Advisory.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert "Recall" not in server.scan(pico, browser="c").text


def test_one_for_a_region_is_on_the_pages_of_that_region_alone(server: Server, settings: Settings) -> None:
    settings.TRUSTED_PROXIES, settings.PICO_REGION_HEADER = 1, "CF-IPCountry"
    pico, visitors = a_pico(), others()
    assert pico.product
    an_advisory(pico.product.company, scope={"region": "DE-BY"})
    an_advisory(pico.product.company, scope={"region": "FR"}, title="Outage")

    def shown(region: str) -> tuple[bool, bool]:
        page = server.scan(pico, browser=next(visitors), HTTP_CF_IPCOUNTRY=region).text
        return "Recall" in page, "Outage" in page

    regions = ["DE-BY", "FR", "DE", "DE-HE", "XX", "FR-75"]
    told = [(True, False), (False, True), (False, False), (False, False), (False, False), (False, True)]
    for _ in range(2):
        assert [shown(region) for region in regions] == told
    # One form each for DE-BY, for France, and for those whom neither is about.
    assert len(server.to_django) == 3


def test_while_none_stands_no_scan_looks_for_one() -> None:
    pico = a_pico()
    assert pico.product
    ended = an_advisory(pico.product.company, scope={"product": pico.product_id})
    give_all_clear(advisory=ended)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {strangers._LOOK}", [[pico.code]])
        plan = str(cursor.fetchone()[0])
    assert "'Relation Name': 'conduits_advisory'" in plan
    assert never_executed(plan, "conduits_advisory")


def never_executed(plan: str, table: str) -> bool:
    """Whether each scan of the table in the plan was gated away."""
    parts = plan.split(f"'Relation Name': '{table}'")[1:]
    return all("'Actual Loops': 0" in part.partition("'Relation Name'")[0] for part in parts)


def test_what_one_owner_says_is_on_no_other_s_page(server: Server) -> None:
    product = a_product()
    lost, sound = (a_conduit(a_person(), pico).pico for pico in picos(2, product))
    for message in ("On the bus.", "On the 47."):
        report_lost(pico=lost, message=message)
        for browser in ("a", "b"):
            assert message in server.scan(lost, browser=browser).text
            assert message not in server.scan(sound, browser=browser).text
        report_recovered(pico=Pico.objects.with_product().get(pk=lost.pk))
        lost = Pico.objects.with_product().get(pk=lost.pk)
        assert message not in server.scan(lost).text


@pytest.mark.parametrize(
    "asked",
    [
        {"HTTP_COOKIE": "sessionid=x"},
        {"HTTP_ACCEPT": "application/json"},
        {"HTTP_ACCEPT": "text/html, application/json"},
        {"HTTP_ACCEPT": "*/*"},
        {"CONTENT_TYPE": "application/json"},
        {"query": "stay"},
        {"method": "HEAD"},
        {"method": "POST"},
        {"HTTP_SEC_PURPOSE": "prefetch"},
        {"browser": "WhatsApp/2.23"},
    ],
    ids=str,
)
def test_what_is_no_stranger_s_plain_scan_goes_to_django(server: Server, asked: dict[str, Any]) -> None:
    pico = a_pico()
    server.scan(pico)
    count = Event.objects.count()
    server.scan(pico, **asked)
    assert len(server.to_django) == 2
    looks = asked.keys() & {"HTTP_COOKIE", "HTTP_ACCEPT", "CONTENT_TYPE"}
    assert Event.objects.count() == count
    server.scan(pico, **{"browser": "another", **asked})
    assert Event.objects.count() == count + bool(looks)


@pytest.mark.parametrize(
    "path", ["/P/nonsense", "/P/0000000000000", "/p/", "/P/", "/P/%00", "/P/%ED%A0%80", "/", "/P/x/claim"]
)
def test_other_paths_go_to_django(server: Server, path: str) -> None:
    server.get(path)
    assert len(server.to_django) == 1
    assert not Event.objects.exists()


def test_a_code_that_nobody_has_goes_to_django_to_be_counted(server: Server) -> None:
    code = a_pico().code
    Pico.objects.all().delete()
    assert server.get(f"/P/{code}").status == "404 Not Found"


def test_a_form_is_for_one_host_alone(server: Server) -> None:
    pico = a_pico()
    server.scan(pico)
    page = server.scan(pico, HTTP_HOST="localhost:8000")
    assert len(server.to_django) == 2
    assert "//localhost:" in page.headers["Content-Security-Policy"]


def test_a_form_is_renewed_after_a_while_and_forms_are_bounded(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    pico = a_pico()
    monkeypatch.setattr(strangers, "FRESH_SECONDS", -1.0)
    server.scan(pico)
    server.scan(pico)
    assert len(server.to_django) == 2
    monkeypatch.setattr(strangers, "MOST_FORMS", 2)
    for number in range(5):
        server.scan(pico, HTTP_HOST=f"localhost:{number}")
    assert len(server.application._forms) <= 2


def test_one_slow_turn_keeps_others_waiting_for_a_moment_only(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strangers, "PATIENCE", timedelta(milliseconds=50))
    slow, sound = picos(2, a_product())
    server.scan(sound)

    def scan(pico: Pico, browser: str) -> str:
        try:
            return server.scan(pico, browser=browser).text
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        with the_turn_of(slow):
            waits = pool.submit(scan, slow, "a")
            passes = [pool.submit(scan, sound, browser) for browser in "bcd"]
            assert all(one.result(20) for one in passes)
            assert not waits.done()
        assert waits.result(20)
    assert Event.objects.filter(pico=slow).count() == 1
    assert Event.objects.filter(pico=sound).count() == 4


def test_of_a_crowd_after_a_change_one_alone_goes_to_django(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strangers, "PATIENCE", timedelta(seconds=20))
    several = picos(6, a_product())
    company = several[0].product.company if several[0].product else a_company()
    server.scan(several[0], browser="before")
    an_advisory(company, scope={"product": several[0].product_id})
    django, is_learnt = server.application._django, server.application._is_learnt_by_another
    crowd, all_there = iter(range(1, len(several) + 1)), threading.Event()

    def counted(stranger: strangers.Visitor, look: strangers.Look) -> bool:
        if next(crowd, 0) == len(several):
            all_there.set()
        return is_learnt(stranger, look)

    def slowly(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        all_there.wait(10)
        return django(environ, start_response)

    monkeypatch.setattr(server.application, "_is_learnt_by_another", counted)
    monkeypatch.setattr(server.application, "_django", slowly)

    def scan(pico: Pico) -> bool:
        try:
            return "Recall of lot 26-03" in server.scan(pico, browser=pico.code).text
        finally:
            connection.close()

    with ThreadPoolExecutor(len(several)) as pool:
        assert all(pool.map(scan, several))
    assert len(server.to_django) == 2
    assert Event.objects.filter(type="pico.scanned").count() == 1 + len(several)
    assert server.application._learning == {}


def test_a_page_that_cannot_be_kept_keeps_nobody_waiting(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strangers, "PATIENCE", timedelta(milliseconds=10))
    monkeypatch.setattr(strangers, "FRESH_SECONDS", -1.0)
    pico = a_pico()
    look = strangers._look([pico.code])[pico.code]
    place = ("pico.test", "http", "")
    server.application._learning[place, look.version("")] = threading.Event()
    assert server.scan(pico).text
    assert len(server.to_django) == 1
    assert server.application._learning == {}


def test_many_at_once_are_each_recorded_once(server: Server) -> None:
    product = a_product()
    several = picos(5, product)
    server.scan(several[0], browser="first")

    def scan(number: int) -> bool:
        try:
            pico = several[number % 5]
            return pico.code in server.scan(pico, browser=f"{PHONE} {number // 10}").text
        finally:
            connection.close()

    with ThreadPoolExecutor(12) as pool:
        assert all(pool.map(scan, range(300)))
    assert len(server.to_django) == 1
    # Every visitor came to every thing twice.
    assert Event.objects.filter(type="pico.scanned").count() == 1 + 150


def test_a_stranger_s_scan_keeps_its_region_whichever_way_it_goes(server: Server, settings: Settings) -> None:
    settings.TRUSTED_PROXIES, settings.PICO_REGION_HEADER = 1, "CF-IPCountry"
    pico, browsers = a_pico(), others()
    for country in ("DE", "FR", "XX"):
        server.scan(pico, browser=next(browsers), HTTP_CF_IPCOUNTRY=country)
    assert len(server.to_django) == 1
    told = Event.objects.filter(type="pico.scanned").order_by("sequence")
    assert [event.data for event in told] == [{"region": "DE"}, {"region": "FR"}, {}]
