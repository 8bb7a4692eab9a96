"""`manage.py detach_month YYYY-MM`: takes a month's events out of the event table, to be archived."""

import json
from argparse import ArgumentParser
from datetime import UTC, datetime

from django.core.management.base import BaseCommand, CommandError

from parties.errors import StateForbidsError
from picos.retention import detach_month


class Command(BaseCommand):
    """The table stays in the database under its own name, for pg_dump; drop it when it is archived."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        """YYYY-MM."""
        parser.add_argument("month", metavar="YYYY-MM")

    def handle(self, *, month: str, **options: object) -> None:
        """Prints {"table"}."""
        del options
        try:
            table = detach_month(datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC))
        except ValueError as error:
            message = f"{month!r} is no month; write it as 2026-01."
            raise CommandError(message) from error
        except StateForbidsError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(json.dumps({"table": table}))
