"""Pages that only take what a form sends: who merely opens one is led to where that form stands.

The table of contents says which these are (dashboards/urls.py); the views themselves need no check of their own.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from api.problems import problem
from dashboards.misses import vary, wants_json
from dashboards.scan_page import STAYED

View = Callable[..., HttpResponseBase]


def posts(view: View, stands_at: str, *named: str) -> View:
    """The view for POST alone. A browser comes here otherwise by a reload, a bookmark, or back from signing in.

    `stands_at` is the name of the page with the form, `named` which of this path's parts that page's path takes.
    """

    @wraps(view)
    def wrapped(request: HttpRequest, **parts: Any) -> HttpResponseBase:
        if request.method == "POST":
            return view(request, **parts)
        if wants_json(request):
            return vary(problem(405, "This takes a POST alone. Nothing was changed.", headers={"Allow": "POST"}))
        if request.method in {"GET", "HEAD"}:
            there = reverse(stands_at, kwargs={name: parts[name] for name in named})
            return vary(redirect(f"{there}?{STAYED}" if stands_at == "scan" else there))
        page = vary(render(request, "405.html", status=405))
        page["Allow"] = "POST"
        return page

    return wrapped
