"""Send the event itself to one of the company's endpoints."""

from uuid import UUID

from conduits.models import Endpoint
from conduits.queueing import queue_delivery
from rules.actions.outcome import Outcome, refused
from rules.language import Strict
from rules.moment import Moment
from rules.naming import Names

NAME = "send_webhook"
PARTIES = ("company",)


class Settings(Strict):
    """`endpoint`: the id of an endpoint of the rule's company."""

    endpoint: UUID


def sentence(settings: Settings, names: Names) -> str:
    """Completes "THEN …"."""
    return f"send it to {names.endpoints.get(settings.endpoint, 'an endpoint that is gone')}"


def perform(settings: Settings, moment: Moment) -> Outcome:
    """Queues the delivery; the gate looks again when it leaves."""
    endpoint = Endpoint.objects.filter(pk=settings.endpoint, company=moment.rule.company_id, deleted_at=None).first()
    if endpoint is None:
        return refused("The endpoint is gone.")
    delivery = queue_delivery(
        event=moment.event, endpoint=endpoint, conduit=moment.conduit, rule_version_id=moment.version.pk
    )
    return Outcome("done", f"A message to {endpoint.url} is on its way.", str(delivery.pk))
