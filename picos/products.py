"""Adding products."""

from django.db import IntegrityError, transaction

from parties.errors import RefusedError
from parties.models import Company
from picos.gtins import parse_gtin
from picos.models import Product


def add_product(
    *,
    company: Company,
    name: str,
    sku: str,
    gtin: str = "",
    description: str = "",
    claim_policy: str = Product.ClaimPolicy.OPEN,
) -> Product:
    """A new product. Raises RefusedError for a wrong GTIN, or a SKU or GTIN that the company uses already."""
    try:
        gtin = parse_gtin(gtin) if gtin else ""
    except ValueError as error:
        raise RefusedError(str(error), field="gtin") from error
    try:
        with transaction.atomic():
            return Product.objects.create(
                company=company, name=name, sku=sku, gtin=gtin, description=description, claim_policy=claim_policy
            )
    except IntegrityError as error:
        field = "gtin" if "gtin" in str(error) else "sku"
        message = f"You have a product with this {field.upper()} already."
        raise RefusedError(message, field=field) from error
