"""`manage.py receive_mail [RECIPIENT …] < MAIL`: takes a reply by mail in, as a mail server's pipe hands it over."""

import json
import sys
from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from conduits.mail.parsing import MOST_BYTES
from conduits.mail.receiving import receive


class Command(BaseCommand):
    """Reads a mail (RFC 5322) on its input. What cannot be taken is no error: no mail server is to send it back."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        """[RECIPIENT …]."""
        parser.add_argument("recipients", nargs="*", help="to whom it went, if the mail server tells it")

    def handle(self, *, recipients: list[str], **options: object) -> None:
        """Prints {"result", "reason", "entry"}."""
        del options
        raw = sys.stdin.buffer.read(MOST_BYTES + 1)
        if not raw:
            raise CommandError("There is no mail on the input.")
        received = receive(raw, recipients=recipients)
        entry = str(received.entry) if received.entry else None
        self.stdout.write(json.dumps({"result": received.result, "reason": received.reason, "entry": entry}))
