"""The API's table of contents."""

from django.urls import path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from api.doors import door
from api.problems import nowhere
from conduits.api import channels, conduits, deliveries, journal, life, picos, states
from picos import api as catalogue
from picos import link_api as links
from picos.labels import api as labels
from rules.api import endpoints, rules

urlpatterns = [
    path("schema", SpectacularAPIView.as_view(), name="schema"),
    path("docs", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
    path("products", door(get=catalogue.list_products, post=catalogue.add_product)),
    path("products/<uuid:product_id>", door(get=catalogue.show_product)),
    path("products/<uuid:product_id>/links", door(get=links.list_links, post=links.add_link)),
    path("products/<uuid:product_id>/links/<uuid:link_id>", door(delete=links.remove_link)),
    path("products/<uuid:product_id>/copies", door(get=catalogue.show_limits, put=catalogue.set_limits)),
    path("batches", door(get=catalogue.list_batches, post=catalogue.order_batch)),
    path("batches/import", door(post=catalogue.import_batch)),
    path("batches/<uuid:batch_id>", door(get=catalogue.show_batch)),
    path("batches/<uuid:batch_id>/cancel", door(post=catalogue.cancel_batch)),
    path("batches/<uuid:batch_id>/labels.pdf", door(get=labels.labels_pdf)),
    path("batches/<uuid:batch_id>/labels.zpl", door(get=labels.labels_zpl)),
    path("batches/<uuid:batch_id>/labels.csv", door(get=labels.labels_csv)),
    path("batches/<uuid:batch_id>/labels.zip", door(get=labels.labels_zip)),
    path("picos", door(get=picos.list_picos, post=picos.add_thing)),
    path("picos/serials", door(post=catalogue.link_codes)),
    path("picos/<str:code>", door(get=picos.show_pico)),
    path("picos/<str:code>/claim", door(post=picos.claim)),
    path("picos/<str:code>/unlock", door(post=picos.unlock)),
    path("picos/<str:code>/lost", door(post=picos.report_lost, put=picos.reword_loss)),
    path("picos/<str:code>/recovered", door(post=picos.report_recovered)),
    path("picos/<str:code>/transfer", door(post=life.offer_transfer, delete=life.withdraw_transfer)),
    path("transfers/<str:token>/accept", door(post=life.accept_transfer)),
    path("picos/<str:code>/release", door(post=life.release)),
    path("picos/<str:code>/retire", door(post=life.retire)),
    path("picos/<str:code>/activate", door(post=life.activate)),
    path("picos/<str:code>/merge", door(post=life.merge)),
    path("picos/<str:code>/invite", door(post=life.invite, delete=life.withdraw_invitation)),
    path("invitations/<str:token>/accept", door(post=life.accept_invitation)),
    path("picos/<str:code>/history", door(get=journal.list_history)),
    path("picos/<str:code>/journal", door(get=journal.list_entries, post=journal.add_entry)),
    path("picos/<str:code>/events", door(get=picos.list_events)),
    path("picos/<str:code>/state", door(get=states.list_states)),
    path("picos/<str:code>/state/<str:key>", door(put=states.set_state, delete=states.delete_state)),
    path("picos/<str:code>/state/<str:key>/history", door(get=states.list_changes)),
    path("picos/<str:code>/channels", door(get=channels.list_channels, post=channels.open_channel)),
    path("picos/<str:code>/channels/<uuid:channel_id>", door(delete=channels.revoke_channel)),
    path("picos/<str:code>/channels/<uuid:channel_id>/uses", door(get=channels.list_uses)),
    path("attachments/<uuid:attachment_id>", door(get=journal.show_attachment)),
    path("conduits", door(get=conduits.list_conduits)),
    path("conduits/<uuid:conduit_id>", door(get=conduits.show_conduit)),
    path("conduits/<uuid:conduit_id>/pause", door(post=conduits.pause)),
    path("conduits/<uuid:conduit_id>/resume", door(post=conduits.resume)),
    path("conduits/<uuid:conduit_id>/close", door(post=conduits.close)),
    path("conduits/<uuid:conduit_id>/grants", door(put=conduits.set_grants)),
    path("conduits/<uuid:conduit_id>/messages", door(post=conduits.post_message)),
    path("conduits/<uuid:conduit_id>/terms", door(get=conduits.list_terms)),
    path("conduits/<uuid:conduit_id>/access-log", door(get=conduits.access_log)),
    path("terms/<str:sha256>", door(get=conduits.show_terms)),
    path("endpoints", door(get=endpoints.list_endpoints, post=endpoints.add_endpoint)),
    path(
        "endpoints/<uuid:endpoint_id>",
        door(get=endpoints.show_endpoint, put=endpoints.change_events, delete=endpoints.delete_endpoint),
    ),
    path("endpoints/<uuid:endpoint_id>/rotate", door(post=endpoints.rotate)),
    path("endpoints/<uuid:endpoint_id>/test", door(post=endpoints.send_test)),
    path("endpoints/<uuid:endpoint_id>/enable", door(post=endpoints.enable)),
    path("deliveries", door(get=deliveries.list_deliveries)),
    path("deliveries/<uuid:delivery_id>", door(get=deliveries.show_delivery)),
    path("deliveries/<uuid:delivery_id>/replay", door(post=deliveries.replay_delivery)),
    path("rules", door(get=rules.list_rules, post=rules.write_rule)),
    path("rules/<uuid:rule_id>", door(get=rules.show_rule, put=rules.rewrite_rule, delete=rules.delete_rule)),
    path("rules/<uuid:rule_id>/enable", door(post=rules.enable)),
    path("rules/<uuid:rule_id>/disable", door(post=rules.disable)),
    path("rules/<uuid:rule_id>/runs", door(get=rules.list_runs)),
    path("runs/<uuid:run_id>", door(get=rules.show_run)),
    re_path("", nowhere),
]
