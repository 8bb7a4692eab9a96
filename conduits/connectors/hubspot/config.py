"""What is entered for it."""

from typing import Annotated

from pydantic import StringConstraints

from conduits.connectors.settings import Address, Entered, Path, Settings, plain, secret

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,99}$")]


class Config(Settings):
    """A private app's token, where tickets go, and the property that holds our ids."""

    url: Address = plain("Address of its API", default="https://api.hubapi.com")
    access_token: Entered = secret(
        "Access token", "Of a private app that may read and write contacts, tickets and their schemas."
    )
    pipeline: Entered = plain("Pipeline", "The id of the pipeline that new tickets go to.", default="0")
    stage: Entered = plain("Stage", "The id of the stage at which they begin.", default="1")
    id_property: Name = plain(
        "Property for our ids",
        "Make it for contacts, tickets and notes: one line of text, with unique values.",
        default="pico_conduit_id",
    )
    reply_prefix: Entered = plain(
        "What marks a note for the customer", "Notes on a ticket that begin so reach them.", default="To the customer:"
    )
    api_path: Path = plain("Path of its CRM API", "With its version.", default="crm/v3")
    associations_path: Path = plain("Path of its associations API", "With its version.", default="crm/v4")

    @property
    def target(self) -> str:
        """Its address."""
        return self.url

    @property
    def api(self) -> str:
        """Where its CRM API begins."""
        return f"{self.url}/{self.api_path.strip('/')}"

    @property
    def associations(self) -> str:
        """Where its associations API begins."""
        return f"{self.url}/{self.associations_path.strip('/')}"

    @property
    def headers(self) -> dict[str, str]:
        """As private apps sign in."""
        return {"authorization": f"Bearer {self.access_token}"}
