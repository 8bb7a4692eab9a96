"""Forms that make something work once: who taps twice, or reloads, sees what came of the first time.

Each page has a token of its own, as Django masks the CSRF token anew for each; strangers' pages have none, so theirs
go by the visitor. The table of contents says which forms these are (dashboards/urls.py); what sets something that can
be set again, such as a pause, is done each time.
"""

import hashlib
import json
from collections.abc import Collection
from datetime import timedelta
from functools import wraps
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone

from api.idempotency import AlreadyKeptError, content_of, kept_answer, work_and_keep
from api.models import KeptAnswer
from dashboards.posting import View
from parties.vault import open_sealed, seal
from picos.visitors import visitor_of

# For a tap, a reload or a way back; later the same form is meant anew.
AGAIN: Final = timedelta(minutes=10)
_TOLD: Final = ("Location", "Content-Type", "Cache-Control", "Vary")


def once(view: View, *, verbs: Collection[str] = (), of_strangers: bool = False) -> View:
    """The view, which answers the same form of the same page and reader, within AGAIN, as it did the first time.

    `verbs`: of a path that ends with one, those that make something, or end what is then not there to be ended again;
    the others set what can be set again. Answers are kept sealed, as some show a secret; refusals are not, so a form
    can be mended and sent again.
    """

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **parts: Any) -> HttpResponseBase:
        sent = request.POST if request.method == "POST" else {}
        is_known = bool(sent) if of_strangers else "csrfmiddlewaretoken" in sent
        if not is_known or (verbs and parts["verb"] not in verbs):
            return view(request, *args, **parts)
        asker, digest = _asker(request), _digest(request)
        KeptAnswer.objects.filter(asker=asker, key=digest.hex(), at__lt=timezone.now() - AGAIN).delete()
        missed: list[Exception] = []

        def work() -> HttpResponseBase:
            try:
                return view(request, *args, **parts)
            except (Http404, PermissionDenied) as error:
                # That somebody tried stays counted.
                missed.append(error)
                return HttpResponse(status=404)

        try:
            answer = work_and_keep(asker, digest.hex(), digest, work, sealed=_sealed)
        except AlreadyKeptError:
            return _shown_again(kept_answer(asker, digest.hex())) or view(request, *args, **parts)
        if missed:
            raise missed[0]
        return answer

    return wrapped


def _asker(request: HttpRequest) -> str:
    return f"page of {request.user.pk or visitor_of(request.META).hex()}"


def _digest(request: HttpRequest) -> bytes:
    """Of the page's token, too, which is in the form."""
    return hashlib.sha256(json.dumps([request.path, content_of(request)], sort_keys=True).encode()).digest()


def _sealed(answer: HttpResponseBase) -> str:
    page = answer.content.decode() if isinstance(answer, HttpResponse) else ""
    return seal(json.dumps({"page": page, "headers": {name: answer[name] for name in _TOLD if name in answer}}))


def _shown_again(kept: KeptAnswer | None) -> HttpResponse | None:
    if kept is None or kept.body is None:
        return None
    shown = json.loads(open_sealed(kept.body))
    return HttpResponse(shown["page"], status=kept.status, headers=shown["headers"])
