"""The desk's page of the company's members."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from dashboards.desk.forms import MemberForm
from dashboards.desk.members import at_desk, desk_context
from dashboards.forms import posted
from parties.access import Role
from parties.errors import RefusedError, StateForbidsError
from parties.members import let_go, let_in
from parties.models import Member, Person

SHOWN = 500


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk(Role.ADMIN)
def members(request: HttpRequest, member: Member) -> HttpResponse:
    """Who works here, a form to let somebody in or change their role, and a button to end it."""
    if "remove" in request.POST:
        _let_go(request, member)
        return _after(member)
    form = MemberForm(posted(request))
    if form.is_valid():
        try:
            person = Person.objects.with_address(form.cleaned_data["email"])
            let_in(company=member.company, person=person, role=form.cleaned_data["role"])
        except RefusedError as error:
            form.add_error(error.field, str(error))
        except StateForbidsError as error:
            form.add_error("role", str(error))
        else:
            messages.success(request, f"{person.email} is in. They sign in with this address, and find the desk there.")
            return _after(member)
    staff = member.company.members.select_related("person").order_by("person__email")[:SHOWN]
    context = desk_context(member, "members", form=form, staff=staff)
    return render(request, "desk/members.html", context, status=422 if form.errors else 200)


def _let_go(request: HttpRequest, member: Member) -> None:
    try:
        gone = let_go(company=member.company, member_id=UUID(request.POST["remove"]))
    except ValueError:
        gone = False
    except StateForbidsError as error:
        messages.error(request, str(error))
        return
    if gone:
        messages.success(request, "They have no way in to this desk any more.")
    else:
        messages.error(request, "There is no such member.")


def _after(member: Member) -> HttpResponse:
    """Who took their own role finds no desk here any more, or less of it."""
    still = member.company.members.filter(pk=member.pk, role=Role.ADMIN).exists()
    return redirect("members", member.company.slug) if still else redirect("home")
