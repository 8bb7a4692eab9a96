"""The link that ends such mails: signed by us, one tap in a mailbox (RFC 8058), nothing by merely opening it."""

from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from django.core.mail import EmailMessage
from django.test import Client

from conduits.models import Mute, Reach, Way
from conduits.reaching.unsubscribing import token_for
from parties.models import Company, Person
from picos.models import Notice
from tests.conduits.reaching.reached import a_notice, from_company, reach, wishes
from tests.dashboards.world import browser, read, written
from tests.factories import a_company, a_person

pytestmark = pytest.mark.django_db


def link_in(mail: EmailMessage) -> str:
    assert mail.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    header = mail.extra_headers["List-Unsubscribe"]
    assert header.startswith("<http://pico.test/unsubscribe/")
    assert header[1:-1] in str(mail.body)
    return str(urlsplit(header[1:-1]).path)


def one_click(path: str) -> Any:
    """As a mailbox sends it: no cookie, no token of a form's."""
    return Client(enforce_csrf_checks=True).post(path, {"List-Unsubscribe": "One-Click"})


def test_a_mail_s_link_mutes_the_company_that_wrote(ann: Person, lamo: Company, mailoutbox: list[EmailMessage]) -> None:
    from_company(lamo, ann)
    reach()
    answer = one_click(link_in(mailoutbox[0]))
    assert (answer.status_code, read(answer).heading) == (
        200,
        "You will get no more messages from LAMO Footwear, its warnings included",
    )
    assert list(Mute.objects.values_list("person", "company")) == [(ann.pk, lamo.pk)]
    from_company(lamo, ann)
    reach()
    assert len(mailoutbox) == 1
    assert "No more messages from LAMO Footwear, its warnings included: http" in str(mailoutbox[0].body)


def test_one_without_a_company_mutes_its_kind(ann: Person, mailoutbox: list[EmailMessage]) -> None:
    a_notice(ann, kind=Notice.Kind.FINDER)
    reach()
    path = link_in(mailoutbox[0])
    page = read(browser().get(path))
    assert page.heading == "No more messages of this kind: what finders write to you?"
    one_click(path)
    assert Reach.objects.get().muted_kinds == ["finder"]


def test_one_of_several_switches_the_way_off(
    clock: time_machine.Traveller, ann: Person, lamo: Company, mailoutbox: list[EmailMessage]
) -> None:
    wishes(ann, digest="daily")
    from_company(lamo, ann)
    from_company(a_company("Fibre"), ann)
    a_notice(ann, kind=Notice.Kind.FINDER)
    reach()
    clock.shift(24 * 3600)
    reach()
    one_click(link_in(mailoutbox[0]))
    assert ann.ways.get().status == Way.Status.OFF


def test_who_opens_the_link_ends_nothing(ann: Person, lamo: Company, mailoutbox: list[EmailMessage]) -> None:
    """Scanners of mail open every link."""
    from_company(lamo, ann)
    reach()
    path = link_in(mailoutbox[0])
    before = written()
    for method in ("get", "head"):
        answer = getattr(browser(), method)(path)
        assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-store")
        assert not answer.cookies
    assert written() == before
    page = read(browser().get(path))
    assert page.heading == "No more messages from LAMO Footwear, its warnings included?"
    assert [one.text for one in page.all("button")] == ["Yes, end them"]


def test_a_second_time_changes_nothing_more(ann: Person, lamo: Company) -> None:
    path = f"/unsubscribe/{token_for(ann.pk, f'company:{lamo.pk}')}"
    assert [one_click(path).status_code for _ in range(2)] == [200, 200]
    assert Mute.objects.count() == 1


def test_what_we_did_not_sign_ends_nothing(ann: Person, lamo: Company) -> None:
    token = token_for(ann.pk, f"company:{lamo.pk}")
    others = token_for(a_person().pk, f"company:{lamo.pk}")
    before = written()
    forged = [token[:-1], token + "x", token.replace(str(ann.pk), str(a_person().pk)), "", "x", "::::", "%00"]
    forged += [f"{token.rpartition(':')[0]}:{others.rpartition(':')[2]}", token.replace("company", "way")]
    before = written()
    for wrong in forged:
        assert one_click(f"/unsubscribe/{wrong}").status_code in {404, 429}, wrong
    assert written() == before


def test_what_is_no_more_is_not_there(ann: Person, lamo: Company) -> None:
    way = a_person().ways.create(kind="email", name="E-mail", digest=b"")
    for subject in (f"company:{ann.pk}", "kind:spam", f"way:{way.pk}", "way:x", "company:x"):
        assert one_click(f"/unsubscribe/{token_for(ann.pk, subject)}").status_code == 404, subject
    assert one_click(f"/unsubscribe/{token_for(lamo.pk, 'kind:rule')}").status_code == 404
