"""App configuration."""

from django.apps import AppConfig


class JournalsConfig(AppConfig):
    """Registers the floor's event types."""

    name = "journals"

    def ready(self) -> None:
        """Registering happens on import."""
        from journals import event_types  # noqa: F401, PLC0415
