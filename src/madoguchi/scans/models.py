from __future__ import annotations

import datetime as dt
import uuid

from django.conf import settings
from django.db import models

from madoguchi.kernel import clock


class Upload(models.Model):
    """A scan that was taken in: what it hashed to as it came, so that it is not taken in twice. The file itself is
    kept until its sheets are read."""

    sha256 = models.CharField(max_length=64, unique=True)
    section = models.CharField(max_length=40)
    sheets = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=8, default="done", db_index=True)  # rules.TAKING, READING, DONE
    file = models.UUIDField(null=True)  # while it is read
    broken = models.JSONField(default=list)  # sheets that could not be read
    by = models.CharField(max_length=80)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.section} {self.at}"


class Packet(models.Model):
    """The sheets of one application on paper, until it is filed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.CharField(max_length=80)
    version = models.PositiveIntegerField()
    section = models.CharField(max_length=40, db_index=True)
    state = models.CharField(max_length=8, default="open", db_index=True)  # open, filed
    draft = models.CharField(max_length=36, default="")  # intake's draft, once typing has begun
    receipt = models.CharField(max_length=20, default="")
    received_on = models.DateField(null=True)
    note = models.CharField(max_length=300, default="")  # why it waits, in the clerk's words
    made_at = models.DateTimeField()
    filed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.slug} {self.id}"

    @property
    def day(self) -> dt.date:
        """As of which it is asked and judged: received on; while nobody has said that, the day of the scan, for it came no later."""
        return self.received_on or self.made_at.astimezone(clock.JST).date()


class Page(models.Model):
    """One sheet as it was scanned. Without a packet it waits for a clerk to say what it is."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    packet = models.ForeignKey(Packet, null=True, on_delete=models.PROTECT, related_name="pages")
    section = models.CharField(max_length=40, db_index=True)
    upload = models.ForeignKey(Upload, on_delete=models.PROTECT)
    sheet = models.PositiveSmallIntegerField()  # its place in the scan, from 1
    leaf = models.PositiveSmallIntegerField(default=0)  # the page of the form; 0 is another paper that came with it
    file = models.UUIDField()
    code = models.CharField(max_length=200, default="")
    problem = models.CharField(max_length=10, default="")
    no_number = models.BooleanField(default=False, db_default=False)  # somebody looked at a sheet that is no form of ours: no 個人番号 on it
    marks = models.JSONField(default=list)  # the four squares in pixels; empty when they were not seen
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["upload", "sheet"], name="scan_sheet_once")]

    def __str__(self) -> str:
        return f"{self.upload_id}-{self.sheet}"


class SheetView(models.Model):
    """Who opened the places of a 個人番号 on a sheet, and why. The reason is sealed: it may name somebody. The act is in the record of the scan."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    page = models.UUIDField(db_index=True)  # the sheet; its row goes when it is filed
    sheet = models.PositiveSmallIntegerField()
    application = models.CharField(max_length=36, default="", db_index=True)  # once it is filed: it is kept as long as the case
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    sealed_why = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.page} {self.at}"
