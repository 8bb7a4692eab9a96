"""What goes to an endpoint or a connector: the usual events to tick, and all the others folded beneath them."""

from operator import itemgetter
from typing import Any, Final

from django import forms

from rules.event_types import open_to_companies
from rules.subscriptions import USUAL

REST: Final = "More that can go there"


class EventsWidget(forms.CheckboxSelectMultiple):
    """Boxes; those of the others stay folded until one of them is ticked."""

    template_name = "desk/events.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """With `unfolded`: whether one of the others is ticked."""
        context = super().get_context(name, value, attrs)
        groups = context["widget"]["optgroups"]
        context["widget"]["unfolded"] = any(
            option["selected"] for group, options, _ in groups if group for option in options
        )
        return context


class EventsField(forms.MultipleChoiceField):
    """Event types by what they mean; the usual ones are ticked until somebody chooses."""

    def __init__(self) -> None:
        super().__init__(
            label="What goes there",
            choices=event_choices,
            initial=list(USUAL),
            widget=EventsWidget,
        )


def event_choices() -> list[tuple[str, Any]]:
    """The usual ones in their order, then the others by their words."""
    said = {known.name: known.sentence.format(thing="a product").capitalize() for known in open_to_companies()}
    rest = sorted(((name, words) for name, words in said.items() if name not in USUAL), key=itemgetter(1))
    return [*((name, said[name]) for name in USUAL), (REST, rest)]
