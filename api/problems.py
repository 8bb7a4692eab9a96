"""Errors as RFC 9457 problem details: `application/problem+json` with type, title, status, detail and errors."""

import logging
import math
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation, TooManyFilesSent
from django.http import Http404, HttpRequest, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.http.response import HttpResponse
from django.views.decorators.csrf import csrf_exempt
from pydantic import BaseModel, ValidationError
from rest_framework import exceptions

from api.wording import said
from parties.errors import RefusedError, StateForbidsError, TooManyError

logger = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"
NOT_FOUND = "There is no such thing, or it is not yours."
_LONGEST = 300


class Problem(BaseModel):
    """What went wrong (RFC 9457); `errors` has messages by the field that they are about."""

    type: str
    title: str
    status: int
    detail: str
    errors: dict[str, list[str]] = {}


def problem(
    status: int, detail: str, *, errors: Mapping[str, list[str]] | None = None, headers: Mapping[str, str] | None = None
) -> HttpResponse:
    """A problem of a plain HTTP status; `errors` has messages per field."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    if errors:
        body["errors"] = dict(errors)
    return JsonResponse(body, status=status, content_type=CONTENT_TYPE, headers=dict(headers or {}))


def problem_response(error: Exception, context: Mapping[str, Any]) -> HttpResponse | None:
    """Django REST framework's exception handler."""
    del context
    match error:
        case ValidationError():
            answer = problem(422, "Some of it cannot be taken; see errors.", errors=errors_of(error))
        case RefusedError():
            answer = problem(422, str(error), errors={error.field: [str(error)]})
        case StateForbidsError():
            answer = problem(409, str(error))
        case TooManyError():
            answer = problem(429, str(error), headers={"Retry-After": str(error.retry_after)})
        case Http404():
            answer = problem(404, "There is no such thing, or it is not yours.")
        case RequestDataTooBig() | TooManyFilesSent():
            answer = problem(413, "The request is too large.")
        case MultiPartParserError() | SuspiciousOperation() | RecursionError():
            answer = problem(400, "The request could not be read.")
        case PermissionDenied():
            answer = problem(403, "This is not allowed.")
        case exceptions.APIException():
            answer = _of_framework(error)
        case _:
            return None
    return answer


def errors_of(error: ValidationError) -> dict[str, list[str]]:
    """Pydantic's errors in our words, by the dotted place of the field."""
    found: dict[str, list[str]] = {}
    for one in error.errors(include_url=False, include_input=False)[:20]:
        # A step in angle brackets names one of several shapes (rules/language/one_of.py), and is in no client's JSON.
        place = ".".join(step for step in map(str, one["loc"]) if not step.startswith("<")) or "body"
        found.setdefault(place[:100], []).append(said(one)[:_LONGEST])
    return found


@csrf_exempt
def nowhere(request: HttpRequest) -> HttpResponse:
    """The view of paths under the API that lead nowhere."""
    del request
    return problem(404, NOT_FOUND)


def _of_framework(error: exceptions.APIException) -> HttpResponse:
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(math.ceil(wait))
    detail = error.detail if isinstance(error.detail, str) else "The request could not be read."
    return problem(error.status_code, str(detail), headers=headers)
