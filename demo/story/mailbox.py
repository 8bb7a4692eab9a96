"""Reading one's mail, which lies in a folder here: the code of the newest one to an address."""

import asyncio
import re
import time
from email import message_from_string, policy
from email.message import EmailMessage
from pathlib import Path

from demo.story.steps import MissedError

# What Django's file backend puts after each message.
_END = re.compile(r"^-{79}$", re.MULTILINE)
_CODE = re.compile(r"\b\d{6}\b")


async def mailed_code(folder: Path, address: str, *, since: float, within: float = 10.0) -> str:
    """The six digits mailed to `address` after the time `since` (seconds since 1970). Raises MissedError."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if code := _newest_code(folder, address, since):
            return code
        await asyncio.sleep(0.02)
    raise MissedError(f"no code was mailed to {address} within {within:g} s")


def _newest_code(folder: Path, address: str, since: float) -> str:
    # A file system's clock may tick a little behind ours.
    files = [(path.stat().st_mtime, path) for path in folder.glob("*.log")]
    for _, path in sorted((one for one in files if one[0] >= since - 1), reverse=True):
        for message in reversed(_messages(path.read_text())):
            found = _CODE.search(message.get_content()) if address in str(message["To"]) else None
            if found:
                return found[0]
    return ""


def _messages(text: str) -> list[EmailMessage]:
    parts = [part.strip() for part in _END.split(text)]
    return [message_from_string(part, EmailMessage, policy=policy.default) for part in parts if part]
