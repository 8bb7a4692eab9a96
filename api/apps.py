"""App configuration."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Makes the keys known to the OpenAPI document."""

    name = "api"

    def ready(self) -> None:
        """Registering happens on import."""
        from api import schema  # noqa: F401, PLC0415
