"""What an owner and a company have to settle: a request is open until one of them closes it."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from uuid_utils.compat import uuid7

from conduits.models.conduit import Conduit
from parties.models import Company, Person


class RequestQuerySet(models.QuerySet["Request"]):
    """Requests, by who may see them."""

    def seen_by(self, party: Company | Person) -> "RequestQuerySet":
        """Those of the party's conduits; of a conduit that is not open a company sees none."""
        if isinstance(party, Person):
            return self.filter(conduit__owner=party)
        return self.filter(conduit__company=party, conduit__status=Conduit.Status.OPEN)

    def open(self) -> "RequestQuerySet":
        """Those that are not closed."""
        return self.filter(status=Request.Status.OPEN)


class Request(models.Model):
    """Opened and closed by either side: by a person, a program or a rule. Both sides see it."""

    class Status(models.TextChoices):
        """A closed one stays so; what comes up again is a new one."""

        OPEN = "open"
        CLOSED = "closed"

    class Side(models.TextChoices):
        """An end of the conduit."""

        OWNER = "owner"
        COMPANY = "company"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    conduit = models.ForeignKey(Conduit, on_delete=models.CASCADE, related_name="requests", db_index=False)
    title = models.CharField(max_length=200)
    status = models.CharField(max_length=6, choices=Status, default=Status.OPEN)
    opened_by = models.CharField(max_length=7, choices=Side)
    # The member who did it at the desk, or the rule; neither for an owner, or a program with a key.
    opened_agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    opened_rule_id = models.UUIDField(null=True)
    opened_at = models.DateTimeField(auto_now_add=True)
    # Empty for one that ended with its conduit.
    closed_by = models.CharField(max_length=7, choices=Side, blank=True)
    closed_rule_id = models.UUIDField(null=True)
    closed_at = models.DateTimeField(null=True)

    objects: ClassVar = RequestQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["conduit", "-id"], name="request_of_conduit"),
            # Which conversations have one open?
            models.Index(fields=["conduit"], name="request_open", condition=models.Q(status="open")),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(status="open", closed_at=None) | models.Q(status="closed", closed_at__isnull=False),
                name="request_closed_has_time",
            ),
            models.CheckConstraint(
                condition=models.Q(opened_by__in=["owner", "company"], closed_by__in=["", "owner", "company"]),
                name="request_side_is_known",
            ),
        ]

    def __str__(self) -> str:
        return self.title
