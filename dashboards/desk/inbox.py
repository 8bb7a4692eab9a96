"""The inbox: whose words wait for an answer, longest first."""

from dataclasses import dataclass

from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Left
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from conduits import access_log, gate
from conduits.models import AccessLine, Conduit
from conduits.models.conduit import Grant
from dashboards.desk.members import at_desk, desk_context, reader_of
from journals.models import Entry
from live.tokens import token_for, topic
from parties.models import Member
from picos.codes import read_as_code
from picos.models import Pico

SHOWN = 100
FIRST_LINE = 160
WHAT = "inbox"


@dataclass(frozen=True, slots=True)
class Row:
    """A conversation in the inbox, with the words that wait."""

    conduit: Conduit
    first_line: str


@require_safe
@at_desk()
def inbox(request: HttpRequest, member: Member) -> HttpResponse:
    """Who waits for an answer; `?q=` searches serials and codes of all open conduits."""
    asked = request.GET.get("q", "").strip()[:50].replace("\0", "")
    context = desk_context(
        member,
        "inbox",
        asked=asked,
        rows=rows_of(member, asked),
        others=_without_open_line(member, asked) if asked else [],
        live_token=token_for(topic("company", member.company.pk)),
        fragment_url=f"{reverse('inbox_rows', args=[member.company.slug])}",
    )
    return render(request, "desk/inbox.html", context)


@require_safe
@at_desk()
def rows(request: HttpRequest, member: Member) -> HttpResponse:
    """The part of the page that news change."""
    return render(request, "desk/rows.html", desk_context(member, "inbox", rows=rows_of(member, "")))


def rows_of(member: Member, asked: str) -> list[Row]:
    """The open conduits whose owners wait, or those that were asked for; what is shown is logged."""
    theirs = Conduit.objects.with_ends().filter(company=member.company, status=Conduit.Status.OPEN)
    if asked:
        found = theirs.filter(_about(asked, "pico__"))
    else:
        # Without the grant, the company is not even told that somebody wrote.
        found = theirs.filter(gate.granting(Grant.ENTRIES)).exclude(journal__waiting_since=None)
    conduits = list(found.order_by("journal__waiting_since", "-opened_at")[:SHOWN])
    first_lines = _waiting_words(conduits)
    _log(member, [conduit for conduit in conduits if conduit.pk in first_lines])
    return [Row(conduit, first_lines.get(conduit.pk, "")) for conduit in conduits]


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
