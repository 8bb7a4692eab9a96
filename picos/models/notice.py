"""A line that tells a person something: on their dashboard, and by mail if they have not seen it there."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from uuid_utils.compat import uuid7

from picos.models.pico import Pico


class Notice(models.Model):
    """Kept until its person erases themself. The mail is sent at least once, from this table, never from the broker."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    pico = models.ForeignKey(Pico, on_delete=models.CASCADE, related_name="+", db_index=False)
    text = models.CharField(max_length=500)
    # The page on which it is answered.
    path = models.CharField(max_length=200)
    at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField(null=True)
    # When to mail it next; None once it is mailed, or seen before it was.
    mail_at = models.DateTimeField(null=True)
    mail_tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes: ClassVar = [
            # What the mailing sweeper asks for.
            models.Index(fields=["mail_at"], name="notice_to_mail", condition=~models.Q(mail_at=None)),
        ]

    def __str__(self) -> str:
        return self.text
