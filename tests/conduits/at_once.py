"""Doing things at the same time, in threads with database connections of their own."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection, connections


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """What each returned, or the exception that it raised, in the order given."""
    start = threading.Barrier(len(works))

    def do(work: Callable[[], Any]) -> Any:
        try:
            with connection.cursor() as cursor:
                # What waits for a lock that this very test holds must fail, not hang.
                cursor.execute("SET lock_timeout = '10s'")
            start.wait(timeout=10)
            return work()
        except Exception as error:  # noqa: BLE001 (whoever asked looks at it)
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(works)) as threads:
        return list(threads.map(do, works))
