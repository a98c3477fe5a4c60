"""法定代理の確認: the queue, a declaration with its proof, and what the city says to it."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from madoguchi.files.public import file_response
from madoguchi.identity.public import Staff
from madoguchi.kernel import clock
from madoguchi.kernel.kinds import ours
from madoguchi.web.posted import posts, see_other
from madoguchi.web.typed import page_typed

from . import guardian_desk as services
from . import guardian_selectors as selectors
from .errors import GuardianWrong
from .guardian_rules import ALL, KINDS, Stage
from .models import Guardianship
from .rules import EVENT

RECHECK_DAYS = 365


def day_read(text: str) -> dt.date | None:
    """A day from the browser's date field, or as typed where there is none (2027/3/31)."""
    found = re.fullmatch(r"\s*(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?\s*", unicodedata.normalize("NFKC", text))
    try:
        return dt.date(*(int(part) for part in found.groups())) if found else None
    except ValueError:
        return None


def _actor(request: HttpRequest) -> Staff:
    return cast(Staff, request.user)


@login_required
@require_safe
def claims(request: HttpRequest) -> HttpResponse:
    """The queue with its numbers."""
    actor, view, page = _actor(request), request.GET.get("view", "asked"), request.GET.get("page", "1")
    counts = selectors.claim_counts(actor=actor)
    view = view if view in counts else "asked"
    found = selectors.claim_list(actor=actor, view=view, page=page_typed(page))
    rows = [{"g": row, "kind": KINDS[row.kind].name, "name": selectors.name_of(told["person"]), "agent": told["agent"]["name"],
             "words": words(row)} for row in found for told in [selectors.opened(row)]]
    return render(request, "agency/claims.html", {"rows": rows, "page": found, "view": view, "tiles": [
        (key, ja, counts[key]) for key, ja in selectors.VIEWS.items()]})


def words(row: Guardianship) -> str:
    """Where it stands, as clerks say it."""
    if row.state == Stage.ACCEPTED:
        return "有効" if selectors.works(row) else "期限が過ぎた"
    return {Stage.ASKED: "確認待ち", Stage.REFUSED: "認めなかった", Stage.WITHDRAWN: "本人が取り下げた", Stage.RESIGNED: "本人が終わらせた",
            Stage.ENDED: ours("市が終わらせた")}[Stage(row.state)]


@login_required
@require_safe
def claim(request: HttpRequest, guardian_id: str) -> HttpResponse:
    """One declaration."""
    return _page(request, guardian_id, "", [])


def _page(request: HttpRequest, guardian_id: str, form: str, faults: list[tuple[str, str]]) -> HttpResponse:
    actor, sent = _actor(request), request.POST
    row = selectors.claim_get(actor=actor, guardian_id=guardian_id)
    held = selectors.claim_compare(actor=actor, row=row)
    told, kind, last = selectors.opened(row), KINDS[row.kind], selectors.last_day(row)
    names = services.scope_choices()
    recheck = min(clock.today() + dt.timedelta(days=RECHECK_DAYS), row.ends_on or last)
    context: dict[str, Any] = {
        "g": row, "kind": kind, "state": words(row), "facts": selectors.person_facts(told["person"]), "agent": told["agent"],
        "why": told.get("why", ""),
        "held": held, "last": last, "all": ALL, "scope": selectors.words_of_scope(row.scope), "works": selectors.works(row),
        "events": [(k, n) for k, n in names.items() if k.startswith(EVENT)], "single": [(k, n) for k, n in names.items() if not k.startswith(EVENT)],
        "form": form, "faults": faults, "wrong": dict(faults),
        "typed": {"scope": sent.getlist("scope") if form == "accept" else [ALL] if kind.whole else [],
                  "ends": sent.get("ends", last.isoformat()), "recheck": sent.get("recheck", recheck.isoformat()),
                  "looked": sent.get("looked", ""), "why": sent.get("why", ""), "how": sent.get("how", "")},
    }
    return render(request, "agency/claim.html", context, status=422 if faults else 200)


def _act(request: HttpRequest, guardian_id: str, form: str, go: Callable[[], object]) -> HttpResponse:
    try:
        go()
    except GuardianWrong as wrong:
        return _page(request, guardian_id, form, wrong.faults)
    return see_other(f"/staff/guardians/{guardian_id}/")


@login_required
@posts("/staff/guardians/{guardian_id}/")
def accept(request: HttpRequest, guardian_id: str) -> HttpResponse:
    """Confirm it."""
    sent = request.POST
    return _act(request, guardian_id, "accept", lambda: services.claim_accept(
        actor=_actor(request), guardian_id=guardian_id, scope=sent.getlist("scope"), ends_on=day_read(sent.get("ends", "")),
        recheck_on=day_read(sent.get("recheck", "")), looked=sent.get("looked") == "yes"))


@login_required
@posts("/staff/guardians/{guardian_id}/")
def refuse(request: HttpRequest, guardian_id: str) -> HttpResponse:
    """Refuse it."""
    return _act(request, guardian_id, "refuse", lambda: services.claim_refuse(
        actor=_actor(request), guardian_id=guardian_id, why=request.POST.get("why", "")))


@login_required
@posts("/staff/guardians/{guardian_id}/")
def recheck(request: HttpRequest, guardian_id: str) -> HttpResponse:
    """Looked at again."""
    sent = request.POST
    return _act(request, guardian_id, "recheck", lambda: services.claim_recheck(
        actor=_actor(request), guardian_id=guardian_id, recheck_on=day_read(sent.get("recheck", "")), why=sent.get("how", "")))


@login_required
@posts("/staff/guardians/{guardian_id}/")
def end(request: HttpRequest, guardian_id: str) -> HttpResponse:
    """End one that stands."""
    return _act(request, guardian_id, "end", lambda: services.claim_end(
        actor=_actor(request), guardian_id=guardian_id, why=request.POST.get("why", "")))


@login_required
@require_safe
def proof(request: HttpRequest, guardian_id: str, file_id: str) -> HttpResponseBase:
    """A page of the proof."""
    return file_response(selectors.claim_file(actor=_actor(request), guardian_id=guardian_id, file_id=file_id), inline=True)
