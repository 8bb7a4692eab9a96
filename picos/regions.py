"""Where a scan came from, as coarse as a country or its first subdivision (ISO 3166-1 and -2), such as `DE-BY`.

Known only if the operator says how: by a header that a trusted proxy sets, or a database file on this machine. The
address is looked up and forgotten; nothing here stores it or asks anybody else.
"""

import logging
import re
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

import maxminddb
from django.conf import settings

from picos.visitors import address_of

logger = logging.getLogger(__name__)

REGION: Final = re.compile(r"[A-Z]{2}(?:-[A-Z0-9]{1,3})?")
# What proxies write for those they cannot place; ISO 3166-1 leaves these to their users.
UNPLACED: Final = frozenset({"XX", "ZZ", "AA", "QQ"})


def region_of(environ: Mapping[str, Any]) -> str:
    """`DE-BY`, `DE`, or an empty text when it is not known. Reads the WSGI environment; never raises."""
    if settings.PICO_REGION_HEADER and settings.TRUSTED_PROXIES:
        name = f"HTTP_{settings.PICO_REGION_HEADER.upper().replace('-', '_')}"
        if region := _sound(environ.get(name, "")):
            return region
    return _looked_up(address_of(environ)) if settings.PICO_REGION_DB else ""


def regions_are_known() -> bool:
    """Whether this server has a way to tell them."""
    return bool(settings.PICO_REGION_DB or (settings.PICO_REGION_HEADER and settings.TRUSTED_PROXIES))


def country_of(region: str) -> str:
    """`DE` of `DE-BY`."""
    return region[:2]


@lru_cache(maxsize=1000)
def name_of(region: str) -> str:
    """As people call it in English: `Cornwall, United Kingdom`, `South Korea`. What ISO does not have stays."""
    # Here, as it parses files that most processes never need.
    import pycountry  # noqa: PLC0415

    country = pycountry.countries.get(alpha_2=country_of(region))
    if country is None:
        return region
    named = _in_order(getattr(country, "common_name", country.name))
    if region == country.alpha_2:
        return named
    part = pycountry.subdivisions.get(code=region)  # type: ignore[no-untyped-call]
    return f"{part.name}, {named}" if part else region


def _in_order(name: str) -> str:
    """`State of Palestine`, for lists `Palestine, State of`."""
    first, _, rest = name.partition(", ")
    return f"{rest} {first}" if rest.endswith((" of", " of the")) else name


def _sound(written: object) -> str:
    region = written.strip().upper() if isinstance(written, str) else ""
    return region if REGION.fullmatch(region) and country_of(region) not in UNPLACED else ""


def _looked_up(address: str) -> str:
    """From the records of GeoLite2 and DB-IP (`country.iso_code`, `subdivisions`), or flat ones (`country_code`)."""
    reader = _reader(settings.PICO_REGION_DB)
    try:
        record = reader.get(address) if reader else None
    except (ValueError, maxminddb.InvalidDatabaseError):  # no address, or one that this file does not know to hold
        return ""
    if not isinstance(record, dict):
        return ""
    country = _code(record.get("country")) or str(record.get("country_code", ""))
    divisions = record.get("subdivisions")
    division = _code(divisions[0]) if isinstance(divisions, list) and divisions else ""
    return _sound(f"{country}-{division}") or _sound(country)


def _code(part: object) -> str:
    return str(part.get("iso_code", "")) if isinstance(part, dict) else ""


@cache
def _reader(path: Path) -> maxminddb.Reader | None:
    """Opened once per process: the file is mapped, and a newer one is seen after a restart."""
    try:
        return maxminddb.open_database(path)
    except (OSError, maxminddb.InvalidDatabaseError) as error:
        logger.warning("PICO_REGION_DB: %s cannot be read (%s); no regions are known", path, error)
        return None
