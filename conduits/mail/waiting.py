"""Mail to members who asked for it: a customer waits for an answer. What it says passes the gate as it leaves."""

from datetime import timedelta
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from conduits import access_log, gate
from conduits.mail.addresses import new_address
from conduits.mail.due import mail_each
from conduits.mail.replying import answerable
from conduits.models import AccessLine, Conduit, WaitTold
from conduits.models.conduit import Grant
from journals.models import Entry
from parties.models import Member

WHAT: Final = "mail"
# Who answers at once is not mailed.
MAIL_AFTER: Final = timedelta(minutes=2)
# After an interruption nobody is mailed of what waited longer; the inbox has it.
NO_LONGER_THAN: Final = timedelta(days=1)
# Noted of one member at a time.
BATCH: Final = 20
LONGEST: Final = 2000


def tell_due() -> int:
    """Notes whose wait has become long enough, and mails what is due; returns how many mails that were, as `mail_each`
    does.
    """
    for member in Member.objects.exclude(mailed_since=None).select_related("company"):
        _note(member)
    return mail_each(WaitTold.objects.select_related("member__person", "member__company"), _mail)


def _note(member: Member) -> None:
    now = timezone.now()
    told = WaitTold.objects.filter(member=member, conduit=OuterRef("pk"), since=OuterRef("journal__waiting_since"))
    waiting = Conduit.objects.filter(
        gate.granting(Grant.ENTRIES),
        ~Exists(told),
        company=member.company,
        journal__waiting_since__gt=max(member.mailed_since or now, now - NO_LONGER_THAN),
        journal__waiting_since__lte=now - MAIL_AFTER,
    )
    rows = [
        WaitTold(member=member, conduit_id=conduit_id, since=since, mail_at=now)
        for conduit_id, since in waiting.values_list("pk", "journal__waiting_since")[:BATCH]
        if since
    ]
    WaitTold.objects.bulk_create(rows, ignore_conflicts=True)


def _mail(one: WaitTold) -> None:
    if message := _passing(one):
        message.send()


@transaction.atomic
def _passing(one: WaitTold) -> EmailMessage | None:
    """The mail as the gate lets it through now, logged; None if nobody waits any more, the member wants none, or the
    owner took it back.
    """
    conduit = Conduit.objects.hold([one.conduit_id]).get()
    if conduit.journal.waiting_since != one.since or one.member.mailed_since is None:
        return None
    said = conduit.journal.entries.filter(gate.passing_entries(conduit), author_company=None, at__gte=one.since)
    entry = said.order_by("pk").first()
    decision = gate.decide_grant(conduit, Grant.ENTRIES)
    passes = decision.passes and entry is not None
    member = one.member
    line = access_log.Line(
        conduit_id=conduit.pk,
        outcome=AccessLine.Outcome.SENT if passes else AccessLine.Outcome.REFUSED,
        who=f"{member.person} ({member.role} at {member.company})",
        who_id=member.person_id,
        role=member.role,
        what=WHAT,
        what_id=entry.pk if entry else None,
        fields=("entries",) if passes else (),
        reason=decision.reason,
    )
    # Another try at the same mail is no news.
    if not (passes and _is_logged(line)):
        access_log.write_lines([line])
    return _message(member, conduit, entry) if entry and passes else None


def _is_logged(line: access_log.Line) -> bool:
    if line.what_id is None:
        return False
    sent = access_log.fields_sent(conduit_ids=[line.conduit_id], what_ids=[line.what_id])
    return sent.get((line.who_id, line.what_id)) == line.fields


def _message(member: Member, conduit: Conduit, entry: Entry) -> EmailMessage:
    address = ""
    if member.may_answer:
        address = new_address(conduit=conduit, person=member.person, member=member, entry=_shared(entry))
    desk = f"{settings.PUBLIC_URL}/desk/{member.company.slug}"
    serial = f" (No. {conduit.pico.serial})" if conduit.pico.serial else ""
    text = (
        f"A customer with {conduit.pico.title}{serial} waits for an answer. They wrote:\n\n"
        f"{entry.body[:LONGEST] or 'A photo.'}\n\n"
        f"All of it, and the answer, is at the desk:\n{desk}/conduits/{conduit.pk}\n\n"
        f"To get no more of these mails, see your inbox:\n{desk}\n"
    )
    return EmailMessage(
        # Subjects show on locked screens: no word of what was written.
        subject=f"A customer waits: {conduit.pico.title}"[:120].replace("\n", " ").replace("\r", " "),
        body=answerable(text, address, to="the customer"),
        to=[member.person.email],
        reply_to=[address] if address else None,
    )


def _shared(entry: Entry) -> Entry | None:
    """What an answer can be tied to."""
    return entry if entry.crosses else None
