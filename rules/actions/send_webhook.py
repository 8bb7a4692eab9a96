"""Send the event itself to one of the company's endpoints."""

from uuid import UUID

from conduits.delivery.queueing import DeliveryDraft
from conduits.models import Endpoint
from parties.errors import RefusedError
from parties.models import Company, Person
from rules.actions.outcome import Outcome, refused
from rules.engine.moment import Moment
from rules.language.naming import Names
from rules.language.shapes import Strict

NAME = "send_webhook"
PARTIES = ("company",)
GATHERS = True
WAITS = False


class Settings(Strict):
    """`endpoint`: the id of an endpoint of the rule's company."""

    endpoint: UUID

    def check(self, party: Company | Person) -> None:
        """It is one of the party's."""
        if not Endpoint.objects.filter(pk=self.endpoint, company=party.pk, deleted_at=None).exists():
            message = "You have no such endpoint."
            raise RefusedError(message, field="endpoint")


def sentence(settings: Settings, names: Names) -> str:
    """Completes "THEN …"."""
    return f"send it to {names.endpoints.get(settings.endpoint, 'an endpoint that is gone')}"


def perform(settings: Settings, moment: Moment) -> Outcome:
    """Queues the delivery; the gate looks again when it leaves."""
    url = moment.endpoints.get(settings.endpoint)
    if url is None:
        return refused("The endpoint is gone.")
    draft = DeliveryDraft(
        event=moment.meant, endpoint_id=settings.endpoint, conduit=moment.conduit, rule_version_id=moment.version.pk
    )
    moment.effects.add(draft)
    return Outcome("done", f"A message to {url} is on its way.", str(draft.id))


def rehearse(settings: Settings, moment: Moment) -> Outcome:
    """Where it would go."""
    url = moment.endpoints.get(settings.endpoint)
    return Outcome("done", f"send the event to {url}") if url else refused("The endpoint is gone.")
