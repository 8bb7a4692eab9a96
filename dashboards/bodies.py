"""How large a request may be, before anything of it is read."""

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from api.problems import problem
from dashboards.security import GetResponse

# Six photos of 10 MB and their text; and from somebody who shows neither a session nor a key, a form's worth.
LARGEST, STRANGERS_LARGEST = 64 * 1024 * 1024, 1024 * 1024


def bounded_bodies(get_response: GetResponse) -> GetResponse:
    """Middleware that refuses what is too large by its Content-Length; without one, Django reads no body at all."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        known = settings.SESSION_COOKIE_NAME in request.COOKIES or "Authorization" in request.headers
        size = request.META.get("CONTENT_LENGTH") or "0"
        if not size.isascii() or not size.isdigit() or int(size[:12]) > (LARGEST if known else STRANGERS_LARGEST):
            return problem(413, "That is too large to be taken. Nothing of it was kept.")
        return get_response(request)

    return middleware
