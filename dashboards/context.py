"""What every page knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from dashboards.security import live_origin
from parties.models import Member


def site(request: HttpRequest) -> dict[str, Any]:
    """The live process's address, where mail goes, and the companies whose desk the person may open."""
    return {
        "live_url": f"{live_origin(request)}/live",
        "mail_in_folder": settings.MAIL_IN_FOLDER,
        "demo": settings.PICO_DEMO,
        "desks": lambda: list(_desks(request)),
    }


def _desks(request: HttpRequest) -> Any:
    if not request.user.is_authenticated:
        return []
    return Member.objects.filter(person=request.user).select_related("company").order_by("company__name")
