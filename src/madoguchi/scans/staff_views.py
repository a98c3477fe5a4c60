"""紙の申請 as staff see it: the work list, a sheet nobody could place, a packet. A view parses, calls one service, renders."""

from __future__ import annotations

from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.core.paginator import Page as Shown
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from madoguchi.files.public import FileRefused, covered_response, file_response, safe
from madoguchi.identity.public import Right, Staff, fresh
from madoguchi.kernel.written import TooLong
from madoguchi.offices.public import city
from madoguchi.procedures import public as procedures
from madoguchi.web.posted import posts, see_other
from madoguchi.web.typed import day_typed, page_typed

from . import seeing, selectors, services, taking
from .covering import areas_of, is_foreign
from .errors import LeafUnknown, PlaceTaken, ScanKnown, ScanUnreadable, WhyMissing
from .models import Packet, Page
from .rules import BLANK, PROBLEMS, missing

PACKETS, SHEETS, CHOICES = 50, 50, 100  # applications on a page, sheets shown at a time, applications offered for a sheet


def actor_of(request: HttpRequest) -> Staff:
    """Who is signed in."""
    return cast(Staff, request.user)


def page_of(request: HttpRequest, rows: list[selectors.ShownPacket], size: int) -> Shown[selectors.ShownPacket]:
    """The page of a list that the address names."""
    return Paginator(rows, size).get_page(page_typed(request.GET.get("page", "1")))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def scans(request: HttpRequest) -> HttpResponse:
    """What waits to be typed off, what nobody could place, and the box to take a scan in."""
    from . import reading  # brings PIL and reportlab, which a worker takes in when this room is entered

    actor, refused = actor_of(request), ""
    sections = selectors.insist(actor=actor)
    if request.method == "POST":
        sent: Any = request.FILES.get("scan")
        section = request.POST.get("section", sections[0])
        try:
            if sent is None:
                refused = "読み取ったファイル(PDF・JPEG・PNG)を選んでから押してください"
            else:
                upload = taking.scan_take(actor=actor, section=section, source=sent, name=sent.name or "", size=sent.size or 0)
                return see_other(reverse("scan_upload", kwargs={"upload_id": upload.id}))
        except (FileRefused, ScanUnreadable, ScanKnown) as wrong:
            refused = wrong.ja
    aside = selectors.page_list(actor=actor)
    unplaced, blank = [p for p in aside if p.problem != BLANK], [p for p in aside if p.problem == BLANK]
    context = {
        "page": page_of(request, selectors.packet_list(actor=actor), PACKETS), "filed": selectors.packets_filed(actor=actor),
        "aside": [(p, PROBLEMS.get(p.problem, "")) for p in unplaced[:SHEETS]], "aside_n": len(unplaced),
        "blanks": blank[:SHEETS], "blanks_n": len(blank),
        "sections": [(key, city().sections[key].name) for key in sections], "reads": reading.installed(),
        "reading": selectors.upload_list(actor=actor), "faults": [("scan", refused)] if refused else []}
    return render(request, "scans/list.html", context, status=422 if refused else 200)


@login_required
@require_safe
def upload(request: HttpRequest, upload_id: int) -> HttpResponse:
    """How far the reading of a scan is, and what came of it."""
    actor = actor_of(request)
    found = selectors.upload_get(actor=actor, upload_id=upload_id)
    packets, aside = selectors.came_of(actor=actor, upload=found)
    context = {"p": selectors.progress(found), "packets": packets, "aside": [(s, PROBLEMS.get(s.problem, "")) for s in aside]}
    return render(request, "scans/upload.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, page_id: str) -> HttpResponse:
    """Say what a sheet is."""
    actor, refused = actor_of(request), ""
    found = selectors.page_get(actor=actor, page_id=page_id)
    if request.method == "POST":
        packet_id, _, slug = request.POST.get("where", "").partition(":")
        leaf = request.POST.get("leaf", "").strip()
        known = {str(p.packet.id) for p in selectors.packet_list(actor=actor)}
        try:
            if packet_id not in known and not slug or not leaf.isascii() or not leaf.isdecimal() or len(leaf) > 2:
                raise LeafUnknown
            packet = services.page_place(actor=actor, page_id=page_id, packet_id=packet_id if packet_id in known else "", slug=slug, leaf=int(leaf))
            return see_other(reverse("scan_packet", kwargs={"packet_id": str(packet.id)}))
        except (PlaceTaken, LeafUnknown) as wrong:
            refused = wrong.ja
    return render(request, "scans/page.html", _page_context(request, actor, found, refused), status=422 if refused else 200)


def _page_context(request: HttpRequest, actor: Staff, found: Page, refused: str) -> dict[str, Any]:
    slugs = [(p.slug, str(p.definition.name)) for p in procedures.catalogue() if actor.may(Right.WORK_CASES, p.definition.section)]
    where = request.POST.get("where", str(found.packet_id) + ":" if found.packet_id else "")
    return {"p": found, "covered": areas_of(found) != [], "page": page_of(request, selectors.packets_for(actor=actor, page=found), CHOICES),
            "slugs": slugs, "problem": PROBLEMS.get(found.problem, ""),
            "foreign": is_foreign(found), "looked": seeing.has_looked(actor=actor, page=found),
            "faults": [("where", refused)] if refused else [], "where": where, "leaf": request.POST.get("leaf", str(found.leaf))}


@login_required
@posts("/staff/scans/page/{page_id}/")
def drop(request: HttpRequest, page_id: str) -> HttpResponse:
    """Throw a sheet away that is nothing."""
    services.page_drop(actor=actor_of(request), page_id=page_id)
    return see_other(reverse("scans"))


@login_required
@posts("/staff/scans/")
def blanks(request: HttpRequest) -> HttpResponse:
    """Throw away the sheets on which nothing was seen."""
    services.blanks_drop(actor=actor_of(request), page_ids=request.POST.getlist("page")[:SHEETS])
    return see_other(reverse("scans"))


@login_required
@require_safe
def picture(request: HttpRequest, page_id: str) -> HttpResponseBase:
    """The whole sheet, with the places of a 個人番号 painted over."""
    found = selectors.page_get(actor=actor_of(request), page_id=page_id)
    areas = areas_of(found)
    if areas == []:
        return file_response(selectors.picture_file(found), inline=True)
    with services.file_of(found) as source:
        return covered_response(source.read(), areas)


@login_required
@posts("/staff/scans/page/{page_id}/")
@fresh
def number(request: HttpRequest, page_id: str) -> HttpResponse:
    """The sheet, or one box of it, as it is, once: with the reason on record."""
    from .keying import picture_of

    actor, box = actor_of(request), request.POST.get("box", "")
    try:
        found = seeing.sheet_reveal(actor=actor, page_id=page_id, why=request.POST.get("why", ""))
    except WhyMissing as wrong:
        context = _page_context(request, actor, selectors.page_get(actor=actor, page_id=page_id), "")
        return render(request, "scans/page.html", context | {"faults": [("why", wrong.ja)], "unseen": wrong.ja, "box": box}, status=422)
    mine = selectors.boxes_of(found.packet) if found.packet and box.isascii() and box.isdecimal() else []
    place = next((b for n, (p, b) in enumerate(mine) if str(n) == box and p.id == found.id), None)
    if place is not None and (cut := picture_of(found, place, opened=True)):
        return safe(HttpResponse(cut, content_type="image/jpeg"))
    with services.file_of(found) as source:
        return safe(HttpResponse(source.read(), content_type="image/jpeg"))


@login_required
@posts("/staff/scans/page/{page_id}/")
def clear(request: HttpRequest, page_id: str) -> HttpResponse:
    """Say that no number is on a sheet that is no form of the city, or close it again."""
    seeing.sheet_clear(actor=actor_of(request), page_id=page_id, clear=request.POST.get("clear") == "yes")
    return see_other(reverse("scan_page", kwargs={"page_id": page_id}))


@login_required
@require_safe
def packet(request: HttpRequest, packet_id: str) -> HttpResponse:
    """One application on paper: its sheets and where the typing begins; once filed, its receipt number."""
    return render(request, "scans/packet.html", packet_context(selectors.packet_any(actor=actor_of(request), packet_id=packet_id)))


def packet_context(found: Packet) -> dict[str, Any]:
    """What the page of a packet shows."""
    d = selectors.definition_of(found)
    pages = selectors.pages_of_packet(found)
    return {"k": found, "d": d, "pages": pages, "lacking": missing([p.leaf for p in pages], selectors.pages_of(d)),
            "section": city().sections[found.section].name, "first": d.steps[0].id, "instead": selectors.replaced_by(found)}


@login_required
@posts("/staff/scans/p/{packet_id}/")
def note(request: HttpRequest, packet_id: str) -> HttpResponse:
    """Why it waits."""
    actor = actor_of(request)
    try:
        services.packet_note(actor=actor, packet_id=packet_id, note=request.POST.get("note", "").strip(),
                             received=day_typed(request.POST.get("received", "")))
    except TooLong as wrong:
        context = packet_context(selectors.packet_get(actor=actor, packet_id=packet_id)) | {"faults": [("note", wrong.ja)], "typed": request.POST}
        return render(request, "scans/packet.html", context, status=wrong.status)
    return see_other(reverse("scans"))
