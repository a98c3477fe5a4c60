from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from madoguchi.kernel import clock

ROLES = {"clerk": "担当", "chief": "係長", "manager": "課長", "admin": "管理者", "auditor": "監査",
         "protection": "支援措置担当"}


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
            today = clock.today()
            for m in self.membership_set.all():
                if m.starts <= today and (m.ends is None or today <= m.ends):
                    held.setdefault(m.section, set()).add(m.role)
            self._held = held
        return held

    def has_role(self, section: str, *roles: str) -> bool:
        """Does this person hold one of the roles in the section (or in every section, ``*``)?"""
        held = self.roles()
        return bool((held.get(section, set()) | held.get("*", set())) & set(roles))

    def sections(self) -> list[str]:
        """The sections whose cases this person may see."""
        return sorted(s for s, roles in self.roles().items() if roles & {"clerk", "chief", "manager"} and s != "*")


class Membership(models.Model):
    """A role in a section, with its dates. ``*`` is the whole city hall (administrator, auditor)."""

    staff = models.ForeignKey(Staff, on_delete=models.CASCADE)
    section = models.CharField(max_length=40)
    role = models.CharField(max_length=20)
    starts = models.DateField()
    ends = models.DateField(null=True)

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
