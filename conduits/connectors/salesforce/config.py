"""What is entered for it."""

from typing import Annotated

from pydantic import StringConstraints

from conduits.connectors.settings import Address, Entered, Path, Settings, plain, secret

Field = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,79}$")]


class Config(Settings):
    """Its domain, a connected app with the client credentials flow, and the field that holds our ids."""

    url: Address = plain("Address", "Your domain there, such as https://acme.my.salesforce.com.")
    client_id: Entered = plain("Consumer key", "Of a connected app that allows the client credentials flow.")
    client_secret: Entered = secret("Consumer secret")
    id_field: Field = plain(
        "Field for our ids",
        "Make it for Case and Contact: a text of 100 characters, External ID, unique.",
        default="Pico_Conduit_Id__c",
    )
    origin: Entered = plain("Origin of new cases", "One of your Case Origins.", default="Web")
    api_path: Path = plain("Path of its API", "With its version.", default="services/data/v62.0")
    token_path: Path = plain("Path where tokens are given", default="services/oauth2/token")

    @property
    def target(self) -> str:
        """Its address."""
        return self.url

    @property
    def api(self) -> str:
        """Where its API begins."""
        return f"{self.url}/{self.api_path.strip('/')}"
