"""Links that a company gives its products: the manual, support, registration, a recall."""

import re
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from parties.errors import RefusedError, StateForbidsError
from picos.gs1.link_types import LINK_TYPES
from picos.models import Batch, Link, Product

# For one product and all of its batches: a page shows them, and a linkset holds them.
MOST: Final = 200

_LANGUAGE = re.compile("([A-Za-z]{2})(?:-([A-Za-z]{2}))?")
_MEDIA_TYPE = re.compile(r"(?:application|audio|font|haptics|image|message|model|multipart|text|video)/[\w.+-]{1,80}")
# What an address may hold unencoded (RFC 3986 section 2); browsers and JSON take it as it is.
_ADDRESS = re.compile(r"https?://[A-Za-z0-9\[][\w.~:/?#\[\]@!$&'()*+,;=%-]*", re.ASCII)


def add_link(
    *,
    product: Product,
    type: str,  # noqa: A002 (as it is called in the API)
    href: str,
    title: str = "",
    language: str = "",
    media_type: str = "",
    is_default: bool = False,
    batch: Batch | None = None,
) -> Link:
    """A link for all copies of the product, or for those of its batch. A new default takes the place of the old one.

    Raises RefusedError for a value that cannot be taken or a link that is there; StateForbidsError beyond MOST.
    """
    values = {
        "type": _type(type),
        "href": _href(href),
        "title": title or LINK_TYPES[type],
        "language": _language(language),
        "media_type": _media_type(media_type),
    }
    if batch and batch.product_id != product.pk:
        raise RefusedError("This batch is of another product.", field="batch")
    with transaction.atomic():
        _lock(product)
        if Link.objects.filter(product=product).count() >= MOST:
            message = f"There are {MOST} links. Take one away first."
            raise StateForbidsError(message)
        if is_default:
            Link.objects.filter(product=product, batch=batch, is_default=True).update(is_default=False)
        try:
            with transaction.atomic():
                link = Link.objects.create(product=product, batch=batch, is_default=is_default, **values)
        except IntegrityError as error:
            raise RefusedError("This link is there already.", field="href") from error
        _note_change(product)
    return link


@transaction.atomic
def remove_link(link: Link) -> None:
    """Takes a link away; one that is gone stays gone."""
    _lock(link.product)
    Link.objects.filter(pk=link.pk).delete()
    _note_change(link.product)


def shown_links(product: Product, batch_id: UUID | None) -> list[Link]:
    """What the page of a copy of this batch shows, in the order of LINK_TYPES."""
    if not (product.has_links or product.batches_have_links):
        return []
    of_copy = Link.objects.filter(Q(batch=None) | Q(batch=batch_id), product=product).order_by("id")
    return sorted(of_copy, key=lambda link: list(LINK_TYPES).index(link.type))


def _lock(product: Product) -> None:
    Product.objects.select_for_update(no_key=True).get(pk=product.pk)


def _note_change(product: Product) -> None:
    """Writes the product's row anew, even if it then says the same."""
    links = Link.objects.filter(product=product)
    Product.objects.filter(pk=product.pk).update(
        has_links=links.filter(batch=None).exists(), batches_have_links=links.exclude(batch=None).exists()
    )


def _type(given: str) -> str:
    if given not in LINK_TYPES:
        message = f"A link is one of {', '.join(LINK_TYPES)}."
        raise RefusedError(message, field="type")
    return given


def _href(given: str) -> str:
    message = "An address begins with https:// or http:// and has no spaces; write other letters than a to z as %…."
    try:
        host = urlsplit(given).hostname
    except ValueError as error:
        raise RefusedError(message, field="href") from error
    if not host or not _ADDRESS.fullmatch(given) or "@" in urlsplit(given).netloc:
        raise RefusedError(message, field="href")
    return given


def _language(given: str) -> str:
    if not given:
        return ""
    if (match := _LANGUAGE.fullmatch(given)) is None:
        raise RefusedError("A language is two letters such as en, or with a country such as en-GB.", field="language")
    return match[1].lower() + (f"-{match[2].upper()}" if match[2] else "")


def _media_type(given: str) -> str:
    if given and not _MEDIA_TYPE.fullmatch(given.lower()):
        raise RefusedError("A media type is one such as text/html or application/pdf.", field="media_type")
    return given.lower()
