"""The demo's sign-in links."""

from collections.abc import Callable

import pytest
import time_machine
from django.core.signing import TimestampSigner
from django.test import Client
from pytest_django import Settings

from demo.cast import ANN, BEN, CLEO, Player
from demo.sign_in import sign_in_link
from parties.models import Person
from tests.each import each
from tests.factories import a_person

pytestmark = pytest.mark.usefixtures("seeded")


def path_of(link: str) -> str:
    return link.removeprefix("http://pico.test")


def signed_in(client: Client) -> str | None:
    person_id = client.session.get("_auth_user_id")
    return Person.objects.get(pk=person_id).email if person_id else None


@pytest.mark.parametrize(
    ("player", "leads_to"), [(ANN, "/things"), (BEN, "/desk/lamo"), (CLEO, "/desk/harbour")], ids=str
)
def test_a_link_signs_its_player_in_and_leads_to_their_own_pages(client: Client, player: Player, leads_to: str) -> None:
    answer = client.get(path_of(sign_in_link(player)))

    assert [answer.status_code, answer["Location"]] == [302, leads_to]
    assert signed_in(client) == player.email


def test_a_link_leads_where_it_says(client: Client) -> None:
    answer = client.get(path_of(sign_in_link(ANN, to="/rules?a=1&b=2")))

    assert answer["Location"] == "/rules?a=1&b=2"


@each(
    "elsewhere",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "///evil.example", "javascript:alert(1)", "evil"],
)
def test_a_link_never_leads_to_another_site(elsewhere: str) -> None:
    answer = Client().get(path_of(sign_in_link(ANN)), {"next": elsewhere})

    assert answer["Location"] == "/things"


@each(
    "wrong, spoil",
    [
        ("altered", lambda token: token[:-1] + ("A" if token[-1] != "A" else "B")),
        ("somebody else's name", lambda token: token.replace("ann:", "ben:")),
        ("unsigned", lambda token: token.partition(":")[0]),
        ("signed for something else", lambda _: TimestampSigner(salt="another", algorithm="sha1").sign("ann")),
        ("nobody of the demo", lambda _: TimestampSigner(salt="demo.sign-in", algorithm="sha1").sign("mallory")),
    ],
)
def test_a_wrong_link_is_a_404_and_signs_nobody_in(wrong: str, spoil: Callable[[str], str]) -> None:
    client = Client()
    a_person("Mallory", "mallory@customer.example")
    start, _, token = path_of(sign_in_link(ANN)).rpartition("/")

    answer = client.get(f"{start}/{spoil(token)}")

    assert answer.status_code == 404
    assert signed_in(client) is None


def test_a_link_is_good_for_seven_days(client: Client) -> None:
    with time_machine.travel("2026-05-01T12:00:00Z", tick=False) as clock:
        path = path_of(sign_in_link(ANN))
        clock.move_to("2026-05-08T12:00:00Z")
        assert client.get(path).status_code == 302
        client.logout()
        clock.move_to("2026-05-08T12:00:01Z")
        assert client.get(path).status_code == 404
        assert signed_in(client) is None


def test_no_link_works_without_the_demo(client: Client, settings: Settings) -> None:
    path = path_of(sign_in_link(ANN))
    settings.PICO_DEMO = False

    assert client.get(path).status_code == 404
    assert signed_in(client) is None


def test_somebody_with_a_player_s_name_is_not_that_player(client: Client) -> None:
    Person.objects.filter(email=ANN.email).update(email="ann@elsewhere.example")

    assert client.get(path_of(sign_in_link(ANN))).status_code == 404
    assert signed_in(client) is None


def test_a_link_is_opened_not_posted_to(client: Client) -> None:
    assert client.post(path_of(sign_in_link(ANN))).status_code == 405


def test_no_browser_or_proxy_keeps_the_answer(client: Client) -> None:
    assert "no-store" in client.get(path_of(sign_in_link(ANN)))["Cache-Control"]
