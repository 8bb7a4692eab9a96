"""Where a company receives webhooks."""

from typing import ClassVar

from django.db import models
from uuid_utils.compat import uuid7

from parties.models import Company


class Endpoint(models.Model):
    """A URL of a company's and the secret that signs what goes there. Which events go there is a rule's matter."""

    class Status(models.TextChoices):
        """A disabled one gets nothing until its company enables it."""

        ENABLED = "enabled"
        DISABLED = "disabled"

    class Format(models.TextChoices):
        """How a message's body is laid out."""

        STANDARD = "standard", "Standard Webhooks"
        CLOUDEVENTS = "cloudevents", "CloudEvents 1.0"

    class Standing(models.TextChoices):
        """What its last answer was like: on time, late but taken, or none yet, or a failure."""

        PROMPT = "prompt"
        SLOW = "slow"
        UNPROVEN = "unproven"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="endpoints")
    url = models.URLField(max_length=2048)
    # The kind of connector that carries its messages (conduits/connectors); empty where they are POSTed as they are.
    kind = models.CharField(max_length=20, blank=True)
    # Sealed (parties/vault.py). While a secret rotates, the one before still signs too, until its time.
    secret = models.CharField(max_length=300)
    previous_secret = models.CharField(max_length=300, blank=True)
    previous_secret_until = models.DateTimeField(null=True)
    # The private key of `v1a` signatures, sealed, where the company asked for them; it rotates with the secret.
    signing_key = models.CharField(max_length=300, blank=True)
    previous_signing_key = models.CharField(max_length=300, blank=True)
    format = models.CharField(max_length=11, choices=Format, default=Format.STANDARD)
    # Whether a pico's messages must arrive in order: then one that fails holds up those behind it.
    ordered = models.BooleanField(default=False)
    status = models.CharField(max_length=8, choices=Status, default=Status.ENABLED)
    disabled_reason = models.CharField(max_length=200, blank=True)
    # How much the company wants at once; None: as much as we send to anybody. `paced_from` is when its allowance was
    # last used up.
    rate_per_second = models.PositiveSmallIntegerField(null=True)
    concurrency = models.PositiveSmallIntegerField(null=True)
    paced_from = models.DateTimeField(null=True)
    # The breaker (conduits/delivery/breaker.py): what failed in a row and since when; while `probe_at` is set nothing
    # goes there but one message at that time, and `probe_count` of these failed so far.
    failure_count = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True)
    probe_at = models.DateTimeField(null=True)
    probe_count = models.PositiveSmallIntegerField(default=0)
    # Whose places its messages take (conduits/delivery/standing.py).
    standing = models.CharField(max_length=8, choices=Standing, default=Standing.UNPROVEN)
    # When to mail the company's admins next that it was disabled; None once they know.
    mail_at = models.DateTimeField(null=True)
    mail_tries = models.PositiveSmallIntegerField(default=0)
    deleted_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes: ClassVar = [
            # What the mailing sweeper asks for.
            models.Index(fields=["mail_at"], name="endpoint_to_mail", condition=~models.Q(mail_at=None)),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(status__in=["enabled", "disabled"]), name="endpoint_status_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(format__in=["standard", "cloudevents"]), name="endpoint_format_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(standing__in=["prompt", "slow", "unproven"]), name="endpoint_standing_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(rate_per_second=None) | models.Q(rate_per_second__range=(1, 1000)),
                name="endpoint_rate_in_bounds",
            ),
            models.CheckConstraint(
                condition=models.Q(concurrency=None) | models.Q(concurrency__range=(1, 64)),
                name="endpoint_concurrency_in_bounds",
            ),
            models.CheckConstraint(
                condition=models.Q(probe_at=None) | models.Q(failing_since__isnull=False),
                name="endpoint_probed_while_failing",
            ),
        ]

    def __str__(self) -> str:
        return self.url
