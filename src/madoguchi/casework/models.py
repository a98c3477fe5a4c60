from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from .states import HOLDS, State


class Case(models.Model):
    """A filed application as the section works on it. Its id is the application's; its filing is a copy."""

    id = models.UUIDField(primary_key=True, editable=False)
    receipt = models.CharField(max_length=20, unique=True)
    slug = models.CharField(max_length=80)
    version = models.PositiveIntegerField()
    checksum = models.CharField(max_length=64)
    section = models.CharField(max_length=40)
    channel = models.CharField(max_length=12)
    filed_at = models.DateTimeField()
    due_on = models.DateField()
    state = models.CharField(max_length=12, default=State.RECEIVED)
    name = models.CharField(max_length=130)
    search = models.CharField(max_length=400)
    answers = models.JSONField()
    files = models.JSONField()
    notices = models.JSONField(default=list)
    digest = models.CharField(max_length=64)
    signed = models.BooleanField(default=False)
    support = models.JSONField(default=dict)  # {help, staff, name}: who helped at the counter; empty without
    acting = models.JSONField(default=dict)  # who acted for the person, on which mandate; empty for oneself
    revision = models.PositiveIntegerField(default=1)
    assignee = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT)
    checklist = models.JSONField(default=dict)
    stopped_on = models.DateField(null=True)  # the clock stands since this day (補正)
    # while a decided case is taken up again: {asked: by its applicant, checklist, due_on: as they stood}; filed under an older release: null
    reopened: Any = models.JSONField(null=True, blank=True)
    updated_at = models.DateTimeField()
    words = models.PositiveSmallIntegerField(null=True)  # how many rows of CaseWord it has; None: filed before there were any

    class Meta:
        indexes = [  # what each serves: docs/adr/0026
            models.Index(fields=["section", "state", "due_on", "filed_at"], name="case_by_section"),
            models.Index(fields=["section", "slug", "state", "due_on", "filed_at"], name="case_by_procedure"),
            models.Index(fields=["section", "assignee", "state", "due_on", "filed_at"], name="case_by_hand"),
            models.Index(fields=["section", "due_on"], name="case_section_due"),
            models.Index(fields=["filed_at", "section", "slug", "channel"], name="case_statistics"),
            models.Index(fields=["id"], condition=models.Q(words=None), name="case_unfilled"),
        ]

    def __str__(self) -> str:
        return self.receipt

    @property
    def ref(self) -> str:
        """The id as text."""
        return str(self.id)


class CaseWord(models.Model):
    """One part of a name, kana or number by which a case is found: the text from one character to its end (parts.py). The
    primary key is the index that is walked. Lives and dies with the case."""

    pk = models.CompositePrimaryKey("section", "word", "case")
    section = models.CharField(max_length=40)
    word = models.BinaryField(max_length=160)  # UTF-8, so that both databases order it alike whatever their collation
    case = models.ForeignKey(Case, on_delete=models.CASCADE)
    objects: ClassVar[models.Manager[CaseWord]] = models.Manager()

    def __str__(self) -> str:
        return str(self.case_id)


class Correction(models.Model):
    """A request to put single answers right (部分補正)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT)
    number = models.PositiveIntegerField()
    items = models.JSONField()  # [{path, label, old, note}], and {new, mark, count, late} once answered (answered.py)
    due_on = models.DateField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    # rules.VIAS: a clerk typed the answer off (empty for the applicant's own), and who, as in the record. db_default: see delivery.models
    via = models.CharField(max_length=8, default="", db_default="")
    typed_by = models.CharField(max_length=80, default="", db_default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "number"], name="correction_number")]

    def __str__(self) -> str:
        return f"{self.case_id} 補正{self.number}"


class Decision(models.Model):
    """One decision (処分・受付・交付) on a case. A later one (変更, 再調査) stands beside it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT)
    number = models.PositiveIntegerField()
    outcome = models.CharField(max_length=40)
    reason = models.TextField(blank=True)
    answers = models.JSONField(default=dict)
    state = models.CharField(max_length=10, default="proposed")  # proposed, returned, final, dropped (withdrawn), overtaken (by an answer)
    at_step = models.PositiveIntegerField(default=1)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    proposed_at = models.DateTimeField()
    document_number = models.CharField(max_length=60, default="")
    decided_at = models.DateTimeField(null=True)
    filing: Any = models.JSONField(default=dict)  # the answers this decision was made on
    due_on = models.DateField(null=True)  # the due day that held for it, once the case was taken up again; else the case has it

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "number"], name="decision_number")]
        indexes = [models.Index(fields=["decided_at"], name="decision_statistics")]

    def __str__(self) -> str:
        return f"{self.case_id} 決定{self.number}"


class Paper(models.Model):
    """A PDF that a clerk put in to be issued. Without a decision it waits on the case; a decision takes it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT)
    decision = models.ForeignKey(Decision, null=True, on_delete=models.PROTECT)
    document = models.CharField(max_length=60)
    file_id = models.UUIDField()
    sha256 = models.CharField(max_length=64)
    name = models.CharField(max_length=150)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "document"], condition=models.Q(decision=None), name="paper_waiting"),
                       models.UniqueConstraint(fields=["decision", "document"], name="paper_of_decision")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.document}"


class Approval(models.Model):
    """One stamp on the route of a decision (決裁)."""

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT)
    step = models.PositiveIntegerField()
    role = models.CharField(max_length=20)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    at = models.DateTimeField()
    approved = models.BooleanField()
    instead_of = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")  # 代決
    comment = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.decision_id} {self.step}"


class NumberView(models.Model):
    """Who looked at a 個人番号, and why. The reason is sealed: it may name somebody. The act itself is in the audit chain."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT)
    path = models.CharField(max_length=120)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    at = models.DateTimeField()
    sealed_why = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.case_id} {self.at}"


class Hold(models.Model):
    """A case that must not be destroyed although its term is over (審査請求, 訴訟 …). Lifted with a reason; the row stays."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT)
    kind = models.CharField(max_length=10)  # states.HOLDS
    why = models.TextField()
    placed_by = models.CharField(max_length=80)
    placed_at = models.DateTimeField()
    lifted_by = models.CharField(max_length=80, default="")
    lifted_at = models.DateTimeField(null=True)
    lift_why = models.TextField(default="")

    class Meta:
        indexes = [models.Index(fields=["case"], condition=models.Q(lifted_at=None), name="hold_open")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind}"

    @property
    def ja(self) -> str:
        """The kind in words."""
        return HOLDS[self.kind]


class Tombstone(models.Model):
    """What stays of a case that was destroyed at the end of its term: for statistics and for the record, nothing of a person."""

    case_id = models.UUIDField(primary_key=True, editable=False)
    receipt = models.CharField(max_length=20, unique=True)
    slug = models.CharField(max_length=80)
    version = models.PositiveIntegerField()
    section = models.CharField(max_length=40)
    channel = models.CharField(max_length=12)
    filed_on = models.DateField()
    due_on = models.DateField()
    state = models.CharField(max_length=12)
    outcome = models.CharField(max_length=40, default="")
    decided_on = models.DateField(null=True)
    document_numbers = models.JSONField(default=list)
    last_on = models.DateField()  # when it was last dealt with
    years = models.PositiveSmallIntegerField()
    counts = models.JSONField()  # what was destroyed, by sort
    gone_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["filed_on", "section"], name="tombstone_filed"),
                   models.Index(fields=["decided_on", "section"], name="tombstone_decided")]

    def __str__(self) -> str:
        return self.receipt


class Note(models.Model):
    """An internal note. Never shown to the applicant."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    at = models.DateTimeField()
    text = models.TextField()

    def __str__(self) -> str:
        return f"{self.case_id} {self.at}"


class Talk(models.Model):
    """One message between the section and the applicant (連絡); ``by`` is empty when the applicant wrote it (or their agent,
    whose name then stands in ``agent``). Not a note: the applicant reads it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, db_index=False)  # SQLite took it for talk_unread
    agent = models.CharField(max_length=100, default="", db_default="")
    at = models.DateTimeField()
    text = models.TextField()
    seen_at = models.DateTimeField(null=True)  # of the applicant's: when somebody of the section dealt with it
    seen_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["case"], condition=models.Q(by=None, seen_at=None), name="talk_unread")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.at}"


class Alarm(models.Model):
    """That a case came near its due day, or passed it, was reported to those who answer for it. Once for each due day: a
    correction moves the day, and then it may be reported again (of the step ``late`` it is the day by which a correction was
    to be answered). ``stands`` until the case is over or has another due day, as the
    worker last saw it: the few by which a list of many cases is marked."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT)
    section = models.CharField(max_length=40)
    stands = models.BooleanField(default=True)
    step = models.CharField(max_length=4)  # rules.ALARMS
    due_on = models.DateField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "step", "due_on"], name="alarm_once")]
        indexes = [models.Index(fields=["section", "step"], condition=models.Q(stands=True), name="alarm_standing")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.step}"


class BulkRun(models.Model):
    """The same act for many cases of one procedure (まとめて審査): first a preview, confirmed once, then the report."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    section = models.CharField(max_length=40)
    slug = models.CharField(max_length=80)
    version = models.PositiveIntegerField()  # whose outcomes and questions hold for all of it
    act = models.CharField(max_length=8)  # bulk.ACTS
    outcome = models.CharField(max_length=40, default="")
    reason = models.TextField(default="")
    raw = models.JSONField(default=dict)  # the decision's own answers as posted
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    made_at = models.DateTimeField()
    looked_at = models.DateTimeField(null=True)  # when the preview was worked out
    confirmed_at = models.DateTimeField(null=True)
    left_out = models.PositiveIntegerField(default=0)  # cases of the filter beyond the limit

    class Meta:
        indexes = [models.Index(fields=["section", "made_at"], name="bulk_section")]

    def __str__(self) -> str:
        return str(self.id)


class BulkItem(models.Model):
    """One case of a run: what it looked like when it was chosen, and what became of it."""

    run = models.ForeignKey(BulkRun, on_delete=models.CASCADE, related_name="items")
    case = models.ForeignKey(Case, on_delete=models.PROTECT)
    number = models.PositiveIntegerField()
    seen = models.JSONField()  # {revision, mark}
    state = models.CharField(max_length=8, default="new")  # bulk.RESULTS
    why = models.CharField(max_length=400, default="")
    at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "case"], name="bulk_case_once")]

    def __str__(self) -> str:
        return f"{self.run_id} {self.number}"
