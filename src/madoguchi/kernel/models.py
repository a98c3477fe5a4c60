from __future__ import annotations

from django.db import models


class Message(models.Model):
    """One row per (event, handler) in the outbox. Done rows stay: their key is what makes publishing idempotent."""

    key = models.CharField(max_length=200)
    event = models.CharField(max_length=80)
    handler = models.CharField(max_length=80)
    case_ref = models.CharField(max_length=64)
    payload = models.JSONField()
    sealed = models.BinaryField(null=True)
    state = models.CharField(max_length=8, default="ready")  # ready, done, parked
    attempts = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField()
    lease_token = models.CharField(max_length=32, default="")
    error_code = models.CharField(max_length=120, default="")
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "handler"], name="outbox_key_handler")]
        indexes = [
            models.Index(fields=["next_at", "id"], condition=models.Q(state="ready"), name="outbox_ready"),
            models.Index(fields=["handler", "case_ref", "id"], condition=~models.Q(state="done"), name="outbox_order"),
        ]

    def __str__(self) -> str:
        return f"{self.event}→{self.handler} {self.state}"


class Bucket(models.Model):
    """How many tries are left of one thing for one person or address (limits.py), both told by a keyed digest."""

    key = models.CharField(max_length=64, primary_key=True)
    left_over = models.FloatField()
    at = models.FloatField(db_index=True)  # seconds since 1970: when that was so

    def __str__(self) -> str:
        return f"{self.left_over}"


class Heartbeat(models.Model):
    """When a background process was last seen alive."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class AuditKey(models.Model):
    """The HMAC key of one chain, sealed. Destroying it makes the chain's digests unguessable and keeps the chain."""

    chain = models.CharField(max_length=64, primary_key=True)
    sealed = models.BinaryField()

    def __str__(self) -> str:
        return self.chain


class AuditSeal(models.Model):
    """A link of the global chain over the heads of all chains."""

    seq = models.PositiveIntegerField(unique=True)
    at = models.DateTimeField()
    heads = models.JSONField()  # {chain: [seq, hash]} of the chains that moved since the last seal
    prev = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"seal {self.seq}"


class AuditEntry(models.Model):
    """One act: who, what, when, on which case. Append-only; `sealed_in` alone is filled later, outside the hash."""

    chain = models.CharField(max_length=64)
    seq = models.PositiveIntegerField()
    at = models.DateTimeField()
    actor = models.CharField(max_length=80)
    action = models.CharField(max_length=60)
    facts = models.JSONField()
    digest = models.CharField(max_length=64, default="")
    prev = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)
    sealed_in = models.ForeignKey(AuditSeal, null=True, on_delete=models.PROTECT)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["chain", "seq"], name="audit_chain_seq")]
        indexes = [models.Index(fields=["chain"], condition=models.Q(sealed_in=None), name="audit_unsealed")]

    def __str__(self) -> str:
        return f"{self.chain}#{self.seq} {self.action}"


class SealedValue(models.Model):
    """A value that only some roles may see (個人番号). The filing holds the token; this row holds the ciphertext."""

    token = models.CharField(max_length=40, primary_key=True)
    kind = models.CharField(max_length=20)
    sealed = models.BinaryField()
    search = models.CharField(max_length=64, db_index=True)
    search_key = models.CharField(max_length=8, default="s1")  # which key of the ring `search` was made with
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.token
