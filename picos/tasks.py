"""Celery's doors to the verbs of this floor."""

from celery import shared_task

from picos import copies, minting, partitions, retention, scanning


@shared_task(name="picos.mint_batches")
def mint_batches() -> None:
    """Mints every batch that is not finished."""
    minting.mint_unfinished()


@shared_task(name="picos.make_partitions")
def make_partitions() -> None:
    """Keeps some months of the event table made ahead."""
    partitions.make_partitions()


@shared_task(name="picos.forget_events")
def forget_events() -> None:
    """Forgets events that are not to be kept any longer."""
    retention.forget_old_events()


@shared_task(name="picos.watch_for_copies")
def watch_for_copies() -> None:
    """Looks for codes that are scanned as only copied ones are."""
    copies.watch()


@shared_task(name="picos.forget_visits")
def forget_visits() -> None:
    """Keeps the table of visits small."""
    scanning.forget_old_visits()
