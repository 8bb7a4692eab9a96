"""How many GS1 Digital Links a second are resolved: a copy's address is read, found and redirected to its page."""

import itertools
import random
from collections.abc import Iterator, Sequence

from django.db import connection
from django.db.models import F

from bench.load import Result, get, load
from bench.server import serving
from bench.stage import Stage
from picos.models import Pico, Product

WEB, BARE = 8391, 8392
CONNECTIONS = 16
GTIN = "09506000134352"


def measure(stage: Stage) -> dict[str, float]:
    """Each address is of a copy that is drawn anew from those of the stage, which all get serials before."""
    _serialise(stage.product)
    with serving("config.wsgi", port=WEB), serving("bench.bare", port=BARE):
        for load_once in (_bare, _resolved):
            load_once(stage.codes, seconds=1)
        bare = _bare(stage.codes, seconds=stage.seconds)
        resolved = _resolved(stage.codes, seconds=stage.seconds)
        bare_again = _bare(stage.codes, seconds=stage.seconds)
    ceiling = (bare.rate + bare_again.rate) / 2
    return {
        "per_s": round(resolved.rate),
        "bare_per_s": round(ceiling),
        "ratio": round(resolved.rate / ceiling, 3),
        "p50_ms": round(resolved.percentile(50), 2),
        "p99_ms": round(resolved.percentile(99), 2),
    }


def _serialise(product: Product) -> None:
    Product.objects.filter(pk=product.pk).update(gtin=GTIN)
    Pico.objects.filter(product=product, serial="").update(serial=F("code"))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE picos_pico")


def _resolved(serials: Sequence[str], *, seconds: float) -> Result:
    def resolves() -> Iterator[bytes]:
        while True:
            serial = random.choice(serials)  # noqa: S311 (a load, no secret)
            yield get(f"/01/{GTIN}/21/{serial}", host=f"localhost:{WEB}", Accept="text/html,*/*;q=0.8")

    return load(resolves(), port=WEB, connections=CONNECTIONS, seconds=seconds, status=307)


def _bare(_: Sequence[str], *, seconds: float) -> Result:
    requests = itertools.repeat(get("/", host=f"localhost:{BARE}"))
    return load(requests, port=BARE, connections=CONNECTIONS, seconds=seconds)
