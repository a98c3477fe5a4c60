from __future__ import annotations

import json
from typing import Any

from django.db import models


class OrderedJson(models.JSONField):
    """JSON whose keys keep their order, as the questions of a page must: PostgreSQL's jsonb sorts them, its json does not."""

    def db_type(self, connection: Any) -> str | None:
        """`json` on PostgreSQL."""
        return "json" if connection.vendor == "postgresql" else super().db_type(connection)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """As text, so that no jsonb is made of it on the way."""
        if connection.vendor != "postgresql" or not isinstance(value, dict):
            return super().get_db_prep_value(value, connection, prepared)
        return json.dumps(value, ensure_ascii=False)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        """The driver has read `json` already; text is read here."""
        return value if isinstance(value, dict) else super().from_db_value(value, expression, connection)


class Version(models.Model):
    """A published definition: the resolved pack, immutable, numbered, check-summed. Only `accept_until` is ever set later."""

    slug = models.CharField(max_length=80)
    number = models.PositiveIntegerField()
    checksum = models.CharField(max_length=64)
    body = OrderedJson()
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=80)
    accept_until = models.DateTimeField(null=True)  # 受付終了: drafts begun on it may be filed until then

    class Meta:
        constraints = [models.UniqueConstraint(fields=["slug", "number"], name="version_slug_number")]

    def __str__(self) -> str:
        return f"{self.slug} v{self.number}"


class Withdrawal(models.Model):
    """A procedure that is no longer offered, because another one is the same. Its versions stay: what was begun or filed on them goes on."""

    slug = models.CharField(max_length=80, unique=True)
    instead = models.CharField(max_length=80)  # the procedure that people are led to
    by = models.CharField(max_length=80)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.slug} → {self.instead}"


class SearchWord(models.Model):
    """How often something was searched on a day. ``words`` is empty for searches whose words are not kept (docs/adr/0039)."""

    day = models.DateField()
    words = models.CharField(max_length=40, blank=True)
    found = models.BooleanField()
    times = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "words", "found"], name="search_word_of_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.words or '—'}"


class SearchMark(models.Model):
    """A query that is not kept yet: a keyed digest of it, from how many different lines and on which days it came. What was
    typed cannot be read from it; it is kept in words only after enough people have typed it."""

    mark = models.CharField(max_length=32, unique=True)
    lines = models.JSONField(default=list)  # digests of addresses, each keyed with the mark: nothing links two queries
    days = models.JSONField(default=list)
    last = models.DateField(db_index=True)

    def __str__(self) -> str:
        return self.mark[:8]
