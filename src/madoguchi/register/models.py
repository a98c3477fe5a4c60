from __future__ import annotations

from django.db import models


class Household(models.Model):
    """A household (世帯) by its 世帯番号. ``head`` is the 宛名番号 of the 世帯主, empty where the file names none."""

    number = models.CharField(max_length=15, primary_key=True)
    head = models.CharField(max_length=15, default="")

    def __str__(self) -> str:
        return self.number


class RegisteredPerson(models.Model):
    """A person whom the city's 住民記録 knows, by 宛名番号. 個人番号 and 住民票コード are not held here.

    The keys are the folded texts of rules.text, by which people are found. ``born`` is YYYY-MM-DD with 00 for what is
    unknown. ``guarded`` follows from ``protected`` of the whole register and is set by every import. Nobody is deleted.
    """

    number = models.CharField(max_length=15, primary_key=True)
    household = models.ForeignKey(Household, on_delete=models.PROTECT)
    relation = models.CharField(max_length=20)
    name = models.CharField(max_length=120)
    kana = models.CharField(max_length=200)
    alias = models.CharField(max_length=120)
    latin = models.CharField(max_length=120)
    kind = models.CharField(max_length=1)  # 住民種別: 1 日本人 2 外国人
    gender = models.CharField(max_length=1)  # 1 男 2 女, empty: not told
    born = models.CharField(max_length=10)
    born_words = models.CharField(max_length=40)
    zip = models.CharField(max_length=7)
    city = models.CharField(max_length=60)
    town = models.CharField(max_length=120)
    lot = models.CharField(max_length=120)
    building = models.CharField(max_length=120)
    since = models.DateField(null=True)
    removed_on = models.DateField(null=True)
    removed_why = models.CharField(max_length=40)
    protected = models.BooleanField(default=False)
    protected_from = models.DateField(null=True)
    protected_until = models.DateField(null=True)
    place_key = models.CharField(max_length=240)
    building_key = models.CharField(max_length=120)
    guarded = models.BooleanField(default=False)
    absent_since = models.DateField(null=True)
    digest = models.CharField(max_length=64)

    class Meta:
        indexes = [
            models.Index(fields=["born"], name="registered_born"),
            models.Index(fields=["place_key"], name="registered_place"),
            models.Index(fields=["number"], condition=models.Q(protected=True), name="registered_protected"),
            models.Index(fields=["number"], condition=models.Q(guarded=True), name="registered_guarded"),
        ]

    def __str__(self) -> str:
        return self.number


class RegisterImport(models.Model):
    """One file taken in. ``as_of`` is the day of which the file says how things stood."""

    at = models.DateTimeField()
    as_of = models.DateField()
    full = models.BooleanField()
    sha256 = models.CharField(max_length=64)
    counts = models.JSONField()

    def __str__(self) -> str:
        return f"{self.as_of} {self.sha256[:12]}"
