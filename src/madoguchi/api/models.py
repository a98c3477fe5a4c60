from __future__ import annotations

import uuid

from django.db import models


class ApiToken(models.Model):
    """A token of another system of the city hall. Only its hash is kept; it reads one section within its scopes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=60)
    section = models.CharField(max_length=40)
    scopes = models.JSONField(default=list)
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class SubmitKey(models.Model):
    """An Idempotency-Key with which a draft was sent."""

    owner = models.CharField(max_length=60)
    key = models.CharField(max_length=100)
    draft = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "key"], name="submit_key_once")]

    def __str__(self) -> str:
        return f"{self.owner} {self.draft}"
