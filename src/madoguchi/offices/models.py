from __future__ import annotations

from django.db import models


class Disaster(models.Model):
    """A disaster (災害) whose damage the city certifies. Rows are added and their deadline is moved; none is deleted,
    because certificates name them. Fire is not here: the fire department certifies it (消防組織法1条)."""

    key = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=60)
    cause = models.CharField(max_length=8)  # rules.CAUSES
    happened_on = models.DateField()
    accepts_from = models.DateField()
    accepts_until = models.DateField(null=True)  # the last day of acceptance; None: no end set yet
    trial = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.key
