"""Doors: from a request to a verb and back. One URL, a handler per method.

A handler is `def handler(request, body, **path) -> Response`, declared with `handles`, which says who may call it,
with which scope, what it accepts and what it gives. `door` joins handlers to a view, and does for each the same
things in the same order: key, party, scope, throttle, body, idempotency.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal, TypeVar

from django.http import HttpRequest
from django.http.response import HttpResponse, HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from pydantic import BaseModel, create_model
from rest_framework.exceptions import NotAuthenticated, PermissionDenied, Throttled
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.views import APIView

from api.idempotency import once
from api.problems import CONTENT_TYPE, Problem, problem_response
from api.requests import FORM, JSON, MEGABYTE, OneAnswer, PlainJSON, check_size, data_of, is_form
from api.throttling import seconds_to_wait
from parties.keys import allows
from parties.models import Company, Key

# Per key, over all of the API.
MOST_PER_MINUTE = 6000
MINUTE = timedelta(minutes=1)
# What is given where no model says it, by media type.
ANYTHING = {
    "text/csv": OpenApiTypes.STR,
    "application/zpl": OpenApiTypes.STR,
    "image/jpeg": OpenApiTypes.BINARY,
    "image/png": OpenApiTypes.BINARY,
    "application/pdf": OpenApiTypes.BINARY,
    "application/zip": OpenApiTypes.BINARY,
}

Party = Literal["company", "person"]
Handler = Callable[..., HttpResponseBase]
AnyHandler = TypeVar("AnyHandler", bound=Handler)


@dataclass(frozen=True, slots=True)
class Declared:
    """What `handles` said of a handler."""

    area: str
    parties: tuple[Party, ...]
    body: type[BaseModel] | None
    asks: type[BaseModel] | None
    # The largest body in bytes, as JSON and as a form with files; 0 where no form is taken.
    largest: int
    largest_form: int


def handles(
    area: str,
    *parties: Party,
    gives: type[BaseModel] | None = None,
    status: int = 200,
    body: type[BaseModel] | None = None,
    lists: bool = False,
    query: tuple[str, ...] = (),
    asks: type[BaseModel] | None = None,
    largest: int = MEGABYTE,
    largest_form: int = 0,
    media: str = JSON,
) -> Callable[[AnyHandler], AnyHandler]:
    """Declares a handler: the key's area, who may call it, what it accepts (`body`, in bytes at most) and gives.

    `query` names parameters that the handler reads itself; with `asks` it gets all of them, checked, as that model.
    """

    def declare(handler: AnyHandler) -> AnyHandler:
        handler.declared = Declared(area, parties, body, asks, largest, largest_form)  # type: ignore[attr-defined]
        handler.schema = extend_schema(  # type: ignore[attr-defined]
            description=handler.__doc__,
            operation_id=f"{area}_{handler.__name__}",
            request=dict.fromkeys((JSON, FORM) if largest_form else (JSON,), body) if body else None,
            responses={
                (status, media): _page_of(gives) if lists and gives else gives or ANYTHING.get(media),
                ("4XX", CONTENT_TYPE): Problem,
            },
            parameters=[
                *(OpenApiParameter(name, str) for name in query),
                *(_parameters_of(asks) if asks else []),
                *([OpenApiParameter("limit", int), OpenApiParameter("cursor", str)] if lists else []),
            ],
            tags=[area],
        )
        return handler

    return declare


def door(**handlers: Handler) -> Callable[..., HttpResponse]:
    """A view of one URL from its handlers by method: `door(get=…, post=…)`."""

    class Door(APIView):
        parser_classes = (PlainJSON, MultiPartParser)
        content_negotiation_class = OneAnswer

        def initialize_request(self, request: HttpRequest, *arguments: Any, **path: Any) -> Request:
            # A charset that a client names is no codec for us to load.
            request.encoding = "utf-8"
            return super().initialize_request(request, *arguments, **path)

    for method, handler in handlers.items():
        setattr(Door, method, _method(handler))
    view: Callable[..., HttpResponse] = Door.as_view()
    return view


def _method(handler: Handler) -> Callable[..., HttpResponseBase]:
    declared: Declared = handler.declared  # type: ignore[attr-defined]

    def method(_: APIView, request: Request, **path: Any) -> HttpResponseBase:
        key = _admitted(request, declared)
        check_size(request, largest=declared.largest, largest_form=declared.largest_form)

        def work() -> HttpResponseBase:
            try:
                arguments = [_body(request, declared.body)] if declared.body else []
                arguments += [_asked(request, declared.asks)] if declared.asks else []
                return handler(request, *arguments, **path)
            except Exception as error:
                if answer := problem_response(error, {}):
                    return answer
                raise

        if request.method == "POST":
            return once(request, str(key.company_id or key.person_id), work)
        return work()

    method.__doc__ = handler.__doc__
    decorated: Callable[..., HttpResponseBase] = handler.schema(method)  # type: ignore[attr-defined]
    return decorated


def _admitted(request: Request, declared: Declared) -> Key:
    key = request.auth
    if not isinstance(key, Key):
        raise NotAuthenticated("Send a key: Authorization: Bearer …")
    if wait := seconds_to_wait(f"party:{key.company_id or key.person_id}", most=MOST_PER_MINUTE, window=MINUTE):
        raise Throttled(wait)
    kind: Party = "company" if isinstance(key.party, Company) else "person"
    if kind not in declared.parties:
        raise PermissionDenied(f"This is for a {' or a '.join(declared.parties)}.")
    if not allows(key.scopes, declared.area, write=request.method not in {"GET", "HEAD"}):
        raise PermissionDenied(f"This key has no scope for {declared.area}.")
    return key


def _body(request: Request, model: type[BaseModel]) -> BaseModel:
    return model.model_validate(data_of(request), context={"form": is_form(request)})


def _asked(request: Request, model: type[BaseModel]) -> BaseModel:
    """A parameter that is there several times is a list with commas."""
    return model.model_validate({name: ",".join(values) for name, values in request.query_params.lists()})


def _parameters_of(model: type[BaseModel]) -> list[OpenApiParameter]:
    described = model.model_json_schema()["properties"]
    # A list is written with commas.
    return [
        OpenApiParameter(name, schema, description=schema.pop("description", ""), style="form", explode=False)
        if schema.get("type") == "array"
        else OpenApiParameter(name, schema, description=schema.pop("description", ""))
        for name, schema in described.items()
    ]


def _page_of(shown: type[BaseModel]) -> type[BaseModel]:
    return create_model(f"{shown.__name__}Page", results=(list[shown], ...), next=(str | None, ...))  # type: ignore[valid-type]
