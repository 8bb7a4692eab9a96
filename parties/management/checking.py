"""Whether what a command line asks for can be kept."""

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError

from parties.models import Company, Person


def check(party: Company | Person) -> None:
    """Raises CommandError, with a sentence for each field that cannot be kept."""
    if not party.name.isprintable():
        message = "name: it has a character that cannot be kept"
        raise CommandError(message)
    try:
        party.full_clean(exclude=["password"])
    except ValidationError as error:
        said = [f"{field}: {message}" for field, messages in error.message_dict.items() for message in messages]
        raise CommandError(" ".join(said)) from error
