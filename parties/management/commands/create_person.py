"""`manage.py create_person EMAIL --name NAME`: a person and their first key, as one JSON object."""

import json
from argparse import ArgumentParser

from django.core.management.base import BaseCommand
from django.db import transaction

from parties.keys import create_key
from parties.management.checking import check
from parties.models import Person


class Command(BaseCommand):
    """Makes a person with a key that may do everything on their side."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        """EMAIL --name NAME."""
        parser.add_argument("email")
        parser.add_argument("--name", default="")

    @transaction.atomic
    def handle(self, *, email: str, name: str, **options: object) -> None:
        """Prints {"id", "email", "key"}; the key is shown this once."""
        del options
        check(Person(email=email.lower(), name=name))
        person = Person.objects.create_user(email, name)
        _, key = create_key(party=person, name="first key")
        self.stdout.write(json.dumps({"id": str(person.pk), "email": person.email, "key": key}))
