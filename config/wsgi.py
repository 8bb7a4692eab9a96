"""The WSGI application that granian serves."""

import os
from collections.abc import Mapping
from typing import Any

from django.core.handlers.wsgi import WSGIRequest
from django.core.wsgi import get_wsgi_application
from django.utils.http import parse_header_parameters

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


class Request(WSGIRequest):
    """A request that is UTF-8 whatever its Content-Type says: Django would load any codec that a client names."""

    def _set_content_type_params(self, meta: Mapping[str, Any]) -> None:
        self.content_type, self.content_params = parse_header_parameters(meta.get("CONTENT_TYPE", ""))


django_application = get_wsgi_application()
django_application.request_class = Request

from dashboards.resolving_first import ResolvingFirst  # noqa: E402 (its models need Django set up)
from dashboards.strangers import StrangersFirst  # noqa: E402

application = StrangersFirst(ResolvingFirst(django_application))
