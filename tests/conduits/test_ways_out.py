"""Every way out is asked, and none lets through what the owner does not grant.

An owner has a secret of each kind. Then the company asks at each door of the API and opens each page that there is, and
is sent what its webhooks may tell: with each half of the grants, with none, and while the line is shut. A door that is added
is found by itself; one whose path takes something new fails here until it is given one.
"""

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from django.core import mail
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.resolvers import RoutePattern

from conduits import steering
from conduits.delivery import draining as delivery
from conduits.delivery.queueing import queue_test
from conduits.models import AccessLine, Conduit, Delivery
from conduits.models.conduit import Grant
from conduits.opening import accept_transfer
from conduits.passes.fields import fields_of
from conduits.passes.making import make_pass
from conduits.passes.using import use_pass
from conduits.reaching.ways import ways_of
from conduits.requests import By, open_request
from conduits.terms import proffering
from dashboards.desk.members import reader_of
from journals.keeping import append_entry
from journals.models import Attachment
from journals.photos import take_photos
from picos.channels import open_channel
from picos.finding import write_to_owner
from picos.models import Pico
from picos.scanning import record_scan
from picos.states import set_state
from picos.transferring import offer_transfer
from rules.engine import draining as engine
from rules.models import Run
from rules.subscriptions import add_subscribed_connector
from tests.conduits.sink import Sink
from tests.conftest import ApiClient
from tests.dashboards.world import browser
from tests.factories import (
    a_company,
    a_conduit,
    a_key,
    a_link,
    a_member,
    a_person,
    a_photo,
    a_pico,
    a_product,
    a_rule,
    an_advisory,
    an_endpoint,
)

SECRET = "secret-of-"
NEVER = "never"
METHODS = {"get", "post", "put", "delete"}
# What is no owner's, and takes its time.
ELSEWHERE = {"demo/", "account/", "schema", "docs", "metrics", "healthz", "readyz"}


@dataclass(frozen=True)
class Relation:
    """A company that asks for everything, and what its customer keeps: each secret with the grant that it takes."""

    conduit: Conduit
    admin: Any
    secrets: dict[str, str]
    named: dict[str, str]

    def seen_in(self, said: bytes) -> set[str]:
        text = said.decode(errors="replace")
        return {grant for secret, grant in self.secrets.items() if secret in text}


@pytest.fixture
def relation(sink: Sink, settings: Any, tmp_path: Any) -> Relation:
    company = a_company("LAMO")
    product = a_product(company, gtin="09506000134352")
    endpoint = an_endpoint(company, sink.url(), ("*",))
    mailbox = {"to": "service@lamo.example", "reply_to": "answers@in.lamo.example"}
    connector, _, _ = add_subscribed_connector(company=company, kind="email", config=mailbox, events=["*"])
    test = queue_test(endpoint)
    companys_rule = a_rule(company)
    earlier = a_conduit(a_person(f"{SECRET}before-name"), a_pico(product))
    steering.set_grants(earlier, list(Grant))
    append_entry(
        journal=earlier.journal, author=earlier.owner, body=f"{SECRET}before-entry", visibility="shared", pass_on=False
    )
    heir = a_person(f"{SECRET}name", f"{SECRET}mail@example.com")
    _, conduit = accept_transfer(token=offer_transfer(pico=earlier.pico, owner=earlier.owner).token, person=heir)
    assert conduit
    pico = Pico.objects.with_product().get(pk=conduit.pico_id)
    # Not of the scan: a note names what caused it, by its id.
    a_rule(
        heir,
        name=f"{SECRET}rule",
        when={"event": "journal.entry_added"},
        then=[{"do": "notify_company", "text": f"{SECRET}note"}],
    )
    append_entry(journal=conduit.journal, author=heir, body=f"{SECRET}entry", visibility="shared")
    append_entry(journal=conduit.journal, author=heir, body=f"{SECRET}private", visibility="private")
    append_entry(journal=conduit.journal, author=heir, body="", visibility="shared", photos=take_photos([a_photo()]))
    set_state(pico=pico, party=heir, key="note", value=f"{SECRET}state")
    scan = record_scan(pico=pico, visitor=b"visitor1", person=None, region="NZ-WGN")
    finder, token = write_to_owner(pico=pico, visitor=b"visitor2", message=f"{SECRET}finder", contact=f"{SECRET}caller")
    channel, _ = open_channel(pico=pico, owner=heir, name=f"{SECRET}channel", scope=["page"], expires_in_days=7)
    gift = offer_transfer(pico=pico, owner=heir).token
    photo = Attachment.objects.get()
    admin = a_member(company, "admin").person
    # Shown in a call to a colleague, who alone sees it.
    show = {field.name: field.seen for field in fields_of(Conduit.objects.with_ends().get(pk=conduit.pk))}
    _, call_code = make_pass(conduit=conduit, show=show)
    shown = use_pass(reader=reader_of(a_member(company)), code=call_code)
    secrets: dict[str, str] = {
        f"{SECRET}name": Grant.CONTACT,
        f"{SECRET}mail": Grant.CONTACT,
        f"{SECRET}entry": Grant.ENTRIES,
        f"{SECRET}private": Grant.PRIVATE_ENTRIES,
        f"{SECRET}note": Grant.NOTES,
        f"{SECRET}rule": Grant.NOTES,
        f"{SECRET}state": Grant.STATE,
        "NZ-WGN": Grant.REGION,
        str(scan): Grant.SCANS,
        str(photo.pk): Grant.PHOTOS,
    }
    secrets |= dict.fromkeys(
        (
            *(f"{SECRET}{what}" for what in ("before-name", "before-entry", "finder", "caller", "channel")),
            *(str(one) for one in (heir.pk, earlier.owner_id, gift, token, channel.pk)),
        ),
        NEVER,
    )
    named = {
        "code": pico.code,
        "conduit_id": conduit.pk,
        "sha256": conduit.terms.sha256 if conduit.terms else "",
        "endpoint_id": endpoint.pk,
        "connector_id": connector.pk,
        "delivery_id": test.pk,
        "product_id": product.pk,
        "batch_id": pico.batch_id,
        "link_id": a_link(product).pk,
        "key": "note",
        "channel_id": channel.pk,
        "rule_id": companys_rule.pk,
        "event_id": scan,
        "way_id": ways_of(heir).get().pk,
        "run_id": companys_rule.pk,
        "advisory_id": an_advisory(company, scope={"product": product.pk}).pk,
        "request_id": open_request(conduit=conduit, title="Mend it", by=By(company)).pk,
        "question_id": scan,
        "pass_id": shown.pk,
        "name": "tell_the_call_centre",
        "attachment_id": photo.pk,
        "photo_id": photo.pk,
        "slug": company.slug,
        "gtin": product.gtin,
        "finder_id": finder.pk,
        "journal_id": conduit.journal_id,
        # Secrets that the company does not have.
        "token": "nothing",
        "kind": "csv",
        "verb": "settled",
    }
    return Relation(conduit, admin, secrets, {name: str(one) for name, one in named.items()})


def patterns(resolver: Any, route: str = "") -> Iterator[tuple[str, URLPattern]]:
    for one in resolver.url_patterns:
        path = route + str(one.pattern)
        if str(one.pattern) in ELSEWHERE:
            continue
        if isinstance(one, URLResolver):
            yield from patterns(one, path)
        else:
            yield path, one


def paths(named: dict[str, str]) -> Iterator[tuple[str, set[str]]]:
    """The path of each door, with what it names, and the methods that it knows, of a page `get` alone.

    A KeyError says that a door names something new: add it above.
    """
    for route, pattern in patterns(get_resolver()):
        view = getattr(pattern.callback, "cls", None)
        known = {method for method in METHODS if hasattr(view, method)} if view else {"get"}
        if isinstance(pattern.pattern, RoutePattern):
            yield "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: named[found[1]], route), known
        elif pattern.name:
            if pattern.name == "resolve":
                yield f"/01/{named['gtin']}", known
                continue
            kinds = {"kind": "svg"} if pattern.name == "qr" else {}
            wanted = {name: (named | kinds)[name] for name in pattern.pattern.regex.groupindex}
            yield reverse(pattern.name, kwargs=wanted), known


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def everything_that_it_gets(
    relation: Relation, sink: Sink, methods: Collection[str] = ("get",)
) -> Iterator[tuple[str, bytes]]:
    """What its webhooks tell, and each answer to it, with where that was."""
    sink.received.clear()
    mail.outbox.clear()
    while engine.drain():
        pass
    while delivery.drain():
        pass
    yield from ((f"webhook {one.json['type']}", one.body) for one in sink.received)
    yield from ((f"mail {one.subject}", f"{one.subject} {one.body}".encode()) for one in mail.outbox)
    runs = Run.objects.filter(rule__company=relation.conduit.company).order_by("-id")
    sent = Delivery.objects.exclude(body="").order_by("-id").first()
    named = relation.named | {
        "run_id": str(runs[0].pk) if runs else relation.named["rule_id"],
        "delivery_id": str(sent.pk) if sent else relation.named["delivery_id"],
    }
    asking, page = ApiClient(a_key(relation.conduit.company)), browser(relation.admin)
    # So that its use is noted, and not again with each request that is undone.
    assert asking.get("/products").status_code == 200
    for path, known in paths(named):
        for method in sorted(known.intersection(methods)):
            with undone():
                yield f"{method} {path}", _answer(asking, page, method, path)
    with undone():
        path = f"/api/v1/conduits/{relation.conduit.pk}/messages"
        yield f"post {path}", _answer(asking, page, "post", path, {"body": "Hello"})


def _answer(asking: ApiClient, page: Client, method: str, path: str, body: Any = None) -> bytes:
    if path.startswith("/api/v1/"):
        asked = path.removeprefix("/api/v1")
        answer = getattr(asking, method)(asked, body) if method in {"post", "put"} else getattr(asking, method)(asked)
    else:
        answer = page.get(path)
    assert answer.status_code < 500, (method, path)
    content: bytes = answer.getvalue()
    return content


def shut(relation: Relation, how: str) -> None:
    steering.set_grants(relation.conduit, list(Grant))
    match how:
        case "paused":
            steering.pause(relation.conduit)
        case "closed":
            steering.close(relation.conduit)
        case "waiting":
            proffering.withdraw(conduit=relation.conduit, by="person")


pytestmark = [pytest.mark.django_db, pytest.mark.timeout(600)]


def test_with_every_grant_each_secret_of_a_grant_comes_out_somewhere(relation: Relation, sink: Sink) -> None:
    """So that what the other tests do not find is not merely elsewhere."""
    steering.set_grants(relation.conduit, list(Grant))
    seen: set[str] = set()
    for place, said in everything_that_it_gets(relation, sink):
        found = relation.seen_in(said)
        assert NEVER not in found, place
        seen |= found
    assert seen == set(Grant)


# Each grant is missing from one half, beside those through which it would slip: photos beside entries, region beside
# scans.
HALVES = (
    {Grant.SCANS, Grant.ENTRIES, Grant.STATE, Grant.CONTACT},
    {Grant.NOTES, Grant.PHOTOS, Grant.REGION, Grant.PRIVATE_ENTRIES},
)


@pytest.mark.parametrize("granted", [*HALVES, set()], ids=["one half", "the other half", "nothing"])
def test_what_is_not_granted_comes_out_nowhere(granted: set[Grant], relation: Relation, sink: Sink) -> None:
    steering.set_grants(relation.conduit, granted)
    for place, said in everything_that_it_gets(relation, sink, METHODS):
        assert relation.seen_in(said) <= {grant.value for grant in granted}, place


@pytest.mark.parametrize("how", ["paused", "closed", "waiting"])
def test_while_the_line_is_shut_nothing_comes_out(how: str, relation: Relation, sink: Sink) -> None:
    shut(relation, how)
    for place, said in everything_that_it_gets(relation, sink):
        assert relation.seen_in(said) == set(), place
    assert (
        not AccessLine.objects.filter(conduit=relation.conduit)
        .exclude(outcome="refused")
        .exclude(what__startswith="conduit.")
        # What a colleague was shown before.
        .exclude(what="pass", number=1)
    )


@pytest.mark.parametrize(("grants", "rings"), [(["entries"], True), ([], False), (["private_entries"], False)])
def test_an_open_desk_is_not_even_rung_for_what_it_may_not_read(
    grants: list[str], rings: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    conduit = a_conduit()
    steering.set_grants(conduit, grants)
    rung: list[str] = []
    monkeypatch.setattr("journals.appending.announce", lambda *topics: rung.extend(topics))

    append_entry(journal=conduit.journal, author=conduit.owner, body="The sole came off.", visibility="shared")

    of_company = {f"company:{conduit.company_id}", f"journal:{conduit.journal_id}:company"}
    assert {topic for topic in rung if "company" in topic} == (of_company if rings else set())
