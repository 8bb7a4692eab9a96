"""The inbox: whose words wait for an answer, longest first."""

from dataclasses import dataclass

from django.db.models import OuterRef, Prefetch, Q, Subquery
from django.db.models.functions import Left, Lower
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from conduits import access_log, gate
from conduits.labelling import labels_in_use, labels_of
from conduits.models import AccessLine, Conduit, Label, Request
from conduits.models.conduit import Grant
from dashboards.desk.members import at_desk, desk_context, reader_of
from journals.models import Entry
from live.tokens import token_for, topic
from parties.members import set_mailed
from parties.models import Member
from picos.codes import read_as_code
from picos.models import Pico
from rules.asking import questions_to

SHOWN = 100
FIRST_LINE = 160
WHAT = "inbox"


@dataclass(frozen=True, slots=True)
class Row:
    """A conversation in the inbox, with the words that wait."""

    conduit: Conduit
    first_line: str
    labels: list[str]
    # Who has it in hand.
    assignee: str
    # How many are open.
    requests: int
    is_asked: bool

    @property
    def is_marked(self) -> bool:
        """Whether there is more to say of it."""
        return bool(self.labels or self.assignee or self.requests or self.is_asked)


@dataclass(frozen=True, slots=True)
class Only:
    """What the inbox is asked for; nothing of it: who waits. All else is looked for among all open conduits."""

    asked: str = ""
    label: str = ""
    mine: bool = False
    requests: bool = False


EVERYBODY_WHO_WAITS = Only()


@require_safe
@at_desk()
def inbox(request: HttpRequest, member: Member) -> HttpResponse:
    """Who waits for an answer; `?q=` searches serials and codes, `?label=`, `?mine` and `?requests` filter."""
    only = Only(
        asked=_given(request, "q"),
        label=_given(request, "label"),
        mine="mine" in request.GET,
        requests="requests" in request.GET,
    )
    context = desk_context(
        member,
        "inbox",
        # Before the rows are read, so that the page hears what changes meanwhile.
        live_token=token_for(topic("company", member.company.pk)),
        only=only,
        filtered=only != EVERYBODY_WHO_WAITS,
        rows=rows_of(member, only),
        others=_without_open_line(member, only.asked) if only.asked else [],
        labels=labels_in_use(member.company),
        fragment_url=f"{reverse('inbox_rows', args=[member.company.slug])}",
    )
    return render(request, "desk/inbox.html", context)


@require_safe
@at_desk()
def rows(request: HttpRequest, member: Member) -> HttpResponse:
    """The part of the page that news change."""
    return render(request, "desk/rows.html", desk_context(member, "inbox", rows=rows_of(member)))


@at_desk()
def mail(request: HttpRequest, member: Member) -> HttpResponse:
    """Whether the member is mailed when a customer begins to wait."""
    set_mailed(member, wanted="mail" in request.POST)
    return redirect("inbox", member.company.slug)


def rows_of(member: Member, only: Only = EVERYBODY_WHO_WAITS) -> list[Row]:
    """The open conduits whose owners wait or that have a question, or those asked for; what is shown is logged."""
    open_ones = Conduit.objects.with_ends().filter(company=member.company, status=Conduit.Status.OPEN)
    found = open_ones.filter(_wanted(member, only)).select_related("assignment__member__person")
    # Of its requests the open ones.
    marks = found.prefetch_related("labels", Prefetch("requests", Request.objects.open()))
    conduits = list(marks.order_by("journal__waiting_since", "-opened_at")[:SHOWN])
    first_lines = _waiting_words(conduits)
    asked = set(questions_to(member.company).filter(conduit__in=conduits).values_list("conduit", flat=True))
    _log(member, [conduit for conduit in conduits if conduit.pk in first_lines])
    return [_row(conduit, first_lines.get(conduit.pk, ""), is_asked=conduit.pk in asked) for conduit in conduits]


def _wanted(member: Member, only: Only) -> Q:
    if only == EVERYBODY_WHO_WAITS:
        # Without the grant, the company is not even told that somebody wrote.
        waits = gate.granting(Grant.ENTRIES) & ~Q(journal__waiting_since=None)
        return waits | Q(pk__in=questions_to(member.company).values("conduit"))
    wanted = Q()
    if only.asked:
        wanted &= _about(only.asked, "pico__")
    if only.label:
        named = Label.objects.annotate(lower=Lower("name")).filter(company=member.company, lower=only.label.lower())
        wanted &= Q(pk__in=named.values("conduit"))
    if only.mine:
        wanted &= Q(assignment__member=member)
    if only.requests:
        wanted &= Q(pk__in=Request.objects.open().values("conduit"))
    return wanted


def _row(conduit: Conduit, first_line: str, *, is_asked: bool) -> Row:
    assignment = getattr(conduit, "assignment", None)
    return Row(
        conduit,
        first_line,
        labels=labels_of(conduit.labels.all()),
        assignee=assignment.member.person.greeting if assignment else "",
        requests=len(conduit.requests.all()),
        is_asked=is_asked,
    )


def _given(request: HttpRequest, name: str) -> str:
    return request.GET.get(name, "").strip()[:50].replace("\0", "")


def _about(asked: str, path: str = "") -> Q:
    """What was typed stands in the serial, or begins the code."""
    about = Q(**{f"{path}serial__icontains": asked})
    if code := read_as_code(asked):
        about |= Q(**{f"{path}code__startswith": code})
    return about


def _without_open_line(member: Member, asked: str) -> list[Pico]:
    """The company's own copies that were asked for and have no open conduit, each with `line`: why there is none.

    They may be millions: what was typed begins the code, or the serial as it is written; two indexes know these.
    """
    current = Conduit.objects.filter(pico=OuterRef("pk"), owner=OuterRef("owner")).order_by("-opened_at")
    mine = Pico.objects.with_product().filter(product__in=list(member.company.products.all()))
    mine = mine.annotate(line=Subquery(current.values("status")[:1])).filter(
        Q(line=None) | ~Q(line=Conduit.Status.OPEN)
    )
    starts = [mine.filter(serial__startswith=start).exclude(serial="") for start in {asked, asked.upper()}]
    if code := read_as_code(asked):
        starts.append(mine.filter(code__startswith=code))
    found = {pico.pk: pico for some in starts for pico in some[:SHOWN]}
    return sorted(found.values(), key=lambda pico: pico.pk, reverse=True)[:SHOWN]


def _waiting_words(conduits: list[Conduit]) -> "dict[object, str]":
    """The newest words of each wait, as far as the gate lets them through, and no more of them than a line."""
    passing = Q(pk=None)
    for conduit in conduits:
        if conduit.journal.waiting_since:
            since = Q(journal=conduit.journal_id, at__gte=conduit.journal.waiting_since, author_company=None)
            passing |= since & gate.passing_entries(conduit)
    newest = Entry.objects.filter(passing).order_by("journal_id", "-id").distinct("journal_id")
    said = dict(newest.annotate(beginning=Left("body", FIRST_LINE)).values_list("journal_id", "beginning"))
    return {
        conduit.pk: said[conduit.journal_id].partition("\n")[0] or "A photo"
        for conduit in conduits
        if conduit.journal_id in said
    }


def _log(member: Member, conduits: list[Conduit]) -> None:
    """One line for each wait that this member was shown, however often the inbox is looked at."""
    reader = reader_of(member)
    since = {conduit.pk: conduit.journal.waiting_since for conduit in conduits}
    lines = AccessLine.objects.filter(conduit__in=conduits, who_id=reader.id, what=WHAT).order_by("number")
    last = {line.conduit_id: line.at for line in lines}
    fresh = [pk for pk, waiting in since.items() if waiting and (pk not in last or last[pk] < waiting)]
    if not fresh:
        return
    access_log.write_lines(
        [
            access_log.Line(
                conduit_id=pk,
                outcome=AccessLine.Outcome.READ,
                who=reader.who,
                who_id=reader.id,
                role=reader.role,
                what=WHAT,
                reason="the conduit is open",
                fields=("entries",),
            )
            for pk in fresh
        ]
    )
