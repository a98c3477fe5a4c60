"""Definitions as the city is changing them. No resident is in them."""

from __future__ import annotations

from django.db import models


class Copy(models.Model):
    """The text of one procedure's definition that the city works on. The text is the truth: pages only cut in it."""

    id = models.BigAutoField(primary_key=True)
    slug = models.CharField(max_length=80, unique=True)
    name = models.CharField(max_length=200)  # of the text, as last saved; for lists
    section = models.CharField(max_length=40, db_index=True)  # likewise: whose definition this is
    text = models.TextField()
    revision = models.PositiveIntegerField(default=1)  # what somebody has seen, so that nobody overwrites another
    origin = models.CharField(max_length=10)  # rules.ORIGINS: where the text came from
    base = models.PositiveIntegerField(default=0)  # the published version it began from; 0: none
    state = models.CharField(max_length=10)  # rules.STATES
    note = models.TextField(blank=True)  # why it was sent back, or why it was not published on its day
    publish_on = models.DateField(null=True)  # approved: the day
    asked_by = models.CharField(max_length=70, blank=True)
    approved_by = models.CharField(max_length=70, blank=True)
    words = models.JSONField(default=dict)  # translations that came with it: language → key of the sentence → translation
    pack = models.TextField(blank=True, default="", db_default="")  # the pack's text that somebody looked at last; empty: the first revision
    updated_by = models.CharField(max_length=70)
    updated_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.slug


class Revision(models.Model):
    """Every text that was saved."""

    id = models.BigAutoField(primary_key=True)
    copy = models.ForeignKey(Copy, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    text = models.TextField()
    words = models.TextField()  # what was changed
    by = models.CharField(max_length=70)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["copy", "number"], name="builder_revision_once")]

    def __str__(self) -> str:
        return f"{self.copy.slug} {self.number}"


class Release(models.Model):
    """A text that became a published version, or the one before the city's first change: there to go back to."""

    id = models.BigAutoField(primary_key=True)
    slug = models.CharField(max_length=80)
    number = models.PositiveIntegerField()  # of the published version
    text = models.TextField()
    why = models.TextField(blank=True)
    by = models.CharField(max_length=70)
    approved_by = models.CharField(max_length=70, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["slug", "number"], name="builder_release_once")]

    def __str__(self) -> str:
        return f"{self.slug} {self.number}"


class Offer(models.Model):
    """A definition that another city gave, as it came, until somebody takes it or thirty days have passed."""

    id = models.BigAutoField(primary_key=True)
    slug = models.CharField(max_length=80)
    name = models.CharField(max_length=200)
    origin = models.CharField(max_length=100)  # the city that gave it
    text = models.TextField()
    words = models.JSONField(default=dict)  # its translations
    needs = models.JSONField(default=dict)  # exchange.needs_of: what it rests on at the city that gave it
    by = models.CharField(max_length=70, db_index=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.slug} ({self.origin})"
