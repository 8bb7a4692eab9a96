"""Write an entry in the journal, in the name of the rule's owner."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from conduits.gate import decide_read
from journals.keeping import append_entry
from rules.actions.outcome import Outcome, refused
from rules.language import Strict
from rules.moment import Moment
from rules.naming import Names
from rules.texts import LONGEST, check_text, fill, read_aloud

NAME = "post_entry"
PARTIES = ("company", "person")


class Settings(Strict):
    """`body`: what to write, with fields; `visibility`: private to the rule's side, or shared."""

    body: Annotated[str, Field(min_length=1, max_length=LONGEST), AfterValidator(check_text)]
    visibility: Literal["private", "shared"] = "shared"


def sentence(settings: Settings, _: Names) -> str:
    """Completes "THEN …"."""
    where = "my own notes" if settings.visibility == "private" else "our journal"
    return f"write “{read_aloud(settings.body)}” in {where}"


def perform(settings: Settings, moment: Moment) -> Outcome:
    """Writes the entry; a company's rule needs an open conduit."""
    if moment.rule.company and not (decision := decide_read(moment.conduit)).passes:
        return refused(f"Nothing was written: {decision.reason}.")
    journal = moment.journal
    body = fill(settings.body, moment).strip()
    if journal is None or journal.closed_at or not body:
        return refused("There is no journal to write in." if body else "There was nothing to write.")
    entry = append_entry(
        journal=journal,
        author=moment.rule.party,
        body=body,
        visibility=settings.visibility,
        rule_id=moment.rule.pk,
        cause=moment.event,
    )
    return Outcome("done", "An entry was written.", str(entry.pk))
