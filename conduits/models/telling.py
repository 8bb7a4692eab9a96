"""Telling owners of an advisory in the background: how far it is, who was told, and who wants to be."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from uuid_utils.compat import uuid7

from conduits.models.advisory import Advisory


class Telling(models.Model):
    """One round of notices: of what is new, corrected, or over. The cursor is the last owner who was looked at."""

    class News(models.TextChoices):
        """What there is to tell."""

        PUBLISHED = "published"
        CORRECTED = "corrected"
        ENDED = "ended"

    class State(models.TextChoices):
        """A round ends when everybody was told, or when there is newer news of the same advisory."""

        UNDER_WAY = "under_way"
        DONE = "done"
        OVERTAKEN = "overtaken"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    advisory = models.ForeignKey(Advisory, on_delete=models.CASCADE, related_name="tellings", db_index=False)
    news = models.CharField(max_length=9, choices=News)
    revision = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=9, choices=State, default=State.UNDER_WAY)
    cursor = models.UUIDField(null=True)
    told = models.PositiveIntegerField(default=0)
    # How many there were to tell when it began; None until they are counted.
    reaches = models.PositiveIntegerField(null=True)
    next_at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            # The worker's question: whose turn is it?
            models.Index(fields=["next_at"], name="telling_due", condition=models.Q(state="under_way")),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint("advisory", "revision", "news", name="telling_once"),
            models.CheckConstraint(
                condition=models.Q(state__in=["under_way", "done", "overtaken"]), name="telling_state_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(news__in=["published", "corrected", "ended"]), name="telling_news_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.advisory_id}: {self.news}"

    @property
    def under_way(self) -> bool:
        """Whether somebody is still to be told."""
        return self.state == self.State.UNDER_WAY


class Told(models.Model):
    """That a round told this owner; written with the notice, so that nobody is told twice."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    telling = models.ForeignKey(Telling, on_delete=models.CASCADE, related_name="+", db_index=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint("telling", "person", name="told_once")]

    def __str__(self) -> str:
        return f"{self.telling_id}, {self.person_id}"


class Wish(models.Model):
    """Of which advisories about their things a person wants to be told; who has none is told of what is important."""

    class Level(models.TextChoices):
        """The labels are what the page under You offers."""

        ALL = "all", "All of them"
        HIGH = "high", "Only what is important: safety, or that it does not work"
        NONE = "none", "None; I see them on my things’ pages"

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    level = models.CharField(max_length=4, choices=Level, default=Level.HIGH)

    class Meta:
        verbose_name_plural = "wishes"
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(level__in=["all", "high", "none"]), name="wish_level_is_known"),
        ]

    def __str__(self) -> str:
        return self.level
