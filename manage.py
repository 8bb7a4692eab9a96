#!/usr/bin/env python3
"""Django's command line. The embedded database runs for as long as a command needs it, unless it runs already."""

import os
import signal
import sys

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from config.postgres import ClusterError, running

# These never ask the database. `up` runs it itself.
WITHOUT_DATABASE = {
    "callcentre",
    "check",
    "collectstatic",
    "diffsettings",
    "help",
    "spectacular",
    "story",
    "up",
    "version",
}
# These ask, and must find the tables as they are.
WITHOUT_MIGRATING = {"dbshell", "makemigrations", "migrate", "showmigrations", "sqlmigrate"}


def main() -> None:
    """Run the command of `sys.argv`."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        settings.INSTALLED_APPS  # noqa: B018 the settings are read at the first use, and speak of a wrong value then
    except ImproperlyConfigured as error:
        sys.exit(f"{error}.")
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    if not settings.EMBEDDED_DATABASE or command in WITHOUT_DATABASE or {"-h", "--help", "--version"} & {*sys.argv}:
        execute_from_command_line(sys.argv)
        return
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # so that the database is ended, too
    try:
        with running(settings.PICO_DATA_DIR) as cluster:
            if command not in WITHOUT_MIGRATING and not cluster.has_tables():
                _migrate()
            execute_from_command_line(sys.argv)
    except ClusterError as error:
        sys.exit(str(error))


def _migrate() -> None:
    import django  # noqa: PLC0415 only a new database needs the apps this early

    django.setup()
    from config.migrating import migrate_if_pending  # noqa: PLC0415

    migrate_if_pending()


if __name__ == "__main__":
    main()
