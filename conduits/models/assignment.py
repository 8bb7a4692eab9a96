"""Who of the company has a conversation in hand."""

from django.db import models

from conduits.models.conduit import Conduit
from parties.models import Member


class Assignment(models.Model):
    """The company's own matter. A row of its own, as a conduit's is locked by whoever writes its access log."""

    conduit = models.OneToOneField(Conduit, on_delete=models.CASCADE, primary_key=True, related_name="assignment")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="assignments")
    at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return str(self.member.person)
