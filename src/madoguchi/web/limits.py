"""Limits on what may be tried from one browser and from one network address (docs/administrator.md lists the settings).

A shelter, a school or a town office comes from one address, so limits by address are wide and there is none for the
machine itself: there it is the proxy that comes, not a person.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
from typing import NoReturn

from django.conf import settings
from django.http import HttpRequest

from madoguchi.kernel import clock, limits, metrics
from madoguchi.kernel.errors import TooMany
from madoguchi.kernel.said import say


def caller(request: HttpRequest) -> str:
    """The address that a request comes from as it was written; behind our own proxies what the outermost of them wrote. Never what
    a caller may write there."""
    text = str(request.META.get("REMOTE_ADDR") or "")
    if settings.BEHIND_PROXY:
        told = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
        text = told[-min(settings.PROXIES, len(told))] if told else text
    return text


def address(request: HttpRequest) -> str:
    """Where a request comes from, empty for this machine. An IPv6 network (/64) is one household and counts as one."""
    try:
        found = ipaddress.ip_address(caller(request).strip("[]"))
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    if found.is_loopback:
        return ""
    return str(found) if found.version == 4 else str(ipaddress.ip_network(f"{found}/64", strict=False))


def pause(what: str, request: HttpRequest, owner: str = "") -> int:
    """Seconds for which this owner or address must wait with ``what``, 0 when it need not. Counts nothing but the refusal."""
    wait = max((limits.wait(f"{what}.{kind}", who, settings.LIMITS[f"{what}.{kind}"]) for kind, who in _who(what, request, owner)), default=0)
    if wait:
        metrics.count("refusals", what=what)
    return wait


def check(what: str, request: HttpRequest, owner: str = "") -> None:
    """Raises TooMany when this owner or address tried ``what`` too often. Counts nothing."""
    if wait := pause(what, request, owner):
        _refuse(wait)


def _refuse(wait: int) -> NoReturn:
    at = clock.now() + dt.timedelta(seconds=wait)
    raise TooMany(seconds=wait, words=say(
        "短い時間に何度も送られたため、いまは受け付けていません。{hour}時{minute}分(約{minutes}分後)から、もう一度お試しいただけます。"
        "入力した内容は、最後に保存した画面まで残っています。お急ぎのときは、お電話ください。",
        hour=f"{at:%H}", minute=f"{at:%M}", minutes=-(-wait // 60)))


def spend(what: str, request: HttpRequest, owner: str = "") -> None:
    """Count one try."""
    for kind, who in _who(what, request, owner):
        limits.spend(f"{what}.{kind}", who, settings.LIMITS[f"{what}.{kind}"])


def take(what: str, request: HttpRequest, owner: str = "") -> None:
    """Check and count, so that no two processes count the same try. Raises TooMany."""
    check(what, request, owner)
    for kind, who in _who(what, request, owner):
        if not limits.take(f"{what}.{kind}", who, settings.LIMITS[f"{what}.{kind}"]):  # others were faster
            metrics.count("refusals", what=what)
            _refuse(max(1, pause(what, request, owner)))


def _who(what: str, request: HttpRequest, owner: str) -> list[tuple[str, str]]:
    found = [("owner", owner), ("address", address(request))]
    return [(kind, who) for kind, who in found if who and f"{what}.{kind}" in settings.LIMITS]
