"""How soon an advisory is on the scans of all copies, in every web process, and what scans cost while some stand."""

import itertools
import json
import statistics
import time
from collections.abc import Sequence
from typing import Any, Final

from bench.load import Connection, ask_at_once, connect, load, post
from bench.scan import WEB, scans
from bench.server import serving
from bench.stage import Stage
from parties.keys import create_key
from picos.models import Pending

ROUNDS = 25
# Enough that each web process holds some of them.
SCANNERS = 8
DRAWN = 500
LOADED = 16
TITLE = "Recall of lot"
HOST: Final = f"localhost:{WEB}"


def measure(stage: Stage) -> dict[str, float]:
    """`visible_ms` goes from the answer to the publishing request until each of SCANNERS scans at once has shown it;
    `publish_ms` is that request, `scan_ms` the same scans once it is there. Medians; raises RuntimeError for a scan
    that does not show what stands, or shows what is over.
    """
    key = create_key(party=stage.product.company, name="bench")[1]
    with serving("config.wsgi", port=WEB):
        load(scans(stage.codes)(), port=WEB, connections=LOADED, seconds=1)
        none = load(scans(stage.codes)(), port=WEB, connections=LOADED, seconds=stage.seconds / 2)
        rounds = [_round(stage, key, f"{TITLE} {number}.") for number in range(ROUNDS)]
        _publish(stage, key, TITLE)
        _check_any(stage.codes)
        standing = load(scans(stage.codes)(), port=WEB, connections=LOADED, seconds=stage.seconds / 2)
    Pending.objects.all().delete()
    published, visible, again = (sorted(one) for one in zip(*rounds, strict=True))
    return {
        "visible_ms": round(statistics.median(visible), 2),
        "visible_worst_ms": round(visible[-1], 2),
        "publish_ms": round(statistics.median(published), 2),
        "scan_ms": round(statistics.median(again), 2),
        "ratio": round(statistics.median(again) / statistics.median(visible), 3),
        "scans_per_s_with_none": round(none.rate),
        "scans_per_s_with_one": round(standing.rate),
    }


def _round(stage: Stage, key: str, title: str) -> tuple[float, float, float]:
    """Publishes one, waits until it is everywhere, and ends it; in milliseconds."""
    scanners = [connect(port=WEB) for _ in range(SCANNERS)]
    _scan(scanners, stage.codes)
    begin = time.perf_counter()
    advisory = _publish(stage, key, title)
    published = time.perf_counter()
    pages = _scan(scanners, stage.codes)
    visible = time.perf_counter()
    pages += _scan(scanners, stage.codes)
    again = time.perf_counter()
    _expect(pages, title, there=True)
    _ask(key, f"/advisories/{advisory}/all-clear", {}, status=200)
    _expect(_scan(scanners, stage.codes), title, there=False)
    for scanner in scanners:
        scanner.socket.close()
    return (published - begin) * 1000, (visible - published) * 1000, (again - visible) * 1000


def _publish(stage: Stage, key: str, title: str) -> str:
    said = {"title": title, "body": "Send them back.", "severity": "high", "scope": {"product": str(stage.product.pk)}}
    return str(_ask(key, "/advisories", said, status=201)["id"])


def _ask(key: str, path: str, body: Any, *, status: int) -> Any:
    api = connect(port=WEB)
    request = post(f"/api/v1{path}", json.dumps(body), host=HOST, Authorization=f"Bearer {key}")
    (answer,) = ask_at_once([api], [request], status=status)
    api.socket.close()
    return json.loads(answer)


def _scan(scanners: Sequence[Connection], codes: Sequence[str]) -> list[str]:
    """A page for each, of copies that are drawn anew."""
    return ask_at_once(scanners, list(itertools.islice(scans(codes)(), len(scanners))))


def _check_any(codes: Sequence[str]) -> None:
    scanner = connect(port=WEB)
    for _ in range(DRAWN):
        _expect(_scan([scanner], codes), TITLE, there=True)
    scanner.socket.close()


def _expect(pages: Sequence[str], title: str, *, there: bool) -> None:
    if wrong := sum((title in page) is not there for page in pages):
        message = f"{wrong} of {len(pages)} scans {'did not show' if there else 'still showed'} “{title}”"
        raise RuntimeError(message)
