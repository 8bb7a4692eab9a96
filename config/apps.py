"""App configuration."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Brings the Celery application into every process, so that any of them can ring the bell."""

    name = "config"

    def ready(self) -> None:
        """Makes it Celery's current app."""
        from config import celery  # noqa: F401, PLC0415
