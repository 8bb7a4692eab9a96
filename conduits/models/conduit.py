"""The relation of one owner and one company through one pico."""

from collections.abc import Collection
from typing import ClassVar
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from uuid_utils.compat import uuid7

from journals.models import Journal
from parties.models import Company, Person
from picos.models import Pico


class Grant(models.TextChoices):
    """What an owner lets the company see. The labels complete "<company> sees …"."""

    SCANS = "scans", "your scans"
    ENTRIES = "entries", "what you share in the journal"
    NOTES = "notes", "notes that your rules send"
    PHOTOS = "photos", "your photos"
    REGION = "region", "your region"
    STATE = "state", "the values that you set"
    CONTACT = "contact", "your name and e-mail address"
    PRIVATE_ENTRIES = "private_entries", "even your private entries"


DEFAULT_GRANTS = (Grant.SCANS, Grant.ENTRIES, Grant.NOTES)


def default_grants() -> list[str]:
    """What passes after a claim, until the owner says otherwise."""
    return [grant.value for grant in DEFAULT_GRANTS]


class ConduitQuerySet(models.QuerySet["Conduit"]):
    """Conduits, by whose they are and in which state."""

    def of_party(self, party: Company | Person) -> "ConduitQuerySet":
        """Those of which the party is one end."""
        return self.filter(owner=party) if isinstance(party, Person) else self.filter(company=party)

    def current(self) -> "ConduitQuerySet":
        """All but the closed ones."""
        return self.exclude(status=Conduit.Status.CLOSED)

    def hold(self, ids: Collection[UUID]) -> "ConduitQuerySet":
        """These, with their ends, locked in the order in which everybody locks several, until the transaction ends."""
        return self.with_ends().filter(pk__in=ids).order_by("pk").locked()

    def locked(self) -> "ConduitQuerySet":
        """As the access log locks them; their ids stay free for others to refer to."""
        return self.select_for_update(of=("self",), no_key=True)

    def with_ends(self) -> "ConduitQuerySet":
        """Each with what a page says of it, in one query."""
        return self.with_ends_but_pico().select_related("pico__product__company", "pico__owner")

    def with_ends_but_pico(self) -> "ConduitQuerySet":
        """The same for who has the pico at hand."""
        return self.select_related("owner", "company", "journal", "terms").defer("terms__record")


class Conduit(models.Model):
    """Opened by the owner's claim; the owner can pause and close it at any time."""

    class Status(models.TextChoices):
        """Waiting: no terms are agreed, and nothing passes until they are. Nothing passes a paused one, and nothing
        ever again a closed one.
        """

        WAITING = "waiting"
        OPEN = "open"
        PAUSED = "paused"
        CLOSED = "closed"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    pico = models.ForeignKey(Pico, on_delete=models.CASCADE, related_name="conduits", db_index=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="conduits")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="conduits")
    journal = models.OneToOneField(Journal, on_delete=models.PROTECT, related_name="conduit")
    status = models.CharField(max_length=7, choices=Status, default=Status.WAITING)
    grants = ArrayField(models.CharField(max_length=20, choices=Grant), default=default_grants)
    # What the agreement lets the owner grant, and what the company may use it for; empty while none is agreed.
    scope = ArrayField(models.CharField(max_length=20, choices=Grant), default=list)
    purposes = ArrayField(models.CharField(max_length=20), default=list)
    # The agreement it stands on now; None while it stands on none. Earlier ones hang off it by `previous_sha256`.
    terms = models.ForeignKey("conduits.Terms", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    # The head of the access log's chain; see conduits/access_log.py.
    log_length = models.BigIntegerField(default=0)
    log_digest = models.BinaryField(max_length=32, default=bytes(32))
    # The sequence of the event that opened it (a claim, for example): no event from before passes.
    since = models.BigIntegerField(default=0)
    opened_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True)

    objects: ClassVar = ConduitQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            # The engine's question: through which conduit may this event pass? A closed one tells of its own closing.
            models.Index(fields=["pico", "owner"], name="conduit_of_pico"),
            # Whom a company's advisory reaches, one owner after the other (conduits/advisories/telling.py).
            models.Index(fields=["company", "owner"], name="conduit_of_company", condition=models.Q(status="open")),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint("pico", name="conduit_current_once", condition=~models.Q(status="closed")),
            models.CheckConstraint(
                condition=models.Q(status__in=["waiting", "open", "paused"], closed_at=None)
                | models.Q(status="closed", closed_at__isnull=False),
                name="conduit_closed_has_time",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=["waiting", "closed"]) | models.Q(grants__contained_by=models.F("scope")),
                name="conduit_grants_within_terms",
            ),
            models.CheckConstraint(
                condition=models.Q(status="closed")
                | models.Q(status="waiting", terms=None)
                | (models.Q(status__in=["open", "paused"], terms__isnull=False)),
                name="conduit_open_on_terms",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.owner} – {self.company}"

    def grants_labels(self) -> list[str]:
        """What the company sees, in words, in the order of the grants."""
        return [grant.label for grant in Grant if grant.value in self.grants]
