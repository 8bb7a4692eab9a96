"""Forms that make something work once: who taps twice, or reloads, sees what came of the first time.

Each page has a token of its own, as Django masks the CSRF token anew for each. The table of contents says which forms
these are (dashboards/urls.py); what sets something that can be set again, such as a pause, is done each time.
"""

import hashlib
import json
from collections.abc import Collection
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from api.idempotency import AlreadyKeptError, content_of, kept_answer, work_and_keep
from api.models import KeptAnswer
from dashboards.posting import View
from parties.vault import open_sealed, seal

_TOLD = ("Location", "Content-Type", "Cache-Control", "Vary")


def once(view: View, *, verbs: Collection[str] = ()) -> View:
    """The view, which answers the same form of the same page and reader as it did the first time.

    `verbs`: of a path that ends with one, those that make something, or end what is then not there to be ended again;
    the others set what can be set again. Answers are kept sealed for a day, as some show a secret; refusals are not, so
    a form can be mended and sent again.
    """

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **parts: Any) -> HttpResponseBase:
        token = request.POST.get("csrfmiddlewaretoken", "") if request.method == "POST" else ""
        if not token or (verbs and parts["verb"] not in verbs):
            return view(request, *args, **parts)
        asker, digest = f"page of {request.user.pk or 'a stranger'}", _digest(request)
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
