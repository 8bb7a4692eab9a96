"""The customer's dashboard: my things, each with its journal, who sees what, lost and found."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.forms import model_to_dict
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from conduits.advisories.standing import recent_for
from conduits.models import Way
from conduits.models.conduit import Grant
from conduits.opening import add_thing_with_journal
from conduits.terms import proffering
from dashboards.forms import ChannelForm, LostForm, MessageForm, ReasonForm, ThingForm, posted
from dashboards.owned import before_of, owner_context, signed_in
from journals.inheriting import closed_journals, history_of, last_closed_journal
from journals.models import Journal
from live.tokens import token_for, topic
from parties.errors import StateForbidsError, TooManyError
from parties.models import Person
from picos import losing
from picos.access import access_owned_pico
from picos.finding import write_again
from picos.models import Channel, ChannelUse, Finder, FinderMessage, Invitation, Pico, Transfer
from picos.notices import see_notices
from picos.offers import open_offer
from picos.regions import region_of
from picos.states import states_of

SHOWN_FINDERS = 20
SHOWN_CHANNELS = 25
SHOWN_USES = 20
# For how long an answered finder's conversation stays unfolded.
OF_LATE = timedelta(days=7)
# The journal's form on the same page has fields of the same names.
CHANNEL_IDS = "channel_%s"


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def things(request: HttpRequest) -> HttpResponse:
    """My things, and a form to add one by hand."""
    person = signed_in(request)
    form = ThingForm(posted(request))
    if form.is_valid():
        pico = add_thing_with_journal(person=person, **form.cleaned_data)
        return redirect("thing", pico.code)
    context = {
        "section": "things",
        "form": form,
        "live_token": token_for(topic("person", person.pk)),
        "fragment_url": reverse("tiles"),
    } | _tiles(person)
    return render(request, "things/list.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def tiles(request: HttpRequest) -> HttpResponse:
    """The part of the page that news change."""
    return render(request, "things/tiles.html", _tiles(signed_in(request)))


@login_required
@require_safe
def thing(request: HttpRequest, code: str) -> HttpResponse:
    """One thing: its journal, its finders, what the company sees. One that the person had, they still read."""
    person = signed_in(request)
    try:
        pico = access_owned_pico(owner=person, code=code)
    except Http404:
        journal = last_closed_journal(owner=person, code=code)
        if journal is None:
            raise
        return redirect("had", journal.pk)
    return render(request, "things/thing.html", thing_context(request, pico, before=before_of(request)))


@login_required
def lost(request: HttpRequest, code: str) -> HttpResponse:
    """From now on its page tells finders."""
    pico = access_owned_pico(owner=signed_in(request), code=code)
    form = LostForm(request.POST)
    if form.is_valid():
        try:
            says = losing.reword_loss if pico.status == Pico.Status.LOST else losing.report_lost
            says(pico=pico, **form.cleaned_data)
            messages.success(request, "Finders now read your message on its page.")
        except StateForbidsError as error:
            messages.info(request, str(error))
        return redirect("thing", pico.code)
    context = thing_context(request, pico) | {"lost_form": form}
    return render(request, "things/thing.html", context, status=422)


@login_required
def recovered(request: HttpRequest, code: str) -> HttpResponse:
    """It is back."""
    pico = access_owned_pico(owner=signed_in(request), code=code)
    try:
        losing.report_recovered(pico=pico)
        messages.success(request, "Good. Its page no longer says that it is lost.")
    except StateForbidsError as error:
        messages.info(request, str(error))
    return redirect("thing", pico.code)


@login_required
def answer_finder(request: HttpRequest, code: str, finder_id: UUID) -> HttpResponse:
    """The owner answers a finder, who reads it on their own page."""
    person = signed_in(request)
    pico = access_owned_pico(owner=person, code=code)
    finder = pico.finders.filter(pk=finder_id, owner=person).first()
    if finder is None:
        raise Http404
    form = MessageForm(request.POST)
    if form.is_valid():
        try:
            write_again(finder=finder, from_finder=False, body=form.cleaned_data["body"])
        except TooManyError as error:
            form.add_error("body", str(error))
        else:
            return redirect(f"{reverse('thing', args=[pico.code])}#finder-{finder.pk}")
    context = thing_context(request, pico) | {"answered": finder.pk, "answer_form": form}
    return render(request, "things/thing.html", context, status=422)


def thing_context(request: HttpRequest, pico: Pico, *, before: UUID | None = None) -> dict[str, Any]:
    """All that the page of one thing shows its owner, who asks for it and has now seen its news."""
    person = signed_in(request)
    context = owner_context(pico, person, before=before)
    loss = losing.current_loss(pico)
    see_notices(person=person, pico=pico)
    finders = _finders(pico, person)
    return context | {
        "section": "things",
        "pico": pico,
        "loss": loss,
        "recent_advisories": recent_for(pico, region=region_of(request.META), person=person),
        "finders": finders,
        "talking": {finder.pk for finder in finders if _goes_on(finder)},
        "grant_choices": list(Grant),
        "waiting_offer": proffering.waiting_proffer(context["conduit"]) if context["conduit"] else None,
        "lost_form": LostForm(initial=model_to_dict(loss, LostForm.base_fields) if loss else None),
        "reason_form": ReasonForm(),
        "transfer": open_offer(Transfer, pico),
        "invitation": None if pico.product_id else open_offer(Invitation, pico),
        "has_history": history_of(pico, person).exists(),
        "channels": _channels(pico, person),
        "channel_form": ChannelForm(auto_id=CHANNEL_IDS),
        "states": states_of(pico, owner=True, company=True).order_by("namespace", "key"),
    }


def _finders(pico: Pico, person: Person) -> list[Finder]:
    """Whoever wrote to this owner, newest first, each with the conversation."""
    return list(pico.finders.filter(owner=person).prefetch_related("messages").order_by("-created_at")[:SHOWN_FINDERS])


def _goes_on(finder: Finder) -> bool:
    """The finder's words stand unanswered, or somebody wrote of late."""
    said = list(finder.messages.all())
    return not said or said[-1].from_finder or said[-1].at > timezone.now() - OF_LATE


def _channels(pico: Pico, person: Person) -> "QuerySet[Channel]":
    """The newest of the owner's links, each with how often it was opened and written by, and when of late."""
    used = Prefetch("log", ChannelUse.objects.order_by("-pk")[:SHOWN_USES], to_attr="recent")
    by_kind = {
        "opened": Count("log", filter=Q(log__what=ChannelUse.What.OPENED)),
        "wrote": Count("log", filter=Q(log__what=ChannelUse.What.WROTE)),
    }
    mine = Channel.objects.filter(pico=pico, owner=person).annotate(**by_kind)
    return mine.prefetch_related(used).order_by("-pk")[:SHOWN_CHANNELS]


def _tiles(person: Person) -> dict[str, Any]:
    by_company = Q(entries__author_company__isnull=False) & ~Q(entries__visibility="private")
    by_link = Q(entries__channel__isnull=False)
    unread = Q(owner_read_at=None) | Q(entries__at__gt=F("owner_read_at"))
    last_words = FinderMessage.objects.filter(finder=OuterRef("pk")).order_by("-pk").values("from_finder")[:1]
    of_late = Finder.objects.filter(pico=OuterRef("pico"), owner=person, messages__at__gt=timezone.now() - OF_LATE)
    finders = of_late.annotate(waits=Subquery(last_words))
    journals = (
        Journal.objects.filter(owner=person, closed_at=None)
        .select_related("pico__product__company")
        .annotate(new=Count("entries", filter=(by_company | by_link) & unread))
        .annotate(finder_waits=Exists(finders.filter(waits=True)))
        .order_by("-finder_waits", "-new", "-opened_at")[:200]
    )
    notices = list(person.notices.filter(seen_at=None).select_related("company").order_by("-at")[:5])
    broken = list(person.ways.filter(status=Way.Status.OFF).exclude(off_reason=""))
    return {"things": journals, "notices": notices, "broken": broken, "had": closed_journals(person)}
