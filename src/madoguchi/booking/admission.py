"""Doors (入口): a room above proves what a booking is for, then lets this browser in for half an hour."""

from __future__ import annotations

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from .setup import Service

COOKIE, SECONDS, SALT = "mado_kd", 1800, "booking-door"


def admit(response: HttpResponse, *, door: str, about: str) -> None:
    """Let this browser book what lies behind a door, for one thing."""
    response.set_cookie(COOKIE, signing.dumps([door, about], salt=SALT), max_age=SECONDS, httponly=True, secure=settings.SECURE_COOKIES,
                        samesite="Lax", path="/booking/")


def about(request: HttpRequest, service: Service) -> str:
    """What it was proven for; empty where nothing was, or nothing has to be."""
    try:
        door, found = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=SECONDS)
    except (signing.BadSignature, ValueError):
        return ""
    return str(found) if door == service.door else ""


def open_to(request: HttpRequest, service: Service) -> bool:
    """May this browser book it now?"""
    return not service.door or bool(about(request, service))


def door_of(service: Service) -> str:
    """The door, which remembers what one wanted."""
    return f"{service.door}?for={service.key}"
