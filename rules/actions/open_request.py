"""Open a request, which both sides see until one of them closes it."""

from typing import Annotated

from pydantic import AfterValidator, Field

from conduits.requests import LONGEST_TITLE, By, open_request
from parties.errors import RefusedError, StateForbidsError
from rules.actions.outcome import Outcome, refused
from rules.engine.moment import Moment
from rules.engine.reach import no_conversation
from rules.language.naming import Names
from rules.language.quoting import quoted
from rules.language.shapes import Strict
from rules.language.texts import check_text, fill, read_aloud

NAME = "open_request"
PARTIES = ("company", "person")
GATHERS = False
WAITS = False


class Settings(Strict):
    """`title`: what is to be settled, with fields."""

    title: Annotated[str, Field(min_length=1, max_length=LONGEST_TITLE), AfterValidator(check_text)]


def sentence(settings: Settings, _: Names) -> str:
    """Completes "THEN …"."""
    return f"open the request {read_aloud(settings.title)}"


def perform(settings: Settings, moment: Moment) -> Outcome:
    """Opens it, unless one of the same title is open already."""
    title = _title(settings, moment)
    if isinstance(title, Outcome):
        return title
    assert moment.conduit is not None  # noqa: S101 (_title)
    by = By.rule(moment.rule.party, moment.rule.pk, moment.event)
    try:
        request = open_request(conduit=moment.conduit, title=title, by=by)
    except (RefusedError, StateForbidsError) as error:
        return refused(str(error))
    return Outcome("done", f"The request {quoted(title)} is open.", str(request.pk))


def rehearse(settings: Settings, moment: Moment) -> Outcome:
    """What it would open."""
    title = _title(settings, moment)
    return title if isinstance(title, Outcome) else Outcome("done", f"open the request {quoted(title)}")


def _title(settings: Settings, moment: Moment) -> str | Outcome:
    if why := no_conversation(moment):
        return refused(f"Nothing was opened: {why}.")
    assert moment.conduit is not None  # noqa: S101 (no_conversation)
    title = " ".join(fill(settings.title, moment).split())[:LONGEST_TITLE]
    if not title:
        return refused("There was nothing to call it.")
    if moment.conduit.requests.open().filter(title=title).exists():
        return refused(f"The request {quoted(title)} is open already.")
    return title
