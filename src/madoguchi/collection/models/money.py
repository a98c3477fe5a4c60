"""Money and where it goes: what came and was posted, 過誤納金 and how it goes back, 口座振替, orders paid online."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from .dues import FeeSlip, Instalment, Run, Sheet

FEES = "fees"  # the charge of a request that asks for fees


class DirectDebit(models.Model):
    """口座振替: the account of a payer for a charge, from a day and (when it has ended) to a day. It lies sealed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    payer = models.CharField(max_length=20)
    charge = models.CharField(max_length=20)
    account = models.BinaryField()
    bank = models.CharField(max_length=4)
    since = models.DateField()
    until = models.DateField(null=True)
    code = models.CharField(max_length=1, default="0")  # 新規コード of the next request: 1 the first with it, 2 the first after a change

    class Meta:
        constraints = [models.UniqueConstraint(fields=["payer", "charge"], condition=Q(until=None), name="debit_once")]

    def __str__(self) -> str:
        return f"{self.payer} {self.charge}"


class DebitAct(models.Model):
    """口座振替 that was applied for, one row per accepted application and charge, and what became of it. Its account lies sealed until
    somebody knows whose tax it is; then it lies in ``debit``."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.CharField(max_length=80, unique=True)  # the decision and the charge
    case_ref = models.CharField(max_length=36, db_index=True)
    receipt = models.CharField(max_length=20)
    charge = models.CharField(max_length=20)
    kind = models.CharField(max_length=6)  # new, change, stop
    on = models.DateField()  # the first day; of a stop the last
    notice = models.CharField(max_length=20, default="", blank=True)  # 通知書番号 that was typed
    payer = models.CharField(max_length=20, default="", blank=True, db_index=True)
    account = models.BinaryField(null=True)
    debit = models.ForeignKey(DirectDebit, null=True, on_delete=models.SET_NULL, related_name="acts")
    state = models.CharField(max_length=7, default="asked")  # asked, done, dropped
    by = models.CharField(max_length=70, default="")
    at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["at"], condition=Q(state="asked"), name="debit_act_asked")]

    def __str__(self) -> str:
        return f"{self.receipt} {self.charge} {self.kind}"


class DebitRequest(models.Model):
    """A file that asks the bank to debit (口座振替請求): each 期 once. One that was made by mistake is taken back (取下げ); then ``parts``
    says what was in it, as [id, 納付番号]."""

    id = models.BigAutoField(primary_key=True)
    charge = models.CharField(max_length=20)
    due = models.DateField()  # 納期限 of the 期 in it
    on = models.DateField()  # 引落日
    bank = models.CharField(max_length=4, default="")  # the bank of 銀行別 that gets it; "" the collecting bank
    debits = models.PositiveIntegerField()
    amount = models.BigIntegerField()
    file_id = models.UUIDField(null=True)  # None: its term of keeping was over
    by = models.CharField(max_length=70)
    at = models.DateTimeField()
    first = models.JSONField(default=dict)  # accounts that it names for the first time → 新規コード
    state = models.CharField(max_length=5, default="made")  # made, asked (取下げ is asked for), back
    why = models.CharField(max_length=200, default="")
    asked_by = models.CharField(max_length=70, default="")
    answered_by = models.CharField(max_length=70, default="")
    parts = models.JSONField(default=list)
    # 再振替: so many of its debits failed and are in a later request. db_default: see delivery.models
    again = models.PositiveIntegerField(default=0, db_default=0)

    def __str__(self) -> str:
        return f"{self.charge} {self.on}"

    @property
    def of_fees(self) -> bool:
        """Does it ask for fees, not for taxes?"""
        return self.charge == FEES


class FeeDebit(models.Model):
    """The account from which its owner has a fee debited, as it was when they said so; sealed."""

    payment = models.UUIDField(primary_key=True)
    payer = models.CharField(max_length=20)
    account = models.BinaryField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.payment)


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


class Unmatch(models.Model):
    """取消し of a 消込: money that was set against the wrong 納付書 is nobody's again. Asked for with a reason, approved by another person.
    ``number`` is the 納付書 that it stood at."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    money = models.ForeignKey(Money, on_delete=models.PROTECT, related_name="unmatches")
    instalment = models.ForeignKey(Instalment, null=True, on_delete=models.PROTECT, related_name="+")  # None: of a fee
    number = models.CharField(max_length=20)
    amount = models.BigIntegerField()
    reason = models.CharField(max_length=200)
    state = models.CharField(max_length=10, default="asked")  # asked, done, declined
    asked_by = models.CharField(max_length=70)
    asked_at = models.DateTimeField()
    answered_by = models.CharField(max_length=70, default="")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["money"], condition=Q(state="asked"), name="unmatch_once")]

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
    run = models.ForeignKey(Run, null=True, on_delete=models.PROTECT, related_name="+")  # in which its payer is asked for an account
    told = models.BigIntegerField(null=True)  # yen that the letter says, printed in a run or alone

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
    """総合振込: one file for the city's bank with refunds in it. One that was made by mistake is taken back as a whole, until its day."""

    id = models.BigAutoField(primary_key=True)
    on = models.DateField()  # the day on which the bank transfers
    refunds = models.PositiveIntegerField()
    amount = models.BigIntegerField()
    file_id = models.UUIDField(null=True)  # None: its term of keeping was over
    by = models.CharField(max_length=70)
    at = models.DateTimeField()
    # as DebitRequest has it; back: what was in it waits for the next file. db_default: see delivery.models
    state = models.CharField(max_length=5, default="made", db_default="made")  # made, asked, back
    why = models.CharField(max_length=200, default="", db_default="")
    asked_by = models.CharField(max_length=70, default="", db_default="")
    answered_by = models.CharField(max_length=70, default="", db_default="")

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
    run = models.ForeignKey(Run, null=True, on_delete=models.PROTECT, related_name="+")  # in which its 通知書 is printed
    told_on = models.DateField(null=True)  # the day of the 通知書, printed in a run or alone
    # why it was stopped after it was approved (rules.STOPPED). db_default: see delivery.models
    why = models.CharField(max_length=10, default="", db_default="")

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
