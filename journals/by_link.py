"""Writing in a journal by an owner's link, without a sign-in."""

from django.db import transaction
from django.http import Http404

from journals.keeping import append_entry, open_journal_of
from journals.models import Entry
from picos.channels import throttle_entries, use_for_entry
from picos.models import Channel
from picos.turns import take_turn


def write_by_link(*, channel: Channel, body: str) -> Entry:
    """A service entry in the owner's journal under the channel's name; it uses the channel up by one.

    Raises Http404 when the link has ended or takes no entries, TooManyError when it was used too much of late,
    RefusedError for an empty body.
    """
    throttle_entries(channel)
    with transaction.atomic():
        take_turn(channel.pico_id)
        use_for_entry(channel)
        journal = open_journal_of(channel.pico)
        if journal is None:
            raise Http404
        return append_entry(
            journal=journal,
            author=channel.owner,
            body=body,
            visibility=channel.visibility,
            kind=Entry.Kind.SERVICE,
            channel=channel,
        )
