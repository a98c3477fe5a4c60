from __future__ import annotations

import datetime as dt
import uuid

from django.db import models
from django.db.models import Q

from madoguchi.kernel import clock

from .rules import clock_words


class Booking(models.Model):
    """A place at a counter for one person. Name and contact are sealed; what is compared for the limit is a keyed digest."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(max_length=9, unique=True)
    code = models.CharField(max_length=64, default="")  # keyed digest of the eight digits that are shown once
    code_tries = models.PositiveSmallIntegerField(default=0)
    code_wrong_at = models.DateTimeField(null=True)  # the last wrong one: too many lock it for a time
    service = models.CharField(max_length=40)
    section = models.CharField(max_length=40)
    counter = models.CharField(max_length=40)
    seat = models.PositiveSmallIntegerField()
    day = models.DateField()
    start = models.PositiveSmallIntegerField()  # minute of the day
    minutes = models.PositiveSmallIntegerField()
    pause = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, default="held")
    held_until = models.DateTimeField(null=True)
    owner = models.CharField(max_length=50, default="", db_index=True)  # who was signed in; empty: a guest, or by staff
    about = models.CharField(max_length=60, default="")  # the thing of a room above it is for (card:…); empty: nothing of its own
    sealed = models.BinaryField(null=True)  # name, mail, phone
    language = models.CharField(max_length=10, default="ja")
    channel = models.CharField(max_length=10, default="online")  # online, staff
    sequence = models.PositiveIntegerField(default=0)  # of the calendar entry: grows with every change
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["section", "day"], name="booking_day"),
                   models.Index(fields=["day"], condition=Q(state="confirmed", reminded_at=None), name="booking_remind")]
        constraints = [models.UniqueConstraint(fields=["about"], condition=Q(state="confirmed") & ~Q(about=""), name="about_once")]

    def __str__(self) -> str:
        return f"{self.number} {self.day} {clock_words(self.start)}"

    @property
    def starts_at(self) -> dt.datetime:
        """Its beginning."""
        return moment(self.day, self.start)

    @property
    def ends_at(self) -> dt.datetime:
        """Its end, without the pause."""
        return moment(self.day, self.start + self.minutes)

    @property
    def at(self) -> str:
        """9:30"""
        return clock_words(self.start)

    @property
    def until(self) -> str:
        """10:00"""
        return clock_words(self.start + self.minutes)


def moment(day: dt.date, minute: int) -> dt.datetime:
    """A minute of a day in Japan."""
    return dt.datetime.combine(day, dt.time(), clock.JST) + dt.timedelta(minutes=minute)


class Taken(models.Model):
    """Five minutes of a seat that belong to a booking: the unique key is what keeps two from having the same place."""

    counter = models.CharField(max_length=40)
    seat = models.PositiveSmallIntegerField()
    day = models.DateField()
    cell = models.PositiveSmallIntegerField()
    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="cells")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["counter", "day", "cell", "seat"], name="cell_once")]

    def __str__(self) -> str:
        return f"{self.counter}/{self.seat} {self.day} {self.cell}"


class PersonMark(models.Model):
    """By what the limit (予約できる数) knows whose a booking is: keyed digests of the owner, the mail and the phone."""

    who = models.CharField(max_length=64)
    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="marks")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["who", "booking"], name="mark_once")]

    def __str__(self) -> str:
        return f"{self.who[:8]} {self.booking_id}"


class Closure(models.Model):
    """A time that staff have closed (受付を止める), whole or for some seats. Rows are ended, not deleted."""

    section = models.CharField(max_length=40)
    counter = models.CharField(max_length=40, default="")  # empty: all of the section
    first = models.DateField()
    last = models.DateField()
    start = models.PositiveSmallIntegerField(default=0)
    end = models.PositiveSmallIntegerField(default=24 * 60)
    seats = models.PositiveSmallIntegerField(default=0)  # 0: all
    reason = models.CharField(max_length=100)
    made_by = models.CharField(max_length=70)
    made_at = models.DateTimeField()
    ended_by = models.CharField(max_length=70, default="")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["section", "last"], condition=Q(ended_at=None), name="closure_open")]

    def __str__(self) -> str:
        return f"{self.section} {self.first}〜{self.last}"


class Occasion(models.Model):
    """A counter for one day with one service (出張窓口, 臨時窓口, 休日窓口), as a room above has entered it. Cancelled, not deleted."""

    key = models.CharField(max_length=40, unique=True)  # of its counter and its service
    section = models.CharField(max_length=40, db_index=True)
    kind = models.CharField(max_length=10)  # a word of the room above
    name = models.CharField(max_length=60)
    place = models.CharField(max_length=80)
    who = models.CharField(max_length=120, default="")  # who may come
    bring = models.CharField(max_length=160, default="")
    door = models.CharField(max_length=60, default="")
    day = models.DateField(db_index=True)
    start = models.PositiveSmallIntegerField()
    end = models.PositiveSmallIntegerField()
    seats = models.PositiveSmallIntegerField()
    minutes = models.PositiveSmallIntegerField()
    until = models.DateTimeField()  # nobody books it online after this
    made_by = models.CharField(max_length=70)
    made_at = models.DateTimeField()
    cancelled_by = models.CharField(max_length=70, default="")
    cancelled_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.key} {self.day}"


class Waiting(models.Model):
    """Somebody who waits for a place on a full day (キャンセル待ち)."""

    service = models.CharField(max_length=40)
    section = models.CharField(max_length=40)
    about = models.CharField(max_length=60, default="")
    day = models.DateField()
    state = models.CharField(max_length=10, default="waiting")  # waiting, offered, booked, over
    owner = models.CharField(max_length=50, default="", db_index=True)
    sealed = models.BinaryField(null=True)  # name, mail, phone
    language = models.CharField(max_length=10, default="ja")
    told_at = models.DateTimeField(null=True)  # when the mail about what is offered went out: not at night
    offers = models.PositiveSmallIntegerField(default=0)
    booking = models.ForeignKey(Booking, null=True, on_delete=models.SET_NULL, related_name="+")  # what is offered, or was taken
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["service", "day"], condition=Q(state__in=["waiting", "offered"]), name="waiting_open")]

    def __str__(self) -> str:
        return f"{self.service} {self.day}"


class Feed(models.Model):
    """A secret address at which a calendar program reads bookings: of a resident (r:…) or of a section (s:…)."""

    whose = models.CharField(max_length=50, unique=True)
    secret = models.CharField(max_length=64, unique=True)  # digest; the address itself is shown once
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.whose
