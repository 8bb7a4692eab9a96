"""How many entries a second are written in a journal, and whether it matters how many are in it."""

import time
from itertools import islice
from typing import Final

from bench.stage import Stage
from conduits.models import Conduit
from conduits.opening import claim_and_open
from journals.keeping import append_entry
from parties.models import Person
from picos.models import Pending, Pico

LONG: Final = 5_000
WRITTEN: Final = 1_000
BODY: Final = "The sole came off, just after the warranty ran out. Is there anything that you can do about it?"


def measure(stage: Stage) -> dict[str, float]:
    """One writer, each entry a transaction that is committed, with its event. The owner's and shared, so that the
    company's wait for an answer is looked after too.
    """
    owner = Person.objects.create_user("writer@example.com", "Writer")
    short, long = (_conduit(code, owner) for code in islice(stage.unclaimed, 2))
    _write(short, WRITTEN // 10)
    _write(long, LONG)
    # In turns, as the machine's own speed comes and goes.
    rates = [(_write(_conduit(code, owner), WRITTEN), _write(long, WRITTEN)) for code in islice(stage.unclaimed, 3)]
    Pending.objects.all().delete()
    empty, full = (sorted(one)[1] for one in zip(*rates, strict=True))
    return {"empty_per_s": round(empty), f"at_{LONG}_per_s": round(full), "ratio": round(full / empty, 3)}


def _conduit(code: str, owner: Person) -> Conduit:
    return claim_and_open(pico=Pico.objects.with_product().get(code=code), person=owner)


def _write(conduit: Conduit, count: int) -> float:
    """Entries per second."""
    begin = time.perf_counter()
    for _ in range(count):
        append_entry(journal=conduit.journal, author=conduit.owner, body=BODY, visibility="shared")
    return count / (time.perf_counter() - begin)
