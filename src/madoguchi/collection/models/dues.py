"""Rows of 収納. Amounts are whole yen. A name and an address stand on a demand only; everything else goes by number.

Payments and postings come by the hundred thousand, written by one statement from the rows that they point to. The database does not
look each pointer up once more (``db_constraint``: five look-ups a payment cost more than the payment); ledger.faults names every
pointer that leads nowhere.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q


class Sheet(models.Model):
    """A file that was taken in (調定のデータ, 収納のデータ), kept as it came: the same file again changes nothing."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=10)  # demands, changes, results, debits
    form = models.CharField(max_length=20, default="")  # of results: zengin, cvs, payeasy, elqr, ocr
    name = models.CharField(max_length=150)
    sha256 = models.CharField(max_length=64)
    plain = models.CharField(max_length=64, default="", db_index=True)  # of results: sha256 without line ends, in which the same file may differ
    file_id = models.UUIDField(null=True)  # in files
    rows = models.PositiveIntegerField(default=0)
    amount = models.BigIntegerField(default=0)
    counts = models.JSONField(default=dict)  # outcome → [how many, yen]
    by = models.CharField(max_length=70)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "sha256"], name="sheet_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


class Run(models.Model):
    """Letters of a charge that are printed together, in files for the printer: 納税通知書, 督促状 or 催告書."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=8)  # rules.Letter
    charge = models.CharField(max_length=20)
    year = models.PositiveSmallIntegerField()
    issued_on = models.DateField()  # 発付の日
    letters = models.PositiveIntegerField()
    amount = models.BigIntegerField()
    # why it was made though a 納期限 is past or near (of a notice). db_default: see delivery.models
    known = models.CharField(max_length=200, default="", db_default="")
    by = models.CharField(max_length=70)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.charge} {self.year}"


class RunFile(models.Model):
    """One file of a run: ``ids`` are its demands (of 督促状: its reminders) in the order of the post. Written by one process, counted
    when it is whole; until then ``notices`` and ``pages`` say how far it is."""

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="files")
    no = models.PositiveIntegerField()
    ids = models.JSONField()
    zips = models.CharField(max_length=15)  # the first and the last
    file_id = models.UUIDField(null=True)
    notices = models.PositiveIntegerField(default=0)
    slips = models.PositiveIntegerField(default=0)
    pages = models.PositiveIntegerField(default=0)
    amount = models.BigIntegerField(default=0)
    problems = models.JSONField(default=list)  # what could not be drawn as it is written
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "no"], name="run_file_once")]

    def __str__(self) -> str:
        return f"{self.run_id}-{self.no}"


class Demand(models.Model):
    """調定: one person's tax or charge of one year."""

    id = models.BigAutoField(primary_key=True)
    sheet = models.ForeignKey(Sheet, on_delete=models.PROTECT, related_name="+")
    charge = models.CharField(max_length=20)
    year = models.PositiveSmallIntegerField()  # 賦課年度
    notice = models.CharField(max_length=20)  # 通知書番号
    payer = models.CharField(max_length=20, db_index=True)  # 宛名番号
    name = models.CharField(max_length=120)
    zip = models.CharField(max_length=7)
    address = models.CharField(max_length=160)
    building = models.CharField(max_length=120, default="", blank=True)
    amount = models.BigIntegerField()
    lines = models.JSONField(default=list, null=True)  # 内訳 of the notice, as [見出し, 値]; null: of a release before them
    run = models.ForeignKey(Run, null=True, on_delete=models.PROTECT, related_name="+")  # in which its notice is printed
    hold = models.CharField(max_length=10, default="", blank=True)  # keeping.HOLDS: it is not destroyed
    forgotten_on = models.DateField(null=True)  # its term of keeping was over: name, address and 宛名番号 are gone

    class Meta:
        constraints = [models.UniqueConstraint(fields=["charge", "year", "notice"], name="demand_once")]

    def __str__(self) -> str:
        return f"{self.charge} {self.year} {self.notice}"


class Instalment(models.Model):
    """期別: what is due on one day, by one 納付書. ``number`` is the 納付番号 that every way of paying carries."""

    id = models.BigAutoField(primary_key=True)
    demand = models.ForeignKey(Demand, on_delete=models.PROTECT, related_name="instalments", db_index=False)  # demand_no begins with it
    no = models.PositiveSmallIntegerField()
    amount = models.BigIntegerField()
    due = models.DateField()  # 納期限
    number = models.CharField(max_length=20, unique=True)
    confirm = models.CharField(max_length=6)  # 確認番号
    paid = models.BigIntegerField(default=0)
    written = models.BigIntegerField(default=0)  # 不納欠損
    late_paid = models.BigIntegerField(default=0)  # 延滞金
    fee = models.BigIntegerField(default=0)  # 督促手数料, booked with the 督促状
    fee_paid = models.BigIntegerField(default=0)
    settled_on = models.DateField(null=True)
    prompt_on = models.DateField(null=True)  # 速報: said to be paid, the money is not here yet
    failed_code = models.CharField(max_length=2, default="")  # 振替不能
    debit = models.ForeignKey("DebitRequest", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)  # asked of the bank

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["demand", "no"], name="demand_no"),
            models.CheckConstraint(condition=Q(paid__lte=F("amount")) & Q(paid__gte=0), name="paid_of_amount"),
            models.CheckConstraint(condition=Q(settled_on=None) | Q(paid=F("amount") - F("written")), name="settled_is_paid"),
            models.CheckConstraint(condition=Q(written__gte=0) & (Q(written=0) | Q(settled_on__isnull=False)), name="written_is_settled"),
            models.CheckConstraint(condition=Q(fee_paid__lte=F("fee")) & Q(fee_paid__gte=0), name="paid_of_fee"),
        ]

    def __str__(self) -> str:
        return self.number


class Change(models.Model):
    """更正: a demand is something else from a day on. What stood before and after is kept, never changed: ``before`` and ``after`` are its
    期 as [期, 納期限, 期別税額, 納付番号, what was paid]."""

    id = models.BigAutoField(primary_key=True)
    sheet = models.ForeignKey(Sheet, on_delete=models.PROTECT, related_name="changes")
    demand = models.ForeignKey(Demand, on_delete=models.PROTECT, related_name="changes")
    no = models.PositiveSmallIntegerField()  # of this demand, from 1
    was = models.BigIntegerField()  # 年税額
    amount = models.BigIntegerField()
    left = models.BigIntegerField()  # on the day of the change
    before = models.JSONField()
    after = models.JSONField()
    why = models.CharField(max_length=100)
    told = models.BooleanField()  # had its notice gone out? Then it wants a notice of change
    run = models.ForeignKey(Run, null=True, on_delete=models.PROTECT, related_name="+")  # in which that is printed
    # What that letter asks for: left when its run was begun, [[期, yen], …] and their sum. Not in the digest of the change; None before.
    asks = models.JSONField(null=True)
    asked = models.BigIntegerField(null=True)
    by = models.CharField(max_length=70)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["demand", "no"], name="change_no")]

    def __str__(self) -> str:
        return f"{self.demand_id} {self.was} {self.amount}"


class VoidNumber(models.Model):
    """納付番号 of a slip that a change made void. Who pays it all the same is matched by it."""

    number = models.CharField(primary_key=True, max_length=20)
    instalment = models.ForeignKey(Instalment, on_delete=models.PROTECT, related_name="voids")
    change = models.ForeignKey(Change, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return self.number


class Reminder(models.Model):
    """督促 or 催告 of one 期: what was asked for, on which day."""

    id = models.BigAutoField(primary_key=True)
    instalment = models.ForeignKey(Instalment, on_delete=models.PROTECT, related_name="reminders")
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="reminders")
    kind = models.CharField(max_length=8)
    amount = models.BigIntegerField()  # what was left to pay on that day, with the fee
    fee = models.BigIntegerField(default=0)  # 督促手数料 in it
    on = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["instalment"], condition=Q(kind="reminder"), name="reminded_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.on}"


class WriteOff(models.Model):
    """不納欠損: what nobody will pay any more. Proposed with a reason, approved by another person."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    instalment = models.ForeignKey(Instalment, on_delete=models.PROTECT, related_name="write_offs")
    ground = models.CharField(max_length=12)  # rules.GROUNDS
    since = models.DateField()  # from which the years of the ground are counted
    reason = models.CharField(max_length=200)
    amount = models.BigIntegerField()
    state = models.CharField(max_length=10, default="asked")  # asked, done, declined
    asked_by = models.CharField(max_length=70)
    asked_at = models.DateTimeField()
    answered_by = models.CharField(max_length=70, default="")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["asked_at"], name="write_off_asked_at")]
        constraints = [models.UniqueConstraint(fields=["instalment"], condition=~Q(state="declined"), name="write_off_once")]

    def __str__(self) -> str:
        return f"{self.ground} {self.amount}"


class FeeSlip(models.Model):
    """納付書 of a fee, or its debit from an account (``means``): an order of payments (``key``). No name: it says the receipt number.
    ``money`` is the payment that it was paid by; ``request`` the file that asks the bank for it."""

    id = models.BigAutoField(primary_key=True)
    key = models.UUIDField(unique=True)
    payment = models.UUIDField(db_index=True)
    means = models.CharField(max_length=6, default="slip")  # slip, debit
    request = models.ForeignKey("DebitRequest", null=True, on_delete=models.PROTECT, related_name="fees")
    freed = models.BooleanField(default=False)  # its request was taken back: it waits for the next one
    words = models.CharField(max_length=160)  # what for, and the receipt number
    number = models.CharField(max_length=20, unique=True)
    confirm = models.CharField(max_length=6)
    amount = models.BigIntegerField()
    until = models.DateField()  # the last day that anybody takes it
    made_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)
    prompt_on = models.DateField(null=True)  # 速報: said to be paid, the money is not here yet
    money = models.OneToOneField("Money", null=True, on_delete=models.PROTECT, related_name="fee", db_constraint=False)
    returned = models.BigIntegerField(default=0)  # what is 過誤納金 again

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(returned=0) | (Q(money__isnull=False) & Q(returned__gt=0) & Q(returned__lte=F("amount"))),
                                              name="returned_of_paid")]

    def __str__(self) -> str:
        return self.number
