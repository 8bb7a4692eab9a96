"""The services that apprise speaks and that we let it speak to: those that one POST serves, to a host that is fixed or
can be vetted. Adding one is a line here and in docs/notifications.md, and a URL in the test that each is composed.
"""

import logging
import re
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings

from conduits.delivery.addresses import AddressRefused, parse_webhook_url
from conduits.delivery.http import Answer
from conduits.reaching.composing import Carrier, NothingCarriedError, Parcel, carried_by, stand_in_for
from parties.errors import RefusedError

LONGEST: Final = 1000


@dataclass(frozen=True, slots=True)
class Messenger:
    """`module` and `plugin` are apprise's; `example` shows how to write its URL."""

    title: str
    module: str
    plugin: str
    schemes: tuple[str, ...]
    example: str
    # Whether the URL names the server.
    own_server: bool = False


MESSENGERS: Final = (
    Messenger("ntfy", "ntfy", "NotifyNtfy", ("ntfys", "ntfy"), "ntfys://ntfy.sh/your-topic", own_server=True),
    Messenger(
        "Gotify",
        "gotify",
        "NotifyGotify",
        ("gotifys", "gotify"),
        "gotifys://gotify.example/your-token",
        own_server=True,
    ),
    Messenger("Telegram", "telegram", "NotifyTelegram", ("tgram",), "tgram://bot-token/chat-id"),
    Messenger("Discord", "discord", "NotifyDiscord", ("discord",), "https://discord.com/api/webhooks/id/token"),
    Messenger("Slack", "slack", "NotifySlack", ("slack",), "https://hooks.slack.com/services/T…/B…/…"),
    Messenger(
        "Mattermost",
        "mattermost",
        "NotifyMattermost",
        ("mmosts", "mmost"),
        "mmosts://chat.example/hook-id",
        own_server=True,
    ),
    Messenger("Zulip", "zulip", "NotifyZulip", ("zulip",), "zulip://bot@organisation/key/channel"),
    Messenger("Pushover", "pushover", "NotifyPushover", ("pover",), "pover://user-key@app-token"),
    Messenger("Pushbullet", "pushbullet", "NotifyPushBullet", ("pbul",), "pbul://access-token"),
)
_BY_SCHEME: Final = {scheme: messenger for messenger in MESSENGERS for scheme in messenger.schemes}


def name_of(url: str) -> str:
    """What to call the way that a URL leads: the service and its host, without secrets.

    Raises RefusedError, as all of it is checked: the message is put together, and where it would go is judged.
    """
    try:
        return _name_of(url)
    except RefusedError:
        raise
    except Exception as error:  # whatever apprise makes of what somebody typed
        raise RefusedError("This cannot be read as the address of a service.", field="url") from error


def _name_of(url: str) -> str:
    messenger, plugin = _plugin(url)
    parcels: list[Parcel] = []

    def keep(parcel: Parcel) -> Answer:
        parcels.append(parcel)
        # What each of them says when it took a message.
        return Answer(200, b"ok" if "//hooks.slack.com/" in parcel.url else b'{"ok": true}', {}, 0, None)

    if not _say(plugin, "Test", "Test", keep):
        raise RefusedError(
            f"Nothing could be put together for it. Write it like this: {messenger.example}", field="url"
        )
    there = _host_of(parcels[0].url)
    # apprise takes what it cannot read as a host for a topic at ntfy.sh, where anybody could read along.
    if (typed := _typed_host(url)) and messenger.own_server and _host_of(f"https://{typed}/") != there:
        raise RefusedError("This is no name of a server.", field="url")
    return f"{messenger.title} ({there})"


def _typed_host(url: str) -> str:
    """Without user and port; empty where there is nothing but a topic."""
    server, slash, _ = url.partition("://")[2].partition("/")
    host = server.rpartition("@")[2]
    return re.sub(r":\d+$", "", host) if slash else ""


def _host_of(url: str) -> str:
    try:
        return parse_webhook_url(url, allowed=settings.PICO_WEBHOOK_ALLOW).host
    except AddressRefused as refused:
        raise RefusedError(refused.reason, field="url") from refused


def say(url: str, title: str, body: str, carrier: Carrier) -> bool:
    """Has the message put together and carried; whether the service took it. Raises RefusedError for a URL that cannot
    be used, or no longer.
    """
    return _say(_plugin(url)[1], plainly(title), plainly(body), carrier)


def plainly(text: str) -> str:
    """Without what services take for more than text: mentions that ring everybody's bell, markup, links in disguise."""
    return text.replace("@", "@\u200b").replace("](", "]\u200b(").replace("<", "‹").replace(">", "›")


def _say(plugin: Any, title: str, body: str, carrier: Carrier) -> bool:
    """One POST and no more: a plugin that would go on talking has its further ones refused."""
    left = [carrier]

    def once(parcel: Parcel) -> Answer:
        if not left:
            raise NothingCarriedError("One POST is carried.")
        return left.pop()(parcel)

    with carried_by(once):
        return bool(plugin.notify(title=title, body=body, body_format="text"))


def _plugin(url: str) -> tuple[Messenger, Any]:
    if len(url) > LONGEST or not url.isprintable() or " " in url:
        raise RefusedError(f"Give an address of at most {LONGEST} characters, without spaces.", field="url")
    if "?" in url or "#" in url:
        raise RefusedError("Leave out what begins with ? or #.", field="url")
    scheme = url.partition("://")[0].lower() if "://" in url else ""
    if scheme == "https":
        return _native(url)
    messenger = _BY_SCHEME.get(scheme)
    if messenger is None:
        raise RefusedError(f"Write it like one of these: {_examples()}", field="url")
    return messenger, _made(messenger, _class_of(messenger).parse_url(url))


def _native(url: str) -> tuple[Messenger, Any]:
    """An address as the service itself shows it, for those that apprise knows by it."""
    for messenger in MESSENGERS:
        if urlsplit(messenger.example).scheme == "https" and (read := _class_of(messenger).parse_native_url(url)):
            return messenger, _made(messenger, read)
    raise RefusedError(f"Write it like one of these: {_examples()}", field="url")


def _made(messenger: Messenger, parts: dict[str, Any] | None) -> Any:
    wrong = RefusedError(f"This does not fit {messenger.title}. Write it like this: {messenger.example}", field="url")
    try:
        plugin = _class_of(messenger)(**parts, asset=_asset()) if parts else None
    except (TypeError, ValueError) as error:  # AppriseImproperlyConfigured is a TypeError
        raise wrong from error
    if plugin is None or len(plugin) != 1:
        raise wrong
    return plugin


@cache
def _class_of(messenger: Messenger) -> Any:
    """Only the plugins that are allowed are ever loaded, and each without its own way to send."""
    module = import_module(f"apprise.plugins.{messenger.module}")
    stand_in_for(module)
    # It logs what it was given, secrets among it.
    logging.getLogger("apprise").setLevel(logging.CRITICAL)
    return getattr(module, messenger.plugin)


@cache
def _asset() -> Any:
    from apprise import AppriseAsset, PersistentStoreMode  # noqa: PLC0415 (a third of a second, for those who need it)

    return AppriseAsset(
        app_id="Pico Conduit",
        app_desc="Pico Conduit",
        app_url=settings.PUBLIC_URL,
        image_url_mask="",
        image_url_logo="",
        async_mode=False,
        secure_logging=True,
        http_redirects=False,
        pgp_autogen=False,
        pem_autogen=False,
        allow_templates=False,
        storage_mode=PersistentStoreMode.MEMORY,
    )


def _examples() -> str:
    return ", ".join(messenger.example for messenger in MESSENGERS)
