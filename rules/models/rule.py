"""A rule, its versions, and the index by which the engine finds it."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from uuid_utils.compat import uuid7

from conduits.models import Endpoint
from parties.models import Company, Person


class RuleQuerySet(models.QuerySet["Rule"]):
    """Rules, by whose they are."""

    def of_party(self, party: Company | Person) -> "RuleQuerySet":
        """The party's rules that it has not deleted. Neither side sees the other's."""
        return self.ever_of_party(party).filter(deleted_at=None)

    def ever_of_party(self, party: Company | Person) -> "RuleQuerySet":
        """Deleted ones too, as their runs stay readable."""
        return self.filter(person=party) if isinstance(party, Person) else self.filter(company=party)


class Rule(models.Model):
    """IF event AND conditions THEN actions, of a company or of a person. What it says stands in its version."""

    class Status(models.TextChoices):
        """Paused: by the engine, which then tells the owner; disabled: by the owner."""

        ENABLED = "enabled"
        DISABLED = "disabled"
        PAUSED = "paused"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    company = models.ForeignKey(Company, on_delete=models.CASCADE, null=True, related_name="rules")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="rules")
    name = models.CharField(max_length=100)
    status = models.CharField(max_length=8, choices=Status, default=Status.ENABLED)
    # Why the engine paused it, in a sentence; empty otherwise.
    paused_because = models.CharField(max_length=200, blank=True)
    version = models.ForeignKey("rules.RuleVersion", on_delete=models.PROTECT, null=True, related_name="+")
    # Set when the rule is an endpoint's subscription.
    subscribes = models.OneToOneField(Endpoint, on_delete=models.CASCADE, null=True, related_name="subscription")
    created_at = models.DateTimeField(auto_now_add=True)
    deleted_at = models.DateTimeField(null=True)

    objects: ClassVar = RuleQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(company=None) ^ models.Q(person=None), name="rule_belongs_to_one_party"
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=["enabled", "disabled", "paused"]), name="rule_status_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def party(self) -> Company | Person:
        """Whose rule it is."""
        party = self.company or self.person
        assert party is not None  # noqa: S101 (the constraint rule_belongs_to_one_party)
        return party


class RuleVersion(models.Model):
    """What a rule says, for good: a change is a new version, and a run names the version that it ran."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="versions", db_index=False)
    number = models.PositiveIntegerField()
    # As in rules/language/definition.py.
    definition = models.JSONField()
    # The template that it was made from and what stands in its blanks, so that it can be changed there again.
    template = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint("rule", "number", name="rule_version_once")]

    def __str__(self) -> str:
        return f"{self.rule} v{self.number}"


class Listener(models.Model):
    """The engine's index: an enabled rule waits for `event_type` with `literal` on whatever `anchor` names.

    The anchor is the id of a company, person, product, batch or pico (of its own version, for what its clock rings).
    Ids are unique over all tables, so an event's rules are those under its type, one of its few ids and one of its few
    literals: the cost follows the rules that match, not all there are.
    """

    id = models.BigAutoField(primary_key=True)
    event_type = models.CharField(max_length=50)
    anchor = models.UUIDField()
    # One of the values that the event must have, as rules/listening.py writes it; empty for any.
    literal = models.CharField(max_length=200, blank=True)
    version = models.ForeignKey(RuleVersion, on_delete=models.CASCADE, related_name="listeners")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("anchor", "event_type", "literal", "version", name="listener_once"),
        ]

    def __str__(self) -> str:
        return f"{self.event_type} on {self.anchor}"
