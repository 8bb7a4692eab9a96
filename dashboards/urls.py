"""The pages' table of contents."""

from django.urls import include, path, re_path
from django.views.generic import RedirectView

from dashboards import (
    accepting,
    by_link,
    channels,
    claiming,
    finders,
    gs1,
    home,
    life,
    myterms,
    photos,
    questions,
    reading,
    relations,
    scan_page,
    squares,
    terms,
    things,
    well_known,
    you,
)
from dashboards.desk import (
    advisories,
    catalogue,
    conversation,
    copies,
    handling,
    inbox,
    keeping,
    labels,
    links,
    printed,
    staff,
    webhooks,
)
from dashboards.desk import terms as desk_terms
from dashboards.posting import posts
from dashboards.rules import editor, listing, runs
from dashboards.rules.places import companys, mine
from parties.access import Role

# A code's pages: /P/… as printed, in any case.
CODE = r"^[Pp]/(?P<code>[^/]+)"

desk = [
    path("rows", inbox.rows, name="inbox_rows"),
    path("mail", posts(inbox.mail, "inbox", "slug"), name="mail_me"),
    path("conduits/<uuid:conduit_id>", conversation.conversation, name="conversation"),
    path("conduits/<uuid:conduit_id>/entries", conversation.entries, name="conversation_entries"),
    path(
        "conduits/<uuid:conduit_id>/settled",
        posts(conversation.settled, "conversation", "slug", "conduit_id"),
        name="settled",
    ),
    path(
        "conduits/<uuid:conduit_id>/labels",
        posts(handling.label, "conversation", "slug", "conduit_id"),
        name="label_conversation",
    ),
    path(
        "conduits/<uuid:conduit_id>/assignee",
        posts(handling.assignee, "conversation", "slug", "conduit_id"),
        name="assign_conversation",
    ),
    path(
        "conduits/<uuid:conduit_id>/requests",
        posts(handling.open_request, "conversation", "slug", "conduit_id"),
        name="open_request",
    ),
    path(
        "conduits/<uuid:conduit_id>/requests/<uuid:request_id>/close",
        posts(handling.close_request, "conversation", "slug", "conduit_id"),
        name="close_request",
    ),
    path(
        "conduits/<uuid:conduit_id>/questions/<uuid:question_id>",
        posts(handling.answer, "conversation", "slug", "conduit_id"),
        name="answer_at_desk",
    ),
    path("products", catalogue.products, name="products"),
    path("products/<uuid:product_id>", catalogue.product, name="product"),
    path("products/<uuid:product_id>/batches", catalogue.batches, name="batches"),
    path("products/<uuid:product_id>/links", posts(links.add, "product", "slug", "product_id"), name="add_link"),
    path(
        "products/<uuid:product_id>/links/<uuid:link_id>/remove",
        posts(links.remove, "product", "slug", "product_id"),
        name="remove_link",
    ),
    path(
        "products/<uuid:product_id>/printed",
        posts(printed.link_printed, "product", "slug", "product_id"),
        name="link_printed",
    ),
    path("batches/<uuid:batch_id>.csv", catalogue.export, name="export"),
    path("batches/<uuid:batch_id>/cancel", posts(catalogue.cancel, "products", "slug"), name="cancel_batch"),
    path("keeping", keeping.keeping, name="keeping"),
    path("terms", desk_terms.terms, name="desk_terms"),
    path(
        "conduits/<uuid:conduit_id>/terms/<slug:verb>",
        posts(desk_terms.answer, "desk_terms", "slug"),
        name="answer_terms",
    ),
    path("picos/<str:code>", copies.copy, name="copy"),
    path("picos/<str:code>/<slug:verb>", posts(copies.copy_verb, "copy", "slug", "code"), name="copy_verb"),
    path("batches/<uuid:batch_id>/labels", labels.labels, name="labels"),
    path("batches/<uuid:batch_id>/labels/preview.svg", labels.labels_preview, name="labels_preview"),
    path("batches/<uuid:batch_id>/labels.<slug:kind>", labels.labels_file, name="labels_file"),
    path("advisories", advisories.advisories, name="advisories"),
    path("advisories/new", advisories.new, name="new_advisory"),
    path("advisories/<uuid:advisory_id>", advisories.advisory, name="advisory"),
    path("advisories/<uuid:advisory_id>/progress", advisories.progress, name="advisory_progress"),
    path("advisories/<uuid:advisory_id>/correct", advisories.correct, name="correct_advisory"),
    path("advisories/<uuid:advisory_id>/end", advisories.end, name="end_advisory"),
    path("endpoints", webhooks.endpoints, name="endpoints"),
    path(
        "endpoints/<uuid:endpoint_id>/<slug:verb>",
        posts(webhooks.endpoint_verb, "endpoints", "slug"),
        name="endpoint_verb",
    ),
    path("deliveries", webhooks.deliveries, name="deliveries"),
    path("deliveries/<uuid:delivery_id>", webhooks.delivery, name="delivery"),
    path("keys", webhooks.keys, name="company_keys"),
    path("members", staff.members, name="members"),
    path("rules", companys(listing.rules), name="company_rules"),
    path("rules/new", companys(editor.templates, to=Role.ADMIN), name="company_gallery"),
    path("rules/new/json", companys(editor.from_json, to=Role.ADMIN), name="company_from_json"),
    path("rules/new/<slug:name>", companys(editor.from_template, to=Role.ADMIN), name="company_from_template"),
    path("rules/<uuid:rule_id>/change", companys(editor.change, to=Role.ADMIN), name="company_change_rule"),
    path("rules/<uuid:rule_id>/runs", companys(runs.runs), name="company_runs"),
    path("rules/<uuid:rule_id>/runs/<uuid:run_id>", companys(runs.run), name="company_run"),
    path("rules/<uuid:rule_id>/missed", companys(runs.missed), name="company_missed"),
    path(
        "rules/<uuid:rule_id>/<slug:verb>",
        posts(companys(listing.rule_verb, to=Role.ADMIN), "company_rules", "slug"),
        name="company_rule_verb",
    ),
]

urlpatterns = [
    path("", home.home, name="home"),
    path("code", scan_page.typed, name="typed"),
    re_path(rf"{CODE}/qr\.(?P<kind>svg|png)$", squares.qr_code, name="qr"),
    re_path(rf"{CODE}/fragment$", scan_page.fragment, name="fragment"),
    re_path(rf"{CODE}/claim$", claiming.claim, name="claim"),
    re_path(rf"{CODE}/journal$", posts(claiming.write, "scan", "code"), name="write"),
    re_path(rf"{CODE}/lost$", posts(things.lost, "thing", "code"), name="lost"),
    re_path(rf"{CODE}/recovered$", posts(things.recovered, "thing", "code"), name="recovered"),
    re_path(rf"{CODE}/found$", posts(finders.found, "scan", "code"), name="found"),
    re_path(rf"{CODE}/?$", scan_page.scan, name="scan"),
    # GS1 Digital Links; dashboards/resolving_first.py answers most of them before Django.
    re_path(r"^01(?:/|$)", gs1.resolve, name="resolve"),
    path(".well-known/webhooks/<uuid:endpoint_id>", well_known.webhook_keys, name="webhook_keys"),
    path(".well-known/gs1resolver", gs1.describe, name="gs1resolver"),
    path(".well-known/myterms.json", myterms.describe, name="myterms"),
    path("products/<str:gtin>", gs1.product, name="gs1_product"),
    path("found/<str:token>", finders.finder, name="finder"),
    path("channels/<str:token>", by_link.channel, name="channel"),
    path("photos/<uuid:photo_id>", photos.photo, name="photo"),
    path("photos/<uuid:photo_id>/small", photos.photo_small, name="photo_small"),
    path("things", things.things, name="things"),
    path("things/tiles", things.tiles, name="tiles"),
    path("things/had/<uuid:journal_id>", life.had, name="had"),
    path("things/<str:code>", things.thing, name="thing"),
    path(
        "things/<str:code>/finders/<uuid:finder_id>", posts(things.answer_finder, "thing", "code"), name="answer_finder"
    ),
    path("things/<str:code>/history", life.history, name="history"),
    path("transfers/<str:token>", accepting.transfer, name="transfer"),
    path("invitations/<str:token>", accepting.invitation, name="invitation"),
    path("things/<str:code>/channels", posts(channels.open_one, "thing", "code"), name="open_channel"),
    path(
        "things/<str:code>/channels/<uuid:channel_id>/revoke",
        posts(channels.revoke, "thing", "code"),
        name="revoke_channel",
    ),
    path(
        "things/<str:code>/advisories/<uuid:advisory_id>/read",
        posts(reading.acknowledge, "thing", "code"),
        name="acknowledge",
    ),
    path(
        "things/<str:code>/questions/<uuid:question_id>",
        posts(questions.answer, "thing", "code"),
        name="answer_question",
    ),
    path("things/<str:code>/<slug:verb>", posts(life.change, "thing", "code"), name="life"),
    path("companies", relations.companies, name="companies"),
    path("conduits/<uuid:conduit_id>/grants", posts(relations.grants, "companies"), name="grants"),
    path("conduits/<uuid:conduit_id>/log", relations.access_log, name="access_log"),
    path("conduits/<uuid:conduit_id>/terms", terms.terms, name="terms"),
    path(
        "conduits/<uuid:conduit_id>/terms/withdraw", posts(terms.withdraw, "terms", "conduit_id"), name="withdraw_terms"
    ),
    path("conduits/<uuid:conduit_id>/<slug:verb>", posts(relations.steer, "companies"), name="steer"),
    path("rules", mine(listing.rules), name="rules"),
    path("rules/new", mine(editor.templates), name="gallery"),
    path("rules/new/json", mine(editor.from_json), name="from_json"),
    path("rules/new/<slug:name>", mine(editor.from_template), name="from_template"),
    path("rules/<uuid:rule_id>/change", mine(editor.change), name="change_rule"),
    path("rules/<uuid:rule_id>/runs", mine(runs.runs), name="runs"),
    path("rules/<uuid:rule_id>/runs/<uuid:run_id>", mine(runs.run), name="run"),
    path("rules/<uuid:rule_id>/missed", mine(runs.missed), name="missed"),
    path("rules/<uuid:rule_id>/<slug:verb>", posts(mine(listing.rule_verb), "rules"), name="rule_verb"),
    path("you", you.you, name="you"),
    path("you/told", you.told, name="you_told"),
    path("you/keys", posts(you.keys, "you"), name="you_keys"),
    path("you/terms", posts(terms.usual, "you"), name="you_terms"),
    path("desk/<slug:slug>", inbox.inbox, name="inbox"),
    path("desk/<slug:slug>/", include(desk)),
    # Signing in is by mailed code or passkey. allauth's pages for passwords, further addresses and second factors
    # stay shut: an address that somebody merely claims must never lead to a code.
    path("account/login/", RedirectView.as_view(pattern_name="account_request_login_code", query_string=True)),
    path("account/signup/", RedirectView.as_view(pattern_name="account_request_login_code", query_string=True)),
    re_path(r"^account/(?:email|confirm-email|password)/", RedirectView.as_view(pattern_name="you")),
    path("account/2fa/", RedirectView.as_view(pattern_name="mfa_list_webauthn")),
    path("account/", include("allauth.urls")),
]
