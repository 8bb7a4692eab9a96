"""The event types of the conduit floor."""

from picos.event_types import register

OPENED = register("conduit.opened", "a conduit to the owner of {thing} opens")
PAUSED = register("conduit.paused", "the owner of {thing} pauses the conduit")
RESUMED = register("conduit.resumed", "the owner of {thing} resumes the conduit")
CLOSED = register("conduit.closed", "the conduit to the owner of {thing} closes")
TERMS_PROFFERED = register("conduit.terms_proffered", "the owner of {thing} offers terms that wait for an answer")
TERMS_AGREED = register("conduit.terms_agreed", "terms about {thing} are agreed")
TERMS_DECLINED = register("conduit.terms_declined", "the company declines the terms about {thing}")
TERMS_WITHDRAWN = register("conduit.terms_withdrawn", "one side withdraws from the terms about {thing}")
NOTE = register("conduit.note", "a customer's rule sends a note about {thing}")
MESSAGE = register("conduit.message", "the company answers about {thing}")
ENDPOINT_DISABLED = register("endpoint.disabled", "an endpoint is disabled")
