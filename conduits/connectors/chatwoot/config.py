"""What is entered for it."""

from conduits.connectors.settings import Address, Entered, Maybe, Number, Path, Settings, plain, secret


class Config(Settings):
    """The installation, the account and its API inbox, and a token of an agent of its own for us."""

    url: Address = plain("Address", "Of your installation, such as https://app.chatwoot.com.")
    account: Number = plain("Account", "Its number, as in the address of your dashboard.")
    inbox: Number = plain("Inbox", "The number of an inbox of the kind API.")
    access_token: Entered = secret("Access token", "Of an agent made for this server.")
    webhook_secret: Maybe = secret(
        "Secret of the webhook", "Where your version signs webhooks; else leave it empty.", default=""
    )
    api_path: Path = plain("Path of its API", "With its version.", default="api/v1")

    @property
    def target(self) -> str:
        """Its address."""
        return self.url

    @property
    def root(self) -> str:
        """Where its API begins."""
        return f"{self.url}/{self.api_path.strip('/')}"

    @property
    def api(self) -> str:
        """Where the account's API begins."""
        return f"{self.root}/accounts/{self.account}"

    @property
    def headers(self) -> dict[str, str]:
        """As its reference has it."""
        return {"api_access_token": self.access_token}
