"""A line that tells a person something: on their dashboard, and unless it is seen there on the ways that they chose."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from uuid_utils.compat import uuid7

from parties.models import Company
from picos.models.pico import Pico


class Notice(models.Model):
    """Kept until its person erases themself. What becomes of it elsewhere is conduits/reaching's matter."""

    class Kind(models.TextChoices):
        """What it tells of. The labels are what a person ticks on the page of how we reach them."""

        ANSWER = "answer", "What companies write to you"
        FINDER = "finder", "What finders write to you"
        ADVISORY = "advisory", "Recalls, outages and warnings"
        RULE = "rule", "What rules tell or ask you"
        LINK = "link", "What is written by your links"
        TERMS = "terms", "Your terms: agreed to, declined, ended"
        THING = "thing", "Your things: passed on, or their maker joins"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    pico = models.ForeignKey(Pico, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.THING)
    # Whose doing it is; None where no company's.
    company = models.ForeignKey(Company, on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    # Whether it may come at night, if its person says so.
    urgent = models.BooleanField(default=False)
    text = models.CharField(max_length=500)
    # The page on which it is answered.
    path = models.CharField(max_length=200)
    at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField(null=True)
    # When it goes on its person's ways; None once it is on them, or seen before, or for the dashboard only.
    due_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            # What handing out asks for.
            models.Index(fields=["due_at"], name="notice_due", condition=~models.Q(due_at=None)),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["answer", "finder", "advisory", "rule", "link", "terms", "thing"]),
                name="notice_kind_is_known",
            ),
        ]

    def __str__(self) -> str:
        return self.text
