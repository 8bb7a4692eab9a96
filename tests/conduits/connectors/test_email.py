"""Mail for a company without any system: each message has an address, and a reply to it is an answer."""

import io
import json
from email.message import EmailMessage
from smtplib import SMTPDataError, SMTPServerDisconnected
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import call_command

from conduits import steering
from conduits.connectors.reply_addresses import address_of, is_ours, messages_named
from conduits.delivery.endpoints import send_test
from conduits.models import Delivery
from tests.conduits.connectors.documented import Documented
from tests.conduits.connectors.world import World, a_world, in_json, sent
from tests.conduits.sink import Sink

pytestmark = pytest.mark.django_db


class AMailbox(Documented):
    """Nothing but an address."""

    KIND = "email"

    def config(self) -> dict[str, Any]:
        return {"to": "service@lamo.example", "reply_to": "answers@in.lamo.example"}


@pytest.fixture
def world(sink: Sink) -> World:
    return a_world(AMailbox(), sink)


def the_mail(number: int = -1) -> Any:
    return mail.outbox[number]


def a_reply(to: str = "", text: str = "We send a new pair.", **headers: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Kim <kim@lamo.example>"
    message["To"] = to or the_mail().reply_to[0]
    message["Subject"] = "Re: The code on Moccasin LM-7 is scanned"
    message["Message-ID"] = "<1@lamo.example>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


def post(world: World, message: EmailMessage | bytes, **more: Any) -> Any:
    raw = message if isinstance(message, bytes) else message.as_bytes()
    return world.post(raw, "message/rfc822", **more)


def test_each_message_is_a_mail_with_an_address_of_its_own(world: World) -> None:
    message = sent(world.scan())

    assert [message.state, message.attempts.get().status] == ["delivered", 250]
    assert message.endpoint.url == "mailto:service@lamo.example"
    (one,) = mail.outbox
    assert [one.to, one.subject] == [["service@lamo.example"], "The code on Moccasin LM-7 is scanned"]
    assert "\n\nOwner of LM-7:\n\nThe code on Moccasin LM-7 is scanned." in one.body
    assert "Ann" not in one.message().as_string()
    assert one.extra_headers["Message-ID"] == f"<{message.webhook_id}@pico.test>"
    assert one.extra_headers["Auto-Submitted"] == "auto-generated"
    second = sent(world.write())
    assert second.state == "delivered"
    assert the_mail().extra_headers["References"] == one.extra_headers["References"]
    assert the_mail().reply_to != one.reply_to


def test_a_reply_is_an_answer_to_what_the_mail_told(world: World) -> None:
    message = sent(world.write())
    below = "\n".join(f"> {line}" for line in the_mail().body.splitlines())
    quoted = f"We send a new pair.\n\nOn Sat, 21 Nov 2026 at 16:40, Pico <no-reply@pico.test> wrote:\n{below}"

    assert in_json(post(world, a_reply(text=quoted))) == {"taken": 1}

    assert world.answers == ["We send a new pair."]
    entry = world.conduit.journal.entries.get(author_company=world.conduit.company)
    assert entry.reply_to_event_id == message.event_id
    assert in_json(post(world, a_reply(text=quoted))) == {"taken": 0}
    assert len(world.answers) == 1


@pytest.mark.parametrize("field", ["Cc", "Delivered-To", "X-Original-To"])
def test_the_address_may_stand_wherever_a_mail_says_whom_it_was_for(world: World, field: str) -> None:
    sent(world.write())
    reply = a_reply("answers@in.lamo.example")
    reply[field] = the_mail().reply_to[0].upper() if field == "Cc" else the_mail().reply_to[0]

    assert in_json(post(world, reply)) == {"taken": 1}


def test_markup_is_read_as_text(world: World) -> None:
    sent(world.write())
    reply = a_reply()
    reply.set_content("<style>p {}</style><p>We send<br>a <b>new</b> pair &amp; more.</p>", subtype="html")

    assert in_json(post(world, reply)) == {"taken": 1}
    assert world.answers == ["We send\na new pair & more."]


@pytest.mark.parametrize(
    "automatic",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "auto-generated; owner=x"},
        {"Precedence": "bulk"},
        {"Return_Path": "<>"},
        {"X_Autoreply": "yes"},
    ],
)
def test_no_program_answers_for_anybody(world: World, automatic: dict[str, str]) -> None:
    sent(world.write())
    assert in_json(post(world, a_reply(**automatic))) == {"taken": 0}
    assert in_json(post(world, a_reply(Auto_Submitted="no"))) == {"taken": 1}


def test_a_token_of_another_s_or_of_nobody_s_answers_nothing(world: World) -> None:
    message = sent(world.write())
    forged = address_of("answers@in.lamo.example", message.webhook_id, "whsec_guessed")

    for to in (forged, "answers@in.lamo.example", f"answers+{'a' * 42}@in.lamo.example", "answers+x@in.lamo.example"):
        assert in_json(post(world, a_reply(to))) == {"taken": 0}
    assert post(world, a_reply(), key="wrong").status_code == 404
    assert world.answers == []


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe\x00",
        b"To: \xff\xfe@\n\nx",
        b"Content-Type: text/plain; charset=martian\nTo: x@y\n\n\xff",
        b"Content-Type: multipart/mixed\nTo: x@y\n\n--\n",
        b"To: " + b"(" * 5000 + b"\n\nx",
        b"{}",
    ],
)
def test_no_mail_breaks_anything(world: World, raw: bytes) -> None:
    sent(world.write())
    token = f"Cc: {the_mail().reply_to[0]}\n".encode()
    for one in (raw, token + raw):
        assert post(world, one).status_code in {200, 422}


def test_a_mail_in_a_charset_that_nobody_knows_is_read_as_well_as_can_be(world: World) -> None:
    sent(world.write())
    head = f"From: kim@lamo.example\nTo: {the_mail().reply_to[0]}\nMessage-ID: <2@x>\nContent-Type: text/plain; charset=martian\n\nHello."
    assert in_json(post(world, head.encode())) == {"taken": 1}
    assert world.answers == ["Hello."]


@pytest.mark.parametrize(
    ("error", "said", "status"),
    [
        (SMTPDataError(451, b"later"), "The mail server said 451.", 451),
        (SMTPServerDisconnected("gone"), "The mail server did not take it (SMTPServerDisconnected).", None),
        (ConnectionRefusedError(), "The mail server did not take it (ConnectionRefusedError).", None),
    ],
)
def test_a_mail_that_no_server_takes_waits(
    world: World, monkeypatch: pytest.MonkeyPatch, error: Exception, said: str, status: int | None
) -> None:
    def refuses(*_: Any) -> int:
        raise error

    monkeypatch.setattr(EmailBackend, "send_messages", refuses)
    message = sent(world.scan())

    assert [message.state, message.attempts.get().status, world.now.error] == ["waiting", status, said]


def test_a_test_is_a_mail_that_nobody_can_answer(world: World) -> None:
    assert sent(send_test(world.connector.endpoint)).state == "delivered"
    assert [the_mail().subject, the_mail().reply_to] == ["A test", []]


def pipe(monkeypatch: pytest.MonkeyPatch, raw: bytes, *recipients: str) -> Any:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(raw)))
    out = io.StringIO()
    call_command("receive_mail", *recipients, stdout=out, stderr=io.StringIO())
    return json.loads(out.getvalue())


def test_a_mail_server_s_pipe_finds_the_connector_by_the_address(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    sent(world.write())
    taken = pipe(monkeypatch, a_reply().as_bytes())
    assert taken["result"] == "taken"
    assert world.conduit.journal.entries.get(pk=taken["entry"]).body == "We send a new pair."
    assert pipe(monkeypatch, a_reply().as_bytes())["result"] == "repeated"
    assert world.answers == ["We send a new pair."]


def test_an_address_that_only_the_envelope_names_will_do(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """As of a mail that was passed on, or sent as a blind copy."""
    sent(world.write())
    reply = a_reply("service@lamo.example").as_bytes()
    assert pipe(monkeypatch, reply, the_mail().reply_to[0].partition("<")[2].rstrip(">"))["result"] == "taken"
    assert world.answers == ["We send a new pair."]


def test_a_reply_with_nothing_new_is_refused_and_not_called_a_repeat(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent(world.write())
    refused = pipe(monkeypatch, a_reply(text="> The sole came off.").as_bytes())
    assert [refused["result"], refused["reason"]] == [
        "refused",
        "There is nothing new in it: write above what it quotes.",
    ]


@pytest.mark.parametrize("to", ["answers+x@in.lamo.example", f"answers+{'a' * 42}@x.example"])
def test_a_mail_to_an_address_that_was_never_given_out_is_dropped(
    world: World, monkeypatch: pytest.MonkeyPatch, to: str
) -> None:
    sent(world.write())
    assert pipe(monkeypatch, a_reply(to).as_bytes())["reason"] == "no address of ours takes it"


def test_a_mail_that_does_not_pass_now_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    sent(world.write())
    steering.pause(world.conduit)
    assert pipe(monkeypatch, a_reply().as_bytes())["result"] == "refused"
    assert world.answers == []


def test_a_token_of_another_connector_s_message_is_no_key_to_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    message = sent(world.write())
    other = address_of("answers@in.lamo.example", message.webhook_id, "whsec_other")
    assert pipe(monkeypatch, a_reply(other).as_bytes())["result"] == "dropped"


def test_an_address_names_its_message_and_fits_before_the_at() -> None:
    name = f"msg_{'0123456789abcdef' * 2}"
    address = address_of("answers@in.lamo.example", name, "whsec_a")
    (token,) = messages_named([f"Kim <{address.upper()}>", "other@x.example"])

    assert len(address.partition("@")[0]) <= 64
    assert [token[:16].hex(), is_ours(token, ["whsec_b", "whsec_a"]), is_ours(token, ["whsec_b"])] == [
        name[4:],
        True,
        False,
    ]
    assert Delivery.objects.count() == 0
