"""People who are reached: what is due is handed out and sent, and what there is to send."""

from typing import Any

from conduits.models import Dispatch, Reach, Way
from conduits.reaching.draining import reach_all
from conduits.reaching.preferences import set_reach
from conduits.reaching.ways import add_messenger, ways_of
from conduits.tasks import hand_out_notices
from parties.models import Company, Person
from picos.models import Notice, Pico
from picos.notices import notify
from tests.factories import a_person, a_pico, picos

TOKEN = "ABCDEFGHIJKLMNO"


def reach() -> None:
    """All that is due reaches whom it is for."""
    hand_out_notices()
    reach_all()


def a_notice(person: Person | None = None, pico: Pico | None = None, **values: Any) -> Notice:
    """Of a thing of its own each, as many notices about one thing wait for one another."""
    given: dict[str, Any] = {"person": person or a_person(), "pico": pico or a_pico(), "text": "LAMO wrote: Hello"}
    return notify(**given | values)


def from_company(company: Company, person: Person, number: int = 1) -> list[Notice]:
    return [
        a_notice(person, pico, text=f"{company} wrote: {count}", company=company, kind=Notice.Kind.ANSWER)
        for count, pico in enumerate(picos(number))
    ]


def wishes(person: Person, **values: Any) -> Reach:
    return set_reach(person=person, **values)


def a_gotify(person: Person, port: int, host: str = "127.0.0.1") -> Way:
    return add_messenger(person=person, url=f"gotify://{host}:{port}/{TOKEN}")


def no_email(person: Person) -> None:
    ways_of(person).filter(kind=Way.Kind.EMAIL).update(status=Way.Status.OFF)


def states(**of: Any) -> list[str]:
    return list(Dispatch.objects.filter(**of).order_by("pk").values_list("state", flat=True))
