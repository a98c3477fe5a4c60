from __future__ import annotations

import uuid

from django.db import models


class Plan(models.Model):
    """やることリスト: the answers of one person to a finder, what they ticked, and the drafts that were begun from it. The list
    itself is made of the answers each time, so that it says what the finder says today."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.CharField(max_length=60, db_index=True)
    finder = models.CharField(max_length=40)
    answers = models.JSONField(default=dict)
    ticks = models.JSONField(default=list)  # ids of tasks that are done
    drafts = models.JSONField(default=list)  # ids of drafts begun together
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.finder} {self.id}"
