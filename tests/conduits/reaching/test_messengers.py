"""Apps that apprise speaks: only those of the list, one POST each, through the guarded client."""

import base64
import json
import socket
from contextlib import suppress
from typing import Any

import pytest
import time_machine
from aiohttp import web
from django.test import override_settings
from hypothesis import given, settings
from hypothesis import strategies as st

from conduits.delivery import http
from conduits.delivery.addresses import NOT_PUBLIC
from conduits.delivery.http import Answer
from conduits.models import Dispatch, Way
from conduits.reaching import messengers
from conduits.reaching.claiming import MOST_TRIES
from conduits.reaching.composing import Parcel
from conduits.reaching.recording import WAITS
from conduits.reaching.ways import add_messenger
from parties.errors import RefusedError
from parties.models import Person
from parties.vault import open_sealed
from tests.conduits.reaching.reached import TOKEN, a_gotify, a_notice, no_email, reach, states
from tests.conduits.sink import Received, Sink, hangs, says

pytestmark = pytest.mark.django_db

A30, U30, A32 = "a" * 30, "u" * 30, "a" * 32
DISCORD = "4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js"
SLACK = "T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
# What a person writes, what it is called, and where the one POST goes.
FITTING = [
    ("ntfys://ntfy.sh/topic", "ntfy (ntfy.sh)", "https://ntfy.sh/"),
    ("ntfy://topic", "ntfy (ntfy.sh)", "https://ntfy.sh/"),
    ("ntfys://me:pw@ntfy.example/topic", "ntfy (ntfy.example)", "https://ntfy.example/"),
    ("ntfy://ntfy.example:8080/topic", "ntfy (ntfy.example)", "http://ntfy.example:8080/"),
    (f"gotifys://gotify.example/{TOKEN}", "Gotify (gotify.example)", "https://gotify.example/message"),
    (f"gotify://gotify.example/{TOKEN}", "Gotify (gotify.example)", "http://gotify.example/message"),
    (
        "tgram://123456789:abcdefg_hijklmnop/12315544",
        "Telegram (api.telegram.org)",
        "https://api.telegram.org/bot123456789:abcdefg_hijklmnop/sendMessage",
    ),
    (f"discord://{DISCORD}", "Discord (discord.com)", f"https://discord.com/api/webhooks/{DISCORD}"),
    (
        f"https://discord.com/api/webhooks/{DISCORD}",
        "Discord (discord.com)",
        f"https://discord.com/api/webhooks/{DISCORD}",
    ),
    (f"slack://{SLACK}/", "Slack (hooks.slack.com)", f"https://hooks.slack.com/services/{SLACK}"),
    (
        f"https://hooks.slack.com/services/{SLACK}",
        "Slack (hooks.slack.com)",
        f"https://hooks.slack.com/services/{SLACK}",
    ),
    (f"mmosts://chat.example/{A32}", "Mattermost (chat.example)", f"https://chat.example/hooks/{A32}"),
    (f"mmost://chat.example:8080/{A32}", "Mattermost (chat.example)", f"http://chat.example:8080/hooks/{A32}"),
    (
        f"zulip://bot@example/{A32}/news",
        "Zulip (example.zulipchat.com)",
        "https://example.zulipchat.com/api/v1/messages",
    ),
    (f"pover://{U30}@{A30}", "Pushover (api.pushover.net)", "https://api.pushover.net/1/messages.json"),
    (f"pbul://{'a' * 34}", "Pushbullet (api.pushbullet.com)", "https://api.pushbullet.com/v2/pushes"),
]


@pytest.mark.parametrize(("url", "name", "posted"), FITTING)
def test_each_of_the_list_is_put_together_as_one_post(
    url: str, name: str, posted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    parcels: list[Parcel] = []

    def carry(parcel: Parcel) -> Answer:
        parcels.append(parcel)
        body = b"ok" if "hooks.slack" in parcel.url else b'{"ok": true}'
        return Answer(200, body, {}, 1, None)

    monkeypatch.setattr(socket.socket, "connect", _never)
    assert messengers.name_of(url) == name
    assert messengers.say(url, "News about Moccasin", "LAMO wrote: Hello", carry)
    (parcel,) = parcels
    assert parcel.url == posted
    assert b"Hello" in parcel.body
    # Nothing of ours, and nothing that opens a picture from elsewhere.
    assert b"github" not in parcel.body
    assert not [value for value in parcel.headers.values() if "github" in value]


def _never(*_: object) -> None:
    raise AssertionError("a connection")


def test_each_messenger_has_a_url_here() -> None:
    shown = {name.partition(" (")[0] for _, name, _ in FITTING}
    schemes = {url.partition("://")[0] for url, _, _ in FITTING} - {"https"}
    assert shown == {one.title for one in messengers.MESSENGERS}
    assert schemes == {scheme for one in messengers.MESSENGERS for scheme in one.schemes}


@pytest.mark.parametrize(
    "url",
    [
        *("", "x", "://", "ntfy", "ntfy://", "ntfys:///", "gotify://host", "tgram://token", "discord://1"),
        *("file:///etc/passwd", "exec://rm", "syslog://", "dbus://", "qt://", "gnome://", "macosx://", "windows://"),
        *("json://127.0.0.1/", "xml://127.0.0.1/", "form://127.0.0.1/", "jsons://example.com/", "rsyslog://127.0.0.1"),
        *("mailto://me:pw@example.com", "smtp://127.0.0.1", "mqtt://127.0.0.1/t", "irc://127.0.0.1/c", "xmpp://a:b@c"),
        *("apprise://127.0.0.1/token", "matrix://a:b@127.0.0.1/#r", "signal://127.0.0.1/1/2", "growl://127.0.0.1"),
        *("http://example.com", "https://example.com/hook", "https://127.0.0.1/", "ftp://example.com"),
        *("ntfys://ntfy.sh/topic?attach=file:///etc/passwd", "ntfys://ntfy.sh/topic?redirect=yes", "ntfy://a/b#c"),
        *("ntfys://ntfy.sh/one/two", f"discord://{DISCORD}/extra?x", "tgram://123456789:abcdefg_hijklmnop/1/2"),
        *(
            "tgram://123456789:abcdefg_hijklmnop/",
            "slack://xoxb-1234-1234-4ddbc191d40ee098cbaae6f3523ada2d/a@b.example",
        ),
        *("ntfys://ntfy.sh/to pic", "ntfys://ntfy.sh/topic\r\nX: y", "ntfys://ntfy.sh/\0", "ntfys://" + "a" * 2000),
        *("gotify://a\ud800b/ABCDEFGHIJKLMNO", "NTFY://[::1", "ntfy://[", "ntfys://%00/%0a"),
    ],
)
def test_what_is_none_of_them_is_refused(url: str, ann: Person) -> None:
    with pytest.raises(RefusedError) as refused:
        add_messenger(person=ann, url=url)
    assert refused.value.field == "url"
    assert not Way.objects.filter(kind="messenger").exists()


INSIDE = [
    *("127.0.0.1", "localhost", "10.0.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1"),
    *("[::1]", "[::]", "[fe80::1]", "[fd00::1]", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]"),
    *("2130706433", "0x7f000001", "0177.0.0.1", "127.1", "127.0.0.1.", "127。0。0。1", "①②⑦.0.0.1", "x.localhost"),
    *("168.63.129.16", "198.18.0.1", "192.88.99.1", "240.0.0.1", "[fec0::1]", "[::127.0.0.1]", "example.com:25"),
]


@override_settings(PICO_WEBHOOK_ALLOW=())
@pytest.mark.parametrize("host", INSIDE)
@pytest.mark.parametrize("url", ["ntfy://{}/topic", f"gotify://{{}}/{TOKEN}", f"mmost://{{}}/{A32}"])
def test_an_address_that_leads_inside_is_refused_when_it_is_added(url: str, host: str, ann: Person) -> None:
    with pytest.raises(RefusedError):
        add_messenger(person=ann, url=url.format(host))


@settings(max_examples=300)
@given(
    scheme=st.sampled_from(sorted({scheme for one in messengers.MESSENGERS for scheme in one.schemes} | {"https"})),
    rest=st.text(max_size=60) | st.from_regex(r"[\w:@%.\[\]/-]{0,60}", fullmatch=True),
)
def test_whatever_is_typed_is_a_name_or_refused(scheme: str, rest: str) -> None:
    with suppress(RefusedError):
        assert "(" in messengers.name_of(f"{scheme}://{rest}")


def test_a_message_arrives_plain_and_short(ann: Person, sink: Sink) -> None:
    no_email(ann)
    way = a_gotify(ann, sink.port)
    a_notice(ann, text="LAMO wrote: @everyone [win](https://evil.example) <b>now</b>", path="/things/X")
    reach()
    (received,) = sink.received
    assert (received.path, received.headers["x-gotify-key"]) == ("/message", TOKEN)
    said = received.json
    assert said["title"] == "News about Moccasin"
    assert said["message"] == (
        "LAMO wrote: @\u200beveryone [win]\u200b(https://evil.example) ‹b›now‹/b›\nhttp://pico.test/things/X"
    )
    assert states() == ["sent"]
    assert way.name == "Gotify (127.0.0.1)"


def test_ntfy_gets_it_too_with_its_password(ann: Person, sink: Sink) -> None:
    no_email(ann)
    add_messenger(person=ann, url=f"ntfy://me:pw@127.0.0.1:{sink.port}/topic", name="My phone")
    a_notice(ann)
    reach()
    (received,) = sink.received
    assert received.headers["authorization"] == f"Basic {base64.b64encode(b'me:pw').decode()}"
    assert json.loads(received.body)["topic"] == "topic"
    assert list(ann.ways.filter(kind="messenger").values_list("name", flat=True)) == ["My phone"]


def test_its_address_lies_sealed(ann: Person, sink: Sink) -> None:
    way = a_gotify(ann, sink.port)
    assert TOKEN not in way.sealed
    assert open_sealed(way.sealed) == f"gotify://127.0.0.1:{sink.port}/{TOKEN}"
    assert TOKEN not in way.name


def test_a_name_that_leads_inside_by_now_gets_nothing(ann: Person, sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: it was public when it was added, and is loopback when it is sent to."""
    no_email(ann)
    monkeypatch.setattr(http, "_system_addresses", lambda _: ["127.0.0.1"])
    with override_settings(PICO_WEBHOOK_ALLOW=()):
        add_messenger(person=ann, url=f"ntfy://rebinds.example:8080/{TOKEN}")
        a_notice(ann)
        reach()
    assert sink.received == []
    assert Dispatch.objects.values_list("state", "problem").get() == ("waiting", NOT_PUBLIC)


def test_an_address_among_others_that_leads_inside_spoils_them_all(
    ann: Person, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_email(ann)
    monkeypatch.setattr(http, "_system_addresses", lambda _: ["8.8.8.8", "127.0.0.1"])
    with override_settings(PICO_WEBHOOK_ALLOW=()):
        add_messenger(person=ann, url="ntfys://both.example/topic")
        a_notice(ann)
        reach()
    assert Dispatch.objects.values_list("state", "problem").get() == ("waiting", NOT_PUBLIC)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(ann: Person, sink: Sink, status: int) -> None:
    no_email(ann)
    a_gotify(ann, sink.port)

    async def leads_on(_: Received) -> web.Response:
        return web.Response(status=status, headers={"Location": f"http://127.0.0.1:{sink.port}/inside"})

    sink.answer = leads_on
    a_notice(ann)
    reach()
    assert [one.path for one in sink.received] == ["/message"]
    assert "redirect" in Dispatch.objects.get().problem


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_one_that_refuses_for_good_is_switched_off_and_what_waits_for_it_ends(
    ann: Person, sink: Sink, status: int
) -> None:
    no_email(ann)
    way = a_gotify(ann, sink.port)
    sink.answer = says(status)
    a_notice(ann)
    a_notice(ann)
    reach()
    way.refresh_from_db()
    assert (way.status, way.off_reason) == ("off", f"It answered {status}.")
    assert (len(sink.received), states()) == (1, ["failed", "shut"])
    a_notice(ann)
    reach()
    assert (len(sink.received), Dispatch.objects.count()) == (1, 2)


def test_one_that_fails_rests_and_what_waits_behind_comes_in_order(
    clock: time_machine.Traveller, ann: Person, sink: Sink
) -> None:
    no_email(ann)
    a_gotify(ann, sink.port)
    sink.answer = says(500)
    a_notice(ann, text="first")
    a_notice(ann, text="second")
    reach()
    reach()
    assert len(sink.received) == 1
    sink.answer = says(200)
    clock.shift(WAITS[0])
    reach()
    assert [one.json["message"].partition("\n")[0] for one in sink.received] == ["first", "second", "first"]
    assert states() == ["sent", "sent"]


def test_as_long_as_it_asks_for_is_waited(clock: time_machine.Traveller, ann: Person, sink: Sink) -> None:
    no_email(ann)
    a_gotify(ann, sink.port)
    sink.answer = says(429, Retry_After="3600")
    a_notice(ann)
    reach()
    clock.shift(WAITS[1])
    reach()
    assert len(sink.received) == 1
    clock.shift(WAITS[3])
    reach()
    assert len(sink.received) == 2


def test_one_that_fails_for_days_is_switched_off(clock: time_machine.Traveller, ann: Person, sink: Sink) -> None:
    no_email(ann)
    way = a_gotify(ann, sink.port)
    sink.answer = says(503)
    a_notice(ann)
    for _ in range(MOST_TRIES + 1):
        reach()
        clock.shift(WAITS[-1])
    way.refresh_from_db()
    assert (way.status, way.off_reason) == ("off", "Nothing could be sent for days. It answered 503.")
    assert (len(sink.received), states()) == (MOST_TRIES, ["failed"])


def test_words_that_it_will_not_take_are_the_words_fault(ann: Person, sink: Sink) -> None:
    """So that no company can break a person's way by what it writes."""
    no_email(ann)
    way = a_gotify(ann, sink.port)
    sink.answer = says(400)
    a_notice(ann)
    reach()
    sink.answer = says(200)
    a_notice(ann)
    reach()
    way.refresh_from_db()
    assert (way.status, states()) == ("on", ["failed", "sent"])


def test_a_server_that_hangs_keeps_no_other_waiting(
    ann: Person, sink: Sink, monkeypatch: pytest.MonkeyPatch, mailoutbox: list[Any]
) -> None:
    usual: dict[str, Any] = http.Client.__init__.__kwdefaults__ or {}
    monkeypatch.setattr(http.Client.__init__, "__kwdefaults__", usual | {"total_seconds": 0.5})
    a_gotify(ann, sink.port)
    sink.answer = hangs
    a_notice(ann)
    a_notice(ann)
    reach()
    assert len(mailoutbox) == 2
    waiting = Dispatch.objects.filter(way__kind="messenger").order_by("pk")
    assert [(one.state, one.problem) for one in waiting] == [("waiting", "No answer came in time."), ("waiting", "")]


def test_what_cannot_be_opened_any_more_is_switched_off(ann: Person, sink: Sink) -> None:
    no_email(ann)
    way = a_gotify(ann, sink.port)
    a_notice(ann)
    with override_settings(SECRET_KEY="another", SECRET_KEY_FALLBACKS=[]):
        reach()
    way.refresh_from_db()
    assert (way.status, way.off_reason) == ("off", "Its address cannot be read any more. Add it anew.")
    assert sink.received == []
