"""Follow-ups that its webhook did not tell of: it tries once, for three seconds.

They come the oldest first, a page at a time, without a way to ask for those since. So we go on from the page where we
were, and look at the one before it again, as a deleted follow-up moves the others up.
"""

from typing import Any, Final

from conduits.connectors.far import Far, Garbled
from conduits.connectors.helpdesk.inbound import reply_id
from conduits.connectors.inbox import Polled, Reply

PAGE: Final = 100
# At once; the rest follows.
PAGES: Final = 5


async def poll(far: Far, cursor: dict[str, Any]) -> Polled:
    """At first all that there is: follow-ups of tickets that are not ours lead nowhere."""
    page = max(1, int(cursor.get("page", 1)) - 1)
    replies: list[Reply] = []
    for _ in range(PAGES):
        said = await far.ask(
            "GET",
            f"{far.config.api}/followups/",
            query={"page_size": PAGE, "page": page},
            headers=far.config.headers,
            # Page 1 is always there; without it this is no helpdesk, or the path is wrong.
            bears=(404,) if page > 1 else (),
        )
        if said.status == 404:  # noqa: PLR2004 (there are fewer pages than there were)
            return Polled(replies, {"page": 1}, more=page > 1)
        try:
            replies += [
                Reply(id=reply_id(one["id"]), text=str(one.get("comment") or ""), request=str(int(one["ticket"])))
                for one in said.take("results")
                if one.get("public") is True
            ]
        except (TypeError, KeyError, ValueError, AttributeError) as error:
            raise Garbled from error
        if not said.json.get("next"):
            return Polled(replies, {"page": page})
        page += 1
    return Polled(replies, {"page": page + 1}, more=True)
