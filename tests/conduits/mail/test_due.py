"""Mails that wait in a table: what becomes due while one is sent is not forgotten with it."""

import pytest
from django.core import mail

from conduits.delivery import warnings
from conduits.delivery.switching import disable, enable
from tests.factories import a_company, a_member, an_endpoint

pytestmark = pytest.mark.django_db


def test_a_warning_that_becomes_due_while_one_is_sent_is_sent_too(monkeypatch: pytest.MonkeyPatch) -> None:
    company = a_company()
    a_member(company, "admin")
    endpoint = an_endpoint(company)
    disable(endpoint, reason="It answered 410 Gone.")

    def send(**_: object) -> None:
        enable(endpoint)
        disable(endpoint, reason="Nothing has arrived there for 5 days.")

    with monkeypatch.context() as patch:
        patch.setattr(warnings, "send_mail", send)
        assert warnings.mail_due() == 1

    assert [warnings.mail_due(), warnings.mail_due()] == [1, 0]
    assert "Nothing has arrived there for 5 days." in mail.outbox[0].body
