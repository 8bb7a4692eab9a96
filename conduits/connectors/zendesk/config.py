"""What is entered for it."""

from conduits.connectors.settings import Address, Entered, Path, Settings, plain, secret


class Config(Settings):
    """Its account, an OAuth access token, and the secret of the webhook that tells us of comments."""

    url: Address = plain("Address", "Of your account, such as https://acme.zendesk.com.")
    access_token: Entered = secret("OAuth access token", "With the scopes read, tickets:write and users:write.")
    signing_secret: Entered = secret("Signing secret", "Of the webhook that you make there for this connector.")
    api_path: Path = plain("Path of its API", "With its version.", default="api/v2")

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
        """OAuth 2 bearer tokens (RFC 6750)."""
        return {"authorization": f"Bearer {self.access_token}"}
