"""An owner's links to one thing, for people without a sign-in."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field
from rest_framework.request import Request
from rest_framework.response import Response

from api.bodies import Body, Line, Shown
from api.doors import handles
from api.paging import page
from conduits.api.readers import person_of
from picos import channels
from picos.access import access_owned_pico
from picos.models import Channel, ChannelUse


class NewChannel(Body):
    """A link to open. A use is an entry; where `scope` has no `entries`, an opening. No `uses`: without end."""

    name: Line
    scope: list[Literal["page", "entries", "state"]] = Field(min_length=1, max_length=3)
    expires_in_days: int = Field(ge=1, le=channels.LONGEST_DAYS, strict=True)
    uses: int | None = Field(default=None, ge=1, le=channels.MOST_USES, strict=True)
    visibility: Literal["private", "shared"] = "private"


class ChannelShown(Shown):
    """A link, without its secret."""

    id: UUID
    name: str
    scope: list[str]
    visibility: str
    created_at: datetime
    expires_at: datetime
    uses_left: int | None
    uses: int
    revoked_at: datetime | None


class ChannelOpened(Shown):
    """A new link; `url` is shown this once."""

    id: UUID
    url: str
    expires_at: datetime


class ChannelUseShown(Shown):
    """A use of a link."""

    at: datetime
    what: Literal["opened", "wrote"]


@handles("picos", "person", body=NewChannel, gives=ChannelOpened, status=201)
def open_channel(request: Request, body: NewChannel, code: str) -> Response:
    """Let whoever has the link read or write for a while; what they write stands under its `name`."""
    owner = person_of(request)
    pico = access_owned_pico(owner=owner, code=code)
    channel, url = channels.open_channel(pico=pico, owner=owner, **body.model_dump())
    opened = ChannelOpened(id=channel.pk, url=url, expires_at=channel.expires_at)
    return Response(opened.model_dump(mode="json"), status=201)


@handles("picos", "person", gives=ChannelShown, lists=True)
def list_channels(request: Request, code: str) -> Response:
    """The links that you opened to it, newest first, ended ones too."""
    owner = person_of(request)
    rows = Channel.objects.filter(pico=access_owned_pico(owner=owner, code=code), owner=owner)
    return page(request, rows, lambda channel: _shown(channel).model_dump(mode="json"))


@handles("picos", "person", status=204)
def revoke_channel(request: Request, code: str, channel_id: UUID) -> Response:
    """End a link; its list of uses stays."""
    channels.revoke_channel(_access(request, code, channel_id))
    return Response(status=204)


@handles("picos", "person", gives=ChannelUseShown, lists=True)
def list_uses(request: Request, code: str, channel_id: UUID) -> Response:
    """Each use of a link, newest first."""
    rows = ChannelUse.objects.filter(channel=_access(request, code, channel_id))
    return page(
        request, rows, lambda use: ChannelUseShown.model_validate(use, from_attributes=True).model_dump(mode="json")
    )


def _shown(channel: Channel) -> ChannelShown:
    return ChannelShown.model_validate(channel, from_attributes=True)


def _access(request: Request, code: str, channel_id: UUID) -> Channel:
    owner = person_of(request)
    return channels.access_own_channel(
        owner=owner, pico=access_owned_pico(owner=owner, code=code), channel_id=channel_id
    )
