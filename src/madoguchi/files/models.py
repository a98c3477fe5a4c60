from __future__ import annotations

import uuid

from django.db import models


class StoredFile(models.Model):
    """A file kept outside the web root under a random name. Rows are written after the bytes are safe on disk."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    place = models.CharField(max_length=80, unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=60)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    owner = models.CharField(max_length=80)  # what it belongs to: draft:<id>, case:<id>
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["owner"], name="file_owner")]

    def __str__(self) -> str:
        return str(self.id)
