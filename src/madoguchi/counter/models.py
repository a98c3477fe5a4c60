from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models


class Interview(models.Model):
    """聞き取り: a clerk asks and writes for somebody at the counter. What is written lies in drafts of intake, nothing of it here."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clerk = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    section = models.CharField(max_length=40)
    owner = models.CharField(max_length=60)  # to whom its drafts belong: a guest whose token nobody has
    drafts = models.JSONField(default=list)  # their ids, in the order chosen
    state = models.CharField(max_length=8, default="open")  # rules.OPEN, SHOWN, SIGNED, FILED, ENDED
    identity = models.JSONField(default=list)  # how the clerk made sure who it is (rules.IDENTITY)
    wrong = models.JSONField(default=list)  # lines that the person says are wrong: draft:anchor
    origin = models.CharField(max_length=50, default="")  # ticket:… or booking:…, from which it was opened
    language = models.CharField(max_length=10, default="ja")  # in which it was read over
    receipts = models.JSONField(default=dict)  # draft → receipt number
    made_at = models.DateTimeField(db_index=True)
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.id)


class Help(models.Model):
    """Somebody of the city helps somebody at the counter with a procedure. Nothing of what is typed lies here."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    supporter = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    slug = models.CharField(max_length=80)
    interview = models.ForeignKey(Interview, null=True, on_delete=models.CASCADE, related_name="+")  # the tablet shows what it wrote
    code_digest = models.CharField(max_length=64, unique=True)
    state = models.CharField(max_length=8, default="waiting")  # waiting, started, ended
    made_at = models.DateTimeField(db_index=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    end = models.CharField(max_length=10, default="", blank=True)  # tablet, staff, idle

    def __str__(self) -> str:
        return str(self.id)
