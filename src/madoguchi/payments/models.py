from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from .rules import AGAIN, MORE


class Payment(models.Model):
    """One fee of one case, or of a sale at the counter (``case_ref`` is empty). No name, no card: who pays is the case's, the card is
    the gateway's. Its history is the case's chain, or that of the section's till."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.CharField(max_length=120, unique=True)
    case_ref = models.CharField(max_length=64, db_index=True)
    receipt = models.CharField(max_length=20, db_index=True)
    section = models.CharField(max_length=40)
    subject = models.CharField(max_length=120)  # what the fee is for: the procedure's name
    lines = models.JSONField(default=list)  # [{label, unit, count, sum}] in whole yen
    amount = models.PositiveIntegerField()
    received = models.PositiveIntegerField(default=0)
    refunded = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=10, default="created")
    means = models.CharField(max_length=20, default="")
    due_at = models.DateTimeField(null=True)  # after this the worker lets it run out; None: it does not
    paid_at = models.DateTimeField(null=True)
    number = models.CharField(max_length=30, default="")  # of the 領収証
    created_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)  # what it was for was withdrawn: what was paid waits to be given back or kept
    kept_by = models.CharField(max_length=70, default="", db_default="")  # who said that it stays. db_default: see delivery.models
    kept_at = models.DateTimeField(null=True)
    kept_why = models.CharField(max_length=20, default="", db_default="")

    class Meta:
        indexes = [models.Index(fields=["section", "-created_at"], name="payment_section"),
                   models.Index(fields=["section"], condition=Q(withdrawn_at__isnull=False, kept_at=None), name="payment_withdrawn"),
                   models.Index(fields=["due_at"], condition=Q(state__in=["created", "started", "submitted", "failed"]), name="payment_due")]
        constraints = [models.CheckConstraint(condition=Q(refunded__lte=F("received")), name="refunded_of_received")]

    def __str__(self) -> str:
        return f"{self.receipt} {self.amount}"

    @property
    def chain(self) -> str:
        """Where its history is recorded."""
        return f"case:{self.case_ref}" if self.case_ref else f"till:{self.section}"

    @property
    def paper_number(self) -> str:
        """The number of its 領収証: of the second fee of one application another one, and of what was asked for again."""
        return f"領-{self.receipt}{f'-{second + 1}' if (second := self.key.count(MORE)) else ''}{'-再' * self.key.count(AGAIN)}"


class DayClose(models.Model):
    """The cash box of a section, counted (日締め). Numbers only, so that it outlives the payments; never changed, but for who took it
    over (a person, or the close of the section that does its work now)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    section = models.CharField(max_length=40)
    number = models.PositiveIntegerField()  # one after the other in its section
    left = models.PositiveIntegerField()  # yen at the close before
    taken = models.PositiveIntegerField(default=0)
    takings = models.PositiveIntegerField(default=0)  # how many payments
    back = models.PositiveIntegerField(default=0)
    voided = models.PositiveIntegerField(default=0)  # of ``back``: 取消し
    counts = models.JSONField()  # {"1000": 3, …}
    counted = models.PositiveIntegerField()
    terminals = models.JSONField(default=list)  # [{terminal, name, brand, n, taken, backs, back}]: no part of the cash
    kept = models.PositiveIntegerField()  # つり銭 for the next day; the rest goes to the treasury
    reason = models.CharField(max_length=200, default="")
    closed_by = models.CharField(max_length=70)
    closed_at = models.DateTimeField()
    accepted_by = models.CharField(max_length=70, default="")
    accepted_at = models.DateTimeField(null=True)
    # of a section that was taken over: the first close of who did that, which counted ``kept``
    carried = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["section", "number"], name="close_number")]

    def __str__(self) -> str:
        return f"{self.section} {self.number}"

    @property
    def expected(self) -> int:
        """What should have been there, in yen."""
        return self.left + self.taken - self.back

    @property
    def difference(self) -> int:
        """Counted less expected: negative when cash is missing."""
        return self.counted - self.expected


class Attempt(models.Model):
    """One order at a provider, written before the provider is called: its id is the key of the call (own idempotency table)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="attempts")
    provider = models.CharField(max_length=20)
    amount = models.PositiveIntegerField()
    reference = models.CharField(max_length=200, default="", db_index=True)
    url = models.TextField(default="")
    paid_by = models.CharField(max_length=200, default="")
    state = models.CharField(max_length=10, default="open")  # open, waiting, paid, failed, over
    asked_at = models.DateTimeField(null=True)  # when the provider was last asked how it stands
    created_at = models.DateTimeField()
    closed = models.ForeignKey(DayClose, null=True, on_delete=models.PROTECT)  # cash: the close that counted it

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "reference"], condition=~Q(reference=""), name="attempt_reference")]

    def __str__(self) -> str:
        return f"{self.provider} {self.id}"


class Refund(models.Model):
    """Money that goes back (還付): asked for by one person, approved by another, done by a worker or over the counter."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT)
    amount = models.PositiveIntegerField()
    reason = models.CharField(max_length=20)
    state = models.CharField(max_length=10, default="asked")  # asked, approved, done, declined, refused
    asked_by = models.CharField(max_length=70)
    approved_by = models.CharField(max_length=70, default="")
    reference = models.CharField(max_length=200, default="")
    asked_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    closed = models.ForeignKey(DayClose, null=True, on_delete=models.PROTECT)  # cash: the close that counted it

    def __str__(self) -> str:
        return f"{self.payment_id} {self.amount}"

    @classmethod
    def unsettled(cls) -> models.QuerySet[Refund]:
        """Those that somebody has still to do something for: on the way, or failed and not asked for again."""
        again = cls.objects.filter(attempt=models.OuterRef("attempt"), asked_at__gte=models.OuterRef("asked_at"),
                                   amount__gte=models.OuterRef("amount"), state__in=("asked", "approved", "done")).exclude(id=models.OuterRef("id"))
        return cls.objects.filter(Q(state__in=("asked", "approved")) | Q(Q(state="refused"), ~models.Exists(again)))


class TerminalSlip(models.Model):
    """伝票番号 of a terminal at the counter: each is one payment or one refund, once a day."""

    terminal = models.CharField(max_length=20)
    on = models.DateField()
    number = models.CharField(max_length=40)
    brand = models.CharField(max_length=10)
    attempt = models.OneToOneField(Attempt, null=True, on_delete=models.CASCADE, related_name="slip")
    refund = models.OneToOneField(Refund, null=True, on_delete=models.CASCADE, related_name="slip")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["terminal", "on", "number"], name="slip_once"),
                       models.CheckConstraint(condition=Q(attempt=None) ^ Q(refund=None), name="slip_of_one")]

    def __str__(self) -> str:
        return f"{self.terminal} {self.number}"

    @property
    def reference(self) -> str:
        """One word for the port and the record."""
        return f"{self.terminal}/{self.on:%Y%m%d}/{self.number}"


class GatewayNotice(models.Model):
    """A notice of a gateway that was taken: the same event again changes nothing."""

    provider = models.CharField(max_length=20)
    event = models.CharField(max_length=200)
    kind = models.CharField(max_length=80)
    reference = models.CharField(max_length=200, default="")
    outcome = models.CharField(max_length=20)  # applied, nothing, unknown, amount
    at = models.DateTimeField()
    # who has looked at it at the gateway, and what it was (of unknown and amount). db_default: see delivery.models
    seen_by = models.CharField(max_length=70, default="", db_default="")
    seen_at = models.DateTimeField(null=True)
    seen_why = models.CharField(max_length=200, default="", db_default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "event"], name="notice_once")]

    def __str__(self) -> str:
        return f"{self.provider} {self.event}"
