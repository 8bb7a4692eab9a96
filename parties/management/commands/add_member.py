"""`manage.py add_member SLUG EMAIL --role admin|agent|viewer`: a person who works for a company, as one JSON object."""

import json
from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from parties.errors import RefusedError, StateForbidsError
from parties.members import let_in
from parties.models import Company, Member, Person


class Command(BaseCommand):
    """Lets a person in at a company's desk, or changes what they may do there."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        """SLUG EMAIL --role ROLE."""
        parser.add_argument("slug")
        parser.add_argument("email")
        parser.add_argument("--role", choices=Member.Role.values, default=Member.Role.AGENT)

    def handle(self, *, slug: str, email: str, role: str, **options: object) -> None:
        """Prints {"id", "company", "person", "role"}."""
        del options
        company = Company.objects.filter(slug=slug).first()
        person = Person.objects.filter(email=email.lower()).first()
        if company is None or person is None:
            message = (
                f"There is no company {slug}." if company is None else f"There is nobody with the address {email}."
            )
            raise CommandError(message)
        try:
            member = let_in(company=company, person=person, role=role)
        except (StateForbidsError, RefusedError) as error:
            raise CommandError(str(error)) from error
        shown = {"id": str(member.pk), "company": company.slug, "person": str(person.pk), "role": member.role}
        self.stdout.write(json.dumps(shown))
