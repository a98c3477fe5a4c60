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


class Guardianship(models.Model):
    """A standing legal representation (法定代理), declared by the representative and confirmed by the city. The represented
    person need not be known to the city hall; who they are lies sealed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agent = models.CharField(max_length=60, db_index=True)  # key of the owner who represents
    kind = models.CharField(max_length=20)  # guardian_rules.KINDS
    state = models.CharField(max_length=10, default="writing", db_index=True)
    scope = models.JSONField(default=list)  # ["*"], or procedures by slug and 分野 as event:key
    issued_on = models.DateField()  # of the proof
    files = models.JSONField(default=list)  # [{id, name, size, kind, sha256}]; empty once they were destroyed
    sealed = models.BinaryField()  # {person: {name, kana, born, address}, agent: person, mail, why}
    language = models.CharField(max_length=10, default="ja")
    made_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=150, default="", blank=True)  # 職員番号
    ends_on = models.DateField(null=True)
    recheck_on = models.DateField(null=True)  # when the city looks again whether it still holds
    ended_at = models.DateTimeField(null=True)
    unread = models.BooleanField(default=False)  # the city said something that the representative has not opened

    def __str__(self) -> str:
        return str(self.id)
