"""Finders: a message to an owner and the answer, with neither side's address shown to the other."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from api.models import Tally
from conduits.delivery.payloads import body_of
from live.tokens import read_token
from parties.models import Person
from picos.finding import PER_FINDER, write_again, write_to_owner
from picos.losing import report_lost
from picos.models import Event, Finder, FinderMessage, Notice, Pico
from tests.dashboards.world import a_world, browser, everything, read, written
from tests.each import each
from tests.factories import a_conduit, a_person, a_pico

pytestmark = pytest.mark.django_db

SAID = "It is at the depot.\nAsk for Joe."
JSON = "application/json"


def owned_by(person: Person | None = None) -> Pico:
    return a_conduit(person or a_person("Ann", "ann@customer.example")).pico


@pytest.fixture
def owned() -> Pico:
    """What a finder may have found."""
    return owned_by()


def tell(pico: Pico, client: Client | None = None, **values: str) -> Any:
    return (client or browser()).post(f"/P/{pico.code}/found", {"message": SAID} | values)


def tell_json(code: str, body: Any, client: Client | None = None) -> Any:
    return (client or browser()).post(f"/P/{code}/found", body, content_type=JSON)


def test_a_finder_s_message_reaches_the_owner_and_the_answer_the_finder() -> None:
    pico = owned_by()
    told = tell(pico, contact="joe@depot.example")
    assert told.status_code == 302
    page = read(browser().get(told["Location"]))
    assert page.heading == "Your message about Moccasin"
    assert [one.text for one in page.all("li")] == ["You · just now It is at the depot. Ask for Joe."]

    ann = browser(pico.owner)
    mine = read(ann.get(f"/things/{pico.code}"))
    assert "A finder wrote The finder · just now It is at the depot. Ask for Joe." in mine.all("main")[0].text
    assert "They left this for you: joe@depot.example" in mine.all("main")[0].text
    (form,) = [one for one in mine.all("form") if "/finders/" in one.attributes.get("action", "")]
    answered = ann.post(form.attributes["action"], {"body": "I come by at five."})
    finder = Finder.objects.get()
    assert (answered.status_code, answered["Location"]) == (302, f"/things/{pico.code}#finder-{finder.pk}")

    page = read(browser().get(told["Location"]))
    assert [one.text for one in page.all("li")][1] == "The owner · just now I come by at five."
    again = browser().post(told["Location"], {"body": "See you then."})
    assert (again.status_code, again["Location"]) == (302, told["Location"])
    assert list(FinderMessage.objects.values_list("body", "from_finder")) == [
        (SAID, True),
        ("I come by at five.", False),
        ("See you then.", True),
    ]


def test_neither_side_sees_the_other_s_address() -> None:
    pico = owned_by()
    report_lost(pico=pico, message="On the bus.", contact="555-0100")
    finder = browser(a_person("Joe", "joe@depot.example"))
    told = tell(pico, finder)
    browser(pico.owner).post(f"/things/{pico.code}/finders/{Finder.objects.get().pk}", {"body": "Thanks."})
    for client in (finder, browser()):
        theirs = client.get(told["Location"]).content.decode() + client.get(f"/P/{pico.code}").content.decode()
        for hidden in ("ann@customer.example", "Ann", "555-0100"):
            assert hidden not in theirs
    mine = browser(pico.owner).get(f"/things/{pico.code}").content.decode()
    for hidden in ("joe@depot.example", "Joe<", "127.0.0.1", "They left this for you"):
        assert hidden not in mine


def test_the_company_hears_that_somebody_wrote_and_nothing_of_what() -> None:
    world = a_world()
    tell(world.pico, contact="joe@depot.example")
    event = Event.objects.filter(type="pico.found").last()
    assert event is not None
    assert set(event.data) == {"finder"}
    body = body_of(event, world.conduit, None)
    desk = world.browser("agent").get(f"/desk/{world.company.slug}/conduits/{world.conduit.pk}").content.decode()
    for hidden in ("depot", "joe@"):
        assert hidden not in body + desk


def test_what_was_settled_with_a_finder_is_folded_after_a_week() -> None:
    pico = owned_by()
    ann = browser(pico.owner)

    def is_open() -> bool:
        (thread,) = [one for one in read(ann.get(f"/things/{pico.code}")).all("details") if "A finder" in one.text]
        return "open" in thread.attributes

    told = tell(pico)
    FinderMessage.objects.update(at=timezone.now() - timedelta(days=8))
    assert is_open()
    write_again(finder=Finder.objects.get(), from_finder=False, body="I come by at five.")
    assert is_open()
    FinderMessage.objects.update(at=timezone.now() - timedelta(days=8))
    assert not is_open()
    browser().post(told["Location"], {"body": "Where are you?"})
    assert is_open()
    FinderMessage.objects.update(from_finder=False, at=timezone.now() - timedelta(days=8))
    report_lost(pico=pico, message="On the bus.")
    assert is_open()


def test_the_finder_s_page_gives_its_address_to_nobody() -> None:
    told = tell(owned_by())
    answer = browser().get(told["Location"])
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["Cache-Control"] == "private, no-store"
    assert read(answer).all("meta", name="referrer", content="no-referrer")
    refused = browser().post(told["Location"], {"body": ""})
    assert (refused.status_code, refused["Referrer-Policy"]) == (422, "no-referrer")


def test_the_finder_s_page_leaves_no_address_behind_that_others_could_guess() -> None:
    told = tell(owned_by())
    assert len(told["Location"].removeprefix("/found/")) == 32
    assert str(Finder.objects.get().pk) not in told["Location"]
    for wrong in ("/found/x", f"/found/{Finder.objects.get().pk}", f"{told['Location']}x", "/found/%00"):
        assert browser().get(wrong).status_code == 404
        assert browser().get(f"{wrong}/messages").status_code == 404
        assert browser().post(wrong, {"body": "Hello"}).status_code == 404


def test_the_finder_s_open_page_hears_of_the_answer_and_fetches_it(monkeypatch: pytest.MonkeyPatch) -> None:
    pico, client = owned_by(), browser()
    rung: list[str] = []
    monkeypatch.setattr("picos.finding.announce", lambda *topics: rung.extend(topics))
    told, other = tell(pico, client), tell(pico, message="Another one.")
    page = client.get(told["Location"])
    live = read(page).all("main")[0].attributes
    finder = Finder.objects.earliest("created_at")
    browser(pico.owner).post(f"/things/{pico.code}/finders/{finder.pk}", {"body": "I come by at five."})

    token = read_token(live["data-live-token"])
    assert token
    assert rung == [token.topic]
    assert live["data-fragment"] == f"{told['Location']}/messages"
    part = client.get(live["data-fragment"])
    assert [one.text for one in read(part, whole=False).all("li")] == [
        "You · just now It is at the depot. Ask for Joe.",
        "The owner · just now I come by at five.",
    ]
    assert (part["Referrer-Policy"], part["Cache-Control"]) == ("no-referrer", "private, no-store")
    assert "five" not in browser().get(f"{other['Location']}/messages").content.decode()
    assert not client.cookies


def test_the_finder_s_page_weighs_little() -> None:
    client = browser()
    page = client.get(tell(owned_by(), client)["Location"])
    own = read(page)
    paths = [one.attributes["href"] for one in own.all("link")] + [one.attributes["src"] for one in own.all("script")]
    assert len(page.content) + sum(len(client.get(path).getvalue()) for path in paths) < 30_000


def test_a_message_can_be_sent_as_json() -> None:
    pico = owned_by()
    answer = tell_json(pico.code.lower(), {"message": SAID, "contact": "555-0199"})
    assert (answer.status_code, answer["Content-Type"]) == (201, JSON)
    shown = answer.json()
    assert set(shown) == {"relayed", "answer_at"}
    assert shown["relayed"] is True
    assert SAID.splitlines()[0] in browser().get(shown["answer_at"]).content.decode()
    assert Finder.objects.get().contact == "555-0199"


@each(
    "body, status, fields",
    [
        (" ", 400, set()),
        ("{", 400, set()),
        (b"\xff\xfe", 400, set()),
        ("[" * 100_000, 400, set()),
        ('{"message": ' + "9" * 5000 + "}", 400, set()),
        ([], 422, {"body"}),
        ("null", 422, {"body"}),
        ('"text"', 422, {"body"}),
        ({}, 422, {"message"}),
        ({"message": ""}, 422, {"message"}),
        ({"message": " \n"}, 422, {"message"}),
        ({"message": None}, 422, {"message"}),
        ({"message": 7}, 422, {"message"}),
        ({"message": ["a"]}, 422, {"message"}),
        ({"message": {"a": 1}, "contact": 1}, 422, {"message", "contact"}),
        ({"message": SAID, "contact": None}, 422, {"contact"}),
        ({"message": "x" * 2001}, 422, {"message"}),
        ({"message": SAID, "contact": "x" * 201}, 422, {"contact"}),
        ({"message": "a\0b"}, 422, {"message"}),
        ('{"message": "\\ud800"}', 422, {"message"}),
        ({"message": SAID, "bogus": 1, "phone": "5"}, 422, {"bogus", "phone"}),
        (f'{{"message": "{"x" * 1_100_000}"}}', 413, set()),
    ],
)
def test_json_that_cannot_be_taken_is_a_problem(owned: Pico, body: Any, status: int, fields: set[str]) -> None:
    before = written()
    answer = tell_json(owned.code, body)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    problem = answer.json()
    assert (problem["status"], set(problem.get("errors", {}))) == (status, fields)
    assert written() == before


def test_the_same_json_with_the_same_key_is_relayed_once() -> None:
    pico = owned_by()

    def ask(message: str = SAID, browser_name: str = "A") -> Any:
        headers = {"Idempotency-Key": "k-1", "User-Agent": browser_name}
        return browser().post(f"/P/{pico.code}/found", {"message": message}, content_type=JSON, headers=headers)

    first, again = ask(), ask()
    assert (first.status_code, again.status_code, again["Content-Type"]) == (201, 201, JSON)
    assert (again.json(), again["Idempotent-Replayed"]) == (first.json(), "true")
    assert "Idempotent-Replayed" not in first
    assert (ask("Another.").status_code, FinderMessage.objects.count()) == (422, 1)
    assert (ask(browser_name="B").status_code, FinderMessage.objects.count()) == (201, 2)


@pytest.mark.parametrize(
    ("values", "errors"),
    [
        ({"message": ""}, {"message": ["Nothing is written here yet."]}),
        ({"message": "x" * 2001}, {"message": ["At most 2000 letters fit in; this has 2001."]}),
        ({"contact": "x" * 201}, {"contact": ["At most 200 letters fit in; this has 201."]}),
        ({"message": "a\0b"}, {"message": ["There is a character in it that cannot be kept."]}),
    ],
)
@pytest.mark.parametrize("is_lost", [True, False])
def test_what_cannot_be_taken_is_said_beside_its_field_and_kept(
    values: dict[str, Any], errors: dict[str, list[str]], *, is_lost: bool
) -> None:
    pico = owned_by()
    if is_lost:
        report_lost(pico=pico, message="On the bus.")
    before = everything()
    answer = tell(pico, **values)
    page = read(answer)
    assert (answer.status_code, page.errors) == (422, errors)
    assert ("This is lost" in page.all("main")[0].text) is is_lost
    if "message" not in values:
        assert page.all("textarea", name="message")[0].text == "It is at the depot. Ask for Joe."
    assert everything() == before


@pytest.mark.parametrize("status", ["minted", "retired"])
def test_there_is_nobody_to_tell_about_what_nobody_uses(status: str) -> None:
    pico = a_pico()
    Pico.objects.update(status=status)
    before = everything()
    answer = tell_json(pico.code, {"message": SAID})
    assert (answer.status_code, answer["Content-Type"]) == (409, "application/problem+json")
    assert answer.json()["detail"] == "Nobody has claimed this one, so there is nobody to tell."
    assert tell(pico).status_code == 422
    assert everything() == before


def test_a_fourth_message_of_one_visitor_waits_and_is_kept() -> None:
    pico = owned_by()
    for number in range(3):
        assert tell(pico, message=f"{number}").status_code == 302
    before = everything()
    refusal = "You have written about this already. Its owner has your message; write again in a few minutes."
    answer = tell(pico)
    page = read(answer)
    assert (answer.status_code, answer["Retry-After"], page.errors) == (429, "600", {"message": [refusal]})
    assert page.all("textarea", name="message")[0].text == "It is at the depot. Ask for Joe."
    as_json = tell_json(pico.code, {"message": SAID})
    assert (as_json.status_code, as_json["Retry-After"]) == (429, "600")
    assert as_json.json()["detail"] == refusal
    assert everything() == before
    assert tell(owned_by(pico.owner)).status_code == 302


def test_all_together_write_twenty_messages_about_one_thing() -> None:
    pico = owned_by()
    for number in range(20):
        write_to_owner(pico=pico, visitor=number.to_bytes(8), message=SAID)
    assert tell(pico).status_code == 429


def test_a_full_conversation_takes_no_more_of_either_side_and_keeps_the_text() -> None:
    pico = owned_by()
    told = tell(pico)
    finder = Finder.objects.get()
    for _ in range(PER_FINDER - 1):
        write_again(finder=finder, from_finder=True, body="Hello?")
    before = FinderMessage.objects.count()
    full = {"body": ["This conversation is full."]}
    answer = browser().post(told["Location"], {"body": "One more."})
    page = read(answer)
    assert (answer.status_code, answer["Retry-After"], page.errors) == (429, "86400", full)
    assert page.all("textarea", name="body")[0].text == "One more."
    answer = browser(pico.owner).post(f"/things/{pico.code}/finders/{finder.pk}", {"body": "One more."})
    page = read(answer)
    assert (answer.status_code, page.errors) == (422, full)
    assert [one.text for one in page.all("textarea", id=f"body-{finder.pk}")] == ["One more."]
    assert FinderMessage.objects.count() == before


def test_an_answer_that_cannot_be_taken_is_kept_beside_its_own_finder() -> None:
    pico = owned_by()
    tell(pico)
    tell(pico, message="Another one.")
    first, second = Finder.objects.order_by("created_at")
    answer = browser(pico.owner).post(f"/things/{pico.code}/finders/{second.pk}", {"body": "x" * 2001})
    page = read(answer)
    assert (answer.status_code, list(page.errors)) == (422, ["body"])
    assert page.all("textarea", id=f"body-{second.pk}")[0].text == "x" * 2001
    assert page.all("textarea", id=f"body-{first.pk}")[0].text == ""
    assert FinderMessage.objects.filter(from_finder=False).count() == 0


def test_an_owner_answers_only_finders_of_their_own_thing() -> None:
    pico, other = owned_by(), owned_by(a_person("Ben"))
    tell(pico)
    finder = Finder.objects.get()
    before = written()
    for person, code in [(other.owner, other.code), (pico.owner, other.code), (other.owner, pico.code)]:
        assert browser(person).post(f"/things/{code}/finders/{finder.pk}", {"body": "Hello"}).status_code == 404
    assert written() == before


def test_the_owner_has_a_notice_until_they_open_the_thing_s_own_page() -> None:
    pico = owned_by()
    tell(pico)
    ann = browser(pico.owner)
    said, mute = "A finder wrote: It is at the depot. Ask for Joe. · just now Open", " Mute what finders write to you"
    shown = (("/things/tiles", False, mute), ("/things", True, mute), (f"/P/{pico.code}", True, ""))
    for path, whole, more in shown:
        (notice,) = read(ann.get(path), whole=whole).all("div", class_="notice")
        assert notice.text == f"{said}{more}"
    ann.get(f"/things/{pico.code}")
    assert not read(ann.get("/things")).all("div", class_="notice")
    assert Notice.objects.get().seen_at is not None


def test_finders_need_no_cookie_and_no_token_of_a_form() -> None:
    pico = owned_by()
    client = Client(enforce_csrf_checks=True)
    page = read(client.get(f"/P/{pico.code}"))
    assert not page.all("input", name="csrfmiddlewaretoken")
    told = tell(pico, client)
    assert told.status_code == 302
    assert client.post(told["Location"], {"body": "Still here."}).status_code == 302
    assert not client.cookies


def test_messages_leave_no_tally_with_words_in_it() -> None:
    tell(owned_by())
    assert not Tally.objects.filter(name__contains="depot").exists()
