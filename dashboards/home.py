"""The front page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from parties.models import Person


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Where a person belongs: their things, their company's desk, or a field to type a code into."""
    person = request.user
    if not isinstance(person, Person):
        return render(request, "home.html")
    member = person.memberships.select_related("company").first()
    if member and not person.picos.exists():
        return redirect("inbox", member.company.slug)
    return redirect("things")
