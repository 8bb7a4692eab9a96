"""A database for one benchmark run, beside the one that the server uses, and gone in the end."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlencode

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection

NAME = "pico_bench"


@contextmanager
def own_database() -> Iterator[None]:
    """An empty, migrated database on the same server, and a data folder, for this process and its children.

    What a killed run left behind is replaced.
    """
    given = connection.get_connection_params()
    place = {key: given[key] for key in ("host", "port", "user", "password") if given.get(key)}
    with psycopg.connect(**place, dbname=given["dbname"], autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
        server.execute(f"CREATE DATABASE {NAME}")
        try:
            with tempfile.TemporaryDirectory(prefix="pico-bench-") as folder:
                _use(NAME, url=_url(place), folder=Path(folder))
                call_command("migrate", verbosity=0)
                yield
        finally:
            connection.close()
            server.execute(f"DROP DATABASE {NAME} WITH (FORCE)")
            _use(given["dbname"], url="", folder=settings.PICO_DATA_DIR)


def _use(name: str, *, url: str, folder: Path) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name
    os.environ |= {"DATABASE_URL": url, "PICO_DATA_DIR": str(folder), "SECRET_KEY": settings.SECRET_KEY}


def _url(place: dict[str, str]) -> str:
    login = ":".join(quote(place[part], safe="") for part in ("user", "password") if part in place)
    where = urlencode([(part, place[part]) for part in ("host", "port") if part in place])
    return f"postgresql://{login}@/{NAME}?{where}"
