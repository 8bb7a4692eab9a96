"""How many scans a second are recorded, committed and answered with their page."""

import itertools
import random
from collections.abc import Callable, Iterator, Sequence

from bench.load import Result, get, load
from bench.server import serving
from picos.models import Event, Pending

WEB, BARE = 8391, 8392
BROWSER = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Mobile Safari/537.36"
)
HTML = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"

Requests = Callable[[], Iterator[bytes]]


def measure(codes: Sequence[str], *, seconds: float) -> dict[str, dict[str, float]]:
    """Figures of each load. Raises RuntimeError when a scan was answered and is not recorded."""
    visitors = itertools.count()

    def scan(code: str) -> bytes:
        # Each from a browser of its own, or it would be a repeat.
        return get(f"/P/{code}", host=f"localhost:{WEB}", User_Agent=f"{BROWSER} {next(visitors)}", Accept=HTML)

    def spread() -> Iterator[bytes]:
        return (scan(random.choice(codes)) for _ in itertools.count())  # noqa: S311 (a load, no secret)

    def hot() -> Iterator[bytes]:
        return (scan(codes[0]) for _ in itertools.count())

    def bare() -> Iterator[bytes]:
        return itertools.repeat(get("/", host=f"localhost:{BARE}"))

    loads: dict[str, tuple[Requests, int, int]] = {
        "bare_django": (bare, BARE, 64),
        "scan_spread": (spread, WEB, 64),
        "scan_hot": (hot, WEB, 64),
        "scan_alone": (spread, WEB, 1),
    }
    figures = {}
    with serving("config.wsgi", port=WEB), serving("bench.bare", port=BARE):
        for requests, port, connections in loads.values():
            load(requests(), port=port, connections=connections, seconds=1)
        for name, (requests, port, connections) in loads.items():
            before = Event.objects.count()
            result = load(requests(), port=port, connections=connections, seconds=seconds)
            if port == WEB:
                _check(result, Event.objects.count() - before)
            figures[name] = result.figures()
    Pending.objects.all().delete()
    for name in ("scan_spread", "scan_hot"):
        figures[name]["of_bare_django"] = round(figures[name]["per_second"] / figures["bare_django"]["per_second"], 3)
    return figures


def _check(result: Result, recorded: int) -> None:
    if recorded != len(result.latencies):
        message = f"{len(result.latencies)} scans were answered, {recorded} recorded"
        raise RuntimeError(message)
