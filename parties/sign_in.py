"""Signing in with a mailed code. A new address becomes a person at its first code: one way in for everybody."""

import time
from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.account.forms import ConfirmLoginCodeForm, RequestLoginCodeForm
from allauth.account.models import EmailAddress
from allauth.core import context
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from parties.models import Person

LONGEST_ADDRESS = 254


class EmailForm(RequestLoginCodeForm):  # type: ignore[misc]
    """Asks for an e-mail address. Known and new addresses get the same answer, so nobody can probe for either."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].error_messages |= {
            "required": "Write your e-mail address here.",
            "invalid": "This is no e-mail address.",
            "null_characters_not_allowed": "This is no e-mail address.",
        }

    def clean_email(self) -> str:
        """The address; a person is made for one that we did not know, once the rate limit let it through."""
        if len(self.cleaned_data["email"]) > LONGEST_ADDRESS:
            message = f"An address has at most {LONGEST_ADDRESS} letters."
            raise ValidationError(message)
        email = str(super().clean_email()).lower()
        # The person's own address decides, nothing else: allauth also finds people by addresses they merely claimed.
        self._user = _person_at(email)
        if self._user:
            # What the code proves to be theirs; without it, allauth would ask them to prove it by a second one.
            EmailAddress.objects.get_or_create(user=self._user, email=email, defaults={"primary": True})
        return email


class CodeForm(ConfirmLoginCodeForm):  # type: ignore[misc]
    """Asks for the mailed code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        wrong = AccountAdapter.error_messages["incorrect_code"]
        self.fields["code"].error_messages |= {
            "required": "Write the code that we mailed here.",
            "null_characters_not_allowed": wrong,
        }


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """allauth's adapter, with the form above as the only way to a new account, and each way in enough by itself."""

    error_messages: ClassVar = DefaultAccountAdapter.error_messages | {
        "incorrect_code": "This is not the code that we mailed; the newest mail has it.",
        "too_many_login_attempts": "Those were too many tries. Ask for a new code; if none comes, wait a few minutes.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Closed: the mailed code is the sign-up."""
        del request
        return False

    def get_login_stages(self) -> list[str]:
        """Without a second factor: a passkey is the faster way in, and who loses it still has the mailed code."""
        return [stage for stage in super().get_login_stages() if not stage.startswith("allauth.mfa.")]

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Not for a while after signing in, with whatever: so who lost a passkey removes it after a mailed code."""
        del app, kwargs
        records = get_authentication_records(context.request, context.request.user)
        signed_in_at = max((record["at"] for record in records), default=0)
        return time.time() - signed_in_at > settings.ACCOUNT_REAUTHENTICATION_TIMEOUT


def _person_at(email: str) -> Person | None:
    """The person with this address, made now if there is none; None for one who may not sign in any more."""
    person = Person.objects.with_address(email)
    return person if person.is_active else None
