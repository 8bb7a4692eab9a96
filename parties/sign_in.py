"""Signing in with a mailed code. A new address becomes a person at its first code: one way in for everybody."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import RequestLoginCodeForm
from allauth.account.models import EmailAddress
from django.http import HttpRequest

from parties.models import Person


class EmailForm(RequestLoginCodeForm):  # type: ignore[misc]
    """Asks for an e-mail address. Known and new addresses get the same answer, so nobody can probe for either."""

    def clean_email(self) -> str:
        """The address; a person is made for one that we did not know, once the rate limit let it through."""
        email = str(super().clean_email()).lower()
        if not Person.objects.filter(email=email).exists():
            self._user = Person.objects.create_user(email)
        if self._user:
            # What the code proves to be theirs; without it, allauth would ask them to prove it by a second one.
            EmailAddress.objects.get_or_create(user=self._user, email=email, defaults={"primary": True})
        return email


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """allauth's adapter, with the form above as the only way to a new account."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Closed: the mailed code is the sign-up."""
        del request
        return False
