"""Connectors: endpoints that speak a CRM's own API, and what our things are called over there."""

from typing import ClassVar

from django.db import models
from uuid_utils.compat import uuid7

from conduits.models.conduit import Conduit
from conduits.models.endpoint import Endpoint


class Connector(models.Model):
    """What an endpoint with a `kind` has beside its row: how to speak with the system behind it, and how it goes."""

    endpoint = models.OneToOneField(Endpoint, on_delete=models.CASCADE, primary_key=True, related_name="connector")
    # As its kind's `Config` has it, without the secrets; those are sealed (parties/vault.py), as JSON.
    config = models.JSONField()
    secrets = models.TextField()
    # SHA-256 of the key in its address for what comes in.
    inbound_digest = models.CharField(max_length=64)
    # A sign-in at the other system that lasts for a while, sealed.
    session = models.TextField(blank=True)
    session_until = models.DateTimeField(null=True)
    # How it goes: when it last worked, when something last came in, and what was last wrong.
    worked_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)
    error_at = models.DateTimeField(null=True)
    # When to look next for what came in over there; None for kinds that are told. Pushed ahead, as a lease.
    poll_at = models.DateTimeField(null=True)
    poll_failures = models.PositiveSmallIntegerField(default=0)
    # Up to where was looked, as its kind has it.
    cursor = models.JSONField(default=dict)

    class Meta:
        indexes: ClassVar = [
            # What the poller asks for.
            models.Index(fields=["poll_at"], name="connector_to_poll", condition=~models.Q(poll_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.endpoint.kind}: {self.endpoint}"


class Counterpart(models.Model):
    """What a thing of ours is called in the other system, so that it is made there once."""

    class Noun(models.TextChoices):
        """What it is over there: whom it is about, and what is to be settled."""

        CONTACT = "contact"
        REQUEST = "request"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    connector = models.ForeignKey(Connector, on_delete=models.CASCADE, related_name="counterparts", db_index=False)
    noun = models.CharField(max_length=7, choices=Noun)
    key = models.CharField(max_length=150)
    external_id = models.CharField(max_length=200)
    conduit = models.ForeignKey(Conduit, on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    # The newest message that was written there: what an answer from there answers.
    last_message_id = models.UUIDField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("connector", "noun", "key", name="counterpart_once"),
            # One contact may stand for several; whatever is answered must lead back to one conduit.
            models.UniqueConstraint(
                "connector",
                "noun",
                "external_id",
                name="counterpart_leads_back",
                condition=models.Q(noun="request"),
            ),
            models.CheckConstraint(
                condition=models.Q(noun__in=["contact", "request"]), name="counterpart_noun_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.noun} {self.external_id}"


class Received(models.Model):
    """Something that came in from there, by the id that it has there: it is taken once."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    connector = models.ForeignKey(Connector, on_delete=models.CASCADE, related_name="received", db_index=False)
    external_id = models.CharField(max_length=200)
    # The entry that it became.
    entry_id = models.UUIDField(null=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "received"
        indexes: ClassVar = [
            # Did this entry come from there?
            models.Index(fields=["connector", "entry_id"], name="received_entry"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint("connector", "external_id", name="received_once"),
        ]

    def __str__(self) -> str:
        return self.external_id
