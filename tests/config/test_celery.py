"""What a worker keeps between two tasks."""

import pytest
from celery.fixups.django import DjangoWorkerFixup  # type: ignore[attr-defined]
from django.db import connection

from config.celery import app
from parties.models import Company
from rules.tasks import drain_events


def between_tasks(fixup: DjangoWorkerFixup) -> None:
    """What a worker does there."""
    fixup.on_task_postrun(drain_events)
    fixup.on_task_prerun(drain_events)
    drain_events.before_start("id", (), {})


@pytest.mark.django_db(transaction=True)
def test_a_task_goes_on_with_the_connection_of_the_one_before() -> None:
    fixup = DjangoWorkerFixup(app)
    assert not Company.objects.exists()
    before = connection.connection
    between_tasks(fixup)
    assert not Company.objects.exists()
    assert connection.connection is before


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_broke_is_replaced_before_the_next_task() -> None:
    fixup = DjangoWorkerFixup(app)
    assert not Company.objects.exists()
    connection.connection.close()
    between_tasks(fixup)
    assert not Company.objects.exists()
