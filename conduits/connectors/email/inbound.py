"""A mail as it was received (RFC 5322), from whatever takes in mail for the address for replies."""

from collections.abc import Sequence
from typing import Any

from conduits.connectors.absent import verify
from conduits.connectors.inbox import Arrived, Reply
from conduits.connectors.reply_addresses import is_ours, message_of, messages_named
from conduits.mail import parsing
from conduits.mail.quoting import new_in

__all__ = ["parse", "verify"]


def parse(config: Any, arrived: Arrived) -> Sequence[Reply]:
    """What was written above the quotation, if it answers one of our mails and a person wrote it. Raises ValueError."""
    del config
    mail = parsing.parse(arrived.body)
    token = next((token for token in messages_named(mail.recipients) if is_ours(token, arrived.secrets)), None)
    if token is None or mail.automatic:
        return []
    return [reply_of(mail, token)]


def reply_of(mail: parsing.Mail, token: bytes) -> Reply:
    """What a mail says to the customer that came for the address with this token, which is verified."""
    return Reply(id=f"mail/{mail.digest.hex()}", text=new_in(mail.text), in_reply_to=f"msg_{message_of(token).hex}")
