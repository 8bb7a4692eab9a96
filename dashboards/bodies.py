"""How large a request may be, before anything of it is read."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from api.problems import problem
from dashboards.misses import vary, wants_json
from dashboards.security import GetResponse, content_security_policy
from picos.serial_files import MOST_BYTES

# Six photos of 10 MB and their text; and from somebody who shows neither a session nor a key, a form's worth. Files
# pass through temporary ones (FILE_UPLOAD_MAX_MEMORY_SIZE); the one door to larger files is the API's for serials.
LARGEST, STRANGERS_LARGEST = 64 * 1024 * 1024, 1024 * 1024
IMPORTS = "/api/v1/batches/import"


def bounded_bodies(get_response: GetResponse) -> GetResponse:
    """Middleware that refuses what is too large by its Content-Length; without one, Django reads no body at all."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if "Transfer-Encoding" in request.headers:
            return problem(411, "Send a Content-Length instead of a Transfer-Encoding. Nothing of it was read.")
        size = request.META.get("CONTENT_LENGTH") or "0"
        if not size.isascii() or not size.isdigit() or int(size[:12]) > _largest(request):
            return _too_large(request)
        return get_response(request)

    return middleware


def _largest(request: HttpRequest) -> int:
    if "Authorization" in request.headers:
        return MOST_BYTES if request.path == IMPORTS else LARGEST
    return LARGEST if settings.SESSION_COOKIE_NAME in request.COOKIES else STRANGERS_LARGEST


def _too_large(request: HttpRequest) -> HttpResponseBase:
    if request.path.startswith("/api/") or wants_json(request):
        return problem(413, "That is too large to be taken. Nothing of it was kept.")
    # The middleware that sets the policy comes after this one.
    return content_security_policy(_page)(request)


def _page(request: HttpRequest) -> HttpResponse:
    return vary(render(request, "413.html", status=413))
