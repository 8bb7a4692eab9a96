"""The desk’s forms."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from conduits.terms.rosters import agreements
from dashboards.clocks import ClockForm, time_field
from dashboards.forms import keepable, prose, text
from dashboards.wording import Form
from parties.errors import RefusedError
from picos import retention
from picos.gs1.link_types import LINK_TYPES
from picos.minting import MOST
from picos.models import Batch
from picos.serial_files import read_serials
from picos.serials import LONGEST as LONGEST_SERIAL
from picos.serials import numbered_serials


class AnswerForm(ClockForm):
    """What a company answers, and by when it is back; or, with `is_change`, what it says of that now."""

    body = prose("Your answer", 10_000)
    visibility = forms.ChoiceField(
        label="It goes to",
        choices=[("shared", "the customer"), ("private", "only your colleagues")],
        initial="shared",
        required=False,
    )
    eta = time_field("Back by", help_text="In UTC. The customer sees how long it is until then.")
    is_unknown = forms.BooleanField(label="When it is back is not known any more", required=False)

    def __init__(self, *args: Any, is_change: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_change = is_change
        if not is_change:
            del self.fields["is_unknown"]

    def clean(self) -> dict[str, Any]:
        """One time at most, which the customer is told."""
        self.read_clock("eta")
        eta, is_unknown = self.cleaned_data.get("eta"), self.cleaned_data.get("is_unknown")
        if self.errors.get("eta"):
            return self.cleaned_data
        if (eta or is_unknown) and self.cleaned_data.get("visibility") == "private":
            self.add_error(
                "eta", "Your colleagues alone would read this time. Send it to the customer, or leave it out."
            )
        elif eta and is_unknown:
            self.add_error("eta", "Give a time, or say that it is not known any more: not both.")
        elif self.is_change and not eta and not is_unknown:
            self.add_error("eta", "Give the new time, or say that it is not known any more.")
        return self.cleaned_data

    def facts(self) -> dict[str, Any]:
        """What the answer says beside its words."""
        if eta := self.cleaned_data["eta"]:
            return {"eta": f"{eta:%Y-%m-%dT%H:%M:%SZ}"}
        return {"eta": None} if self.cleaned_data.get("is_unknown") else {}


class AcceptedForm(Form):
    """The terms that a company accepts without a look."""

    accepts = forms.MultipleChoiceField(
        label="Signed for you the moment a customer offers them",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(one.id, f"{one.title} ({one.id})") for one in agreements()]
        self.fields["accepts"].choices = choices  # type: ignore[attr-defined]


class IntoForm(Form):
    """The code that stays."""

    into = text("The code on its new label", 100)


class ProductForm(Form):
    """A product to add."""

    name = text("Name", 100)
    sku = text("SKU", 50, help_text="Your own number for it.")
    gtin = text("GTIN", 20, required=False, help_text="The number under its bar code: 8, 12, 13 or 14 digits.")
    description = prose("Description", 2000, required=False)
    claim_policy = forms.ChoiceField(
        label="To claim one takes",
        choices=[("open", "the code alone"), ("pin", "the code and a PIN that you put in the box")],
    )


class BatchForm(Form):
    """A minting to order."""

    count = forms.IntegerField(
        label="How many",
        min_value=1,
        max_value=MOST,
        required=False,
        help_text="Up to 5,000,000. Serial numbers that you give below are counted for you.",
    )
    pattern = text(
        "Serial numbers by a pattern",
        LONGEST_SERIAL,
        required=False,
        help_text="LM-{year}-{n:06} gives LM-2026-000001 and so on, from where the last batch ended.",
    )
    serials = prose("Or one a line", 500_000, required=False)
    file = forms.FileField(
        label="Or from a file", required=False, help_text="CSV with a column “serial”, as a spreadsheet saves it."
    )

    lot = text("Lot", 20, required=False, help_text="Your own number for it, as GS1 codes name it.")

    def clean_serials(self) -> list[str]:
        """The lines that say something."""
        serials = [line.strip() for line in self.cleaned_data["serials"].splitlines() if line.strip()]
        if too_long := next((serial for serial in serials if len(serial) > LONGEST_SERIAL), ""):
            message = f"A serial number has at most {LONGEST_SERIAL} letters and figures; “{too_long[:60]}…” has more."
            raise ValidationError(message)
        return serials

    def clean(self) -> dict[str, Any]:
        """With `count` as many as there are serials, if it was left out, and the file's serials among them."""
        cleaned = self.cleaned_data
        if file := cleaned.pop("file", None):
            try:
                cleaned |= read_serials(file, most=MOST)._asdict()
            except RefusedError as error:
                self.add_error("file", str(error))
        cleaned["count"] = cleaned.get("count") or len(cleaned.get("serials", []))
        if not cleaned["count"] and not self.errors:
            self.add_error("count", "Say how many to mint, or give serial numbers below.")
        return cleaned


class PrintedForm(Form):
    """Codes that were printed earlier, and the serials of what they are on now."""

    printed = forms.FileField(
        label="A file of codes and serials",
        help_text="CSV with the columns “code” and “serial”, at most 5,000 lines.",
    )


class RetentionForm(Form):
    """For how long a company keeps what is nobody else's."""

    keep_months = forms.IntegerField(
        label="Months to keep scans that nobody owned",
        min_value=retention.SHORTEST,
        max_value=retention.LONGEST,
        required=False,
        help_text="Older ones are deleted for good. Empty: they are kept. What customers own is theirs and stays.",
    )


class LogoForm(Form):
    """A company's own logo."""

    file = forms.FileField(
        label="A picture",
        help_text="PNG, JPEG, WebP or GIF, at most 10 MB. Best is a PNG with a transparent ground, without a margin.",
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp,image/gif"}),
    )


class LinkForm(Form):
    """A link to add to a product."""

    type = forms.ChoiceField(label="What it is", choices=list(LINK_TYPES.items()))
    href = text("Address", 2000, help_text="Begins with https:// or http://")
    title = text("What to call it", 100, required=False, help_text="In the language of the page behind it.")
    language = text("Language", 5, required=False, help_text="Two letters such as en, or with a country: en-GB.")
    batch: Any = forms.ModelChoiceField(None, label="For", required=False, empty_label="every copy")
    is_default = forms.BooleanField(
        label="A GS1 code without a known serial number leads here, rather than to our page of the product",
        required=False,
    )

    def __init__(self, *args: Any, batches: QuerySet[Batch], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["batch"]
        field.queryset = batches
        field.label_from_instance = batch_named


def batch_named(batch: Batch) -> str:
    """What to call it where its product is known."""
    name = f"lot {batch.lot}" if batch.lot else f"those ordered on {batch.created_at:%d %B %Y, %H:%M}"
    serials = numbered_serials(batch)
    return f"{name} ({batch.count:,}{', {} to {}'.format(*serials) if serials else ''})"


class MemberForm(Form):
    """Who is let in at the desk."""

    email = forms.EmailField(
        label="Their e-mail address",
        max_length=254,
        help_text="They sign in with it. For somebody who is in already, this changes what they may do.",
        validators=[keepable],
    )
    role = forms.ChoiceField(
        label="They may",
        choices=[
            ("agent", "answer customers"),
            ("viewer", "only read"),
            ("admin", "set up everything: products, endpoints, keys, members"),
        ],
    )
