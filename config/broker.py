"""The broker in a folder: kombu's `filesystem` transport, whose messages here appear whole or not at all.

kombu's own writes each message under its final name, so a worker that looks at that moment takes an empty one,
cannot read it, and ends.
"""

import uuid
from pathlib import Path
from time import monotonic_ns
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    """Writes beside the queue, then moves the finished message in."""

    def _put(self, queue: str, payload: Any, **_options: Any) -> None:  # type: ignore[override]
        # kombu takes the files that end in the queue's name and `.msg`, sorted by name. (Its types disagree with
        # each other about what `payload` is called.)
        finished = Path(self.data_folder_out) / f"{monotonic_ns():020}_{uuid.uuid4()}.{queue}.msg"
        draft = finished.with_suffix(".draft")
        draft.write_text(dumps(payload))
        draft.replace(finished)


class Transport(filesystem.Transport):
    """The same with that channel."""

    Channel = Channel


def use() -> None:
    """`filesystem://` means this transport from now on."""
    TRANSPORT_ALIASES["filesystem"] = f"{__name__}:Transport"
