"""Prints the table of docs/copies.md: `.venv/bin/python -m tests.picos.rates [STREAMS]`; some minutes with 100."""

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


def main(streams: int) -> None:
    """A line for each kind, as it comes."""
    from picos.copies import DEFAULT  # noqa: PLC0415 (its models need Django set up)
    from tests.picos.streams import COPIED, GENUINE, share_flagged  # noqa: PLC0415

    for kinds in (GENUINE, COPIED):
        for name, kind in kinds.items():
            both, alone = [
                share_flagged(kind, streams=streams, limits=DEFAULT, regions=regions) for regions in (True, False)
            ]
            sys.stdout.write(f"| {name} | {both:.0%} | {alone:.0%} |\n")
            sys.stdout.flush()


if __name__ == "__main__":
    import django

    django.setup()
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
