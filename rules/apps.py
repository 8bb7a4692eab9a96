"""App configuration."""

from django.apps import AppConfig


class RulesConfig(AppConfig):
    """Registers the floor's event types."""

    name = "rules"

    def ready(self) -> None:
        """Registering happens on import."""
        from rules import event_types  # noqa: F401, PLC0415
