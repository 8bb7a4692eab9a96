"""The event types of the conduit floor."""

from picos.event_types import register

OPENED = register(
    "conduit.opened",
    "a line from the owner of {thing} to its maker opens",
    mine="my line to the maker of {thing} opens",
)
PAUSED = register(
    "conduit.paused",
    "the owner of {thing} pauses the line to its maker",
    mine="I pause the line to the maker of {thing}",
)
RESUMED = register(
    "conduit.resumed",
    "the owner of {thing} resumes the line to its maker",
    mine="I resume the line to the maker of {thing}",
)
CLOSED = register(
    "conduit.closed",
    "the line from the owner of {thing} to its maker closes",
    mine="my line to the maker of {thing} closes",
)
TERMS_PROFFERED = register(
    "conduit.terms_proffered",
    "the owner of {thing} offers terms that wait for an answer",
    mine="I offer terms for {thing} that wait for an answer",
)
TERMS_AGREED = register("conduit.terms_agreed", "terms about {thing} are agreed")
TERMS_DECLINED = register("conduit.terms_declined", "the company declines the terms about {thing}")
TERMS_WITHDRAWN = register("conduit.terms_withdrawn", "one side withdraws from the terms about {thing}")
NOTE = register(
    "conduit.note",
    "a customer's rule sends a note about {thing}",
    mine="a rule of mine sends its maker a note about {thing}",
)
MESSAGE = register("conduit.message", "the company answers about {thing}")
PASS_MADE = register(
    "conduit.pass_made", "the owner of {thing} makes a code for a call", mine="I make a code for a call about {thing}"
)
PASS_USED = register("conduit.pass_used", "the company uses the code for a call about {thing}")
PASS_REVOKED = register(
    "conduit.pass_revoked",
    "the owner of {thing} takes back what they showed in a call",
    mine="I take back what I showed in a call about {thing}",
)
REQUEST_OPENED = register("request.opened", "a request about {thing} is opened")
REQUEST_CLOSED = register("request.closed", "a request about {thing} is closed")
ENDPOINT_DISABLED = register("endpoint.disabled", "an endpoint is disabled")
ADVISORY_PUBLISHED = register("advisory.published", "an advisory about {thing} is published")
ADVISORY_CORRECTED = register("advisory.corrected", "an advisory about {thing} is corrected")
ADVISORY_ENDED = register("advisory.ended", "an advisory about {thing} is over")
# Its owner's matter alone: the company learns how many, never who.
ADVISORY_ACKNOWLEDGED = register(
    "advisory.acknowledged",
    "the owner of {thing} has read an advisory about it",
    mine="I say that I have read an advisory about {thing}",
)
OWNERS_OWN = frozenset({ADVISORY_ACKNOWLEDGED})

# What rules lead to. Rules stand a floor higher, but the gate, which says whom these may reach, has to know them.
# Of the engine's clock, for the version that it is about; nothing else listens for it.
RULE_DUE = register("rule.due", "the time of a rule about {thing} has come")
# For the rule that was started; nothing else listens for it.
RULE_STARTED = register("rule.started", "another rule starts this one for {thing}")
RULE_RAISED = register("rule.raised", "a rule raises an event about {thing}")
RULE_ASKED = register("rule.asked", "a rule asks a question about {thing}")
RULE_ANSWERED = register("rule.answered", "a question about {thing} is answered")
