"""Of which advisories about their things a person wants to be told."""

from conduits.models import Wish
from parties.errors import RefusedError
from parties.models import Person


def wish_of(person: Person) -> str:
    """A level of Wish; what is important, for who never said."""
    return Wish.objects.filter(person=person).values_list("level", flat=True).first() or Wish.Level.HIGH


def set_wish(*, person: Person, level: str) -> None:
    """From the next notice on. Raises RefusedError for a level that there is not."""
    if level not in Wish.Level:
        raise RefusedError("It is all, high or none.", field="tell")
    Wish.objects.update_or_create(person=person, defaults={"level": level})
