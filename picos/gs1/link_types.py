"""What a link leads to, in the words of the GS1 Web Vocabulary (1.16)."""

import re
from typing import Final

VOCABULARY: Final = "https://ref.gs1.org/voc/"
DEFAULT: Final = "defaultLink"
# What our own pages are.
PIP, REGISTRATION, FOUND, RECALL = "pip", "registerProduct", "reportFound", "recallStatus"

# Those that a company may add, and what each is called on pages. One more is a line here and in docs/gs1.md.
LINK_TYPES: Final = {
    "instructions": "Manual",
    "support": "Support",
    REGISTRATION: "Registration",
    RECALL: "Recall",
    PIP: "About the product",
    "quickStartGuide": "First steps",
    "tutorial": "How to",
    "faqs": "Questions and answers",
    "whatsInTheBox": "What is in the box",
    "serviceInfo": "Service and repair",
    "purchaseSuppliesOrAccessories": "Spare parts and supplies",
    "safetyInfo": "Safety",
    "sustainabilityInfo": "Recycling",
    "certificationInfo": "Certificates",
}

# The namespace has had other addresses; clients still send them.
_NAMED = re.compile(r"(?:gs1:|https://ref\.gs1\.org/voc/|https?://(?:www\.)?gs1\.org/voc/)(\w+)", re.ASCII)


def named(asked: str) -> str | None:
    """The name of a link type that a request gives as CURIE or IRI (Resolver section 2.14); None for another's."""
    match = _NAMED.fullmatch(asked)
    return match[1] if match else None
