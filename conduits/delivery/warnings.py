"""Mailing a company's admins that an endpoint was disabled: the webhooks that tell of it may be what broke."""

from django.conf import settings
from django.core.mail import send_mail

from conduits.mail.due import mail_each
from conduits.models import Endpoint
from parties.models import Member


def mail_due() -> int:
    """Mails what is due and returns for how many endpoints, as `mail_each` does."""
    return mail_each(Endpoint.objects.select_related("company"), _mail)


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
