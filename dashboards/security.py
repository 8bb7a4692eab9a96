"""What a page may load: our own files, and the live stream. Nothing from elsewhere, no inline script."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

GetResponse = Callable[[HttpRequest], HttpResponseBase]
# The API's browsable documentation styles its own elements.
DOCS = "/api/v1/docs"


def content_security_policy(get_response: GetResponse) -> GetResponse:
    """Middleware that sets Content-Security-Policy (W3C CSP level 3) on every answer."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        style = "'self' 'unsafe-inline'" if request.path.startswith(DOCS) else "'self'"
        response.headers.setdefault(
            "Content-Security-Policy",
            f"default-src 'none'; script-src 'self'; style-src {style}; img-src 'self' data: blob:; font-src 'self'; "
            f"connect-src 'self' {live_origin(request)}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        )
        return response

    return middleware


def live_origin(request: HttpRequest) -> str:
    """Where the live process answers, as a browser on this page reaches it."""
    if settings.LIVE_URL:
        return settings.LIVE_URL
    # Not get_host(): a probe with another Host header is to be answered, too.
    host = str(request.META.get("HTTP_HOST") or request.META.get("SERVER_NAME", "")).rsplit(":", 1)[0]
    safe = "".join(character for character in host if character.isalnum() or character in ".-[]:")
    return f"{request.scheme}://{safe}:{settings.LIVE_PORT}"
