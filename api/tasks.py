"""Celery's door to tidying up."""

from celery import shared_task

from api import idempotency


@shared_task(name="api.forget_old")
def forget_old() -> None:
    """Deletes what is too old to matter."""
    idempotency.forget_old()
