"""A lock between processes, on a file."""

import fcntl
from pathlib import Path
from types import TracebackType
from typing import Self


class FileLock:
    """An advisory lock (flock) on the file at `path`, which also carries a note, such as the holder's process id.

    The kernel frees it when the last process that holds it is gone, however that process ended. As a context
    manager it waits until it is the only holder; otherwise call `take_alone` or `share`, then `close`.
    """

    def __init__(self, path: Path) -> None:
        """Open the file, made if missing, without locking it."""
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._file = path.open("a+")

    def take_alone(self) -> bool:
        """Become the only holder, or return False at once."""
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def share(self) -> None:
        """Become one of several holders, waiting until nobody holds it alone."""
        fcntl.flock(self._file, fcntl.LOCK_SH)

    def fileno(self) -> int:
        """The descriptor; a process that inherits it holds the lock as well."""
        return self._file.fileno()

    @property
    def note(self) -> str:
        """What the latest holder wrote."""
        self._file.seek(0)
        return self._file.read().strip()

    @note.setter
    def note(self, text: str) -> None:
        self._file.seek(0)
        self._file.truncate()
        self._file.write(text)
        self._file.flush()

    def close(self) -> None:
        """Let go, unless a process that inherited the descriptor still holds on."""
        self._file.close()

    def __enter__(self) -> Self:
        """Wait until this is the only holder."""
        fcntl.flock(self._file, fcntl.LOCK_EX)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go."""
        self.close()
