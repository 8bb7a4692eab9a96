"""App configuration."""

from django.apps import AppConfig


class ConduitsConfig(AppConfig):
    """Registers the floor's event types, and the gate that the journal asks."""

    name = "conduits"

    def ready(self) -> None:
        """Event types are registered on import."""
        from conduits import event_types, ringing  # noqa: F401, PLC0415
        from conduits.mail import replying  # noqa: PLC0415

        ringing.register()
        replying.register()
