"""Every page × everybody: who gets which status, and that a refused request changes nothing."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import URLPattern

from conduits.passes.fields import fields_of
from conduits.reaching.unsubscribing import token_for
from dashboards import urls
from tests.conduits.reaching.browsers import Browser
from tests.dashboards.world import ACTORS, HELPDESK, World, browser, everything, in_passing, read, written

pytestmark = pytest.mark.django_db

SIGN_IN = "/account/login/code/?next="
# A redirect to the sign-in, and back from there.
ASK = "asked to sign in"
# Statuses in the order of ACTORS: anonymous, stranger, owner, viewer, agent, admin, other company's admin.
ANYBODY = (200,) * 7
HOME = (200, 302, 302, 302, 302, 302, 302)
SIGNED_IN = (ASK, 200, 200, 200, 200, 200, 200)
OWNER = (ASK, 404, 200, 404, 404, 404, 404)
MEMBERS = (ASK, 404, 404, 200, 200, 200, 404)
AGENTS = (ASK, 404, 404, 403, 200, 200, 404)
ADMINS = (ASK, 404, 404, 403, 403, 200, 404)
NOBODY = (ASK, 404, 404, 404, 404, 404, 404)

Path = Callable[[World], str]
Statuses = tuple[int | str, ...]


def does(statuses: Statuses) -> Statuses:
    """The same for a verb: whoever may leads on to a page."""
    return tuple(302 if status == 200 else status for status in statuses)


@dataclass(frozen=True)
class Door:
    """One method of one page. `keeps`: it changes nothing, even for those who may."""

    name: str
    path: Path
    statuses: Statuses
    method: str = "get"
    body: Any = None
    keeps: bool = False

    def __str__(self) -> str:
        return f"{self.method} {self.name}"

    def ask(self, world: World, actor: str) -> Any:
        data = self.body(world) if callable(self.body) else self.body or {}
        answer = getattr(world.browser(actor), self.method)(self.path(world), data)
        answer.getvalue()
        return answer

    def expects(self, actor: str) -> int | str:
        return self.statuses[ACTORS.index(actor)]

    def admits(self, actor: str) -> bool:
        return self.expects(actor) in {200, 302, 307}


def got(answer: Any) -> int | str:
    """The status, or ASK."""
    return ASK if answer.get("Location", "").startswith(SIGN_IN) else int(answer.status_code)


def at(path: str) -> Path:
    return lambda world: path.format(
        free=world.free.code,
        code=world.pico.code,
        conduit=world.conduit.pk,
        photo=world.photo.pk,
        finder=world.finder.pk,
        token=world.token,
        gift=world.gift,
        invitation=world.invitation,
        had=world.had.pk,
        channel_token=world.channel_token,
        channel=world.channel.pk,
        mine=world.owners_rule.pk,
        desk=f"/desk/{world.company.slug}",
        product=world.product.pk,
        batch=world.batch.pk,
        endpoint=world.endpoint.pk,
        connector=world.connector.pk,
        delivery=world.delivery.pk,
        advisory=world.advisory.pk,
        theirs=world.companys_rule.pk,
        my_run=world.owners_run.pk,
        their_run=world.companys_run.pk,
        gtin=world.product.gtin,
        link=world.link.pk,
        request=world.request.pk,
        shown=world.shown.pk,
        asked=world.questions["owner"].pk,
        asked_us=world.questions["company"].pk,
        subscription=world.endpoint.subscription.pk,
        way=world.way.pk,
        unsubscribe=token_for(world.way.person_id, f"way:{world.way.pk}"),
    )


def get(name: str, path: str, statuses: Statuses) -> Door:
    return Door(name, at(path), statuses)


def post(name: str, path: str, statuses: Statuses, body: Any = None, *, keeps: bool = False) -> Door:
    return Door(name, at(path), statuses, "post", body, keeps)


PRODUCT = {"name": "Boot", "sku": "B-1", "claim_policy": "open"}
SAVE = {"do": "save"}
AS_JSON = SAVE | {
    "definition": '{"name": "A", "when": {"event": "pico.scanned"}, "then": [{"do": "notify_owner", "text": "Hello"}]}'
}
LOST = {"message": "On the bus.", "contact": "555-0100"}
WISHES = {"kinds": ["answer"], "digest": "daily", "digest_weekday": "0", "digest_hour": "8", "zone": "Europe/Berlin"}
WISHES |= {"quiet_from": "22:00", "quiet_until": "07:00", "per_company": "5"}
A_BROWSER = Browser().keys()
ADVISORY = {"title": "Recall", "body": "Send them back.", "severity": "high"}
LINK = {"name": "Neighbour", "scope": ["page"], "visibility": "private", "expires_in_days": "7"}


def an_agent(world: World) -> Any:
    return {"member": world.company.members.get(role="agent").pk}


def a_tick(world: World) -> str:
    field = fields_of(world.conduit)[0]
    return f"{field.name}={field.seen}"


DOORS = [
    get("home", "/", HOME),
    get("typed", "/code?code={code}", does(ANYBODY)),
    get("qr", "/P/{code}/qr.svg", ANYBODY),
    get("qr", "/P/{code}/qr.png", ANYBODY),
    get("fragment", "/P/{code}/fragment", (404, 404, 200, 404, 404, 404, 404)),
    get("claim", "/P/{free}/claim", SIGNED_IN),
    post("claim", "/P/{free}/claim", does(SIGNED_IN), {"claim": "yes"}),
    get("claim", "/P/{code}/claim", does(SIGNED_IN)),
    post("claim", "/P/{code}/claim", does(SIGNED_IN), {"claim": "yes"}, keeps=True),
    post("write", "/P/{code}/journal", does(OWNER), {"body": "It rains in.", "visibility": "shared"}),
    post("lost", "/P/{code}/lost", does(OWNER), LOST),
    post("recovered", "/P/{code}/recovered", does(OWNER), keeps=True),
    post("found", "/P/{code}/found", does(ANYBODY), {"message": "I have it."}),
    get("scan", "/P/{code}", ANYBODY),
    get("scan", "/P/{free}", ANYBODY),
    get("scan", "/p/{code}/", ANYBODY),
    get("resolve", "/01/{gtin}", (307,) * 7),
    get("webhook_keys", "/.well-known/webhooks/{endpoint}", ANYBODY),
    get("gs1resolver", "/.well-known/gs1resolver", ANYBODY),
    get("myterms", "/.well-known/myterms.json", ANYBODY),
    get("gs1_product", "/products/{gtin}", ANYBODY),
    get("finder", "/found/{token}", ANYBODY),
    get("finder_messages", "/found/{token}/messages", ANYBODY),
    post("finder", "/found/{token}", does(ANYBODY), {"body": "Still here."}),
    get("channel", "/channels/{channel_token}", ANYBODY),
    post("channel", "/channels/{channel_token}", does(ANYBODY), {"body": "A new sole."}),
    get("photo", "/photos/{photo}", (404, 404, 200, 200, 200, 200, 404)),
    get("photo_small", "/photos/{photo}/small", (404, 404, 200, 200, 200, 200, 404)),
    get("things", "/things", SIGNED_IN),
    post("things", "/things", does(SIGNED_IN), {"name": "A chair"}),
    get("tiles", "/things/tiles", SIGNED_IN),
    get("thing", "/things/{code}", OWNER),
    post("answer_finder", "/things/{code}/finders/{finder}", does(OWNER), {"body": "I come by at five."}),
    get("had", "/things/had/{had}", OWNER),
    get("history", "/things/{code}/history", OWNER),
    post("life", "/things/{code}/transfer", OWNER),
    post("life", "/things/{code}/keep", does(OWNER)),
    post("life", "/things/{code}/release", does(OWNER)),
    post("life", "/things/{code}/retire", does(OWNER), {"reason": "It broke."}),
    post("life", "/things/{code}/invite", does(OWNER), keeps=True),
    post("life", "/things/{code}/sell", NOBODY),
    get("transfer", "/transfers/{gift}", ANYBODY),
    post("transfer", "/transfers/{gift}", (ASK, 302, 409, 302, 302, 302, 302)),
    get("invitation", "/invitations/{invitation}", SIGNED_IN),
    post(
        "invitation",
        "/invitations/{invitation}",
        (ASK, 403, 403, 403, 403, 302, 422),
        lambda world: {"product": world.product.pk},
    ),
    post("open_channel", "/things/{code}/channels", OWNER, LINK),
    post("revoke_channel", "/things/{code}/channels/{channel}/revoke", does(OWNER)),
    post("acknowledge", "/things/{code}/advisories/{advisory}/read", does(OWNER)),
    get("companies", "/companies", SIGNED_IN),
    post("grants", "/conduits/{conduit}/grants", does(OWNER), {"grants": ["photos"]}),
    get("access_log", "/conduits/{conduit}/log", OWNER),
    get("passes", "/conduits/{conduit}/passes", OWNER),
    post("passes", "/conduits/{conduit}/passes", OWNER, lambda world: {"show": [a_tick(world)]}),
    get("pass_receipts", "/conduits/{conduit}/passes/receipts", OWNER),
    post("revoke_pass", "/conduits/{conduit}/passes/{shown}/revoke", does(OWNER)),
    get("terms", "/conduits/{conduit}/terms", OWNER),
    post("terms", "/conduits/{conduit}/terms", does(OWNER), {"preferred": "PDC-AI", "alternative": ""}),
    post("withdraw_terms", "/conduits/{conduit}/terms/withdraw", does(OWNER)),
    post("steer", "/conduits/{conduit}/pause", does(OWNER)),
    post("steer", "/conduits/{conduit}/close", does(OWNER)),
    post("steer", "/conduits/{conduit}/open", NOBODY),
    post("settle_request", "/things/{code}/requests/{request}", does(OWNER)),
    post("answer_question", "/things/{code}/questions/{asked}", does(OWNER), {"choice": "Yes"}),
    post("answer_question", "/things/{code}/questions/{asked_us}", NOBODY),
    get("rules", "/rules", SIGNED_IN),
    get("gallery", "/rules/new", SIGNED_IN),
    get("from_template", "/rules/new/tell_them_i_wrote", SIGNED_IN),
    post("from_template", "/rules/new/tell_them_i_wrote", does(SIGNED_IN), SAVE),
    post("from_template", "/rules/new/tell_the_call_centre", NOBODY, SAVE),
    get("from_json", "/rules/new/json", SIGNED_IN),
    post("from_json", "/rules/new/json", does(SIGNED_IN), AS_JSON),
    get("change_rule", "/rules/{mine}/change", OWNER),
    post("change_rule", "/rules/{mine}/change", does(OWNER), AS_JSON),
    get("runs", "/rules/{mine}/runs", OWNER),
    get("run", "/rules/{mine}/runs/{my_run}", OWNER),
    get("missed", "/rules/{mine}/missed", OWNER),
    post("rule_verb", "/rules/{mine}/disable", does(OWNER)),
    post("rule_verb", "/rules/{mine}/delete", does(OWNER)),
    post("rule_verb", "/rules/{mine}/obey", NOBODY),
    post("rule_verb", "/rules/{theirs}/disable", NOBODY),
    get("you", "/you", SIGNED_IN),
    post("you", "/you", does(SIGNED_IN), {"name": "Mara"}),
    get("reach", "/you/reach", SIGNED_IN),
    post("reach", "/you/reach", does(SIGNED_IN), WISHES),
    post("add_app", "/you/reach/apps", does(SIGNED_IN), {"url": "ntfys://ntfy.sh/topic", "name": "My phone"}),
    post("add_browser", "/you/reach/browsers", does(SIGNED_IN), {"endpoint": "https://push.example/1"} | A_BROWSER),
    post("change_way", "/you/reach/ways/{way}/off", does(OWNER)),
    post("change_way", "/you/reach/ways/{way}/test", does(OWNER)),
    post("change_way", "/you/reach/ways/{way}/remove", does(OWNER)),
    post("change_way", "/you/reach/ways/{way}/kick", NOBODY),
    post("mute", "/you/reach/mutes", does(SIGNED_IN), lambda world: {"company": world.company.pk}),
    post("mute", "/you/reach/mutes", does(SIGNED_IN), {"kind": "terms", "back": "things"}),
    get("unsubscribe", "/unsubscribe/{unsubscribe}", ANYBODY),
    post("unsubscribe", "/unsubscribe/{unsubscribe}", ANYBODY),
    get("service_worker", "/service-worker.js", ANYBODY),
    post("you_keys", "/you/keys", SIGNED_IN, {"name": "A script"}),
    get("you_told", "/you/told", SIGNED_IN),
    post("you_told", "/you/told", does(SIGNED_IN), {"level": "all"}),
    get("advisories", "{desk}/advisories", MEMBERS),
    get("new_advisory", "{desk}/advisories/new", ADMINS),
    post("new_advisory", "{desk}/advisories/new", does(ADMINS), ADVISORY | {"region": "DE"}),
    get("advisory", "{desk}/advisories/{advisory}", MEMBERS),
    get("advisory_progress", "{desk}/advisories/{advisory}/progress", MEMBERS),
    get("correct_advisory", "{desk}/advisories/{advisory}/correct", ADMINS),
    post("correct_advisory", "{desk}/advisories/{advisory}/correct", does(ADMINS), ADVISORY),
    get("end_advisory", "{desk}/advisories/{advisory}/end", ADMINS),
    post("end_advisory", "{desk}/advisories/{advisory}/end", does(ADMINS), {"how": "withdrawn"}),
    post("you_terms", "/you/terms", does(SIGNED_IN), {"preferred": "SD-BASE"}),
    get("inbox", "{desk}", MEMBERS),
    get("inbox_rows", "{desk}/rows", MEMBERS),
    post("mail_me", "{desk}/mail", does(MEMBERS), {"mail": "yes"}),
    get("desk_passes", "{desk}/passes", MEMBERS),
    post("desk_passes", "{desk}/passes", does(AGENTS), lambda world: {"code": world.call_code}),
    get("desk_pass", "{desk}/passes/{shown}", MEMBERS),
    get("desk_pass_part", "{desk}/passes/{shown}/part", MEMBERS),
    get("pass_photo", "{desk}/passes/{shown}/photos/{photo}", (ASK, 404, 404, 404, 200, 404, 404)),
    get("conversation", "{desk}/conduits/{conduit}", MEMBERS),
    post("conversation", "{desk}/conduits/{conduit}", does(AGENTS), {"body": "We mend it."}),
    get("conversation_entries", "{desk}/conduits/{conduit}/entries", MEMBERS),
    post("settled", "{desk}/conduits/{conduit}/settled", does(AGENTS)),
    post("label_conversation", "{desk}/conduits/{conduit}/labels", does(AGENTS), {"label": "Urgent"}),
    post("assign_conversation", "{desk}/conduits/{conduit}/assignee", does(AGENTS), an_agent),
    post("open_request", "{desk}/conduits/{conduit}/requests", does(AGENTS), {"title": "Call back"}),
    post("close_request", "{desk}/conduits/{conduit}/requests/{request}/close", does(AGENTS)),
    post("answer_at_desk", "{desk}/conduits/{conduit}/questions/{asked_us}", does(AGENTS), {"choice": "Yes"}),
    post("answer_at_desk", "{desk}/conduits/{conduit}/questions/{asked}", (ASK, 404, 404, 403, 404, 404, 404)),
    get("products", "{desk}/products", MEMBERS),
    post("products", "{desk}/products", does(ADMINS), PRODUCT),
    get("product", "{desk}/products/{product}", MEMBERS),
    post("product", "{desk}/products/{product}", does(ADMINS), {"count": "3"}),
    get("batches", "{desk}/products/{product}/batches", MEMBERS),
    post(
        "link_printed",
        "{desk}/products/{product}/printed",
        does(ADMINS),
        lambda world: {"printed": SimpleUploadedFile("links.csv", f"{world.free.code},S-1".encode())},
    ),
    post("add_link", "{desk}/products/{product}/links", does(ADMINS), {"type": "pip", "href": "https://lamo.example/"}),
    post("remove_link", "{desk}/products/{product}/links/{link}/remove", does(ADMINS)),
    get("export", "{desk}/batches/{batch}.csv", ADMINS),
    post("cancel_batch", "{desk}/batches/{batch}/cancel", does(ADMINS), keeps=True),
    get("desk_terms", "{desk}/terms", MEMBERS),
    post("desk_terms", "{desk}/terms", does(ADMINS), {"accepts": ["SD-BASE"]}),
    post("answer_terms", "{desk}/conduits/{conduit}/terms/accept", does(ADMINS), keeps=True),
    post("answer_terms", "{desk}/conduits/{conduit}/terms/sign", (ASK, 404, 404, 403, 403, 404, 404)),
    get("keeping", "{desk}/keeping", ADMINS),
    post("keeping", "{desk}/keeping", does(ADMINS), {"keep_months": "12"}),
    get("copy", "{desk}/picos/{code}", MEMBERS),
    get("copy", "{desk}/picos/{free}", MEMBERS),
    post("copy_verb", "{desk}/picos/{code}/retire", does(ADMINS), keeps=True),
    post("copy_verb", "{desk}/picos/{code}/sell", (ASK, 404, 404, 403, 403, 404, 404)),
    get("labels", "{desk}/batches/{batch}/labels", ADMINS),
    get("labels_preview", "{desk}/batches/{batch}/labels/preview.svg", ADMINS),
    get("labels_file", "{desk}/batches/{batch}/labels.pdf", ADMINS),
    get("labels_file", "{desk}/batches/{batch}/labels.zpl", ADMINS),
    get("labels_file", "{desk}/batches/{batch}/labels.zip", ADMINS),
    get("labels_file", "{desk}/batches/{batch}/labels.exe", (ASK, 404, 404, 403, 403, 404, 404)),
    get("endpoints", "{desk}/endpoints", ADMINS),
    post("endpoints", "{desk}/endpoints", ADMINS, {"url": "http://127.0.0.1/b", "events": ["pico.lost"]}),
    post("endpoint_verb", "{desk}/endpoints/{endpoint}/test", does(ADMINS)),
    post("endpoint_verb", "{desk}/endpoints/{endpoint}/rotate", ADMINS),
    post("endpoint_verb", "{desk}/endpoints/{endpoint}/enable", does(ADMINS), keeps=True),
    post("endpoint_verb", "{desk}/endpoints/{endpoint}/recover", does(ADMINS), {"hours": "24"}, keeps=True),
    post("endpoint_verb", "{desk}/endpoints/{endpoint}/recover", (ASK, 404, 404, 403, 403, 404, 404), {"hours": "9"}),
    post("endpoint_verb", "{desk}/endpoints/{endpoint}/delete", does(ADMINS)),
    post("endpoint_verb", "{desk}/endpoints/{endpoint}/kick", (ASK, 404, 404, 403, 403, 404, 404)),
    get("connectors", "{desk}/connectors", ADMINS),
    get("new_connector", "{desk}/connectors/new/helpdesk", ADMINS),
    get("new_connector", "{desk}/connectors/new/fax", (ASK, 404, 404, 403, 403, 404, 404)),
    post("new_connector", "{desk}/connectors/new/helpdesk", ADMINS, HELPDESK | {"events": ["pico.lost"]}),
    get("connector", "{desk}/connectors/{connector}", ADMINS),
    post("connector", "{desk}/connectors/{connector}", does(ADMINS), HELPDESK | {"queue": 9, "events": ["pico.lost"]}),
    post("connector_verb", "{desk}/connectors/{connector}/test", does(ADMINS)),
    post("connector_verb", "{desk}/connectors/{connector}/rotate", ADMINS),
    post("connector_verb", "{desk}/connectors/{connector}/enable", does(ADMINS), keeps=True),
    post("connector_verb", "{desk}/connectors/{connector}/disable", does(ADMINS)),
    post("connector_verb", "{desk}/connectors/{connector}/delete", does(ADMINS)),
    post("connector_verb", "{desk}/connectors/{connector}/kick", (ASK, 404, 404, 403, 403, 404, 404)),
    get("deliveries", "{desk}/deliveries", MEMBERS),
    get("delivery", "{desk}/deliveries/{delivery}", MEMBERS),
    post("delivery", "{desk}/deliveries/{delivery}", does(ADMINS)),
    get("company_keys", "{desk}/keys", ADMINS),
    post("company_keys", "{desk}/keys", ADMINS, {"name": "The CRM"}),
    get("members", "{desk}/members", ADMINS),
    post("members", "{desk}/members", does(ADMINS), {"email": "new@lamo.example", "role": "agent"}),
    get("logo", "{desk}/logo", ADMINS),
    post("logo", "{desk}/logo", does(ADMINS), {"remove": "1"}),
    get("logo_picture", "{desk}/logo.png", ADMINS),
    get("company_rules", "{desk}/rules", MEMBERS),
    get("company_gallery", "{desk}/rules/new", ADMINS),
    get("company_from_template", "{desk}/rules/new/tell_the_call_centre", ADMINS),
    post(
        "company_from_template",
        "{desk}/rules/new/tell_the_call_centre",
        does(ADMINS),
        lambda world: SAVE | {"product": world.product.pk, "endpoint": world.endpoint.pk},
    ),
    get("company_from_json", "{desk}/rules/new/json", ADMINS),
    post("company_from_json", "{desk}/rules/new/json", does(ADMINS), AS_JSON),
    get("company_change_rule", "{desk}/rules/{theirs}/change", ADMINS),
    post("company_change_rule", "{desk}/rules/{theirs}/change", does(ADMINS), AS_JSON),
    get("company_runs", "{desk}/rules/{theirs}/runs", MEMBERS),
    get("company_run", "{desk}/rules/{theirs}/runs/{their_run}", MEMBERS),
    get("company_missed", "{desk}/rules/{theirs}/missed", MEMBERS),
    post("company_rule_verb", "{desk}/rules/{theirs}/disable", does(ADMINS)),
    post("company_rule_verb", "{desk}/rules/{theirs}/delete", does(ADMINS)),
    post("company_rule_verb", "{desk}/rules/{subscription}/delete", does(ADMINS), keeps=True),
    post("company_rule_verb", "{desk}/rules/{mine}/disable", (ASK, 404, 404, 403, 403, 404, 404)),
]


def names(patterns: Sequence[Any]) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield pattern.name or ""
        elif "allauth" not in str(pattern.urlconf_name):
            yield from names(pattern.url_patterns)


def test_every_page_stands_in_the_table() -> None:
    assert {door.name for door in DOORS} == {name for name in names(urls.urlpatterns) if name}


@pytest.mark.parametrize("door", DOORS, ids=str)
def test_a_door_opens_to_whom_it_should_and_a_refusal_changes_nothing(world: World, door: Door) -> None:
    before = written()
    for actor in [who for who in ACTORS if not door.admits(who)]:
        assert got(door.ask(world, actor)) == door.expects(actor), actor
    assert written() == before
    for actor in [who for who in ACTORS if door.admits(who)]:
        # What a door undoes itself was written all the same.
        looked: Callable[[], Mapping[str, object]] = everything if door.keeps else written
        earlier = looked()
        with in_passing():
            assert got(door.ask(world, actor)) == door.expects(actor), actor
            assert door.method == "get" or (looked() == earlier) is door.keeps, actor


# Pages that only take what a form sends, and where that form stands.
STANDS_AT = {
    "acknowledge": "/things/{code}",
    "write": "/P/{code}?stay",
    "lost": "/things/{code}",
    "recovered": "/things/{code}",
    "found": "/P/{code}?stay",
    "answer_finder": "/things/{code}",
    "life": "/things/{code}",
    "open_channel": "/things/{code}",
    "revoke_channel": "/things/{code}",
    "grants": "/companies",
    "steer": "/companies",
    "rule_verb": "/rules",
    "you_keys": "/you",
    "add_app": "/you/reach",
    "add_browser": "/you/reach",
    "change_way": "/you/reach",
    "mute": "/you/reach",
    "settled": "{desk}/conduits/{conduit}",
    "label_conversation": "{desk}/conduits/{conduit}",
    "assign_conversation": "{desk}/conduits/{conduit}",
    "open_request": "{desk}/conduits/{conduit}",
    "close_request": "{desk}/conduits/{conduit}",
    "answer_at_desk": "{desk}/conduits/{conduit}",
    "answer_question": "/things/{code}",
    "settle_request": "/things/{code}",
    "answer_terms": "{desk}/terms",
    "withdraw_terms": "/conduits/{conduit}/terms",
    "revoke_pass": "/conduits/{conduit}/passes",
    "mail_me": "{desk}",
    "you_terms": "/you",
    "cancel_batch": "{desk}/products",
    "link_printed": "{desk}/products/{product}",
    "add_link": "{desk}/products/{product}",
    "remove_link": "{desk}/products/{product}",
    "endpoint_verb": "{desk}/endpoints",
    "connector_verb": "{desk}/connectors/{connector}",
    "company_rule_verb": "{desk}/rules",
    "copy_verb": "{desk}/picos/{code}",
}


def test_a_method_that_a_page_does_not_know_is_refused_and_changes_nothing(world: World) -> None:
    before = written()
    for name in sorted({door.name for door in DOORS}):
        doors = [door for door in DOORS if door.name == name]
        known = {door.method for door in doors} | {"head" for door in doors if door.method == "get"}
        leads = {"get", "head"} if name in STANDS_AT else set()
        for method in {"get", "head", "post", "put", "patch", "delete"} - known - leads:
            who_may = next(who for who in ACTORS[1:] if doors[0].admits(who))
            asked = getattr(world.browser(who_may), method)
            answer = asked(doors[0].path(world))
            assert answer.status_code == 405, (name, method)
            assert not leads or read(answer).heading == "This page is not opened in this way", (name, method)
    assert written() == before


def test_who_opens_a_page_that_only_takes_a_form_is_led_to_that_form(world: World) -> None:
    before = written()
    assert set(STANDS_AT) == {door.name for door in DOORS} - {door.name for door in DOORS if door.method == "get"}
    for door in [door for door in DOORS if door.name in STANDS_AT]:
        for actor in ACTORS:
            for method in ("get", "head"):
                answer = getattr(world.browser(actor), method)(door.path(world))
                there = at(STANDS_AT[door.name])(world)
                assert (answer.status_code, answer["Location"]) == (302, there), (door.name, actor)
                assert answer["Cache-Control"] == "private, no-store"
    assert written() == before


def test_a_program_that_asks_such_a_page_is_told_to_post(world: World) -> None:
    answer = browser().get(f"/P/{world.pico.code}/found", headers={"Accept": "application/json"})
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert answer.json()["detail"] == "This takes a POST alone. Nothing was changed."
