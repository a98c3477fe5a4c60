from __future__ import annotations

import datetime as dt
import uuid

from django.db import models

from madoguchi.kernel import clock


class Draft(models.Model):
    """An application being written. Saved at every step, kept 30 days, pinned to one version of the definition."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.CharField(max_length=60, db_index=True)
    slug = models.CharField(max_length=80)
    version = models.PositiveIntegerField()
    channel = models.CharField(max_length=12, default="online")
    answers = models.JSONField(default=dict)
    done = models.JSONField(default=list)  # ids of the steps that were saved
    card = models.JSONField(default=dict)  # what the card prefilled, by source; dropped at filing
    shared = models.JSONField(default=dict)  # written once for several drafts, by kind (together); offered until the page is saved; dropped at filing
    bundle = models.UUIDField(null=True, db_index=True)  # drafts that were begun together
    files = models.JSONField(default=dict)  # attachment id → [{id, name, size, kind, sha256}]
    revision = models.PositiveIntegerField(default=0)  # counts writes: a save fails when somebody else wrote meanwhile
    state = models.CharField(max_length=8, default="open")  # open, filed
    mandate = models.UUIDField(null=True)  # the standing 委任 (agency) on which it is written for somebody else
    help = models.UUIDField(null=True, db_index=True)  # begun on a tablet at the counter: which help (room counter)
    supporter = models.JSONField(default=dict)  # {staff, name} of who helped; empty without
    organisation = models.UUIDField(null=True)  # the registered organisation (agency) that files it for somebody
    updated_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.slug} {self.id}"


class Application(models.Model):
    """A filed application as intake keeps it: what was sent, and the applicant's view of what became of it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    receipt = models.CharField(max_length=20, unique=True)
    draft = models.OneToOneField(Draft, null=True, on_delete=models.SET_NULL)
    owner = models.CharField(max_length=60, db_index=True)
    principal = models.CharField(max_length=60, default="", db_index=True)  # for whom an agent filed it: sees it as the owner does
    acting = models.JSONField(default=dict)  # {kind, mandate, name, giver, until}: who acted, on what; empty for oneself
    slug = models.CharField(max_length=80)
    version = models.PositiveIntegerField()
    checksum = models.CharField(max_length=64)
    channel = models.CharField(max_length=12)
    support = models.JSONField(default=dict)  # {help, staff, name}: who helped at the counter; empty without
    filed_at = models.DateTimeField()
    answers = models.JSONField()
    files = models.JSONField(default=dict)
    notices = models.JSONField(default=list)
    digest = models.CharField(max_length=64)
    signature = models.JSONField(null=True)  # over what was filed first
    signed_again = models.JSONField(null=True)  # over what it was corrected to, where that was signed
    language = models.CharField(max_length=10, default="ja")
    sealed_mail = models.BinaryField(null=True)
    sealed_card = models.BinaryField(null=True)  # what the card said of who filed (cardholder.py); None without a card
    code_digest = models.CharField(max_length=64, default="")  # of the access code of a guest
    code_tries = models.PositiveSmallIntegerField(default=0)
    revision = models.PositiveIntegerField(default=1)
    status = models.CharField(max_length=16, default="filed")
    view = models.JSONField(default=dict)  # the projection: timeline, correction, documents, decision
    opined = models.BooleanField(default=False)  # has said how it went; what was said does not lie here

    class Meta:
        indexes = [models.Index(fields=["owner", "-filed_at"], name="application_newest")]

    def __str__(self) -> str:
        return self.receipt

    @property
    def filed_on(self) -> dt.date:
        """The day of its arrival: as of it everything is judged, asked again and shown, whatever day it is now."""
        return self.filed_at.astimezone(clock.JST).date()


class Revision(models.Model):
    """Answers as they were before a correction: history keeps all."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="earlier")
    number = models.PositiveIntegerField()
    answers = models.JSONField()
    files = models.JSONField()
    signature = models.JSONField(null=True)  # over these answers, where they came by a correction; the filing's own lies with the application
    replaced_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["application", "number"], name="revision_number")]

    def __str__(self) -> str:
        return f"{self.application_id} r{self.number}"


class TalkLine(models.Model):
    """One message between the section and the applicant, as the applicant's page shows it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="talk")
    mine = models.BooleanField()  # the applicant wrote it, or their agent
    agent = models.CharField(max_length=100, default="", db_default="")  # the name of the agent, where that one wrote it
    text = models.TextField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.application_id} {self.at}"


class LeftDraft(models.Model):
    """How many drafts were left at a page in a month: a counter, nothing of the drafts."""

    month = models.DateField()  # the first of the month in which the draft was last touched
    slug = models.CharField(max_length=80)
    page = models.CharField(max_length=60)  # the first page that was not filled in
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["month", "slug", "page"], name="left_draft_once")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.slug} {self.page}"


class Opinion(models.Model):
    """What somebody thought of a procedure. Its id is random and it has a month instead of a time, so that it leads to nobody."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    month = models.DateField()
    slug = models.CharField(max_length=80)
    grade = models.PositiveSmallIntegerField()  # 1 bad to 5 good
    text = models.CharField(max_length=300, default="", blank=True)

    class Meta:
        indexes = [models.Index(fields=["slug", "month", "grade"], name="opinion_statistics")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.slug}"
