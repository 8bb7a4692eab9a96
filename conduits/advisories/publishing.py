"""Advisories: one notice for many picos, from the moment it is published to the all clear.

Nothing is written to the picos. What stands is found when a page is opened (standing.py); the company's own row is
written anew with each change, so that pages that were kept are made anew.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from conduits.advisories.scopes import Scope, scope_of
from conduits.advisories.telling import begin_telling
from conduits.event_types import ADVISORY_ACKNOWLEDGED, ADVISORY_CORRECTED, ADVISORY_ENDED, ADVISORY_PUBLISHED
from conduits.models import Acknowledgement, Advisory, SerialRun, Telling, Wording
from conduits.models.advisory import Severity
from parties.actors import Actor
from parties.errors import RefusedError, StateForbidsError
from parties.models import Company, Person
from picos.events import record_event
from picos.models import Pico
from picos.turns import take_turn

# So that what each scan looks through stays short.
MOST_STANDING = 50
# Corrections and endings of one advisory, as each tells its owners anew.
MOST_REVISIONS = 200


@transaction.atomic
def publish(
    *,
    company: Company,
    title: str,
    body: str,
    severity: str,
    scope: Scope,
    until: datetime | None = None,
    agent: Person | None = None,
) -> Advisory:
    """From its commit on, each scan that it is about shows it; owners who want to be told are told in the background.

    Raises RefusedError for an unknown severity or an end that is past, StateForbidsError beyond MOST_STANDING.
    """
    _check(severity, until)
    take_turn(company.pk)
    if Advisory.objects.filter(_not_over(), company=company).count() >= MOST_STANDING:
        message = f"{MOST_STANDING} advisories stand. Give the all clear for one first."
        raise StateForbidsError(message)
    advisory = Advisory.objects.create(
        company=company,
        product=scope.product,
        batch=scope.batch,
        region=scope.region,
        serials=[str(run) for run in scope.runs],
        has_serials=bool(scope.runs),
        title=title,
        body=body,
        severity=severity,
        until=until,
    )
    SerialRun.objects.bulk_create(
        SerialRun(
            advisory=advisory,
            prefix=run.prefix,
            width=run.width,
            first=run.figures(run.first),
            last=run.figures(run.last),
        )
        for run in scope.runs
    )
    _word(advisory, agent)
    _note(advisory, ADVISORY_PUBLISHED, Telling.News.PUBLISHED, agent)
    return advisory


@transaction.atomic
def correct(
    *,
    advisory: Advisory,
    title: str,
    body: str,
    severity: str,
    until: datetime | None = None,
    agent: Person | None = None,
) -> Advisory:
    """It says this from now on; one whose time ran out stands again. The same words once more are no correction.

    Raises RefusedError like `publish`, StateForbidsError when it is over.
    """
    held = _hold(advisory)
    said = {"title": title, "body": body, "severity": severity, "until": until}
    if held.stands and all(getattr(held, name) == value for name, value in said.items()):
        return held
    _check(severity, until)
    _refuse_over(held)
    _write(held, **said, revision=held.revision + 1, corrected_at=timezone.now())
    _word(held, agent)
    _note(held, ADVISORY_CORRECTED, Telling.News.CORRECTED, agent)
    return held


def give_all_clear(*, advisory: Advisory, words: str = "", agent: Person | None = None) -> Advisory:
    """What it said is over. Those who were told of it are told so. Raises StateForbidsError when it ended before."""
    return _end(advisory, Advisory.Ending.ALL_CLEAR, words, agent)


def withdraw(*, advisory: Advisory, words: str = "", agent: Person | None = None) -> Advisory:
    """It was never right. Those who were told of it are told so. Raises StateForbidsError when it ended before."""
    return _end(advisory, Advisory.Ending.WITHDRAWN, words, agent)


@transaction.atomic
def acknowledge(*, advisory: Advisory, person: Person, pico: Pico) -> None:
    """The owner has read, at this thing of theirs, what it says now; once more, also at another, changes nothing. The
    caller's door says whose matter it is. Its event never passes the gate.
    """
    revision = advisory.revision
    _, is_new = Acknowledgement.objects.get_or_create(advisory=advisory, person=person, revision=revision)
    if is_new:
        data = {"advisory": str(advisory.pk), "title": advisory.title, "severity": advisory.severity}
        actor = Actor.of_person(person)
        record_event(ADVISORY_ACKNOWLEDGED, pico=pico, actor=actor, data=data | {"revision": revision})


def rest() -> None:
    """Lets scans look for nothing where all that stood has run out."""
    standing = Advisory.objects.filter(_not_over()).values("company")
    for company in Company.objects.filter(advised=True).exclude(pk__in=standing):
        with transaction.atomic():
            take_turn(company.pk)
            _touch(company)


@transaction.atomic
def _end(advisory: Advisory, ending: str, words: str, agent: Person | None) -> Advisory:
    held = _hold(advisory)
    _refuse_over(held)
    _write(held, ending=ending, ended_at=timezone.now(), closing_words=words)
    _note(held, ADVISORY_ENDED, Telling.News.ENDED, agent)
    return held


def _check(severity: str, until: datetime | None) -> None:
    if severity not in Severity:
        raise RefusedError("It is low, medium or high.", field="severity")
    if until is not None and until <= timezone.now():
        raise RefusedError("This moment is past. Leave it out, and it stands until you end it.", field="until")


def _refuse_over(advisory: Advisory) -> None:
    if advisory.ended_at:
        message = f"It is over ({advisory.get_ending_display()}). Publish a new one."
        raise StateForbidsError(message)


def _hold(advisory: Advisory) -> Advisory:
    """The row as it is now, for the rest of the transaction."""
    take_turn(advisory.company_id)
    return Advisory.objects.select_related("company").get(pk=advisory.pk)


def _not_over() -> Q:
    return Q(ended_at=None) & (Q(until=None) | Q(until__gt=timezone.now()))


def _write(advisory: Advisory, **values: Any) -> None:
    Advisory.objects.filter(pk=advisory.pk).update(**values)
    for name, value in values.items():
        setattr(advisory, name, value)


def _word(advisory: Advisory, agent: Person | None) -> None:
    if advisory.revision > MOST_REVISIONS:
        message = f"It was corrected {MOST_REVISIONS} times. Publish a new one."
        raise StateForbidsError(message)
    Wording.objects.create(
        advisory=advisory,
        revision=advisory.revision,
        title=advisory.title,
        body=advisory.body,
        severity=advisory.severity,
        until=advisory.until,
        agent_id=agent.pk if agent else None,
    )


def _note(advisory: Advisory, event_type: str, news: str, agent: Person | None) -> None:
    """The company's row, its event, and the round that tells owners."""
    _touch(advisory.company)
    data = {
        "advisory": str(advisory.pk),
        "title": advisory.title,
        "body": advisory.closing_words if advisory.ending else advisory.body,
        "severity": advisory.severity,
        "scope": scope_of(advisory),
        "until": advisory.until.isoformat() if advisory.until else None,
        "state": advisory.state,
    }
    record_event(event_type, company=advisory.company, actor=Actor.of_company(advisory.company, agent), data=data)
    begin_telling(advisory, news)


def _touch(company: Company) -> None:
    """Writes the company's row anew, even if it then says the same."""
    stand = Advisory.objects.filter(_not_over(), company=company).exists()
    Company.objects.filter(pk=company.pk).update(advised=stand)
