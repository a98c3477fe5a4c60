"""Lock-out after failures (django-axes), per account and address. Whether the account exists makes no difference: axes
counts names, and Django hashes a dummy for a name that is not there."""

from __future__ import annotations

import datetime as dt
import unicodedata

from axes.handlers.proxy import AxesProxyHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth import authenticate
from django.http import HttpRequest

from madoguchi.kernel import clock
from madoguchi.web import limits

from .errors import AddressPaused, LockedOut, WrongCredentials
from .models import Staff

HERE = "/staff/sign-in/"


def address_of(request: HttpRequest) -> str:
    """The address that counts, as for the limits (MADOGUCHI_PROXIES): by an inner proxy's, one attacker would lock a name for everybody."""
    return limits.caller(request)[:45] or "127.0.0.1"


def number_read(typed: str) -> str:
    """A 職員番号 as typed: full-width figures are the same."""
    return unicodedata.normalize("NFKC", typed).strip().replace("\x00", "")[:60]


def _bare(request: HttpRequest) -> HttpRequest:
    """The request without anything that somebody typed: axes keeps what it is given."""
    bare = HttpRequest()
    bare.method, bare.path = "POST", HERE
    bare.META = {"REMOTE_ADDR": address_of(request), "HTTP_USER_AGENT": "", "PATH_INFO": HERE}
    return bare


def address_check(request: HttpRequest) -> None:
    """Raises AddressPaused when too many sign-ins failed from where this one comes: axes counts an account and an address together,
    so one password tried on a thousand accounts would never lock. What succeeds is not counted: an office behind one address goes in."""
    if wait := limits.pause("sign_in", request):
        raise AddressPaused(clock.now().astimezone(clock.JST) + dt.timedelta(seconds=wait), wait)


def address_count(request: HttpRequest) -> None:
    """One sign-in from there failed."""
    limits.spend("sign_in", request)


def password_check(request: HttpRequest, *, username: str, password: str) -> Staff:
    """The person with this number and password. Raises WrongCredentials, LockedOut."""
    bare = _bare(request)
    locked_check(request, username)
    found = authenticate(bare, username=username, password=password)
    if found is not None:
        return found
    locked_check(request, username)
    raise WrongCredentials


def failure_count(request: HttpRequest, *, username: str) -> None:
    """A second factor that was wrong counts like a wrong password. Raises LockedOut when it was one too many."""
    AxesProxyHandler.user_login_failed(__name__, {"username": username}, _bare(request))
    locked_check(request, username)


def locked_check(request: HttpRequest, username: str) -> None:
    """Raises LockedOut, with the time from which it can be tried again."""
    bare = _bare(request)
    if AxesProxyHandler.is_allowed(bare, {"username": username}):
        return
    rows = AccessAttempt.objects.filter(username=username, ip_address=address_of(request))
    last = max((row.attempt_time for row in rows), default=None)
    until = (last or dt.datetime.now(dt.UTC)) + settings.AXES_COOLOFF_TIME
    raise LockedOut(until.astimezone(clock.JST) + dt.timedelta(minutes=1))


def locked_names() -> dict[str, dt.datetime]:
    """Names that are locked somewhere now, with the time of the last failure."""
    since = dt.datetime.now(dt.UTC) - settings.AXES_COOLOFF_TIME
    rows = AccessAttempt.objects.filter(attempt_time__gte=since, failures_since_start__gte=settings.AXES_FAILURE_LIMIT)
    return {row.username: row.attempt_time for row in rows if row.username}


def unlock(username: str) -> int:
    """Forget the failures of a name, from every address."""
    return int(AxesProxyHandler.reset_attempts(username=username))
