"""A pytest plugin, loaded before the settings: a data folder and a database that are the suite's own."""

import gc
import os
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

# The controller makes these; xdist's workers inherit them.
if "PYTEST_DATA_DIR" not in os.environ:
    os.environ["PYTEST_DATA_DIR"] = tempfile.mkdtemp(prefix="pico-test-")
# What somebody set for their own server is none of the suite's.
for name in (
    "PORT",
    "LIVE_PORT",
    "CALLCENTRE_PORT",
    "LIVE_URL",
    "ALLOWED_HOSTS",
    "TRUSTED_PROXIES",
    "DEBUG",
    "EMAIL_URL",
):
    os.environ.pop(name, None)
for name in (
    "DEFAULT_FROM_EMAIL",
    "PICO_KEEP_MONTHS",
    "PICO_REGION_HEADER",
    "PICO_REGION_DB",
    "LOG_LEVEL",
    "MAIL_DOMAIN",
    "MAIL_SECRET",
):
    os.environ.pop(name, None)
os.environ["PICO_DATA_DIR"] = os.environ["PYTEST_DATA_DIR"]
os.environ["PUBLIC_URL"] = "http://pico.test"
os.environ["PICO_DEMO"] = "1"
os.environ["PICO_WEBHOOK_ALLOW"] = "127.0.0.0/8"
os.environ.setdefault("SECRET_KEY", "only for the tests")

_open = ExitStack()

# What is imported and collected stays; `pytest_collection_finish` turns this on again.
gc.disable()


def pytest_configure(config: pytest.Config) -> None:
    """Starts the embedded server once for all workers, unless DATABASE_URL names another."""
    if hasattr(config, "workerinput") or os.environ.get("DATABASE_URL"):
        return
    from config.postgres import running  # noqa: PLC0415 (not before coverage tools and such)
    from tests import migrated  # noqa: PLC0415

    cluster = _open.enter_context(running(Path(os.environ["PICO_DATA_DIR"])))
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        # Nothing in here is to survive anything.
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        # A few rows a table: to look for the best order of joins takes longer than any.
        for setting in ("join_collapse_limit", "from_collapse_limit"):
            connection.execute(f"ALTER SYSTEM SET {setting} = 1")
        connection.execute("SELECT pg_reload_conf()")
    assert config.cache
    _open.callback(migrated.begin(cluster, config.cache.mkdir("migrated")).join)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Ends the server and removes the folder."""
    if hasattr(config, "workerinput"):
        return
    from config.postgres import cluster_for  # noqa: PLC0415

    _open.close()
    if not os.environ.get("DATABASE_URL"):
        cluster_for(Path(os.environ["PICO_DATA_DIR"])).remove()
    shutil.rmtree(os.environ["PICO_DATA_DIR"], ignore_errors=True)


def pytest_collection_finish() -> None:
    """What stays to the end need not be looked through again and again for garbage."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)
    gc.enable()
