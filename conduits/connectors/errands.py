"""An errand: one attempt at carrying a message to a connector's system, in that system's own language.

Nothing here touches the database: what is known there was loaded before (conduits/connectors/equipping.py), and what is
learned on the way is written down with the attempt. If that fails, the next attempt looks over there by our own id.
"""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from conduits.connectors.far import Far, Garbled, Gone, Refused
from conduits.connectors.notes import Note
from conduits.delivery.http import Answer, Client
from conduits.delivery.keys import Keys
from conduits.models import Counterpart

logger = logging.getLogger(__name__)

Noun = Counterpart.Noun
# Within a claim's lease, however many requests it takes (seconds).
LONGEST: Final = 30.0
# What may mean that the contact, whom we knew from before, is not there any more; each system says it in its own way.
_MAY_BE_GONE: Final = frozenset({400, 404, 410, 422})


@dataclass(frozen=True, slots=True)
class Learned:
    """What a thing of ours is called over there."""

    noun: str
    key: str
    external_id: str


@dataclass(slots=True)
class Errand:
    """`known` has what things of ours are called over there. `is_echo`: it came from there, and is not sent back.

    `problem` says why it cannot even be tried. `learned` grows on the way; `doubts_contact`: the one that we knew may
    be gone, and is to be asked for anew.
    """

    connector_id: UUID
    kind: Any
    note: Note
    config: Any
    known: Mapping[tuple[str, str], str]
    again: bool
    is_echo: bool = False
    problem: str = ""
    session: str = ""
    session_until: datetime | None = None
    learned: list[Learned] = field(default_factory=list)
    doubts_contact: bool = False

    async def run(self, client: Client, keys: Keys) -> Answer:
        """Carries it, and says what came of that: never raises."""
        if self.problem or self.is_echo:
            return Answer(None, b"", {}, 0, self.problem or None)
        far = Far(self.config, client, self.again, keys=keys, session=self.session, session_until=self.session_until)
        try:
            async with asyncio.timeout(LONGEST):
                await self._carry(far)
        except Refused as refused:
            knew = (Noun.CONTACT, self.note.contact.key) in self.known
            self.doubts_contact = knew and refused.answer.status in _MAY_BE_GONE
            return refused.answer
        except TimeoutError:
            return _failed(far, f"It took longer than {LONGEST:.0f} seconds.")
        except Garbled:
            return _failed(far, "What it answered could not be understood.")
        except Exception as error:
            logger.exception("connector %s broke", self.connector_id)
            return _failed(far, f"It could not be written there ({type(error).__name__}).")
        finally:
            self.session, self.session_until = far.session, far.session_until
        return far.last or Answer(None, b"", {}, 0, None)

    async def _carry(self, far: Far) -> None:
        if self.note.is_test:
            await self.kind.check(far, self.note)
            return
        contact = await self._contact(far) if self.kind.CAPABILITIES.contacts and self.note.conduit else ""
        if not self.kind.CAPABILITIES.requests:
            await self.kind.append_to_timeline(far, self.note, contact)
        elif not await self._reply(far, contact):
            await self._open(far, contact)

    async def _contact(self, far: Far) -> str:
        key = self.note.contact.key
        external_id = self.known.get((Noun.CONTACT, key))
        if external_id is None:
            external_id = await self.kind.upsert_contact(far, self.note)
            self.learned.append(Learned(Noun.CONTACT, key, external_id))
        return external_id

    async def _reply(self, far: Far, contact: str) -> bool:
        """Whether there was something to add it to."""
        request = self.known.get((Noun.REQUEST, self.note.case))
        if request is None:
            return False
        try:
            await self.kind.add_reply(far, self.note, contact, request)
        except Gone:
            return False
        self.learned.append(Learned(Noun.REQUEST, self.note.case, request))
        return True

    async def _open(self, far: Far, contact: str) -> None:
        """The company's own words open nothing; news go to the timeline, where there is one."""
        if self.note.author == "company":
            return
        if self.kind.CAPABILITIES.timeline and contact and not self.note.calls:
            await self.kind.append_to_timeline(far, self.note, contact)
            return
        request = await self.kind.open_request(far, self.note, contact)
        self.learned.append(Learned(Noun.REQUEST, self.note.case, request))


def _failed(far: Far, error: str) -> Answer:
    last = far.last
    return Answer(last.status if last else None, last.body_excerpt if last else b"", {}, far.spent_ms, error)
