"""What connectors' systems tell us: no key of ours opens this door, but what each kind shows of itself."""

from uuid import UUID

from django.http.response import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.bodies import Shown
from api.problems import CONTENT_TYPE, Problem
from api.requests import OneAnswer
from conduits.connectors.receiving import receive


class Taken(Shown):
    """How many answers to customers it became: what came before, and what is about nothing of yours, becomes none."""

    taken: int


class Inbound(APIView):
    """The address of a connector for what its system tells us."""

    authentication_classes = ()
    content_negotiation_class = OneAnswer

    @extend_schema(
        operation_id="webhooks_inbound",
        description=(
            "For the system behind a connector: its webhooks, in its own form, or a mail as `message/rfc822`. Verified "
            "by its own signature, or by the key in the address. 404 alike for no such connector, one that is off, and "
            "what is not shown to come from there; 409 while the conduit is shut."
        ),
        request={"application/json": OpenApiTypes.ANY, "message/rfc822": OpenApiTypes.STR},
        parameters=[OpenApiParameter("key", str, description="Of kinds that sign nothing by themselves.")],
        responses={(200, "application/json"): Taken, ("4XX", CONTENT_TYPE): Problem},
        tags=["webhooks"],
        auth=[],
    )
    def post(self, request: Request, connector_id: UUID) -> HttpResponse:
        """Take it in."""
        entries = receive(
            connector_id=connector_id,
            key=request.query_params.get("key", ""),
            body=request._request.read(),  # noqa: SLF001 (the bytes as they came; their size is bounded before)
            headers={name.lower(): value for name, value in request.headers.items()},
        )
        return Response(Taken(taken=len(entries)).model_dump(mode="json"))


inbound = Inbound.as_view()
