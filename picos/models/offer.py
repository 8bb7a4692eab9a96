"""Secrets that an owner gives to somebody: to the next owner, or to the maker of a thing that was added by hand."""

from typing import Any, ClassVar

from django.db import models

from picos.models.pico import Pico


class Offer(models.Model):
    """One at a time for each pico, by its owner of now; gone once it is accepted, withdrawn, or the owner changes."""

    token_digest = models.BinaryField(max_length=32, unique=True)
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"until {self.expires_at}"


class Transfer(Offer):
    """Whoever has the secret may become the next owner."""

    pico = models.OneToOneField(Pico, on_delete=models.CASCADE, primary_key=True, related_name="transfer")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("created_at")), name="transfer_expires_later"
            ),
        ]


class Invitation(Offer):
    """The company that has the secret may become the maker."""

    pico = models.OneToOneField(Pico, on_delete=models.CASCADE, primary_key=True, related_name="invitation")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("created_at")), name="invitation_expires_later"
            ),
        ]
