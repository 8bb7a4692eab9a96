"""How many scans a second are recorded, committed and answered with their page."""

import itertools
import random
from collections.abc import Callable, Iterator, Sequence

from bench.load import Result, get, load
from bench.server import serving
from bench.stage import Stage
from picos.models import Event, Pending

WEB, BARE = 8391, 8392
BROWSER = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Mobile Safari/537.36"
)
HTML = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"

Requests = Callable[[], Iterator[bytes]]


def measure(stage: Stage) -> dict[str, float]:
    """Figures of all loads. Raises RuntimeError when a scan was answered and is not recorded."""
    spread, hot = scans(stage.codes), scans(stage.codes[:1])
    with serving("config.wsgi", port=WEB), serving("bench.bare", port=BARE):
        # Both are warm, and take turns, as the machine's own speed comes and goes.
        for requests, port in ((_bare, BARE), (spread, WEB), (hot, WEB)):
            load(requests(), port=port, connections=64, seconds=1)
        bare = load(_bare(), port=BARE, connections=64, seconds=stage.seconds)
        wide = _recorded(spread, connections=64, seconds=stage.seconds)
        one = _recorded(hot, connections=64, seconds=stage.seconds)
        some = _recorded(spread, connections=16, seconds=stage.seconds)
        alone = _recorded(spread, connections=1, seconds=stage.seconds)
        bare_again = load(_bare(), port=BARE, connections=64, seconds=stage.seconds)
    Pending.objects.all().delete()
    ceiling = (bare.rate + bare_again.rate) / 2
    return {
        "spread_c64_per_s": round(wide.rate),
        "spread_c16_per_s": round(some.rate),
        "hot_c64_per_s": round(one.rate),
        "bare_c64_per_s": round(ceiling),
        "ratio": round(wide.rate / ceiling, 3),
        "hot_of_spread": round(one.rate / wide.rate, 3),
        "p50_ms": round(wide.percentile(50), 2),
        "p99_ms": round(wide.percentile(99), 2),
        "c1_p50_ms": round(alone.percentile(50), 2),
    }


def scans(codes: Sequence[str]) -> Requests:
    """Strangers' scans of codes that are drawn anew."""

    def scan() -> Iterator[bytes]:
        while True:
            yield scan_of(random.choice(codes), port=WEB)  # noqa: S311 (a load, no secret)

    return scan


def scan_of(code: str, *, port: int) -> bytes:
    """A stranger's scan, each from a browser of its own, or it would be a repeat."""
    return get(f"/P/{code}", host=f"localhost:{port}", User_Agent=f"{BROWSER} {next(_visitors)}", Accept=HTML)


_visitors = itertools.count()


def _bare() -> Iterator[bytes]:
    return itertools.repeat(get("/", host=f"localhost:{BARE}"))


def _recorded(scans: Requests, *, connections: int, seconds: float) -> Result:
    before = Event.objects.count()
    result = load(scans(), port=WEB, connections=connections, seconds=seconds)
    if (recorded := Event.objects.count() - before) != len(result.latencies):
        message = f"{len(result.latencies)} scans were answered, {recorded} recorded"
        raise RuntimeError(message)
    return result
