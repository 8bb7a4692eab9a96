"""What is too large to be read at all, and who is told so in which way."""

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from dashboards.bodies import IMPORTS, LARGEST, STRANGERS_LARGEST, bounded_bodies
from picos.serial_files import MOST_BYTES
from tests.dashboards.world import browser, read
from tests.factories import a_conduit, a_person

pytestmark = pytest.mark.django_db

HTML = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
TOO_LARGE = "That is too large to be sent at once"


def send(client: Any, path: str, size: int, accept: str) -> Any:
    return client.post(path, {"body": "x"}, CONTENT_LENGTH=str(size), HTTP_ACCEPT=accept)


def test_a_browser_that_sends_too_much_gets_a_page_that_says_where_the_text_is() -> None:
    conduit = a_conduit()
    for client, size in ((browser(conduit.owner), LARGEST), (browser(), STRANGERS_LARGEST)):
        answer = send(client, f"/P/{conduit.pico.code}/journal", size + 1, HTML)
        page = read(answer)
        assert (answer.status_code, page.heading) == (413, TOO_LARGE)
        assert "Your browser’s back button has your text." in page.all("main")[0].text
        assert "At most six photos go at once, each of up to 10 MB." in page.all("main")[0].text
        assert "Sign in" not in answer.content.decode()
        assert answer["Content-Security-Policy"].startswith("default-src 'none'")


@pytest.mark.parametrize(
    ("path", "accept"), [("/api/v1/scans", "*/*"), ("/api/v1/scans", HTML), ("/P/X/found", "application/json")]
)
def test_a_program_gets_a_problem(path: str, accept: str) -> None:
    answer = send(browser(a_person()), path, LARGEST + 1, accept)
    assert (answer.status_code, answer["Content-Type"]) == (413, "application/problem+json")


@pytest.mark.parametrize(
    ("path", "key", "size", "status"),
    [
        (IMPORTS, "Bearer x", 70 * 1024 * 1024, 204),
        (IMPORTS, "Bearer x", MOST_BYTES, 204),
        (IMPORTS, "Bearer x", MOST_BYTES + 1, 413),
        (IMPORTS, "", 70 * 1024 * 1024, 413),
        ("/api/v1/batches", "Bearer x", LARGEST, 204),
        ("/api/v1/batches", "Bearer x", 70 * 1024 * 1024, 413),
    ],
)
def test_a_file_of_serials_may_be_as_large_as_its_door_takes(path: str, key: str, size: int, status: int) -> None:
    headers = {"Authorization": key} if key else {}
    request = RequestFactory(headers=headers).post(path, CONTENT_LENGTH=str(size))
    assert bounded_bodies(lambda _: HttpResponse(status=204))(request).status_code == status


def test_the_door_for_files_of_serials_is_where_it_is_taken_to_be(client: Any) -> None:
    assert client.post(IMPORTS).status_code == 401
