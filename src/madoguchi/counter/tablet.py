"""The mark on a shared tablet: which help it serves, and that it forgets (docs/adr/0028)."""

from __future__ import annotations

from django.conf import settings
from django.core import signing
from django.http import HttpResponse

from madoguchi.identity.public import PERSONAL, sign_out

from .rules import COOKIE, IDLE_SECONDS

SALT = "counter"
DISPLAY = ("ui_lang", "ui_ruby", "ui_size", "ui_contrast")  # and how they read


def mark(response: HttpResponse, help_id: str) -> None:
    """Put the mark on the tablet, or move its ten minutes on. It has no end of its own: one that ran out must still say that
    the tablet has to forget."""
    response.set_cookie(COOKIE, signing.dumps(help_id, salt=SALT), httponly=True, secure=settings.SECURE_COOKIES, samesite="Lax")


def read(cookie: str) -> tuple[str, bool]:
    """(the help, is it still within its ten minutes); no help when the mark is not ours."""
    try:
        return signing.loads(cookie, salt=SALT, max_age=IDLE_SECONDS), True
    except signing.SignatureExpired:
        return signing.loads(cookie, salt=SALT), False
    except signing.BadSignature:
        return "", False


def forget(response: HttpResponse) -> None:
    """Nothing that leads to anybody stays on the device. What was kept by the browser goes too, where it understands."""
    sign_out(response)
    for name in DISPLAY:
        response.delete_cookie(name)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'


def unmark(response: HttpResponse) -> None:
    """The tablet serves nobody."""
    response.delete_cookie(COOKIE)


def until_closed(response: HttpResponse) -> None:
    """On a tablet no cookie outlives the window."""
    for name in PERSONAL:
        morsel = response.cookies.get(name)
        if morsel is not None and morsel.value:
            morsel["max-age"] = morsel["expires"] = ""
