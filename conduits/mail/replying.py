"""Mails that are answered by replying to them."""

from typing import Final

from conduits.mail.addresses import new_address
from conduits.models import Conduit
from journals.appending import journal_path
from journals.models import Entry
from picos.models import Notice

# What stands beneath it in a reply is not new. Programs that answer quote it, and none translates it.
MARKER: Final = "Write your answer above this line"


def reply_address(notice: Notice) -> str:
    """Where its person answers a notice that leads to a journal which is still theirs, with a company at its other end.

    Empty where it cannot be answered by mail.
    """
    if notice.path != journal_path(notice.pico):
        return ""
    conduit = Conduit.objects.current().filter(pico=notice.pico_id, owner=notice.person_id).first()
    if conduit is None:
        return ""
    shared = Entry.objects.visible_to(notice.person).filter(journal=conduit.journal_id, author_company__isnull=False)
    return new_address(conduit=conduit, person=notice.person, entry=shared.first())


def answerable(text: str, address: str, *, to: str) -> str:
    """The mail's text, with the line above which an answer is written, if there is an address for it."""
    if not address:
        return text
    return f"--- {MARKER} ---\n\n{text}\nYou can also answer by replying to this mail. It goes to {to}.\n"
