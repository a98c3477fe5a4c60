"""Definitions to and from other cities."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from madoguchi.kernel import clock
from madoguchi.offices.public import city
from madoguchi.web.languages import LANGUAGES
from madoguchi.web.posted import see_other

from . import offers, selectors
from .access import edits, insist
from .errors import ExchangeWrong, FormWrong
from .exchange import MOST_BYTES
from .staff_views import actor_of

SHOWN = 200


def _sections(request: HttpRequest) -> dict[str, str]:
    found = {k: str(s.name) for k, s in city().sections.items() if edits(actor_of(request), k)}
    insist(bool(found))
    return found


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def offer_list(request: HttpRequest) -> HttpResponse:
    """What came from other cities; a file is taken in here."""
    _sections(request)
    lines: list[str] = []
    if request.method == "POST":
        file: Any = request.FILES.get("file")
        try:
            if file is None or file.size > MOST_BYTES:
                raise ExchangeWrong(["ほかの市が取り出したファイル（.zip、20MBまで）を選んでください"])
            made = offers.offers_take_in(actor=actor_of(request), data=file.read())
            return see_other(f"/staff/builder/offers/{made[0].id}/" if len(made) == 1 else "/staff/builder/offers/")
        except ExchangeWrong as wrong:
            lines = wrong.lines
    context = {"offers": offers.offer_list(actor=actor_of(request)), "lines": lines[:SHOWN], "faults": [("file", x) for x in lines[:SHOWN]]}
    return render(request, "builder/offers.html", context, status=422 if lines else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def offer(request: HttpRequest, offer_id: int) -> HttpResponse:
    """One of them: what it rests on, what differs from our own, take it or leave it."""
    actor, sections = actor_of(request), _sections(request)
    found = offers.offer_get(actor=actor, offer_id=offer_id)
    faults: list[tuple[str, str]] = []
    chosen = request.POST.get("section", "")
    if request.method == "POST":
        if request.POST.get("what") == "drop":
            offers.offer_drop(actor=actor, offer_id=offer_id)
            return see_other("/staff/builder/offers/")
        try:
            return see_other(f"/staff/builder/{offers.offer_take(actor=actor, offer_id=offer_id, section=chosen).slug}/")
        except FormWrong as wrong:
            faults = wrong.faults
    given = found.needs.get("section") if isinstance(found.needs.get("section"), dict) else {}
    names = list(given.values())
    chosen = chosen or next((k for k, name in sections.items() if k in given or name in names), "")
    differ = offers.own_differences(found)
    told = "・".join(str(x.name) for code, x in LANGUAGES.items() if found.words.get(code))
    return render(request, "builder/offer.html", {
        "o": found, "lacks": offers.offer_lacks(found), "found": differ[:SHOWN] if differ else differ, "count": len(differ or ()),
        "sections": sections, "chosen": chosen, "faults": faults, "wrong": dict(faults), "theirs": "・".join(map(str, names)),
        "read": selectors.check(found.slug, found.text), "told": told}, status=422 if faults else 200)


@login_required
@require_safe
def bundle(request: HttpRequest, slug: str) -> HttpResponse:
    """The published definition as a file for another city."""
    data = offers.export(slugs=[slug], actor=actor_of(request))
    name = f"{slug}-{clock.today().isoformat()}.zip"
    return HttpResponse(data, content_type="application/zip", headers={"Content-Disposition": f'attachment; filename="{name}"'})
