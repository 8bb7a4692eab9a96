"""Idempotency-Key on POST: the work and the kept answer are one transaction, so a repeat never works twice.

A repeat at the same time waits for the first on the unique constraint, then gets its answer.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, connection, transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase, JsonResponse
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from api.models import KeptAnswer
from api.problems import problem
from parties.vault import open_sealed, seal

HEADER = "Idempotency-Key"
LONGEST = 255
KEPT_FOR = timedelta(hours=24)

Work = Callable[[], HttpResponseBase]


def once(request: Request, asker: str, work: Work) -> HttpResponseBase:
    """Does the work, or gives the answer that an earlier request with the same key and asker got."""
    return once_of(request, asker, work, content=lambda: _content(request))


def once_of(
    request: HttpRequest | Request, asker: str, work: Work, *, content: Callable[[], object]
) -> HttpResponseBase:
    """The same for a view of Django's own, which says what the request's content is; its answer is JSON.

    Only successes are kept: after an error the same request may succeed later. What a refusing verb commits on
    purpose, such as a used-up try at a PIN, stays, as it does without a key.
    """
    key = request.headers.get(HEADER, "")
    if not key:
        return work()
    if len(key) > LONGEST or not key.isprintable():
        return _refused(f"An {HEADER} has at most {LONGEST} printable characters.")
    try:
        return work_and_keep(asker, key, _fingerprint(request, content()), work, sealed=_sealed)
    except AlreadyKeptError:
        return _again(request, asker, key, _fingerprint(request, content()))


class AlreadyKeptError(Exception):
    """The work was done before, and its answer is kept."""


def work_and_keep(
    asker: str, key: str, fingerprint: bytes, work: Work, *, sealed: Callable[[HttpResponseBase], str]
) -> HttpResponseBase:
    """Does the work in one transaction with keeping its answer, `sealed`, unless that is an error.

    Waits for the same work that is under way. Raises AlreadyKeptError when it was done.
    """
    with transaction.atomic():
        try:
            with transaction.atomic():
                kept = KeptAnswer.objects.create(asker=asker, key=key, fingerprint=fingerprint)
        except IntegrityError as error:
            raise AlreadyKeptError from error
        answer = work()
        keeping = KeptAnswer.objects.filter(pk=kept.pk)
        if answer.status_code >= 400:  # noqa: PLR2004
            keeping.delete()
        else:
            keeping.update(status=answer.status_code, body=sealed(answer))
        return answer


def kept_answer(asker: str, key: str) -> KeptAnswer | None:
    """What was kept; None when the first try has failed meanwhile."""
    return KeptAnswer.objects.filter(asker=asker, key=key).first()


def _again(request: HttpRequest | Request, asker: str, key: str, fingerprint: bytes) -> HttpResponseBase:
    kept = kept_answer(asker, key)
    if kept is None:
        return problem(409, "The first request with this key has just failed; send it again.")
    if bytes(kept.fingerprint) != fingerprint:
        return _refused(f"This {HEADER} was used for another request.")
    replayed = {"Idempotent-Replayed": "true"}
    body = json.loads(open_sealed(kept.body)) if kept.body else None
    # Written out by what wrote the first, byte for byte.
    if isinstance(request, Request):
        return Response(body, status=kept.status, headers=replayed)
    return JsonResponse(body, safe=False, status=kept.status, headers=replayed)


def _refused(why: str) -> HttpResponseBase:
    return problem(422, why, errors={HEADER: [why]})


def _sealed(answer: HttpResponseBase) -> str:
    """Answers may hold secrets that are shown only once."""
    body = answer.data if isinstance(answer, Response) else None
    if isinstance(answer, JsonResponse):
        body = json.loads(answer.content)
    return seal(json.dumps(body)) if body is not None else ""


def _content(request: Request) -> object:
    """Multipart bodies differ by their boundary from try to try; their fields and files do not."""
    return content_of(request) if request.FILES else request.data


def content_of(request: HttpRequest | Request) -> dict[str, object]:
    """The fields of a form, and the digests of its files."""
    digests = {name: [_digest(file) for file in request.FILES.getlist(name)] for name in request.FILES}
    return {"fields": {name: request.POST.getlist(name) for name in request.POST}, "files": digests}


def _fingerprint(request: HttpRequest | Request, content: object) -> bytes:
    text = json.dumps([request.method, request.get_full_path(), content], sort_keys=True, default=str)
    return hashlib.sha256(text.encode(errors="replace")).digest()


def _digest(file: "UploadedFile[Any]") -> str:
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


def forget_old() -> None:
    """Deletes what is too old to be repeated, and the windows that have ended."""
    KeptAnswer.objects.filter(at__lt=timezone.now() - KEPT_FOR).delete()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM api_tally WHERE ends_at < now()")
