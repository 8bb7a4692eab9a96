"""Every page, in as many of its states as there are: sound HTML, nothing inline, nothing loaded from elsewhere."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from conduits import steering
from conduits.delivery import switching
from conduits.delivery.claiming import set_aside
from conduits.opening import add_thing_with_journal
from conduits.terms import proffering
from conduits.terms.stances import proposal
from journals.by_link import write_by_link
from picos import minting
from picos.losing import report_lost
from picos.models import Channel, Pico
from picos.states import set_state
from tests.dashboards.passkeys import a_passkey
from tests.dashboards.world import World, browser, read
from tests.factories import a_company, a_member, a_person, a_photo

pytestmark = pytest.mark.django_db

BAD = "no\0good"


def pause(world: World) -> None:
    steering.pause(world.conduit)


def close(world: World) -> None:
    steering.close(world.conduit)


def lose(world: World) -> None:
    report_lost(pico=world.pico, message="On the bus.", contact="555-0100", show_contact=True)


def retire(world: World) -> None:
    Pico.objects.filter(pk=world.pico.pk).update(status=Pico.Status.RETIRED, owner=None)


def disable(world: World) -> None:
    switching.disable(world.endpoint, reason="It answered nothing for five days.")


def fail(world: World) -> None:
    since = timezone.now() - timedelta(hours=2)
    type(world.endpoint).objects.filter(pk=world.endpoint.pk).update(
        failure_count=7, failing_since=since, probe_at=since, rate_per_second=5, concurrency=2, format="cloudevents"
    )


def put_aside(world: World) -> None:
    set_aside(world.delivery.pk, problem="It could not be put together (KeyError).")


def mint(world: World) -> None:
    minting.order_batch(product=world.product, count=5)


def grant_nothing(world: World) -> None:
    steering.set_grants(world.conduit, [])


def take_pins(world: World) -> None:
    world.product.claim_policy = "pin"
    batch = minting.order_batch(product=world.product, count=1)
    minting.mint(batch.pk)
    Pico.objects.filter(pk=world.free.pk).update(batch=batch)


def write_by_a_link(world: World) -> None:
    write_by_link(channel=world.channel, body="A new sole.")
    set_state(pico=world.pico, party=world.company, key="lot", value="A")
    Channel.objects.update(scope=["page", "entries", "state"], most_uses=9, visibility="shared")


def nothing(_: World) -> None:
    pass


def offer_anew(world: World) -> None:
    proffering.proffer(conduit=world.conduit, proposal=proposal("PDC-AI", "PDC-GOOD"))


def withdraw(world: World) -> None:
    proffering.withdraw(conduit=world.conduit, by="person")


def wait(world: World) -> None:
    withdraw(world)
    offer_anew(world)


def be_declined(world: World) -> None:
    wait(world)
    proffering.decline(conduit=world.conduit)


def narrow(world: World) -> None:
    proffering.proffer(conduit=world.conduit, proposal=proposal("SD-BASE"))


Change = Callable[[World], Any]
TERMS = (nothing, offer_anew, withdraw, wait, be_declined, narrow, close)
SCAN, THING, CONVERSATION = "/P/{code}", "/things/{code}", "{desk}/conduits/{conduit}"
PAGES: list[tuple[str, str, Change]] = [
    ("anonymous", "/", nothing),
    *[
        (who, SCAN, change)
        for who in ("anonymous", "owner", "agent")
        for change in (nothing, pause, close, lose, retire)
    ],
    ("anonymous", "/P/{free}", nothing),
    ("agent", "/P/{free}", nothing),
    ("stranger", "/P/{free}/claim", nothing),
    ("stranger", "/P/{free}/claim", take_pins),
    ("anonymous", "/P/nonsense", nothing),
    ("anonymous", "/code?code=nonsense", nothing),
    ("anonymous", "/found/{token}", nothing),
    ("stranger", "/found/{token}", nothing),
    *[("anonymous", "/channels/{channel_token}", change) for change in (nothing, write_by_a_link, close)],
    ("anonymous", "/channels/nothing", nothing),
    *[(who, path, write_by_a_link) for who, path in (("owner", THING), ("agent", CONVERSATION))],
    ("anonymous", "/nowhere", nothing),
    ("stranger", "/things", nothing),
    ("owner", "/things", nothing),
    ("owner", "/things", lose),
    *[("owner", THING, change) for change in (nothing, pause, close, lose, retire)],
    ("stranger", "/companies", nothing),
    *[("owner", "/companies", change) for change in (nothing, pause, close, grant_nothing)],
    ("owner", "/conduits/{conduit}/log", nothing),
    *[("owner", "/conduits/{conduit}/passes", change) for change in (nothing, pause, close, withdraw)],
    *[(who, "{desk}/passes", nothing) for who in ("viewer", "agent")],
    *[(who, "{desk}/passes/{shown}", nothing) for who in ("agent", "admin")],
    ("agent", "{desk}/passes/{shown}", close),
    *[("owner", path, change) for path in ("/conduits/{conduit}/terms", THING, SCAN, "/companies") for change in TERMS],
    *[(who, "{desk}/terms", change) for who in ("viewer", "admin") for change in (nothing, offer_anew, withdraw)],
    *[("agent", CONVERSATION, change) for change in (offer_anew, withdraw)],
    ("stranger", "/rules", nothing),
    ("owner", "/rules", nothing),
    ("owner", "/rules/{mine}/runs", nothing),
    ("stranger", "/you", nothing),
    ("owner", "/you", nothing),
    ("agent", "{desk}", nothing),
    ("agent", "{desk}?q=nothing", nothing),
    ("agent", "{desk}?q={code}", nothing),
    *[(who, CONVERSATION, nothing) for who in ("viewer", "admin")],
    *[("agent", CONVERSATION, change) for change in (nothing, pause, close, lose, grant_nothing)],
    *[(who, "{desk}/products", nothing) for who in ("agent", "admin")],
    *[(who, "{desk}/products/{product}", change) for who in ("agent", "admin") for change in (nothing, mint)],
    ("admin", "{desk}/connectors", nothing),
    ("admin", "{desk}/connectors/new/helpdesk", nothing),
    ("admin", "{desk}/connectors/{connector}", nothing),
    ("admin", "{desk}/endpoints", nothing),
    ("admin", "{desk}/endpoints", disable),
    ("admin", "{desk}/endpoints", fail),
    ("admin", "{desk}/deliveries", nothing),
    ("admin", "{desk}/deliveries", put_aside),
    ("admin", "{desk}/deliveries?state=delivered&endpoint={endpoint}", nothing),
    ("admin", "{desk}/deliveries/{delivery}", put_aside),
    ("viewer", "{desk}/deliveries/{delivery}", nothing),
    ("admin", "{desk}/batches/{batch}/labels", nothing),
    ("admin", "{desk}/batches/{batch}/labels?sheet=L7160&start=99", nothing),
    ("admin", "{desk}/deliveries/{delivery}", nothing),
    ("admin", "{desk}/keys", nothing),
    *[(who, "{desk}/rules", nothing) for who in ("agent", "admin")],
    ("agent", "{desk}/rules/{theirs}/runs", nothing),
    ("agent", "{desk}/keys", nothing),
    ("anonymous", "/account/login/code/", nothing),
    ("owner", "/account/logout/", nothing),
    ("owner", "/account/2fa/webauthn/", nothing),
    ("owner", "/account/2fa/webauthn/add/", nothing),
]


def path_of(world: World, path: str) -> str:
    return path.format(
        connector=world.connector.pk,
        code=world.pico.code,
        free=world.free.code,
        token=world.token,
        channel_token=world.channel_token,
        conduit=world.conduit.pk,
        mine=world.owners_rule.pk,
        theirs=world.companys_rule.pk,
        desk=f"/desk/{world.company.slug}",
        product=world.product.pk,
        batch=world.batch.pk,
        delivery=world.delivery.pk,
        finder=world.finder.pk,
        endpoint=world.endpoint.pk,
        shown=world.shown.pk,
    )


@pytest.mark.parametrize(
    ("who", "path", "change"), PAGES, ids=[f"{who} {path} {change.__name__}" for who, path, change in PAGES]
)
def test_a_page_is_sound(world: World, who: str, path: str, change: Change) -> None:
    change(world)
    answer = world.browser(who).get(path_of(world, path))
    page = read(answer)
    assert answer["Content-Type"] == "text/html; charset=utf-8"
    assert "style-src 'self';" in answer["Content-Security-Policy"]
    assert [page.all(tag) for tag in ("iframe", "object", "embed", "base")] == [[], [], [], []]


# Forms that are sent with something wrong, and the field beside which that is said.
WRONG: list[tuple[str, str, dict[str, Any], str]] = [
    ("owner", "/P/{code}/journal", {"body": "x" * 10_001, "visibility": "shared"}, "body"),
    ("owner", "/P/{code}/journal", {"body": BAD, "visibility": "shared"}, "body"),
    ("owner", "/P/{code}/journal", {"body": " ", "visibility": "shared"}, "body"),
    ("owner", "/P/{code}/journal", {"body": "It rains in.", "visibility": "everybody"}, "visibility"),
    ("anonymous", "/P/{code}/found", {"message": ""}, "message"),
    ("anonymous", "/P/{code}/found", {"message": "x" * 2001}, "message"),
    ("anonymous", "/P/{code}/found", {"message": "I have it.", "contact": "x" * 201}, "contact"),
    ("anonymous", "/found/{token}", {"body": "x" * 2001}, "body"),
    ("anonymous", "/found/{token}", {}, "body"),
    ("owner", "/things", {"name": ""}, "name"),
    ("owner", "/things", {"name": "A chair", "company_name": BAD}, "company_name"),
    ("owner", "/things/{code}/finders/{finder}", {"body": ""}, "body"),
    ("owner", "/things/{code}/finders/{finder}", {"body": "x" * 2001}, "body"),
    ("owner", "/P/{code}/lost", {"message": "x" * 501}, "message"),
    ("owner", "/P/{code}/lost", {"message": ""}, "message"),
    ("owner", "/you", {"name": "x" * 101}, "name"),
    ("agent", "{desk}/conduits/{conduit}", {"body": ""}, "body"),
    ("agent", "{desk}/conduits/{conduit}", {"body": "x" * 10_001}, "body"),
    ("agent", "{desk}/conduits/{conduit}", {"body": "Hello", "visibility": "public"}, "visibility"),
    ("admin", "{desk}/products", {"name": "Boot", "sku": "", "claim_policy": "open"}, "sku"),
    ("admin", "{desk}/products", {"name": "Boot", "sku": "B", "claim_policy": "magic"}, "claim_policy"),
    ("admin", "{desk}/products", {"name": "Boot", "sku": "B", "claim_policy": "open", "gtin": "123"}, "gtin"),
    ("admin", "{desk}/products/{product}", {"count": "0"}, "count"),
    ("admin", "{desk}/products/{product}", {"count": "many"}, "count"),
    ("admin", "{desk}/products/{product}", {"count": "2", "serials": "one"}, "serials"),
    ("admin", "{desk}/products/{product}", {"count": "1", "serials": "x" * 51}, "serials"),
    ("admin", "{desk}/endpoints", {"url": "https://crm.example/hook"}, "events"),
    ("admin", "{desk}/endpoints", {"url": "", "events": ["pico.lost"]}, "url"),
    ("admin", "{desk}/endpoints", {"url": "https://crm.example/hook", "events": ["pico.eaten"]}, "events"),
]


@pytest.mark.parametrize(("who", "path", "body", "field"), WRONG)
def test_what_is_wrong_is_said_beside_its_field_on_a_sound_page(
    world: World, who: str, path: str, body: dict[str, str], field: str
) -> None:
    answer = world.browser(who).post(path_of(world, path), body)
    assert answer.status_code == 422
    page = read(answer)
    assert set(page.errors) == {field}
    assert "submit" not in page.all("main")[0].text.lower()


@pytest.mark.parametrize(("who", "path", "body", "field"), [one for one in WRONG if BAD not in one[2].values()])
def test_what_was_typed_is_kept(world: World, who: str, path: str, body: dict[str, Any], field: str) -> None:
    page = read(world.browser(who).post(path_of(world, path), body))
    for name, value in body.items():
        said = [one.text for one in page.all("textarea", name=name)]
        said += [one.attributes.get("value", "") for one in page.all("input", name=name)]
        said += [one.attributes["value"] for one in page.all("option", selected="")]
        chosen = isinstance(value, list) or name in {"visibility", "claim_policy"}
        assert chosen or not value.strip() or value in said, name


def test_the_pages_of_an_empty_start_are_sound() -> None:
    company = a_company()
    admin = browser(a_member(company, "admin").person)
    for path in ("", "/products", "/endpoints", "/deliveries", "/rules", "/keys"):
        read(admin.get(f"/desk/{company.slug}{path}"))


def test_a_thing_whose_maker_is_not_here_has_sound_pages() -> None:
    person = a_person()
    pico = add_thing_with_journal(person=person, name="A chair")
    for who in (None, person):
        read(browser(who).get(f"/P/{pico.code}"))
    read(browser(person).get(f"/things/{pico.code}"))


def test_fragments_are_sound_by_themselves(world: World) -> None:
    for who, path in [
        ("owner", "/P/{code}/fragment"),
        ("owner", "/things/tiles"),
        ("agent", "{desk}/rows"),
        ("agent", "{desk}/conduits/{conduit}/entries"),
        ("agent", "{desk}/products/{product}/batches"),
    ]:
        answer = world.browser(who).get(path_of(world, path))
        assert answer.status_code == 200
        assert not read(answer, whole=False).all("html")


def test_a_page_shows_the_same_part_as_its_fragment(world: World) -> None:
    """Or the first bell would change a page that has no news."""
    for who, page, fragment in [
        ("owner", SCAN, "/P/{code}/fragment"),
        ("owner", THING, "/P/{code}/fragment"),
        ("agent", "{desk}", "{desk}/rows"),
        ("agent", CONVERSATION, "{desk}/conduits/{conduit}/entries"),
    ]:
        client = world.browser(who)
        # A form's token is written anew each time.
        whole, part = (
            re.sub(r'(name="csrfmiddlewaretoken" value=")\w+', r"\1", client.get(path_of(world, path)).content.decode())
            for path in (page, fragment)
        )
        assert f'<div id="live">{part}</div>' in whole, page


def test_pages_with_photos_too_wrong_to_take_are_sound(world: World) -> None:
    answer = world.browser("owner").post(
        f"/P/{world.pico.code}/journal", {"body": "", "visibility": "shared", "photos": [a_photo() for _ in range(7)]}
    )
    assert read(answer).errors == {"photos": ["An entry can have 6 photos; write another entry for the rest."]}


def test_the_passkey_s_own_pages_are_sound() -> None:
    owner = a_person()
    passkey = a_passkey(owner, "My <phone>")
    client = browser(owner)
    assert "My <phone>" in read(client.get("/account/2fa/webauthn/")).all("main")[0].text
    for path in (f"keys/{passkey.pk}/remove/", f"keys/{passkey.pk}/edit/", "add/"):
        answer = client.get(f"/account/2fa/webauthn/{path}", follow=True)
        assert answer.redirect_chain[0][0].startswith("/account/2fa/webauthn/reauthenticate/?next=")
        read(answer)


def test_every_page_without_a_desk_leads_to_the_desks_of_one_s_companies(world: World) -> None:
    page = read(world.browser("agent").get("/things"))
    links = [one for one in page.all("a") if one.attributes["href"] == f"/desk/{world.company.slug}"]
    assert [one.text for one in links] == ["LAMO Footwear’s desk"]
