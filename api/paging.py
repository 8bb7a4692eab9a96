"""Pages of a list: `{"results": […], "next": URL|null}`, with an opaque cursor over a unique, ordered column."""

import base64
from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.utils.encoding import escape_uri_path
from rest_framework.request import Request
from rest_framework.response import Response

from parties.errors import RefusedError

USUAL = 50
MOST = 200

Row = TypeVar("Row", bound=Model)


def page(request: Request, rows: QuerySet[Row], present: Callable[[Row], Any], *, by: str = "-id") -> Response:
    """The page that the request's `limit` and `cursor` ask for. Raises RefusedError for a wrong one.

    `by` names a unique column, with a minus for newest first: rows added meanwhile neither repeat nor hide others.
    """
    limit = _limit(request)
    column, newest_first = by.removeprefix("-"), by.startswith("-")
    if after := _after(request):
        try:
            rows = rows.filter(**{f"{column}__{'lt' if newest_first else 'gt'}": after})
        except (ValidationError, ValueError) as error:
            raise _wrong_cursor() from error
    found = list(rows.order_by(by)[: limit + 1])
    shown = found[:limit]
    following = _url(request, getattr(shown[-1], column)) if len(found) > limit else None
    return Response({"results": [present(row) for row in shown], "next": following})


def _limit(request: Request) -> int:
    asked = request.query_params.get("limit", str(USUAL))
    if not (asked.isascii() and asked.isdigit()) or not 1 <= int(asked[:6]) <= MOST or len(asked) > 6:  # noqa: PLR2004
        message = f"A limit is 1 to {MOST}."
        raise RefusedError(message, field="limit")
    return int(asked)


def _after(request: Request) -> str:
    cursor = request.query_params.get("cursor", "")
    try:
        after = base64.urlsafe_b64decode(cursor.encode("ascii")).decode("ascii")
    except ValueError as error:
        raise _wrong_cursor() from error
    # Decoding skips what is not base64; so only what encodes to the same again is a cursor.
    if _cursor(after) != cursor:
        raise _wrong_cursor()
    return after


def _cursor(last: object) -> str:
    return base64.urlsafe_b64encode(str(last).encode()).decode()


def _wrong_cursor() -> RefusedError:
    return RefusedError("This cursor is not one of ours.", field="cursor")


def _url(request: Request, last: object) -> str:
    query = request.query_params.copy()
    query["cursor"] = _cursor(last)
    return f"{settings.PUBLIC_URL}{escape_uri_path(request.path)}?{query.urlencode()}"
