"""The demo's data: both companies, their products and rules, and a customer who owns one thing of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_network

from django.conf import settings
from django.db import connection, transaction

from conduits.answering import answer
from conduits.models import Conduit
from conduits.opening import claim_and_open
from demo.cast import ANN, HARBOUR, LAMO, Firm, Player
from demo.credentials import Credentials, write_credentials
from journals.keeping import append_entry
from journals.models import Entry
from parties.keys import create_key
from parties.models import Company, Member, Person
from picos import minting, products
from picos.models import Pico, Product
from rules import gallery
from rules.subscriptions import add_subscribed_endpoint
from rules.writing import write_rule

COPIES = 20
# What the call centre's programs may do, and the story, which mints copies of its own.
SCOPES = ("advisories:write", "conduits:write", "journal:read", "picos:read", "products:write")
# Scans of modems reach it through a rule of their own, from the gallery.
LAMO_EVENTS = ("pico.lost", "pico.recovered", "journal.entry_added", "conduit.opened", "conduit.closed", "conduit.note")
HARBOUR_EVENTS = ("journal.entry_added", "conduit.opened", "conduit.closed", "conduit.note")
# The call centre listens on this machine, which is no address that anybody else's webhooks may reach.
LOOPBACK = (ip_network("127.0.0.0/8"),)


@transaction.atomic
def seed_once() -> bool:
    """Makes it all when there is no company yet, and says whether it did. Safe to call twice, also at once."""
    if Company.objects.exists():
        return False
    _take_turns()
    if Company.objects.exists():
        return False
    ann = _person(ANN)
    write_rule(
        party=ann,
        definition=gallery.fill_in("tell_them_i_wrote"),
        template={"name": "tell_them_i_wrote", "values": {}},
    )
    lamo = _found(LAMO, events=LAMO_EVENTS)
    harbour = _found(HARBOUR, events=HARBOUR_EVENTS)
    _wear_moccasins(ann, lamo.product)
    _plug_in_modem(ann, harbour.product)
    # Last: what follows can only be the commit, and a file without its rows is replaced by the next seed.
    write_credentials(settings.PICO_DATA_DIR, {LAMO.slug: lamo.credentials, HARBOUR.slug: harbour.credentials})
    return True


@dataclass(frozen=True, slots=True)
class _Founded:
    """A company of the demo, and what its call centre holds."""

    product: Product
    credentials: Credentials


def _take_turns() -> None:
    """Nobody else makes a company until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE parties_company IN SHARE ROW EXCLUSIVE MODE")


def _person(player: Player) -> Person:
    return Person.objects.create_user(player.email, player.name)


def _found(firm: Firm, *, events: Sequence[str]) -> _Founded:
    """The company, its agent, a product and its copies, and an endpoint at the call centre."""
    company = Company.objects.create(name=firm.name, slug=firm.slug)
    Member.objects.create(company=company, person=_person(firm.agent), role=Member.Role.ADMIN)
    product = products.add_product(
        company=company, name=firm.product, sku=firm.sku, gtin=firm.gtin, description=firm.description
    )
    batch = minting.order_batch(product=product, count=COPIES, serials=firm.serials(COPIES))
    minting.mint(batch.pk)
    endpoint, secret = add_subscribed_endpoint(
        company=company,
        url=f"http://127.0.0.1:{settings.CALLCENTRE_PORT}/hooks/{firm.slug}",
        events=events,
        allowed=LOOPBACK,
    )
    if firm is HARBOUR:
        blanks = {"product": str(product.pk), "endpoint": str(endpoint.pk)}
        rule = gallery.fill_in("tell_the_call_centre", **blanks)
        write_rule(party=company, definition=rule, template={"name": "tell_the_call_centre", "values": blanks})
    _, key = create_key(party=company, name="call centre", scopes=SCOPES)
    return _Founded(product, Credentials(name=firm.name, key=key, secret=secret))


def _wear_moccasins(ann: Person, product: Product) -> None:
    conduit = _claim_first(ann, product)
    append_entry(
        journal=conduit.journal,
        author=ann,
        body="Bought on 2 May, size 42. The receipt is in the blue folder.",
        visibility=Entry.Visibility.PRIVATE,
    )
    question = append_entry(
        journal=conduit.journal,
        author=ann,
        body="They got wet. How do I dry them?",
        visibility=Entry.Visibility.SHARED,
    )
    answer(
        conduit=conduit,
        body="Stuff them with newspaper and leave them in the room. No heater, the suede would turn hard.",
        in_reply_to=str(question.pk),
        agent=Person.objects.get(email=LAMO.agent.email),
    )


def _plug_in_modem(ann: Person, product: Product) -> None:
    conduit = _claim_first(ann, product)
    append_entry(
        journal=conduit.journal,
        author=ann,
        body="Which light tells me that the line is down?",
        visibility=Entry.Visibility.SHARED,
    )


def _claim_first(ann: Person, product: Product) -> Conduit:
    """The copy with the first serial becomes Ann's."""
    first = Pico.objects.with_product().filter(product=product).order_by("serial")[0]
    return claim_and_open(pico=first, person=ann)
