"""The links in letters that end such letters: they work without signing in."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from conduits.reaching.unsubscribing import read_token, unsubscribe
from dashboards.misses import counts_lost_links, vary


@csrf_exempt  # mailboxes send the POST themselves (RFC 8058); what we signed is the authority, no cookie is looked at
@require_http_methods(["GET", "HEAD", "POST"])
@counts_lost_links
def unsubscription(request: HttpRequest, token: str) -> HttpResponse:
    """A button, as mail scanners open links; and what a press of it, or a mailbox's own button, ends."""
    given = read_token(token)
    if request.method == "POST":
        unsubscribe(given)
    done = request.method == "POST"
    return vary(render(request, "unsubscribe.html", {"what": given.what, "done": done}))
