"""The desk's endpoints and what was sent there: secrets shown once, and no way into our own network."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from conduits.delivery import switching
from conduits.delivery.claiming import set_aside
from conduits.delivery.keys import public_key
from conduits.delivery.queueing import queue_test
from conduits.event_types import OWNERS_OWN
from conduits.models import Attempt, Delivery, Endpoint
from parties.models import Company
from parties.vault import open_sealed
from picos.event_types import event_types
from picos.scanning import record_scan
from rules.engine.draining import drain
from rules.event_types import OF_ONE_RULE
from rules.models import Rule
from rules.subscriptions import USUAL, subscribed_events
from tests.dashboards.markup import Element, Markup
from tests.dashboards.world import browser, read, written
from tests.each import each
from tests.factories import a_company, a_member, a_pico, a_product, an_endpoint

pytestmark = pytest.mark.django_db

URL = "https://crm.example/hook"
SECRET = re.compile(r"whsec_[A-Za-z0-9+/=]+")
PATH = "/desk/lamo/endpoints"


@pytest.fixture
def company() -> Company:
    return a_company("LAMO", slug="lamo")


@pytest.fixture
def admin(company: Company) -> Client:
    return browser(a_member(company, "admin").person)


@pytest.fixture
def nothing_allowed(settings: Settings) -> None:
    """No address inside may be called, as usual."""
    settings.PICO_WEBHOOK_ALLOW = []


def add(admin: Client, **values: Any) -> Any:
    return admin.post(PATH, {"url": URL, "events": ["pico.scanned"]} | values)


def secret_on(page: Markup) -> str:
    (shown,) = page.all("code", class_="secret")
    assert SECRET.fullmatch(shown.text)
    return shown.text


def the_rest(page: Markup) -> Element:
    (summary,) = [one for one in page.all("summary") if one.text == "More that can go there"]
    assert summary.parent
    return summary.parent


def test_the_page_offers_every_event_by_what_it_means(admin: Client) -> None:
    page = read(admin.get(PATH))
    boxes = page.all("input", name="events", type="checkbox")
    offered = [box.attributes["value"] for box in boxes]
    assert sorted(offered) == [known.name for known in event_types() if known.name not in OF_ONE_RULE | OWNERS_OWN]
    ticked = [box.attributes["value"] for box in boxes if "checked" in box.attributes]
    assert ticked == offered[: len(USUAL)] == list(USUAL)
    assert "open" not in the_rest(page).attributes
    labels = {one.attributes["for"]: one.text for one in page.all("label") if "for" in one.attributes}
    assert labels[boxes[[box.attributes["value"] for box in boxes].index("pico.scanned")].attributes["id"]] == (
        "The code on a product is scanned"
    )


def test_what_was_ticked_among_the_folded_ones_is_unfolded(admin: Client) -> None:
    page = read(add(admin, url="ftp://x", events=["conduit.closed"]))
    assert "open" in the_rest(page).attributes


def test_a_new_endpoint_s_secret_is_shown_this_once(company: Company, admin: Client) -> None:
    page = read(add(admin, events=["pico.scanned", "pico.lost"], ordered="on"))
    endpoint = Endpoint.objects.get()
    assert (endpoint.company, endpoint.url, endpoint.ordered) == (company, URL, True)
    assert subscribed_events(endpoint) == ["pico.scanned", "pico.lost"]
    assert open_sealed(endpoint.secret) == secret_on(page)
    assert page.all("input", name="url")[0].attributes.get("value", "") == ""
    again = admin.get(PATH)
    assert not SECRET.search(again.content.decode())
    assert f"{URL} · in order pico.scanned, pico.lost" in read(again).all("main")[0].text


@each(
    "url",
    [
        "http://127.0.0.1/",
        "http://localhost/hook",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://0x7f.1/",
        "http://2130706433/",
        "http://017700000001/",
        "http://10.0.0.1/",
        "http://192.168.1.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://100.64.0.1/",
        "http://0.0.0.0/",
        "https://user:password@crm.example/",
        "https://crm.example:22/",
        "ftp://crm.example/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "//crm.example/",
        "crm.example",
        "https://",
        "https://crm.example/\r\nX: y",
        "https://crm.example/" + "x" * 2048,
        "https://crm.example/\0",
        "https://crm.example\\@127.0.0.1/",
        "https://１２７.０.０.１/",
    ],
)
def test_an_address_that_we_never_call_is_said_beside_its_field(admin: Client, nothing_allowed: None, url: str) -> None:
    before = written()
    answer = add(admin, url=url)
    assert (answer.status_code, list(read(answer).errors)) == (422, ["url"])
    assert written() == before


def test_an_address_inside_says_why_not_and_stays_in_its_field(admin: Client, settings: Settings) -> None:
    settings.PICO_WEBHOOK_ALLOW = []
    page = read(add(admin, url="http://10.0.0.1/"))
    assert page.errors == {"url": ["This address does not lead to a server on the public internet."]}
    assert page.all("input", name="url")[0].attributes["value"] == "http://10.0.0.1/"
    assert [one.attributes["value"] for one in page.all("input", name="events") if "checked" in one.attributes] == [
        "pico.scanned"
    ]


@pytest.mark.parametrize("events", [[], ["pico.eaten"], ["*"], ["pico.scanned", "\0"], ["x" * 10_000]])
def test_events_that_there_are_not_are_said_beside_their_field(admin: Client, events: list[str]) -> None:
    answer = add(admin, events=events)
    assert (answer.status_code, list(read(answer).errors)) == (422, ["events"])
    assert not Endpoint.objects.exists()


def test_an_endpoint_for_nothing_is_asked_what_goes_there(admin: Client) -> None:
    assert read(add(admin, events=[])).errors == {"events": ["Choose at least one."]}


def test_a_company_has_so_many_endpoints_and_no_more(
    company: Company, admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("conduits.delivery.endpoints.MOST_PER_COMPANY", 2)
    for _ in range(2):
        an_endpoint(company)
    before = written()
    answer = add(admin)
    page = read(answer)
    assert (answer.status_code, page.errors) == (422, {"": ["A company can have 2 endpoints; delete one first."]})
    assert page.all("input", name="url")[0].attributes["value"] == URL
    assert written() == before


def do(admin: Client, endpoint: Endpoint, verb: str) -> Any:
    return admin.post(f"{PATH}/{endpoint.pk}/{verb}", follow=True)


def test_a_test_leads_to_its_delivery(company: Company, admin: Client) -> None:
    answer = do(admin, an_endpoint(company), "test")
    delivery = Delivery.objects.get()
    assert answer.redirect_chain == [(f"/desk/lamo/deliveries/{delivery.pk}", 302)]
    page = read(answer)
    assert page.heading == "endpoint.test"
    assert f"webhook-id {delivery.webhook_id}" in page.all("dl")[0].text


def test_a_new_secret_is_shown_once_and_the_old_one_signs_on_for_a_day(company: Company, admin: Client) -> None:
    endpoint = an_endpoint(company)
    page = read(do(admin, endpoint, "rotate"))
    changed = Endpoint.objects.get()
    assert page.notices == [f"{endpoint.url} has a new secret. The one before signs beside it for a day."]
    assert open_sealed(changed.secret) == secret_on(page)
    assert changed.previous_secret == endpoint.secret
    assert changed.previous_secret_until is not None
    assert changed.previous_secret_until > timezone.now() + timedelta(hours=23)
    assert not SECRET.search(admin.get(PATH).content.decode())


def test_a_disabled_endpoint_says_why_and_can_be_enabled(company: Company, admin: Client) -> None:
    endpoint = an_endpoint(company)
    switching.disable(endpoint, reason="It answered nothing for five days.")
    page = read(admin.get(PATH))
    assert "Disabled. It answered nothing for five days. What waits is kept." in page.all("main")[0].text
    assert [one.text for one in page.all("button")] == ["Enable", "Make a new secret", "Delete it for good", "Add it"]
    assert read(do(admin, endpoint, "test")).notices == ["This endpoint is disabled; enable it first."]
    assert not Delivery.objects.exists()
    page = read(do(admin, endpoint, "enable"))
    assert (Endpoint.objects.get().status, page.notices) == ("enabled", [])


def test_a_deleted_endpoint_is_gone_with_its_rule(company: Company, admin: Client) -> None:
    endpoint = an_endpoint(company)
    answer = do(admin, endpoint, "delete")
    assert answer.redirect_chain == [(PATH, 302)]
    assert read(answer).notices == [f"{endpoint.url} is deleted. Nothing more is sent there."]
    assert "None yet." in read(answer).all("main")[0].text
    assert Rule.objects.get().deleted_at is not None
    for verb in ("test", "rotate", "enable", "delete"):
        assert admin.post(f"{PATH}/{endpoint.pk}/{verb}").status_code == 404


def test_another_company_s_endpoint_is_not_there(company: Company, admin: Client) -> None:
    endpoint = an_endpoint(a_company())
    before = written()
    for verb in ("test", "rotate", "enable", "delete"):
        assert admin.post(f"{PATH}/{endpoint.pk}/{verb}").status_code == 404
    assert endpoint.url not in admin.get(PATH).content.decode()
    assert written() == before


# What was sent.


def a_delivery(company: Company, **values: Any) -> Delivery:
    an_endpoint(company, "http://127.0.0.1/crm")
    record_scan(pico=a_pico(a_product(company)), visitor=bytes(8), person=None)
    drain()
    delivery = Delivery.objects.get()
    Delivery.objects.update(**values)
    return delivery


def test_before_anything_was_sent_the_page_says_what_to_do(admin: Client) -> None:
    said = read(admin.get("/desk/lamo/deliveries")).all("main")[0].text
    assert "Nothing was sent yet. Add an endpoint;" in said


def test_what_was_sent_is_listed_newest_first(company: Company, admin: Client) -> None:
    delivery = a_delivery(company, attempt_count=2)
    do(admin, Endpoint.objects.get(), "test")
    page = read(admin.get("/desk/lamo/deliveries"))
    cells = [one.text for one in page.all("td")]
    assert cells == [
        *("just now", "endpoint.test", "http://127.0.0.1/crm", "waiting"),
        *("just now", "pico.scanned", "http://127.0.0.1/crm", "waiting, tried 2 times"),
    ]
    assert page.all("a", href=f"/desk/lamo/deliveries/{delivery.pk}")


def test_a_delivery_shows_what_was_sent_and_every_attempt(company: Company, admin: Client) -> None:
    delivery = a_delivery(company, state="delivered", next_attempt_at=None, body='{"type": "pico.scanned"}')
    tries: list[dict[str, Any]] = [{"error": "timed out"}, {"status": 503, "answer": "later"}, {"status": 204}]
    for number, values in enumerate(tries, 1):
        at = timezone.now()
        Attempt.objects.create(delivery=delivery, number=number, at=at, duration_ms=12, **values)
    page = read(admin.get(f"/desk/lamo/deliveries/{delivery.pk}"))
    assert [one.text for one in page.all("tr")][1:] == [
        "1 just now 12 ms timed out",
        "2 just now 12 ms 503 later",
        "3 just now 12 ms 204",
    ]
    assert page.all("pre", class_="sheet")[0].text == '{"type": "pico.scanned"}'


@pytest.mark.parametrize(
    ("values", "every", "refreshes"),
    [
        ({"state": "waiting"}, ["every 2s"], 1),
        ({"state": "waiting", "attempt_count": 1}, ["every 30s"], 0),
        ({"state": "delivered", "next_attempt_at": None}, [], 0),
        ({"state": "failed", "next_attempt_at": None}, [], 0),
    ],
)
def test_a_delivery_s_page_renews_itself_while_it_waits(
    company: Company, admin: Client, values: dict[str, Any], every: list[str], refreshes: int
) -> None:
    path = f"/desk/lamo/deliveries/{a_delivery(company, **values).pk}"
    page = read(admin.get(path))
    (part,) = page.all("div", id="delivery")
    asked = [part.attributes[name] for name in ("hx-get", "hx-trigger", "hx-select") if name in part.attributes]
    assert asked == [word for one in every for word in (path, one, "#delivery")]
    assert any("htmx" in one.attributes["src"] for one in page.all("script")) is bool(every)
    without_script = [one for one in page.all("meta") if one.inside("noscript")]
    assert [one.attributes["content"] for one in without_script] == ["5"] * refreshes


def test_an_admin_sends_a_delivery_once_more(company: Company, admin: Client) -> None:
    delivery = a_delivery(company, state="delivered", next_attempt_at=None)
    answer = admin.post(f"/desk/lamo/deliveries/{delivery.pk}", follow=True)
    again = Delivery.objects.get(replay_of=delivery)
    assert answer.redirect_chain == [(f"/desk/lamo/deliveries/{again.pk}", 302)]
    page = read(answer)
    assert f"Sent again from {delivery.webhook_id}" in page.all("dl")[0].text
    assert (again.state, again.event_id) == ("waiting", delivery.event_id)


@pytest.mark.parametrize("role", ["viewer", "agent"])
def test_who_may_not_set_up_reads_deliveries_and_finds_no_button(company: Company, role: str) -> None:
    delivery = a_delivery(company)
    client = browser(a_member(company, role).person)
    assert not read(client.get(f"/desk/lamo/deliveries/{delivery.pk}")).all("form")
    assert client.post(f"/desk/lamo/deliveries/{delivery.pk}").status_code == 403
    assert Delivery.objects.count() == 1


def test_another_company_s_deliveries_are_not_there(company: Company, admin: Client) -> None:
    delivery = a_delivery(a_company())
    assert "pico.scanned" not in admin.get("/desk/lamo/deliveries").content.decode()
    assert admin.get(f"/desk/lamo/deliveries/{delivery.pk}").status_code == 404
    assert admin.post(f"/desk/lamo/deliveries/{delivery.pk}").status_code == 404
    assert Delivery.objects.count() == 1


# What goes wrong, and how it is mended.


def test_the_form_says_how_messages_go_there(company: Company, admin: Client) -> None:
    page = read(add(admin, format="cloudevents", asymmetric="on", rate_per_second="20", concurrency="4"))
    endpoint = Endpoint.objects.get()
    assert [endpoint.format, endpoint.rate_per_second, endpoint.concurrency] == ["cloudevents", 20, 4]
    said = page.all("main")[0].text
    assert f"{URL} · CloudEvents 1.0 · at most 20 a second · at most 4 at a time" in said
    assert f"Its public key: {public_key(endpoint)}, also published" in said
    assert page.all("a", href=f"/.well-known/webhooks/{endpoint.pk}")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("format", "xml"),
        ("rate_per_second", "0"),
        ("rate_per_second", "x"),
        ("concurrency", "65"),
        ("concurrency", "-1"),
    ],
)
def test_a_limit_or_format_that_there_is_not_is_said_beside_its_field(admin: Client, field: str, value: str) -> None:
    answer = add(admin, **{field: value})
    assert (answer.status_code, list(read(answer).errors)) == (422, [field])
    assert not Endpoint.objects.exists()


def test_an_endpoint_that_fails_says_so(company: Company, admin: Client) -> None:
    endpoint = an_endpoint(company)
    since = timezone.now() - timedelta(minutes=5)
    Endpoint.objects.filter(pk=endpoint.pk).update(failure_count=7, failing_since=since, probe_at=timezone.now())
    assert (
        "Failing: 7 in a row did not arrive, the first 5 minutes ago. We try again by ourselves; what waits is kept."
        in read(admin.get(PATH)).all("main")[0].text
    )


@pytest.mark.parametrize(
    ("missing", "says"),
    [
        (0, "Nothing is missing there: of that time all arrived, or is still waiting."),
        (1, "One message is sent again to http://127.0.0.1/crm."),
        (2, "2 messages are sent again to http://127.0.0.1/crm."),
    ],
)
def test_what_never_arrived_is_sent_again(company: Company, admin: Client, missing: int, says: str) -> None:
    endpoint = an_endpoint(company, "http://127.0.0.1/crm")
    for visitor in range(missing):
        record_scan(pico=a_pico(a_product(company)), visitor=visitor.to_bytes(8), person=None)
    drain()
    Delivery.objects.update(state="failed", next_attempt_at=None)

    page = read(admin.post(f"{PATH}/{endpoint.pk}/recover", {"hours": "24"}, follow=True))

    assert page.notices == [says]
    assert Delivery.objects.filter(state="waiting", replay_of__isnull=False).count() == missing


def test_what_was_set_aside_is_pointed_at_until_it_is_sent_again(company: Company, admin: Client) -> None:
    delivery = a_delivery(company)
    set_aside(delivery.pk, problem="It could not be put together (KeyError).")

    page = read(admin.get("/desk/lamo/deliveries"))
    assert "1 message was set aside: sending it failed on our side." in page.all("main")[0].text
    assert page.all("a", href="?state=set_aside")
    shown = read(admin.get(f"/desk/lamo/deliveries/{delivery.pk}")).all("dl")[0].text
    assert "State set aside: It could not be put together (KeyError). Send it once more" in shown

    admin.post(f"/desk/lamo/deliveries/{delivery.pk}")
    assert "set aside: sending" not in read(admin.get("/desk/lamo/deliveries")).all("main")[0].text


def rows_of(page: Markup) -> list[tuple[str, str]]:
    links = [(link.text, link.attributes["href"]) for link in page.all("a")]
    return [(text, path) for text, path in links if path.startswith("/desk/lamo/deliveries/")]


def test_deliveries_are_chosen_by_endpoint_and_state(company: Company, admin: Client) -> None:
    delivery = a_delivery(company, state="delivered", next_attempt_at=None)
    other = an_endpoint(company, "http://127.0.0.1/other")
    do(admin, other, "test")

    def listed(query: str) -> list[str]:
        return [text for text, _ in rows_of(read(admin.get(f"/desk/lamo/deliveries?{query}")))]

    assert listed("") == ["endpoint.test", "pico.scanned"]
    assert listed(f"endpoint={other.pk}") == ["endpoint.test"]
    assert listed("state=delivered") == ["pico.scanned"]
    assert listed(f"before={Delivery.objects.order_by('-id')[0].pk}") == ["pico.scanned"]
    nothing = read(admin.get(f"/desk/lamo/deliveries?state=failed&endpoint={delivery.endpoint_id}"))
    assert "None of these." in nothing.all("main")[0].text


@pytest.mark.parametrize("query", ["endpoint=x", "state=lost", "before=x", "endpoint=%00", "state=%00&before=%00"])
def test_a_choice_that_makes_no_sense_leaves_nothing_out(company: Company, admin: Client, query: str) -> None:
    a_delivery(company)
    page = admin.get(f"/desk/lamo/deliveries?{query}")
    assert (page.status_code, len(read(page).all("td"))) == (200, 4)


def test_another_s_endpoint_cannot_be_chosen(company: Company, admin: Client) -> None:
    a_delivery(company)
    theirs = an_endpoint(a_company(), "https://theirs.example/")
    page = admin.get(f"/desk/lamo/deliveries?endpoint={theirs.pk}")
    assert "theirs.example" not in page.content.decode()
    assert len(read(page).all("td")) == 4


def test_older_deliveries_are_a_page_further(company: Company, admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboards.desk.webhooks.SHOWN", 2)
    endpoint = an_endpoint(company)
    sent = [queue_test(endpoint) for _ in range(5)]
    seen, query = [], f"?endpoint={endpoint.pk}"
    while query:
        page = read(admin.get(f"/desk/lamo/deliveries{query}"))
        seen += [path.rpartition("/")[2] for _, path in rows_of(page)]
        query = next((link.attributes["href"] for link in page.all("a") if link.text == "Older ones"), "")
    assert seen == [str(one.pk) for one in reversed(sent)]
