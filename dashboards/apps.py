"""App configuration."""

from django.apps import AppConfig


class DashboardsConfig(AppConfig):
    """See the package's docstring."""

    name = "dashboards"
