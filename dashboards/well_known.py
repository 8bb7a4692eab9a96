"""What programs look up under /.well-known/: the keys that verify an endpoint's webhooks."""

import base64
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse

from api.problems import NOT_FOUND, problem
from conduits.delivery.keys import PublicKey, public_keys
from conduits.delivery.payloads import rfc3339
from conduits.delivery.signing import PUBLIC_PREFIX
from conduits.models import Endpoint
from dashboards.gs1 import for_everybody


@for_everybody
def webhook_keys(request: HttpRequest, endpoint_id: UUID) -> HttpResponse:
    """A JSON Web Key Set (RFC 7517, 8037) of the endpoint's ed25519 keys, each in the standard's notation too.

    Public, as keys are. It tells no more of the endpoint than whoever has its random id knows, and of one without keys
    what is said of one that does not exist.
    """
    del request
    endpoint = Endpoint.objects.filter(pk=endpoint_id, deleted_at=None).first()
    keys = public_keys(endpoint) if endpoint else []
    if not keys:
        return problem(404, NOT_FOUND)
    shown = {"keys": [_as_jwk(key) for key in keys]}
    return JsonResponse(shown)


def _as_jwk(public: PublicKey) -> dict[str, str]:
    raw = base64.b64decode(public.key.removeprefix(PUBLIC_PREFIX))
    x = base64.urlsafe_b64encode(raw).decode().rstrip("=")
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": x, "use": "sig", "alg": "EdDSA", "whpk": public.key}
    return jwk | ({"until": rfc3339(public.until)} if public.until else {})
