"""Takes in one mail from a mail server's pipe."""

import json
import os
import sys
from typing import Any, NoReturn

from django.core.management.base import BaseCommand
from django.db import OperationalError
from django.http import Http404

from conduits.connectors.receiving import receive_mail
from parties.errors import RefusedError, StateForbidsError


class Command(BaseCommand):
    """`receive_mail < message`: an answer to a customer, by the address that it was sent to."""

    help = "Take in one mail from standard input, as a mail server's pipe gives it (RFC 5322)."

    def handle(self, **_: Any) -> None:
        """Prints how many answers it became. Ends as a mail server understands it (sysexits.h): 67 for an address that
        we never gave out, 75 to try again, 77 for what does not pass now.
        """
        try:
            taken = receive_mail(sys.stdin.buffer.read())
        except Http404:
            self._end("We never gave out the address that it is for.", os.EX_NOUSER)
        except OperationalError as error:
            self._end(str(error), os.EX_TEMPFAIL)
        except (StateForbidsError, RefusedError) as error:
            self._end(str(error), os.EX_NOPERM)
        self.stdout.write(json.dumps({"taken": len(taken)}))

    def _end(self, why: str, status: int) -> NoReturn:
        self.stderr.write(why)
        sys.exit(status)
