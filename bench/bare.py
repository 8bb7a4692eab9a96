"""What Django itself can serve on this machine: one view without a database, middleware or template.

A settings module, URL configuration and WSGI application in one: DJANGO_SETTINGS_MODULE=bench.bare.
"""

from typing import Any

from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

SECRET_KEY = "none is needed"  # noqa: S105 (it signs nothing)
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "bench.bare"


def bare(request: HttpRequest) -> HttpResponse:
    """Two bytes."""
    del request
    return HttpResponse("ok", headers={"Content-Length": "2"})


urlpatterns = [path("", bare)]


def __getattr__(name: str) -> Any:
    """`application` is made when the server asks for it; Django reads this module as settings before."""
    if name == "application":
        return get_wsgi_application()
    raise AttributeError(name)
