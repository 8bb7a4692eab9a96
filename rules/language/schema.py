"""The JSON Schema of a rule (draft 2020-12), made from the models that check it.

It says nothing of what only the server knows, such as whose endpoints there are, nor of sizes over several places.
"""

from functools import cache
from typing import Any, Final

from rules.language.definition import Definition

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


@cache
def rule_schema() -> dict[str, Any]:
    """What `POST /rules` takes. Not to be changed by the caller."""
    return {"$schema": DIALECT, **Definition.model_json_schema(), "title": "Rule"}
