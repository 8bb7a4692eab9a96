"""What a rule's actions reach now: the thing of its event and its conversation, while they are still its party's."""

from conduits.gate import decide_read
from rules.engine.moment import Moment


def out_of_reach(moment: Moment) -> str:
    """Why the rule can do nothing to the thing of its event, to complete “Nothing was …: ”; empty if it can.

    A company's rule reaches an owned thing through an open conduit only, as its owner sees what is done.
    """
    event = moment.event
    if event.pico is None:
        return "it is about no thing"
    if event.pico.owner_id != event.owner_id:
        return "it has another owner now"
    if moment.rule.company_id and event.owner_id and not (decision := decide_read(moment.conduit)).passes:
        return decision.reason
    return ""


def no_conversation(moment: Moment) -> str:
    """Why there is no conversation in which both sides could do anything now; empty if there is one."""
    decision = decide_read(moment.conduit)
    return out_of_reach(moment) or ("" if decision.passes else decision.reason)
