from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models


class Help(models.Model):
    """Somebody of the city helps somebody at the counter with a procedure. Nothing of what is typed lies here."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    supporter = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    slug = models.CharField(max_length=80)
    code_digest = models.CharField(max_length=64, unique=True)
    state = models.CharField(max_length=8, default="waiting")  # waiting, started, ended
    made_at = models.DateTimeField(db_index=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    end = models.CharField(max_length=10, default="", blank=True)  # tablet, staff, idle

    def __str__(self) -> str:
        return str(self.id)
