"""What a scan opens, in each of a thing's states, as a page and as JSON."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from conduits import steering
from conduits.opening import add_thing_with_journal
from dashboards import owned
from journals.keeping import open_journal_of
from picos.codes import spaced
from picos.losing import report_lost
from picos.models import Event, Notice, Pico, Product
from tests.dashboards.markup import Markup
from tests.dashboards.world import World, a_world, an_entry, browser, read
from tests.factories import a_company, a_conduit, a_link, a_member, a_person, a_pico, a_product, picos

pytestmark = pytest.mark.django_db

JSON = {"Accept": "application/json"}
MINE, LOST = "Is this one yours?", "This is lost, and its owner misses it."
SOMEBODYS, RETIRED = "This one belongs to somebody.", "This one is retired."


@pytest.fixture(scope="module")
def make_world() -> Callable[[], World]:
    return a_world


def scans() -> int:
    return Event.objects.filter(type="pico.scanned").count()


def lose(world: World, **values: Any) -> None:
    report_lost(pico=world.pico, **{"message": "Left it on the 47 bus.", "contact": "555-0100"} | values)


def lose_and_show(world: World) -> None:
    lose(world, show_contact=True)


def lose_without_contact(world: World) -> None:
    lose(world, contact="", show_contact=True)


def retire(world: World) -> None:
    Pico.objects.filter(pk=world.pico.pk).update(status=Pico.Status.RETIRED, owner=None)


def nothing(_: World) -> None:
    pass


@pytest.mark.parametrize(
    ("path", "who", "change", "says", "says_not"),
    [
        ("free", "anonymous", nothing, [MINE, "It’s mine"], [SOMEBODYS, "Leave a message"]),
        ("free", "stranger", nothing, [MINE], [SOMEBODYS]),
        ("free", "agent", nothing, [MINE, "You work for LAMO Footwear. Nobody has claimed this one yet."], [SOMEBODYS]),
        ("pico", "owner", nothing, ["Tell LAMO Footwear how it is going", "The sole came off."], [MINE, SOMEBODYS]),
        ("pico", "anonymous", nothing, [SOMEBODYS, "Found it? Tell them"], [MINE, "The sole came off."]),
        ("pico", "stranger", nothing, [SOMEBODYS], [MINE, "The sole came off.", "Tell LAMO"]),
        ("pico", "other", nothing, [SOMEBODYS], ["The sole came off.", "You work for"]),
        ("pico", "agent", nothing, [SOMEBODYS, "Open the conversation at the desk"], ["The sole came off."]),
        ("pico", "owner", lose, ["You reported it lost.", "I have it back"], [LOST, "Leave a message"]),
        ("pico", "anonymous", lose, [LOST, "“Left it on the 47 bus.”", "Leave a message"], [SOMEBODYS, "555-0100"]),
        ("pico", "anonymous", lose_and_show, [LOST, "If found, call or text 555-0100"], [SOMEBODYS]),
        ("pico", "anonymous", lose_without_contact, [LOST], ["If found", "555-0100"]),
        ("pico", "agent", lose, [LOST], ["555-0100"]),
        ("pico", "anonymous", retire, [RETIRED], [MINE, SOMEBODYS, "Leave the message"]),
        ("pico", "owner", retire, [RETIRED], [MINE, "Tell LAMO"]),
    ],
)
def test_the_page_says_what_this_is_and_what_to_do(
    world: World, path: str, who: str, change: Callable[[World], None], says: list[str], says_not: list[str]
) -> None:
    change(world)
    code = getattr(world, path).code
    page = read(world.browser(who).get(f"/P/{code}"))
    assert page.heading == "Moccasin"
    said = page.all("main")[0].text
    assert [words for words in (*says, "by LAMO Footwear", spaced(code)) if words not in said] == []
    assert [words for words in says_not if words in said] == []


def test_the_page_says_where_the_thing_comes_from_and_where_help_is(client: Client) -> None:
    product = a_product(a_company("LAMO"), name="Boot", description="Suede.\nRubber sole.")
    a_link(product, type="support", title="Help", href="https://help.lamo.example/boot")
    (pico,) = picos(1, product, serials=["LM-2026-000123"])
    page = read(client.get(f"/P/{pico.code}"))
    assert "by LAMO · No. LM-2026-000123" in page.all("header")[0].text
    assert "About it Suede. Rubber sole." in page.all("main")[0].text
    (support,) = [link for link in page.all("a") if link.text == "Help"]
    assert support.attributes["href"] == "https://help.lamo.example/boot"


def test_a_stranger_sees_what_the_owner_shows_and_nothing_else(world: World) -> None:
    an_entry(world.conduit, "Resoled in May.", "public")
    an_entry(world.conduit, "I wore them at my wedding.", "private")
    an_entry(world.conduit, "He is rude.", "private", author=world.company)
    said = read(browser().get(f"/P/{world.pico.code}")).all("main")[0].text
    assert "What its owner shows" in said
    assert "The owner · just now · everybody who has the code Resoled in May." in said
    for hidden in ("wedding", "rude", "The sole came off.", "Owner", world.people["owner"].email):
        assert hidden not in said


def test_an_agent_of_the_company_whose_conduit_is_closed_is_told_so(world: World) -> None:
    steering.close(world.conduit)
    said = read(world.browser("agent").get(f"/P/{world.pico.code}")).all("main")[0].text
    assert "You work for LAMO Footwear. Its owner has closed the conduit to you." in said


def test_an_owner_who_works_there_sees_their_own_thing_as_its_owner() -> None:
    conduit = a_conduit()
    a_member(conduit.company, "agent", conduit.owner)
    answer = browser(conduit.owner).get(f"/P/{conduit.pico.code}", headers=JSON)
    assert answer.json()["you"] == "owner"


def json_of(world: World, who: str, pico: str = "pico") -> dict[str, Any]:
    answer = world.browser(who).get(f"/P/{getattr(world, pico).code}", headers=JSON)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    shown: dict[str, Any] = answer.json()
    return shown


def test_as_json_it_has_the_keys_of_the_contract(world: World) -> None:
    Product.objects.filter(pk=world.product.pk).update(sku="LM-1", gtin="09506000134352")
    shown = json_of(world, "anonymous", "free")
    (advisory,) = shown["advisories"]
    assert [advisory[key] for key in ("id", "title", "body", "severity")] == [
        str(world.advisory.pk),
        "Recall of lot 26-03",
        "The glue lets go. Send them back.",
        "high",
    ]
    assert shown == {
        "code": world.free.code,
        "status": "minted",
        "product": {"name": "Moccasin", "sku": "LM-1", "gtin": "09506000134352", "company": "LAMO Footwear"},
        "message": None,
        "contact": None,
        "advisories": [advisory],
        "you": "anonymous",
        "scan": {"event": str(Event.objects.get(type="pico.scanned").pk)},
    }


@pytest.mark.parametrize(
    ("change", "status", "message", "contact"),
    [
        (nothing, "claimed", None, None),
        (lose, "lost", "Left it on the 47 bus.", None),
        (lose_and_show, "lost", "Left it on the 47 bus.", "555-0100"),
        (retire, "retired", None, None),
    ],
)
def test_as_json_it_tells_a_finder_what_the_page_tells(
    world: World, change: Callable[[World], None], status: str, message: str | None, contact: str | None
) -> None:
    change(world)
    shown = json_of(world, "anonymous")
    assert (shown["status"], shown["message"], shown["contact"]) == (status, message, contact)
    assert world.people["owner"].email not in str(shown)


@pytest.mark.parametrize(
    ("who", "you"),
    [
        ("anonymous", "anonymous"),
        ("stranger", "anonymous"),
        ("owner", "owner"),
        ("viewer", "agent"),
        ("agent", "agent"),
        ("admin", "agent"),
        ("other", "anonymous"),
    ],
)
def test_as_json_it_tells_who_is_asking(world: World, who: str, you: str) -> None:
    assert json_of(world, who)["you"] == you


def test_a_thing_whose_maker_is_not_here_has_a_page_like_any_other() -> None:
    person = a_person()
    pico = add_thing_with_journal(person=person, name="Grandma’s chair", company_name="Thonet")
    shown = browser().get(f"/P/{pico.code}", headers=JSON).json()
    assert shown["product"] == {"name": "Grandma’s chair", "sku": "", "gtin": "", "company": "Thonet"}
    assert (shown["status"], shown["you"]) == ("claimed", "anonymous")
    page = read(browser().get(f"/P/{pico.code}"))
    assert (page.heading, page.all("header")[0].text) == ("Grandma’s chair", "G Grandma’s chair by Thonet")
    mine = read(browser(person).get(f"/P/{pico.code}"))
    assert [label.text for label in mine.all("label", for_="id_body")] == ["Write in its journal"]
    assert mine.all("select") == []


@pytest.mark.parametrize("write", [str.upper, str.lower, spaced, lambda code: f"{code[:2]}--{code[2:].lower()} ", str])
def test_a_code_is_known_in_any_case_and_with_hyphens(write: Callable[[str], str], client: Client) -> None:
    pico = a_pico()
    for letter in "Pp":
        for end in ("", "/"):
            answer = client.get(f"/{letter}/{write(pico.code)}{end}", headers=JSON)
            assert answer.json()["code"] == pico.code


def test_letters_that_no_code_has_are_read_as_the_figures_they_look_like(client: Client) -> None:
    pico = a_pico()
    looks_like = pico.code.replace("0", "O").replace("1", "l")
    assert client.get(f"/P/{looks_like}", headers=JSON).json()["code"] == pico.code


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("", "text/html; charset=utf-8"),
        ("*/*", "text/html; charset=utf-8"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html; charset=utf-8"),
        ("image/png", "text/html; charset=utf-8"),
        ("application/json", "application/json"),
        ("application/json, text/plain, */*", "application/json"),
        ("application/json;q=0.5, text/html", "text/html; charset=utf-8"),
    ],
)
def test_a_browser_gets_a_page_and_a_program_json(accept: str, kind: str, client: Client) -> None:
    headers = {"Accept": accept} if accept else {}
    assert client.get(f"/P/{a_pico().code}", headers=headers)["Content-Type"] == kind


@pytest.mark.parametrize(
    ("headers", "query"),
    [
        ({"Sec-Purpose": "prefetch;prerender"}, ""),
        ({"Purpose": "prefetch"}, ""),
        ({"User-Agent": "WhatsApp/2.23.20.0 A"}, ""),
        ({"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"}, ""),
        ({}, "?stay"),
        ({}, "?stay=1"),
    ],
)
def test_what_is_no_look_is_no_scan_and_shows_the_page_all_the_same(
    headers: dict[str, str], query: str, client: Client
) -> None:
    pico = a_pico()
    assert MINE in client.get(f"/P/{pico.code}{query}", headers=headers).content.decode()
    assert client.get(f"/P/{pico.code}{query}", headers=headers | JSON).json()["scan"] is None
    assert scans() == 0


def test_a_head_is_answered_like_a_get_and_is_no_scan(client: Client) -> None:
    pico = a_pico()
    answer = client.head(f"/P/{pico.code}")
    assert (answer.status_code, answer["Content-Type"], answer.content) == (200, "text/html; charset=utf-8", b"")
    assert scans() == 0


def test_the_other_pages_of_a_code_are_no_scan(world: World) -> None:
    for path in (f"/P/{world.pico.code}/qr.svg", f"/P/{world.pico.code}/fragment", f"/things/{world.pico.code}"):
        assert world.browser("owner").get(path).status_code == 200
    assert scans() == 0


def test_a_reload_within_a_minute_counts_once_and_another_visitor_counts() -> None:
    pico = a_pico()
    for _ in range(3):
        browser(None, **{"User-Agent": "Firefox"}).get(f"/P/{pico.code}")
    assert scans() == 1
    browser(None, **{"User-Agent": "Safari"}).get(f"/P/{pico.code}")
    assert scans() == 2


def test_who_comes_back_from_an_action_is_no_new_scan(world: World) -> None:
    owner = world.browser("owner")
    owner.post(f"/P/{world.pico.code}/journal", {"body": "It rains in.", "visibility": "shared"}, follow=True)
    assert scans() == 0


@pytest.mark.parametrize("who", ["anonymous", "owner", "agent"])
@pytest.mark.parametrize("headers", [{}, JSON])
def test_nobody_keeps_the_page_for_somebody_else(world: World, who: str, headers: dict[str, str]) -> None:
    answer = world.browser(who).get(f"/P/{world.pico.code}", headers=headers)
    assert answer["Cache-Control"] == "private, no-store"
    assert {part.strip() for part in answer["Vary"].split(",")} == {"Accept", "Cookie"}


def test_a_visitor_who_only_looks_gets_no_cookie(world: World, client: Client) -> None:
    lose(world)
    for path in ("/", f"/P/{world.pico.code}", f"/P/{world.free.code}", "/P/nonsense", f"/found/{world.token}"):
        answer = client.get(path)
        assert answer.cookies == {}, path
        assert "Set-Cookie" not in answer.headers
    answer = client.post(f"/P/{world.pico.code}/found", {"message": "I have it."})
    assert (answer.status_code, answer.cookies) == (302, {})


def test_the_page_may_load_only_our_own_and_hear_only_the_live_process(client: Client) -> None:
    answer = client.get(f"/P/{a_pico().code}", headers={"Host": "pico.test:8000"})
    assert answer["Content-Security-Policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
        "connect-src 'self' http://pico.test:8001; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"


def test_the_live_process_can_have_an_address_of_its_own(client: Client, settings: Settings) -> None:
    settings.LIVE_URL = "https://live.pico.test"
    assert "connect-src 'self' https://live.pico.test;" in client.get("/")["Content-Security-Policy"]


@pytest.mark.parametrize("host", ["evil.example; script-src *", "evil.example' 'unsafe-inline", "a b", "", "[::1"])
def test_a_hostile_host_cannot_widen_what_the_page_may_load(host: str, client: Client) -> None:
    answer = client.get("/", headers={"Host": host})
    assert answer.status_code == 400
    directives = [one.split()[0] for one in answer["Content-Security-Policy"].split("; ")]
    assert directives.count("script-src") == 1
    assert "script-src 'self';" in answer["Content-Security-Policy"]
    assert len(directives) == 9


def test_the_page_weighs_little(client: Client) -> None:
    pico = a_pico()
    page = client.get(f"/P/{pico.code}")
    own = Markup(page.content.decode())
    paths = [one.attributes["href"] for one in own.all("link")] + [one.attributes["src"] for one in own.all("script")]
    weights = [len(client.get(path).getvalue()) for path in paths]
    assert len(weights) == 3
    assert sum(weights) + len(page.content) < 30_000


def test_the_owner_s_page_listens_for_news_and_a_visitor_s_does_not(world: World) -> None:
    answer = world.browser("owner").get(f"/P/{world.pico.code}", headers={"Host": "pico.test:8000"})
    mine = read(answer).all("main")[0].attributes
    assert mine["data-live-url"] == "http://pico.test:8001/live"
    assert mine["data-fragment"] == f"/P/{world.pico.code}/fragment"
    theirs = read(browser().get(f"/P/{world.pico.code}")).all("main")[0].attributes
    assert not {name for name in theirs if name.startswith("data-")}


def test_the_owner_has_read_what_the_page_showed(world: World) -> None:
    an_entry(world.conduit, "We mend it.", author=world.company)
    things = world.browser("owner")
    assert "1 new" in things.get("/things/tiles").content.decode()
    browser().get(f"/P/{world.pico.code}")
    assert "1 new" in things.get("/things/tiles").content.decode()
    things.get(f"/P/{world.pico.code}")
    assert "nothing new" in things.get("/things/tiles").content.decode()
    journal = open_journal_of(world.pico)
    assert journal is not None
    assert journal.owner_read_at is not None


def test_what_is_written_while_the_page_is_made_still_reaches_its_owner(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def page_of(*args: Any) -> Any:
        page = owned_page_of(*args)
        an_entry(world.conduit, "We mend it.", author=world.company)
        return page

    owned_page_of = owned.page_of
    monkeypatch.setattr(owned, "page_of", page_of)
    page = world.browser("owner").get(f"/P/{world.pico.code}").content.decode()
    monkeypatch.undo()
    assert "We mend it." not in page
    unseen = world.conduit.owner.notices.filter(seen_at=None, kind=Notice.Kind.ANSWER)
    assert unseen.get().text.endswith("wrote: We mend it.")
    assert "1 new" in world.browser("owner").get("/things/tiles").content.decode()
    assert "We mend it." in world.browser("owner").get(f"/P/{world.pico.code}").content.decode()
    assert not unseen.exists()


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_code_s_page_is_only_read(method: str) -> None:
    pico = a_pico()
    client = Client(enforce_csrf_checks=True)
    for path in (f"/P/{pico.code}", "/P/no-such-code"):
        told = client.generic(method, path, headers={"Accept": "application/json"})
        assert (told.status_code, told["Content-Type"], told["Allow"]) == (405, "application/problem+json", "GET, HEAD")
        assert told.json()["detail"] == "This is only read. Nothing was changed."
        page = client.generic(method, path, headers={"Accept": "text/html"})
        assert (page.status_code, page["Allow"]) == (405, "GET, HEAD")
        assert read(page).heading == "This page is not opened in this way"
    assert not Event.objects.filter(pico=pico).exists()
