"""An address under which a notice's mail is answered, where the floor above, which takes the answers in, has one."""

from collections.abc import Callable
from typing import Final

from django.core.mail import EmailMessage

from picos.models import Notice

# What stands beneath it in a reply is not new. Programs that answer quote it, and none translates it.
MARKER: Final = "Write your answer above this line"

_makers: list[Callable[[Notice], str]] = []


def register(maker: Callable[[Notice], str]) -> None:
    """From now on it is asked for an address; it says an empty one where there is none."""
    _makers.append(maker)


def reply_address(notice: Notice) -> str:
    """Where an answer to this notice goes; empty where it cannot be answered by mail."""
    return next((address for maker in _makers if (address := maker(notice))), "")


def send_mail(*, subject: str, message: str, to: str, reply_to: str = "") -> None:
    """Sends one mail, which is answered at `reply_to` if that is not empty."""
    EmailMessage(subject, message, to=[to], reply_to=[reply_to] if reply_to else None).send()


def answerable(text: str, address: str, *, to: str) -> str:
    """The mail's text, with the line above which an answer is written, if there is an address for it."""
    if not address:
        return text
    return f"--- {MARKER} ---\n\n{text}\nYou can also answer by replying to this mail. It goes to {to}.\n"
