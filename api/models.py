"""Answers kept for repeated requests, and counters for throttles."""

from typing import ClassVar

from django.db import models


class KeptAnswer(models.Model):
    """The answer to a POST with an Idempotency-Key, or of a page, given again to a repeat. Forgotten after a day."""

    id = models.BigAutoField(primary_key=True)
    # Whose key it is: a party's id, a visitor's hash, or the reader of a page.
    asker = models.CharField(max_length=64)
    key = models.CharField(max_length=255)
    # SHA-256 of method, path and body: the same key with another request is refused.
    fingerprint = models.BinaryField(max_length=32)
    status = models.PositiveSmallIntegerField(default=0)
    body = models.JSONField(null=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint("asker", "key", name="kept_answer_once")]
        indexes: ClassVar = [models.Index(fields=["at"], name="kept_answer_old")]

    def __str__(self) -> str:
        return self.key


class Tally(models.Model):
    """How often something was done within a window. The table is UNLOGGED: a crash forgives."""

    name = models.CharField(primary_key=True, max_length=120)
    count = models.PositiveIntegerField()
    ends_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "tallies"
        indexes: ClassVar = [models.Index(fields=["ends_at"], name="tally_old")]

    def __str__(self) -> str:
        return f"{self.name}: {self.count}"
