"""Advisories: a company publishes, corrects and ends them; an owner reads them on their things, and says so."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, StringConstraints
from rest_framework.request import Request
from rest_framework.response import Response

from api.authentication import company_of
from api.bodies import Body, Line, MaybeText, Shown, Text, storable
from api.doors import handles
from api.paging import page
from conduits.access import access_advisory, access_advisory_of
from conduits.advisories import publishing as advisories
from conduits.advisories import wishes
from conduits.advisories.counting import figures_of
from conduits.advisories.scopes import resolve_scope, scope_of
from conduits.advisories.standing import Standing, recent_for
from conduits.api.readers import person_of
from conduits.models import Advisory
from picos.access import access_owned_pico
from picos.regions import region_of
from picos.serial_runs import MOST

Serials = Annotated[str, StringConstraints(max_length=102), AfterValidator(storable)]
Level = Literal["low", "medium", "high"]


def _listed(given: Any) -> Any:
    return [given] if isinstance(given, str) else given


class ScopeGiven(Body):
    """Whom it is about: all that is named must fit. `serials` are single ones and ranges, `LM-0001..LM-0200`."""

    product: UUID | None = None
    batch: UUID | None = None
    serials: Annotated[list[Serials], BeforeValidator(_listed)] = Field(default=[], max_length=MOST)
    region: Annotated[str, StringConstraints(max_length=10), AfterValidator(storable)] = ""


class Corrected(Body):
    """What it says from now on; without `until` it stands until you end it."""

    title: Line
    body: Text
    severity: Level
    until: AwareDatetime | None = None


class NewAdvisory(Corrected):
    """An advisory to publish."""

    scope: ScopeGiven


class Ending(Body):
    """What to tell those who were told of it, if you like."""

    body: MaybeText = ""


class AdvisoryShown(Shown):
    """An advisory, to its company. `state` is standing, expired, all_clear or withdrawn."""

    id: UUID
    title: str
    body: str
    severity: str
    scope: dict[str, Any]
    until: datetime | None
    state: str
    revision: int
    published_at: datetime
    corrected_at: datetime | None
    ended_at: datetime | None
    closing_words: str


class Acknowledged(Shown):
    """How many owners said that they have read it: what it says now, and any of its wordings."""

    now: int
    ever: int


class TellingShown(Shown):
    """How far the newest round of notices is: `told` of about `reaches` owners who want to be told."""

    news: str
    state: str
    told: int
    reaches: int | None


class AdvisoryDetail(AdvisoryShown):
    """The same with how it is received."""

    acknowledged: Acknowledged
    telling: TellingShown


class AdvisoryRead(Shown):
    """An advisory on a thing, to its owner. `read`: you acknowledged what it says now."""

    id: UUID
    title: str
    body: str
    severity: str
    region: str
    state: str
    until: datetime | None
    published_at: datetime
    corrected_at: datetime | None
    closing_words: str
    read: bool


class WishShown(Shown):
    """Of which advisories you are told."""

    tell: Literal["all", "high", "none"]


class WishGiven(Body):
    """Of which advisories you want to be told: all, high, none. Pages show them in any case."""

    tell: Literal["all", "high", "none"]


@handles("advisories", "company", body=NewAdvisory, gives=AdvisoryDetail, status=201)
def publish(request: Request, body: NewAdvisory) -> Response:
    """Publish an advisory: the next scan that it is about shows it. 422 says what of the scope is wrong."""
    company = company_of(request)
    scope = resolve_scope(company=company, **body.scope.model_dump())
    advisory = advisories.publish(company=company, scope=scope, **body.model_dump(exclude={"scope"}))
    return Response(_detail(advisory), status=201)


@handles("advisories", "company", gives=AdvisoryShown, lists=True)
def list_advisories(request: Request) -> Response:
    """Your advisories, newest first."""
    return page(request, Advisory.objects.filter(company=company_of(request)), _shown)


@handles("advisories", "company", gives=AdvisoryDetail)
def show_advisory(request: Request, advisory_id: UUID) -> Response:
    """One advisory, how many have read it, and how far telling its owners is."""
    return Response(_detail(access_advisory(company=company_of(request), advisory_id=advisory_id)))


@handles("advisories", "company", body=Corrected, gives=AdvisoryDetail)
def correct(request: Request, body: Corrected, advisory_id: UUID) -> Response:
    """Say something else from now on; owners are told anew. Whom it is about stays. 409 when it is over."""
    advisory = access_advisory(company=company_of(request), advisory_id=advisory_id)
    return Response(_detail(advisories.correct(advisory=advisory, **body.model_dump())))


@handles("advisories", "company", body=Ending, gives=AdvisoryDetail)
def give_all_clear(request: Request, body: Ending, advisory_id: UUID) -> Response:
    """What it said is over; those who were told are told so. 409 when it ended before."""
    return _end(request, body, advisory_id, advisories.give_all_clear)


@handles("advisories", "company", body=Ending, gives=AdvisoryDetail)
def withdraw(request: Request, body: Ending, advisory_id: UUID) -> Response:
    """It was never right; those who were told are told so. 409 when it ended before."""
    return _end(request, body, advisory_id, advisories.withdraw)


@handles("picos", "person", gives=AdvisoryRead, lists=True)
def list_of_thing(request: Request, code: str) -> Response:
    """What stands for a thing of yours, the important first, and what was over of late."""
    owner = person_of(request)
    pico = access_owned_pico(owner=owner, code=code)
    found = recent_for(pico, region=region_of(request.META), person=owner)
    return Response({"results": [_read(one) for one in found], "next": None})


@handles("picos", "person", status=204)
def acknowledge(request: Request, code: str, advisory_id: UUID) -> Response:
    """Say that you have read it. The company learns how many have, never who."""
    owner = person_of(request)
    pico = access_owned_pico(owner=owner, code=code)
    advisory = access_advisory_of(pico=pico, advisory_id=advisory_id)
    advisories.acknowledge(advisory=advisory, person=owner, pico=pico)
    return Response(status=204)


@handles("advisories", "person", gives=WishShown)
def show_wish(request: Request) -> Response:
    """Of which advisories you are told."""
    return Response({"tell": wishes.wish_of(person_of(request))})


@handles("advisories", "person", body=WishGiven, gives=WishShown)
def set_wish(request: Request, body: WishGiven) -> Response:
    """Say of which advisories you want to be told."""
    wishes.set_wish(person=person_of(request), level=body.tell)
    return Response({"tell": body.tell})


def _end(request: Request, body: Ending, advisory_id: UUID, verb: Callable[..., Advisory]) -> Response:
    advisory = access_advisory(company=company_of(request), advisory_id=advisory_id)
    return Response(_detail(verb(advisory=advisory, words=body.body)))


def _shown(advisory: Advisory) -> dict[str, Any]:
    return AdvisoryShown(**_fields(advisory)).model_dump(mode="json")


def _fields(advisory: Advisory) -> dict[str, Any]:
    named = {name: getattr(advisory, name) for name in AdvisoryShown.model_fields if name != "scope"}
    return named | {"scope": scope_of(advisory)}


def _detail(advisory: Advisory) -> dict[str, Any]:
    figures = figures_of([advisory])[advisory.pk]
    assert figures.telling is not None  # noqa: S101 (publishing begins one)
    shown = AdvisoryDetail(
        **_fields(advisory),
        acknowledged=Acknowledged(now=figures.read, ever=figures.read_any),
        telling=TellingShown.model_validate(figures.telling, from_attributes=True),
    )
    return shown.model_dump(mode="json")


def _read(one: Standing) -> dict[str, Any]:
    named = {name: getattr(one.advisory, name) for name in AdvisoryRead.model_fields if name != "read"}
    return AdvisoryRead(**named, read=one.read).model_dump(mode="json")
