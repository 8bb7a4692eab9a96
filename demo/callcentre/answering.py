"""What is said to whom: from a genuine message to the answer, or to nothing."""

import json
from datetime import UTC, datetime
from typing import Any

from demo.callcentre import words
from demo.callcentre.records import Answer, Outage, Records

SCANNED = "pico.scanned"
API = "/api/v1"
# Where the company has its cables (ISO 3166-2).
REGION = "GB-CON"


def answer_to(
    message: dict[str, Any], *, webhook_id: str, company: str, records: Records, now: datetime
) -> Answer | None:
    """The answer to a scan of a modem that somebody owns; nothing else is answered by a program.

    None, too, when what was last said on this line tells of the same outage and the same time: it stands on the page
    that the scan opened. Said again, it would take the place of what a colleague has said since at the desk.
    """
    thing, reply_url = _thing(message), message["data"].get("reply_url")
    if message["type"] != SCANNED or not thing or not reply_url:
        return None
    outage = records.outage_at(thing, now=now)
    if outage is None:
        said = {"body": words.about_no_outage(records.modem(thing, now=now), now=now)}
    elif records.last_said(reply_url) == (said := _about(outage)):
        return None
    return Answer(webhook_id, company, reply_url, json.dumps({"in_reply_to": webhook_id} | said))


def advisory_about(message: dict[str, Any], *, company: str, records: Records, now: datetime) -> Answer | None:
    """The advisory to publish when a scan is the first from a street with an outage: for all who are in its region.

    The same outage makes the same one, which is published once.
    """
    thing, reply_url = _thing(message), message["data"].get("reply_url")
    product = (message["data"].get("pico") or {}).get("product") or {}
    if message["type"] != SCANNED or not (thing and reply_url and product):
        return None
    outage = records.outage_at(thing, now=now)
    if outage is None:
        return None
    body = {
        "title": f"Outage in {outage.street}",
        "body": f"{words.about_outage(outage)} There is nothing to do: your modem comes back by itself.",
        "severity": "medium",
        "scope": {"product": product["id"], "region": REGION},
        "until": _written(outage.back),
    }
    url = f"{reply_url.partition(API)[0]}{API}/advisories"
    return Answer(f"outage-{outage.street.replace(' ', '-')}-{_written(outage.since)}", company, url, json.dumps(body))


def line_about(message: dict[str, Any], answer: Answer | None) -> str:
    """What the message says, for whoever watches the program."""
    data = message["data"]
    said = data.get("text") or (data.get("entry") or {}).get("body") or ""
    line = f"{message['type']} about {_thing(message) or 'nothing in particular'}" + (
        f": “{said[:60]}”" if said else ""
    )
    if answer or message["type"] != SCANNED:
        return line
    if data.get("reply_url"):
        return f"{line}; what it was told last still holds"
    return f"{line}; nobody owns it, so there is nobody to answer"


def _about(outage: Outage) -> dict[str, Any]:
    return {"body": words.about_outage(outage), "data": {"eta": _written(outage.back)}}


def _written(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _thing(message: dict[str, Any]) -> str:
    """What the company calls it: by its serial, or its code where it has none."""
    pico = message["data"].get("pico") or {}
    return str(pico.get("serial") or pico.get("code") or "")
