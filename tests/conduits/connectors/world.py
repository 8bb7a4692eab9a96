"""A company with a connector to a stand-in, and a customer of theirs."""

import json
from dataclasses import dataclass, field
from typing import Any

from django.test import Client
from django.utils import timezone

from conduits import steering
from conduits.connectors import looking
from conduits.delivery import draining as delivery
from conduits.models import Conduit, Connector, Delivery
from conduits.models.conduit import Grant
from journals.keeping import append_entry
from journals.models import Entry
from picos.scanning import record_scan
from rules.engine import draining as engine
from rules.subscriptions import add_subscribed_connector
from tests.conduits.connectors.documented import Documented
from tests.conduits.sink import Sink
from tests.factories import a_company, a_conduit, a_person, a_product, picos


@dataclass
class World:
    """`system` stands for what the company has; `secret` signs Standard Webhooks, `key` opens the address."""

    system: Documented
    conduit: Conduit
    connector: Connector
    key: str
    secret: str
    _scans: int = field(default=0)

    def scan(self) -> Delivery:
        """Somebody scans the customer's thing."""
        self._scans += 1
        event_id = record_scan(pico=self.conduit.pico, visitor=b"%08d" % self._scans, person=None)
        engine.drain()
        return Delivery.objects.get(event_id=event_id)

    def write(self, body: str = "The sole came off.") -> Delivery:
        """The customer writes to the company."""
        append_entry(
            journal=self.conduit.journal,
            author=self.conduit.owner,
            body=body,
            visibility=Entry.Visibility.SHARED,
        )
        engine.drain()
        return Delivery.objects.order_by("-pk")[0]

    def grant_contact(self) -> None:
        """The customer lets the company have their name and address."""
        steering.set_grants(self.conduit, [*self.conduit.grants, Grant.CONTACT.value])

    def tell(self, telling: Any, **headers: str) -> Any:
        """Its system tells us; the answer."""
        body, signed = self.system.told(telling)
        return self.post(body, **(signed | headers))

    def post(
        self, body: bytes, content_type: str = "application/json", *, key: str | None = None, **headers: str
    ) -> Any:
        """Anything to the connector's address."""
        query = f"?key={self.key if key is None else key}"
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        return Client().generic("POST", f"/api/v1/in/{self.connector.pk}{query}", body, content_type, headers=names)

    def hear(self, request: str, text: str, *, public: bool = True) -> None:
        """An agent answers over there, and it gets here as it does with this system."""
        telling = self.system.reply(request, text, public=public)
        if self.system.TELLS:
            answer = self.tell(telling)
            assert answer.status_code == 200, answer.content
        else:
            self.look()

    def look(self) -> None:
        """We look for answers now."""
        Connector.objects.update(poll_at=timezone.now())
        looking.look_due()

    @property
    def answers(self) -> list[str]:
        """What the customer was told."""
        return list(
            self.conduit.journal.entries.filter(author_company__isnull=False)
            .order_by("pk")
            .values_list("body", flat=True)
        )

    @property
    def now(self) -> Connector:
        """The connector as it is by now."""
        return Connector.objects.select_related("endpoint").get(pk=self.connector.pk)


def a_world(system: Documented, sink: Sink, **config: Any) -> World:
    """A claimed moccasin LM-7 of Ann's, and the connector of its maker."""
    sink.answer = system
    system.url = sink.url("")
    company = a_company("LAMO Footwear", slug="lamo")
    pico = picos(1, a_product(company, name="Moccasin"), serials=["LM-7"])[0]
    conduit = a_conduit(a_person("Ann", "ann@customer.example"), pico)
    connector, key, secret = add_subscribed_connector(
        company=company, kind=system.KIND, config=system.config() | config
    )
    # What happened before is no matter of the connector's.
    engine.drain()
    return World(system, conduit, connector, key, secret)


def sent(message: Delivery) -> Delivery:
    """What was due is sent; the message as it is then."""
    delivery.drain_all()
    return Delivery.objects.select_related("endpoint").get(pk=message.pk)


def in_json(answer: Any) -> Any:
    """Its body."""
    return json.loads(answer.content)
