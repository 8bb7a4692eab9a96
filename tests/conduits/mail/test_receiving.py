"""Answers by mail: taken once, from whom they are asked for, as long as that person is that end of the conduit."""

import io
import json
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from conduits import steering
from conduits.answering import answer
from conduits.leaving import release_and_close
from conduits.mail.addresses import address_of, forget_expired, new_address
from conduits.mail.receiving import MOST, receive
from conduits.mail.replying import MARKER
from conduits.models import Conduit, ReceivedMail, ReplyAddress
from journals.models import Attachment, Entry
from parties.members import let_go, let_in
from parties.models import Member
from tests.conduits.mail.letters import DOMAIN, a_letter, attached
from tests.conduits.reaching.reached import reach
from tests.factories import a_conduit, a_member, a_person, a_photo

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _takes_mail(settings: Any) -> None:
    settings.MAIL_DOMAIN, settings.MAIL_SECRET = DOMAIN, "s3cret"


def owners_address(conduit: Conduit) -> str:
    return new_address(conduit=conduit, person=conduit.owner)


def agents_address(conduit: Conduit, member: Member, entry: Entry | None = None) -> str:
    return new_address(conduit=conduit, person=member.person, member=member, entry=entry)


def test_the_owner_answers_by_replying_to_the_mail_of_an_answer() -> None:
    conduit = a_conduit()
    said = answer(conduit=conduit, body="Which side?")
    with time_machine.travel(timezone.now() + timedelta(minutes=3)):
        reach()
    (sent,) = mail.outbox
    (address,) = sent.reply_to
    assert [address[:6], address[51:]] == ["reply+", f"@{DOMAIN}"]
    assert sent.body.startswith(f"--- {MARKER} ---\n\nLAMO Footwear wrote: Which side?")
    assert "You can also answer by replying to this mail. It goes to LAMO Footwear.\n" in sent.body

    quoted = "\n".join(f"> {line}" for line in sent.body.splitlines())
    received = receive(
        a_letter(address, conduit.owner.email, f"The left one.\n\nOn 22 Nov at 10:01, X wrote:\n{quoted}")
    )

    entry = Entry.objects.latest("pk")
    assert [received.result, received.entry] == ["taken", entry.pk]
    assert [entry.author_person, entry.body, entry.visibility, entry.in_reply_to] == [
        conduit.owner,
        "The left one.",
        "shared",
        said,
    ]
    conduit.journal.refresh_from_db()
    assert conduit.journal.waiting_since == entry.at


def test_an_agent_s_reply_is_an_answer_of_the_company_s() -> None:
    conduit = a_conduit()
    member = a_member(conduit.company)
    asked = Entry.objects.create(
        journal=conduit.journal, author_person=conduit.owner, body="Well?", visibility="shared"
    )

    received = receive(a_letter(agents_address(conduit, member, asked).upper(), member.person.email, photos=2))

    entry = Entry.objects.latest("pk")
    assert received.entry == entry.pk
    assert [entry.author_company, entry.agent_id, entry.kind] == [conduit.company, member.person_id, "answer"]
    assert [entry.body, entry.in_reply_to, entry.attachments.count()] == ["Yes, please.", asked, 2]


def test_without_a_domain_no_mail_asks_for_an_answer(settings: Any) -> None:
    settings.MAIL_DOMAIN = ""
    answer(conduit=a_conduit(), body="Which side?")
    with time_machine.travel(timezone.now() + timedelta(minutes=3)):
        reach()
    assert [mail.outbox[0].reply_to, MARKER in mail.outbox[0].body] == [[], False]
    assert not ReplyAddress.objects.exists()


def test_a_mail_is_taken_once() -> None:
    conduit = a_conduit()
    letter = a_letter(owners_address(conduit), conduit.owner.email)
    assert [receive(letter).result for _ in range(3)] == ["taken", "repeated", "repeated"]
    assert receive(a_letter(owners_address(conduit), conduit.owner.email, Message_ID="<2@x>")).result == "taken"
    assert Entry.objects.count() == 2


def test_what_failed_may_come_again() -> None:
    conduit = a_conduit()
    member = a_member(conduit.company)
    letter = a_letter(agents_address(conduit, member), member.person.email)
    steering.pause(conduit)
    refused = receive(letter)
    assert [refused.result, refused.reason] == ["refused", "You cannot write now: the conduit is paused."]
    assert [mail.outbox[0].to, mail.outbox[0].extra_headers["Auto-Submitted"]] == [
        [member.person.email],
        "auto-replied",
    ]
    assert mail.outbox[0].body.startswith("Your mail was not taken. You cannot write now: the conduit is paused.")
    assert not ReceivedMail.objects.exists()
    steering.resume(conduit)
    assert receive(letter).result == "taken"


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto-Submitted": "auto-replied"},
        {"Auto-Submitted": "auto-generated; owner-email=x"},
        {"Return-Path": "<>"},
        {"Precedence": "bulk"},
        {"List-Id": "<all.example>"},
        {"X-Autoreply": "yes"},
        {"Content-Type": "multipart/report; report-type=delivery-status; boundary=b"},
    ],
)
def test_what_no_person_wrote_is_dropped_without_a_word(headers: dict[str, str]) -> None:
    conduit = a_conduit()
    letter = a_letter(owners_address(conduit), conduit.owner.email)
    above = "".join(f"{name}: {value}\n" for name, value in headers.items()).encode()
    letter = (
        letter.replace(b'Content-Type: text/plain; charset="utf-8"\n', b"") if "Content-Type" in headers else letter
    )
    assert receive(above + letter).result == "dropped"
    assert [Entry.objects.count(), mail.outbox] == [0, []]
    assert receive(b"Auto-Submitted: no\n" + a_letter(owners_address(conduit), conduit.owner.email)).result == "taken"


def test_a_mail_from_somebody_else_or_to_no_address_of_ours_is_dropped_without_a_word(settings: Any) -> None:
    conduit = a_conduit()
    address = owners_address(conduit)
    token = address.partition("@")[0]
    other = "a" if token[8] != "a" else "b"
    wrong = [
        f"{token}@elsewhere.example",
        f"{token[:8]}{other}{token[9:]}@{DOMAIN}",
        f"reply+x@{DOMAIN}",
        f"reply@{DOMAIN}",
    ]
    letters = [a_letter(address, "stranger@example.com"), *(a_letter(to, conduit.owner.email) for to in wrong)]
    letters += [b"", b"\xff\x00", b"Subject: x\n\n", b"From: a@b\n\n" + b"x" * 100]
    assert {receive(letter).result for letter in letters} == {"dropped"}
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another"
    assert [Entry.objects.count(), mail.outbox] == [0, []]
    assert receive(a_letter(address, conduit.owner.email)).result == "taken"


def test_an_address_ends_with_the_membership_and_does_not_come_back_with_it() -> None:
    conduit = a_conduit()
    a_member(conduit.company, "admin")
    member = a_member(conduit.company)
    address = agents_address(conduit, member)
    let_go(company=conduit.company, member_id=member.pk)
    let_in(company=conduit.company, person=member.person, role="agent")
    assert receive(a_letter(address, member.person.email)).reason == "no address of ours takes it"


def test_a_viewer_s_reply_is_refused_politely() -> None:
    conduit = a_conduit()
    member = a_member(conduit.company, "viewer")
    refused = receive(a_letter(agents_address(conduit, member), member.person.email))
    assert [refused.result, refused.reason] == ["refused", "You may read at this desk, and not answer."]
    assert not Entry.objects.exists()


def test_an_owner_s_address_ends_with_what_was_theirs_and_with_its_time() -> None:
    conduit = a_conduit()
    address = owners_address(conduit)
    with time_machine.travel(timezone.now() + timedelta(days=30, seconds=1)):
        assert receive(a_letter(address, conduit.owner.email)).result == "dropped"
        forget_expired()
    assert not ReplyAddress.objects.exists()
    again = owners_address(conduit)
    release_and_close(pico=conduit.pico, owner=conduit.owner)
    assert receive(a_letter(again, conduit.owner.email)).result == "dropped"
    assert not Entry.objects.exists()


def test_photos_are_taken_and_what_else_is_attached_is_refused_politely() -> None:
    conduit = a_conduit()
    letter = a_letter(owners_address(conduit), conduit.owner.email, photos=1)
    letter = attached(letter, b"%PDF-1.7", "application/pdf", filename="bill.pdf")
    letter = attached(letter, b"no picture", "image/png", filename="broken.png")
    received = receive(letter)
    assert received.result == "taken"
    assert Attachment.objects.get().entry_id == received.entry
    assert mail.outbox[0].body.startswith(
        "Your words were taken, but not all that was with them. “bill.pdf” is no photo; only photos can be sent along. "
        "“broken.png” is not a photo that we can read."
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [("> quoted\n", "There is nothing new in it"), ("a" * 10_001, "It has more than 10,000 letters")],
)
def test_what_cannot_be_an_entry_is_refused_politely(text: str, why: str) -> None:
    conduit = a_conduit()
    refused = receive(a_letter(owners_address(conduit), conduit.owner.email, text))
    assert refused.result == "refused"
    assert refused.reason.startswith(why)
    assert mail.outbox[0].to == [conduit.owner.email]
    assert not Entry.objects.exists()


def test_nobody_writes_more_than_so_many_mails_an_hour() -> None:
    conduit = a_conduit()
    address = owners_address(conduit)
    results = [receive(a_letter(address, conduit.owner.email, Message_ID=f"<{n}@x>")).result for n in range(MOST + 1)]
    assert results == ["taken"] * MOST + ["dropped"]


def test_the_door_for_mail_takes_the_server_s_secret_and_nothing_else(settings: Any) -> None:
    conduit = a_conduit()
    letter = a_letter(f"somebody@{DOMAIN}", conduit.owner.email)
    path = f"/api/v1/in/mail?to={owners_address(conduit).replace('+', '%2B')}"

    def post(secret: str, kind: str = "message/rfc822", body: bytes = letter) -> Any:
        headers = {"Authorization": f"Bearer {secret}"} if secret else {}
        return Client(headers=headers).post(path, body, content_type=kind)

    assert [post("").status_code, post("wrong").status_code, post("s3cret", "text/plain").status_code] == [
        401,
        401,
        415,
    ]
    assert not Entry.objects.exists()
    taken = post("s3cret")
    assert [taken.status_code, taken.json()] == [
        200,
        {"result": "taken", "reason": "", "entry": str(Entry.objects.get().pk)},
    ]
    assert post("s3cret", body=b"\xff\xfe").json()["result"] == "dropped"
    for name in ("MAIL_SECRET", "MAIL_DOMAIN"):
        kept = getattr(settings, name)
        setattr(settings, name, "")
        assert post("s3cret").status_code == 404
        setattr(settings, name, kept)


def test_a_mail_server_s_pipe_hands_a_mail_over(monkeypatch: pytest.MonkeyPatch) -> None:
    conduit = a_conduit()
    letter = a_letter(f"somebody@{DOMAIN}", conduit.owner.email)
    for results in ("taken", "repeated"):
        address = address_of(ReplyAddress.objects.get().pk) if results == "repeated" else owners_address(conduit)
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(letter)))
        out = io.StringIO()
        call_command("receive_mail", address, stdout=out)
        assert json.loads(out.getvalue())["result"] == results
    assert Entry.objects.count() == 1


def test_hostile_mail_is_dropped_or_taken_and_never_an_error() -> None:
    conduit = a_conduit(a_person())
    head = f"From: {conduit.owner.email}\nTo: {owners_address(conduit)}\n".encode()
    nested = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(2000))
    for body in (
        nested,
        b"Content-Type: text/plain; charset=nonsense\n\n\x00\xff\xed\xa0\x80words",
        b"Content-Type: text/plain; charset=utf-7\n\n+2AA-words",
        b"Content-Transfer-Encoding: base64\n\n!!!!",
        b"Message-ID: " + b"a" * 100_000 + b"\n\nwords",
        b"Subject: =?utf-8?b?////?= =?x?q?y?=\n\nwords",
        b"Content-Type: image/png; name=\"\xff\"\nContent-Disposition: attachment; filename*=x''%FF\n\nx",
    ):
        assert receive(head + body).result in {"taken", "refused", "dropped"}


def test_a_logo_in_a_signature_is_no_photo() -> None:
    conduit = a_conduit()
    letter = EmailMessage()
    letter["From"], letter["To"] = conduit.owner.email, owners_address(conduit)
    letter.set_content("Yes.")
    letter.add_alternative('<p>Yes.</p><img src="cid:logo@x">', subtype="html")
    letter.add_attachment(a_photo().read(), maintype="image", subtype="jpeg", cid="<logo@x>")
    letter.add_attachment(a_photo().read(), maintype="image", subtype="jpeg", filename="sole.jpg")
    assert receive(letter.as_bytes()).result == "taken"
    assert Attachment.objects.count() == 1
