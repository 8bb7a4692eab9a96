"""The forms of how a person is reached: when and of what they hear, and what they add."""

from typing import Any, Final

from django import forms

from conduits.models import Reach
from conduits.reaching.hours import zones
from conduits.reaching.messengers import LONGEST
from dashboards.forms import text
from dashboards.wording import Form
from picos.models import Notice

# Where people live; the rest of the list are older names of the same.
_PLACES: Final = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _clock(label: str) -> forms.TimeField:
    widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    return forms.TimeField(label=label, required=False, widget=widget)


class ReachForm(Form):
    """When and of what a person hears."""

    kinds = forms.MultipleChoiceField(
        label="Tell me about",
        choices=Notice.Kind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    digest = forms.ChoiceField(label="How often", choices=Reach.Digest.choices, widget=forms.RadioSelect)
    digest_weekday = forms.TypedChoiceField(label="Once a week on", choices=list(enumerate(_DAYS)), coerce=int)
    digest_hour = forms.TypedChoiceField(
        label="Once a day, or a week, at",
        choices=[(hour, f"{hour:02}:00") for hour in range(24)],
        coerce=int,
    )
    quiet_from = _clock("Quiet from")
    quiet_until = _clock("Quiet until")
    urgent_passes = forms.BooleanField(
        label="What is urgent may come then, too: a finder while a thing is lost, an important warning", required=False
    )
    zone = forms.ChoiceField(label="Your time zone")
    per_company = forms.IntegerField(
        label="From one company, at most so many a day",
        min_value=1,
        max_value=100,
        help_text="The rest comes in one message the next day. All of it stands under Things.",
    )

    def __init__(self, *args: Any, reach: Reach, **kwargs: Any) -> None:
        values = {name: getattr(reach, name) for name in self.base_fields if name != "kinds"}
        values["kinds"] = [kind for kind in Notice.Kind.values if kind not in reach.muted_kinds]
        super().__init__(*args, **kwargs | {"initial": values})
        known = {"UTC", reach.zone, *(name for name in zones() if name.startswith(_PLACES))}
        zone: Any = self.fields["zone"]
        zone.choices = [(name, name.replace("_", " ")) for name in sorted(known)]
        if reach._state.adding:  # noqa: SLF001 (Django's own way to ask whether it was ever saved)
            zone.widget.attrs["data-unsaid"] = ""

    def quiet_hours(self) -> list[forms.BoundField]:
        """Beginning and end, which stand side by side."""
        return [self["quiet_from"], self["quiet_until"]]

    def wishes(self) -> dict[str, Any]:
        """What to save, once it is valid."""
        values = {name: value for name, value in self.cleaned_data.items() if name != "kinds"}
        muted = [kind for kind in Notice.Kind.values if kind not in self.cleaned_data["kinds"]]
        return values | {"muted_kinds": muted}


class AppForm(Form):
    """A service to add."""

    url = text("Its address", LONGEST)
    name = text("What you call it", 100, required=False)
