"""App configuration."""

from django.apps import AppConfig


class PicosConfig(AppConfig):
    """See the package's docstring."""

    name = "picos"
