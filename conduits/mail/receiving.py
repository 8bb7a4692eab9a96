"""Taking a reply by mail in: as an answer of the company's, or as an entry of the owner's, whoever has the address."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.http import Http404

from api.throttling import seconds_to_wait
from conduits.access import access_conduit
from conduits.answering import answer
from conduits.connectors.receiving import receive_mail
from conduits.mail.addresses import address_among
from conduits.mail.parsing import Mail, UnreadableError, parse
from conduits.mail.quoting import new_in
from conduits.models import ReceivedMail, ReplyAddress
from journals.appending import journal_path
from journals.keeping import append_entry
from journals.models import Entry
from journals.photos import MOST_PER_ENTRY, take_photos
from parties.errors import RefusedError, StateForbidsError, TooManyError

logger = logging.getLogger(__name__)

LONGEST: Final = 10_000
MOST: Final = 20
WITHIN: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a mail. Its writer hears of what was refused, and of nothing else: no answer to a stranger."""

    result: Literal["taken", "repeated", "refused", "dropped"]
    reason: str = ""
    entry: UUID | None = None


def receive(raw: bytes, *, recipients: Sequence[str] = ()) -> Received:
    """Takes a mail in, once. `recipients` are those of its envelope, if the mail server tells them.

    Dropped without a word: what no person wrote, what no address of ours takes, what comes from another sender than
    the one whose address it is. Never raises for anything that a mail says.
    """
    try:
        mail = parse(raw)
    except UnreadableError as error:
        return Received("dropped", str(error))
    if mail.automatic:
        return Received("dropped", mail.automatic)
    wanted = [*recipients, *mail.recipients]
    address = address_among(wanted)
    if address is None:
        return _by_connector(mail, wanted)
    if mail.sender != address.person.email:
        return Received("dropped", "it comes from somebody else than the address is for")
    if seconds_to_wait(f"mail:{address.person_id}", most=MOST, window=WITHIN):
        return Received("dropped", "too many came from them within an hour")
    return _take(mail, address)


def _by_connector(mail: Mail, recipients: Sequence[str]) -> Received:
    """Connectors give out addresses of their own."""
    try:
        entry = receive_mail(mail, recipients=recipients)
    except Http404:
        return Received("dropped", "no address of ours takes it")
    except (RefusedError, StateForbidsError, TooManyError) as error:
        return Received("refused", str(error))
    return Received("taken", "", entry.pk) if entry else Received("repeated", "it was taken already")


def _take(mail: Mail, address: ReplyAddress) -> Received:
    photos, left_out = _photos(mail)
    try:
        entry = _write(address, mail, _words(mail, photos), photos)
    except (RefusedError, StateForbidsError) as error:
        _tell(address, mail, f"Your mail was not taken. {error}")
        return Received("refused", str(error))
    if entry is None:
        return Received("repeated", "it was taken already")
    if left_out:
        _tell(address, mail, f"Your words were taken, but not all that was with them. {' '.join(left_out)}")
    return Received("taken", " ".join(left_out), entry.pk)


def _words(mail: Mail, photos: Sequence[bytes]) -> str:
    words = new_in(mail.text)
    if len(words) > LONGEST:
        raise RefusedError(f"It has more than {LONGEST:,} letters. Shorten it, or write it in two mails.", field="body")
    if not words and not photos:
        raise RefusedError("There is nothing new in it: write above what it quotes.", field="body")
    return words


@transaction.atomic
def _write(address: ReplyAddress, mail: Mail, words: str, photos: Sequence[bytes]) -> Entry | None:
    """None for a mail that was taken already; two at once wait for each other on the constraint."""
    _, is_new = ReceivedMail.objects.get_or_create(address=address, digest=mail.digest)
    if not is_new:
        return None
    if address.member is None:
        conduit = access_conduit(party=address.person, conduit_id=address.conduit_id)
        shared = Entry.Visibility.SHARED
        replied = address.entry
        return append_entry(
            journal=conduit.journal,
            author=address.person,
            body=words,
            visibility=shared,
            photos=photos,
            in_reply_to=replied,
        )
    if not address.member.may_answer:
        raise StateForbidsError("You may read at this desk, and not answer.")
    conduit = access_conduit(party=address.member.company, conduit_id=address.conduit_id)
    replied_id = str(address.entry_id or "")
    return answer(conduit=conduit, body=words, in_reply_to=replied_id, agent=address.person, photos=photos)


def _photos(mail: Mail) -> tuple[list[bytes], list[str]]:
    """What can be taken of its photos, and why the rest was left out."""
    photos: list[bytes] = []
    left_out = [f"“{name}” is no photo; only photos can be sent along." for name in mail.others]
    for number, file in enumerate(mail.photos):
        try:
            photos += take_photos([file] if number < MOST_PER_ENTRY else list(mail.photos))
        except RefusedError as error:
            left_out.append(str(error))
            if number >= MOST_PER_ENTRY:
                break
    return photos, left_out


def _tell(address: ReplyAddress, mail: Mail, words: str) -> None:
    """Answers the person at their own address, whatever the mail says where answers go (RFC 3834 section 4)."""
    where = f"/desk/{address.member.company.slug}" if address.member else journal_path(address.conduit.pico)
    try:
        EmailMessage(
            subject=f"Re: {mail.subject}"[:120].replace("\n", " ").replace("\r", " "),
            body=f"{words}\n\n{settings.PUBLIC_URL}{where}\n",
            to=[address.person.email],
            headers={"Auto-Submitted": "auto-replied", "In-Reply-To": " ".join(mail.message_id.split())},
        ).send()
    except Exception:
        logger.exception("%s could not be told what became of their mail", address.person_id)
