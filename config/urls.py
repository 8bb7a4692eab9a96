"""The server's table of contents."""

from django.conf import settings
from django.urls import include, path

from config import health

urlpatterns = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", health.metrics),
    path("api/v1/", include("config.api_urls")),
    path("", include("dashboards.urls")),
]

if settings.PICO_DEMO:
    urlpatterns.append(path("demo/", include("demo.urls")))
