"""What is entered for it."""

from typing import Annotated

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from pydantic import AfterValidator, StringConstraints

from conduits.connectors.settings import Settings, plain


def _address(text: str) -> str:
    try:
        validate_email(text)
    except ValidationError as error:
        raise ValueError("it is an address such as service@acme.example") from error
    return text


Mailbox = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(_address)]


def _short(address: str) -> str:
    """With room for the token before the @, which takes 64 characters at most (RFC 5321 section 4.5.3.1.1)."""
    if len(address.partition("@")[0]) > LONGEST_NAME or "+" in address:
        raise ValueError(f"it has at most {LONGEST_NAME} letters before the @, and no +")
    return address


LONGEST_NAME = 20


class Config(Settings):
    """Who gets the mails, and the address whose mail comes back to this server."""

    to: Mailbox = plain("To", "Who gets each message as a mail.")
    reply_to: Annotated[Mailbox, AfterValidator(_short)] = plain(
        "Address for replies",
        "Mail to it must come here; each message has its own, such as answers+…@in.acme.example.",
    )

    @property
    def target(self) -> str:
        """As the delivery log calls it."""
        return f"mailto:{self.to}"
