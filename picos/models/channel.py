"""Links by which an owner lets somebody without a sign-in read or write about one thing for a while."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from uuid_utils.compat import uuid7

from picos.models.pico import Pico


class Channel(models.Model):
    """Whoever has its secret may do what its scopes say, until its time, its uses or its owner's patience end.

    A use is an entry, where the channel takes entries; otherwise an opening.
    """

    class Scope(models.TextChoices):
        """What it allows. The labels complete "whoever has the link can …"."""

        PAGE = "page", "see what its page shows to everybody"
        ENTRIES = "entries", "write in its journal"
        STATE = "state", "see the values that are known of it"

    class Visibility(models.TextChoices):
        """Who reads what is written through it: the owner alone, or the company as well, as far as it is granted."""

        PRIVATE = "private"
        SHARED = "shared"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    pico = models.ForeignKey(Pico, on_delete=models.CASCADE, related_name="channels", db_index=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    # Who is meant to have it, in the owner's words; what is written through it stands under this name.
    name = models.CharField(max_length=100)
    scope = ArrayField(models.CharField(max_length=7, choices=Scope))
    visibility = models.CharField(max_length=7, choices=Visibility, default=Visibility.PRIVATE)
    token_digest = models.BinaryField(max_length=32, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    # None: as often as one likes.
    most_uses = models.PositiveIntegerField(null=True)
    uses = models.PositiveIntegerField(default=0)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["pico", "owner"], name="channel_of_pico")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(most_uses=None) | models.Q(uses__lte=models.F("most_uses")),
                name="channel_keeps_to_its_uses",
            ),
            models.CheckConstraint(
                condition=models.Q(scope__contained_by=["page", "entries", "state"], scope__len__gt=0),
                name="channel_scope_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(visibility__in=["private", "shared"]), name="channel_visibility_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def usable(self) -> bool:
        """Whether its link leads somewhere now, as far as this row tells."""
        return self.revoked_at is None and self.expires_at > timezone.now() and self.uses_left != 0

    @property
    def uses_left(self) -> int | None:
        """How often it can still be used; None without an end."""
        return None if self.most_uses is None else self.most_uses - self.uses

    def allows(self, scope: str) -> bool:
        """Whether this is among what it lets one do."""
        return scope in self.scope

    def scope_labels(self) -> list[str]:
        """What whoever has it can do, in words."""
        return [scope.label for scope in self.Scope if scope.value in self.scope]


class ChannelUse(models.Model):
    """That it was opened or written through; a trigger refuses updates and deletes."""

    class What(models.TextChoices):
        """What was done."""

        OPENED = "opened"
        WROTE = "wrote"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="log")
    at = models.DateTimeField(auto_now_add=True)
    what = models.CharField(max_length=6, choices=What)

    def __str__(self) -> str:
        return self.what
