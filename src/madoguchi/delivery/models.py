from __future__ import annotations

import uuid

from django.db import models

from .causes import cause

OVER = ("delivered", "skipped")


class Parcel(models.Model):
    """One hand-over to one core system (基幹系). Its bytes are sealed and wiped once it is over
    (delivered, or given up by a person); the hash stays."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.CharField(max_length=160, unique=True)
    case_ref = models.CharField(max_length=64, db_index=True)
    section = models.CharField(max_length=40)
    receipt = models.CharField(max_length=20)
    target = models.CharField(max_length=60)
    name = models.CharField(max_length=160)
    sealed = models.BinaryField(null=True)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    unmapped = models.JSONField(default=list)
    state = models.CharField(max_length=10, default="waiting")  # waiting, delivered, refused, skipped
    why = models.CharField(max_length=200, default="")
    created_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True)
    skipped_at = models.DateTimeField(null=True)
    # db_default: processes of the release before, which do not know them, go on writing while a new one is rolled out
    skipped_by = models.CharField(max_length=80, default="", db_default="")
    skip_reason = models.CharField(max_length=20, default="", db_default="")  # a key of services.SKIP_REASONS

    class Meta:
        indexes = [models.Index(fields=["section", "-created_at"], name="parcel_section")]

    def __str__(self) -> str:
        return self.name

    @property
    def cause(self) -> str:
        """Why it is not over, in words."""
        return cause(self.why)
