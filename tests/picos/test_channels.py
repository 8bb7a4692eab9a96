"""An owner's links: what they allow, how they end, and that an ended one is as if it had never been."""

import datetime as dt
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from django.conf import settings
from django.db import Error, transaction
from django.test import Client

from conduits import steering
from conduits.leaving import merge_and_close, release_and_close, retire_and_close
from conduits.models import Conduit
from conduits.models.conduit import DEFAULT_GRANTS, Grant
from conduits.opening import accept_transfer, claim_and_open
from journals.by_link import write_by_link
from journals.models import Entry, Journal
from parties.errors import StateForbidsError
from picos import channels
from picos.models import Channel, ChannelUse, Event, Notice, Pico
from picos.states import set_state
from picos.transferring import offer_transfer
from tests.conduits.at_once import at_once
from tests.conftest import Api
from tests.factories import a_conduit, a_person, a_pico

pytestmark = pytest.mark.django_db

SHOP: dict[str, Any] = {"name": "Repair shop", "scope": ["page", "entries"], "expires_in_days": 7}
JSON = "application/json"


def a_channel(conduit: Conduit, **values: Any) -> tuple[Channel, str]:
    """The channel and the path of its link."""
    channel, url = channels.open_channel(pico=conduit.pico, owner=conduit.owner, **SHOP | values)
    return channel, urlsplit(url).path


def look(path: str, **headers: str) -> Any:
    return Client(headers={"Accept": JSON} | headers).get(path)


def write(path: str, body: Any = "New sole.", **headers: str) -> Any:
    return Client(headers=headers).post(path, {"body": body}, content_type=JSON)


def log(channel: Channel) -> list[str]:
    return list(channel.log.order_by("pk").values_list("what", flat=True))


def test_an_owner_opens_lists_and_ends_a_link(api: Api) -> None:
    conduit = a_conduit()
    owner, path = api(conduit.owner), f"/picos/{conduit.pico.code}/channels"
    opened = owner.post(path, SHOP | {"uses": 3})
    channel = Channel.objects.get()

    assert opened.status_code == 201
    assert set(opened.json()) == {"id", "url", "expires_at"}
    assert channel.expires_at - channel.created_at == pytest.approx(dt.timedelta(days=7), abs=dt.timedelta(seconds=5))
    assert opened.json()["url"].startswith(f"{settings.PUBLIC_URL}/channels/")
    listed = owner.get(path).json()["results"]
    assert [(one["name"], one["scope"], one["uses_left"], one["revoked_at"]) for one in listed] == [
        ("Repair shop", ["page", "entries"], 3, None)
    ]
    assert opened.json()["url"].rpartition("/")[2] not in owner.get(path).content.decode()
    link = urlsplit(opened.json()["url"]).path
    assert look(link).status_code == 200
    assert owner.delete(f"{path}/{channel.pk}").status_code == 204
    assert owner.delete(f"{path}/{channel.pk}").status_code == 204
    assert look(link).status_code == 404
    uses = owner.get(f"{path}/{channel.pk}/uses").json()["results"]
    assert [use["what"] for use in uses] == ["opened"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"scope": []}, "scope"),
        ({"scope": ["all"]}, "scope.0"),
        ({"expires_in_days": 0}, "expires_in_days"),
        ({"expires_in_days": 366}, "expires_in_days"),
        ({"expires_in_days": "7"}, "expires_in_days"),
        ({"uses": 0}, "uses"),
        ({"uses": 10**9}, "uses"),
        ({"visibility": "public"}, "visibility"),
        ({"more": 1}, "more"),
    ],
)
def test_what_makes_no_link_is_422_at_its_field(wrong: dict[str, Any], field: str, api: Api) -> None:
    conduit = a_conduit()
    answer = api(conduit.owner).post(f"/picos/{conduit.pico.code}/channels", SHOP | wrong)
    assert (answer.status_code, [*answer.json()["errors"]]) == (422, [field])
    assert not Channel.objects.exists()


def test_a_thing_has_so_many_links_at_a_time(monkeypatch: pytest.MonkeyPatch, api: Api) -> None:
    monkeypatch.setattr(channels, "MOST_OPEN", 1)
    conduit = a_conduit()
    owner, path = api(conduit.owner), f"/picos/{conduit.pico.code}/channels"
    first = owner.post(path, SHOP).json()["id"]
    assert owner.post(path, SHOP).status_code == 409
    owner.delete(f"{path}/{first}")
    assert owner.post(path, SHOP).status_code == 201


def test_somebody_with_the_link_writes_under_its_name_for_the_owner_alone(api: Api) -> None:
    conduit = a_conduit()
    channel, path = a_channel(conduit)
    answer = write(path)

    entry = Entry.objects.get()
    assert (answer.status_code, answer.json()["entry"]) == (201, str(entry.pk))
    assert (entry.author_person, entry.channel, entry.visibility, entry.kind) == (
        conduit.owner,
        channel,
        "private",
        "service",
    )
    shown = api(conduit.owner).get(f"/picos/{conduit.pico.code}/journal").json()["results"]
    assert [(one["author"], one["author_name"], one["body"]) for one in shown] == [("link", "Repair shop", "New sole.")]
    assert api(conduit.company).get(f"/picos/{conduit.pico.code}/journal").json()["results"] == []
    event = Event.objects.get(type="journal.entry_added")
    assert (event.data["author"], event.actor_kind, event.actor_id) == ("link", "anonymous", None)
    assert Notice.objects.get().text == "Repair shop wrote: New sole."
    assert log(channel) == ["wrote"]


def test_a_shared_one_reaches_the_company_as_what_the_owner_shares_and_waits_for_no_answer(api: Api) -> None:
    conduit = a_conduit()
    _, path = a_channel(conduit, visibility="shared")
    write(path)
    company = api(conduit.company)
    shown = company.get(f"/picos/{conduit.pico.code}/journal").json()["results"]
    assert [(one["author"], one["author_name"]) for one in shown] == [("link", "Repair shop")]
    assert Journal.objects.get().waiting_since is None
    steering.set_grants(conduit, [grant for grant in DEFAULT_GRANTS if grant != Grant.ENTRIES])
    assert company.get(f"/picos/{conduit.pico.code}/journal").json()["results"] == []


def test_a_link_shows_what_its_scope_allows_and_nothing_else() -> None:
    conduit = a_conduit()
    set_state(pico=conduit.pico, party=conduit.owner, key="size", value=42)
    set_state(pico=conduit.pico, party=conduit.company, key="lot", value="A")
    _, page = a_channel(conduit, scope=["page"])
    _, state = a_channel(conduit, scope=["state"])
    _, entries = a_channel(conduit, scope=["entries"])

    assert [{"page", "state"} & set(look(path).json()) for path in (page, state, entries)] == [
        {"page"},
        {"state"},
        set(),
    ]
    assert [(one["key"], one["value"]) for one in look(state).json()["state"]] == [("lot", "A"), ("size", 42)]
    for path in (page, state):
        assert write(path).status_code == 403
        assert Client().post(path, {"body": "New sole."}).status_code == 403
    assert not Entry.objects.exists()


def test_a_use_is_an_entry_and_an_opening_only_of_a_link_for_reading() -> None:
    conduit = a_conduit()
    writing, path = a_channel(conduit, uses=1)
    assert [look(path).status_code for _ in range(3)] == [200, 200, 200]
    assert [write(path).status_code for _ in range(2)] == [201, 404]
    assert look(path).status_code == 404
    assert log(writing) == ["opened", "opened", "opened", "wrote"]

    reading, path = a_channel(conduit, scope=["page"], uses=2)
    assert [look(path).status_code for _ in range(3)] == [200, 200, 404]
    assert log(reading) == ["opened", "opened"]


PERSON_ONLY = "This link is for a person to open."
UNSEEN: list[dict[str, str]] = [
    {"User_Agent": "WhatsApp/2"},
    {"Sec_Purpose": "prefetch;prerender"},
    {"X_Moz": "prefetch"},
]


@pytest.mark.parametrize("headers", UNSEEN)
def test_what_no_person_looks_at_shows_nothing_and_uses_nothing_up(headers: dict[str, str]) -> None:
    conduit = a_conduit()
    set_state(pico=conduit.pico, party=conduit.owner, key="size", value=42)
    channel, path = a_channel(conduit, scope=["page", "state"], uses=1)
    program, page = look(path, **headers), look(path, Accept="text/html", **headers)

    assert (program.status_code, program.json()) == (200, {"detail": PERSON_ONLY})
    assert page.status_code == 200
    assert PERSON_ONLY in page.content.decode()
    for told in (conduit.pico.title, "Repair shop", "Size", "42"):
        assert told not in page.content.decode()
    assert log(channel) == []
    assert look(path).json()["state"][0]["value"] == 42
    assert log(channel) == ["opened"]


def test_a_head_has_the_length_of_what_no_person_looks_at() -> None:
    channel, path = a_channel(a_conduit(), scope=["page"], uses=1)
    head, unseen = Client().head(path), look(path, Accept="text/html", User_Agent="WhatsApp/2")
    assert (head.status_code, head["Content-Length"]) == (200, unseen["Content-Length"])
    assert log(channel) == []


def test_what_is_refused_shows_nothing_that_is_not_in_the_list_of_uses() -> None:
    conduit = a_conduit()
    set_state(pico=conduit.pico, party=conduit.owner, key="size", value=42)
    reading, path = a_channel(conduit, scope=["state"], uses=1)
    refused = Client().post(path, {"body": "New sole."})
    assert (refused.status_code, conduit.pico.title in refused.content.decode()) == (403, False)
    assert (log(reading), Entry.objects.count()) == ([], 0)

    writing, path = a_channel(conduit, scope=["entries", "state"], uses=1)
    wrong = Client().post(path, {"body": ""})
    assert (wrong.status_code, "42" in wrong.content.decode()) == (422, True)
    assert (log(writing), Channel.objects.get(pk=writing.pk).uses) == (["opened"], 0)


def test_all_links_that_lead_nowhere_answer_alike() -> None:
    conduit = a_conduit()
    revoked, one = a_channel(conduit)
    channels.revoke_channel(revoked)
    _, two = a_channel(conduit, uses=1)
    write(two)
    expired, three = a_channel(conduit)
    Channel.objects.filter(pk=expired.pk).update(expires_at=expired.created_at)
    paths = [one, two, three, "/channels/none", "/channels/%F0%9F%A6%80"]

    for accept in (JSON, "text/html"):
        answers = [look(path, Accept=accept) for path in paths]
        assert {answer.status_code for answer in answers} == {404}
        # The way to the sign-in and back names the path that was asked for.
        told = [answer.content.decode().replace(path, "") for path, answer in zip(paths, answers, strict=True)]
        assert len(set(told)) == 1
        for answer in answers:
            del answer["Content-Length"]
        assert len({str(sorted(answer.headers.items())) for answer in answers}) == 1
    assert {write(path).status_code for path in paths} == {404}
    assert Entry.objects.count() == 1


def test_a_link_ends_with_its_time() -> None:
    conduit = a_conduit()
    _, path = a_channel(conduit, expires_in_days=1)
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(hours=25)):
        assert (look(path).status_code, write(path).status_code) == (404, 404)


def test_the_next_owner_inherits_no_link() -> None:
    conduit = a_conduit()
    _, path = a_channel(conduit)
    Pico.objects.filter(pk=conduit.pico_id).update(owner=a_person("Cem"))
    assert (look(path).status_code, write(path).status_code) == (404, 404)


def test_a_link_does_not_come_back_with_an_owner_who_gets_the_thing_back() -> None:
    conduit = a_conduit()
    pico, first, second = conduit.pico, conduit.owner, a_person("Cem")
    _, path = a_channel(conduit)
    accept_transfer(token=offer_transfer(pico=pico, owner=first).token, person=second)
    accept_transfer(token=offer_transfer(pico=pico, owner=second).token, person=first)
    assert (look(path).status_code, write(path).status_code) == (404, 404)


def test_a_link_does_not_come_back_with_an_owner_who_claims_again_what_they_gave_up() -> None:
    conduit = a_conduit()
    _, path = a_channel(conduit)
    release_and_close(pico=conduit.pico, owner=conduit.owner)
    claim_and_open(pico=Pico.objects.with_product().get(pk=conduit.pico_id), person=conduit.owner)
    assert (look(path).status_code, write(path).status_code) == (404, 404)


def test_a_link_ends_with_what_is_retired_or_merged_and_one_to_another_thing_does_not() -> None:
    retired = a_conduit()
    owner, product = retired.owner, retired.pico.product
    merged, into = (a_conduit(owner, a_pico(product)) for _ in range(2))
    ended, also_ended, kept = (a_channel(conduit)[0] for conduit in (retired, merged, into))
    retire_and_close(pico=retired.pico, by=owner)
    merge_and_close(pico=merged.pico, into=into.pico, by=owner)
    assert set(Channel.objects.exclude(revoked_at=None)) == {ended, also_ended}
    assert Channel.objects.get(revoked_at=None) == kept


def test_a_link_stays_with_an_owner_who_could_not_leave() -> None:
    conduit = a_conduit()
    _, path = a_channel(conduit)
    Pico.objects.filter(pk=conduit.pico_id).update(status=Pico.Status.LOST)
    with pytest.raises(StateForbidsError):
        release_and_close(pico=conduit.pico, owner=conduit.owner)
    assert look(path).status_code == 200


def test_who_guesses_is_told_to_wait() -> None:
    answers = [look("/channels/none", REMOTE_ADDR="10.0.0.1") for _ in range(21)]
    assert [answer.status_code for answer in answers] == [404] * 20 + [429]
    assert int(answers[-1]["Retry-After"]) > 0


def test_a_leaked_link_floods_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channels, "ENTRIES", 1)
    monkeypatch.setattr(channels, "OPENINGS", 1)
    _, path = a_channel(a_conduit())
    answers = [look(path), look(path), write(path), write(path)]
    assert [answer.status_code for answer in answers] == [200, 429, 201, 429]
    assert "Retry-After" in answers[3]
    assert Entry.objects.count() == 1


@pytest.mark.parametrize("headers", UNSEEN)
def test_who_does_not_look_is_throttled_as_well(headers: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channels, "OPENINGS", 1)
    _, path = a_channel(a_conduit())
    assert [look(path, **headers).status_code for _ in range(2)] == [200, 429]


@pytest.mark.parametrize("body", ["", " ", "x" * 10_001, "a\0b", 5, None, ["x"]])
def test_what_is_no_entry_is_422_and_uses_nothing_up(body: Any) -> None:
    channel, path = a_channel(a_conduit(), uses=1)
    assert write(path, body).status_code == 422
    assert (Entry.objects.count(), log(channel)) == (0, [])


@pytest.mark.parametrize(
    ("raw", "status"), [("{", 400), ("[]", 422), ('{"body": "x", "more": 1}', 422), ("[" * 5000, 400)]
)
def test_hostile_json_is_refused(raw: str, status: int) -> None:
    _, path = a_channel(a_conduit())
    assert Client().post(path, raw, content_type=JSON).status_code == status


def test_a_repeat_with_its_key_writes_once() -> None:
    _, path = a_channel(a_conduit(), uses=2)
    answers = [write(path, **{"Idempotency-Key": "one"}) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert Entry.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_gets_the_last_use() -> None:
    channel, _ = a_channel(a_conduit(), uses=1)
    results = at_once(*[lambda: write_by_link(channel=Channel.objects.get(pk=channel.pk), body="Done.")] * 2)
    assert sorted(type(result).__name__ for result in results) == ["Entry", "Http404"]
    assert (Channel.objects.get().uses, ChannelUse.objects.count(), Entry.objects.count()) == (1, 1, 1)


def test_a_use_stays_for_good() -> None:
    channel, path = a_channel(a_conduit())
    look(path)
    for change in (lambda: channel.log.update(what="wrote"), lambda: channel.log.all().delete()):
        with pytest.raises(Error, match="append-only"), transaction.atomic():
            change()


def test_a_link_s_answers_are_kept_nowhere() -> None:
    _, path = a_channel(a_conduit())
    answer = look(path)
    assert (answer["Cache-Control"], answer["Referrer-Policy"]) == ("private, no-store", "no-referrer")
    assert answer.cookies == {}
