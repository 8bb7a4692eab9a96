"""Transferring a thing: the next owner accepts a secret; what stays, what goes along, and what leaks to nobody."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.http import Http404
from django.test import Client

from conduits.models import Conduit
from conduits.opening import accept_transfer
from journals.models import Entry, Journal
from parties.models import Person
from picos.finding import write_to_owner
from picos.losing import report_lost
from picos.models import Event, Finder, Notice, Pico, Transfer
from picos.transferring import offer_transfer
from rules.engine.draining import drain
from rules.models import Run
from tests.conduits.at_once import at_once
from tests.conftest import Api, ApiClient
from tests.dashboards.world import a_clean_photo, an_entry, browser
from tests.factories import a_conduit, a_key, a_person, a_rule

pytestmark = pytest.mark.django_db

GONE = "There is no such thing, or it is not yours."


@pytest.fixture
def ann() -> Person:
    return a_person("Ann Former")


@pytest.fixture
def ben() -> Person:
    return a_person("Ben Next")


@pytest.fixture
def conduit(ann: Person) -> Conduit:
    return a_conduit(ann)


def offered(conduit: Conduit) -> str:
    return offer_transfer(pico=conduit.pico, owner=conduit.owner).token


def handed_over(conduit: Conduit, to: Person) -> Conduit:
    after = accept_transfer(token=offered(conduit), person=to)[1]
    assert after
    return after


def test_an_offer_is_a_secret_for_a_week_of_which_a_hash_is_kept(api: Api, conduit: Conduit) -> None:
    with time_machine.travel(datetime(2026, 11, 22, 12, tzinfo=UTC), tick=False):
        answer = api(conduit.owner).post(f"/picos/{conduit.pico.code}/transfer")
    assert answer.status_code == 201
    token = answer.json()["token"]
    assert answer.json() == {
        "token": token,
        "url": f"http://pico.test/transfers/{token}",
        "expires": "2026-11-29T12:00:00Z",
    }
    assert token.encode() not in bytes(Transfer.objects.get().token_digest)


@pytest.mark.parametrize("days", [0, 31, -1, "7", 1.5, True, None, 10**30])
def test_an_offer_is_open_for_1_to_30_days(days: Any, api: Api, conduit: Conduit) -> None:
    answer = api(conduit.owner).post(f"/picos/{conduit.pico.code}/transfer", {"expires_in_days": days})
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["expires_in_days"])
    assert not Transfer.objects.exists()


def test_the_next_owner_gets_the_thing_and_a_conduit_of_their_own(
    api: Api, conduit: Conduit, ann: Person, ben: Person
) -> None:
    answer = api(ben).post(f"/transfers/{offered(conduit)}/accept")

    after = Conduit.objects.current().get()
    assert (answer.status_code, answer.json()) == (200, {"pico": conduit.pico.code, "conduit": str(after.pk)})
    assert (after.owner, after.grants, after.status) == (ben, ["scans", "entries", "notes"], "open")
    assert (after.journal.owner, after.terms_id is not None) == (ben, True)
    assert (after.pico.owner, after.pico.status) == (ben, "claimed")
    conduit.refresh_from_db()
    conduit.journal.refresh_from_db()
    assert (conduit.status, conduit.owner, conduit.journal.owner) == ("closed", ann, ann)
    assert conduit.journal.closed_at
    assert not Transfer.objects.exists()


def test_each_event_is_of_the_owner_at_that_time_and_names_nobody(conduit: Conduit, ann: Person, ben: Person) -> None:
    after = handed_over(conduit, ben)
    closed, transferred, agreed, opened = Event.objects.filter(pico=conduit.pico).order_by("sequence")[3:]

    assert (closed.type, closed.owner, closed.actor_id) == ("conduit.closed", ann, ann.pk)
    assert (transferred.type, transferred.owner, transferred.actor_id) == ("pico.transferred", ben, ben.pk)
    assert transferred.data == {}
    assert (agreed.type, agreed.owner, agreed.cause_id) == ("conduit.terms_agreed", ben, transferred.pk)
    assert (opened.type, opened.owner, opened.cause_id) == ("conduit.opened", ben, transferred.pk)
    assert str(opened.data["conduit"]) == str(after.pk)


def test_neither_owner_reads_the_other_s_events(api: Api, conduit: Conduit, ann: Person, ben: Person) -> None:
    handed_over(conduit, ben)
    path = f"/picos/{conduit.pico.code}/events"
    seen = [event["type"] for event in api(ben).get(path).json()["results"]]
    assert seen == ["pico.transferred", "conduit.terms_agreed", "conduit.opened"]
    assert api(ann).get(path).status_code == 404


def test_the_company_reads_the_new_owner_s_events_and_entries_only(api: Api, conduit: Conduit, ben: Person) -> None:
    an_entry(conduit, "Ann’s words")
    after = handed_over(conduit, ben)
    an_entry(after, "Ben’s words")
    asking = api(conduit.company)
    entries = asking.get(f"/picos/{conduit.pico.code}/journal").json()["results"]
    events = asking.get(f"/picos/{conduit.pico.code}/events").json()["results"]
    assert [entry["body"] for entry in entries] == ["Ben’s words"]
    assert [event["type"] for event in events] == [
        "pico.transferred",
        "conduit.terms_agreed",
        "conduit.opened",
        "journal.entry_added",
    ]


def test_a_company_is_told_of_the_end_and_of_the_new_beginning(conduit: Conduit, ben: Person) -> None:
    rule = a_rule(
        conduit.company,
        when={"any": [{"event": name} for name in ("conduit.closed", "pico.transferred", "conduit.opened")]},
        on={"picos": [conduit.pico.code]},
    )
    drain()
    handed_over(conduit, ben)
    drain()
    met = Run.objects.filter(rule=rule).order_by("pk").values_list("event_type", flat=True)
    assert list(met)[-3:] == ["conduit.closed", "pico.transferred", "conduit.opened"]


def test_a_rule_of_the_old_owner_does_not_fire_for_the_new_one_s_events(
    conduit: Conduit, ann: Person, ben: Person
) -> None:
    on_it = a_rule(ann, name="On it", on={"picos": [conduit.pico.code]}, when={"event": "journal.entry_added"})
    on_all = a_rule(ann, name="On all", when={"event": "journal.entry_added"})
    his = a_rule(ben, name="His", when={"event": "journal.entry_added"})
    an_entry(handed_over(conduit, ben), "Ben’s words")
    drain()
    assert not Run.objects.filter(rule__in=[on_it, on_all]).exists()
    assert Run.objects.filter(rule=his).count() == 1


def test_what_is_marked_goes_along_without_the_old_owner_s_name(
    api: Api, conduit: Conduit, ann: Person, ben: Person
) -> None:
    an_entry(conduit, "Stays shared")
    an_entry(conduit, "Stays private", "private")
    an_entry(conduit, "New sole", pass_on=True, photos=a_clean_photo(), in_reply_to=Entry.objects.first())
    an_entry(conduit, "Size runs small", "private", pass_on=True)
    an_entry(conduit, "Sole by another maker", author=conduit.company, pass_on=True)
    an_entry(conduit, "A difficult customer", "private", author=conduit.company, pass_on=True)
    handed_over(conduit, ben)

    shown = api(ben).get(f"/picos/{conduit.pico.code}/history")
    assert [(one["author"], one["author_name"], one["body"]) for one in shown.json()["results"]] == [
        ("company", "LAMO Footwear", "Sole by another maker"),
        ("earlier_owner", "", "Size runs small"),
        ("earlier_owner", "", "New sole"),
    ]
    assert "Ann" not in shown.content.decode()
    assert shown.json()["results"][2]["in_reply_to"] is None
    photo = shown.json()["results"][2]["attachments"][0]["id"]
    for owner in (ann, ben):
        answer = api(owner).get(f"/attachments/{photo}")
        assert (answer.status_code, answer.getvalue()[:2]) == (200, b"\xff\xd8")
    assert api(a_person()).get(f"/attachments/{photo}").status_code == 404
    assert api(ben).get(f"/picos/{conduit.pico.code}/journal").json()["results"] == []


def test_a_photo_that_was_not_passed_on_stays(api: Api, conduit: Conduit, ben: Person) -> None:
    entry = an_entry(conduit, "Stays", photos=a_clean_photo())
    handed_over(conduit, ben)
    assert api(ben).get(f"/attachments/{entry.attachments.get().pk}").status_code == 404


def test_history_goes_on_to_the_one_after_the_next(api: Api, conduit: Conduit, ben: Person) -> None:
    an_entry(conduit, "First", pass_on=True)
    second = handed_over(conduit, ben)
    an_entry(second, "Second", pass_on=True)
    third = handed_over(second, a_person())
    shown = api(third.owner).get(f"/picos/{conduit.pico.code}/history").json()["results"]
    assert [one["body"] for one in shown] == ["Second", "First"]


def test_who_gets_it_back_reads_their_own_again(api: Api, conduit: Conduit, ann: Person, ben: Person) -> None:
    an_entry(conduit, "My own", "private")
    an_entry(conduit, "Not for the customer", "private", author=conduit.company)
    between = handed_over(conduit, ben)
    an_entry(between, "His", "private")
    handed_over(between, ann)
    shown = api(ann).get(f"/picos/{conduit.pico.code}/history").json()["results"]
    assert [(one["author"], one["body"]) for one in shown] == [("owner", "My own")]


def test_a_public_entry_leaves_the_page_with_its_owner(conduit: Conduit, ben: Person) -> None:
    an_entry(conduit, "For everybody", "public")
    assert "For everybody" in Client().get(f"/P/{conduit.pico.code}?stay").content.decode()
    handed_over(conduit, ben)
    assert "For everybody" not in Client().get(f"/P/{conduit.pico.code}?stay").content.decode()


def test_the_old_owner_is_told_without_a_name(conduit: Conduit, ann: Person, ben: Person) -> None:
    handed_over(conduit, ben)
    notice = Notice.objects.get(person=ann)
    assert (notice.text, notice.path) == ("Your Moccasin has its next owner.", f"/things/had/{conduit.journal_id}")


def test_a_thing_without_a_maker_goes_along_with_its_name(api: Api, ann: Person, ben: Person) -> None:
    api(ann).post("/picos", {"name": "Bicycle", "company_name": "Brook"})
    pico = Pico.objects.get()
    token = offer_transfer(pico=pico, owner=ann).token
    assert api(ben).post(f"/transfers/{token}/accept").json() == {"pico": pico.code, "conduit": None}
    pico.refresh_from_db()
    assert (pico.owner, pico.name) == (ben, "Bicycle")
    assert Journal.objects.get(closed_at=None).owner == ben


def test_an_owner_s_own_name_for_it_does_not_go_along(conduit: Conduit, ben: Person) -> None:
    Pico.objects.update(name="Ann’s old shoe")
    handed_over(conduit, ben)
    assert Pico.objects.get().name == ""


def secrets_that_do_not_work(conduit: Conduit, ben: Person) -> list[str]:
    replaced, withdrawn = offered(conduit), offered(conduit)
    ApiClient(a_key(conduit.owner)).delete(f"/picos/{conduit.pico.code}/transfer")
    used = offered(conduit)
    after = accept_transfer(token=used, person=ben)[1]
    assert after
    expired = offered(after)
    Transfer.objects.update(created_at=datetime.now(UTC) - timedelta(days=9), expires_at=datetime.now(UTC))
    return ["x", "é" * 90, "%ff", replaced, withdrawn, used, expired]


def test_secrets_that_do_not_work_are_alike(api: Api, conduit: Conduit, ben: Person) -> None:
    asking = api(a_person())
    before = Pico.objects.get().owner
    tokens = secrets_that_do_not_work(conduit, ben)
    answers = [asking.post(f"/transfers/{token}/accept") for token in tokens]
    assert {(answer.status_code, answer.content) for answer in answers} == {(404, answers[0].content)}
    assert answers[0].json()["detail"] == GONE
    pages = [browser(a_person()).get(f"/transfers/{token}") for token in tokens]
    assert {page.status_code for page in pages} == {404}
    assert Pico.objects.get().owner == ben != before


def test_what_is_yours_already_is_409(api: Api, conduit: Conduit) -> None:
    answer = api(conduit.owner).post(f"/transfers/{offered(conduit)}/accept")
    assert (answer.status_code, answer.json()["detail"]) == (409, "It is yours already.")
    assert Transfer.objects.exists()


def test_what_is_lost_is_neither_offered_nor_accepted(api: Api, conduit: Conduit, ben: Person) -> None:
    token = offered(conduit)
    report_lost(pico=conduit.pico, message="x")
    lost = "It is reported lost. Say first that it is back."
    for answer in (
        api(conduit.owner).post(f"/picos/{conduit.pico.code}/transfer"),
        api(ben).post(f"/transfers/{token}/accept"),
    ):
        assert (answer.status_code, answer.json()["detail"]) == (409, lost)
    assert Pico.objects.get().owner == conduit.owner


def test_what_is_not_offered_cannot_be_withdrawn(api: Api, conduit: Conduit) -> None:
    answer = api(conduit.owner).delete(f"/picos/{conduit.pico.code}/transfer")
    assert (answer.status_code, answer.json()["detail"]) == (409, "It is not offered to anybody.")


def test_a_finder_of_the_old_owner_s_writes_to_nobody_any_more(conduit: Conduit, ben: Person) -> None:
    _, token = write_to_owner(pico=conduit.pico, visitor=bytes(8), message="I have it.")
    handed_over(conduit, ben)
    page = browser().post(f"/found/{token}", {"body": "Hello?"})
    assert page.status_code == 422
    assert "It has changed hands since" in page.content.decode()
    assert Finder.objects.get().messages.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_acceptances_at_once_one_wins() -> None:
    conduit = a_conduit()
    token = offered(conduit)
    keys = [a_key(a_person()) for _ in range(4)]
    answers = at_once(*[lambda key=key: ApiClient(key).post(f"/transfers/{token}/accept") for key in keys])
    assert sorted(answer.status_code for answer in answers) == [200, 404, 404, 404]
    assert Event.objects.filter(type="pico.transferred").count() == 1
    assert Conduit.objects.current().count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_acceptance_and_a_withdrawal_at_once_do_not_both_count() -> None:
    conduit = a_conduit()
    token, key, next_key = offered(conduit), a_key(conduit.owner), a_key(a_person())
    accepted, withdrawn = at_once(
        lambda: ApiClient(next_key).post(f"/transfers/{token}/accept").status_code,
        lambda: ApiClient(key).delete(f"/picos/{conduit.pico.code}/transfer").status_code,
    )
    assert (accepted, withdrawn) in {(200, 404), (200, 409), (404, 204)}
    assert (Pico.objects.get().owner != conduit.owner) is (accepted == 200)


def test_a_withdrawn_secret_accepts_nothing(conduit: Conduit, ben: Person) -> None:
    token = offered(conduit)
    Transfer.objects.all().delete()
    with pytest.raises(Http404):
        accept_transfer(token=token, person=ben)
