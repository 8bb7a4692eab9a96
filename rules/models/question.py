"""What a rule asks one of the two sides."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from uuid_utils.compat import uuid7

from conduits.models import Conduit
from parties.models import Company
from picos.models import Pico
from rules.models.rule import Rule


class Question(models.Model):
    """A question with a few answers to choose from. Whether somebody still waits for one, the rule's Wait says."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="questions", db_index=False)
    pico = models.ForeignKey(Pico, on_delete=models.CASCADE, related_name="+", db_index=False)
    # The line that it crosses, or in which the company asks its own people; none where an owner's rule asks its owner.
    conduit = models.ForeignKey(Conduit, on_delete=models.CASCADE, null=True, related_name="questions", db_index=False)
    # Who is asked.
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="questions", db_index=False
    )
    company = models.ForeignKey(Company, on_delete=models.CASCADE, null=True, related_name="questions", db_index=False)
    text = models.CharField(max_length=500)
    choices = models.JSONField()
    # The event `rule.asked`, which the answer names as its cause.
    event_id = models.UUIDField()
    asked_at = models.DateTimeField(auto_now_add=True)
    due = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    choice = models.CharField(max_length=40, blank=True)
    # The member who answered at the desk; nobody for an owner, or a program with a key.
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )

    class Meta:
        indexes: ClassVar = [
            # Of the answered ones nobody asks any more.
            models.Index(fields=["pico", "id"], name="question_of_pico", condition=models.Q(answered_at=None)),
            models.Index(fields=["person", "id"], name="question_for_person", condition=models.Q(answered_at=None)),
            models.Index(fields=["company", "id"], name="question_for_company", condition=models.Q(answered_at=None)),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(company=None) ^ models.Q(person=None), name="question_asks_one_party"
            ),
            models.CheckConstraint(
                condition=models.Q(answered_at=None, choice="")
                | (models.Q(answered_at__isnull=False) & ~models.Q(choice="")),
                name="question_answered_has_choice",
            ),
        ]

    def __str__(self) -> str:
        return self.text
