"""Codes that lead nowhere: the same answer for all of them, and to nobody more than twenty a minute."""

from typing import Any

import pytest
from django.test import Client

from api.models import Tally
from picos.codes import code_of, spaced
from picos.models import Event, Pico
from tests.dashboards.world import a_world, browser, everything, read
from tests.factories import a_person, a_pico

pytestmark = pytest.mark.django_db

JSON = {"Accept": "application/json"}
UNKNOWN = code_of(12345)
WRONG = [UNKNOWN, UNKNOWN.lower(), spaced(UNKNOWN), f"{UNKNOWN[:-1]}{'0' if UNKNOWN[-1] != '0' else '1'}"]
WRONG += ["0", "U" * 13, "x" * 100, "..", "%00", "<script>", "🥾", "0' OR 1=1 --"]


@pytest.mark.parametrize("code", WRONG)
def test_whatever_is_wrong_with_a_code_the_answer_is_the_same(code: str, client: Client) -> None:
    answer = client.get(f"/P/{code}", headers=JSON)
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert answer.json() == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": "We don’t know this code.",
    }
    page = client.get(f"/P/{code}")
    assert page.status_code == 404
    assert read(page).heading == "We don’t know this code"
    for one in (answer, page):
        assert one["Cache-Control"] == "private, no-store"
        assert one["Vary"] == "Accept, Cookie"
    assert not Event.objects.exists()


def test_a_code_too_long_for_any_is_answered_as_any_wrong_one(client: Client) -> None:
    answer = client.get(f"/P/{'x' * 101}")
    assert (answer.status_code, read(answer).heading) == (404, "We don’t know this code")
    program = client.get(f"/P/{'x' * 101}", headers={"Accept": "application/json"})
    assert (program.status_code, program["Content-Type"]) == (404, "application/problem+json")


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        (UNKNOWN, ""),
        (UNKNOWN[:-1], " A code has 13 letters and figures; this has 12."),
        ("U" * 13, " A code has only figures and the letters A to Z without I, L, O and U."),
        (f"{UNKNOWN[:-2]}ZZ", " One letter or figure of this code is not right."),
    ],
)
@pytest.mark.parametrize("path", ["/P/{}", "/code?code={}"])
def test_the_page_helps_with_a_slip_and_keeps_what_was_typed(path: str, code: str, hint: str, client: Client) -> None:
    page = read(client.get(path.format(code), follow=True))
    said = f"Check the letters under the square: there is no I, L, O or U in it.{hint}"
    assert said in page.all("main")[0].text
    assert page.all("input", name="code")[0].attributes["value"] == code


def test_a_typed_code_leads_to_its_page(client: Client) -> None:
    pico = a_pico()
    for typed in (pico.code, pico.code.lower(), spaced(pico.code), f"  {pico.code} "):
        answer = client.get("/code", {"code": typed})
        assert (answer.status_code, answer["Location"]) == (302, f"/P/{pico.code}")
    assert client.get("/code").status_code == 404


def tries(client: Client, path: str = "/P/{}", times: int = 20, **headers: str) -> Any:
    for number in range(times):
        answer = client.get(path.format(code_of(number)), headers=headers)
    return answer


def test_after_twenty_misses_within_a_minute_a_visitor_waits(client: Client) -> None:
    known = a_pico()
    assert tries(client).status_code == 404
    page = client.get(f"/P/{UNKNOWN}")
    assert (page.status_code, page["Retry-After"], page["Cache-Control"]) == (429, "60", "private, no-store")
    assert read(page).heading == "A moment, please"
    assert "Nothing was lost; try again in 1 minute." in page.content.decode()
    answer = client.get(f"/P/{UNKNOWN}", headers=JSON)
    assert (answer.status_code, answer["Retry-After"]) == (429, "60")
    assert (answer["Content-Type"], answer.json()["status"]) == ("application/problem+json", 429)
    assert client.get(f"/P/{known.code}").status_code == 200


@pytest.mark.parametrize("path", ["/P/{}/qr.svg", "/P/{}/fragment", "/P/{}/claim"])
def test_every_page_of_a_code_counts_misses(path: str) -> None:
    client = browser(a_person())
    assert tries(client, path).status_code == 404
    answer = client.get(path.format(UNKNOWN))
    assert (answer.status_code, answer["Retry-After"]) == (429, "60")


def test_writing_to_nobody_counts_as_a_miss(client: Client) -> None:
    before = everything()
    for number in range(20):
        answer = client.post(f"/P/{code_of(number)}/found", {"message": "I have it."})
        assert answer.status_code == 404
    answer = client.post(f"/P/{UNKNOWN}/found", {"message": "I have it."}, content_type="application/json")
    assert (answer.status_code, answer["Content-Type"]) == (429, "application/problem+json")
    assert everything() == before


def test_who_changes_their_browser_s_name_waits_all_the_same() -> None:
    for number in range(20):
        tries(browser(), times=1, **{"User-Agent": f"Browser {number}"})
    assert browser().get(f"/P/{UNKNOWN}", headers={"User-Agent": "Another"}).status_code == 429


def test_somebody_else_does_not_wait() -> None:
    tries(Client(REMOTE_ADDR="203.0.113.1"), times=21)
    assert Client(REMOTE_ADDR="203.0.113.2").get(f"/P/{UNKNOWN}").status_code == 404


def test_a_household_s_ipv6_addresses_count_as_one() -> None:
    for number in range(20):
        tries(Client(REMOTE_ADDR=f"2001:db8:1:2::{number:x}"), times=1)
    assert Client(REMOTE_ADDR="2001:db8:1:2:ffff::").get(f"/P/{UNKNOWN}").status_code == 429
    assert Client(REMOTE_ADDR="2001:db8:1:3::1").get(f"/P/{UNKNOWN}").status_code == 404
    assert Client(REMOTE_ADDR="not:an:address").get(f"/P/{UNKNOWN}").status_code == 404


def test_addresses_are_not_kept() -> None:
    tries(Client(REMOTE_ADDR="203.0.113.7"), times=1)
    assert "203.0.113.7" not in Tally.objects.get().name


def test_codes_that_lead_somewhere_are_no_misses(client: Client) -> None:
    world = a_world()
    for _ in range(25):
        client.get(f"/P/{world.pico.code}")
    assert client.get(f"/P/{UNKNOWN}").status_code == 404


def test_a_slip_is_answered_with_what_was_probably_meant(client: Client) -> None:
    page = read(client.get("/P/K7QM3XN80FJ2Q"))
    assert "Was it one of these? Compare it with what is printed." in page.all("main")[0].text
    links = [(one.text, one.attributes["href"]) for one in page.all("a", class__="button")]
    assert links == [
        ("K7QM-3XNB-0FJ2-Q", "/code?code=K7QM3XNB0FJ2Q"),
        ("K7QM-X3N8-0FJ2-Q", "/code?code=K7QMX3N80FJ2Q"),
    ]
    assert "B for 8" in page.all("main")[0].text


def test_what_is_offered_is_the_same_whether_there_is_such_a_code_or_not(client: Client) -> None:
    def offered() -> str:
        return client.get("/code", {"code": "K7QM3TNB0FJ2Q"}).content.decode()

    before = offered()
    assert "Was it this one?" in before
    pico = a_pico()
    Pico.objects.filter(pk=pico.pk).update(code="K7QM3TNBQFJ2Q")
    assert offered() == before
