"""Mailing a company's admins that an endpoint was disabled: the webhooks that tell of it may be what broke."""

import logging
from datetime import timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from conduits.models import Endpoint
from parties.models import Member

logger = logging.getLogger(__name__)

# Before another try at mails that the server would not take; after the last, about two days later, it is given up.
RETRY_AFTER = timedelta(minutes=5)
TRIES = 500
BATCH = 20


def mail_due() -> int:
    """Mails what is due and returns for how many endpoints. The next try is pushed ahead and committed before a mail is
    sent: a crash in between sends it again later, and no mail server is talked to inside a transaction.
    """
    with transaction.atomic():
        due = list(
            Endpoint.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(mail_at__lte=timezone.now())
            .select_related("company")[:BATCH]
        )
        Endpoint.objects.filter(pk__in=[endpoint.pk for endpoint in due]).update(
            mail_at=timezone.now() + RETRY_AFTER, mail_tries=F("mail_tries") + 1
        )
    for endpoint in due:
        try:
            _mail(endpoint)
        except Exception:
            logger.exception("the admins of %s could not be mailed about an endpoint", endpoint.company_id)
            if endpoint.mail_tries + 1 < TRIES:
                continue
        Endpoint.objects.filter(pk=endpoint.pk).update(mail_at=None)
    return len(due)


def _mail(endpoint: Endpoint) -> None:
    """One mail to each: their addresses are none of each other's matter."""
    admins = Member.objects.filter(company=endpoint.company, role=Member.Role.ADMIN).select_related("person")
    page = "connectors" if endpoint.kind else "endpoints"
    link = f"{settings.PUBLIC_URL}/desk/{endpoint.company.slug}/{page}"
    for admin in admins:
        send_mail(
            subject=f"{endpoint.company}: {'a connector is off' if endpoint.kind else 'webhooks are no longer sent'}"[
                :120
            ]
            .replace("\n", " ")
            .replace("\r", " "),
            message=(
                f"Nothing is sent to {endpoint.url} any more. {endpoint.disabled_reason}\n\n"
                "Nothing is lost: what was to go there waits. Once it works again, enable it at the desk:\n\n"
                f"{link}\n"
            ),
            from_email=None,
            recipient_list=[admin.person.email],
        )
