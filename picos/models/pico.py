"""The persistent object of one copy of a product."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from uuid_utils.compat import uuid7

from parties.models import Company, Person
from picos.models.catalogue import Batch, Product


class PicoQuerySet(models.QuerySet["Pico"]):
    """Picos, by who may see them."""

    def visible_to(self, party: Company | Person) -> "PicoQuerySet":
        """The owner's own; a company's own products' (what of them it sees is the gate's matter)."""
        if isinstance(party, Person):
            return self.filter(owner=party)
        return self.filter(product__company=party)

    def with_product(self) -> "PicoQuerySet":
        """Each with its product and company, in one query."""
        return self.select_related("product__company", "owner")


class Pico(models.Model):
    """One copy of a product: what its code leads to. Rows are many, so they are kept slim."""

    class Status(models.TextChoices):
        """Minted and active ones wait for an owner, active ones having left their maker; claimed and lost ones have
        one; retired ones are history. picos/moving.py says what can follow what.
        """

        MINTED = "minted"
        ACTIVE = "active"
        CLAIMED = "claimed"
        LOST = "lost"
        RETIRED = "retired"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # 12 random symbols and a check symbol, see picos/codes.py; never changes after printing. Unique by a constraint
    # below: with `unique=True` Django would make a second index for LIKE, which the collation makes needless.
    code = models.CharField(max_length=13, db_collation="C")
    # None for a thing that a person added by hand; then `name` and `company_name` are theirs.
    # Neither has a foreign key in the database: checking each row would take as long as all else of minting. Triggers
    # check each statement's rows together, and that a batch is of its product.
    product = models.ForeignKey(
        Product, on_delete=models.CASCADE, null=True, related_name="picos", db_index=False, db_constraint=False
    )
    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, null=True, related_name="picos", db_constraint=False)
    serial = models.CharField(max_length=50, blank=True)
    status = models.CharField(max_length=7, choices=Status, default=Status.MINTED)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="picos", db_index=False
    )
    claimed_at = models.DateTimeField(null=True)
    name = models.CharField(max_length=100, blank=True)
    company_name = models.CharField(max_length=100, blank=True)
    pin_tries = models.PositiveSmallIntegerField(default=0)

    objects: ClassVar = PicoQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            # "My things", newest claim first.
            models.Index(fields=["owner", "-claimed_at"], name="pico_owned", condition=~models.Q(owner=None)),
            # A company's list of one product's copies, newest first.
            # Ascending, as they are minted: pages of the index are left full.
            models.Index(fields=["product", "id"], name="pico_of_product", condition=~models.Q(product=None)),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint("code", name="pico_code_once"),
            models.UniqueConstraint(
                "product", "serial", name="pico_serial_once_per_product", condition=~models.Q(serial="")
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=["minted", "active"], owner=None)
                | models.Q(status__in=["claimed", "lost"], owner__isnull=False, claimed_at__isnull=False)
                | models.Q(status="retired", owner=None),
                name="pico_status_agrees_with_owner",
            ),
            # Nobody could claim it: what its owner gives up has a maker.
            models.CheckConstraint(
                condition=models.Q(product__isnull=False) | models.Q(status__in=["claimed", "lost", "retired"]),
                name="pico_without_product_is_somebodys",
            ),
            models.CheckConstraint(
                condition=models.Q(product__isnull=False) | ~models.Q(name=""), name="pico_without_product_has_name"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """What to call it: its owner's name for it, else the product's."""
        return self.name or (self.product.name if self.product else "")

    @property
    def maker(self) -> str:
        """The company's name, or what its owner wrote for it; may be empty."""
        return self.product.company.name if self.product else self.company_name

    @property
    def claimed(self) -> bool:
        """Whether it has an owner who uses it (lost ones too)."""
        return self.status in {self.Status.CLAIMED, self.Status.LOST}

    @property
    def url_path(self) -> str:
        """The path that the printed code leads to, in upper case so that QR codes stay small."""
        return f"/P/{self.code}"
