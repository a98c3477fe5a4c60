"""Finding a procedure: top, search, life events, the procedure page, the blank paper form."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from madoguchi.identity.public import owner_of
from madoguchi.kernel.said import say
from madoguchi.offices.public import city

from . import selectors

PER_PAGE = 50  # as the lists of the staff
POPULAR = (say("罹災証明書"), say("児童手当"), say("介護認定"), say("保育園"), say("妊娠"))
OFTEN = ("risai-shoumei", "jidou-teate-nintei", "kaigo-nintei-shinki", "hoiku-riyou-moushikomi", "ninshin-todoke")


@require_safe
def top(request: HttpRequest) -> HttpResponse:
    """The top page."""
    all_of_them = {p.slug: p for p in selectors.catalogue()}
    often = [all_of_them[s] for s in OFTEN if s in all_of_them] or list(all_of_them.values())[:5]
    return render(request, "procedures/top.html", {
        "often": often, "total": len(all_of_them), "popular": POPULAR, "events": city().life_events.values()})


def _pages(request: HttpRequest, rows: list[Any], address: str) -> dict[str, Any]:
    """One page of a long list: nobody reads five hundred rows, and no phone should draw them."""
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return {"rows": page.object_list, "count": len(rows), "page": page, "address": address}


def _by_section(found: Iterable[selectors.Published]) -> list[tuple[Any, int]]:
    """The sections that have procedures, in the order of city.yaml, with how many."""
    counted = Counter(p.definition.section for p in found)
    return [(section, counted[key]) for key, section in city().sections.items() if counted[key]]


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """All procedures or those of a section, page by page, or the result of a search."""
    query = request.GET.get("q", "").strip()[:80]
    everything = {p.slug: p for p in selectors.catalogue()}
    section, rows = city().sections.get(request.GET.get("section", "")), list[tuple[selectors.Published, str]]()
    if query:
        rows = [(everything[h.slug], h.why) for h in selectors.search(query) if h.slug in everything]
    else:
        own = (p for p in everything.values() if section is None or p.definition.section == section.id)
        rows = [(p, "") for p in sorted(own, key=lambda p: p.definition.reading)]
    sections = _by_section(everything.values()) if len(everything) > PER_PAGE and not query else []
    address = "?" + urlencode({"q": query} if query else {"section": section.id} if section else {})
    return render(request, "procedures/list.html", {
        "query": query, "section": section, "sections": sections, "events": city().life_events.values(), **_pages(request, rows, address)})


@require_safe
def life_event(request: HttpRequest, event: str) -> HttpResponse:
    """Procedures of a life event, page by page."""
    entry = city().life_events.get(event)
    if entry is None:
        raise Http404
    rows = [p for p in selectors.catalogue() if event in p.definition.life_events]
    shown = _pages(request, sorted(rows, key=lambda p: p.definition.reading), "?")
    return render(request, "procedures/life_event.html", {"event": entry, **shown})


@require_safe
def detail(request: HttpRequest, slug: str) -> HttpResponse:
    """One procedure: minutes, fee, what to have at hand, deadline, whether a visit is needed — before the start."""
    published = selectors.current(slug)
    d = published.shown()
    owner = owner_of(request) if "ready" in request.GET else None  # straight from the sign-in
    context = {"p": published, "d": d, "section": city().sections[d.section], "ready": bool(owner and owner.signed_in)}
    return render(request, "procedures/detail.html", context)


@require_safe
def paper(request: HttpRequest, slug: str) -> HttpResponse:
    """The blank paper form."""
    from .rules.faces.pdf import paper_form

    d = selectors.current(slug).definition
    response = HttpResponse(paper_form(d, city().name).data, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{d.id}.pdf"'
    return response


@require_safe
def json_schema(request: HttpRequest, slug: str) -> HttpResponse:
    """The answers of a procedure as JSON Schema."""
    from django.http import JsonResponse

    from .rules.faces.jsonschema import schema

    body = schema(selectors.current(slug).definition)
    return JsonResponse(body, content_type="application/schema+json", json_dumps_params={"ensure_ascii": False})
