"""What drf-spectacular cannot know by itself of our doors, for the OpenAPI document."""

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """A bearer key."""

    target_class = "api.authentication.KeyAuthentication"
    name = "key"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        """As OpenAPI 3.1 section 4.8.27 has it."""
        del auto_schema
        return {"type": "http", "scheme": "bearer", "description": "Authorization: Bearer KEY"}
