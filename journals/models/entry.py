"""What somebody wrote in a journal."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from uuid_utils.compat import uuid7

from journals.models.journal import Journal
from parties.models import Company, Person
from picos.models import Channel


class EntryQuerySet(models.QuerySet["Entry"]):
    """Entries, by who may see them."""

    def visible_to(self, party: Company | Person) -> "EntryQuerySet":
        """What is shared or public, and the party's own private ones."""
        mine = models.Q(author_person=party) if isinstance(party, Person) else models.Q(author_company=party)
        return self.filter(mine | ~models.Q(visibility=Entry.Visibility.PRIVATE))

    def public(self) -> "EntryQuerySet":
        """What anybody who has the code may read."""
        return self.filter(visibility=Entry.Visibility.PUBLIC)

    def with_author(self) -> "EntryQuerySet":
        """Each with what its line on a page shows, in two queries."""
        return self.select_related("author_person", "author_company", "channel").prefetch_related("attachments")


class Entry(models.Model):
    """One entry, for good: a correction is a new entry, and a trigger refuses updates and deletes."""

    class Kind(models.TextChoices):
        """What the author meant it as."""

        NOTE = "note"
        QUESTION = "question"
        ANSWER = "answer"
        SERVICE = "service"

    class Visibility(models.TextChoices):
        """Private stays on its author's side; public is on the page that the code opens."""

        PRIVATE = "private"
        SHARED = "shared"
        PUBLIC = "public"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    journal = models.ForeignKey(Journal, on_delete=models.CASCADE, related_name="entries", db_index=False)
    author_person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    author_company = models.ForeignKey(Company, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    # The member who wrote for the company, and the rule that wrote for its owner.
    agent_id = models.UUIDField(null=True)
    rule_id = models.UUIDField(null=True)
    # The link through which somebody without a sign-in wrote it into its owner's journal.
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.NOTE)
    visibility = models.CharField(max_length=7, choices=Visibility)
    body = models.TextField(max_length=10_000)
    # Facts beside the words, such as {"eta": "2026-11-21T16:40:00Z"}.
    data = models.JSONField(default=dict)
    in_reply_to = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="replies", db_index=False)
    # The event that it answers, a scan for example.
    reply_to_event_id = models.UUIDField(null=True)
    pass_on = models.BooleanField(default=False)
    at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar = EntryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "entries"
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["journal", "-id"], name="entry_newest_first"),
            # What strangers see, asked at each scan.
            models.Index(fields=["journal", "-id"], name="entry_public", condition=models.Q(visibility="public")),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(author_person=None) ^ models.Q(author_company=None), name="entry_has_one_author"
            ),
            models.CheckConstraint(
                condition=models.Q(visibility__in=["private", "shared", "public"]), name="entry_visibility_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(channel=None) | models.Q(author_person__isnull=False),
                name="entry_by_link_is_in_its_owner_s_name",
            ),
        ]

    def __str__(self) -> str:
        return self.body[:60]

    @property
    def author(self) -> Company | Person:
        """Whose words these are."""
        author = self.author_company or self.author_person
        assert author is not None  # noqa: S101 (the constraint entry_has_one_author)
        return author

    @property
    def crosses(self) -> bool:
        """Whether the other side can read it: then the line of the conduit is drawn beside it."""
        return self.visibility != self.Visibility.PRIVATE
