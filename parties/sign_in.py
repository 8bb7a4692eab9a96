"""Signing in with a mailed code. A new address becomes a person at its first code: one way in for everybody."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import RequestLoginCodeForm
from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest

from parties.models import Person

LONGEST_ADDRESS = 254


class EmailForm(RequestLoginCodeForm):  # type: ignore[misc]
    """Asks for an e-mail address. Known and new addresses get the same answer, so nobody can probe for either."""

    def clean_email(self) -> str:
        """The address; a person is made for one that we did not know, once the rate limit let it through."""
        if len(self.cleaned_data["email"]) > LONGEST_ADDRESS:
            message = f"An address has at most {LONGEST_ADDRESS} letters."
            raise ValidationError(message)
        email = str(super().clean_email()).lower()
        self._user = self._user or _newcomer(email)
        if self._user:
            # What the code proves to be theirs; without it, allauth would ask them to prove it by a second one.
            EmailAddress.objects.get_or_create(user=self._user, email=email, defaults={"primary": True})
        return email


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """allauth's adapter, with the form above as the only way to a new account, and each way in enough by itself."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Closed: the mailed code is the sign-up."""
        del request
        return False

    def get_login_stages(self) -> list[str]:
        """Without a second factor: a passkey is the faster way in, and who loses it still has the mailed code."""
        return [stage for stage in super().get_login_stages() if not stage.startswith("allauth.mfa.")]


def _newcomer(email: str) -> Person | None:
    """A new person; None when the address has one, who may not sign in any more."""
    try:
        with transaction.atomic():
            return Person.objects.create_user(email)
    except IntegrityError:
        # Or their other tab made them a moment ago.
        return Person.objects.filter(email=email, is_active=True).first()
