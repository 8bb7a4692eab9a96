"""Keeping events is the default; what is forgotten is only what was asked for, and months can be taken out."""

import io
import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection
from django.test import Client
from pytest_django import Settings

from parties.errors import RefusedError
from parties.models import Company
from picos import retention
from picos.models import Event, Pending, Pico
from picos.partitions import bound, make_partitions
from picos.retention import keep_for
from picos.tasks import forget_events
from tests.dashboards.world import browser, read
from tests.factories import a_company, a_conduit, a_member, a_pico

pytestmark = pytest.mark.django_db

NOW = datetime(2027, 6, 15, tzinfo=UTC)
INSERT = """
INSERT INTO picos_event (id, type, pico_id, owner_id, company_id, data, actor_kind, root_id, depth)
VALUES (%(id)s, 'pico.scanned', %(pico)s, %(owner)s, %(company)s, '{}', 'anonymous', %(id)s, 0)
"""


@pytest.fixture(autouse=True)
def _in_june_2027() -> Any:
    """With partitions from January to June."""
    for month in range(1, 6):
        with time_machine.travel(datetime(2027, month, 2, tzinfo=UTC), tick=False):
            make_partitions(months_ahead=1)
    with time_machine.travel(NOW, tick=False):
        yield


def an_event_of(month: int, pico: Pico, number: int = 1) -> UUID:
    id_ = UUID(int=UUID(bound(datetime(2027, month, 1, tzinfo=UTC))).int + number)
    assert pico.product
    values = {"id": id_, "pico": pico.pk, "owner": pico.owner_id, "company": pico.product.company_id}
    with connection.cursor() as cursor:
        cursor.execute(INSERT, values)
    return id_


def kept() -> set[UUID]:
    return set(Event.objects.filter(type="pico.scanned").values_list("pk", flat=True))


def tables() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relname LIKE 'picos_event_2027%%' AND relkind = 'r'")
        return {name for (name,) in cursor.fetchall()}


def test_by_default_everything_is_kept() -> None:
    pico = a_pico()
    events = {an_event_of(month, pico) for month in range(1, 7)}
    forget_events()
    assert kept() == events


def test_what_the_law_asks_goes_with_its_month(settings: Settings) -> None:
    settings.PICO_KEEP_MONTHS = 3
    owned, pico = a_conduit().pico, a_pico()
    events = {
        (month, which.pk): an_event_of(month, which, which is owned) for month in range(1, 7) for which in (owned, pico)
    }
    Pending.objects.create(party=UUID(int=1), event_id=events[1, pico.pk], lane=0, sequence=1)
    connection.check_constraints()
    forget_events()
    assert kept() == {event for (month, _), event in events.items() if month >= 3}
    assert min(tables()) == "picos_event_2027_03"
    assert not Pending.objects.filter(event_id=events[1, pico.pk]).exists()
    forget_events()


def test_what_a_company_forgets_is_nobody_else_s(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    mine, theirs = a_pico(), a_pico()
    assert mine.product
    owned = a_conduit(pico=a_pico(mine.product)).pico
    gone = {an_event_of(month, mine, number) for month in (1, 2, 3) for number in range(1, 4)}
    stay = {an_event_of(1, theirs, 7), an_event_of(1, owned, 8), an_event_of(4, mine), an_event_of(6, mine)}
    waiting = an_event_of(2, mine, 9)
    Pending.objects.create(party=UUID(int=1), event_id=waiting, lane=0, sequence=1)
    assert kept() == gone | stay | {waiting}
    keep_for(mine.product.company, 2)

    forget_events()

    assert kept() == stay | {waiting}


def test_what_is_a_company_s_own_matter_stays() -> None:
    pico = a_pico()
    assert pico.product
    an_event_of(1, pico)
    own = UUID(int=UUID(bound(datetime(2027, 1, 1, tzinfo=UTC))).int + 2)
    with connection.cursor() as cursor:
        cursor.execute(INSERT, {"id": own, "pico": None, "owner": None, "company": pico.product.company_id})
    keep_for(pico.product.company, 2)
    forget_events()
    assert kept() == {own}


def test_what_lies_in_no_month_s_partition_is_forgotten_too() -> None:
    pico = a_pico()
    assert pico.product
    old = UUID(int=UUID(bound(datetime(2020, 1, 1, tzinfo=UTC))).int + 1)
    young = UUID(int=UUID(bound(datetime(2030, 1, 1, tzinfo=UTC))).int + 1)
    with connection.cursor() as cursor:
        for id_ in (old, young):
            cursor.execute(INSERT, {"id": id_, "pico": pico.pk, "owner": None, "company": pico.product.company_id})
        cursor.execute("SELECT count(*) FROM picos_event_default")
        assert cursor.fetchone() == (2,)
    keep_for(pico.product.company, 2)
    forget_events()
    assert kept() == {young}


def test_a_company_or_month_that_fails_stops_no_other(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    picos = [a_pico() for _ in range(3)]
    events = {pico.pk: an_event_of(3, pico, number) for number, pico in enumerate(picos)}
    months = [an_event_of(month, picos[0], 7) for month in (1, 2)]
    first, *rest = Company.objects.all()
    for company in (first, *rest):
        keep_for(company, 2)
    settings.PICO_KEEP_MONTHS = 3
    forget, drop = retention._forget, retention._drop

    def forget_but_of_first(name: str, *values: Any) -> list[UUID]:
        if first in values:
            raise ValueError(name)
        return forget(name, *values)

    def drop_but_january(name: str) -> None:
        if name.endswith("_01"):
            raise ValueError(name)
        drop(name)

    monkeypatch.setattr(retention, "_forget", forget_but_of_first)
    monkeypatch.setattr(retention, "_drop", drop_but_january)
    connection.check_constraints()
    forget_events()

    mine = {events[pico.pk] for pico in picos if pico.product and pico.product.company_id == first.pk}
    assert kept() - {*months} == mine
    assert months[1] not in kept()
    assert "picos_event_2027_01 cannot be dropped now" in caplog.messages
    assert f"picos_event_2027_03: events of company {first.pk} cannot be forgotten now" in caplog.messages


def test_months_before_1970_are_bounded_by_the_smallest_id() -> None:
    assert UUID(bound(datetime(1969, 12, 1, tzinfo=UTC))) == UUID(int=0)
    assert UUID(bound(datetime(1, 1, 1, tzinfo=UTC))) == UUID(int=0)


@pytest.mark.parametrize("now", [datetime(2010, 1, 1, tzinfo=UTC), NOW])
def test_the_longest_time_can_be_kept(now: datetime, settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    pico = a_pico()
    event = an_event_of(1, pico)
    assert pico.product
    keep_for(pico.product.company, 600)
    settings.PICO_KEEP_MONTHS = 10**6
    with time_machine.travel(now, tick=False):
        forget_events()
    assert kept() == {event}
    assert not caplog.messages


@pytest.mark.parametrize("months", [0, -1, 601])
def test_so_many_months_cannot_be_kept(months: int) -> None:
    company = a_company()
    with pytest.raises(RefusedError, match="It takes 1 to 600 months"):
        keep_for(company, months)
    assert Company.objects.get().keep_months is None


@pytest.mark.parametrize("months", [0, 601])
def test_the_database_has_no_company_that_keeps_so_many(months: int) -> None:
    a_company()
    with pytest.raises(IntegrityError, match="company_keeps_some_months"):
        Company.objects.update(keep_months=months)


def test_an_admin_sets_it_at_the_desk() -> None:
    company = a_company(slug="lamo")
    admin: Client = browser(a_member(company, role="admin").person)
    assert admin.post("/desk/lamo/keeping", {"keep_months": "24"}).status_code == 302
    assert Company.objects.get().keep_months == 24
    assert 'value="24"' in admin.get("/desk/lamo/keeping").content.decode()
    wrong = admin.post("/desk/lamo/keeping", {"keep_months": "0"})
    assert (wrong.status_code, read(wrong).errors) == (422, {"keep_months": ["At least 1."]})
    admin.post("/desk/lamo/keeping", {"keep_months": ""})
    assert Company.objects.get().keep_months is None


def test_a_month_is_taken_out_whole_and_stays_a_table() -> None:
    pico = a_pico()
    events = [an_event_of(month, pico) for month in (1, 2)]
    out = io.StringIO()
    call_command("detach_month", "2027-01", stdout=out)
    assert json.loads(out.getvalue()) == {"table": "picos_event_2027_01"}
    assert kept() == {events[1]}
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM picos_event_2027_01")
        assert cursor.fetchall() == [(events[0],)]


@pytest.mark.parametrize(
    ("month", "why"),
    [
        ("2027-06", "2027-06 is not over."),
        ("2027-08", "2027-08 is not over."),
        ("2020-01", "There is no partition of 2020-01."),
        ("2027-02", "Some events of 2027-02 still wait for the rules."),
        ("2027-13", "'2027-13' is no month; write it as 2026-01."),
        ("x", "'x' is no month; write it as 2026-01."),
    ],
)
def test_a_month_that_cannot_be_taken_out_is_said(month: str, why: str) -> None:
    Pending.objects.create(party=UUID(int=1), event_id=an_event_of(2, a_pico()), lane=0, sequence=1)
    before = tables()
    with pytest.raises(CommandError, match=why):
        call_command("detach_month", month)
    assert tables() == before
    assert len(kept()) == 1
