"""Where a parcel is followed: `On its way with Parcel Post, number 4711: follow it at parcels.example`."""

import re
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from parties.errors import RefusedError

NAME = "tracking"
EXAMPLE = {"url": "https://parcels.example/4711", "carrier": "Parcel Post", "number": "4711"}
# Two parcels may be on their way.
IS_ONE = False
LONGEST_URL = 500
LONGEST_WORDS = 60
# What people see of the address before they open it is its host: in ASCII, so that no other alphabet imitates one.
_URL = re.compile(r"https://[A-Za-z0-9.-]+(:\d{1,5})?([/?][\x21-\x7e]*)?")


def check(value: Any, now: datetime) -> None:
    """An https address, and what the carrier and the parcel are called."""
    del now
    if not isinstance(value, dict) or "url" not in value or not set(value) <= set(EXAMPLE):
        raise RefusedError('Tracking is {"url": address, "carrier": name, "number": text}.', field=f"data.{NAME}")
    if not _is_address(value["url"]):
        raise RefusedError(f"Send an address such as {EXAMPLE['url']}.", field=f"data.{NAME}.url")
    for key in ("carrier", "number"):
        said = value.get(key, "")
        if not isinstance(said, str) or len(said) > LONGEST_WORDS:
            raise RefusedError(f"This is a text of at most {LONGEST_WORDS} letters.", field=f"data.{NAME}.{key}")


def _is_address(url: object) -> bool:
    if not isinstance(url, str) or len(url) > LONGEST_URL or not _URL.fullmatch(url):
        return False
    try:
        parts = urlsplit(url)
        return bool(parts.hostname and "." in parts.hostname.strip(".")) and parts.port != 0
    except ValueError:
        return False
