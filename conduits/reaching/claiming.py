"""Claiming: which letters leave now. The one place where mutes, quiet hours, digests and companies' limits are kept.

A way is locked while its dispatches are looked at, and one letter leaves on it at a time, so limits are exact however
many workers there are. What leaves is leased, and that is committed, before anything is sent.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import OperationalError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from conduits.mail.replying import reply_address
from conduits.models import Allowance, Dispatch, Mute, Reach, Way
from conduits.reaching import hours
from conduits.reaching.letters import Letter
from conduits.reaching.ways import shut

logger = logging.getLogger(__name__)

State = Dispatch.State
# Longer than the slowest letter takes: look-up, answer, and a place among the others.
LEASE: Final = timedelta(minutes=2)
# Of one way, this many are looked at at a time: a week's digest of a person with many things.
LOOKED_AT: Final = 2000
ROWS_PER_WAY: Final = 8
# One that this many workers in a row never came back from, or that failed as often (conduits/reaching/recording.py).
MOST_TRIES: Final = 10
KEPT_DAYS: Final = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Claim:
    """What leaves. `looked_at` counts the ways that had something due: 0 when there is nothing to do."""

    looked_at: int
    letters: list[Letter]


@transaction.atomic
def claim(*, room: int) -> Claim:
    """Takes what is due on as many ways, one letter of each; the rest of what is due is put off, or ends."""
    now = timezone.now()
    ways = _lock(now, room)
    plans = [_planned_apart(way, reach, muted, now) for way, reach, muted in _with_wishes(ways)]
    letters = [plan.letter for plan in plans if plan and plan.letter]
    _lease(letters, now)
    return Claim(len(ways), letters)


def _lock(now: datetime, room: int) -> list[Way]:
    """Ways with something due that nobody else has. Between looking and locking they may have changed."""
    due = Dispatch.objects.filter(state=State.WAITING, next_at__lte=now)
    free = Q(way__free_at=None) | Q(way__free_at__lte=now)
    # Only the beginning of a long queue is read; a way that fills it is busy at the next look.
    rows = due.filter(free).order_by("next_at").values_list("way", flat=True)[: room * ROWS_PER_WAY]
    wanted_ids = list(dict.fromkeys(rows))[:room]
    held = Way.objects.select_for_update(skip_locked=True, of=("self",), no_key=True).select_related("person")
    return list(held.filter(Q(free_at=None) | Q(free_at__lte=now), pk__in=wanted_ids))


def _with_wishes(ways: Sequence[Way]) -> Iterable[tuple[Way, Reach, set[UUID]]]:
    people = {way.person_id for way in ways}
    reaches = Reach.objects.in_bulk(people)
    muted: dict[UUID, set[UUID]] = defaultdict(set)
    for person_id, company_id in Mute.objects.filter(person__in=people).values_list("person", "company"):
        muted[person_id].add(company_id)
    return [(way, reaches.get(way.person_id) or Reach(person=way.person), muted[way.person_id]) for way in ways]


@dataclass(slots=True)
class _Plan:
    """What becomes of the dispatches of one way."""

    reach: Reach
    zone: ZoneInfo
    now: datetime
    letter: Letter | None = None
    ended: dict[str, list[Dispatch]] = field(default_factory=lambda: defaultdict(list))
    put_off: dict[datetime, list[Dispatch]] = field(default_factory=lambda: defaultdict(list))


def _planned_apart(way: Way, reach: Reach, muted: set[UUID], now: datetime) -> _Plan | None:
    """One way's trouble is no other's: it rests for a while. Raises OperationalError, as that is the database's."""
    try:
        with transaction.atomic():
            return _planned(way, reach, muted, now)
    except OperationalError:
        raise
    except Exception:
        logger.exception("way %s cannot be looked at", way.pk)
        Way.objects.filter(pk=way.pk).update(free_at=now + LEASE)
        return None


def _planned(way: Way, reach: Reach, muted: set[UUID], now: datetime) -> _Plan | None:
    if way.status != Way.Status.ON:
        shut(way.pk)
        return None
    plan = _Plan(reach, hours.zone_or_utc(reach.zone), now)
    rows = Dispatch.objects.filter(way=way, state=State.WAITING, next_at__lte=now)
    rows = rows.select_related("notice__company", "notice__pico__product__company")
    leaving = [one for one in rows.order_by("next_at", "pk")[:LOOKED_AT] if _leaves(one, plan, muted)]
    plan.letter = _letter(way, leaving, plan)
    _write(plan)
    return plan


def _leaves(dispatch: Dispatch, plan: _Plan, muted: set[UUID]) -> bool:
    """Whether it may leave now as far as its person's wishes go; else it is put off, or ends."""
    notice = dispatch.notice
    if dispatch.tries >= MOST_TRIES:
        plan.ended[State.FAILED].append(dispatch)
    elif notice is None:
        return True
    elif notice.kind in plan.reach.muted_kinds or notice.company_id in muted:
        plan.ended[State.MUTED].append(dispatch)
    elif notice.seen_at:
        plan.ended[State.SEEN].append(dispatch)
    elif until := _waits_until(dispatch, urgent=notice.urgent, plan=plan):
        plan.put_off[until].append(dispatch)
    else:
        return True
    return False


def _waits_until(dispatch: Dispatch, *, urgent: bool, plan: _Plan) -> datetime | None:
    """A digest's time, unless it has been waited for; or the end of quiet hours. What is urgent is in no digest."""
    reach = plan.reach
    if reach.digest != Reach.Digest.OFF and not urgent and not dispatch.gathers:
        weekday = reach.digest_weekday if reach.digest == Reach.Digest.WEEKLY else None
        return hours.next_digest(plan.now, hour=reach.digest_hour, weekday=weekday, zone=plan.zone)
    begin, end = reach.quiet_from, reach.quiet_until
    if begin is None or end is None or (urgent and reach.urgent_passes):
        return None
    if not hours.is_quiet(plan.now, begin=begin, end=end, zone=plan.zone):
        return None
    return hours.quiet_ends(plan.now, begin=begin, end=end, zone=plan.zone)


def _letter(way: Way, leaving: Sequence[Dispatch], plan: _Plan) -> Letter | None:
    """The first that may leave, with all that gathers if it does. Each company in it uses up one of its day's."""
    day = hours.day_of(plan.now, plan.zone)
    allowed = _Allowed(way, plan, day)
    begun = [one for one in leaving if allowed.take(one)]
    if not begun:
        return None
    together = [one for one in begun if one.gathers] if begun[0].gathers else [begun[0]]
    companies = {one.notice.company_id for one in together if one.notice and one.notice.company_id}
    charged = sorted(company_id for company_id in companies if company_id)
    allowed.charge(charged)
    letter = Letter(way, together, day, charged)
    if way.kind == Way.Kind.EMAIL and len(letter.news) == 1:
        letter.reply_to = reply_address(letter.news[0])
    return letter


class _Allowed:
    """What companies may still make reach this way today. Its lock is held, so nobody else counts meanwhile."""

    def __init__(self, way: Way, plan: _Plan, day: date) -> None:
        self._way, self._plan, self._day = way, plan, day
        counted = Allowance.objects.filter(way=way, day=day).values_list("company", "used")
        self._used: dict[UUID, int] = dict(counted)

    def take(self, dispatch: Dispatch) -> bool:
        """What is beyond the limit is put off until the next day, in one message with all else that is."""
        company_id = dispatch.notice.company_id if dispatch.notice else None
        if company_id is None or self._used.get(company_id, 0) < self._plan.reach.per_company:
            return True
        plan = self._plan
        next_day = hours.tomorrow(plan.now, hour=plan.reach.digest_hour, zone=plan.zone)
        plan.put_off[next_day].append(dispatch)
        return False

    def charge(self, companies: Sequence[UUID]) -> None:
        rows = [
            Allowance(way=self._way, company_id=one, day=self._day, used=self._used.get(one, 0) + 1)
            for one in companies
        ]
        Allowance.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["way", "company", "day"], update_fields=["used"]
        )
        Allowance.objects.filter(
            way=self._way, day__lt=hours.day_of(self._plan.now - KEPT_DAYS, self._plan.zone)
        ).delete()


def _write(plan: _Plan) -> None:
    for state, dispatches in plan.ended.items():
        _these(dispatches).update(state=state, next_at=None, finished_at=plan.now)
    for until, dispatches in plan.put_off.items():
        _these(dispatches).update(next_at=until, gathers=True)


def _lease(letters: Sequence[Letter], now: datetime) -> None:
    leaving = [dispatch for letter in letters for dispatch in letter.dispatches]
    for dispatch in leaving:
        dispatch.tries += 1
        dispatch.next_at = now + LEASE
    Dispatch.objects.bulk_update(leaving, ["tries", "next_at"])
    Way.objects.filter(pk__in=[letter.way.pk for letter in letters]).update(free_at=now + LEASE)


def _these(dispatches: Sequence[Dispatch]) -> QuerySet[Dispatch]:
    return Dispatch.objects.filter(pk__in=[dispatch.pk for dispatch in dispatches])
