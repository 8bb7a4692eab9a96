"""Whose places a message takes: what hangs must not keep waiting what would be answered at once.

An endpoint whose last message was answered within a moment shares the places of the prompt; all others, be they new,
slow or failing, have places of their own, and of each that is not known to answer only one message is under way.

A message of a prompt one that is not answered within a moment moves over to the others, and so does its endpoint. So a
thousand dead endpoints hold no place of the prompt, and each but one of the others.
"""

from collections.abc import Collection
from typing import Final
from uuid import UUID

from django.db import transaction

from conduits.delivery.http import Answer
from conduits.models import Endpoint

# Seconds.
A_MOMENT: Final = 0.5

Standing = Endpoint.Standing


def standing_after(answer: Answer) -> Endpoint.Standing:
    """What an answer that took its message makes of the endpoint."""
    return Standing.PROMPT if answer.duration_ms < A_MOMENT * 1000 else Standing.SLOW


@transaction.atomic
def note_late(endpoints: Collection[UUID]) -> None:
    """They let a message wait: no more of theirs is taken for prompt. Waits for no lock: who has it notes something."""
    prompt = Endpoint.objects.filter(pk__in=endpoints, standing=Standing.PROMPT)
    free = prompt.select_for_update(skip_locked=True, no_key=True).values("pk")
    Endpoint.objects.filter(pk__in=free).update(standing=Standing.SLOW)
