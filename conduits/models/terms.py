"""The agreement that a conduit stands on (IEEE 7012-2025: the person is the first party), and what led to it."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from uuid_utils.compat import uuid7

from conduits.models.conduit import Conduit
from conduits.terms import rosters
from parties.models import Company


class Terms(models.Model):
    """One record of one agreement, for good. `sha256` is over the RFC 8785 canonical JSON of `record`.

    A change is a new record that names the one before in `previous_sha256`.
    """

    class Kind(models.TextChoices):
        """Renewal: the same agreement anew. Withdrawal: one side ended it, and signs alone."""

        AGREEMENT = "agreement"
        RENEWAL = "renewal"
        CHANGE = "change"
        WITHDRAWAL = "withdrawal"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    conduit = models.ForeignKey(Conduit, on_delete=models.CASCADE, related_name="agreements")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.AGREEMENT)
    # The roster's name of the agreement, such as SD-BASE-DP, and which wording of it.
    agreement = models.CharField(max_length=40)
    version = models.CharField(max_length=20)
    sha256 = models.CharField(max_length=64, unique=True)
    record = models.JSONField()
    previous_sha256 = models.CharField(max_length=64, blank=True)
    # Ed25519 over the canonical bytes; empty where a side has not signed: a withdrawal, and records from before keys.
    person_signature = models.BinaryField(max_length=64, blank=True)
    company_signature = models.BinaryField(max_length=64, blank=True)
    agreed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "terms"
        constraints: ClassVar = [
            # One chain for each conduit, without a fork.
            models.UniqueConstraint("conduit", "previous_sha256", name="terms_one_chain"),
            models.CheckConstraint(
                condition=models.Q(kind__in=["agreement", "renewal", "change", "withdrawal"]), name="terms_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return self.sha256

    @property
    def title(self) -> str:
        """The agreement in a few words."""
        known = rosters.find(self.agreement, self.version)
        return known.title if known else str(self.record["agreement"]["title"])


class Proffer(models.Model):
    """What an owner offers a company to agree to: one agreement of the roster, and at most one that would do too."""

    class State(models.TextChoices):
        """Countered: the company took the alternative. Withdrawn: by its owner, or with a newer one."""

        WAITING = "waiting"
        ACCEPTED = "accepted"
        COUNTERED = "countered"
        DECLINED = "declined"
        WITHDRAWN = "withdrawn"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    conduit = models.ForeignKey(Conduit, on_delete=models.CASCADE, related_name="proffers")
    preferred = models.CharField(max_length=40)
    preferred_version = models.CharField(max_length=20)
    alternative = models.CharField(max_length=40, blank=True)
    alternative_version = models.CharField(max_length=20, blank=True)
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    at = models.DateTimeField(auto_now_add=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("conduit", name="proffer_waits_once", condition=models.Q(state="waiting")),
            models.CheckConstraint(
                condition=models.Q(state="waiting", answered_at=None)
                | (
                    models.Q(state__in=["accepted", "countered", "declined", "withdrawn"])
                    & models.Q(answered_at__isnull=False)
                ),
                name="proffer_answered_has_time",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="countered") | ~models.Q(alternative=""),
                name="proffer_countered_with_something",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.preferred} or {self.alternative}" if self.alternative else self.preferred

    @property
    def preferred_agreement(self) -> rosters.Agreement | None:
        """What the owner would like best."""
        return rosters.find(self.preferred, self.preferred_version)

    @property
    def alternative_agreement(self) -> rosters.Agreement | None:
        """What would do too, if there is one."""
        return rosters.find(self.alternative, self.alternative_version)


class Preference(models.Model):
    """What a person proffers with each claim, instead of the usual."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="preference"
    )
    preferred = models.CharField(max_length=40)
    alternative = models.CharField(max_length=40, blank=True)

    def __str__(self) -> str:
        return f"{self.preferred} or {self.alternative}" if self.alternative else self.preferred


class Acceptance(models.Model):
    """What a company accepts at once, instead of the usual."""

    company = models.OneToOneField(Company, on_delete=models.CASCADE, primary_key=True, related_name="acceptance")
    agreements = ArrayField(models.CharField(max_length=40), default=list)

    def __str__(self) -> str:
        return ", ".join(self.agreements)
