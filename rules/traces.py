"""What a run keeps of each comparison."""

from datetime import datetime
from typing import Any, Final

from rules.fields import MISSING

Trace = list[dict[str, Any]]
LONGEST: Final = 200


def shown(seen: Any) -> Any:
    """What was seen, as a trace keeps it: JSON, with null for missing, and long texts cut."""
    if seen is MISSING:
        return None
    if isinstance(seen, datetime):
        return seen.isoformat()
    return seen if isinstance(seen, (bool, int, float)) else str(seen)[:LONGEST]
