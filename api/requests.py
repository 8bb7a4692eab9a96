"""What doors read of a request, within bounds: its size, its JSON or form."""

import json
from collections.abc import Iterable
from typing import IO, Any, Final

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from rest_framework.exceptions import ParseError, UnsupportedMediaType
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from parties.errors import RefusedError

MEGABYTE: Final = 1024 * 1024
JSON: Final = "application/json"
FORM: Final = "multipart/form-data"


def check_size(request: Request, *, largest: int, largest_form: int) -> None:
    """Before a byte of the body is read; what is longer than Content-Length says is never read (PEP 3333).

    Raises UnsupportedMediaType for a form where `largest_form` is 0, RequestDataTooBig beyond the bounds (bytes).
    """
    if is_form(request) and not largest_form:
        raise UnsupportedMediaType(FORM)
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdecimal() and int(length) > (largest_form if is_form(request) else largest):
        raise RequestDataTooBig


def is_form(request: Request) -> bool:
    """Whether it says that it brings a form."""
    return bool(request.content_type.lower().startswith(FORM))


def data_of(request: Request) -> Any:
    """The JSON, or the fields of a form; a form's files are its handler's matter."""
    return request.POST.dict() if isinstance(request.data, QueryDict) else request.data


def file_of(request: Request) -> "UploadedFile[bytes]":
    """The file `file` of a form. Raises RefusedError where there is none."""
    file: UploadedFile[bytes] | None = request.FILES.get("file")
    if file is None:
        raise RefusedError("Send the file as `file` of a multipart form.", field="file")
    return file


class PlainJSON(BaseParser):
    """JSON without Django's one limit for all bodies, as each door has its own."""

    media_type = JSON

    def parse(self, stream: IO[bytes], *_: object) -> Any:
        """The value. It is UTF-8 whatever charset was named (RFC 8259 section 8.1), and without NaN and Infinity."""
        try:
            return json.loads(stream.read().decode(), parse_constant=_refuse)
        except ValueError as error:
            raise ParseError("The body is not JSON.") from error


class OneAnswer(DefaultContentNegotiation):
    """Each door gives one kind of answer, whatever Accept prefers (RFC 9110 section 12.5.1 allows it)."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """The first."""
        del request, format_suffix
        first = next(iter(renderers))
        return first, first.media_type


def _refuse(constant: str) -> None:
    raise ValueError(constant)
