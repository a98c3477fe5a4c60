from __future__ import annotations

from django.db import models


class Version(models.Model):
    """A published definition: the resolved pack, immutable, numbered, check-summed. Only `accept_until` is ever set later."""

    slug = models.CharField(max_length=80)
    number = models.PositiveIntegerField()
    checksum = models.CharField(max_length=64)
    body = models.JSONField()
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=80)
    accept_until = models.DateTimeField(null=True)  # 受付終了: drafts begun on it may be filed until then

    class Meta:
        constraints = [models.UniqueConstraint(fields=["slug", "number"], name="version_slug_number")]

    def __str__(self) -> str:
        return f"{self.slug} v{self.number}"
