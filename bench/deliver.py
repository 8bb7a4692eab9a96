"""How many webhooks a second one worker delivers: claimed, passed by the gate, signed, sent, each attempt recorded."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from ipaddress import ip_network
from itertools import islice
from uuid import UUID

import aiohttp
from django.conf import settings
from django.db import connection
from django.utils import timezone
from uuid_utils.compat import uuid7

from bench.server import listening
from bench.stage import Stage
from conduits.delivery import draining as delivery
from conduits.delivery.sending import AT_A_TIME
from conduits.delivery.signing import headers_for, new_secret
from conduits.models import Attempt, Conduit, Delivery, Endpoint
from conduits.opening import claim_and_open
from parties.models import Person
from picos.event_types import SCANNED
from picos.events import Draft, record_events
from picos.models import Pending, Pico
from rules.subscriptions import add_subscribed_endpoint

PORT = 8393
ENDPOINTS = 20
THINGS, OWNED = 1000, 100
MESSAGES, MESSAGES_OF_OWNERS, WARMING = 20_000, 5_000, 1_000
BATCH = 1000


def measure(stage: Stage) -> dict[str, float]:
    """`per_s` is of scans of things that nobody owns, `owned_per_s` of others, each with a line in its owner's log.

    The ceiling is a bare aiohttp client that posts the same bytes to the same server, as many at a time: signed once,
    and without a database. Both send to a process that costs next to nothing. Raises RuntimeError unless each message
    arrived and has its attempt.
    """
    settings.PICO_WEBHOOK_ALLOW = [ip_network("127.0.0.0/8")]
    endpoints = [_endpoint(stage, number) for number in range(ENDPOINTS)]
    things = _picos(stage.codes[:THINGS])
    conduits = _conduits(_picos(list(islice(stage.unclaimed, OWNED))))
    with listening(PORT):
        _delivered(things, endpoints, number=WARMING)
        body = Delivery.objects.filter(state=Delivery.State.DELIVERED)[0].body.encode()
        _bare(body, WARMING)
        owned = [conduit.pico for conduit in conduits.values()]
        # Each between two of the bare ones, as the machine's own speed comes and goes.
        before = _bare(body, MESSAGES)
        per_s = _delivered(things, endpoints, number=MESSAGES)
        between = _bare(body, MESSAGES)
        owned_per_s = _delivered(owned, endpoints, number=MESSAGES_OF_OWNERS, conduits=conduits)
        after = _bare(body, MESSAGES)
    return {
        "per_s": round(per_s),
        "bare_per_s": round((before + between) / 2),
        "ratio": round(per_s / (before + between) * 2, 3),
        "owned_per_s": round(owned_per_s),
        "owned_ratio": round(owned_per_s / (between + after) * 2, 3),
    }


def _endpoint(stage: Stage, number: int) -> Endpoint:
    url = f"http://127.0.0.1:{PORT}/{number}"
    return add_subscribed_endpoint(company=stage.product.company, url=url, events=[SCANNED])[0]


def _picos(codes: Sequence[str]) -> list[Pico]:
    return list(Pico.objects.with_product().filter(code__in=codes))


def _conduits(things: Sequence[Pico]) -> Mapping[UUID | None, Conduit]:
    owner = Person.objects.create_user("bench@example.com", "Bench")
    return {pico.pk: claim_and_open(pico=pico, person=owner) for pico in things}


def _delivered(
    things: Sequence[Pico],
    endpoints: Sequence[Endpoint],
    *,
    number: int,
    conduits: Mapping[UUID | None, Conduit] | None = None,
) -> float:
    """Messages per second."""
    for begin in range(0, number, BATCH):
        places = range(begin, min(number, begin + BATCH))
        events = record_events([Draft(type=SCANNED, pico=things[place % len(things)]) for place in places])
        now = timezone.now()
        rows = [
            Delivery(
                endpoint=endpoints[place % len(endpoints)],
                event_id=event.pk,
                event_type=event.type,
                pico_id=event.pico_id,
                conduit=(conduits or {}).get(event.pico_id),
                sequence=event.sequence,
                next_attempt_at=now,
                rule_version_id=uuid7(),
            )
            for place, event in zip(places, events, strict=True)
        ]
        Delivery.objects.bulk_create(rows)
    Pending.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE conduits_delivery")
    return _drained(number)


def _drained(number: int) -> float:
    before = Attempt.objects.count()
    begin = time.perf_counter()
    delivery.drain_all()
    taken = time.perf_counter() - begin
    attempts = Attempt.objects.count() - before
    if attempts != number or Delivery.objects.exclude(state=Delivery.State.DELIVERED).exists():
        message = f"of {number} messages {attempts} have an attempt, or not all of them arrived"
        raise RuntimeError(message)
    return number / taken


def _bare(body: bytes, number: int) -> float:
    """Requests per second."""
    headers = headers_for(message_id="msg_1", timestamp=1, body=body, secrets=[new_secret()])

    async def send() -> float:
        left = iter(range(number))

        async def work(session: aiohttp.ClientSession) -> None:
            for _ in left:
                async with session.post(f"http://127.0.0.1:{PORT}/", data=body, headers=headers) as answer:
                    await answer.read()

        async with aiohttp.ClientSession() as session:
            begin = time.perf_counter()
            await asyncio.gather(*(work(session) for _ in range(AT_A_TIME)))
            return number / (time.perf_counter() - begin)

    return asyncio.run(send())
