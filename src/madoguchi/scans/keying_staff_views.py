"""Typing paper off: each box of the sheet beside the field of the same form. A view parses, calls one service, renders."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from madoguchi.intake import public as intake
from madoguchi.intake.errors import AnswersWrong
from madoguchi.kernel import clock
from madoguchi.procedures import public as procedures
from madoguchi.procedures.public import Fault, Step
from madoguchi.procedures.rules.faces import webform
from madoguchi.procedures.rules.validate import entry_count
from madoguchi.web.posted import see_other
from madoguchi.web.typed import day_typed

from . import selectors, services
from .covering import areas_of
from .errors import ReceivedWrong, ScanNotFound
from .models import Packet
from .staff_views import actor_of

Raw = dict[str, list[str]]


@login_required
@require_safe
def crop(request: HttpRequest, packet_id: str, box: int) -> HttpResponse:
    """One box, cut out of its sheet and put straight."""
    from .keying import picture_of  # PIL and reportlab: no worker takes them in before somebody types a sheet off

    found = selectors.boxes_of(selectors.packet_get(actor=actor_of(request), packet_id=packet_id))
    if not 0 <= box < len(found):
        raise ScanNotFound
    picture = picture_of(*found[box])
    if picture is None:
        raise ScanNotFound
    response = HttpResponse(picture, content_type="image/jpeg")
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, packet_id: str, step_id: str) -> HttpResponse:
    """One page of the form: pictures, what the machine reads, and what the clerk says."""
    packet = services.packet_begin(actor=actor_of(request), packet_id=packet_id)
    draft = intake.paper_read(packet=packet_id, draft_id=packet.draft, day=packet.day)
    page = draft.definition.step(step_id)
    if page is None or page not in draft.asked:
        return see_other(_next(packet, draft, ""))
    if request.method != "POST":
        raw = _suggested(packet, page) if page.id not in draft.done else {}
        return _page(request, packet, draft, page, raw or None, frozenset(raw))
    typed: Raw = {key: list(values) for key, values in request.POST.lists()}
    action = request.POST.get("_action", "next")
    if action.startswith("zip:"):
        typed, said = procedures.postcode_fill(typed, action.removeprefix("zip:"))
        return _page(request, packet, draft, page, typed, said=(action.removeprefix("zip:"), said))
    if action == "count":
        return _page(request, packet, draft, page, typed)
    try:
        intake.paper_save(packet=packet_id, draft_id=packet.draft, step_id=step_id, raw=typed, day=packet.day)
    except AnswersWrong as wrong:
        return _page(request, packet, draft, page, typed, faults=wrong.faults)
    return see_other(_next(packet, intake.paper_read(packet=packet_id, draft_id=packet.draft, day=packet.day), step_id))


def _suggested(packet: Packet, page: Step) -> Raw:
    from .keying import suggested

    return suggested(packet, page)


def _next(packet: Packet, draft: intake.PaperDraft, here: str) -> str:
    """The page after this one that is not saved yet, else the check."""
    ids = [s.id for s in draft.asked]
    later = ids[ids.index(here) + 1:] if here in ids else ids
    wanted = next((i for i in [*later, *ids] if i not in draft.done), "")
    if wanted:
        return reverse("scan_step", kwargs={"packet_id": str(packet.id), "step_id": wanted})
    return reverse("scan_check", kwargs={"packet_id": str(packet.id)})


def _page(
    request: HttpRequest, packet: Packet, draft: intake.PaperDraft, page: Step, raw: Raw | None, guessed: frozenset[str] = frozenset(), *,
    faults: list[Fault] | None = None, said: tuple[str, str] = ("", ""),
) -> HttpResponse:
    from . import reading
    from .keying import crops_of

    count = entry_count(page, raw) if raw is not None and page.repeat else None
    view = webform.step_view(draft.definition, page, draft.known, posted=raw, faults=faults or [], count=count)
    for field in (f for entry in view.entries for f in entry.fields):
        if field.name == said[0]:
            field.said = said[1]
    crops, pages = crops_of(packet), selectors.pages_of_packet(packet)
    ids = [s.id for s in draft.asked]
    marked = {f.name for entry in view.entries for f in entry.fields if any(g == f.name or g.startswith(f.name + ".") for g in guessed)}
    context = {"k": packet, "d": draft.definition, "page": page, "view": view, "crops": crops, "guessed": marked, "reads": reading.installed(),
               "at": ids.index(page.id) + 1, "total": len(ids), "pages": pages, "covered": {p.id for p in pages if areas_of(p) != []},
               "before": ids[ids.index(page.id) - 1] if ids.index(page.id) else ""}
    return render(request, "scans/step.html", context, status=422 if faults else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, packet_id: str) -> HttpResponse:
    """All answers, the day of receipt, and the button that files."""
    actor = actor_of(request)
    packet = selectors.packet_any(actor=actor, packet_id=packet_id)
    page = see_other(reverse("scan_packet", kwargs={"packet_id": packet_id}))
    if packet.receipt:
        return page
    faults: list[tuple[str, str]] = []
    day = day_typed(request.POST.get("received", ""))
    if request.method == "POST":
        try:
            services.packet_file(actor=actor, packet_id=packet_id, received=day)
            return page
        except ReceivedWrong as wrong:
            faults = [("received", wrong.ja)]
        except AnswersWrong:
            faults = [("open", "まだ直すところがあります。下の一覧から開いてください")]
    packet = services.packet_begin(actor=actor, packet_id=packet_id)
    found = intake.paper_check(packet=packet_id, draft_id=packet.draft, day=packet.day, said=packet.received_on is not None)
    context: dict[str, Any] = {"k": packet, "d": selectors.definition_of(packet), "found": found, "faults": faults, "wrong": dict(faults),
                               "received": request.POST.get("received", str(packet.received_on or "")), "today": clock.today(),
                               "note": packet.note}
    return render(request, "scans/check.html", context, status=422 if faults else 200)
