"""Signed-in browsers of staff: begun, limited in time, listed, ended."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from django.conf import settings
from django.contrib.auth import login
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from madoguchi.kernel import audit, clock

from .factors import chain, has_factor
from .models import Staff, StaffSession

SEEN_EVERY = dt.timedelta(seconds=60)  # the last visit is written this often at most
FRESH = "fresh_at"
DEVICES = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (("Windows", "Windows"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Mac OS", "Mac"), ("Linux", "Linux"))


def _device(agent: str) -> str:
    """A browser as its owner would call it."""
    browser = next((ja for mark, ja in DEVICES if mark in agent), "ブラウザー")
    system = next((ja for mark, ja in SYSTEMS if mark in agent), "")
    return f"{browser}({system})" if system else browser


def session_noted(sender: Any, request: HttpRequest, user: Any, **_: Any) -> None:
    """Signal `user_logged_in`: every session has its row, however it came about."""
    if not isinstance(user, Staff):
        return
    now = clock.now()
    if not request.session.session_key:  # Django has just ended somebody else's in this browser
        request.session.save()
    request.session[FRESH] = now.isoformat()
    StaffSession.objects.update_or_create(
        key=request.session.session_key or "",
        defaults={"staff": user, "started_at": now, "seen_at": now, "device": _device(request.META.get("HTTP_USER_AGENT", ""))})


@transaction.atomic
def session_begin(*, request: HttpRequest, staff: Staff, way: str) -> None:
    """Sign somebody in whose proofs have been seen. ``way`` names the second one."""
    login(request, staff, backend="django.contrib.auth.backends.ModelBackend")
    StaffSession.objects.filter(key=request.session.session_key).update(way=way)
    audit.record(staff.actor, "staff.signed_in", chain=chain(staff), facts={"way": way})


def fault_of(request: HttpRequest, staff: Staff) -> str:
    """Why this session is over: "ended", "idle", "long"; empty while it goes on."""
    row = StaffSession.objects.filter(key=request.session.session_key, staff=staff).first()
    now = clock.now()
    if row is None:
        return "ended"
    if now - row.started_at > dt.timedelta(hours=settings.STAFF_SESSION_HOURS):
        return "long"
    if now - row.seen_at > dt.timedelta(minutes=settings.STAFF_IDLE_MINUTES):
        return "idle"
    if now - row.seen_at > SEEN_EVERY:
        StaffSession.objects.filter(id=row.id).update(seen_at=now)
    return ""


def must_enrol(request: HttpRequest, staff: Staff) -> bool:
    """Is a second factor required that this person has not set up? Whom the city's own provider signed in needs none."""
    if settings.STAFF_SECOND_FACTOR != "required" or request.session.get("office"):
        return False
    if request.session.get("enrolled"):
        return False
    if not has_factor(staff):
        return True
    request.session["enrolled"] = True
    return False


def must_change(request: HttpRequest, staff: Staff) -> bool:
    """Is the password one that somebody else made (`staff password`)? Whom the city's own provider signed in used none."""
    return staff.must_change and not request.session.get("office")


def sessions_of(staff: Staff) -> list[StaffSession]:
    """Sessions that go on, the newest first."""
    since = clock.now() - dt.timedelta(hours=settings.STAFF_SESSION_HOURS)
    return list(StaffSession.objects.filter(staff=staff, started_at__gte=since).order_by("-seen_at"))


@transaction.atomic
def sessions_end(*, actor: str, staff: Staff, why: str, only: int | None = None, but: str = "") -> int:
    """End sessions: all of a person, one, or all but the one with the key ``but``. Returns how many."""
    rows = StaffSession.objects.filter(staff=staff).exclude(key=but)
    if only is not None:
        rows = rows.filter(id=only)
    ended = list(rows.values_list("key", flat=True))
    if not ended:
        return 0
    Session.objects.filter(session_key__in=ended).delete()
    StaffSession.objects.filter(key__in=ended).delete()
    audit.record(actor, "session.ended", chain=chain(staff), facts={"why": why, "sessions": len(ended)})
    return len(ended)


def sessions_forget() -> int:
    """End every session of the staff: after a restore those that had been ended meanwhile would live again. In the caller's
    transaction. Returns how many."""
    keys = list(StaffSession.objects.values_list("key", flat=True))
    Session.objects.all().delete()
    StaffSession.objects.all().delete()
    return len(keys)


def sessions_over() -> QuerySet[StaffSession]:
    """What has run out."""
    return StaffSession.objects.filter(started_at__lt=clock.now() - dt.timedelta(hours=settings.STAFF_SESSION_HOURS))


def sessions_sweep() -> int:
    """Forget what has run out. Returns how many."""
    gone = list(sessions_over().values_list("key", flat=True)[:5000])
    Session.objects.filter(session_key__in=gone).delete()
    return StaffSession.objects.filter(key__in=gone).delete()[0]


def fresh_mark(request: HttpRequest) -> None:
    """The person has just shown who they are."""
    request.session[FRESH] = clock.now().isoformat()


def is_fresh(request: HttpRequest) -> bool:
    """Was that lately?"""
    said = cast(str, request.session.get(FRESH, ""))
    if not said:
        return False
    return clock.now() - dt.datetime.fromisoformat(said) <= dt.timedelta(minutes=settings.STAFF_FRESH_MINUTES)


def session_drop(request: HttpRequest) -> None:
    """The person signs out."""
    StaffSession.objects.filter(key=request.session.session_key or "").delete()


def session_carry(request: HttpRequest, staff: Staff) -> None:
    """This browser goes on under a new key after all sessions were ended (a new password)."""
    now = clock.now()
    StaffSession.objects.update_or_create(key=request.session.session_key or "", defaults={
        "staff": staff, "started_at": now, "seen_at": now, "way": "password", "device": _device(request.META.get("HTTP_USER_AGENT", ""))})
