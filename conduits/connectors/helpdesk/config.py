"""What is entered for it."""

from base64 import b64encode
from typing import Annotated

from pydantic import Field

from conduits.connectors.settings import Address, Entered, Number, Path, Settings, plain, secret


class Config(Settings):
    """Where it is, and a user of its own for us, who must be staff: only they may use its API."""

    url: Address = plain("Address", "Where your helpdesk is, such as https://help.example.")
    username: Entered = plain("User", "A user made for this server, who is staff.")
    password: Entered = secret("Password")
    queue: Number = plain("Queue", "The number of the queue that new tickets go to.")
    priority: Annotated[int, Field(ge=1, le=5)] = plain("Priority", "Of new tickets, from 1 to 5.", default=3)
    api_path: Path = plain("Path of its API", "As your helpdesk has it.", default="api")

    @property
    def target(self) -> str:
        """Its address."""
        return self.url

    @property
    def api(self) -> str:
        """Where its API begins."""
        return f"{self.url}/{self.api_path.strip('/')}"

    @property
    def headers(self) -> dict[str, str]:
        """HTTP Basic (RFC 7617)."""
        return {"authorization": f"Basic {b64encode(f'{self.username}:{self.password}'.encode()).decode()}"}
