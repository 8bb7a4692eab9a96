"""A company and its members."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from uuid_utils.compat import uuid7


class Company(models.Model):
    """A maker or a service; the other side of a conduit."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=100)
    slug = models.SlugField(max_length=50, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    # For how many months events of copies that nobody owned are kept; None: for good.
    keep_months = models.PositiveSmallIntegerField(null=True, blank=True)
    # Whether advisories of its may stand. The row is written again with each change of one, so that pages that hang on
    # this row's version change, too (dashboards/strangers.py).
    advised = models.BooleanField(default=False)

    class Meta:
        verbose_name_plural = "companies"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(keep_months=None) | models.Q(keep_months__range=(1, 600)),
                name="company_keeps_some_months",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Member(models.Model):
    """A person who works for a company: an admin sets it up, an agent answers, a viewer reads."""

    class Role(models.TextChoices):
        """What a member may do; each role includes the ones after it."""

        ADMIN = "admin"
        AGENT = "agent"
        VIEWER = "viewer"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="members")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role)
    created_at = models.DateTimeField(auto_now_add=True)
    # Since when they are mailed about customers who wait; None: they are not.
    mailed_since = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("company", "person", name="member_once"),
            models.CheckConstraint(
                condition=models.Q(role__in=["admin", "agent", "viewer"]), name="member_role_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} ({self.role} at {self.company})"

    @property
    def may_answer(self) -> bool:
        """Whether this member may write to customers."""
        return self.role in {self.Role.ADMIN, self.Role.AGENT}

    @property
    def may_set_up(self) -> bool:
        """Whether this member may change products, endpoints, rules and keys."""
        return self.role == self.Role.ADMIN
