"""Owners who want to be told of an advisory are told, each once, some each second; and of what becomes of it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from pytest_django import Settings

from conduits.advisories import publishing as advisories
from conduits.advisories import telling
from conduits.advisories.wishes import set_wish
from conduits.models import Advisory, Conduit, Telling, Told
from conduits.steering import close, pause, set_grants
from parties.models import Company, Person
from picos.models import Notice, Pico, Product
from picos.notices import notify
from picos.scanning import record_scan
from tests.conduits.at_once import at_once
from tests.conduits.reaching.reached import reach
from tests.conftest import Api
from tests.factories import a_company, a_conduit, a_person, a_pico, a_product, an_advisory, picos

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SAID: dict[str, Any] = {"title": "Recall of lot 26-03", "body": "Send them back.", "severity": "high"}


@pytest.fixture
def company() -> Company:
    return a_company()


@pytest.fixture
def product(company: Company) -> Product:
    return a_product(company)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def tell(clock: time_machine.Traveller, seconds: int = 5) -> list[int]:
    """Notices there are after each second."""
    counts = []
    for _ in range(seconds):
        telling.tell_due()
        counts.append(Notice.objects.count())
        clock.shift(timedelta(seconds=1))
    return counts


def told() -> list[tuple[str, str]]:
    return list(Notice.objects.order_by("pk").values_list("person__email", "text"))


def owners(product: Product, *emails: str) -> list[Conduit]:
    return [a_conduit(a_person(email=f"{one}@example.com"), a_pico(product)) for one in emails]


def test_each_owner_is_told_once_and_may_have_many_things(
    clock: time_machine.Traveller, company: Company, product: Product, mailoutbox: Any
) -> None:
    ann, ben = a_person(email="ann@example.com"), a_person(email="ben@example.com")
    for person, pico in zip([ann, ann, ann, ben], picos(4, product), strict=True):
        a_conduit(person, pico)
    a_conduit()
    an_advisory(company, scope={"product": product.pk})

    assert tell(clock) == [2] * 5

    text = "LAMO Footwear: Recall of lot 26-03. The glue lets go. Send them back."
    assert sorted(told()) == [("ann@example.com", text), ("ben@example.com", text)]
    notice = Notice.objects.get(person=ben)
    assert notice.path == f"/things/{notice.pico.code}#advisories"
    reach()
    assert sorted(mail.to[0] for mail in mailoutbox) == ["ann@example.com", "ben@example.com"]
    assert (Telling.objects.get().state, Told.objects.count()) == ("done", 2)


def test_so_many_a_second_and_the_desk_sees_how_far_it_is(
    clock: time_machine.Traveller, company: Company, product: Product, settings: Settings, api: Api
) -> None:
    settings.PICO_TOLD_PER_SECOND = 2
    owners(product, *"abcde")
    advisory = an_advisory(company, scope={"product": product.pk})

    def progress() -> tuple[Any, ...]:
        now = api(company).get(f"/advisories/{advisory.pk}").json()["telling"]
        return now["state"], now["told"], now["reaches"]

    assert progress() == ("under_way", 0, None)
    for _ in range(3):
        telling.tell_due()
    assert progress() == ("under_way", 2, 5)
    assert tell(clock, 4) == [2, 4, 5, 5]
    assert progress() == ("done", 5, 5)


def test_what_fails_half_way_leaves_nothing_and_goes_on_where_it_was(
    clock: time_machine.Traveller,
    company: Company,
    product: Product,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.PICO_TOLD_PER_SECOND = 2
    owners(product, *"abcde")
    an_advisory(company, scope={"product": product.pk})
    other = an_advisory(company, scope={"product": owners(a_product(company), "f")[0].pico.product_id})
    assert tell(clock, 1) == [3]
    calls = iter(range(100))

    def breaks(**values: Any) -> Notice:
        if next(calls) == 1:
            raise OSError
        return notify(**values)

    monkeypatch.setattr(telling, "notify", breaks)
    assert tell(clock, 4) == [3, 5, 6, 6]
    assert sorted(email for email, _ in told()) == [f"{one}@example.com" for one in "abcdef"]
    assert Telling.objects.get(advisory=other).state == "done"


WANTED = {("", "high"), ("high", "high"), ("all", "low"), ("all", "medium"), ("all", "high")}


@pytest.mark.parametrize("level", ["", "high", "all", "none"])
@pytest.mark.parametrize("severity", ["low", "medium", "high"])
def test_a_person_says_of_which_they_want_to_be_told(
    clock: time_machine.Traveller, company: Company, product: Product, level: str, severity: str
) -> None:
    (conduit,) = owners(product, "ann")
    if level:
        set_wish(person=conduit.owner, level=level)
    an_advisory(company, scope={"product": product.pk}, severity=severity)
    tell(clock, 1)
    assert len(told()) == Telling.objects.get().reaches == ((level, severity) in WANTED)


def test_no_company_writes_past_a_line_that_is_paused_or_closed(
    clock: time_machine.Traveller, company: Company, product: Product
) -> None:
    open_, paused, closed = owners(product, "open", "paused", "closed")
    pause(paused)
    close(closed)
    an_advisory(company, scope={"product": product.pk})
    tell(clock, 1)
    assert [email for email, _ in told()] == [open_.owner.email]


def test_only_those_whom_it_is_about_are_told(clock: time_machine.Traveller, company: Company) -> None:
    product = a_product(company)
    things = picos(3, product, serials=["A1", "A2", "A10"])
    for pico in things:
        a_conduit(a_person(email=f"{pico.serial}@example.com"), pico)
    owners(a_product(company), "other")
    an_advisory(company, scope={"serials": ["A2..A12"]})
    tell(clock, 1)
    assert sorted(email for email, _ in told()) == ["a10@example.com", "a2@example.com"]


def seen_in(conduit: Conduit, region: str, *, by: Person | None = None) -> None:
    record_scan(pico=conduit.pico, visitor=region.encode().ljust(8), person=by, region=region)


def test_a_region_takes_the_owner_s_grant_and_their_own_last_scan(
    clock: time_machine.Traveller, company: Company, product: Product, settings: Settings
) -> None:
    settings.TRUSTED_PROXIES, settings.PICO_REGION_HEADER = 1, "CF-IPCountry"
    there, moved, ungranted, unseen, finder, country = owners(
        product, "there", "moved", "ungranted", "unseen", "finder", "country"
    )
    for conduit in (there, moved, unseen, finder, country):
        set_grants(conduit, ["scans", "region"])
    for conduit in (there, moved, ungranted):
        seen_in(conduit, "DE-BY", by=conduit.owner)
    seen_in(moved, "FR", by=moved.owner)
    seen_in(there, "FR")
    seen_in(finder, "DE-BY")
    seen_in(country, "DE", by=country.owner)
    an_advisory(company, scope={"region": "DE-BY"})
    tell(clock, 1)
    assert [email for email, _ in told()] == [there.owner.email]
    an_advisory(company, scope={"region": "DE"}, title="All of it")
    tell(clock, 1)
    emails = [email for email, text in told() if "All of it" in text]
    assert sorted(emails) == sorted([there.owner.email, country.owner.email])


def test_who_was_told_hears_what_becomes_of_it(
    clock: time_machine.Traveller, company: Company, product: Product
) -> None:
    ann, ben, cem = owners(product, "ann", "ben", "cem")
    set_wish(person=cem.owner, level="none")
    advisory = an_advisory(company, scope={"product": product.pk})
    tell(clock, 2)
    Notice.objects.all().delete()
    set_wish(person=ben.owner, level="none")
    set_wish(person=cem.owner, level="all")
    (dora,) = owners(product, "dora")

    advisories.correct(advisory=advisory, **SAID | {"severity": "low", "body": "It was only a scratch."})
    tell(clock, 2)
    corrected = "LAMO Footwear corrected: Recall of lot 26-03. It was only a scratch."
    assert told() == [(ann.owner.email, corrected), (cem.owner.email, corrected)]
    Notice.objects.all().delete()
    advisories.give_all_clear(advisory=advisory, words="Wear them.")
    tell(clock, 2)
    over = "LAMO Footwear: All clear. “Recall of lot 26-03” holds no more. Wear them."
    assert told() == [(ann.owner.email, over), (cem.owner.email, over)]
    assert list(Telling.objects.order_by("pk").values_list("news", "state", "told")) == [
        ("published", "done", 2),
        ("corrected", "done", 2),
        ("ended", "done", 2),
    ]
    assert dora.owner.email not in {email for email, _ in told()}


def test_newer_news_overtake_older(
    clock: time_machine.Traveller, company: Company, product: Product, settings: Settings
) -> None:
    settings.PICO_TOLD_PER_SECOND = 2
    owners(product, *"abcde")
    advisory = an_advisory(company, scope={"product": product.pk})
    tell(clock, 1)
    advisories.withdraw(advisory=advisory, words="It was another lot.")
    tell(clock, 4)
    texts = [text.partition(".")[0] for _, text in told()]
    assert texts == ["LAMO Footwear: Recall of lot 26-03"] * 2 + ["LAMO Footwear: Withdrawn"] * 2
    assert list(Telling.objects.order_by("pk").values_list("state", "told")) == [("overtaken", 2), ("done", 2)]


def test_a_next_owner_is_not_told_for_the_one_before(
    clock: time_machine.Traveller, company: Company, product: Product
) -> None:
    (conduit,) = owners(product, "ann")
    Pico.objects.filter(pk=conduit.pico_id).update(owner=a_person())
    an_advisory(company, scope={"product": product.pk})
    tell(clock, 1)
    assert told() == []


def test_a_person_s_key_says_what_they_want_to_be_told(api: Api) -> None:
    ann = a_person()
    assert api(ann).get("/me/advisories").json() == {"tell": "high"}
    assert api(ann).put("/me/advisories", {"tell": "all"}).json() == {"tell": "all"}
    assert api(ann).get("/me/advisories").json() == {"tell": "all"}
    answer = api(ann).put("/me/advisories", {"tell": "some"})
    assert [answer.status_code, *answer.json()["errors"]] == [422, "tell"]


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_tell_nobody_twice(settings: Settings) -> None:
    settings.PICO_TOLD_PER_SECOND = 3
    company = a_company()
    product = a_product(company)
    owners(product, *"abcdefgh")
    an_advisory(company, scope={"product": product.pk})

    def work() -> int:
        (round_,) = Telling.objects.all()
        Telling.objects.filter(pk=round_.pk).update(next_at=NOW - timedelta(days=1))
        return telling.tell_some(round_.pk)

    while Telling.objects.get().under_way:
        assert all(isinstance(one, int) for one in at_once(work, work))
    assert sorted(email for email, _ in told()) == [f"{one}@example.com" for one in "abcdefgh"]
    assert (Telling.objects.get().told, Told.objects.count(), Advisory.objects.count()) == (8, 8, 1)
