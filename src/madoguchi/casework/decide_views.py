"""The page on which a clerk proposes a decision (起案)."""

from __future__ import annotations

import dataclasses
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from madoguchi.procedures import public as procedures
from madoguchi.procedures.public import Definition
from madoguchi.procedures.rules.conditions import compares, holds
from madoguchi.procedures.rules.faces.webform import field_view, raw_of, raw_sent
from madoguchi.procedures.rules.possible import OUTCOME
from madoguchi.web.posted import see_other

from . import ports, selectors, services
from .errors import OF_THE_DECISION, Changed, Doubtful, FeeUnpaid, NotNow, places
from .models import Case
from .rules import item_shown_when, next_role, outcomes_open
from .staff_views import KEPT, desk_of


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, case_id: str) -> HttpResponse:
    """Propose a decision."""
    actor, found, open_ = desk_of(request, case_id)
    if not open_:
        return see_other(f"/staff/case/{case_id}/")
    d, sent = selectors.definition_of(found), request.POST
    raw = {k: list(v) for k, v in sent.lists()}
    faults: list[Any] = []
    anchors: list[tuple[str, str]] = []
    doubts: Doubtful | None = None
    status = 422
    if request.method == "POST":
        try:
            seen = sent.get("revision", "")
            services.decision_propose(actor=actor, case_id=case_id, outcome_id=sent.get("outcome", ""), reason=sent.get("reason", ""),
                                      raw=raw, revision=int(seen[:6]) if seen.isdecimal() else None, sure=sent.getlist("_sure"))
            return see_other(f"/staff/case/{case_id}/")
        except Doubtful as asked:
            doubts = asked
        except (*OF_THE_DECISION, FeeUnpaid) as wrong:
            faults, anchors = list(getattr(wrong, "faults", [])), places(wrong, d)
        except Changed as wrong:
            anchors = places(wrong, d)
            found.refresh_from_db()
        except NotNow as wrong:  # a colleague was quicker: what was written stays on the page
            anchors, status = [("main", f"{wrong.ja}{KEPT}")], 409
            found.refresh_from_db()
    context = _decide_context(request, found, d, faults) | {"anchors": anchors, "errors": {a.partition("-")[0]: ja for a, ja in anchors},
                                                            "doubts": places(doubts, d) if doubts else [], "sure": doubts.marks if doubts else []}
    return render(request, "casework/decide.html", context, status=status if anchors or doubts else 200)


def _decide_context(request: HttpRequest, found: Case, d: Definition, faults: list[Any]) -> dict[str, Any]:
    """What the page of a decision shows: the outcomes that are possible and the questions that go with them."""
    posted_now = request.method == "POST"
    raw = {k: list(v) for k, v in request.POST.lists()}
    known = procedures.derive(d, selectors.facts_of(found))
    ids = {q.id for q in d.review.questions} | {OUTCOME}

    def hangs(q: Any) -> bool:
        return bool(q.condition) and any(c.name in ids for c in compares(q.condition))

    items = [q for q in d.review.questions if q.condition is None or hangs(q) or holds(q.condition, known)]
    help_ = ports.helpers.get(found.slug)
    suggested = help_(found.ref) if help_ and not posted_now else {}
    back, stamp = selectors.returned_of(found)
    asked = request.GET.get("outcome", "")
    before = back if back and not posted_now and asked in ("", back.outcome) else None
    filled = (before.answers if before else {}) | suggested  # what a survey found since is newer than the proposal that was sent back
    fields = [field_view(q, "", raw_sent(q, raw, "") if posted_now else raw_of(q, filled.get(q.id)), faults) for q in items]
    for view, q in zip(fields, items, strict=True):
        view.note = item_shown_when(d, q if hangs(q) else dataclasses.replace(q, condition=None, condition_text=""))
        view.hidden_until = "認めない・不備の結果では、入力しません。" if "結果 ≠" in view.note and not hangs(q) else ""
    return {
        "case": found, "d": d, "fields": fields, "stamp": stamp, "stamp_role": services.role_words(stamp.role) if stamp else "", "before": before,
        "overtaken": back is not None and back.state == "overtaken",
        "outcome": request.POST.get("outcome", "") if posted_now else asked or (before.outcome if before else ""),
        "reason": before.reason if before else request.POST.get("reason", ""),
        "outcomes": outcomes_open(d, known), "unchecked": len(d.review.checklist) - len(found.checklist),
        "suggested": bool(suggested), "at_once": next_role(d.review.route, 1) is None,
    }
