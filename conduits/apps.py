"""App configuration."""

from django.apps import AppConfig


class ConduitsConfig(AppConfig):
    """Registers the floor's event types."""

    name = "conduits"

    def ready(self) -> None:
        """Registering happens on import."""
        from conduits import event_types  # noqa: F401, PLC0415
