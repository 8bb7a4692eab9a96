"""`manage.py mint PRODUCT_ID COUNT`: a batch, minted while you wait."""

import json
import time
from argparse import ArgumentParser
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from parties.errors import RefusedError
from picos import minting
from picos.models import Batch, Product


class Command(BaseCommand):
    """Mints in this process, or waits for the worker that took the batch first; nothing is minted twice."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        """PRODUCT_ID COUNT."""
        parser.add_argument("product_id", type=UUID)
        parser.add_argument("count", type=int)

    def handle(self, *, product_id: UUID, count: int, **options: object) -> None:
        """Prints {"batch", "minted", "seconds", "per_s"}."""
        del options
        product = Product.objects.filter(pk=product_id).first()
        if product is None:
            message = "There is no such product."
            raise CommandError(message)
        started = time.perf_counter()
        try:
            batch = minting.order_batch(product=product, count=count)
        except RefusedError as error:
            raise CommandError(str(error)) from error
        minting.mint(batch.pk)
        while Batch.objects.unfinished().filter(pk=batch.pk).exists():
            time.sleep(0.05)
            minting.mint(batch.pk)
        seconds = time.perf_counter() - started
        minted = Batch.objects.get(pk=batch.pk).minted
        figures = {
            "batch": str(batch.pk),
            "minted": minted,
            "seconds": round(seconds, 3),
            "per_s": round(minted / seconds),
        }
        self.stdout.write(json.dumps(figures))
