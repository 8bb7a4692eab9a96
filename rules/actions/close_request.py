"""Close the request that the event is about, or else all open requests of the conversation."""

from conduits.models import Request
from conduits.requests import By, close_request, titles
from rules.actions.outcome import Outcome, refused
from rules.engine.moment import Moment
from rules.engine.reach import no_conversation
from rules.language.naming import Names
from rules.language.shapes import Strict

NAME = "close_request"
PARTIES = ("company", "person")
GATHERS = False
WAITS = False


class Settings(Strict):
    """Nothing more to say."""


def sentence(_: Settings, __: Names) -> str:
    """Completes "THEN …"."""
    return "close the request"


def perform(_: Settings, moment: Moment) -> Outcome:
    """Closes them."""
    requests = _open(moment)
    if isinstance(requests, Outcome):
        return requests
    by = By.rule(moment.rule.party, moment.rule.pk, moment.event)
    for request in requests:
        close_request(request, by=by)
    return Outcome("done", f"Closed: {titles(requests)}.", str(requests[0].pk))


def rehearse(_: Settings, moment: Moment) -> Outcome:
    """What it would close."""
    requests = _open(moment)
    return requests if isinstance(requests, Outcome) else Outcome("done", f"close {titles(requests)}")


def _open(moment: Moment) -> list[Request] | Outcome:
    """Those that are to be closed; the conduit is the moment's own row, so that all are of one state."""
    if why := no_conversation(moment):
        return refused(f"Nothing was closed: {why}.")
    assert moment.conduit is not None  # noqa: S101 (no_conversation)
    found = list(moment.conduit.requests.open().order_by("id"))
    about = {str(event.data.get("request")) for event in (moment.meant, moment.reply) if event}
    found = [request for request in found if str(request.pk) in about] or found
    for request in found:
        request.conduit = moment.conduit
    return found or refused("No request is open.")
