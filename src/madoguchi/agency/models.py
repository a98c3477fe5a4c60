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

    def __str__(self) -> str:
        return str(self.id)
