"""The embedded PostgreSQL on real clusters, as root and as an ordinary user."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import dj_database_url
import psycopg
import pytest

from config import system_account
from config.postgres import PORT, Cluster, ClusterError, cluster_for, reserved, running

# Real processes, started and killed: beside the suite, see `make test-crash`.
pytestmark = pytest.mark.crash

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the database as a system user")
as_user = pytest.mark.skipif(os.geteuid() == 0, reason="only an ordinary user keeps the cluster in the data folder")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """One for the tests that leave it as they found it: making a cluster takes a second."""
    cluster = cluster_for(tmp_path_factory.mktemp("cluster") / "data")
    yield cluster
    cluster.remove()


@pytest.fixture
def new_cluster(tmp_path: Path) -> Iterator[Cluster]:
    """Nothing made yet."""
    cluster = cluster_for(tmp_path / "data")
    yield cluster
    cluster.remove()


def select(cluster: Cluster, query: str) -> object:
    with psycopg.connect(cluster.url()) as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_url_survives_django_s_parser_and_libpq_s(tmp_path: Path) -> None:
    cluster = cluster_for(tmp_path / "My Data %20&ä")

    parsed = dj_database_url.parse(cluster.url())

    assert parsed["OPTIONS"] == {"host": str(cluster.socket_dir), "port": PORT}
    assert (parsed["NAME"], parsed["USER"], parsed["HOST"]) == ("pico", "pico", "")
    assert psycopg.conninfo.conninfo_to_dict(cluster.url())["host"] == str(cluster.socket_dir)


def test_the_url_is_known_before_anything_exists(tmp_path: Path) -> None:
    assert cluster_for(tmp_path / "data").url() == cluster_for(tmp_path / "other" / ".." / "data").url()
    assert list(tmp_path.iterdir()) == []


def test_a_server_runs_for_the_meantime_and_keeps_its_data(cluster: Cluster) -> None:
    with running(cluster.data_dir):
        with psycopg.connect(cluster.url()) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 'sole' AS what")
        assert select(cluster, "SHOW fsync") == "on"
        assert select(cluster, "SHOW listen_addresses") == ""
        assert select(cluster, "SELECT upper('é') || current_setting('server_encoding')") == "ÉUTF8"
    assert cluster.server_pid() is None

    with running(cluster.data_dir):
        assert select(cluster, "SELECT what FROM kept") == "sole"
        with psycopg.connect(cluster.url()) as connection:
            connection.execute("DROP TABLE kept")


def test_only_its_owner_reaches_the_cluster_and_the_socket(cluster: Cluster) -> None:
    with running(cluster.data_dir):
        assert mode(cluster.data_dir) == 0o700
        assert mode(cluster.folder.resolve()) == 0o700
        assert mode(cluster.socket_dir) == 0o700


def test_a_database_with_tables_is_told_from_an_empty_one(cluster: Cluster) -> None:
    with running(cluster.data_dir):
        assert not cluster.has_tables()
        with psycopg.connect(cluster.url()) as connection:
            connection.execute("CREATE TABLE django_migrations ()")
        assert cluster.has_tables()
        with psycopg.connect(cluster.url()) as connection:
            connection.execute("DROP TABLE django_migrations")


def test_a_second_user_neither_starts_nor_stops_the_server(cluster: Cluster) -> None:
    with running(cluster.data_dir):
        pid = cluster.server_pid()
        with running(cluster.data_dir):
            assert cluster.server_pid() == pid
        assert select(cluster, "SELECT 1") == 1


def test_the_first_user_may_leave_before_the_second(cluster: Cluster) -> None:
    first, second = running(cluster.data_dir), running(cluster.data_dir)
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert select(cluster, "SELECT 1") == 1
    second.__exit__(None, None, None)
    assert cluster.server_pid() is None


def test_processes_that_start_at_once_share_one_server(new_cluster: Cluster) -> None:
    program = (
        "import sys; from pathlib import Path; import psycopg; from config.postgres import running\n"
        "with running(Path(sys.argv[1])) as cluster:\n"
        "    print(psycopg.connect(cluster.url()).execute('SELECT 7').fetchone()[0])\n"
    )
    command = [sys.executable, "-c", program, str(new_cluster.data_dir)]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]

    assert [process.communicate(timeout=60)[0] for process in processes] == ["7\n"] * 4
    assert new_cluster.server_pid() is None


def test_a_killed_server_starts_again_although_its_process_id_is_taken(cluster: Cluster) -> None:
    with running(cluster.data_dir):
        pid = cluster.server_pid()
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
    pid_file = cluster.folder / "postmaster.pid"
    lines = pid_file.read_text().split("\n")
    with subprocess.Popen(["/bin/sleep", "60"], **cluster.privileges()) as sleeper:
        pid_file.write_text("\n".join([str(sleeper.pid), *lines[1:]]))
        try:
            assert cluster.server_pid() is None
            with running(cluster.data_dir):
                assert select(cluster, "SELECT 1") == 1
        finally:
            sleeper.kill()


def test_a_server_left_by_a_killed_command_is_taken_over_and_ended(cluster: Cluster) -> None:
    cluster.start()
    left = cluster.server_pid()

    with running(cluster.data_dir):
        assert cluster.server_pid() == left

    assert cluster.server_pid() is None


def test_a_half_made_cluster_is_made_anew(new_cluster: Cluster) -> None:
    home = new_cluster.socket_dir.parent if os.geteuid() == 0 else new_cluster.data_dir
    (home / "postgres-draft" / "base").mkdir(parents=True)
    (home / "postgres-draft" / "PG_VERSION").write_text("18\n")

    with running(new_cluster.data_dir):
        assert select(new_cluster, "SELECT 1") == 1


def test_a_supervisor_waits_for_commands_that_use_the_database(cluster: Cluster) -> None:
    entered, leave = threading.Event(), threading.Event()

    def use() -> None:
        with running(cluster.data_dir):
            entered.set()
            leave.wait()

    thread = threading.Thread(target=use)
    thread.start()
    entered.wait()
    try:
        with (
            pytest.raises(ClusterError, match="Another command is using the database"),
            reserved(cluster.data_dir, timeout=0.2),
        ):
            pass
    finally:
        leave.set()
        thread.join()
    with reserved(cluster.data_dir) as (prepared, _):
        assert prepared.server_pid() is None


def test_the_command_is_a_foreground_server_that_ends_at_sigint(cluster: Cluster) -> None:
    with (
        reserved(cluster.data_dir),
        subprocess.Popen(cluster.command(), stderr=subprocess.DEVNULL, **cluster.privileges()) as server,
    ):
        cluster.wait_until_ready()
        assert cluster.server_pid() == server.pid
        server.send_signal(signal.SIGINT)
        assert server.wait(timeout=20) == 0


def test_a_long_path_gets_a_short_socket(tmp_path: Path) -> None:
    cluster = cluster_for(tmp_path / ("long" * 30) / "Data")
    try:
        assert len(os.fsencode(cluster.socket_dir)) <= 88
        with running(cluster.data_dir):
            assert select(cluster, "SELECT 1") == 1
            assert mode(cluster.socket_dir) == 0o700
    finally:
        cluster.remove()


@as_user
def test_a_folder_in_tmp_that_somebody_else_put_there_is_refused(tmp_path: Path) -> None:
    cluster = cluster_for(tmp_path / ("long" * 30))
    cluster.socket_dir.symlink_to(tmp_path)
    try:
        with pytest.raises(ClusterError, match="remove it"), running(cluster.data_dir):
            pass
    finally:
        cluster.socket_dir.unlink()
        cluster.remove()


@as_user
def test_a_user_s_cluster_lies_in_the_data_folder(new_cluster: Cluster) -> None:
    with running(new_cluster.data_dir):
        assert (new_cluster.data_dir / "postgres" / "PG_VERSION").read_text() == "18\n"


@as_root
def test_no_parent_folder_is_opened_for_the_system_user(tmp_path: Path) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    cluster = cluster_for(private / "data")
    parents = [cluster.data_dir, *cluster.data_dir.parents]
    cluster.data_dir.mkdir(mode=0o700)
    before = [path.stat().st_mode for path in parents]
    try:
        cluster.prepare()
        assert [path.stat().st_mode for path in parents] == before
        assert cluster.folder.is_symlink()
        assert cluster.folder.stat().st_uid == system_account.system_account().uid
        assert cluster.folder.resolve().is_relative_to(system_account.STATE_DIR)
    finally:
        cluster.remove()


@as_root
def test_binaries_in_a_private_home_are_copied_for_the_system_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packaged = system_account.packaged_binaries()
    site_packages = tmp_path / "site-packages"
    (site_packages / system_account.PACKAGE).mkdir(parents=True)
    for name in (f"{system_account.PACKAGE}/{system_account.INSTALLATION}", f"{system_account.PACKAGE}.libs"):
        (site_packages / name).symlink_to(packaged.parents[2] / name)
    state = Path("/var/lib") / f"pico-conduit-test-{os.getpid()}"
    monkeypatch.setattr(system_account, "STATE_DIR", state)
    monkeypatch.setattr(
        system_account,
        "packaged_binaries",
        lambda: site_packages / system_account.PACKAGE / system_account.INSTALLATION / "bin",
    )
    account = system_account.system_account()
    site_packages.chmod(0o700)
    try:
        binaries = system_account.binaries_for(account)
        assert binaries.is_relative_to(state)
        assert system_account.binaries_for(account) == binaries
        privileges = cluster_for(tmp_path).privileges()
        done = subprocess.run([binaries / "initdb", "--version"], check=True, capture_output=True, **privileges)
        assert b"(PostgreSQL) 18." in done.stdout
    finally:
        shutil.rmtree(state)


@as_root
def test_a_deleted_data_folder_starts_with_an_empty_database(new_cluster: Cluster) -> None:
    with running(new_cluster.data_dir), psycopg.connect(new_cluster.url()) as connection:
        connection.execute("CREATE TABLE django_migrations ()")
    shutil.rmtree(new_cluster.data_dir)

    with running(new_cluster.data_dir):
        assert not new_cluster.has_tables()


@as_root
def test_a_copied_data_folder_does_not_share_the_original_s_database(cluster: Cluster, tmp_path: Path) -> None:
    with running(cluster.data_dir):
        pass
    shutil.copytree(cluster.data_dir, tmp_path / "copy", symlinks=True)

    with pytest.raises(ClusterError, match="another data folder"), running(tmp_path / "copy"):
        pass


@as_root
def test_root_leaves_another_user_s_cluster_alone(tmp_path: Path) -> None:
    folder = tmp_path / "postgres"
    folder.mkdir()
    os.chown(folder, 12345, 12345)

    with pytest.raises(ClusterError, match="belongs to user 12345"), running(tmp_path):
        pass
