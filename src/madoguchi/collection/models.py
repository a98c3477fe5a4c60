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
    by = models.CharField(max_length=70)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.charge} {self.year}"


class RunFile(models.Model):
    """One file of a run: ``ids`` are its demands (of 督促状: its reminders) in the order of the post. Written by one process, counted
    when it is whole."""

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
    run = models.ForeignKey(Run, null=True, on_delete=models.PROTECT, related_name="+")  # in which its notice is printed

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
    left = models.BigIntegerField()  # what the slips of its notice ask for
    before = models.JSONField()
    after = models.JSONField()
    why = models.CharField(max_length=100)
    told = models.BooleanField()  # had its notice gone out? Then it wants a notice of change
    run = models.ForeignKey(Run, null=True, on_delete=models.PROTECT, related_name="+")  # in which that is printed
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
    """納付書 of a fee: an order of payments (``key``). No name: it says the receipt number. ``money`` is the payment that it was paid by."""

    id = models.BigAutoField(primary_key=True)
    key = models.UUIDField(unique=True)
    payment = models.UUIDField(db_index=True)
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


class DirectDebit(models.Model):
    """口座振替: the account of a payer for a charge, from a day and (when it has ended) to a day. It lies sealed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    payer = models.CharField(max_length=20)
    charge = models.CharField(max_length=20)
    account = models.BinaryField()
    bank = models.CharField(max_length=4)
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["payer", "charge"], condition=Q(until=None), name="debit_once")]

    def __str__(self) -> str:
        return f"{self.payer} {self.charge}"


class DebitRequest(models.Model):
    """A file that asks the bank to debit (口座振替請求): each 期 once."""

    id = models.BigAutoField(primary_key=True)
    charge = models.CharField(max_length=20)
    due = models.DateField()  # 納期限 of the 期 in it
    on = models.DateField()  # 引落日
    debits = models.PositiveIntegerField()
    amount = models.BigIntegerField()
    file_id = models.UUIDField()
    by = models.CharField(max_length=70)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.charge} {self.on}"


class Money(models.Model):
    """収納: one payment as it was reported. What became of it is ``outcome``; ``instalment`` is what it was set against (消込)."""

    id = models.BigIntegerField(primary_key=True)  # the file and the record in it (rules.money_id): the same record cannot come twice
    sheet = models.ForeignKey(Sheet, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    record = models.PositiveIntegerField()  # in the file, from 1
    number = models.CharField(max_length=20)
    amount = models.BigIntegerField()
    paid_on = models.DateField()
    channel = models.CharField(max_length=10)
    stage = models.CharField(max_length=8)  # prompt 速報, final 確報, cancel 取消, failed 振替不能
    code = models.CharField(max_length=10, default="")
    outcome = models.CharField(max_length=10)
    instalment = models.ForeignKey(Instalment, null=True, on_delete=models.PROTECT, related_name="money", db_constraint=False)

    class Meta:
        indexes = [models.Index(fields=["id"], condition=Q(outcome="unknown"), name="money_unknown")]

    def __str__(self) -> str:
        return f"{self.number} {self.amount}"


class Posting(models.Model):
    """仕訳: one sum from one account to another, so that all accounts together are always zero. Never changed, never removed."""

    id = models.BigAutoField(primary_key=True)
    sheet = models.ForeignKey(Sheet, null=True, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    money = models.ForeignKey(Money, null=True, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    instalment = models.ForeignKey(Instalment, null=True, on_delete=models.PROTECT, related_name="postings", db_constraint=False)
    debit = models.CharField(max_length=16)
    credit = models.CharField(max_length=16)
    amount = models.BigIntegerField()
    on = models.DateField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="posting_positive"),
                       models.CheckConstraint(condition=~Q(debit=F("credit")), name="posting_moves")]

    def __str__(self) -> str:
        return f"{self.debit} {self.credit} {self.amount}"


class Excess(models.Model):
    """過誤納金: money that is the payer's again. ``left`` is what has neither gone back (還付) nor been set against another due (充当)."""

    id = models.BigAutoField(primary_key=True)
    money = models.ForeignKey(Money, on_delete=models.PROTECT, related_name="+")
    instalment = models.ForeignKey(Instalment, null=True, on_delete=models.PROTECT, related_name="+")
    fee = models.ForeignKey(FeeSlip, null=True, on_delete=models.PROTECT, related_name="+")
    order = models.UUIDField(null=True, unique=True)  # the 還付 of payments by which a fee goes back
    why = models.CharField(max_length=10)  # twice 二重納付, over 過納, differs another sum than the fee's, fee 還付 of a fee, changed 更正
    amount = models.BigIntegerField()
    left = models.BigIntegerField()
    found_on = models.DateField()

    class Meta:
        indexes = [models.Index(fields=["found_on", "id"], condition=Q(left__gt=0), name="excess_open")]
        constraints = [models.CheckConstraint(condition=Q(left__gte=0) & Q(left__lte=F("amount")), name="left_of_excess"),
                       models.CheckConstraint(condition=Q(instalment=None) ^ Q(fee=None), name="excess_of_one")]

    def __str__(self) -> str:
        return f"{self.why} {self.left}"

    @property
    def number(self) -> str:
        """The 納付番号 that was paid."""
        of = self.instalment or self.fee
        return of.number if of else ""


class Transfer(models.Model):
    """総合振込: one file for the city's bank with refunds in it."""

    id = models.BigAutoField(primary_key=True)
    on = models.DateField()  # the day on which the bank transfers
    refunds = models.PositiveIntegerField()
    amount = models.BigIntegerField()
    file_id = models.UUIDField()
    by = models.CharField(max_length=70)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.on} {self.amount}"


class GiveBack(models.Model):
    """還付 or 充当 of an excess: asked for by one person, approved by another. The account lies sealed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    excess = models.ForeignKey(Excess, on_delete=models.PROTECT, related_name="backs")
    kind = models.CharField(max_length=8)  # refund, offset
    amount = models.BigIntegerField()
    since = models.DateField(null=True)  # 還付加算金 from this day; None: none
    interest = models.BigIntegerField(default=0)
    target = models.ForeignKey(Instalment, null=True, on_delete=models.PROTECT, related_name="+")
    account = models.BinaryField(default=b"")
    state = models.CharField(max_length=10, default="asked")  # asked, approved, declined, done
    asked_by = models.CharField(max_length=70)
    approved_by = models.CharField(max_length=70, default="")
    asked_at = models.DateTimeField()
    transfer = models.ForeignKey(Transfer, null=True, on_delete=models.PROTECT, related_name="backs")

    class Meta:
        indexes = [models.Index(fields=["asked_at"], condition=Q(state="approved"), name="giveback_approved")]
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="giveback_positive")]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount}"


class OnlineOrder(models.Model):
    """What a payer pays at once on 「わたしの税・料金」: the sums are fixed when it is made, for the day it is made on. ``payer`` has at
    most one that is open. The money comes through room payments, as its payment says; ``sheet`` is how it came into the books."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    payer = models.CharField(max_length=20)
    on = models.DateField()
    lines = models.JSONField()  # [[納付番号, yen of the tax, yen of 延滞金], …]
    amount = models.BigIntegerField()
    state = models.CharField(max_length=6, default="open")  # open, posted, over
    sheet = models.ForeignKey(Sheet, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["payer"], condition=Q(state="open"), name="online_order_once")]

    def __str__(self) -> str:
        return f"{self.on} {self.amount}"


class DueMail(models.Model):
    """Where a payer wants to be told of a 納期限 that is near. The address lies sealed, and goes when its owner has not looked for long."""

    payer = models.CharField(primary_key=True, max_length=20)
    sealed_mail = models.BinaryField()
    language = models.CharField(max_length=8)
    seen_on = models.DateField(db_index=True)

    def __str__(self) -> str:
        return self.payer


class DueTold(models.Model):
    """A 期 of which its payer was told by mail: once."""

    instalment = models.OneToOneField(Instalment, primary_key=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.instalment_id)
