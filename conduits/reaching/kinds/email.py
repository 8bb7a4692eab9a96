"""By e-mail, to the address that the person signs in with. Mailboxes offer a button that ends such mails (RFC 8058)."""

import asyncio
import logging
from smtplib import SMTPDataError

from django.conf import settings
from django.core.mail import EmailMessage

from conduits.reaching.kinds import Tools
from conduits.reaching.letters import Letter, Words
from conduits.reaching.results import Outcome, Result

logger = logging.getLogger(__name__)

_PERMANENT = 500


async def send(words: Words, *, letter: Letter, address: str, tools: Tools) -> Result:
    """A mail server that would not take it is asked again, unless it refuses what is written."""
    del address
    mail = _mail(words, letter)
    try:
        await asyncio.get_running_loop().run_in_executor(tools.threads, mail.send)
    except SMTPDataError as error:
        outcome = Outcome.REFUSED if error.smtp_code >= _PERMANENT else Outcome.AGAIN
        return Result(outcome, "The mail server would not take it.")
    except Exception:
        logger.exception("dispatch %s could not be mailed", letter.id)
        return Result(Outcome.AGAIN, "The mail could not be sent.")
    return Result(Outcome.SENT)


def _mail(words: Words, letter: Letter) -> EmailMessage:
    body = f"{words.body}\n\n{words.url}\n"
    host = settings.PUBLIC_URL.partition("://")[2].partition(":")[0]
    headers = {"Message-ID": f"<{letter.id}@{host}>"}
    if words.unsubscribe:
        body += f"\n-- \nNo more {words.ends}: {words.unsubscribe}\nHow we reach you: {settings.PUBLIC_URL}/you/reach\n"
        headers["List-Unsubscribe"] = f"<{words.unsubscribe}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return EmailMessage(subject=words.title, body=body, to=[letter.way.person.email], headers=headers)
