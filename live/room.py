"""For how many open pages a live process has room."""

import resource
from typing import Final

MOST_PAGES: Final = 20_000
# Files that are none of a page's: modules, sockets of its own, and pages that are told that there is no room.
SPARE_FILES: Final = 512


def made() -> int:
    """Makes room for as many pages as the system lets this process hold open, at most `MOST_PAGES`.

    Each takes a file, and a session often starts with 1,024 of them where many more are allowed (`ulimit -Hn`).
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_PAGES + SPARE_FILES
    has, allowed = (wanted if one == resource.RLIM_INFINITY else min(one, wanted) for one in (soft, hard))
    if has < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    return max(allowed - SPARE_FILES, 1)
