"""What is said to whom: from a genuine message to the answer, or to nothing."""

import json
from datetime import UTC, datetime
from typing import Any

from demo.callcentre import words
from demo.callcentre.records import Answer, Records

SCANNED = "pico.scanned"


def answer_to(
    message: dict[str, Any], *, webhook_id: str, company: str, records: Records, now: datetime
) -> Answer | None:
    """The answer to a scan of a modem that somebody owns; nothing else is answered by a program."""
    thing, reply_url = _thing(message), message["data"].get("reply_url")
    if message["type"] != SCANNED or not thing or not reply_url:
        return None
    modem = records.modem(thing, now=now)
    outage = next((one for one in records.outages(now=now) if one.street == modem.street), None)
    body: dict[str, Any] = {"in_reply_to": webhook_id}
    if outage:
        eta = outage.back.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        body |= {"body": words.about_outage(outage), "data": {"eta": eta}}
    else:
        body |= {"body": words.about_no_outage(modem, now=now)}
    return Answer(webhook_id, company, reply_url, json.dumps(body))


def line_about(message: dict[str, Any], answer: Answer | None) -> str:
    """What the message says, for whoever watches the program."""
    data = message["data"]
    said = data.get("text") or (data.get("entry") or {}).get("body") or ""
    line = f"{message['type']} about {_thing(message) or 'nothing in particular'}" + (
        f": “{said[:60]}”" if said else ""
    )
    if message["type"] == SCANNED and not answer:
        return f"{line}; nobody owns it, so there is nobody to answer"
    return line


def _thing(message: dict[str, Any]) -> str:
    """What the company calls it: by its serial, or its code where it has none."""
    pico = message["data"].get("pico") or {}
    return str(pico.get("serial") or pico.get("code") or "")
