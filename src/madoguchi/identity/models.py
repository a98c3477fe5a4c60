from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from madoguchi.kernel import clock
from madoguchi.offices.public import city

from .rights import WHOLE, allowed


class StaffManager(BaseUserManager["Staff"]):
    """Makes staff accounts."""

    def create_user(self, username: str, name: str, password: str | None = None, **fields: Any) -> Staff:
        """A new account; the password is hashed."""
        staff = self.model(username=username, name=name, **fields)
        staff.set_password(password)
        staff.save(using=self._db)
        return staff


class Staff(AbstractBaseUser):
    """A person who works at the city hall."""

    username = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=60)
    is_active = models.BooleanField(default=True)
    mail = models.CharField(max_length=254, default="", blank=True)  # at the office: told of cases near their due day
    must_change = models.BooleanField(default=False, db_default=False)  # the password was made by somebody else
    from_personnel = models.BooleanField(default=False)  # comes from the personnel system's file, and leaves with it
    objects: ClassVar[StaffManager] = StaffManager()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        verbose_name = "職員"

    def __str__(self) -> str:
        return self.username

    @property
    def actor(self) -> str:
        """How this person appears in the audit chain."""
        return f"staff:{self.username}"

    def roles(self) -> dict[str, set[str]]:
        """Section → roles held today. Looked up once per request (cached on the object)."""
        held: dict[str, set[str]] | None = getattr(self, "_held", None)
        if held is None:
            held = {}
            today, gone = clock.today(), city().gone  # who worked in a section that another took over works there
            for m in self.membership_set.all():
                if m.starts <= today and (m.ends is None or today <= m.ends):
                    held.setdefault(gone.get(m.section, m.section), set()).add(m.role)
            self._held = held
        return held

    def has_role(self, section: str, *roles: str) -> bool:
        """Does this person hold one of the roles in the section (or in every section, ``*``)?"""
        held, section = self.roles(), city().doing(section)
        return bool((held.get(section, set()) | held.get("*", set())) & set(roles))

    def may(self, right: str, section: str = WHOLE) -> bool:
        """Has this person the right in the section today? Asked of the one table (rights.TABLE)."""
        held, section = self.roles(), city().doing(section)
        return allowed(held.get(section, set()) | held.get(WHOLE, set()), right)

    def sections(self) -> list[str]:
        """The sections whose cases this person may see, with those that they took over: cases keep the section they came to."""
        own = {s for s, roles in self.roles().items() if s != WHOLE and allowed(roles, "work_cases")}
        return sorted(own | {before for before, now in city().gone.items() if now in own})


HAND, FILE = "hand", "file"
SOURCES = {HAND: "画面・コマンド", FILE: "人事のファイル"}  # where a role, or its end, came from


class Membership(models.Model):
    """A role in a section, with its dates. ``*`` is the whole city hall (administrator, auditor)."""

    staff = models.ForeignKey(Staff, on_delete=models.CASCADE)
    section = models.CharField(max_length=40)
    role = models.CharField(max_length=20)
    starts = models.DateField()
    ends = models.DateField(null=True)
    lapsed = models.BooleanField(default=False)  # its end has been dealt with (services of people.py)
    given_by = models.CharField(max_length=4, default="", db_default="")  # a key of SOURCES; empty: before this was kept
    ended_by = models.CharField(max_length=4, default="", db_default="")  # the same, of the end that was set for a running role

    class Meta:
        constraints = [models.UniqueConstraint(fields=["staff", "section", "role", "starts"], name="membership_once")]

    def __str__(self) -> str:
        return f"{self.staff_id} {self.section} {self.role}"


class Resident(models.Model):
    """A person who signed in with the card: a pairwise subject and, sealed, the four basic attributes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    issuer = models.CharField(max_length=200)
    subject = models.CharField(max_length=255)
    attributes = models.BinaryField()
    last_seen = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["issuer", "subject"], name="resident_issuer_subject")]

    def __str__(self) -> str:
        return str(self.id)


class Business(models.Model):
    """A company that signed in with GビズID, by its corporate number. All its people share what it files."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    issuer = models.CharField(max_length=200)
    number = models.CharField(max_length=13)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["issuer", "number"], name="business_issuer_number")]

    def __str__(self) -> str:
        return str(self.id)


class BusinessAccount(models.Model):
    """A person's account of GビズID: a subject and, sealed, whom the provider named and for which company."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    business = models.ForeignKey(Business, on_delete=models.CASCADE)
    issuer = models.CharField(max_length=200)
    subject = models.CharField(max_length=255)
    sealed = models.BinaryField()
    last_seen = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["issuer", "subject"], name="business_account_subject")]

    def __str__(self) -> str:
        return str(self.id)


class Factor(models.Model):
    """A second factor: a one-time-code app (``totp``) or a passkey. ``sealed`` is the secret or the credential."""

    staff = models.ForeignKey(Staff, on_delete=models.CASCADE)
    kind = models.CharField(max_length=8)
    name = models.CharField(max_length=40)
    sealed = models.BinaryField()
    credential = models.CharField(max_length=400, null=True, unique=True)  # a passkey's id (base64url)
    last_step = models.BigIntegerField(default=0)  # the last code used, or a passkey's counter
    added_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.staff_id}"


class RecoveryCode(models.Model):
    """A code on paper that stands in for the second factor once. Only its digest is kept."""

    staff = models.ForeignKey(Staff, on_delete=models.CASCADE)
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["staff", "digest"], name="recovery_code_once")]

    def __str__(self) -> str:
        return f"recovery {self.staff_id}"


class StaffSession(models.Model):
    """One signed-in browser of a member of staff. ``key`` is that of Django's session table."""

    staff = models.ForeignKey(Staff, on_delete=models.CASCADE)
    key = models.CharField(max_length=40, unique=True)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    way = models.CharField(max_length=16, default="")
    device = models.CharField(max_length=60, default="")

    def __str__(self) -> str:
        return f"session {self.staff_id}"


class Absence(models.Model):
    """An approver is away from–until; the deputy stamps in their place (代決)."""

    staff = models.ForeignKey(Staff, on_delete=models.CASCADE)
    section = models.CharField(max_length=40)
    deputy = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="deputising")
    starts = models.DateField()
    ends = models.DateField()

    def __str__(self) -> str:
        return f"{self.staff_id} {self.starts}"


class KeptInput(models.Model):
    """A form that was sent after its sign-in was over, sealed, until the same person is back (kept)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    who = models.CharField(max_length=60)
    sealed = models.BinaryField()
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        indexes = [models.Index(fields=["who", "created_at"], name="kept_input_of")]

    def __str__(self) -> str:
        return str(self.id)
