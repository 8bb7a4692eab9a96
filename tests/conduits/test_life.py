"""Whatever happens to a thing, in whatever order: somebody's or nobody's, never half of it."""

from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from conduits.leaving import release_and_close, retire_and_close
from conduits.models import Conduit
from conduits.opening import accept_transfer, claim_and_open
from journals.models import Journal
from parties.errors import StateForbidsError
from parties.models import Person
from picos.activating import activate_pico
from picos.losing import report_lost, report_recovered
from picos.models import Event, Pico
from picos.moving import MOVES
from picos.transferring import offer_transfer
from tests.factories import a_person, a_pico

Act = Callable[[Pico, Person], Any]

ACTS: dict[str, Act] = {
    "claim": lambda pico, person: claim_and_open(pico=pico, person=person),
    "lose": lambda pico, _: report_lost(pico=pico, message="x"),
    "recover": lambda pico, _: report_recovered(pico=pico),
    "release": lambda pico, person: release_and_close(pico=pico, owner=person),
    "retire": lambda pico, person: retire_and_close(pico=pico, by=person),
    "retired by its maker": lambda pico, _: retire_and_close(pico=pico, by=maker(pico)),
    "activate": lambda pico, _: activate_pico(pico=pico, company=maker(pico)),
    "give": lambda pico, person: accept_transfer(token=offered(pico), person=person),
}


def maker(pico: Pico) -> Any:
    assert pico.product
    return pico.product.company


def offered(pico: Pico) -> str:
    if pico.owner is None:
        message = "Nobody owns it."
        raise StateForbidsError(message)
    return offer_transfer(pico=pico, owner=pico.owner).token


class AnyLife(TestCase):
    @settings(max_examples=25)
    @given(st.lists(st.tuples(st.sampled_from(sorted(ACTS)), st.integers(0, 1)), max_size=12))
    def test_owner_journal_conduit_and_status_agree_after_each_act(self, acts: list[tuple[str, int]]) -> None:
        people, code = [a_person(), a_person()], a_pico().code
        for act, who in acts:
            before = Pico.objects.with_product().get(code=code)
            events = Event.objects.count()
            try:
                ACTS[act](Pico.objects.with_product().get(code=code), people[who])
            except StateForbidsError:
                assert Event.objects.count() == events
                assert Pico.objects.filter(pk=before.pk, status=before.status, owner=before.owner).exists()
            else:
                self._assert_whole(before, Pico.objects.get(code=code))

    def _assert_whole(self, before: Pico, pico: Pico) -> None:
        was, now = Pico.Status(before.status), Pico.Status(pico.status)
        assert was == now or now in MOVES[was]
        assert pico.claimed is (pico.owner is not None)
        owners = [pico.owner_id] if pico.owner_id else []
        assert list(Journal.objects.filter(pico=pico, closed_at=None).values_list("owner", flat=True)) == owners
        assert list(Conduit.objects.current().filter(pico=pico).values_list("owner", flat=True)) == owners
        for conduit in Conduit.objects.filter(pico=pico):
            opened = Event.objects.filter(type="conduit.opened", data__conduit=str(conduit.pk))
            closed = Event.objects.filter(type="conduit.closed", data__conduit=str(conduit.pk))
            assert [event.owner_id for event in opened] == [conduit.owner_id]
            assert [event.owner_id for event in closed] == [conduit.owner_id] * (conduit.status == "closed")
