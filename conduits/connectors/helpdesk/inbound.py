"""Its follow-up webhook: the whole ticket, the follow-up's number, and nothing that shows where it comes from.

So our address for it has a key. The same webhook tells of tickets that are none of ours, and of what we wrote.
"""

import json
from collections.abc import Sequence
from typing import Any

from conduits.connectors.inbox import Arrived, Reply


def parse(config: Any, arrived: Arrived) -> Sequence[Reply]:
    """The public follow-up that it tells of. Raises ValueError and the like for another shape."""
    del config
    told = json.loads(arrived.body)
    followup_id = told.get("followup_id")
    if followup_id is None:
        return []
    ticket = told["ticket"]
    return [
        Reply(id=reply_id(one["id"]), text=str(one.get("comment") or ""), request=str(int(ticket["id"])))
        for one in ticket["followup_set"]
        if one["id"] == followup_id and one.get("public") is True
    ]


def reply_id(followup_id: Any) -> str:
    """The same, told or found. Raises ValueError and the like."""
    return f"followup/{int(followup_id)}"
