"""A worker that is killed while it reaches people: nothing is lost, and what was under way comes twice at most."""

import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from conduits.models import Allowance, Dispatch
from conduits.reaching.claiming import LEASE
from conduits.reaching.draining import reach_all
from conduits.reaching.handing_out import hand_out_due
from picos.models import Notice
from tests.conduits.reaching.reached import a_gotify, from_company, no_email
from tests.conduits.sink import Sink
from tests.crash.test_killed_while_sending import database_url
from tests.factories import a_company, a_person
from tests.served import ROOT

pytestmark = [pytest.mark.crash, pytest.mark.timeout(120), pytest.mark.django_db(transaction=True)]

PEOPLE = 12
WORKER = """
import os, signal, django
django.setup()
from conduits.reaching import draining, handing_out
def ends(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)
{step} = ends
handing_out.hand_out_due()
draining.reach_all()
"""


def killed_at(step: str) -> None:
    program = [sys.executable, "-c", WORKER.format(step=step)]
    environment = os.environ | {"DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "config.settings"}
    done = subprocess.run(program, cwd=ROOT, env=environment, capture_output=True, timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()


@pytest.mark.parametrize(
    ("step", "before"),
    [("handing_out.bell.ring", 0), ("draining.Post.send", 0), ("draining.record", None)],
    ids=["while handing out", "between claim and send", "between send and mark"],
)
def test_each_message_arrives_after_its_worker_was_killed(step: str, before: int | None) -> None:
    company, people = a_company(), [a_person() for _ in range(PEOPLE)]
    with Sink() as sink:
        for person in people:
            no_email(person)
            a_gotify(person, sink.port)
            from_company(company, person)

        killed_at(step)

        arrived = len(sink.received)
        assert before in {arrived, None}
        # All of one commit, or nothing of it.
        assert Dispatch.objects.count() in {0, PEOPLE}
        assert Notice.objects.filter(due_at=None).count() == Dispatch.objects.count()
        hand_out_due()
        if Dispatch.objects.filter(tries=1).exists():
            # Nobody takes what a worker may still have; when its lease ends, anybody does.
            reach_all()
            assert len(sink.received) == arrived
        with time_machine.travel(timezone.now() + LEASE + timedelta(seconds=1)):
            reach_all()

        assert list(Dispatch.objects.values_list("state", flat=True).distinct()) == ["sent"]
        assert len(sink.received) == PEOPLE + arrived
        assert max(Allowance.objects.values_list("used", flat=True)) <= 2
