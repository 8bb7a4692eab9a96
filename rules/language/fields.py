"""The fields that conditions and texts can name, and how each is read."""

import re
from collections.abc import Callable
from typing import Any, Final

from conduits.gate import grants, passing_data
from conduits.models.conduit import Grant
from picos.states import states_of
from rules.engine.moment import Moment
from rules.language.quoting import quoted


class Missing:
    """There is no such value now; a comparison with it is neither true nor false."""

    def __repr__(self) -> str:
        return "missing"


MISSING: Final = Missing()

_FIELDS: Final[dict[str, Callable[[Moment], Any]]] = {
    "event.type": lambda moment: moment.meant.type,
    "event.at": lambda moment: moment.meant.at,
    "reply.type": lambda moment: moment.reply.type if moment.reply else MISSING,
    "pico.code": lambda moment: moment.pico.code,
    "pico.serial": lambda moment: moment.pico.serial or MISSING,
    "pico.status": lambda moment: _pico_status(moment),  # noqa: PLW0108 (defined below)
    # A thing whose maker is not here has only its owner's name for it; a company never sees an owner's.
    "pico.product.name": lambda moment: moment.pico.product.name if moment.pico.product else moment.pico.name,
    "pico.product.sku": lambda moment: moment.pico.product.sku if moment.pico.product else MISSING,
    "pico.product.gtin": lambda moment: (moment.pico.product.gtin if moment.pico.product else "") or MISSING,
    "conduit.status": lambda moment: moment.conduit.status if moment.conduit else MISSING,
    "journal.unread": lambda moment: moment.unread(),
    "journal.waiting": lambda moment: _waiting(moment),  # noqa: PLW0108 (defined below)
    "owner.name": lambda moment: _owner_name(moment),  # noqa: PLW0108 (defined below)
}
# Fields that end in any path, such as event.data.region.
_OPEN: Final = ("event.data.", "reply.data.", "pico.state.")
LONGEST: Final = 100
_PLAIN: Final = re.compile(r"[A-Za-z0-9_.-]+")

_WORDS: Final = {
    "event.type": "what happens",
    "event.at": "the time",
    "reply.type": "what came",
    "event.data.author": "the writer",
    "event.data.visibility": "the entry",
    "pico.code": "its code",
    "pico.serial": "its serial number",
    "pico.status": "its status",
    "pico.product.name": "the product",
    "pico.product.sku": "the SKU",
    "pico.product.gtin": "the GTIN",
    "conduit.status": "the line to its maker",
    "journal.unread": "the number of unread entries",
    "journal.waiting": "that somebody waits for an answer",
    "owner.name": "the owner’s name",
}


def in_words(name: str) -> str:
    """What a field is called in a sentence; one of a party's own making keeps its name."""
    return _WORDS.get(name) or (name if _PLAIN.fullmatch(name) else quoted(name))


def field_schema() -> dict[str, Any]:
    """`is_field` as JSON Schema."""
    path = {"type": "string", "pattern": f"^(?:{'|'.join(map(re.escape, _OPEN))})[\\s\\S]", "maxLength": LONGEST}
    return {"anyOf": [{"type": "string", "enum": list(_FIELDS)}, path]}


def is_field(name: str) -> bool:
    """Whether a rule may name it."""
    is_open = any(name.startswith(prefix) and len(name) > len(prefix) for prefix in _OPEN)
    return name in _FIELDS or (is_open and len(name) <= LONGEST)


def read_field(name: str, moment: Moment) -> Any:
    """The field's value at this moment, or MISSING."""
    if read := _FIELDS.get(name):
        needs_pico = name.startswith("pico.") and moment.event.pico_id is None
        return MISSING if needs_pico else read(moment)
    if name.startswith("event.data."):
        return _at_path(_data(moment), name.removeprefix("event.data.").split("."))
    if name.startswith("reply.data."):
        return _at_path(_reply(moment), name.removeprefix("reply.data.").split("."))
    if name.startswith("pico.state."):
        return _state(moment, name.removeprefix("pico.state."))
    return MISSING


def _data(moment: Moment) -> dict[str, Any]:
    """What the event says; where it was, a company is told only as granted."""
    own = moment.rule.person_id is not None
    return moment.meant.data if own else passing_data(moment.meant, moment.conduit)


def _reply(moment: Moment) -> dict[str, Any]:
    """The same of the event that the rule waited for; nothing as long as there is none."""
    if moment.reply is None:
        return {}
    return moment.reply.data if moment.rule.person_id else passing_data(moment.reply, moment.conduit)


def _at_path(data: Any, path: list[str]) -> Any:
    for step in path:
        if not isinstance(data, dict) or step not in data:
            return MISSING
        data = data[step]
    return MISSING if data is None else data


def _state(moment: Moment, key: str) -> Any:
    """The value of the rule's own party under this key; else the other side's, as far as that may be seen."""
    pico, owner_id = moment.event.pico, moment.event.owner_id
    if pico is None:
        return MISSING
    owners = moment.rule.person_id is not None
    # Who owns it no more reads nothing of what is set now.
    mine = pico.owner_id == owner_id
    granted = moment.conduit is not None and grants(moment.conduit, Grant.STATE)
    found = states_of(pico, owner=mine and (owners or granted), company=mine or not owners).filter(key=key)
    values = dict(found.values_list("namespace", "value"))
    first, second = ("owner", "company") if owners else ("company", "owner")
    return values.get(first, values.get(second, MISSING))


def _pico_status(moment: Moment) -> Any:
    """Whether a thing is lost is its owner's to say; a company knows how an owned one is only as granted."""
    own = moment.rule.person_id is not None
    granted = moment.conduit is not None and grants(moment.conduit, Grant.SCANS)
    return moment.pico.status if own or granted or not moment.pico.claimed else MISSING


def _waiting(moment: Moment) -> Any:
    """Whether the owner's shared words wait for an answer; a company knows of them only as granted."""
    moment.effects.write()
    own = moment.rule.person_id is not None
    granted = moment.conduit is not None and grants(moment.conduit, Grant.ENTRIES)
    return moment.journal.waiting_since is not None if moment.journal and (own or granted) else MISSING


def _owner_name(moment: Moment) -> Any:
    """The owner's own rules know it; a company's only as granted."""
    owner = moment.event.owner
    if owner is None:
        return MISSING
    own = moment.rule.person_id == owner.pk
    granted = moment.conduit is not None and grants(moment.conduit, Grant.CONTACT)
    return (owner.name or MISSING) if own or granted else MISSING
