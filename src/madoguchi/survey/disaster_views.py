"""The master of disasters as staff see it: list, add, move the end of acceptance."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from madoguchi.kernel import clock
from madoguchi.kernel.models import AuditEntry
from madoguchi.offices.public import DisasterWrong, disaster_add, disaster_extend, disaster_get, disasters_all
from madoguchi.web.posted import see_other

from . import forms, selectors
from .rules import Faults
from .staff_views import actor_of, sent_of


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def disasters(request: HttpRequest) -> HttpResponse:
    """All disasters; add one."""
    actor = actor_of(request)
    section = selectors.desk_check(actor=actor)
    sent = sent_of(request) if request.method == "POST" else None
    faults: Faults = []
    if sent is not None:
        happened = forms.read_day(sent, "happened_on", "発生日", faults)
        begins = forms.read_day(sent, "accepts_from", "受付開始", faults, required=False)
        ends = forms.read_day(sent, "accepts_until", "受付終了", faults, required=False)
        try:
            if faults or happened is None:
                raise DisasterWrong(faults)
            disaster_add(actor=actor, section=section, name=sent.get("name", ""), cause=sent.get("cause", ""),
                         happened_on=happened, accepts_from=begins, accepts_until=ends)
            return see_other("/staff/disasters/")
        except DisasterWrong as wrong:
            faults = wrong.faults
    today = clock.today()
    boxes = forms.disaster_boxes(sent, faults)
    context: dict[str, Any] = {
        "rows": [(d, d.open_on(today), today < d.accepts_from) for d in disasters_all()], "boxes": boxes,
        "anchors": forms.anchors(boxes, faults), "may_add": section in actor.sections(),
    }
    return render(request, "survey/disasters.html", context, status=422 if faults else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def disaster(request: HttpRequest, key: str) -> HttpResponse:
    """One disaster with the history of its deadline; extend it."""
    actor = actor_of(request)
    section = selectors.desk_check(actor=actor)
    terms = disaster_get(key)
    sent = sent_of(request) if request.method == "POST" else None
    faults: Faults = []
    if sent is not None:
        until = forms.read_day(sent, "accepts_until", "受付終了", faults, required=False)
        try:
            if faults:
                raise DisasterWrong(faults)
            disaster_extend(actor=actor, section=section, key=key, until=until, reason=sent.get("reason", ""))
            return see_other(f"/staff/disasters/{key}/")
        except DisasterWrong as wrong:
            faults = wrong.faults
    boxes = forms.deadline_boxes(terms, sent, faults)
    context: dict[str, Any] = {
        "d": terms, "open": terms.open_on(clock.today()), "early": clock.today() < terms.accepts_from,
        "boxes": boxes, "anchors": forms.anchors(boxes, faults),
        "history": AuditEntry.objects.filter(chain=f"disaster:{key}").order_by("-seq")[:100],
        "may_extend": section in actor.sections(),
    }
    return render(request, "survey/disaster.html", context, status=422 if faults else 200)
