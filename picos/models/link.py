"""What a company wants found from its products: the manual, support, a recall."""

from typing import ClassVar

from django.db import models
from uuid_utils.compat import uuid7

from picos.gs1.link_types import LINK_TYPES
from picos.models.catalogue import Batch, Product


class Link(models.Model):
    """An address that belongs to a product, or to the copies of one batch."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="links", db_index=False)
    # None: for every copy.
    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, null=True, related_name="links")
    # A name in the GS1 Web Vocabulary, without its namespace.
    type = models.CharField(max_length=40)
    href = models.CharField(max_length=2000)
    title = models.CharField(max_length=100)
    # "en" or "en-GB", as the schema for linksets takes no other tags; empty when it has none in particular.
    language = models.CharField(max_length=5, blank=True)
    media_type = models.CharField(max_length=100, blank=True)
    # Where a scan of a GS1 code leads that asks for nothing else.
    is_default = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["product", "batch", "type", "language", "media_type", "href"],
                name="link_once",
                nulls_distinct=False,
            ),
            models.UniqueConstraint(
                fields=["product", "batch"],
                name="link_default_once",
                condition=models.Q(is_default=True),
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=models.Q(type__regex="^[A-Za-z]+$"), name="link_type_is_a_name"),
            models.CheckConstraint(condition=models.Q(href__regex=r"^https?://"), name="link_leads_to_the_web"),
            models.CheckConstraint(condition=~models.Q(title=""), name="link_has_a_title"),
        ]

    def __str__(self) -> str:
        return f"{self.title}: {self.href}"

    @property
    def kind(self) -> str:
        """What its type is called on pages."""
        return LINK_TYPES.get(self.type, self.type)
