"""A second code of one thing."""

from django.db import models

from picos.models.pico import Pico


class Alias(models.Model):
    """The code of a retired pico that leads to another one: the thing was relabelled.

    A trigger keeps chains and loops away: the code is no live pico's, and the pico that it leads to has no alias.
    """

    code = models.CharField(max_length=13, primary_key=True, db_collation="C")
    pico = models.ForeignKey(Pico, on_delete=models.CASCADE, related_name="aliases")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "aliases"

    def __str__(self) -> str:
        return self.code
