"""What a run keeps of each comparison."""

from datetime import datetime
from typing import Any, Final

from rules.language.fields import MISSING

Trace = list[dict[str, Any]]
LONGEST: Final = 200


def shown(seen: Any) -> Any:
    """What was seen, as a trace keeps it: JSON, with null for missing, and long texts cut."""
    if isinstance(seen, str):
        return seen[:LONGEST]
    if seen is MISSING or isinstance(seen, (bool, int, float)):
        return None if seen is MISSING else seen
    return seen.isoformat() if isinstance(seen, datetime) else str(seen)[:LONGEST]
