"""A company's labels on its conversations: its own order, which its customers never see."""

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import Count

from api.bodies import storable
from conduits.models import Conduit, Label
from live.announcing import announce
from live.tokens import topic
from parties.errors import RefusedError, StateForbidsError
from parties.models import Company
from picos.turns import take_turn

LONGEST = 40
# On one conversation.
MOST = 20
MOST_OFFERED = 30


def check_label(name: str) -> str:
    """The label in one line. Raises RefusedError for what is none."""
    name = " ".join(name.split())
    try:
        storable(name)
    except ValueError:
        name = ""
    if not name or len(name) > LONGEST or "," in name:
        message = f"A label has 1 to {LONGEST} characters, and no comma."
        raise RefusedError(message, field="label")
    return name


@transaction.atomic
def add_label(*, conduit: Conduit, name: str) -> bool:
    """Puts it on; False when it is on already, in whatever case. Raises RefusedError, StateForbidsError beyond MOST."""
    name = check_label(name)
    take_turn(conduit.pico_id)
    if conduit.labels.filter(name__iexact=name).exists():
        return False
    if conduit.labels.count() >= MOST:
        message = f"There are {MOST} labels on it already. Take one off first."
        raise StateForbidsError(message)
    Label.objects.create(conduit=conduit, company_id=conduit.company_id, name=name)
    _tell(conduit)
    return True


@transaction.atomic
def remove_label(*, conduit: Conduit, name: str) -> bool:
    """Takes it off; False when it is not on."""
    take_turn(conduit.pico_id)
    gone, _ = conduit.labels.filter(name__iexact=check_label(name)).delete()
    if gone:
        _tell(conduit)
    return bool(gone)


@transaction.atomic
def set_labels(*, conduit: Conduit, names: Sequence[str]) -> list[str]:
    """Just these are on it from now on; returned in their order. Raises RefusedError."""
    wanted = {name.lower(): name for name in map(check_label, reversed(names))}
    if len(wanted) > MOST:
        message = f"At most {MOST} labels are on a conversation."
        raise RefusedError(message, field="labels")
    take_turn(conduit.pico_id)
    there = {label.name.lower(): label for label in Label.objects.filter(conduit=conduit)}
    Label.objects.filter(pk__in=[label.pk for key, label in there.items() if key not in wanted]).delete()
    fresh = [
        Label(conduit=conduit, company_id=conduit.company_id, name=name)
        for key, name in reversed(wanted.items())
        if key not in there
    ]
    # PostgreSQL has the last word on what is the same but for case: to it a final sigma is any other.
    Label.objects.bulk_create(fresh, ignore_conflicts=True)
    _tell(conduit)
    return labels_of(Label.objects.filter(conduit=conduit))


def labels_of(labels: Iterable[Label]) -> list[str]:
    """Their names, in order."""
    return sorted((label.name for label in labels), key=str.lower)


def labels_in_use(company: Company) -> list[str]:
    """Those that a filter offers, the most used."""
    used = Label.objects.filter(company=company).values_list("name").annotate(times=Count("pk"))
    names = [name for name, _ in used.order_by("-times", "name")[:MOST_OFFERED]]
    return sorted({name.lower(): name for name in reversed(names)}.values(), key=str.lower)


def _tell(conduit: Conduit) -> None:
    announce(topic("company", conduit.company_id))
