"""Celery's doors to the verbs of this floor."""

from celery import shared_task

from conduits import delivery, warnings


@shared_task(name="conduits.send_deliveries")
def send_deliveries() -> None:
    """Sends what is due until nothing is."""
    delivery.drain_all()


@shared_task(name="conduits.mail_warnings")
def mail_warnings() -> None:
    """Mails the warnings that are due."""
    while warnings.mail_due():
        pass
