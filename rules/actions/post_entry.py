"""Write an entry in the journal, in the name of the rule's owner."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from conduits.gate import decide_read
from journals.appending import EntryDraft
from rules.actions.outcome import Outcome, refused
from rules.engine.moment import Moment
from rules.language.naming import Names
from rules.language.shapes import Strict
from rules.language.texts import LONGEST, check_text, fill, read_aloud

NAME = "post_entry"
PARTIES = ("company", "person")
GATHERS = True
WAITS = False


class Settings(Strict):
    """`body`: what to write, with fields; `visibility`: private to the rule's side, or shared."""

    body: Annotated[str, Field(min_length=1, max_length=LONGEST), AfterValidator(check_text)]
    visibility: Literal["private", "shared"] = "shared"


def sentence(settings: Settings, _: Names) -> str:
    """Completes "THEN …"."""
    where = "my own notes" if settings.visibility == "private" else "our journal"
    return f"write {read_aloud(settings.body)} in {where}"


def perform(settings: Settings, moment: Moment) -> Outcome:
    """Writes the entry; a company's rule needs an open conduit."""
    draft = _draft(settings, moment)
    if isinstance(draft, Outcome):
        return draft
    moment.effects.add(draft)
    return Outcome("done", "An entry was written.", str(draft.id))


def rehearse(settings: Settings, moment: Moment) -> Outcome:
    """What it would write."""
    draft = _draft(settings, moment)
    if isinstance(draft, Outcome):
        return draft
    return Outcome("done", f"write in the journal ({settings.visibility}): “{draft.body}”")


def _draft(settings: Settings, moment: Moment) -> EntryDraft | Outcome:
    if moment.rule.company_id and not (decision := decide_read(moment.conduit)).passes:
        return refused(f"Nothing was written: {decision.reason}.")
    journal = moment.journal
    body = fill(settings.body, moment).strip()
    if journal is None or journal.closed_at or not body:
        return refused("There is no journal to write in." if body else "There was nothing to write.")
    return EntryDraft(
        journal=journal,
        author=moment.rule.party,
        body=body,
        visibility=settings.visibility,
        rule_id=moment.rule.pk,
        cause=moment.event,
    )
