"""Whatever is sent to a page, it is answered: never with a 500, and nothing is half done."""

from typing import Any

import pytest
from django.test import Client
from django.urls import resolve

from tests.dashboards.one_world.test_access import DOORS, STANDS_AT, Door
from tests.dashboards.world import World, browser, in_passing, read, written

pytestmark = pytest.mark.django_db

FIELDS = [
    "body",
    "visibility",
    "photos",
    "back",
    "allow_photos",
    "pin",
    "name",
    "message",
    "contact",
    "show_contact",
    "company_name",
    "grants",
    "template",
    "product",
    "endpoint",
    "revoke",
    "sku",
    "gtin",
    "description",
    "claim_policy",
    "count",
    "serials",
    "url",
    "events",
    "ordered",
    "type",
    "href",
    "title",
    "language",
    "batch",
    "is_default",
    "lot",
    "scope",
    "expires_in_days",
    "uses",
    "kinds",
    "digest",
    "digest_hour",
    "digest_weekday",
    "quiet_from",
    "quiet_until",
    "zone",
    "per_company",
    "p256dh",
    "auth",
    "company",
    "kind",
    "eta",
    "is_unknown",
]
NONSENSE = ["\0", "x" * 3000, "9" * 400, "01a2003a-f905-7606-b046-77084bc8746c", "🥾\u202e\ufeff"]
WRONG = ["", "\0", "x" * 3000, "-1"]
POSTS = [door for door in DOORS if door.method == "post" and not door.keeps]


def admitted(door: Door) -> str:
    return next((actor for actor in ("owner", "admin", "stranger") if door.admits(actor)), "admin")


# What a value is checked for is the same code for all of them: each gets some, and neighbours get others.
NUMBERED = pytest.mark.parametrize(("number", "door"), list(enumerate(POSTS)), ids=str)


@NUMBERED
def test_a_form_full_of_nonsense_is_answered(world: World, number: int, door: Door) -> None:
    client, path = world.browser(admitted(door)), door.path(world)
    for wrong in NONSENSE[number % 2 :: 2]:
        with in_passing():
            answer = client.post(path, dict.fromkeys(FIELDS, wrong))
            assert answer.status_code < 500, wrong
            if answer.status_code == 422:
                read(answer)


@NUMBERED
def test_one_wrong_field_among_right_ones_is_answered(world: World, number: int, door: Door) -> None:
    client, path = world.browser(admitted(door)), door.path(world)
    right = door.body(world) if callable(door.body) else dict(door.body or {})
    for place, field in enumerate(right, number):
        for wrong in WRONG[place % 2 :: 2]:
            with in_passing():
                assert client.post(path, right | {field: wrong}).status_code < 500, (field, wrong)


NO_FORMS = [
    (b"\xff\xfe%00=%zz&&&==", "application/x-www-form-urlencoded"),
    (b"no boundary", "multipart/form-data"),
    (b"--x\r\nnonsense", "multipart/form-data; boundary=x"),
    (b"{}", "application/json"),
    (b"a" * 100, "application/x-www-form-urlencoded; charset=no-such-charset"),
    (b"&".join(b"a%d=1" % number for number in range(300)), "application/x-www-form-urlencoded"),
]


@NUMBERED
def test_a_body_that_is_no_form_is_answered(world: World, number: int, door: Door) -> None:
    client, path = world.browser(admitted(door)), door.path(world)
    for body, kind in NO_FORMS[number % 3 :: 3]:
        with in_passing():
            assert client.generic("POST", path, body, kind).status_code < 500, (body[:30], kind)


@pytest.mark.parametrize("door", DOORS, ids=str)
def test_an_address_that_is_nearly_right_is_not_there(world: World, door: Door) -> None:
    client, path = world.browser(admitted(door)), door.path(world).partition("?")[0]
    before = written()
    for wrong in (f"{path}%00", f"{path}/x/", path.replace("-", "", 1) if "-" in path else f"{path}~"):
        answer = getattr(client, door.method)(wrong, {})
        if door.name not in {"scan", "home"}:
            led = answer.status_code == 302 and resolve(wrong).url_name in STANDS_AT
            # GS1's standard has 400 for what is no Digital Link.
            assert led or answer.status_code in {404, 405} or (answer.status_code, door.name) == (400, "resolve"), wrong
        assert answer.status_code < 500
    if door.name not in {"scan", "home"}:
        assert written() == before


def test_a_form_without_its_token_is_refused_and_says_what_to_do(world: World) -> None:
    before = written()
    public = {"found", "finder", "channel", "unsubscribe"}
    for door in POSTS:
        client = Client(enforce_csrf_checks=True)
        client.cookies = world.browser(admitted(door)).cookies
        if door.name in public:
            continue
        answer = client.post(door.path(world), {"name": "x", "body": "x"})
        assert answer.status_code == 403, door
        page = read(answer)
        assert page.heading == "Send it once more"
        assert "Your browser’s back button has it" in page.all("main")[0].text
        assert [one.attributes["href"] for one in page.all("a") if one.text == "Start over"] == ["/"]
    assert written() == before


def test_what_is_larger_than_any_form_is_refused(world: World) -> None:
    before = written()
    for who, path in [("owner", f"/P/{world.pico.code}/journal"), ("anonymous", f"/P/{world.pico.code}/found")]:
        body = {"body": "x" * 1_200_000, "message": "x" * 1_200_000}
        answer = world.browser(who).generic(
            "POST", path, f"body={body['body']}".encode(), "application/x-www-form-urlencoded"
        )
        assert answer.status_code in {400, 413}
    assert written() == before


def test_a_page_that_is_too_large_for_us_says_so_to_a_person(world: World) -> None:
    answer = world.browser("owner").generic(
        "POST", f"/P/{world.pico.code}/journal", b"body=" + b"x" * 1_200_000, "application/x-www-form-urlencoded"
    )
    assert (answer.status_code, read(answer).heading) == (400, "We could not read that")


def test_too_low_a_role_is_told_so_on_a_page(world: World) -> None:
    answer = world.browser("viewer").post(f"/desk/{world.company.slug}/products", {"name": "Boot"})
    assert (answer.status_code, read(answer).heading) == (403, "Your role does not allow this")


def test_when_something_breaks_the_page_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(code: str) -> Any:
        raise RuntimeError(code)

    monkeypatch.setattr("dashboards.scan_page.find_pico", breaks)
    client = browser()
    client.raise_request_exception = False
    answer = client.get("/P/X")
    assert (answer.status_code, read(answer).heading) == (500, "Something broke on our side")
