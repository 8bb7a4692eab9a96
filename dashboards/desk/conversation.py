"""A conversation at the desk: the journal along its line, the answer, and the facts beside it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from conduits import gate
from conduits.access import access_conduit
from conduits.advisories.standing import standing_anywhere
from conduits.answering import add_companys_entry, answer
from conduits.assigning import assignable, assignee_of
from conduits.facts import eta
from conduits.labelling import labels_of
from conduits.models import Conduit
from conduits.models.conduit import Grant
from conduits.reading import open_for
from conduits.terms.proffering import waiting_proffer
from dashboards.desk.forms import AnswerForm
from dashboards.desk.inbox import rows_of
from dashboards.desk.members import at_desk, desk_context, reader_of
from dashboards.forms import posted
from journals.keeping import mark_read, settle
from live.tokens import token_for, topic
from parties.access import Role
from parties.errors import RefusedError, StateForbidsError
from parties.models import Member
from picos.models import Pico, State
from picos.states import states_of
from rules.asking import questions_to
from rules.models import Run

SHOWN = 50
# The field of the verb that is called so in the form.
ETA = f"data.{eta.NAME}"
SHUT = {
    Conduit.Status.WAITING.value: "No terms are agreed, so nothing can be read or sent.",
    Conduit.Status.PAUSED.value: "The customer has paused this conduit, so nothing can be read or sent.",
    Conduit.Status.CLOSED.value: "The customer has closed this conduit, so nothing can be read or sent.",
}


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk(posting=Role.AGENT)
def conversation(request: HttpRequest, member: Member, conduit_id: UUID) -> HttpResponse:
    """The conversation of one conduit; agents and admins answer in it.

    `?change=` names the answer of theirs whose time they change.
    """
    conduit = access_conduit(party=member.company, conduit_id=conduit_id)
    changed = request.GET.get("change", "")
    form = AnswerForm(posted(request), is_change=bool(changed))
    if form.is_valid():
        try:
            _answer(member, conduit, form, in_reply_to=changed)
        except StateForbidsError as error:
            form.add_error(None, str(error))
        except RefusedError as error:
            form.add_error("eta" if error.field == ETA else None, str(error))
        else:
            return redirect("conversation", member.company.slug, conduit.pk)
    context = desk_context(
        member,
        "inbox",
        form=form,
        rows=rows_of(member),
        runs=_runs(conduit, member),
        live_token=token_for(topic("journal", conduit.journal_id, "company")),
        fragment_url=reverse("conversation_entries", args=[member.company.slug, conduit.pk]),
        grant_labels=[] if conduit.status == Conduit.Status.WAITING else conduit.grants_labels(),
        offered=waiting_proffer(conduit),
        labels=labels_of(conduit.labels.all()),
        assignee=assignee_of(conduit),
        assignable=assignable(member.company),
    )
    context |= _read(member, conduit)
    context["changed"] = next((entry for entry in context["entries"] if str(entry.pk) == changed), None)
    return render(request, "desk/conversation.html", context, status=422 if form.errors else 200)


@require_safe
@at_desk()
def entries(request: HttpRequest, member: Member, conduit_id: UUID) -> HttpResponse:
    """The part of the page that news change."""
    conduit = access_conduit(party=member.company, conduit_id=conduit_id)
    return render(request, "entries.html", desk_context(member, "inbox") | _read(member, conduit))


@at_desk(Role.AGENT)
def settled(request: HttpRequest, member: Member, conduit_id: UUID) -> HttpResponse:
    """It needs no answer."""
    conduit = access_conduit(party=member.company, conduit_id=conduit_id)
    settle(conduit.journal)
    messages.success(request, "Closed. It comes back when the customer writes again.")
    return redirect("inbox", member.company.slug)


def _answer(member: Member, conduit: Conduit, form: AnswerForm, *, in_reply_to: str) -> None:
    body = form.cleaned_data["body"]
    if form.cleaned_data["visibility"] == "private":
        add_companys_entry(conduit=conduit, body=body, visibility="private", agent=member.person)
    else:
        answer(conduit=conduit, body=body, in_reply_to=in_reply_to, data=form.facts(), agent=member.person)


def _read(member: Member, conduit: Conduit) -> dict[str, Any]:
    """What the gate lets the member read now, logged; nothing while it is shut."""
    # Of an earlier owner's conduit nothing is asked: the answer, and its line in the log, would be the next owner's.
    is_last = conduit.pico.owner_id == conduit.owner_id
    last = open_for(pico=conduit.pico, reader=reader_of(member), what="journal") if is_last else None
    may_read = last is not None and last.pk == conduit.pk
    shown, requests, questions = [], [], []
    # As it was when the gate was asked, not when the page began.
    conduit = last if last and may_read else access_conduit(party=member.company, conduit_id=conduit.pk)
    if may_read:
        shown = list(conduit.journal.entries.filter(gate.passing_entries(conduit)).with_author()[:SHOWN])
        mark_read(journal=conduit.journal, by=member.company, shown=shown)
        requests = list(conduit.requests.open().order_by("-id"))
        questions = list(questions_to(member.company).filter(conduit=conduit).order_by("-id"))
    return {
        "pico": conduit.pico,
        "conduit": conduit,
        "journal": conduit.journal,
        "entries": shown,
        "requests": requests,
        "questions": questions,
        "shut": "" if may_read else SHUT.get(conduit.status, SHUT[Conduit.Status.CLOSED]),
        "viewer": "company",
        "status": conduit.pico.status if gate.grants(conduit, Grant.SCANS) else Pico.Status.CLAIMED,
        "advisories": standing_anywhere(conduit.pico) if member.company.advised else [],
        "states": _states(conduit, granted=may_read),
        "photos_visible": gate.grants(conduit, Grant.PHOTOS),
        "contact_granted": gate.grants(conduit, Grant.CONTACT),
    }


def _states(conduit: Conduit, *, granted: bool) -> "QuerySet[State]":
    """The company's own values, and its customer's as far as the gate lets them through."""
    owners = granted and gate.grants(conduit, Grant.STATE)
    return states_of(conduit.pico, owner=owners, company=True).order_by("namespace", "key")


def _runs(conduit: Conduit, member: Member) -> Any:
    fired = Run.objects.filter(rule__company=member.company, pico=conduit.pico_id, outcome=Run.Outcome.FIRED)
    recent = fired.filter(at__gte=conduit.opened_at, rule__subscribes=None).select_related("rule").order_by("-id")[:50]
    return list({run.rule_id: run for run in reversed(recent)}.values())[-5:]
