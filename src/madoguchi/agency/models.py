from __future__ import annotations

import uuid

from django.db import models


class Mandate(models.Model):
    """A standing 委任 between two residents. Names and address lie sealed; ``giver`` and ``agent`` are keys of owners."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    giver = models.CharField(max_length=60, db_index=True)
    agent = models.CharField(max_length=60, default="", db_index=True)  # empty until accepted
    scope = models.JSONField()  # procedures by slug, 分野 as event:key
    acts = models.JSONField()  # file, see, messages
    ends_on = models.DateField()
    state = models.CharField(max_length=10, default="offered")
    code_digest = models.CharField(max_length=64, unique=True)
    tries = models.PositiveSmallIntegerField(default=0)  # signed-in people of another name who tried the code
    sealed = models.BinaryField()  # {giver: person, wanted: name, agent: person}
    made_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    organisation = models.UUIDField(null=True, db_index=True)  # given to a registered organisation: any of its people accepts

    def __str__(self) -> str:
        return str(self.id)


class Organisation(models.Model):
    """An organisation that a section registered: it may file these procedures for residents. Its data is public."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    section = models.CharField(max_length=40)
    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=60)
    number = models.CharField(max_length=13, db_index=True)  # 法人番号
    office = models.CharField(max_length=10, default="", blank=True)  # 事業所番号 of 介護保険
    address = models.JSONField()
    phone = models.CharField(max_length=20)
    chief = models.CharField(max_length=40, default="", blank=True)
    procedures = models.JSONField()
    starts = models.DateField()
    ends = models.DateField(null=True)  # the last day, whole
    ended_reason = models.CharField(max_length=300, default="", blank=True)
    made_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["section", "number", "office", "kind"], condition=models.Q(closed_at=None),
                                               name="organisation_open_once")]

    def __str__(self) -> str:
        return str(self.id)
