"""By a push message to a browser (RFC 8030), which only that browser can read (RFC 8291)."""

import json
from typing import Final

from pywebpush import WebPusher

from conduits.reaching.kinds import Tools
from conduits.reaching.letters import Letter, Words
from conduits.reaching.results import Outcome, Result, result_of
from conduits.reaching.subscriptions import Subscription
from conduits.reaching.vapid import authorization

# How long a push service keeps it for a browser that is not there, in seconds.
KEPT: Final = 24 * 3600
# A message has room for about 3,900 bytes (RFC 8291, section 4).
MOST_LETTERS: Final = 900
# Unsubscribed, or subscribed under another key than ours.
GONE: Final = frozenset({403, 404, 410})


async def send(words: Words, *, letter: Letter, address: str, tools: Tools) -> Result:
    """Encrypted here and posted by the guarded client; pywebpush opens no connection."""
    if not tools.push_key:
        return Result(Outcome.GONE, "The server’s key for messages to browsers was lost.")
    there: Subscription = json.loads(address)
    urgent = any(notice.urgent for notice in letter.news)
    headers = {
        **authorization(tools.push_key, there["endpoint"]),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(KEPT),
        "Urgency": "high" if urgent else "normal",
        # A second one of the same topic replaces the first where that still waits (RFC 8030, section 5.4).
        "Topic": letter.id.hex,
    }
    body = WebPusher(there).encode(_said(words, letter).encode(), content_encoding="aes128gcm")["body"]
    return result_of(await tools.client.post(url=there["endpoint"], body=body, headers=headers), gone=GONE)


def _said(words: Words, letter: Letter) -> str:
    """What dashboards/static/pico/service-worker.js reads; of the same tag, it shows the newest only."""
    said = {"title": words.title, "body": words.body[:MOST_LETTERS], "url": words.url, "tag": letter.id.hex}
    return json.dumps(said, ensure_ascii=False)
