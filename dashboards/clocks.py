"""Times in the desk's forms: entered by the clock of who enters them, whose zone the desk's script adds (desk.js)."""

from datetime import UTC

from django import forms

from conduits.reaching.hours import zone_named
from dashboards.wording import Form


def time_field(label: str, *, help_text: str) -> forms.DateTimeField:
    """A time that may be left out. The help begins with “In UTC.”; where the script runs it says “In your own time.”"""
    return forms.DateTimeField(
        label=label,
        required=False,
        help_text=help_text,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )


class ClockForm(Form):
    """A form with one time in it."""

    # Of no kind that refuses anything: a hidden field has no place where that could be said.
    zone = forms.Field(required=False, widget=forms.HiddenInput)

    def read_clock(self, name: str) -> None:
        """Leaves the time of this name in UTC; the zone has done its part by then."""
        zone, at = self.cleaned_data.pop("zone", ""), self.cleaned_data.get(name)
        if at is None:
            return
        try:
            self.cleaned_data[name] = (at.replace(tzinfo=zone_named(zone)) if zone else at).astimezone(UTC)
        except OverflowError:
            self.add_error(name, "This is no date and time.")
        except ValueError:
            self.add_error(name, "Your browser named a time zone that is not known here. Nothing was sent.")
