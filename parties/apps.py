"""App configuration."""

from django.apps import AppConfig


class PartiesConfig(AppConfig):
    """People and companies."""

    name = "parties"
