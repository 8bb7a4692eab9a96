"""Taking in what comes from a connector's system: each reply becomes the company's answer, once."""

import hmac
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from cryptography.fernet import InvalidToken
from django.db import transaction
from django.http import Http404
from django.utils import timezone

from api.throttling import seconds_to_wait
from conduits.answering import answer
from conduits.connectors.email.inbound import reply_of
from conduits.connectors.equipping import keep_health, open_config
from conduits.connectors.inbox import Arrived, Reply
from conduits.connectors.kinds import kinds
from conduits.connectors.notes import mark_of
from conduits.connectors.reply_addresses import is_ours, message_of, messages_named
from conduits.connectors.setting_up import digest_of
from conduits.delivery.keys import keys_of
from conduits.mail.parsing import Mail
from conduits.models import Conduit, Connector, Counterpart, Delivery, Endpoint, Received
from journals.models import Entry
from parties.errors import RefusedError, StateForbidsError, TooManyError
from picos.models import Event

LONGEST = 10_000
MOST_PER_MINUTE = 600


def receive(*, connector_id: UUID, key: str, body: bytes, headers: Mapping[str, str]) -> list[Entry]:
    """The answers that a request to a connector's address became. What came before, our own words, and what is about
    nothing of ours become none.

    Raises Http404 alike for no such connector, one that is off, and a request that is not shown to come from there;
    TooManyError, RefusedError for what is not to be understood, and StateForbidsError when the conduit is shut.
    """
    connector = _admitted(connector_id)
    kind = kinds()[connector.endpoint.kind]
    config, arrived = _arrived(connector, body, headers)
    verified = kind.verify(config, arrived)
    if verified is None:
        verified = hmac.compare_digest(digest_of(key), connector.inbound_digest)
    if not verified:
        raise Http404
    if wait := seconds_to_wait(f"in:{connector.pk}", most=MOST_PER_MINUTE, window=timedelta(minutes=1)):
        message = "That was too much for a minute."
        raise TooManyError(message, retry_after=wait)
    return _parsed(connector, config, arrived)


def receive_mail(mail: Mail, *, recipients: Sequence[str]) -> Entry | None:
    """The answer that a mail became, by the connector that gave out the address which it is for; None if it did before.

    `recipients`: those of its envelope, too. Raises Http404 for an address that none did, RefusedError for a mail with
    nothing new; otherwise as `receive`.
    """
    for token in messages_named(recipients):
        sent = Delivery.objects.filter(pk=message_of(token)).values_list("endpoint_id", flat=True).first()
        if sent is None:
            continue
        connector = _admitted(sent)
        if is_ours(token, _arrived(connector, b"", {})[1].secrets):
            reply = reply_of(mail, token)
            if not reply.text:
                raise RefusedError("There is nothing new in it: write above what it quotes.", field="body")
            return next(iter(_taken(connector, [reply])), None)
    raise Http404


def _arrived(connector: Connector, body: bytes, headers: Mapping[str, str]) -> tuple[Any, Arrived]:
    """With what verifies it. Raises Http404 when that cannot be read any more."""
    try:
        config = open_config(connector, kinds()[connector.endpoint.kind])
        return config, Arrived(body, headers, tuple(keys_of(connector.endpoint).secrets))
    except (InvalidToken, ValueError) as error:
        raise Http404 from error


def _parsed(connector: Connector, config: Any, arrived: Arrived) -> list[Entry]:
    try:
        replies = kinds()[connector.endpoint.kind].parse(config, arrived)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        message = "It could not be understood."
        raise RefusedError(message, field="body") from error
    return _taken(connector, replies)


def _taken(connector: Connector, replies: Sequence[Reply]) -> list[Entry]:
    Connector.objects.filter(pk=connector.pk).update(received_at=timezone.now())
    try:
        return take(connector, replies)
    except (StateForbidsError, RefusedError) as error:
        keep_health(connector.pk, error=missed(error), now=timezone.now())
        raise


def missed(error: Exception) -> str:
    """What the desk says of an answer that could not be taken."""
    return f"An answer from there did not reach the customer. {error}"


def take(connector: Connector, replies: Sequence[Reply]) -> list[Entry]:
    """The entries that they became. Raises as `receive` does; what was taken before that stays taken."""
    taken = [_take(connector, reply) for reply in replies]
    return [entry for entry in taken if entry]


@transaction.atomic
def _take(connector: Connector, reply: Reply) -> Entry | None:
    text = reply.text.replace("\0", "").encode(errors="ignore").decode().strip()
    addressed = _addressed(connector, reply)
    if not text or mark_of(text) or addressed is None:
        return None
    row, is_new = Received.objects.get_or_create(connector=connector, external_id=reply.id[:200])
    if not is_new:
        return None
    conduit, in_reply_to = addressed
    entry = answer(
        conduit=conduit,
        body=text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…",
        in_reply_to=in_reply_to,
        data=reply.data,
    )
    Received.objects.filter(pk=row.pk).update(entry_id=entry.pk)
    return entry


def _admitted(connector_id: UUID) -> Connector:
    found = Connector.objects.select_related("endpoint__company").filter(
        pk=connector_id, endpoint__deleted_at=None, endpoint__status=Endpoint.Status.ENABLED
    )
    connector = found.first()
    if connector is None or connector.endpoint.kind not in kinds():
        raise Http404
    if not kinds()[connector.endpoint.kind].CAPABILITIES.inbound:
        raise Http404
    return connector


def _addressed(connector: Connector, reply: Reply) -> tuple[Conduit, str] | None:
    """The conduit that it goes to, and the message that it answers: so its cause and depth are those of an answer."""
    if reply.request:
        return _by_request(connector, reply.request)
    if reply.conduit:
        mine = Conduit.objects.with_ends().of_party(connector.endpoint.company)
        conduit = mine.filter(pk__in=_ids(reply.conduit)).first()
    else:
        sent = Delivery.objects.filter(endpoint=connector.pk, pk__in=_ids(reply.in_reply_to.removeprefix("msg_")))
        conduit = Conduit.objects.with_ends().filter(pk__in=sent.values("conduit")).first()
    return (conduit, reply.in_reply_to) if conduit else None


def _by_request(connector: Connector, external_id: str) -> tuple[Conduit, str] | None:
    """An answer to the newest message that was written there, if it can still be told."""
    ours = Counterpart.objects.filter(
        connector=connector, noun=Counterpart.Noun.REQUEST, external_id=external_id
    ).first()
    if ours is None or ours.conduit_id is None or ours.last_message_id is None:
        return None
    conduit = Conduit.objects.with_ends().filter(pk=ours.conduit_id).first()
    sent = Delivery.objects.filter(pk=ours.last_message_id, conduit=conduit).values("event_id")
    known = Event.objects.filter(pk__in=sent).exists()
    return (conduit, f"msg_{ours.last_message_id.hex}" if known else "") if conduit else None


def _ids(text: str) -> list[UUID]:
    """The id that a text is; none if it is no id."""
    try:
        return [UUID(text)]
    except ValueError:
        return []
