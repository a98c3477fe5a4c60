"""The page on which a clerk types off the answer to a correction: what came on paper, or was told at the counter or by telephone."""

from __future__ import annotations

from typing import Any, BinaryIO, cast

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from madoguchi.files.public import FileRefused, accepts
from madoguchi.identity.public import Staff
from madoguchi.intake import public as intake
from madoguchi.kernel.written import TooLong
from madoguchi.procedures import public as procedures
from madoguchi.procedures.public import Fault
from madoguchi.web.posted import posts, see_other

from . import paper_answers
from .errors import ReasonMissing, WayWrong
from .models import Case
from .staff_views import actor_of, again
from .states import VIAS
from .unanswered import correction_end

Raw = dict[str, list[str]]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, case_id: str) -> HttpResponse:
    """Only the questions that were asked for, with the old answer and what was asked."""
    actor = actor_of(request)
    case = paper_answers.answer_case(actor=actor, case_id=case_id)
    if request.method != "POST":
        return _page(request, case, None, frozenset())
    raw: Raw = {key: list(values) for key, values in request.POST.lists()}
    extra = frozenset(raw.get("_extra", []))
    refused = _kept(request, actor, case_id, raw, extra)
    action, _, what = request.POST.get("_action", "send").partition(":")
    if action == "zip":
        raw, said = procedures.postcode_fill(raw, what)
        return _page(request, case, raw, extra, said=(what, said), refused=refused)
    if action == "drop":
        paper_answers.paper_sheet_drop(actor=actor, case_id=case_id, file_id=what)
    if action == "more":  # an entry more of a group that was asked for as a whole
        raw = intake.one_more(raw, what)
    if refused or action in ("add", "drop", "more"):
        return _page(request, case, raw, extra, refused=refused)
    try:
        paper_answers.paper_answer(actor=actor, case_id=case_id, raw=raw, extra=extra, via=request.POST.get("via", ""))
    except WayWrong as wrong:
        return _page(request, case, raw, extra, refused=[(wrong.at, wrong.ja)])
    except intake.AnswersWrong as wrong:
        more = intake.paper_correction(case_ref=case.ref, extra=extra, faults=wrong.faults).more
        return _page(request, case, raw, extra | more, faults=wrong.faults)
    return see_other(f"/staff/case/{case_id}/?tab=talk")


@login_required
@posts()
def unanswered(request: HttpRequest, case_id: str) -> HttpResponse:
    """Wait no longer for an answer."""
    try:
        correction_end(actor=actor_of(request), case_id=case_id, why=request.POST.get("why", ""))
    except (ReasonMissing, TooLong) as wrong:
        return again(request, case_id, wrong.ja, form="unanswered")
    return see_other(f"/staff/case/{case_id}/")


def _kept(request: HttpRequest, actor: Staff, case_id: str, raw: Raw, extra: frozenset[str]) -> list[tuple[str, str]]:
    """Keep what was sent along; (anchor, words) of what was not taken."""
    refused = []
    for field, sent in request.FILES.lists():
        for one in sent:
            try:
                paper_answers.paper_sheet(actor=actor, case_id=case_id, slot=field.removeprefix("file."), source=cast(BinaryIO, one),
                                          name=one.name or "", size=one.size or 0, raw=raw, extra=extra)
            except FileRefused as wrong:
                refused.append((f"file-{field.removeprefix('file.')}", f"{(one.name or '')[:60]}：{wrong.ja}"))
    return refused


def _page(
    request: HttpRequest, case: Case, raw: Raw | None, extra: frozenset[str], *, faults: list[Fault] | None = None, said: tuple[str, str] = ("", ""),
    refused: list[tuple[str, str]] | None = None,
) -> HttpResponse:
    found = intake.paper_correction(case_ref=case.ref, extra=extra)
    views = [page.view(found.definition, found.known, found.answers, raw, faults or []) for page in found.pages]
    for field in (f for view in views for entry in view.entries for f in entry.fields):
        if field.name == said[0]:
            field.said = said[1]
    slots = {slot for slot, _, _ in found.places}
    refused = (refused or []) + [(f"file-{f.question}", f.ja) for f in faults or [] if f.question in slots]
    places: list[dict[str, Any]] = [{"id": slot, "name": name, "files": files, "errors": [ja for at, ja in refused if at == f"file-{slot}"]}
                                    for slot, name, files in found.places]
    context = {"case": case, "d": found.definition, "views": views, "items": found.items, "extra": sorted(extra), "places": places,
               "vias": VIAS.items() if case.channel != intake.PAPER else (), "via": (raw or {}).get("via", [""])[0],
               "via_error": next((ja for at, ja in refused if at.startswith("via-")), ""), "signed": paper_answers.signed_case(case),
               "accept": accepts(), "megabytes": settings.UPLOAD_MAX_BYTES // 1_000_000,
               "anchors": [x for view in views for x in view.faults] + refused}
    return render(request, "casework/answer.html", context, status=422 if faults or refused else 200)
