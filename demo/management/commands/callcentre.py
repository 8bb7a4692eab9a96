"""`manage.py callcentre`: the demo's call centre, until SIGTERM or Ctrl-C. `manage.py up` starts it."""

from aiohttp import web
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from demo.callcentre.records import Records
from demo.callcentre.server import CallCentre, greeting
from demo.credentials import read_credentials


class Command(BaseCommand):
    """Gives the call centre its port, folder and keys; it learns nothing else from here."""

    help = __doc__
    requires_system_checks = ()

    def handle(self, *_args: object, **_options: object) -> None:
        """Prints a line for each thing that it does."""
        records = Records(settings.PICO_DATA_DIR / "callcentre" / "records.sqlite3")
        credentials = read_credentials(settings.PICO_DATA_DIR)
        self._say(greeting(records, credentials))
        centre = CallCentre(records=records, credentials=credentials, say=self._say)
        try:
            web.run_app(
                centre.application(),
                host="127.0.0.1",
                port=settings.CALLCENTRE_PORT,
                print=None,
                access_log=None,
                shutdown_timeout=2.0,
            )
        except OSError as error:
            message = f"Port {settings.CALLCENTRE_PORT} cannot be used ({error.strerror}); set CALLCENTRE_PORT."
            raise CommandError(message) from error

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
