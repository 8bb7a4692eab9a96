"""What a company enters for a connector: a model per kind, whose secrets are marked, for API and desk alike."""

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StringConstraints
from pydantic.fields import FieldInfo

from api.bodies import Body, storable

Entered = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500), AfterValidator(storable)
]
# For what may be left out.
Maybe = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500), AfterValidator(storable)]
Number = Annotated[int, Field(ge=0, le=2**53)]


def _base(url: str) -> str:
    """An address without a path's end, query or fragment. Raises ValueError."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise ValueError("it is an address such as https://crm.example")
    return url.rstrip("/")


Address = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=500), AfterValidator(storable), AfterValidator(_base)
]
# The version's part of an API's paths.
Path = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._/-]{1,60}$")]


def secret(title: str, description: str = "", **more: Any) -> Any:
    """A field that is sealed, and never shown again."""
    return Field(title=title, description=description, json_schema_extra={"secret": True}, **more)


def plain(title: str, description: str = "", **more: Any) -> Any:
    """A field that is shown."""
    return Field(title=title, description=description, **more)


class Settings(Body):
    """A kind's settings. `target` is the address that messages go to, as the delivery log calls it."""

    @property
    def target(self) -> str:
        """An address with a host, or a `mailto:`."""
        raise NotImplementedError


def is_secret(field: FieldInfo) -> bool:
    """Whether it was declared with `secret`."""
    extra = field.json_schema_extra
    return isinstance(extra, Mapping) and bool(extra.get("secret"))


def parted(settings: Settings) -> tuple[dict[str, Any], dict[str, Any]]:
    """What may be shown, and the secrets."""
    values = settings.model_dump(mode="json")
    hidden = {name for name, field in type(settings).model_fields.items() if is_secret(field)}
    return (
        {name: value for name, value in values.items() if name not in hidden},
        {name: value for name, value in values.items() if name in hidden},
    )
