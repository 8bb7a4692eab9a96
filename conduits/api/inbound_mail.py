"""Where a mail server, or a service that takes mail in, hands over what came for our addresses."""

import hmac
from typing import Literal
from uuid import UUID

from django.conf import settings
from django.http import Http404
from django.http.response import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.bodies import Shown
from api.problems import CONTENT_TYPE, Problem, problem
from api.requests import OneAnswer
from conduits.mail.parsing import MOST_BYTES
from conduits.mail.receiving import receive

RFC_822 = "message/rfc822"


class MailTaken(Shown):
    """What became of it. Only a mail that was `taken` became an `entry`; no other is to be sent again."""

    result: Literal["taken", "repeated", "refused", "dropped"]
    reason: str
    entry: UUID | None


class InboundMail(APIView):
    """The one address of the server for mail."""

    authentication_classes = ()
    content_negotiation_class = OneAnswer

    @extend_schema(
        operation_id="mail_receive",
        description=(
            "For the server's operator: a mail to one of its reply addresses, as it came (RFC 5322). "
            "`Authorization: Bearer` with `MAIL_SECRET`; 404 unless the operator set that and `MAIL_DOMAIN`."
        ),
        request={RFC_822: OpenApiTypes.STR},
        parameters=[OpenApiParameter("to", str, description="The envelope's recipient, where the headers lack it.")],
        responses={(200, "application/json"): MailTaken, ("4XX", CONTENT_TYPE): Problem},
        tags=["mail"],
        auth=[],
    )
    def post(self, request: Request) -> HttpResponse:
        """Take it in."""
        if not (settings.MAIL_DOMAIN and settings.MAIL_SECRET):
            raise Http404
        given = request.headers.get("Authorization", "").encode()
        if not hmac.compare_digest(given, f"Bearer {settings.MAIL_SECRET}".encode()):
            why = "Send the server's secret for mail: Authorization: Bearer …"
            return problem(401, why, headers={"WWW-Authenticate": "Bearer"})
        if (request.content_type or "").partition(";")[0].strip().lower() != RFC_822:
            raise UnsupportedMediaType(request.content_type or "nothing")
        if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
            return problem(413, "A mail has at most 32 MB.")
        raw = request._request.read(MOST_BYTES)  # noqa: SLF001 (the bytes as they came)
        received = receive(raw, recipients=request.query_params.getlist("to")[:10])
        shown = MailTaken(result=received.result, reason=received.reason, entry=received.entry)
        return Response(shown.model_dump(mode="json"))


inbound_mail = InboundMail.as_view()
