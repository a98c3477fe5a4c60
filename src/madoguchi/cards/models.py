from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models


class Card(models.Model):
    """A card that has arrived and waits for its holder. Who it is lies sealed; number and birthday together are found by their digest."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(max_length=20, unique=True)  # 交付通知書番号
    proof = models.CharField(max_length=64, db_index=True)  # keyed digest of number and birthday
    sealed = models.BinaryField()  # name, kana, birthday, postcode, address, language
    place = models.CharField(max_length=40)  # in the safe: box and row
    arrived_on = models.DateField()
    state = models.CharField(max_length=10, default="arrived")
    notified_on = models.DateField(null=True)
    ended_on = models.DateField(null=True)  # handed over, or sent back
    changed_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["state", "arrived_on"], name="card_state")]

    def __str__(self) -> str:
        return self.number


class Batch(models.Model):
    """Letters that were printed together (交付通知書, お知らせ). The sheets are drawn again whenever they are asked for."""

    kind = models.CharField(max_length=10)  # notice, reminder
    made_on = models.DateField()
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=70)
    laid_at = models.DateTimeField(null=True)  # its PDF was laid into a folder by the command line

    def __str__(self) -> str:
        return f"{self.kind} {self.made_on}"


class CardLetter(models.Model):
    """A letter about a card in a batch."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="letters")
    card = models.ForeignKey(Card, on_delete=models.CASCADE, related_name="letters")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "card"], name="letter_once")]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.card_id}"


class Duty(models.Model):
    """A member of the section who works at an occasion (出張申請, 臨時窓口, 休日窓口)."""

    occasion = models.CharField(max_length=40, db_index=True)  # booking's key of it
    staff = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["occasion", "staff"], name="duty_once")]

    def __str__(self) -> str:
        return f"{self.occasion} {self.staff_id}"


class RateFile(models.Model):
    """Statistics that were taken in (交付状況), with where they come from."""

    source = models.CharField(max_length=200)
    at = models.DateTimeField()
    by = models.CharField(max_length=70)

    def __str__(self) -> str:
        return f"{self.source} {self.at}"


class RateLine(models.Model):
    """How many people and how many cards there were at the end of a month, in a district and an age group (empty: all of them)."""

    file = models.ForeignKey(RateFile, on_delete=models.CASCADE, related_name="lines")
    month = models.DateField()  # its first day
    district = models.CharField(max_length=40, default="")
    age = models.CharField(max_length=40, default="")
    population = models.PositiveIntegerField()
    cards = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["month", "district", "age"], name="rate_once")]

    def __str__(self) -> str:
        return f"{self.month} {self.district} {self.age}"


class Expiry(models.Model):
    """When somebody's card or certificate ends. Who it is lies sealed; told once, by mail or by a letter of a batch."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    mark = models.CharField(max_length=64, unique=True)  # keyed digest of person, kind and day: the same line twice is one
    kind = models.CharField(max_length=12)  # card, certificate
    expires_on = models.DateField()
    sealed = models.BinaryField()  # name, kana, birthday, postcode, address, language, mail
    by_mail = models.BooleanField(default=False)
    told_on = models.DateField(null=True)
    batch = models.ForeignKey(Batch, null=True, on_delete=models.SET_NULL, related_name="expiries")

    class Meta:
        indexes = [models.Index(fields=["expires_on"], name="expiry_day")]

    def __str__(self) -> str:
        return f"{self.kind} {self.expires_on}"
