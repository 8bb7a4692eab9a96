"""The access log in the customer's words."""

import re
from collections.abc import Iterable
from typing import Final

from django import template

from conduits.connectors.kinds import kinds
from conduits.models import AccessLine, Terms
from conduits.passes.fields import label_of
from dashboards.templatetags.words import mid_sentence

register = template.Library()

WHAT: Final = {
    "pico.scanned": "that its code was scanned",
    "pico.claimed": "that it has an owner",
    "pico.lost": "that you reported it lost",
    "pico.found": "that a finder wrote to you",
    "pico.recovered": "that it is back",
    "pico.linked": "that it got its serial number",
    "pico.activated": "that it left its maker",
    "pico.transferred": "that it changed hands",
    "pico.released": "that you gave it up",
    "pico.retired": "that it was retired",
    "pico.merged": "that it has a second code",
    "pico.connected": "that it was asked in",
    "pico.suspected_copy": "that its code may be copied",
    "pico.state_changed": "that a value of it changed",
    "journal.entry_added": "an entry in the journal",
    "conduit.note": "a note that your rule sent",
    "conduit.message": "a copy of its own answer",
    "conduit.opened": "that you opened the line",
    "conduit.paused": "that you paused the line",
    "conduit.resumed": "that you resumed the line",
    "conduit.closed": "that you closed the line",
    "conduit.terms_proffered": "which terms you offer",
    "conduit.terms_agreed": "that terms were agreed",
    "advisory.published": "that it published an advisory",
    "advisory.corrected": "that it corrected an advisory",
    "advisory.ended": "that an advisory has ended",
    "advisory.acknowledged": "that you read an advisory",
    "request.opened": "that a request was opened",
    "request.closed": "that a request was closed",
    "rule.raised": "what a rule said of it",
    "rule.asked": "a question about it",
    "rule.answered": "the answer to a question",
    "rule.due": "that the time of its own rule had come",
    "rule.started": "that its own rule started another",
    "conduit.terms_declined": "that it declined your terms",
    "conduit.terms_withdrawn": "that an agreement has ended",
    "journal": "the journal",
    "events": "what happened to it",
    "pico": "whose it is and since when",
    "photo": "a photo",
    "state": "the values of it",
    "pass": "what you showed in a call",
    "conduit.pass_made": "that you made a code for a call",
    "conduit.pass_used": "that it used your code",
    "conduit.pass_revoked": "that you took back what you showed",
    "inbox": "the first line of what you wrote",
    "mail": "the beginning of what you wrote, by mail",
}
WITH: Final = {"owner": "your name and e-mail address", "photos": "its photos"}
FOR: Final = {
    "service": "to serve you with this product",
    "intent": "to answer with an offer when you ask for one",
    "common_good": "for research that everybody may read",
    "training": "to train software that makes it better",
}
VERBS: Final = {"read": "looked at", "sent": "was told", "refused": "was not told"}


@register.filter
def what_passed(line: AccessLine) -> str:
    """`looked at what you showed in a call: your name`; `was told that its code was scanned, with its photos`."""
    if line.what == "pass" and line.fields:
        return f"{VERBS[line.outcome]} {WHAT[line.what]}: {', '.join(map(label_of, line.fields))}"
    with_it = [words for field, words in WITH.items() if line.outcome == "sent" and field in line.fields]
    return ", with ".join([f"{VERBS[line.outcome]} {WHAT.get(line.what, line.what)}", *with_it])


register.filter("field_label", label_of)


@register.filter
def theirs(label: str) -> str:
    """What an owner lets a company see, said to the company: `the values that they set`."""
    return re.sub(r"\byou\b", "they", re.sub(r"\byour\b", "their", label))


@register.filter
def by_whom(who: str) -> str:
    """Who was given it, said to the owner: `Harbour Cable (its program)` for what an endpoint got."""
    company, _, means = who.removesuffix(")").rpartition(" (")
    if means == "webhook":
        return f"{company} (its program)"
    if means == "email":
        return f"{company} (by e-mail)"
    return f"{company} (its {kinds()[means].TITLE})" if means in kinds() else who


@register.filter
def to_the_owner(reason: str) -> str:
    """The gate's reason, said to the owner: `you let it see your scans`."""
    return (
        reason.replace("the owner lets it", "you let it")
        .replace("the owner showed it", "you showed it")
        .replace("the owner took it", "you took it")
        .replace("the owner does not let it", "you do not let it")
        .replace("about the conduit itself", "about the line itself")
        .replace("the conduit is", "the line is")
        .replace("there is no conduit", "there is no line")
        .replace("from before the conduit", "from before the line")
        .replace("the terms do not let it", "your terms do not let it")
    )


@register.filter
def for_what(purposes: Iterable[str]) -> str:
    """`to serve you with this product, and to answer with an offer when you ask for one`."""
    return ", and ".join(FOR[purpose] for purpose in purposes)


@register.filter
def agreed_in_words(terms: Terms, company: object) -> str:
    """One step of the story of two parties: `You and LAMO agreed: service only.`"""
    title = mid_sentence(terms.title)
    match terms.kind:
        case Terms.Kind.WITHDRAWAL:
            return f"{'You' if terms.record['by'] == 'person' else company} withdrew."
        case Terms.Kind.RENEWAL:
            return f"You and {company} agreed anew: {title}."
        case Terms.Kind.CHANGE:
            return f"You and {company} changed your terms: {title}."
    return f"You and {company} agreed: {title}."
