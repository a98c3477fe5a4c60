from __future__ import annotations

import datetime as dt
import uuid

from django.db import models
from django.db.models import Q

from madoguchi.kernel import clock

from .rules import label


class Ticket(models.Model):
    """A place in today's line. It knows nobody: its id, which cannot be guessed, is the address that its holder has."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    day = models.DateField()
    section = models.CharField(max_length=40)
    service = models.CharField(max_length=40)
    letter = models.CharField(max_length=1)  # as printed: it stays when the ticket goes to another service
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, default="waiting")
    since = models.DateTimeField()  # its place in the line
    due = models.PositiveSmallIntegerField(null=True)  # minute of the day of its booking
    booking = models.UUIDField(null=True)
    channel = models.CharField(max_length=10)  # kiosk, staff
    counter = models.CharField(max_length=40, default="")
    seat = models.PositiveSmallIntegerField(null=True)
    called_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    acted_at = models.DateTimeField(null=True)  # of the last act
    revision = models.PositiveIntegerField(default=0)  # whoever changes it names the one that was seen
    before = models.JSONField(null=True)  # what the last act changed, to take it back

    class Meta:
        indexes = [models.Index(fields=["section", "day", "state"], name="ticket_line")]
        constraints = [
            models.UniqueConstraint(fields=["day", "letter", "number"], name="ticket_once"),
            models.UniqueConstraint(fields=["day", "counter", "seat"], condition=Q(state="called"), name="ticket_one_called"),
            models.UniqueConstraint(fields=["booking"], condition=Q(booking__isnull=False) & ~Q(state="cancelled"), name="ticket_of_booking"),
        ]

    def __str__(self) -> str:
        return label(self.letter, self.number)

    @property
    def due_at(self) -> dt.datetime | None:
        """When its booking begins."""
        return None if self.due is None else dt.datetime.combine(self.day, dt.time(), clock.JST) + dt.timedelta(minutes=self.due)


class Desk(models.Model):
    """A seat at a counter at which somebody calls today."""

    section = models.CharField(max_length=40)
    counter = models.CharField(max_length=40)
    seat = models.PositiveSmallIntegerField()
    day = models.DateField()  # open on this day only: nobody need close in the evening
    open = models.BooleanField(default=True)
    by = models.CharField(max_length=70)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["counter", "seat"], name="desk_once")]

    def __str__(self) -> str:
        return f"{self.counter}/{self.seat}"


class Roll(models.Model):
    """The last number given under a letter on a day."""

    day = models.DateField()
    letter = models.CharField(max_length=1)
    last = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "letter"], name="roll_once")]

    def __str__(self) -> str:
        return f"{self.day} {label(self.letter, self.last)}"


class Pulse(models.Model):
    """Goes up with every act in a section: what live pages ask for (ADR 0041)."""

    section = models.CharField(max_length=40, primary_key=True)
    beat = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.section} {self.beat}"


class Kiosk(models.Model):
    """A device at the entrance that gives tickets: whoever has its address, whose digest is kept, can take one."""

    name = models.CharField(max_length=40)
    section = models.CharField(max_length=40)
    everywhere = models.BooleanField(default=False)  # the services of all sections
    secret = models.CharField(max_length=64, unique=True)
    made_by = models.CharField(max_length=70)
    made_at = models.DateTimeField()
    ended_by = models.CharField(max_length=70, default="")
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class DayFigure(models.Model):
    """What stays of a day when its tickets are forgotten: how many, and how long."""

    day = models.DateField()
    section = models.CharField(max_length=40)
    service = models.CharField(max_length=40)
    taken = models.PositiveIntegerField()
    served = models.PositiveIntegerField()
    absent = models.PositiveIntegerField()
    given_up = models.PositiveIntegerField()
    wait = models.PositiveIntegerField()  # median, minutes
    longest = models.PositiveIntegerField()
    length = models.PositiveIntegerField()  # median of the service

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "service"], name="figure_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.service}"
