"""`manage.py story`: plays both scenes against a running `manage.py up`, step by step with their milliseconds."""

import asyncio
import json
import sys
from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from demo.credentials import read_credentials
from demo.story.playing import play
from demo.story.steps import Steps


class Command(BaseCommand):
    """Prints one JSON object; the same in words goes to stderr as it happens."""

    help = __doc__
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--within SECONDS --answer-within SECONDS."""
        parser.add_argument("--within", type=float, default=120.0, help="seconds for all of it (120)")
        parser.add_argument("--answer-within", type=float, default=1.0, help="from the scan to the answer (1)")

    def handle(self, *, within: float, answer_within: float, **options: object) -> None:
        """Exit code 0 only if every step was seen."""
        del options
        credentials = read_credentials(settings.PICO_DATA_DIR)
        if not settings.PICO_DEMO or not credentials:
            message = f"There is no demo in {settings.PICO_DATA_DIR}. Start one with: make up"
            raise CommandError(message)
        if not settings.MAIL_IN_FOLDER:
            message = "Mail leaves this server, so nobody here can read the sign-in code: leave EMAIL_URL unset."
            raise CommandError(message)
        steps = Steps(sys.stderr)
        seen = asyncio.run(
            play(
                steps,
                base=settings.PUBLIC_URL,
                callcentre_port=settings.CALLCENTRE_PORT,
                mail=settings.MAIL_DIR,
                credentials=credentials,
                within=within,
                answer_within=answer_within,
            )
        )
        self.stdout.write(json.dumps(steps.as_json()))
        if not seen:
            raise SystemExit(1)
