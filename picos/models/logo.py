"""A company's logo."""

from django.db import models
from django.utils import timezone

from parties.models import Company


class Logo(models.Model):
    """What stands in the middle of a company's codes. In the database, as it is small, and goes when its row goes."""

    company = models.OneToOneField(Company, on_delete=models.CASCADE, primary_key=True, related_name="logo")
    # A PNG that we encoded ourselves (picos/logos.py), and its SHA-256.
    png = models.BinaryField()
    digest = models.BinaryField(max_length=32)
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()
    set_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"Logo of {self.company_id}"
