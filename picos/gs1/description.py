"""The resolver description file: GS1-Conformant Resolver 1.2, section 3."""

from typing import Any

from django.conf import settings

from picos.gs1.link_types import VOCABULARY
from picos.gs1.linksets import CONTEXT


def description() -> dict[str, Any]:
    """What this resolver says of itself at /.well-known/gs1resolver."""
    return {
        "name": f"Pico Conduit at {settings.PUBLIC_URL.partition('//')[2]}",
        "resolverRoot": settings.PUBLIC_URL,
        "supportedPrimaryKeys": ["01"],
        "supportedLinkType": [{"namespace": VOCABULARY, "prefix": "gs1:"}],
        "supportedContextValuesEnumerated": [],
        "linkTypeDefaultCanBeLinkset": False,
        "jsonLdContextLocation": CONTEXT,
        "contact": {"fn": f"Who runs {settings.PUBLIC_URL}"},
    }
