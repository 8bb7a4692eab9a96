"""The JSON Schema of rules, for editors and for programs that write rules."""

from django.http import HttpResponse, JsonResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from api.requests import OneAnswer
from rules.language.schema import rule_schema

CONTENT_TYPE = "application/schema+json"


class RuleSchema(APIView):
    """Public: no key is asked for, and none is looked at."""

    authentication_classes = ()
    content_negotiation_class = OneAnswer

    @extend_schema(
        operation_id="rules_schema",
        description="The JSON Schema of a rule (draft 2020-12): what `POST /rules` takes.",
        responses={(200, CONTENT_TYPE): OpenApiTypes.OBJECT},
        auth=[],
        tags=["rules"],
    )
    def get(self, request: Request) -> HttpResponse:
        """The same for everybody; editors in a browser may fetch it from anywhere."""
        del request
        headers = {"Access-Control-Allow-Origin": "*", "Cache-Control": "public, max-age=3600"}
        return JsonResponse(rule_schema(), content_type=CONTENT_TYPE, headers=headers)
