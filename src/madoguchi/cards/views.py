"""マイナンバーカード as residents see it: everything on one page, and the door to the receipt."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from madoguchi.booking.public import Service, admit, days_of, hours_words, next_free, occasions_of, services_online
from madoguchi.kernel import clock
from madoguchi.kernel.errors import NotFound
from madoguchi.kernel.said import say
from madoguchi.offices.public import city
from madoguchi.web import limits
from madoguchi.web.posted import see_other

from . import selectors
from .city import CardCity, card_city
from .errors import CardGone, ProofWrong
from .holder import tries_of
from .rules import DOOR, day_said, number_plain

NAMES = {"申請": say("申請する"), "受取り": say("受け取る"), "更新": say("更新する"), "証明書": say("電子証明書の手続き")}
LOOK, SHOWN_DAYS = 21, 3  # days looked at for places, and days that are shown


@dataclass(frozen=True, slots=True)
class Offer:
    """A part of the page: what one comes for, and the next days that have places."""

    key: str
    title: str
    words: str
    service: Service
    days: tuple[dt.date, ...]
    address: str


def _city() -> CardCity:
    found = card_city()
    if not found.section:
        raise NotFound
    return found


def offers() -> list[Offer]:
    """What can be booked for the card, each apart."""
    known = {s.key: s for s in services_online()}
    out = []
    for part in _city().parts:
        service = known.get(part.service)
        if service is not None:
            days = tuple(d.day for d in days_of(service, clock.today(), LOOK) if d.slots)[:SHOWN_DAYS]
            later = next_free(service, clock.today() + dt.timedelta(days=LOOK)) if not days else None
            out.append(Offer(part.key, NAMES[part.key], part.words, service, days or ((later,) if later else ()),
                             service.door or f"/booking/{service.key}/"))
    return out


@dataclass(frozen=True, slots=True)
class Outing:
    """An occasion as the page shows it."""

    service: Service
    day: dt.date
    hours: str
    place: str
    address: str
    full: bool
    closed: bool


def outings() -> list[Outing]:
    """The next occasions of the section."""
    known, out = {s.key: s for s in services_online()}, []
    for row in occasions_of(_city().section):
        service = known.get(row.key)
        if service is not None:
            closed = service.until is not None and service.until < clock.now()
            out.append(Outing(service, row.day, hours_words(row), row.place, f"/booking/{row.key}/",
                              not closed and not days_of(service, row.day, 1)[0].slots, closed))
    return out[:20]


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """The one page of the card."""
    return render(request, "cards/card.html", {"offers": offers(), "outings": outings(), "section": city().sections[_city().section]})


@require_http_methods(["GET", "HEAD", "POST"])
def receive(request: HttpRequest) -> HttpResponse:
    """Number and birthday, then the days of the receipt."""
    found, faults, typed = _city(), list[tuple[str, str]](), {key: request.POST.get(key, "")[:40] for key in ("number", "born")}
    wanted = (request.POST or request.GET).get("for", "")
    behind = {s.key for s in services_online() if s.door == DOOR}
    service = wanted if wanted in behind else found.service("受取り")
    if request.method == "POST":
        faults = _typed_wrong(typed)
        if not faults:
            try:
                response = see_other(f"/booking/{service}/")
                admit(response, door=DOOR, about=_proven(request, typed))
                return response
            except (ProofWrong, CardGone) as wrong:
                faults = [("number", wrong.ja)]
    context = {"faults": faults, "wrong": dict(faults), "typed": typed, "service": service, "section": city().sections[found.section]}
    return render(request, "cards/receive.html", context, status=422 if faults else 200)


def _typed_wrong(typed: dict[str, str]) -> list[tuple[str, str]]:
    faults: list[tuple[str, str]] = []
    if not number_plain(typed["number"]):
        faults.append(("number", say("交付通知書番号を、通知書のとおりに入力してください")))
    if day_said(typed["born"]) is None:
        faults.append(("born", say("生年月日を、1990年4月1日のように入力してください")))
    return faults


def _proven(request: HttpRequest, typed: dict[str, str]) -> str:
    """What the booking is for. Wrong tries are counted by number, whether it exists or not, and by address."""
    who = tries_of(number_plain(typed["number"]))
    limits.check("card", request, who)
    try:
        return selectors.about(selectors.card_by_proof(number=typed["number"], born=typed["born"]))
    except (ProofWrong, CardGone):
        limits.spend("card", request, who)
        raise
