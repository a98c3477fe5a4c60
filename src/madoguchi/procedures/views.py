"""Finding a procedure: top, search, life events, the procedure page, the blank paper form."""

from __future__ import annotations

from collections.abc import Container
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from madoguchi.identity.public import owner_of
from madoguchi.kernel import clock
from madoguchi.kernel.said import Said, say
from madoguchi.offices.public import city, disasters_open
from madoguchi.web import limits

from . import beside, everyday, finders, offline, searched, selectors
from .errors import Withdrawn
from .rules import facets
from .why import why

ASIDE = 5  # of what is not online, beside what a search found
PER_PAGE = 50  # as the lists of the staff
POPULAR = (say("罹災証明書"), say("児童手当"), say("介護認定"), say("保育園"), say("妊娠"))
TITLES = {"way": say("受け方"), "event": say("くらしのできごと"), "section": say("担当の課"),
          "visit": say("来庁"), "fee": say("手数料"), "card": say("本人確認")}
OFTEN = ("risai-shoumei", "jidou-teate-nintei", "kaigo-nintei-shinki", "hoiku-riyou-moushikomi", "ninshin-todoke")


@require_safe
def top(request: HttpRequest) -> HttpResponse:
    """The top page."""
    often, total = selectors.first_of(OFTEN)
    return render(request, "procedures/top.html", {
        "often": often, "total": total, "popular": POPULAR, "events": city().life_events.values()})


def _pages(request: HttpRequest, rows: list[Any], address: str) -> dict[str, Any]:
    """One page of a long list: nobody reads five hundred rows, and no phone should draw them."""
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return {"rows": page.object_list, "count": len(rows), "page": page, "address": address}


def _chosen(request: HttpRequest) -> dict[str, list[str]]:
    """What was ticked; what is no choice is nothing."""
    known: dict[str, Container[str]] = {"event": city().life_events, "section": city().sections, **facets.FIXED}
    return {group: [v for v in dict.fromkeys(request.GET.getlist(group)) if v in known[group]] for group in facets.GROUPS}


def _boxes(group: str) -> list[tuple[str, Any]]:
    """The choices of a group with their words."""
    words: dict[str, list[tuple[str, Any]]] = {
        "way": [("online", say("オンライン")), ("counter", say("窓口だけ"))],
        "event": [(key, e.name) for key, e in city().life_events.items()], "section": [(key, s.name) for key, s in city().sections.items()],
        "visit": [("no", say("来庁不要")), ("yes", say("来庁あり"))], "fee": [("free", say("無料")), ("paid", say("有料"))],
        "card": [("no", say("カードがなくてもできます")), ("yes", say("マイナンバーカード"))]}
    return words[group]


def _narrowing(rows: list[facets.Values], chosen: facets.Chosen) -> list[tuple[str, Any, list[tuple[str, Any, int, bool]]]]:
    """(group, its name, its choices: value, words, how many, ticked): what would change nothing is left out."""
    counted = facets.counts(rows, dict(chosen) | {"way": chosen["way"] or ["online"]})
    out = []
    for group, name in TITLES.items():
        boxes = [(v, words, counted[group][v], v in chosen[group]) for v, words in _boxes(group) if counted[group][v] or v in chosen[group]]
        if len(boxes) > 1 or chosen[group]:
            out.append((group, name, boxes))
    return out


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """All procedures or the result of a search, narrowed by what is ticked, page by page."""
    query = request.GET.get("q", "").replace("\x00", "").strip()[:80]
    everything, chosen = {p.slug: p for p in selectors.catalogue()}, _chosen(request)
    rows, nearest, guides = list[tuple[selectors.Published, Any]](), list[str](), list[Any]()
    if query:
        found = selectors.search(query)
        guides = beside.guides(found)
        rows = [(everything[h.slug], why(h)) for h in found.hits if h.slug in everything]
        nearest = [] if rows else selectors.index().nearest(query)
        if set(request.GET) <= {"q"}:  # not for every tick and page
            searched.note(query, found=bool(rows), known=found.known or everyday.can_name_nobody(query), line=limits.address(request))
    else:
        rows = [(p, "") for p in sorted(everything.values(), key=lambda p: p.definition.reading)]
    counters = offline.find(offline.all_of(), query, found) if query else offline.all_of()
    own = [*((p, words, selectors.facets_of(p)) for p, words in rows), *((c, "", offline.values(c)) for c in counters)]
    narrowing = _narrowing([values for _, _, values in own], chosen) if rows or chosen["way"] else []
    fitting = [(p, words, values["way"][0]) for p, words, values in own if facets.fits(values, chosen)]
    shown = [(p, words) for p, words, way in fitting if way in (chosen["way"] or ["online"])]
    aside = [] if chosen["way"] else [p for p, _, way in fitting if way == "counter"]
    ticked = [(group, v) for group, wanted in chosen.items() for v in wanted]
    address = "?" + urlencode([*([("q", query)] if query else []), *ticked])
    return render(request, "procedures/list.html", {
        "query": query, "guides": guides, "places": [(p, *beside.PLACES[p]) for p in beside.places(query)], "narrowing": narrowing,
        "ticked": bool(ticked), "total": len(rows) or chosen["way"], "aside": aside[:ASIDE] if query else [], "aside_n": len(aside),
        "nearest": nearest,
        "events": city().life_events.values(), **_pages(request, shown, address)})


@require_safe
def life_event(request: HttpRequest, event: str) -> HttpResponse:
    """Procedures of a life event, page by page."""
    entry = city().life_events.get(event)
    if entry is None:
        raise Http404
    rows = [p for p in selectors.catalogue() if event in p.definition.life_events]
    shown = _pages(request, sorted(rows, key=lambda p: p.definition.reading), "?")
    guides = [finders.shown(f) for f in finders.finders().values() if event in f.events]
    return render(request, "procedures/life_event.html", {"event": entry, "guides": guides, **shown})


@require_safe
def detail(request: HttpRequest, slug: str) -> HttpResponse:
    """One procedure: minutes, fee, what to have at hand, deadline, whether a visit is needed — before the start."""
    try:
        published = selectors.offered(slug)
    except Withdrawn as gone:
        if not gone.instead:
            raise
        return redirect(f"/p/{gone.instead}/")
    d = published.shown()
    owner = owner_of(request) if "ready" in request.GET else None  # straight from the sign-in
    context = {"p": published, "d": d, "section": city().sections[d.section], "ready": bool(owner and owner.signed_in),
               "disasters": [(Said(x.name), x.accepts_until) for x in disasters_open(clock.today())] if published.asks_disaster else []}
    return render(request, "procedures/detail.html", context)


@require_safe
def paper(request: HttpRequest, slug: str) -> HttpResponse:
    """The blank paper form."""
    from .rules.faces.pdf import paper_form

    published = selectors.offered(slug)
    d = published.definition
    c = city()
    face = paper_form(d, c.name, number=published.number, head=c.sections[d.section].head)
    response = HttpResponse(face.data, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{d.id}.pdf"'
    return response


@require_safe
def json_schema(request: HttpRequest, slug: str) -> HttpResponse:
    """The answers of a procedure as JSON Schema."""
    from django.http import JsonResponse

    from .rules.faces.jsonschema import schema

    body = schema(selectors.offered(slug).definition)
    return JsonResponse(body, content_type="application/schema+json", json_dumps_params={"ensure_ascii": False})
