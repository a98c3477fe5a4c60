"""Rows of the inventory. No person is in them but the staff who changed something."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Heading(models.Model):
    """What a column of a list means, as somebody has answered once. ``field``: empty for one that is kept as it is."""

    plain = models.CharField(max_length=200, unique=True)  # columns.plain
    shown = models.CharField(max_length=200)
    field = models.CharField(max_length=20, blank=True)
    by = models.CharField(max_length=70)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.shown} → {self.field}"


class Upload(models.Model):
    """A list that somebody took in, or that waits for answers about its columns."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=150)
    sha256 = models.CharField(max_length=64)
    file_id = models.UUIDField()  # in files
    done_at = models.DateTimeField(null=True)
    result = models.JSONField(default=dict)  # new, changed, unchanged, missing: how many; and the first of them by id and name
    by = models.CharField(max_length=70)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Entry(models.Model):
    """One procedure of the city. ``given`` is the row as the last list had it: what somebody changed here stays until the list says
    something new."""

    id = models.BigAutoField(primary_key=True)
    key = models.CharField(max_length=40, blank=True)  # 手続ID
    match = models.CharField(max_length=300, db_index=True)  # reading.match_of: name and 担当課 as the list had them
    name = models.CharField(max_length=200)
    section = models.CharField(max_length=60, blank=True, db_index=True)  # of city.yaml, or the words of 担当課
    law = models.CharField(max_length=300, blank=True)
    article = models.CharField(max_length=300, blank=True)
    kind = models.CharField(max_length=3, blank=True)  # rules.KINDS
    identity = models.CharField(max_length=200, blank=True)
    fee = models.CharField(max_length=500, blank=True)
    attachments = models.TextField(blank=True)
    information = models.TextField(blank=True)
    days = models.CharField(max_length=200, blank=True)
    yearly_count = models.PositiveIntegerField(null=True)
    online = models.CharField(max_length=300, blank=True)
    obstacle = models.TextField(blank=True)
    event = models.CharField(max_length=200, blank=True)
    target_year = models.PositiveSmallIntegerField(null=True)
    extra = models.JSONField(default=dict)
    given = models.JSONField(default=dict)
    slug = models.CharField(max_length=80, blank=True, db_index=True)
    slug_by_hand = models.BooleanField(default=False)
    status = models.CharField(max_length=10)  # rules.STATUSES, as long as nothing is published
    status_why = models.TextField()
    status_by_hand = models.CharField(max_length=10, blank=True)
    note = models.TextField(blank=True)
    words = models.TextField()  # what a search looks through
    revision = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key"], condition=~Q(key=""), name="inventory_key_once")]

    def __str__(self) -> str:
        return self.name


class Change(models.Model):
    """What somebody, or a list, changed in a row: [before, after] by field, and why."""

    id = models.BigAutoField(primary_key=True)
    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="changes")
    at = models.DateTimeField()
    by = models.CharField(max_length=70)
    what = models.JSONField()
    note = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.entry_id} {self.at}"
