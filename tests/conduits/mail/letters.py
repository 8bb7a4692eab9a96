"""Mails as people's programs write them."""

from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from tests.factories import a_photo

DOMAIN = "things.example"


def a_letter(to: str, sender: str, text: str = "Yes, please.", *, photos: int = 0, **headers: str) -> bytes:
    """A reply; `headers` have underscores for hyphens."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = f"Somebody <{sender}>", to, "Re: News about Moccasin"
    message["Message-ID"] = headers.pop("Message_ID", "<1@mail.example>")
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    for number in range(photos):
        data = a_photo().read()
        message.add_attachment(data, maintype="image", subtype="jpeg", filename=f"sole{number}.jpg")
    return message.as_bytes()


def attached(raw: bytes, data: bytes, kind: str, **options: Any) -> bytes:
    """The same with something else sent along."""
    message = message_from_bytes(raw, policy=policy.default)
    maintype, subtype = kind.split("/")
    assert isinstance(message, EmailMessage)
    message.add_attachment(data, maintype=maintype, subtype=subtype, **options)
    return message.as_bytes()
