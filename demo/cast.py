"""Who plays in the demo. Addresses under `.example` lead nowhere (RFC 2606), so no mail ever leaves for them."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Player:
    """A person of the demo, and what they do in it."""

    name: str
    email: str
    part: str


@dataclass(frozen=True, slots=True)
class Firm:
    """A company of the demo, its one product, and who answers for it."""

    name: str
    slug: str
    agent: Player
    product: str
    sku: str
    gtin: str
    serial: str
    description: str

    def serials(self, count: int) -> list[str]:
        """The first `count` serials of its product."""
        return [f"{self.serial}{number:06}" for number in range(1, count + 1)]


ANN: Final = Player("Ann", "ann@customer.example", "a customer")
BEN: Final = Player("Ben", "ben@lamo.example", "answers for LAMO Footwear")
CLEO: Final = Player("Cleo", "cleo@harbour.example", "answers for Harbour Cable")
PLAYERS: Final = (ANN, BEN, CLEO)

LAMO: Final = Firm(
    name="LAMO Footwear",
    slug="lamo",
    agent=BEN,
    product="Moccasin, men's",
    sku="LM-MOC-M",
    gtin="09506000134352",  # GS1 keeps the prefix 950 for examples
    serial="LM-2026-",
    description="Suede moccasin with a rubber sole.",
)
HARBOUR: Final = Firm(
    name="Harbour Cable",
    slug="harbour",
    agent=CLEO,
    product="Cable modem CM-3000",
    sku="CM-3000",
    gtin="09506000140445",
    serial="CM3-",
    description="Cable modem with four network sockets and Wi-Fi.",
)
FIRMS: Final = (LAMO, HARBOUR)
