from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models

from .rules import State


class Survey(models.Model):
    """One survey (調査) of the building of a case. A second one (第2次調査・再調査) stands beside the first."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    method = models.CharField(max_length=6)  # rules.Method
    state = models.CharField(max_length=10, default=State.WAITING.value)
    zip = models.CharField(max_length=7)
    town = models.CharField(max_length=60)
    address = models.CharField(max_length=300)
    search = models.CharField(max_length=300)
    appointed_at = models.DateTimeField(null=True)
    appointment_note = models.CharField(max_length=300, default="")
    surveyors = models.CharField(max_length=200, default="")
    why = models.CharField(max_length=500, default="")  # why it was ordered (再調査) or cancelled
    asked_at = models.DateTimeField(null=True)  # the applicant doubts what came of it and asks for another (再調査の申出)
    asked_why = models.CharField(max_length=500, default="", db_default="")  # db_default: see delivery.models
    opened_by = models.CharField(max_length=80)
    opened_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="survey_number"),
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(state__in=["waiting", "appointed"]), name="survey_one_open"
            ),
        ]
        indexes = [
            models.Index(fields=["state", "zip", "town"], name="survey_state_place"),
            models.Index(fields=["appointed_at"], name="survey_day"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} 調査{self.number}"


class Result(models.Model):
    """What a survey found. Never changed: a correction is a new row and the newest one counts. Grades are fought over
    years later and support is claimed back by them (東京高裁令和元年12月4日), so that every one must stay readable."""

    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="results")
    number = models.PositiveIntegerField()
    grade = models.CharField(max_length=20)  # rules.GRADES
    percent = models.PositiveSmallIntegerField(null=True)
    floor_percent = models.PositiveSmallIntegerField(null=True)
    points = models.JSONField(default=dict)  # part of the building → percent
    surveyed_on = models.DateField()
    surveyors = models.CharField(max_length=200)
    remarks = models.TextField(default="")
    why = models.CharField(max_length=300, default="")  # of a correction
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["survey", "number"], name="survey_result_number")]

    def __str__(self) -> str:
        return f"{self.survey_id} 結果{self.number}"

    def said(self) -> dict[str, Any]:
        """All that was found, as the record digests it."""
        return {"grade": self.grade, "percent": self.percent, "floor_percent": self.floor_percent, "points": self.points,
                "surveyed_on": str(self.surveyed_on), "surveyors": self.surveyors, "remarks": self.remarks, "why": self.why}
