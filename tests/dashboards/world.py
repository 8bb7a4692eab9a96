"""A company with its desk, a customer with a thing, and everybody who might ask for their pages."""

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.cookies import SimpleCookie
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection, transaction
from django.test import Client
from uuid_utils.compat import uuid7

from conduits.delivery.queueing import queue_test
from conduits.leaving import release_and_close
from conduits.models import Advisory, Conduit, Connector, ContextPass, Delivery, Endpoint, Request, Way
from conduits.models.conduit import DEFAULT_GRANTS, Grant
from conduits.opening import add_thing_with_journal
from conduits.passes.fields import fields_of
from conduits.passes.making import make_pass
from conduits.passes.using import use_pass
from conduits.reaching.ways import add_messenger
from conduits.requests import By, open_request
from conduits.steering import set_grants
from dashboards.desk.members import reader_of
from journals.keeping import append_entry
from journals.models import Attachment, Entry, Journal
from journals.photos import take_photos
from parties.models import Company, Person
from picos.channels import open_channel
from picos.finding import write_to_owner
from picos.inviting import invite_maker
from picos.logos import set_logo
from picos.models import Batch, Channel, Finder, Link, Pico, Product
from picos.transferring import offer_transfer
from rules.models import Question, Rule, Run
from rules.subscriptions import add_subscribed_connector
from rules.writing import current_version
from tests.dashboards.markup import Markup
from tests.factories import (
    a_company,
    a_conduit,
    a_link,
    a_member,
    a_person,
    a_photo,
    a_product,
    a_rule,
    an_advisory,
    an_endpoint,
    picos,
)
from tests.written import written_to

BACKEND = "django.contrib.auth.backends.ModelBackend"
HELPDESK = {"url": "http://127.0.0.1:9", "username": "pico", "password": "s3cret", "queue": 4}
ACTORS = ("anonymous", "stranger", "owner", "viewer", "agent", "admin", "other")
# Counters, caches and sessions: what a refused request may leave behind.
PASSING = {"api.tally", "picos.visit"}
OURS = {"api", "conduits", "journals", "parties", "picos", "rules", "account", "mfa"}


def browser(person: Person | None = None, **headers: str) -> Client:
    """A browser of its own, signed in as this person."""
    client = Client(headers=headers)
    if person:
        session = SessionStore()
        session.update(
            {
                SESSION_KEY: str(person.pk),
                BACKEND_SESSION_KEY: BACKEND,
                HASH_SESSION_KEY: person.get_session_auth_hash(),
            }
        )
        session.create()
        client.cookies[settings.SESSION_COOKIE_NAME] = str(session.session_key)
    return client


def read(answer: Any, *, whole: bool = True) -> Markup:
    """The page that was answered, read; a page with faults fails."""
    page = Markup(answer.content.decode(), whole=whole)
    assert page.faults == [], (answer.request["PATH_INFO"], page.faults)
    return page


def everything() -> dict[str, list[Any]]:
    """All rows of all tables, to see whether something changed; that somebody signed in is no change."""
    tables = [one._meta for one in apps.get_models() if one._meta.app_label in OURS]
    rows = [
        f"SELECT '{table.label_lower}', array_agg(row ORDER BY row)"
        f" FROM (SELECT (to_jsonb(t) - 'last_login')::text AS row FROM \"{table.db_table}\" t) rows"
        for table in tables
        if table.label_lower not in PASSING
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(rows))
        return dict(cursor.fetchall())


@cache
def _ours() -> frozenset[str]:
    tables = (one._meta for one in apps.get_models() if one._meta.app_label in OURS)
    return frozenset(table.db_table for table in tables if table.label_lower not in PASSING)


def written() -> dict[str, tuple[int, int, int]]:
    """How many rows this test's transaction added, changed and deleted by now, also in what was undone since."""
    return written_to(_ours())


@contextmanager
def in_passing() -> Iterator[None]:
    """What happens in here is undone at the end."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def an_entry(conduit: Conduit, body: str = "The sole came off.", visibility: str = "shared", **values: Any) -> Entry:
    """What the owner writes, or the company with `author`."""
    given: dict[str, Any] = {
        "journal": conduit.journal,
        "author": conduit.owner,
        "body": body,
        "visibility": visibility,
    }
    return append_entry(**given | values)


def a_clean_photo() -> list[bytes]:
    return take_photos([a_photo()])


@dataclass(frozen=True)
class World:
    """The owner's moccasin by LAMO, who may see its photos too. `free` is a copy that nobody has claimed."""

    company: Company
    product: Product
    batch: Batch
    link: Link
    free: Pico
    pico: Pico
    conduit: Conduit
    photo: Attachment
    finder: Finder
    token: str
    gift: str
    bicycle: Pico
    had: Journal
    invitation: str
    channel: Channel
    channel_token: str
    owners_rule: Rule
    companys_rule: Rule
    owners_run: Run
    companys_run: Run
    endpoint: Endpoint
    connector: Connector
    delivery: Delivery
    advisory: Advisory
    people: dict[str, Person]
    request: Request
    way: Way
    # What the agent was shown in a call, and the code of what nobody was shown yet.
    shown: ContextPass
    call_code: str
    # By who is asked; only where a rule asked.
    questions: dict[str, Question] = field(default_factory=dict)
    sessions: dict[str, SimpleCookie] = field(default_factory=dict)

    def browser(self, actor: str) -> Client:
        """A browser of this actor's; who signed in once remains so."""
        if actor not in self.people:
            return browser()
        if actor not in self.sessions:
            self.sessions[actor] = browser(self.people[actor]).cookies
        client = browser()
        client.cookies = copy.deepcopy(self.sessions[actor])
        return client


def a_world() -> World:
    company = a_company("LAMO Footwear")
    product = a_product(company, name="Moccasin", gtin="09506000134352")
    free, claimed, gone = picos(3, product)
    people = {name: a_person(name.capitalize()) for name in ACTORS if name != "anonymous"}
    for role in ("viewer", "agent", "admin"):
        a_member(company, role, people[role])
    a_member(a_company("Harbour Cable"), "admin", people["other"])
    conduit = a_conduit(people["owner"], claimed)
    set_grants(conduit, [*DEFAULT_GRANTS, Grant.PHOTOS])
    an_entry(conduit, photos=a_clean_photo())
    finder, token = write_to_owner(pico=conduit.pico, visitor=bytes(8), message="It is at the depot.")
    had = a_conduit(people["owner"], gone)
    release_and_close(pico=had.pico, owner=people["owner"])
    bicycle = add_thing_with_journal(person=people["owner"], name="Bicycle")
    channel, url = open_channel(
        pico=conduit.pico, owner=conduit.owner, name="Repair shop", scope=["page", "entries"], expires_in_days=7
    )
    endpoint = an_endpoint(company, asymmetric=True)
    set_logo(company=company, file=a_photo())
    owners_rule, companys_rule = a_rule(people["owner"]), a_rule(company)
    agent = reader_of(company.members.get(role="agent"))
    shown = use_pass(reader=agent, code=a_code(conduit))
    return World(
        company=company,
        product=product,
        batch=product.batches.get(),
        link=a_link(product),
        free=free,
        pico=conduit.pico,
        conduit=conduit,
        photo=Attachment.objects.latest("pk"),
        finder=finder,
        token=token,
        gift=offer_transfer(pico=conduit.pico, owner=conduit.owner).token,
        bicycle=bicycle,
        had=had.journal,
        invitation=invite_maker(pico=bicycle, owner=conduit.owner).token,
        channel=channel,
        channel_token=url.rpartition("/")[2],
        owners_rule=owners_rule,
        companys_rule=companys_rule,
        owners_run=a_run(owners_rule),
        companys_run=a_run(companys_rule),
        endpoint=endpoint,
        connector=add_subscribed_connector(company=company, kind="helpdesk", config=HELPDESK)[0],
        delivery=queue_test(endpoint),
        advisory=an_advisory(company, scope={"product": product.pk}),
        people=people,
        request=open_request(conduit=conduit, title="Mend it", by=By(conduit.owner)),
        way=add_messenger(person=people["owner"], url="ntfys://ntfy.sh/mara-s-topic"),
        shown=shown,
        call_code=a_code(conduit),
    )


def a_code(conduit: Conduit) -> str:
    """A code for a call that shows all that there is."""
    return make_pass(conduit=conduit, show={field.name: field.seen for field in fields_of(conduit)})[1]


def a_run(rule: Rule) -> Run:
    """One that acted, on an event that is not kept any more."""
    return Run.objects.create(
        rule=rule, version=current_version(rule), event_id=uuid7(), event_type="pico.scanned", outcome="fired"
    )
