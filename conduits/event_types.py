"""The event types of the conduit floor."""

from picos.event_types import register

OPENED = register("conduit.opened", "a conduit to the owner of {thing} opens")
PAUSED = register("conduit.paused", "the owner of {thing} pauses the conduit")
RESUMED = register("conduit.resumed", "the owner of {thing} resumes the conduit")
CLOSED = register("conduit.closed", "the conduit to the owner of {thing} closes")
TERMS_AGREED = register("conduit.terms_agreed", "terms about {thing} are agreed")
NOTE = register("conduit.note", "a customer's rule sends a note about {thing}")
MESSAGE = register("conduit.message", "the company answers about {thing}")
ENDPOINT_DISABLED = register("endpoint.disabled", "an endpoint is disabled")
ADVISORY_PUBLISHED = register("advisory.published", "an advisory about {thing} is published")
ADVISORY_CORRECTED = register("advisory.corrected", "an advisory about {thing} is corrected")
ADVISORY_ENDED = register("advisory.ended", "an advisory about {thing} is over")
