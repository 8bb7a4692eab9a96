"""Forms that are sent twice: by a double tap, by a reload, or back and again."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from api.models import KeptAnswer
from conduits.models import Conduit
from dashboards.once import AGAIN
from journals.models import Entry
from parties.models import Company, Key, Person
from picos.models import Batch, Finder, Transfer
from rules.subscriptions import add_subscribed_connector
from tests.conduits.at_once import at_once
from tests.dashboards.world import BACKEND, a_code, browser, read
from tests.factories import a_company, a_conduit, a_member, a_person, a_product

pytestmark = pytest.mark.django_db

WORDS = "The sole came off."


def phone(person: Person) -> Client:
    """A browser whose forms are checked as those of real ones."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(person, backend=BACKEND)
    return client


def token_of(client: Client, path: str) -> str:
    """Of the page as it is shown this time."""
    return read(client.get(path)).all("input", name="csrfmiddlewaretoken")[0].attributes["value"]


def form(client: Client, conduit: Conduit, **values: str) -> tuple[str, dict[str, str]]:
    token = token_of(client, f"/things/{conduit.pico.code}")
    sent = {"csrfmiddlewaretoken": token, "body": WORDS, "visibility": "shared"} | values
    return f"/P/{conduit.pico.code}/journal", sent


def test_words_that_are_sent_twice_are_written_once_and_lead_to_the_same_place() -> None:
    conduit = a_conduit()
    client = phone(conduit.owner)
    path, sent = form(client, conduit)
    first, again = client.post(path, sent), client.post(path, sent)
    assert Entry.objects.count() == 1
    assert (first.status_code, first["Location"]) == (again.status_code, again["Location"])
    assert first.status_code == 302


def test_who_opens_the_page_anew_may_write_the_same_again() -> None:
    conduit = a_conduit()
    client = phone(conduit.owner)
    for _ in range(2):
        path, sent = form(client, conduit)
        assert client.post(path, sent).status_code == 302
    assert Entry.objects.count() == 2


def test_other_words_of_the_same_page_are_written_too() -> None:
    conduit = a_conduit()
    client = phone(conduit.owner)
    path, sent = form(client, conduit)
    client.post(path, sent)
    client.post(path, sent | {"body": "And the other one."})
    assert Entry.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_of_taps_at_the_same_time_one_works() -> None:
    conduit = a_conduit()
    client = phone(conduit.owner)
    path, sent = form(client, conduit)

    def tap() -> Any:
        other = Client(enforce_csrf_checks=True)
        other.cookies = client.cookies
        return other.post(path, sent)

    answers = at_once(tap, tap, tap)
    assert Entry.objects.count() == 1
    assert {(answer.status_code, answer["Location"]) for answer in answers} == {(302, answers[0]["Location"])}


def test_what_was_refused_is_not_kept_and_can_be_mended() -> None:
    conduit = a_conduit()
    client = phone(conduit.owner)
    path, sent = form(client, conduit, body=" ")
    assert [client.post(path, sent).status_code for _ in range(2)] == [422, 422]
    assert client.post(path, sent | {"body": WORDS}).status_code == 302
    assert Entry.objects.get().body == WORDS


@pytest.fixture(params=["person", "company"])
def keys(request: pytest.FixtureRequest) -> tuple[Person, str, str]:
    """Whose browser, the page with the form, and where it is sent."""
    if request.param == "person":
        return a_person(), "/you", "/you/keys"
    company: Company = a_company()
    return a_member(company, "admin").person, f"/desk/{company.slug}/keys", f"/desk/{company.slug}/keys"


def test_a_key_that_is_asked_for_twice_is_one_and_is_shown_again(keys: tuple[Person, str, str]) -> None:
    person, page, path = keys
    client = phone(person)
    sent = {"csrfmiddlewaretoken": token_of(client, page), "name": "The CRM"}
    first, again = (read(client.post(path, sent)).all("code", class_="secret") for _ in range(2))
    assert Key.objects.count() == 1
    assert [one.text for one in first] == [one.text for one in again]
    assert first[0].text not in str(KeptAnswer.objects.get().body)


def test_nobody_gets_what_was_kept_for_somebody_else() -> None:
    sent = {"csrfmiddlewaretoken": "x" * 64, "name": "The CRM"}
    pages = [browser(person).post("/you/keys", sent) for person in (a_person(), a_person("Mara"))]
    assert len({read(page).all("code", class_="secret")[0].text for page in pages}) == 2
    assert set(Key.objects.values_list("person__name", flat=True)) == {"Ann", "Mara"}


def test_a_miss_is_a_miss_each_time() -> None:
    conduit = a_conduit()
    client = phone(conduit.owner)
    _, sent = form(client, conduit)
    answers = [client.post("/things/X0000000/channels", sent) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert not KeptAnswer.objects.exists()


def test_a_pause_is_done_each_time_as_the_line_may_be_open_again() -> None:
    conduit = a_conduit()
    client = phone(conduit.owner)
    pause = {"csrfmiddlewaretoken": token_of(client, "/companies")}
    client.post(f"/conduits/{conduit.pk}/pause", pause)
    client.post(f"/conduits/{conduit.pk}/resume", {"csrfmiddlewaretoken": token_of(client, "/companies")})
    conduit.refresh_from_db()
    assert conduit.status == "open"
    client.post(f"/conduits/{conduit.pk}/pause", pause)
    conduit.refresh_from_db()
    assert conduit.status == "paused"


def test_an_answer_at_the_desk_is_written_once() -> None:
    conduit = a_conduit()
    client = phone(a_member(conduit.company, "agent").person)
    path = f"/desk/{conduit.company.slug}/conduits/{conduit.pk}"
    sent = {"csrfmiddlewaretoken": token_of(client, path), "body": "We mend it.", "visibility": "shared"}
    assert [client.post(path, sent).status_code for _ in range(2)] == [302, 302]
    assert Entry.objects.get().body == "We mend it."


def test_a_batch_is_minted_once() -> None:
    product = a_product()
    client = phone(a_member(product.company, "admin").person)
    path = f"/desk/{product.company.slug}/products/{product.pk}"
    sent = {"csrfmiddlewaretoken": token_of(client, path), "count": "3"}
    assert [client.post(path, sent).status_code for _ in range(2)] == [302, 302]
    assert Batch.objects.get().count == 3


def test_a_role_is_set_each_time() -> None:
    company = a_company()
    client, other = phone(a_member(company, "admin").person), a_member(company, "agent")
    path = f"/desk/{company.slug}/members"
    less, more = (
        {"csrfmiddlewaretoken": token_of(client, path), "email": other.person.email, "role": role}
        for role in ("viewer", "admin")
    )
    for sent in (less, more, less):
        client.post(path, sent)
    other.refresh_from_db()
    assert other.role == "viewer"


def test_a_link_that_was_made_anew_is_withdrawn_by_the_page_of_the_one_before() -> None:
    conduit = a_conduit()
    client, path = phone(conduit.owner), f"/things/{conduit.pico.code}"
    keep = {"csrfmiddlewaretoken": token_of(client, path)}
    for _ in range(2):
        client.post(f"{path}/transfer", {"csrfmiddlewaretoken": token_of(client, path)})
        assert Transfer.objects.exists()
        client.post(f"{path}/keep", keep)
        assert not Transfer.objects.exists()


def test_a_connector_is_switched_off_by_the_page_that_did_so_before() -> None:
    company = a_company()
    made, _, _ = add_subscribed_connector(company=company, kind="webhook", config={"url": "http://127.0.0.1:9/hook"})
    client, path = phone(a_member(company, "admin").person), f"/desk/{company.slug}/connectors/{made.pk}"
    off = {"csrfmiddlewaretoken": token_of(client, path)}
    client.post(f"{path}/disable", off)
    client.post(f"{path}/enable", {"csrfmiddlewaretoken": token_of(client, path)})
    client.post(f"{path}/disable", off)
    made.endpoint.refresh_from_db()
    assert made.endpoint.status == "disabled"


def test_what_a_finder_sends_twice_reaches_the_owner_once() -> None:
    conduit = a_conduit()
    path = f"/P/{conduit.pico.code}/found"
    first, again = (browser().post(path, {"message": "It is at the depot."}) for _ in range(2))
    assert Finder.objects.count() == 1
    assert first["Location"] == again["Location"]
    browser(None, **{"User-Agent": "Another phone"}).post(path, {"message": "It is at the depot."})
    assert Finder.objects.count() == 2


def test_later_the_same_form_is_meant_anew() -> None:
    conduit = a_conduit()
    client = phone(conduit.owner)
    path, sent = form(client, conduit)
    client.post(path, sent)
    KeptAnswer.objects.update(at=timezone.now() - AGAIN - timedelta(seconds=1))
    client.post(path, sent)
    client.post(path, sent)
    assert Entry.objects.count() == 2


def test_an_agent_who_taps_twice_sees_what_the_customer_shows() -> None:
    conduit = a_conduit()
    agent = phone(a_member(conduit.company, "agent").person)
    path = f"/desk/{conduit.company.slug}/passes"
    sent = {"csrfmiddlewaretoken": token_of(agent, path), "code": a_code(conduit)}
    first, again = (agent.post(path, sent) for _ in range(2))
    assert first.status_code == 302
    assert (again.status_code, again["Location"]) == (302, first["Location"])
