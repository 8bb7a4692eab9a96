"""`manage.py bench [NAME …]`: measures this machine, in a database of its own; `make bench` runs all of them."""

import json
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Final

from django.core.management.base import BaseCommand, CommandError

from bench import (
    advisory,
    answer,
    deliver,
    drain,
    fair,
    journal,
    labels,
    live,
    mint,
    neighbour,
    relay,
    resolve,
    scan,
    startup,
    waits,
)
from bench.stage import Stage, clear, staged

BENCHMARKS: Final[dict[str, Callable[[Stage], dict[str, float]]]] = {
    "mint": mint.measure,
    "scan": scan.measure,
    "resolve": resolve.measure,
    "labels": labels.measure,
    "drain": drain.measure,
    "waits": waits.measure,
    "advisory": advisory.measure,
    "deliver": deliver.measure,
    "fair": fair.measure,
    "relay": relay.measure,
    "neighbour": neighbour.measure,
    "answer": answer.measure,
    "journal": journal.measure,
    "live": live.measure,
    "startup": startup.measure,
}
LOAD: Final = "Load comes from bench/load.py: one thread, raw sockets, on the same cores."


class Command(BaseCommand):
    """Each benchmark prints its figures, the ceiling measured in the same run, and their ratio."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        """NAME … --json --picos N --seconds S."""
        parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
        parser.add_argument("--json", action="store_true", dest="as_json", help="one JSON object instead of lines")
        parser.add_argument("--picos", type=int, default=1_000_000, help="how many there are")
        parser.add_argument("--seconds", type=float, default=10.0, help="how long each load lasts")

    def handle(self, *, names: list[str], as_json: bool, picos: int, seconds: float, **options: object) -> None:
        """Raises CommandError for a name that is none."""
        del options
        if unknown := [name for name in names if name not in BENCHMARKS]:
            raise CommandError(f"There is no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}.")
        if picos < 1 or seconds <= 0:
            raise CommandError("It takes at least 1 pico and some time.")
        self.stderr.write(f"Minting {picos:,} picos … {LOAD}")
        figures = {}
        with staged(picos=picos, seconds=seconds) as stage:
            for name in names or BENCHMARKS:
                figures[name] = BENCHMARKS[name](stage)
                clear()
                if not as_json:
                    self._print(name, figures[name])
        if as_json:
            self.stdout.write(json.dumps(figures))

    def _print(self, name: str, figures: dict[str, float]) -> None:
        self.stdout.write(f"{name}:")
        for key, value in figures.items():
            self.stdout.write(f"  {key:<20} {value:>14,}")
