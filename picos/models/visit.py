"""Who opened which page in the last minute, so that reloads count once."""

from typing import ClassVar

from django.db import models

from picos.models.pico import Pico


class Visit(models.Model):
    """The last counted scan of a visitor on a pico. The table is UNLOGGED: a crash may cost a repeat, never a scan.

    `visitor` is a keyed hash that changes every day (picos/visitors.py); rows live for minutes.
    """

    id = models.BigAutoField(primary_key=True)
    pico = models.ForeignKey(Pico, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+")
    visitor = models.BinaryField(max_length=8)
    event_id = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint("pico", "visitor", name="visit_once")]
        indexes: ClassVar = [models.Index(fields=["at"], name="visit_old")]

    def __str__(self) -> str:
        return str(self.event_id)
