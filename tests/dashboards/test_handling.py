"""What the company does with a conversation beside answering it, and what of it the customer sees."""

from typing import Any

import pytest

from conduits import steering
from conduits.assigning import assign, assignee_of
from conduits.labelling import add_label
from conduits.models import Conduit, Request
from conduits.requests import By, close_request, open_request
from parties.models import Company
from picos.models import Event
from rules.models import Question, Wait
from tests.dashboards.world import an_entry, browser, read
from tests.factories import a_company, a_conduit, a_member, a_person, a_pico, a_product, a_rule
from tests.rules.actions.acting import drain_all, scan

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> Company:
    return a_company("LAMO", slug="lamo")


@pytest.fixture
def conduit(company: Company) -> Conduit:
    opened = a_conduit(a_person("Ann"), a_pico(a_product(company, name="Boot")))
    drain_all()
    return opened


@pytest.fixture
def agent(company: Company) -> Any:
    return a_member(company, "agent", a_person("Ben"))


def path_of(conduit: Conduit, more: str = "") -> str:
    return f"/desk/lamo/conduits/{conduit.pk}{more}"


def at_desk(agent: Any, conduit: Conduit) -> str:
    return read(browser(agent.person).get(path_of(conduit))).all("main")[0].text


def theirs(conduit: Conduit) -> str:
    return read(browser(conduit.owner).get(f"/things/{conduit.pico.code}")).all("main")[0].text


def rows(agent: Any, query: str = "") -> list[str]:
    page = read(browser(agent.person).get(f"/desk/lamo{query}"))
    return [one.text for one in page.all("a") if "data-entry" in one.attributes]


def test_labels_are_put_on_and_taken_off_and_the_customer_sees_none(agent: Any, conduit: Conduit) -> None:
    desk = browser(agent.person)
    for name in ("Urgent", "urgent", "VIP"):
        desk.post(path_of(conduit, "/labels"), {"label": name})
    assert "Urgent ×" in at_desk(agent, conduit)
    assert "VIP ×" in at_desk(agent, conduit)

    desk.post(path_of(conduit, "/labels"), {"remove": "VIP"})

    assert [label.name for label in conduit.labels.all()] == ["Urgent"]
    assert "Urgent" not in theirs(conduit)


def test_a_label_that_is_none_is_refused_in_words(agent: Any, conduit: Conduit) -> None:
    answer = browser(agent.person).post(path_of(conduit, "/labels"), {"label": "a\0b"}, follow=True)
    assert "A label has 1 to 40 characters, and no comma." in answer.content.decode()
    assert not conduit.labels.exists()


def test_a_conversation_is_given_to_a_colleague_and_taken_back(agent: Any, conduit: Conduit) -> None:
    desk = browser(agent.person)
    desk.post(path_of(conduit, "/assignee"), {"member": agent.pk})
    assert assignee_of(conduit) == agent
    assert "Ben" not in theirs(conduit)

    stranger = a_member(a_company(), "agent")
    answer = desk.post(path_of(conduit, "/assignee"), {"member": stranger.pk}, follow=True)
    assert "Choose one of your members. Nothing was changed." in answer.content.decode()
    assert assignee_of(conduit) == agent

    desk.post(path_of(conduit, "/assignee"), {"member": ""})
    assert assignee_of(conduit) is None


def test_both_sides_see_a_request_until_it_is_settled(agent: Any, conduit: Conduit) -> None:
    desk = browser(agent.person)
    desk.post(path_of(conduit, "/requests"), {"title": "Mend the sole"})
    request = Request.objects.get()
    assert [request.opened_by, request.opened_agent] == ["company", agent.person]
    assert "LAMO is on it: Mend the sole · just now" in theirs(conduit)
    assert "An open request: Mend the sole · just now" in at_desk(agent, conduit)

    desk.post(path_of(conduit, f"/requests/{request.pk}/close"))
    again = desk.post(path_of(conduit, f"/requests/{request.pk}/close"), follow=True)

    assert "This request is closed already." in again.content.decode()
    assert "Mend the sole" not in theirs(conduit)
    events = Event.objects.filter(type__startswith="request.")
    assert [(event.type, event.actor_kind, event.agent_id) for event in events] == [
        ("request.opened", "company", agent.person_id),
        ("request.closed", "company", agent.person_id),
    ]


def test_a_customer_s_request_says_so_on_both_pages(agent: Any, conduit: Conduit) -> None:
    open_request(conduit=conduit, title="Call me", by=By(conduit.owner))
    assert "The customer asks you to settle this: Call me" in at_desk(agent, conduit)
    assert "You asked LAMO to settle this: Call me" in theirs(conduit)


def test_while_the_line_is_paused_no_request_is_seen_or_opened(agent: Any, conduit: Conduit) -> None:
    open_request(conduit=conduit, title="Call me", by=By(conduit.owner))
    steering.pause(conduit)

    assert "Call me" not in at_desk(agent, conduit)
    answer = browser(agent.person).post(path_of(conduit, "/requests"), {"title": "Mend"}, follow=True)
    assert "Nothing can be opened or closed now: the conduit is paused." in answer.content.decode()
    assert Request.objects.count() == 1


def test_a_request_ends_with_its_conduit(conduit: Conduit) -> None:
    request = open_request(conduit=conduit, title="Call me", by=By(conduit.owner))
    steering.close(conduit)

    request.refresh_from_db()
    assert [request.status, request.closed_by] == ["closed", ""]
    assert request.closed_at is not None


def test_the_inbox_shows_and_filters_by_label_by_hand_and_by_request(
    agent: Any, company: Company, conduit: Conduit
) -> None:
    other = a_conduit(pico=a_pico(a_product(company, name="Sandal")))
    an_entry(other, "It is torn.")
    add_label(conduit=conduit, name="Refund")
    assign(conduit=conduit, member=agent)
    request = open_request(conduit=conduit, title="Money back", by=By(company))

    boot = "Boot 1 open request Refund Ben"
    assert rows(agent) == ["Sandaljust now It is torn."]
    assert rows(agent, "?label=refund") == [boot]
    assert rows(agent, "?mine") == [boot]
    assert rows(agent, "?requests") == [boot]
    assert rows(agent, "?label=VIP") == []
    close_request(request, by=By(company))
    assert rows(agent, "?requests") == []


def test_another_company_s_labels_are_not_offered(agent: Any, conduit: Conduit) -> None:
    add_label(conduit=a_conduit(), name="Theirs")
    add_label(conduit=conduit, name="Ours")

    chips = [
        one.text
        for one in read(browser(agent.person).get("/desk/lamo")).all("a")
        if "?label" in one.attributes.get("href", "")
    ]
    assert chips == ["Ours"]


def asks(conduit: Conduit, of: str) -> Question:
    then = [{"do": "ask", "of": of, "question": "Shall we mend it?", "choices": ["Yes", "No"], "within": "P2D"}]
    a_rule(conduit.company, name="Approve", then=then)
    scan(conduit)
    return Question.objects.get()


def test_the_owner_answers_on_the_thing_s_page_with_one_tap(agent: Any, conduit: Conduit) -> None:
    question = asks(conduit, "owner")
    assert "LAMO asks: Shall we mend it? Yes No" in theirs(conduit)
    assert "Shall we mend it?" not in at_desk(agent, conduit)

    owner = browser(conduit.owner)
    path = f"/things/{conduit.pico.code}/questions/{question.pk}"
    answer = owner.post(path, {"choice": "Yes"}, follow=True)
    again = owner.post(path, {"choice": "No"}, follow=True)

    assert "Your answer was “Yes”." in answer.content.decode()
    assert "It was answered already: Yes." in again.content.decode()
    assert "Shall we mend it?" not in theirs(conduit)
    question.refresh_from_db()
    assert question.choice == "Yes"


def test_the_owner_says_that_it_is_settled(agent: Any, conduit: Conduit) -> None:
    opened = open_request(conduit=conduit, title="Mend the sole", by=By(conduit.owner))
    assert "It is settled" in theirs(conduit)
    owner = browser(conduit.owner)
    path = f"/things/{conduit.pico.code}/requests/{opened.pk}"

    settled = owner.post(path, follow=True)
    again = owner.post(path, follow=True)

    assert "LAMO sees that it is settled." in settled.content.decode()
    assert "This request is closed already." in again.content.decode()
    opened.refresh_from_db()
    assert (opened.status, opened.closed_by) == ("closed", "owner")
    assert "Mend the sole" not in theirs(conduit)
    other = a_conduit(conduit.owner)
    assert owner.post(f"/things/{other.pico.code}/requests/{opened.pk}").status_code == 404


def test_an_answer_while_the_line_is_paused_is_refused_in_the_owner_s_words(conduit: Conduit) -> None:
    question = asks(conduit, "owner")
    steering.pause(conduit)

    path = f"/things/{conduit.pico.code}/questions/{question.pk}"
    answer = browser(conduit.owner).post(path, {"choice": "Yes"}, follow=True)

    assert "It cannot be answered now: the line is paused." in answer.content.decode()


def test_colleagues_answer_at_the_desk_and_the_owner_never_knows(agent: Any, conduit: Conduit) -> None:
    question = asks(conduit, "company")
    assert rows(agent) == ["Boot a question for you"]
    assert "Your rule “Approve” asks: Shall we mend it? Yes No" in at_desk(agent, conduit)
    assert "Shall we mend it?" not in theirs(conduit)
    viewer = a_member(conduit.company, "viewer")
    assert "Shall we mend it? It can be answered" in at_desk(viewer, conduit)

    answer = browser(agent.person).post(path_of(conduit, f"/questions/{question.pk}"), {"choice": "No"}, follow=True)

    assert "Your answer was “No”." in answer.content.decode()
    assert rows(agent) == []
    question.refresh_from_db()
    assert [question.choice, question.agent] == ["No", agent.person]
    drain_all()
    assert not Wait.objects.exists()
