"""Mails through this server's own mail service, each with an address of its own to reply to."""

import asyncio
from email.utils import formataddr
from smtplib import SMTPException, SMTPResponseException
from time import perf_counter
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage

from conduits.connectors.far import Far, Refused
from conduits.connectors.notes import Note, host
from conduits.connectors.reply_addresses import address_of
from conduits.delivery.http import Answer
from conduits.mail.replying import answerable

# What a mail server answers when it has taken a mail (RFC 5321 section 4.2.2).
TAKEN: Final = 250


async def check(far: Far, note: Note) -> None:
    """A mail that says it is a test: there is no other way to see whether one arrives."""
    await append_to_timeline(far, note, "")


async def append_to_timeline(far: Far, note: Note, contact: str) -> None:
    """One mail; those about one conduit make a thread. Its Message-ID is ours: one that comes twice is known by it."""
    del contact
    mail = _mail(far, note)
    begin = perf_counter()
    problem, status = None, TAKEN
    try:
        await asyncio.to_thread(mail.send)
    except SMTPResponseException as error:
        problem, status = f"The mail server said {error.smtp_code}.", error.smtp_code
    except (SMTPException, OSError) as error:
        problem, status = f"The mail server did not take it ({type(error).__name__}).", 0
    answer = Answer(status or None, b"", {}, round((perf_counter() - begin) * 1000), problem)
    if problem:
        raise Refused(answer)
    far.last = answer


def _mail(far: Far, note: Note) -> EmailMessage:
    assert far.keys is not None  # noqa: S101 (every endpoint has them)
    thread = f"<{note.case.replace('/', '.')}@{host()}>"
    address = address_of(far.config.reply_to, note.id, far.keys.secrets[0]) if note.conduit else ""
    text = f"{note.contact.name}:\n\n{note.text}\n" if note.conduit else note.text
    return EmailMessage(
        subject=" ".join(note.title.split())[:200],
        body=answerable(text, address, to="the customer"),
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[far.config.to],
        reply_to=[formataddr(("Reply to the customer", address))] if address else None,
        # A mail's ids are in its headers.
        headers={
            "Message-ID": f"<{note.id}@{host()}>",
            "References": thread,
            "In-Reply-To": thread,
            # So that nobody's absence note answers it (RFC 3834 section 5).
            "Auto-Submitted": "auto-generated",
        },
    )
