"""Looking for what came in at systems that do not tell us: one connector at a time each, under a lease in its row."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.db import OperationalError, transaction
from django.utils import timezone

from conduits.connectors.equipping import UNREADABLE, keep_health, keep_session, open_config, open_session
from conduits.connectors.far import Far, Garbled, Refused
from conduits.connectors.inbox import Polled
from conduits.connectors.kinds import kinds
from conduits.connectors.receiving import missed, take
from conduits.delivery.http import Answer, Client
from conduits.delivery.retries import asked_to_wait
from conduits.models import Connector, Endpoint
from parties.errors import RefusedError, StateForbidsError

logger = logging.getLogger(__name__)

EVERY: Final = timedelta(seconds=60)
LONGEST_WAIT: Final = timedelta(minutes=15)
# After which an unfinished look falls due again; each ends well before (seconds).
LEASE: Final = timedelta(minutes=3)
LONGEST: Final = 60.0
TOGETHER: Final = 16

Found = Polled | Answer | str


def look_due() -> int:
    """Looks where it is due, and returns at how many. The lease is committed before anything is asked. What one system
    answers is no other's matter: what cannot be taken counts as a look that failed.
    """
    due = _claim()
    looks = asyncio.run(_look_at_all(due)) if due else []
    for connector, (far, found) in zip(due, looks, strict=True):
        try:
            keep_session(connector.pk, far.session, far.session_until)
            _finish(connector, found)
        except OperationalError:
            # The database's trouble, not this one's.
            raise
        except Exception as error:
            logger.exception("what was found at connector %s could not be taken", connector.pk)
            _finish(connector, f"Answers there could not be taken ({type(error).__name__}).")
    return len(due)


@transaction.atomic
def _claim() -> list[Connector]:
    now = timezone.now()
    due = list(
        Connector.objects.select_for_update(skip_locked=True, of=("self",), no_key=True)
        .filter(poll_at__lte=now, endpoint__deleted_at=None, endpoint__status=Endpoint.Status.ENABLED)
        .select_related("endpoint__company")
        .order_by("poll_at")[:TOGETHER]
    )
    Connector.objects.filter(pk__in=[connector.pk for connector in due]).update(poll_at=now + LEASE)
    return due


async def _look_at_all(due: Sequence[Connector]) -> list[tuple[Far, Found]]:
    """Of each, in their order, what was found, and the way there with its sign-in."""
    async with Client(allowed=settings.PICO_WEBHOOK_ALLOW) as client:
        fars = [Far(None, client, session=open_session(one), session_until=one.session_until) for one in due]
        found = await asyncio.gather(*(_look(connector, far) for connector, far in zip(due, fars, strict=True)))
    return list(zip(fars, found, strict=True))


async def _look(connector: Connector, far: Far) -> Found:
    kind = kinds()[connector.endpoint.kind]
    try:
        far.config = open_config(connector, kind)
    except (InvalidToken, ValueError):
        return UNREADABLE
    try:
        async with asyncio.timeout(LONGEST):
            return await kind.poll(far, connector.cursor)
    except Refused as refused:
        return refused.answer
    except TimeoutError:
        return f"Looking for answers took longer than {LONGEST:.0f} seconds."
    except Garbled:
        return "What it answered could not be understood."
    except Exception as error:
        logger.exception("looking at connector %s broke", connector.pk)
        return f"Answers there could not be read ({type(error).__name__})."


def _finish(connector: Connector, found: Found) -> None:
    now = timezone.now()
    if isinstance(found, Polled):
        problem = _take_all(connector, found)
        values: dict[str, Any] = {"cursor": found.cursor, "poll_failures": 0}
        values["poll_at"] = now if found.more else now + EVERY
    else:
        problem = found if isinstance(found, str) else found.error
        wait = min(EVERY * 2 ** min(connector.poll_failures, 8), LONGEST_WAIT)
        asked = asked_to_wait(found, now) if isinstance(found, Answer) else timedelta()
        values = {"poll_failures": connector.poll_failures + 1, "poll_at": now + max(wait, asked)}
    Connector.objects.filter(pk=connector.pk).update(**values)
    if problem or connector.error:
        keep_health(connector.pk, error=problem, now=now)


def _take_all(connector: Connector, found: Polled) -> str | None:
    """What cannot be taken now is passed over, and the desk says so. Each is its own transaction."""
    problem = None
    for reply in found.replies:
        try:
            if take(connector, [reply]):
                Connector.objects.filter(pk=connector.pk).update(received_at=timezone.now())
        except (StateForbidsError, RefusedError) as error:
            problem = missed(error)
    return problem
