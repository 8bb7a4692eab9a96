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
    has, allowed = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_PAGES + SPARE_FILES
    if has != resource.RLIM_INFINITY and has < wanted:
        has = wanted if allowed == resource.RLIM_INFINITY else min(wanted, allowed)
        resource.setrlimit(resource.RLIMIT_NOFILE, (has, allowed))
    files = wanted if has == resource.RLIM_INFINITY else min(wanted, has)
    return max(files - SPARE_FILES, 1)
