"""How a person is reached: their ways, their wishes, and what was sent."""

from datetime import datetime, time
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, PlainSerializer
from rest_framework.request import Request
from rest_framework.response import Response

from api.bodies import Body, Flag, Line, MaybeLine, Shown
from api.doors import handles
from api.paging import page
from conduits.api.readers import person_of
from conduits.models import Dispatch, Way
from conduits.reaching import preferences, ways
from conduits.reaching.subscriptions import Keys, subscription
from parties.errors import RefusedError
from parties.models import Company
from picos.models import Notice

Clock = Annotated[time, PlainSerializer(lambda clock: f"{clock:%H:%M}", return_type=str)]
Kinds = Literal["answer", "finder", "advisory", "rule", "link", "terms", "thing"]
Digest = Literal["off", "daily", "weekly"]


class Wishes(Body):
    """When and of what you hear. All of it is said anew; what is left out is as it is for who never said.

    Hours are those of `zone`, an IANA zone; Monday is 0. `muted_companies` are slugs.
    """

    zone: str = Field(default="UTC", max_length=50)
    quiet_from: Clock | None = None
    quiet_until: Clock | None = None
    urgent_passes: Flag = False
    digest: Digest = "off"
    digest_hour: int = Field(default=8, ge=0, le=23, strict=True)
    digest_weekday: int = Field(default=0, ge=0, le=6, strict=True)
    per_company: int = Field(default=10, ge=1, le=100, strict=True)
    muted_kinds: list[Kinds] = Field(default=[], max_length=len(Notice.Kind))
    muted_companies: list[Line] = Field(default=[], max_length=500)


class WishesShown(Shown):
    """When and of what you hear."""

    zone: str
    quiet_from: Clock | None
    quiet_until: Clock | None
    urgent_passes: bool
    digest: Digest
    digest_hour: int
    digest_weekday: int
    per_company: int
    muted_kinds: list[Kinds]
    muted_companies: list[str]


class PushKeys(Body):
    """A browser's key and secret, in base64url, as `PushSubscription.toJSON()` has them."""

    p256dh: str = Field(max_length=200)
    auth: str = Field(max_length=50)


class NewWay(Body):
    """Either `url` of a service, such as `ntfys://ntfy.sh/topic`, or `endpoint` and `keys` of a browser."""

    url: Annotated[str, Field(max_length=2048)] | None = None
    endpoint: Annotated[str, Field(max_length=2048)] | None = None
    keys: PushKeys | None = None
    name: MaybeLine = ""


class WayShown(Shown):
    """A way, without where it leads: what is secret is not shown again."""

    id: UUID
    kind: Literal["email", "push", "messenger"]
    name: str
    on: bool
    off_reason: str
    created_at: datetime


class Switch(Body):
    """On or off."""

    on: Flag


class DispatchShown(Shown):
    """What was sent, or waits: one notice on one way; a test has none. `problem` is why it could not be sent yet."""

    id: UUID
    way: UUID
    notice: UUID | None
    state: Literal["waiting", "sent", "failed", "seen", "muted", "shut"]
    text: str
    next_at: datetime | None
    tries: int
    problem: str
    created_at: datetime
    finished_at: datetime | None


@handles("reach", "person", gives=WishesShown)
def show_wishes(request: Request) -> Response:
    """When and of what you hear."""
    return Response(_wishes(request))


@handles("reach", "person", body=Wishes, gives=WishesShown)
def set_wishes(request: Request, body: Wishes) -> Response:
    """Say when and of what you want to hear, from the next message on."""
    person, said = person_of(request), body.model_dump()
    slugs = set(said.pop("muted_companies"))
    companies = list(Company.objects.filter(slug__in=slugs))
    if missing := slugs - {company.slug for company in companies}:
        raise RefusedError(f"There is no company {min(missing)}.", field="muted_companies")
    preferences.set_reach(person=person, **said)
    preferences.set_muted_companies(person=person, companies=companies)
    return Response(_wishes(request))


@handles("reach", "person", gives=WayShown, lists=True)
def list_ways(request: Request) -> Response:
    """Your ways. Your dashboard is none: it always is."""
    return page(request, ways.ways_of(person_of(request)), _shown)


@handles("reach", "person", body=NewWay, gives=WayShown, status=201)
def add_way(request: Request, body: NewWay) -> Response:
    """Add a service or a browser; the same once more is the one that there is, switched on. At most ten."""
    person = person_of(request)
    if body.url is not None and body.endpoint is None and body.keys is None:
        way = ways.add_messenger(person=person, url=body.url, name=body.name)
    elif body.url is None and body.endpoint is not None and body.keys is not None:
        given = subscription(endpoint=body.endpoint, **Keys(p256dh=body.keys.p256dh, auth=body.keys.auth))
        way = ways.add_browser(person=person, subscription=given, name=body.name or "A browser")
    else:
        raise RefusedError("Give either a url, or an endpoint and keys.", field="url")
    return Response(_shown(way), status=201)


@handles("reach", "person", body=Switch, gives=WayShown)
def switch_way(request: Request, body: Switch, way_id: UUID) -> Response:
    """Switch it on or off. Off, what waits for it is not sent; it stands on your dashboard."""
    way = ways.access_way(person=person_of(request), way_id=way_id)
    (ways.switch_on if body.on else ways.switch_off)(way)
    way.refresh_from_db()
    return Response(_shown(way))


@handles("reach", "person", status=204)
def remove_way(request: Request, way_id: UUID) -> Response:
    """Take it away. 422 for e-mail, which can only be switched off."""
    ways.remove(ways.access_way(person=person_of(request), way_id=way_id))
    return Response(status=204)


@handles("reach", "person", gives=DispatchShown, status=202)
def send_test(request: Request, way_id: UUID) -> Response:
    """Send yourself a test, at once whatever the hour. 422 while it is off, 429 after five in ten minutes."""
    way = ways.access_way(person=person_of(request), way_id=way_id)
    return Response(_sent(ways.send_test(way)), status=202)


@handles("reach", "person", gives=DispatchShown, lists=True)
def list_messages(request: Request) -> Response:
    """What was sent to you in the last 30 days, and what waits, newest first."""
    mine = Dispatch.objects.filter(way__person=person_of(request)).select_related("notice")
    return page(request, mine, _sent)


def _wishes(request: Request) -> dict[str, Any]:
    person = person_of(request)
    reach = preferences.reach_of(person)
    named = {name: getattr(reach, name) for name in WishesShown.model_fields if name != "muted_companies"}
    muted = [company.slug for company in preferences.muted_companies(person)]
    return WishesShown(**named, muted_companies=muted).model_dump(mode="json")


def _shown(way: Way) -> dict[str, Any]:
    named = {name: getattr(way, name) for name in ("id", "kind", "name", "off_reason", "created_at")}
    return WayShown(**named, on=way.status == Way.Status.ON).model_dump(mode="json")


def _sent(dispatch: Dispatch) -> dict[str, Any]:
    same = ("id", "state", "next_at", "tries", "problem", "created_at", "finished_at")
    shown = DispatchShown(
        **{name: getattr(dispatch, name) for name in same},
        way=dispatch.way_id,
        notice=dispatch.notice_id,
        text=dispatch.notice.text if dispatch.notice else "This is a test",
    )
    return shown.model_dump(mode="json")
