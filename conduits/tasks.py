"""Celery's doors to the verbs of this floor."""

from celery import shared_task

from conduits import delivery


@shared_task(name="conduits.send_deliveries")
def send_deliveries() -> None:
    """Sends what is due until nothing is."""
    while delivery.drain():
        pass
