"""For how long a company keeps events."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from dashboards.desk.forms import RetentionForm
from dashboards.desk.members import at_desk, desk_context
from dashboards.forms import posted
from parties.access import Role
from parties.models import Member
from picos.retention import keep_for


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk(Role.ADMIN)
def keeping(request: HttpRequest, member: Member) -> HttpResponse:
    """After how many months scans of copies that nobody owned are forgotten."""
    form = RetentionForm(posted(request), initial={"keep_months": member.company.keep_months})
    if form.is_valid():
        keep_for(member.company, form.cleaned_data["keep_months"])
        messages.success(request, "From now on that is how long they are kept.")
        return redirect("keeping", member.company.slug)
    context = desk_context(member, "products", form=form)
    return render(request, "desk/keeping.html", context, status=422 if form.errors else 200)
