"""A sender that is killed at the worst moments: each message arrives, at most twice, under the same webhook-id."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from urllib.parse import quote, urlencode

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from conduits.delivery import draining as delivery
from conduits.delivery.claiming import LEASE
from conduits.delivery.endpoints import send_test
from conduits.models import Attempt, Delivery
from tests.conduits.sink import Sink
from tests.factories import a_company, an_endpoint
from tests.served import ROOT

pytestmark = [pytest.mark.crash, pytest.mark.timeout(120), pytest.mark.django_db(transaction=True)]

MESSAGES = 20
# The program of a sender that ends itself at a step, as by `kill -9`: no handler, no `finally`, nothing flushed.
SENDER = """
import os, signal, django
django.setup()
from conduits.delivery import draining as delivery, sending
def ends(*_):
    os.kill(os.getpid(), signal.SIGKILL)
{step} = ends
delivery.{how}()
"""


def database_url() -> str:
    given = connection.get_connection_params()
    login = ":".join(quote(given[part], safe="") for part in ("user", "password") if given.get(part))
    where = urlencode([(part, given[part]) for part in ("host", "port") if given.get(part)])
    return f"postgresql://{login}@/{given['dbname']}?{where}"


def killed_at(step: str, how: str) -> None:
    program = [sys.executable, "-c", SENDER.format(step=step, how=how)]
    environment = os.environ | {"DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "config.settings"}
    done = subprocess.run(program, cwd=ROOT, env=environment, capture_output=True, timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()


@pytest.mark.parametrize("how", ["drain", "drain_all"])
@pytest.mark.parametrize(
    ("step", "times"),
    [("sending.Sender.send", 1), ("delivery.record", 2)],
    ids=["between claim and send", "between send and mark"],
)
def test_each_message_arrives_after_its_sender_was_killed(step: str, times: int, how: str) -> None:
    with Sink() as sink:
        endpoint = an_endpoint(a_company(), sink.url())
        messages = [send_test(endpoint).webhook_id for _ in range(MESSAGES)]

        killed_at(step, how)

        assert len(sink.received) == (times - 1) * MESSAGES
        assert list(Delivery.objects.values_list("state", "attempt_count").distinct()) == [("waiting", 1)]
        assert not Attempt.objects.exists()
        # Nobody takes what a worker may still have; when its lease ends, anybody does.
        assert delivery.drain() == 0
        with time_machine.travel(timezone.now() + LEASE + timedelta(seconds=1)):
            delivery.drain_all()

        assert sorted(one.id for one in sink.received) == sorted(messages * times)
        assert {one.body.decode() for one in sink.received} == set(Delivery.objects.values_list("body", flat=True))
        assert list(Delivery.objects.values_list("state", "attempt_count").distinct()) == [("delivered", 2)]
        assert Attempt.objects.count() == MESSAGES
