from __future__ import annotations

import uuid

from django.db import models


class Register(models.Model):
    """The next document number (文書番号) of a section in a fiscal year."""

    sign = models.CharField(max_length=20)
    year = models.PositiveIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sign", "year"], name="register_sign_year")]

    def __str__(self) -> str:
        return f"{self.sign} {self.year} {self.last}"


class IssuedDocument(models.Model):
    """A letter or certificate the city issued. Never changed; a later one may replace it and both stay."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.CharField(max_length=120, unique=True)
    case_ref = models.CharField(max_length=64, db_index=True)
    document = models.CharField(max_length=60)
    name = models.CharField(max_length=120)
    number = models.CharField(max_length=60)
    issued_on = models.DateField()
    file_id = models.UUIDField()
    sha256 = models.CharField(max_length=64)
    replaced_by = models.ForeignKey("self", null=True, on_delete=models.PROTECT)

    def __str__(self) -> str:
        return self.number
