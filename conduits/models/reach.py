"""How people are reached: the ways that they chose, when they want to be left alone, and what is on its way."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from uuid_utils.compat import uuid7

from parties.models import Company
from picos.models import Notice


class Way(models.Model):
    """One way to reach a person. Their dashboard is none: it always is."""

    class Kind(models.TextChoices):
        """Each has a module in conduits/reaching/kinds. E-mail goes to the address that the person signs in with."""

        EMAIL = "email", "E-mail"
        PUSH = "push", "Browser"
        MESSENGER = "messenger", "App"

    class Status(models.TextChoices):
        """One that is off gets nothing: its person shut it, or `off_reason` says what failed for good."""

        ON = "on"
        OFF = "off"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="ways")
    kind = models.CharField(max_length=9, choices=Kind)
    # What its person knows it by; no secret is in it.
    name = models.CharField(max_length=100)
    # Where to, sealed (parties/vault.py): a push subscription's JSON, a service's URL; empty for e-mail.
    sealed = models.TextField(blank=True)
    # SHA-256 of that, by which the same one is known again.
    digest = models.BinaryField(max_length=32)
    status = models.CharField(max_length=3, choices=Status, default=Status.ON)
    off_reason = models.CharField(max_length=200, blank=True)
    # While a letter is on its way here, or one has failed of late, no other leaves before this time.
    free_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("person", "kind", "digest", name="way_once"),
            models.CheckConstraint(
                condition=models.Q(kind__in=["email", "push", "messenger"]), name="way_kind_is_known"
            ),
            models.CheckConstraint(condition=models.Q(status__in=["on", "off"]), name="way_status_is_known"),
        ]

    def __str__(self) -> str:
        return self.name


class Reach(models.Model):
    """When and of what a person wants to hear; who has none has these defaults. Hours are those of `zone`."""

    class Digest(models.TextChoices):
        """Whether what is not urgent waits for one message."""

        OFF = "off", "At once"
        DAILY = "daily", "Once a day, all in one"
        WEEKLY = "weekly", "Once a week, all in one"

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    zone = models.CharField(max_length=50, default="UTC")
    # Quiet from one time of day to another, over midnight where it is the earlier one; None: never.
    quiet_from = models.TimeField(null=True)
    quiet_until = models.TimeField(null=True)
    # Whether what is urgent comes in quiet hours too.
    urgent_passes = models.BooleanField(default=False)
    digest = models.CharField(max_length=6, choices=Digest, default=Digest.OFF)
    digest_hour = models.PositiveSmallIntegerField(default=8)
    # Monday is 0.
    digest_weekday = models.PositiveSmallIntegerField(default=0)
    # How many messages one company may make a day on each way.
    per_company = models.PositiveSmallIntegerField(default=10)
    # Of which kinds of notices nothing leaves the dashboard.
    muted_kinds = ArrayField(models.CharField(max_length=8), default=list)

    class Meta:
        verbose_name_plural = "reaches"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(quiet_from=None, quiet_until=None)
                | models.Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="reach_quiet_from_and_until",
            ),
            models.CheckConstraint(
                condition=models.Q(digest__in=["off", "daily", "weekly"]), name="reach_digest_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(digest_hour__range=(0, 23), digest_weekday__range=(0, 6)),
                name="reach_digest_has_a_time",
            ),
            models.CheckConstraint(condition=models.Q(per_company__range=(1, 100)), name="reach_limit_in_bounds"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.digest}"


class Mute(models.Model):
    """That nothing of a company's leaves the person's dashboard."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mutes")
    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint("person", "company", name="mute_once")]

    def __str__(self) -> str:
        return f"{self.person_id}, {self.company_id}"


class Dispatch(models.Model):
    """One notice on one way. It waits here, never in the broker; one without a notice is a test."""

    class State(models.TextChoices):
        """What became of it. The labels complete “… ago: ”."""

        WAITING = "waiting", "on its way"
        SENT = "sent", "sent"
        FAILED = "failed", "failed"
        SEEN = "seen", "not sent: you had seen it"
        MUTED = "muted", "not sent: muted"
        SHUT = "shut", "not sent: this way is off"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    way = models.ForeignKey(Way, on_delete=models.CASCADE, related_name="dispatches")
    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, null=True, related_name="dispatches")
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    # When to look at it next; while it is being sent, when it is taken for lost.
    next_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    # Whether it leaves in one message with whatever else waits like that: it was quiet, there is a digest, or a limit.
    gathers = models.BooleanField(default=False)
    problem = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "dispatches"
        indexes: ClassVar = [
            # The worker's question: what is due, and on which way?
            models.Index(fields=["next_at", "way"], name="dispatch_due", condition=models.Q(state="waiting")),
            # What is forgotten after a while.
            models.Index(fields=["finished_at"], name="dispatch_done", condition=~models.Q(finished_at=None)),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint("notice", "way", name="dispatch_once"),
            models.CheckConstraint(
                condition=models.Q(state="waiting", next_at__isnull=False, finished_at=None)
                | models.Q(
                    state__in=["sent", "failed", "seen", "muted", "shut"], next_at=None, finished_at__isnull=False
                ),
                name="dispatch_waits_or_is_done",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.notice_id}, {self.way_id}: {self.state}"


class Allowance(models.Model):
    """How many messages on a way a company has used up on a day of the person's."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    way = models.ForeignKey(Way, on_delete=models.CASCADE, related_name="allowances", db_index=False)
    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    used = models.PositiveSmallIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["way", "company", "day"], name="allowance_once"),
            models.CheckConstraint(condition=models.Q(used__lte=100), name="allowance_in_bounds"),
        ]

    def __str__(self) -> str:
        return f"{self.company_id}, {self.day}: {self.used}"


class PushKey(models.Model):
    """The key pair by which push services know this server (VAPID, RFC 8292); browsers subscribe to it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # There is one.
    only = models.BooleanField(default=True, unique=True)
    # The point of P-256, uncompressed.
    public = models.BinaryField(max_length=65)
    # The private number, in base64url, sealed.
    sealed = models.CharField(max_length=300)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(only=True), name="push_key_only_one"),
        ]

    def __str__(self) -> str:
        return f"made {self.created_at:%Y-%m-%d}"
