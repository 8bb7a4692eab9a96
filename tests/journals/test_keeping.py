"""The journal: written for good, by two sides, each seeing what is theirs to see."""

from datetime import datetime
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from conduits import steering
from conduits.models import Conduit
from journals import appending
from journals.appending import ANSWER_WAITS, EntryDraft, write_entries
from journals.keeping import mark_read, open_journal_of, settle
from journals.models import Entry, Journal
from parties.actors import Actor
from parties.errors import StateForbidsError
from parties.models import Company, Person
from picos.models import Event, Notice
from tests.conftest import Api
from tests.factories import a_conduit, a_member, a_person
from tests.journals.writing import an_entry

pytestmark = pytest.mark.django_db

THINGS_UNSEEN: dict[str, Any] = {
    "in_reply_to": None,
    "reply_to_event": None,
    "by_rule": False,
    "pass_on": False,
    "attachments": [],
}


def bodies(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [row["body"] for row in answer.json()["results"]]


def path(conduit: Conduit) -> str:
    return f"/picos/{conduit.pico.code}/journal"


def test_an_owner_s_entry_is_kept_and_shown_to_both_sides(api: Api) -> None:
    conduit = a_conduit()
    answer = api(conduit.owner).post(path(conduit), {"body": " The sole came off. ", "visibility": "shared"})

    entry = Entry.objects.get()
    assert answer.status_code == 201
    assert answer.json() == THINGS_UNSEEN | {
        "id": str(entry.pk),
        "author": "owner",
        "author_name": "",
        "kind": "note",
        "visibility": "shared",
        "body": "The sole came off.",
        "data": {},
        "at": entry.at.isoformat().replace("+00:00", "Z"),
    }
    for side in (conduit.owner, conduit.company):
        assert api(side).get(path(conduit)).json() == {"results": [answer.json()], "next": None}


def test_a_company_s_entry_names_it_and_never_a_person_of_it(api: Api) -> None:
    conduit = a_conduit()
    answer = api(conduit.company).post(path(conduit), {"body": "Thank you.", "visibility": "shared", "kind": "answer"})
    assert (answer.json()["author"], answer.json()["author_name"]) == ("company", conduit.company.name)
    assert answer.json()["kind"] == "answer"
    member = a_member(conduit.company)
    an_entry(conduit, "company", agent=member.person, body="And again.")
    shown = api(conduit.owner).get(path(conduit)).content.decode()
    assert str(member.person) not in shown
    assert str(member.person.pk) not in shown


def test_an_owner_s_name_and_address_are_not_in_what_a_company_reads(api: Api) -> None:
    conduit = a_conduit(a_person("Annabella", "annabella@example.com"))
    an_entry(conduit)
    assert "nnabella" not in api(conduit.company).get(path(conduit)).content.decode()


def test_the_event_of_an_entry_says_that_there_is_one_and_not_what_it_says() -> None:
    conduit = a_conduit()
    entry = an_entry(conduit, body="The sole came off.", kind="question")
    event = Event.objects.get(type="journal.entry_added")
    assert event.data == {"entry": str(entry.pk), "visibility": "shared", "kind": "question", "author": "owner"}
    assert (event.actor_kind, event.actor_id) == ("person", conduit.owner_id)
    agent = a_member(conduit.company).person
    an_entry(conduit, "company", agent=agent)
    event = Event.objects.filter(type="journal.entry_added").order_by("sequence").last()  # type: ignore[assignment]
    assert (event.actor_kind, event.actor_id, event.agent_id) == ("company", conduit.company_id, agent.pk)


def test_what_a_rule_writes_is_the_rule_s(api: Api) -> None:
    conduit = a_conduit()
    rule_id = conduit.pk
    an_entry(conduit, rule_id=rule_id)
    event = Event.objects.get(type="journal.entry_added")
    assert (event.actor_kind, event.actor_id) == (Actor.of_rule(rule_id).kind, rule_id)
    assert api(conduit.owner).get(path(conduit)).json()["results"][0]["by_rule"] is True


@pytest.mark.parametrize("change", [{"body": "other"}, {"visibility": "public"}, {"at": timezone.now()}])
def test_an_entry_is_never_changed_or_deleted(change: dict[str, Any]) -> None:
    entry = an_entry(a_conduit())
    before = Entry.objects.values().get()
    for attempt in (lambda: Entry.objects.update(**change), lambda: Entry.objects.all().delete(), entry.delete):
        with pytest.raises(DatabaseError, match="journals_entry is append-only"), transaction.atomic():
            attempt()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM journals_entry")
    assert Entry.objects.values().get() == before


def test_there_is_no_door_to_change_an_entry(api: Api) -> None:
    conduit = a_conduit()
    entry = an_entry(conduit)
    for method in ("PUT", "PATCH", "DELETE"):
        assert api(conduit.owner).send(method, path(conduit)).status_code == 405
        assert api(conduit.owner).send(method, f"{path(conduit)}/{entry.pk}").status_code == 404


def test_an_empty_entry_is_422_at_its_body(api: Api) -> None:
    conduit = a_conduit()
    for side in (conduit.owner, conduit.company):
        for body in ({}, {"body": ""}, {"body": " \n\t "}):
            answer = api(side).post(path(conduit), body | {"visibility": "shared"})
            why = "There is nothing in it yet: write something or add a photo."
            assert (answer.status_code, answer.json()["errors"]) == (422, {"body": [why]})
    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"visibility": "secret"}, "visibility"),
        ({"visibility": None}, "visibility"),
        ({"kind": "complaint"}, "kind"),
        ({"body": "x" * 10_001}, "body"),
        ({"body": "a\0"}, "body"),
        ({"in_reply_to": "x"}, "in_reply_to"),
        ({"in_reply_to": "01a20039-9d91-730f-a1f5-ea83e5b7582b"}, "in_reply_to"),
        ({"attachments": ["data:image/png;base64,"]}, "attachments"),
        ({"pass_on": "perhaps"}, "pass_on"),
        ({"pass_on": "yes"}, "pass_on"),
        ({"pass_on": 1}, "pass_on"),
        ({"author": "company"}, "author"),
    ],
)
def test_an_entry_that_cannot_be_taken_is_422_at_its_field(values: dict[str, Any], field: str, api: Api) -> None:
    conduit = a_conduit()
    for side in (conduit.owner, conduit.company):
        answer = api(side).post(path(conduit), {"body": "x", "visibility": "shared"} | values)
        assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])
    assert not Entry.objects.exists()


def test_the_longest_entry_is_taken_whole(api: Api) -> None:
    conduit = a_conduit()
    text = "ä" * 10_000
    assert api(conduit.owner).post(path(conduit), {"body": text, "visibility": "private"}).json()["body"] == text


def test_a_company_cannot_make_public_what_is_on_somebody_s_thing(api: Api) -> None:
    conduit = a_conduit()
    answer = api(conduit.company).post(path(conduit), {"body": "x", "visibility": "public"})
    assert (answer.status_code, answer.json()["errors"]) == (
        422,
        {"visibility": ["Only its owner can make an entry public."]},
    )
    assert not Entry.objects.exists()


# Who sees what of whom: the owner's side in the first column, the company's in the second, everybody in the third.
@pytest.mark.parametrize(
    ("author", "visibility", "owner", "company", "everybody"),
    [
        ("owner", "private", True, False, False),
        ("owner", "shared", True, True, False),
        ("owner", "public", True, True, True),
        ("company", "private", False, True, False),
        ("company", "shared", True, True, False),
    ],
)
def test_who_sees_an_entry(
    author: str,
    visibility: str,
    owner: bool,
    company: bool,
    everybody: bool,
    api: Api,
) -> None:
    conduit = a_conduit()
    an_entry(conduit, author, visibility=visibility, body="The words.")
    assert (bodies(api(conduit.owner).get(path(conduit))) == ["The words."]) is owner
    assert (bodies(api(conduit.company).get(path(conduit))) == ["The words."]) is company
    assert (list(conduit.journal.entries.public()) != []) is everybody


def test_a_company_s_private_words_reach_the_owner_in_no_way(api: Api) -> None:
    conduit = a_conduit()
    entry = an_entry(conduit, "company", visibility="private", body="A difficult customer.")
    asking = api(conduit.owner)
    answers = [asking.get(path(conduit)), asking.get(f"/picos/{conduit.pico.code}/events")]
    for answer in answers:
        assert str(entry.pk) not in answer.content.decode()
    assert [event["type"] for event in answers[1].json()["results"]] == [
        "pico.claimed",
        "conduit.terms_agreed",
        "conduit.opened",
    ]
    assert not Notice.objects.exists()
    reply = asking.post(path(conduit), {"body": "x", "visibility": "shared", "in_reply_to": str(entry.pk)})
    assert (reply.status_code, list(reply.json()["errors"])) == (422, ["in_reply_to"])


def test_an_owner_s_private_words_reach_the_company_in_no_way(api: Api) -> None:
    conduit = a_conduit()
    entry = an_entry(conduit, visibility="private", body="I shall sell it.")
    asking = api(conduit.company)
    answers = [asking.get(path(conduit)), asking.get(f"/picos/{conduit.pico.code}/events")]
    for answer in answers:
        assert str(entry.pk) not in answer.content.decode()
    assert [event["type"] for event in answers[1].json()["results"]] == [
        "pico.claimed",
        "conduit.terms_agreed",
        "conduit.opened",
    ]
    reply = asking.post(path(conduit), {"body": "x", "visibility": "shared", "in_reply_to": str(entry.pk)})
    assert (reply.status_code, list(reply.json()["errors"])) == (422, ["in_reply_to"])


def test_without_the_grant_a_company_reads_only_its_own_words(api: Api) -> None:
    conduit = a_conduit()
    for author, visibility in (("owner", "shared"), ("owner", "public"), ("company", "shared"), ("company", "private")):
        an_entry(conduit, author, visibility=visibility, body=f"{author} {visibility}")
    steering.set_grants(conduit, [])
    assert bodies(api(conduit.company).get(path(conduit))) == ["company private", "company shared"]
    steering.set_grants(conduit, ["entries"])
    assert len(bodies(api(conduit.company).get(path(conduit)))) == 4


def test_private_entries_pass_when_the_owner_grants_them(api: Api) -> None:
    conduit = a_conduit()
    an_entry(conduit, visibility="private")
    steering.set_grants(conduit, ["entries", "private_entries"])
    assert bodies(api(conduit.company).get(path(conduit))) == ["Hello"]


@pytest.mark.parametrize(("verb", "state"), [(steering.pause, "paused"), (steering.close, "closed")])
def test_through_a_shut_conduit_a_company_neither_reads_nor_writes(verb: Any, state: str, api: Api) -> None:
    conduit = a_conduit()
    an_entry(conduit)
    an_entry(conduit, "company")
    verb(conduit)
    assert bodies(api(conduit.company).get(path(conduit))) == []
    answer = api(conduit.company).post(path(conduit), {"body": "x", "visibility": "shared"})
    assert (answer.status_code, answer.json()["detail"].startswith("You cannot write now: ")) == (409, True)
    assert bodies(api(conduit.owner).get(path(conduit))) == ["Hello", "Hello"]
    assert api(conduit.owner).post(path(conduit), {"body": "x", "visibility": "shared"}).status_code == 201


def test_an_answer_is_tied_to_what_it_answers(api: Api) -> None:
    conduit = a_conduit()
    question = an_entry(conduit, kind="question")
    body = {"body": "Yes.", "visibility": "shared", "in_reply_to": str(question.pk)}
    assert api(conduit.company).post(path(conduit), body).json()["in_reply_to"] == str(question.pk)


def test_an_entry_of_another_journal_cannot_be_answered(api: Api) -> None:
    conduit, other = a_conduit(), a_conduit()
    theirs = an_entry(other)
    for side in (conduit.owner, conduit.company):
        body = {"body": "x", "visibility": "shared", "in_reply_to": str(theirs.pk)}
        answer = api(side).post(path(conduit), body)
        assert answer.json()["errors"] == {"in_reply_to": ["There is no such entry in this journal."]}


def test_a_closed_journal_takes_nothing_more(api: Api) -> None:
    conduit = a_conduit()
    Journal.objects.update(closed_at=timezone.now())
    with pytest.raises(StateForbidsError, match="This journal is closed."):
        an_entry(conduit)
    assert api(conduit.owner).post(path(conduit), {"body": "x", "visibility": "shared"}).status_code == 404
    assert open_journal_of(conduit.pico) is None
    assert (Entry.objects.count(), Event.objects.filter(type="journal.entry_added").count()) == (0, 0)


def test_what_the_owner_shares_waits_for_an_answer_since_the_first_of_it() -> None:
    conduit = a_conduit()

    def waiting() -> Any:
        return Journal.objects.get().waiting_since

    an_entry(conduit, visibility="private")
    assert waiting() is None
    first = an_entry(conduit)
    an_entry(conduit)
    assert waiting() == first.at
    an_entry(conduit, "company", visibility="private")
    an_entry(conduit, "company", rule_id=conduit.pk)
    assert waiting() == first.at
    an_entry(conduit, "company")
    assert waiting() is None
    again = an_entry(conduit)
    assert waiting() == again.at
    settle(conduit.journal)
    assert waiting() is None


def test_each_side_has_read_up_to_the_newest_entry_that_it_was_shown(django_assert_num_queries: Any) -> None:
    conduit = a_conduit()
    older, newer = an_entry(conduit), an_entry(conduit)

    def read(by: Company | Person, *shown: Entry) -> tuple[datetime | None, datetime | None]:
        mark_read(journal=Journal.objects.get(), by=by, shown=shown)
        journal = Journal.objects.get()
        return journal.owner_read_at, journal.company_read_at

    assert read(conduit.owner) == (None, None)
    assert read(conduit.owner, older) == (older.at, None)
    assert read(conduit.company, newer, older) == (older.at, newer.at)
    assert read(conduit.owner, newer, older) == (newer.at, newer.at)
    assert read(conduit.owner, older) == (newer.at, newer.at)

    stale = Journal.objects.get()
    stale.owner_read_at = None
    mark_read(journal=stale, by=conduit.owner, shown=[older])
    assert Journal.objects.get().owner_read_at == newer.at
    with django_assert_num_queries(0):
        mark_read(journal=Journal(owner_read_at=newer.at), by=conduit.owner, shown=[newer])


def test_an_entry_that_waited_for_its_turn_counts_as_read_too() -> None:
    conduit = a_conduit()
    ends: dict[str, Any] = {"journal": conduit.journal, "author": conduit.company, "visibility": "shared"}
    waited, overtook = EntryDraft(**ends, body="I came first."), EntryDraft(**ends, body="I was written first.")
    with transaction.atomic():
        write_entries([overtook])
        write_entries([waited])
    shown = list(conduit.journal.entries.all())
    assert [entry.pk for entry in shown] == [overtook.id, waited.id]
    assert shown[0].at < shown[1].at
    mark_read(journal=conduit.journal, by=conduit.owner, shown=shown)
    assert Journal.objects.get().owner_read_at == shown[1].at


def test_the_owner_gets_a_notice_of_the_company_s_words_that_waits_a_moment() -> None:
    conduit = a_conduit()
    before = timezone.now()
    an_entry(conduit, "company", body="The sole has a new maker. " * 10)
    notice = Notice.objects.get()
    assert (notice.person, notice.pico) == (conduit.owner, conduit.pico)
    assert notice.text.startswith("LAMO Footwear wrote: The sole has a new maker. The sole")
    assert notice.text.endswith("…")
    assert len(notice.text) <= len("LAMO Footwear wrote: ") + 120
    assert notice.due_at
    assert notice.due_at - before >= ANSWER_WAITS
    an_entry(conduit)
    assert Notice.objects.count() == 1


@pytest.mark.parametrize(
    ("author", "visibility", "owner", "company"),
    [
        ("owner", "private", True, False),
        ("owner", "shared", True, True),
        ("owner", "public", True, True),
        ("company", "private", False, True),
        ("company", "shared", True, True),
    ],
)
def test_only_the_pages_of_those_who_may_see_it_are_rung(
    author: str,
    visibility: str,
    owner: bool,
    company: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    conduit = a_conduit()
    announced: set[str] = set()
    monkeypatch.setattr(appending, "announce", lambda *topics: announced.update(topics))
    an_entry(conduit, author, visibility=visibility)
    expected = {f"journal:{conduit.journal_id}:owner", f"person:{conduit.owner_id}"} if owner else set()
    if company:
        expected |= {f"journal:{conduit.journal_id}:company", f"company:{conduit.company_id}"}
    assert announced == expected


def test_a_thing_without_a_maker_has_a_journal_that_is_its_owner_s_alone(api: Api) -> None:
    asking = api(a_person())
    code = asking.post("/picos", {"name": "Bicycle"}).json()["code"]
    assert asking.post(f"/picos/{code}/journal", {"body": "New chain.", "visibility": "shared"}).status_code == 201
    assert bodies(asking.get(f"/picos/{code}/journal")) == ["New chain."]


def test_a_journal_is_read_with_few_queries_however_long_it_is(api: Api, django_assert_num_queries: Any) -> None:
    conduit = a_conduit()
    for number in range(60):
        an_entry(conduit, ("owner", "company")[number % 2])
    owner, company = api(conduit.owner), api(conduit.company)
    # The key, its use, the throttle; the pico, its journal; the entries and their photos.
    with django_assert_num_queries(7):
        assert len(bodies(owner.get(path(conduit)))) == 50
    # As above, with the conduit in place of the journal; and the head of the access log, whose line goes past Django.
    with django_assert_num_queries(11):
        assert len(bodies(company.get(path(conduit)))) == 50


def test_an_entry_of_nobody_or_of_two_cannot_be_kept() -> None:
    conduit = a_conduit()
    for values in ({}, {"author_person": conduit.owner, "author_company": conduit.company}):
        with pytest.raises(DatabaseError, match="entry_has_one_author"), transaction.atomic():
            Entry.objects.create(journal=conduit.journal, visibility="shared", body="x", **values)


def test_a_pico_has_one_open_journal() -> None:
    conduit = a_conduit()
    with pytest.raises(DatabaseError, match="journal_open_once"), transaction.atomic():
        Journal.objects.create(pico=conduit.pico, owner=a_person())
