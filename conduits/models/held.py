"""What an owner wrote while the conduit was paused, until it is resumed."""

from django.db import models

from conduits.models.conduit import Conduit


class Held(models.Model):
    """An event that the company's rules have not met, as the conduit was paused; deleted in the commit that lets it."""

    # Of a partitioned table, whose old months are detached.
    event_id = models.UUIDField(primary_key=True)
    conduit = models.ForeignKey(Conduit, on_delete=models.CASCADE, related_name="held")
    # When the rules would have met it: one written later does not.
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "held"

    def __str__(self) -> str:
        return str(self.event_id)
