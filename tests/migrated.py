"""A database with all migrations, which every worker of the suite copies: migrating takes longer than many a test file.

What the migrations made is kept as SQL in pytest's cache, under a digest of them; `--cache-clear` forgets it. Each copy
is migrated all the same, which finds nothing to do unless the cache is wrong.
"""

import hashlib
import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from threading import Thread

import psycopg

from config.postgres import Cluster
from config.system_account import packaged_binaries

NAME = "migrated"
ROOT = Path(__file__).parent.parent
# Held while the database is being made.
LOCK = 7_450_099


def begin(cluster: Cluster, cache: Path) -> Thread:
    """Makes it beside everything else; whoever calls `wait` from now on waits for it."""
    connection = psycopg.connect(cluster.url(), autocommit=True)
    connection.execute("SELECT pg_advisory_lock(%s)", [LOCK])
    making = Thread(target=_make, args=(cluster, connection, cache / f"{_digest()}.sql"))
    making.start()
    return making


def wait(cluster: Cluster) -> None:
    """Returns when the database is there."""
    with closing(psycopg.connect(cluster.url(), autocommit=True)) as connection:
        connection.execute("SELECT pg_advisory_lock_shared(%s)", [LOCK])


def _make(cluster: Cluster, connection: "psycopg.Connection[tuple[object, ...]]", kept: Path) -> None:
    with closing(connection):
        connection.execute(f"CREATE DATABASE {NAME}")
        url = cluster.url(NAME)
        if kept.exists():
            _run(_program("psql"), "--no-psqlrc", "--quiet", "--output", os.devnull, "--file", str(kept), url)
        elif _run(sys.executable, "manage.py", "migrate", "--verbosity", "0", DATABASE_URL=url):
            draft = kept.with_suffix(f".{os.getpid()}")
            if _run(_program("pg_dump"), "--no-owner", "--file", str(draft), url):
                draft.replace(kept)


def _run(*command: str, **environment: str) -> bool:
    """Whether it went well. What went wrong here goes wrong, and is told, where a worker migrates its copy."""
    done = subprocess.run(command, cwd=ROOT, env=os.environ | environment, capture_output=True, check=False)
    return done.returncode == 0


def _program(name: str) -> str:
    return str(packaged_binaries() / name)


def _digest() -> str:
    """Of all that can change what the migrations make."""
    files = [*ROOT.glob("*/migrations/*.py"), ROOT / "requirements.txt", Path(__file__)]
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in sorted(files))).hexdigest()[:16]
