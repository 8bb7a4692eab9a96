"""Telling visitors apart for a day without keeping who they are.

A visitor is a keyed hash of address and browser under a key that changes daily; the address itself is never stored.
"""

import hashlib
import hmac
import re
from typing import Final

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

# Those that fetch a page to show its title in a chat, as they name themselves. Apps whose own browsers carry the app's
# name (Telegram, Snapchat, LinkedIn, …) are people: their previewers say "bot". Cubot makes phones.
PREVIEWERS: Final = re.compile(
    "(?<!cu)bot|crawler|spider|preview|facebookexternalhit|whatsapp|viber|slack-imgproxy|mastodon|cardyb|vkshare|"
    "embedly|iframely",
    re.IGNORECASE,
)


def address_of(request: HttpRequest) -> str:
    """The address that asked: the entry of X-Forwarded-For that our outermost own proxy wrote, never a client's."""
    forwarded = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    hops = settings.TRUSTED_PROXIES
    return forwarded[-hops] if 0 < hops <= len(forwarded) else request.META.get("REMOTE_ADDR", "")


def visitor_of(request: HttpRequest) -> bytes:
    """Eight bytes, the same for one address and browser all day (UTC)."""
    day = timezone.now().date().isoformat()
    seen = f"{day}\n{address_of(request)}\n{request.headers.get('User-Agent', '')}"
    return hmac.digest(settings.SECRET_KEY.encode(), seen.encode(errors="replace"), hashlib.sha256)[:8]


def is_looking(request: HttpRequest) -> bool:
    """Whether a person looks at the page: a GET that is no prefetch and comes from no link previewer."""
    if request.method != "GET":
        return False
    purpose = " ".join(request.headers.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Moz"))
    if "prefetch" in purpose.lower() or "preview" in purpose.lower():
        return False
    return PREVIEWERS.search(request.headers.get("User-Agent", "")) is None
