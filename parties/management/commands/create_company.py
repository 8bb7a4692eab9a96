"""`manage.py create_company NAME --slug SLUG`: a company and its first key, as one JSON object."""

import json
from argparse import ArgumentParser

from django.core.management.base import BaseCommand
from django.db import transaction

from parties.keys import create_key
from parties.management.checking import check
from parties.models import Company


class Command(BaseCommand):
    """Makes a company with a key that may do everything."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        """NAME --slug SLUG."""
        parser.add_argument("name")
        parser.add_argument("--slug", required=True)

    @transaction.atomic
    def handle(self, *, name: str, slug: str, **options: object) -> None:
        """Prints {"id", "slug", "key"}; the key is shown this once."""
        del options
        company = Company(name=name, slug=slug)
        check(company)
        company.save(force_insert=True)
        _, key = create_key(party=company, name="first key")
        self.stdout.write(json.dumps({"id": str(company.pk), "slug": company.slug, "key": key}))
