"""A company's own words on a conversation."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Lower
from uuid_utils.compat import uuid7

from conduits.models.conduit import Conduit
from parties.models import Company


class Label(models.Model):
    """For the company's own order; its customer never sees it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    conduit = models.ForeignKey(Conduit, on_delete=models.CASCADE, related_name="labels", db_index=False)
    # The conduit's, here too for the index by which the inbox finds a label.
    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=40)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes: ClassVar = [models.Index("company", Lower("name"), name="label_of_company")]
        constraints: ClassVar = [models.UniqueConstraint("conduit", Lower("name"), name="label_once")]

    def __str__(self) -> str:
        return self.name
