"""What is entered for it."""

from conduits.connectors.settings import Entered, Settings, plain


class Config(Settings):
    """Its one address. What signs, both ways, is the connector's own secret."""

    url: Entered = plain("Address", "Where we POST signed messages.")

    @property
    def target(self) -> str:
        """The address itself."""
        return self.url
