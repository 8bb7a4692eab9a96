"""Celery's doors to the engine."""

from celery import shared_task

from rules.engine import draining as engine


@shared_task(name="rules.drain_events")
def drain_events() -> None:
    """Drains until nothing waits."""
    while engine.drain():
        pass
