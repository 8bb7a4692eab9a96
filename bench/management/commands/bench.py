"""`manage.py bench`: measures minting and scanning on this machine, as one JSON object; `make bench` calls it."""

import json
from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from bench import mint, scans
from parties.models import Company
from picos.models import Pico, Product

SLUG = "bench"
# Enough codes that none is hot.
DRAWN = 200_000


class Command(BaseCommand):
    """Works in a data folder of its own; one in which others keep things is left alone."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--picos N --seconds S."""
        parser.add_argument("--picos", type=int, default=1_000_000, help="how many there are to be scanned")
        parser.add_argument("--seconds", type=float, default=10.0, help="how long each load lasts")

    def handle(self, *, picos: int, seconds: float, **options: object) -> None:
        """Prints {"mint", "bare_django", "scan_spread", "scan_hot", "scan_alone"}."""
        del options
        if Company.objects.exclude(slug=SLUG).exists():
            message = "There is data here. Name an empty folder: PICO_DATA_DIR=… PICO_DEMO=0 manage.py bench"
            raise CommandError(message)
        product = self._product()
        figures: dict[str, object] = {}
        if missing := picos - Pico.objects.count():
            self.stderr.write(f"minting {missing:,} picos …")
            figures["mint"] = mint.measure(product, count=missing)
        codes = list(Pico.objects.order_by("code").values_list("code", flat=True)[:DRAWN])
        self.stderr.write(f"scanning {picos:,} picos …")
        figures |= scans.measure(codes, seconds=seconds)
        self.stdout.write(json.dumps(figures, indent=2))

    def _product(self) -> Product:
        company, _ = Company.objects.get_or_create(slug=SLUG, defaults={"name": "Bench"})
        product, _ = Product.objects.get_or_create(company=company, sku="B-1", defaults={"name": "Boot"})
        return product
