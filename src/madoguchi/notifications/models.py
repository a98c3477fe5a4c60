from __future__ import annotations

from django.db import models


class Mail(models.Model):
    """One letter to send. The address is sealed and wiped when sent; the text names no procedure (mailboxes are shared)."""

    key = models.CharField(max_length=120, unique=True)
    sealed_to = models.BinaryField(null=True)
    subject = models.CharField(max_length=120)
    body = models.TextField()
    state = models.CharField(max_length=10, default="waiting")  # waiting, sent, refused; settled: refused, and told in another way
    begun = models.PositiveSmallIntegerField(default=0, db_default=0)  # handed to a mailer and not noted as answered
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["key"], condition=models.Q(state="refused"), name="mail_refused")]

    def __str__(self) -> str:
        return self.key
