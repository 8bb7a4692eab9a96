"""What people can offer companies here to agree to, for programs of either (IEEE 7012-2025)."""

from django.http import HttpRequest, JsonResponse

from conduits.terms import rosters
from dashboards.gs1 import for_everybody


@for_everybody
def describe(request: HttpRequest) -> JsonResponse:
    """The agreements on offer, the newest version of each, and what people proffer unless they choose otherwise."""
    del request
    usual = {"preferred": rosters.PREFERRED, "alternative": rosters.ALTERNATIVE}
    offered = [agreement.as_json() for agreement in rosters.agreements()]
    return JsonResponse({"standard": "IEEE 7012-2025", "default": usual, "agreements": offered})
