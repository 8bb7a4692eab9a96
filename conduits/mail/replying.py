"""The address under which an owner answers the mail about a company's answer; the notices ask for it."""

from conduits.mail.addresses import new_address
from conduits.models import Conduit
from journals.appending import journal_path
from journals.models import Entry
from picos import replying
from picos.models import Notice


def register() -> None:
    """Makes the notices ask."""
    replying.register(_address)


def _address(notice: Notice) -> str:
    """For a notice that leads to a journal which is still theirs, with a company at its other end."""
    if notice.path != journal_path(notice.pico):
        return ""
    conduit = Conduit.objects.current().filter(pico=notice.pico_id, owner=notice.person_id).first()
    if conduit is None:
        return ""
    shared = Entry.objects.visible_to(notice.person).filter(journal=conduit.journal_id, author_company__isnull=False)
    return new_address(conduit=conduit, person=notice.person, entry=shared.first())
