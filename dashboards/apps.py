"""App configuration."""

from django.apps import AppConfig


class DashboardsConfig(AppConfig):
    """The pages."""

    name = "dashboards"
