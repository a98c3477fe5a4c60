"""手続棚卸 as staff see it: the list, one row, how far the city is, lists that come in. A view parses, calls one service, renders."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Any, cast
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from madoguchi.identity.public import Right, Staff
from madoguchi.kernel import clock
from madoguchi.offices.public import city
from madoguchi.web.posted import posts, see_other
from madoguchi.web.typed import page_typed

from . import chart, desk, doubles, plan, selectors, services
from .columns import LABELS
from .errors import SHOWN, FormWrong, SheetWrong
from .places import section_name
from .rules import BARRED, BARRED_WORDS, EVENTS, KINDS, STATUSES, STOPS, year_words
from .selectors import Filter
from .sheet import MOST_BYTES, MOST_ROWS

CHIPS = {"online": "ok", "elsewhere": "ok", "ready": "key", "blocked": "err", "bpr": "notice"}
FIELDS = {"section": "担当課", "slug": "公開中の手続き", "target_year": "目標年度",
          "status_by_hand": "人が決めた状態", "note": "メモ", "new": "一覧に加わった"}


def actor_of(request: HttpRequest) -> Staff:
    """Who is signed in."""
    return cast(Staff, request.user)


def works(request: HttpRequest) -> bool:
    """May this person do more than read?"""
    return actor_of(request).may(Right.MANAGE_INVENTORY)


def _filter(request: HttpRequest) -> Filter:
    """What was asked for; what is none of the choices is nothing."""
    got = {k: str(v).replace("\x00", "").strip()[:100] for k, v in request.GET.items()}
    year = got.get("year", "")
    return Filter(
        query=got.get("q", "")[:60], section=got.get("section", ""), status=got.get("status", "") if got.get("status") in {BARRED, *STATUSES} else "",
        kind=got.get("kind", "") if got.get("kind") in {"-", *KINDS} else "", event=got.get("event", "") if got.get("event") in EVENTS else "",
        year=year if year == "-" or (year.isascii() and year.isdecimal() and len(year) == 4) else "")


def _carried(wanted: Filter) -> str:
    """The filter as an address has it."""
    return urlencode({{"query": "q"}.get(name, name): value for name, value in wanted.carried().items()})


@login_required
@require_safe
def entries(request: HttpRequest) -> HttpResponse:
    """The list."""
    actor, wanted = actor_of(request), _filter(request)
    rows = selectors.entry_list(actor=actor, wanted=wanted, page=page_typed(request.GET.get("page", "1")))
    sections, years = selectors.choices(actor=actor)
    address = _carried(wanted)
    linked = request.GET.get("linked", "")
    context = {"rows": rows, "shown": [(e, section_name(e.section)) for e in rows], "chosen": wanted, "sections": sections,
               "years": [(str(y), year_words(y)) for y in years], "statuses": STATUSES,
               "status_words": STATUSES | {BARRED: BARRED_WORDS}, "chips": CHIPS, "kinds": KINDS,
               "events": [(e, e) for e in EVENTS],
               "kind_words": [*((k, f"{k} {v}") for k, v in KINDS.items()), ("-", "書かれていない")],
               "query": address, "address": f"?{address}&" if address else "?", "year_words": year_words, "works": works(request),
               "linked": int(linked) if linked.isascii() and linked.isdecimal() and len(linked) < 6 else None}
    return render(request, "inventory/entries.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def entry(request: HttpRequest, entry_id: int) -> HttpResponse:
    """One row, and the form that decides about it."""
    actor = actor_of(request)
    found = selectors.entry_get(actor=actor, entry_id=entry_id)
    typed = {"section": found.section, "slug": found.slug, "target_year": year_words(found.target_year) if found.target_year else "",
             "status_by_hand": found.status_by_hand, "note": found.note}
    faults: list[tuple[str, str]] = []
    if request.method == "POST":
        typed = {name: request.POST.get(name, "").strip() for name in typed}
        try:
            services.entry_edit(actor=actor, entry_id=entry_id, revision=request.POST.get("revision", ""), typed=typed)
            return see_other(f"/staff/inventory/{entry_id}/?saved=1")
        except FormWrong as wrong:
            faults = wrong.faults
    published, query = selectors.published(), request.GET.get("q", "").replace("\x00", "").strip()[:60]
    own = "online" if found.slug in published else found.status
    texts = [(label, _shown(found, name)) for name, label in LABELS.items() if name not in ("name", "section", "target_year")]
    context = {"e": found, "section": section_name(found.section), "texts": texts, "typed": typed, "faults": faults, "wrong": dict(faults),
               "works": works(request), "statuses": STATUSES, "chips": CHIPS, "saved": "saved" in request.GET, "published": published, "stops": STOPS,
               "choices": {"": f"一覧と公開の様子から決める（いまは「{STATUSES[own]}」）", **STATUSES},
               "sections": {"": "決まっていない", found.section: section_name(found.section) or "決まっていない"}
               | {key: str(s.name) for key, s in city().sections.items()},
               "slugs": {"": "まだない", **({found.slug: f"{found.slug}（公開していません）"} if found.slug else {}),
                         **selectors.slugs_offered(query or found.name, {found.slug, typed["slug"]})},
               "searched": len(published) > selectors.CHOICES, "query": query,
               "history": [(c, [(_field(f), _value(f, a), _value(f, b)) for f, (a, b) in sorted(c.what.items(), key=_place)])
                           for c in selectors.changes_of(found)],
               "year": year_words(found.target_year) if found.target_year else ""}
    return render(request, "inventory/entry.html", context, status=422 if faults else 200)


def _place(changed: tuple[str, Any]) -> tuple[int, str]:
    """Where a change stands: in the order of the columns, then by name; a database keeps no order of what was stored together."""
    name, order = changed[0], [*LABELS, *FIELDS]
    return order.index(name) if name in order else len(order), name


def _shown(e: Any, name: str) -> str:
    value = getattr(e, name)
    if name == "kind" and value:
        return f"{value} {KINDS[value]}"
    if name == "yearly_count":
        return "" if value is None else f"{value:,}件"
    return str(value)


def _field(name: str) -> str:
    return FIELDS.get(name) or LABELS.get(name) or name.removeprefix("extra:")


def _value(name: str, value: str) -> str:
    if name == "status_by_hand":
        return STATUSES.get(value, "")
    if name == "section":
        return section_name(value)
    return year_words(int(value)) if name == "target_year" and value else value


@login_required
@require_safe
def progress(request: HttpRequest) -> HttpResponse:
    """How many procedures are how far, against what the plan promises."""
    counts, target = selectors.counts(actor=actor_of(request)), plan.target()
    context = {"c": counts, "target": target, "statuses": STATUSES, "bar": chart.bar(counts.statuses, target.count if target else 0),
               "years": [(year_words(y) if y else "決まっていない", str(y or "-"), by, sum(by.values())) for y, by in counts.years],
               "sections": [(name, by, sum(by.values())) for name, by in counts.sections],
               "tasks": selectors.tasks_offline(actor=actor_of(request)),
               "over": target is not None and clock.today() > dt.date(target.year + 1, 3, 31),
               "year": year_words(target.year) if target else ""}
    return render(request, "inventory/progress.html", context)


@login_required
@require_safe
def as_csv(request: HttpRequest) -> HttpResponse:
    """The list as CSV, with a mark of byte order so that spreadsheets read it as UTF-8."""
    out = io.StringIO()
    csv.writer(out).writerows(selectors.table(actor=actor_of(request), wanted=_filter(request)))
    response = HttpResponse(out.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="inventory_{clock.today():%Y%m%d}.csv"'
    return response


@login_required
@posts("/staff/inventory/")
def link(request: HttpRequest) -> HttpResponse:
    """Point rows to procedures of the same name."""
    return see_other(f"/staff/inventory/?linked={desk.slugs_relink(actor=actor_of(request))}")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def doubles_page(request: HttpRequest) -> HttpResponse:
    """Published procedures that double a hand-made definition, with the buttons that withdraw one and offer it again."""
    actor, done = actor_of(request), request.GET.get("done", "")
    if request.method == "POST":
        act, _, slug = request.POST.get("act", "").partition(" ")
        if act == "offer":
            doubles.double_offer(actor=actor, slug=slug)
            return see_other("/staff/inventory/doubles/?done=offered")
        doubles.double_withdraw(actor=actor, slug=slug)
        return see_other("/staff/inventory/doubles/?done=withdrawn")
    rows, gone = doubles.double_list(actor=actor)
    return render(request, "inventory/doubles.html", {"rows": rows, "gone": gone, "works": works(request), "done": done})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def uploads(request: HttpRequest) -> HttpResponse:
    """Lists that came in, what is known about columns, and the form that takes another."""
    actor = actor_of(request)
    rows, known = selectors.upload_list(actor=actor), selectors.heading_list(actor=actor)
    faults, count, rest = [], 0, list[str]()
    if request.method == "POST":
        try:
            return see_other(f"/staff/inventory/import/{_take(request).id}/")
        except SheetWrong as wrong:
            faults, count, rest = [("file", line) for line in wrong.lines[:SHOWN]], wrong.count, wrong.lines[SHOWN:]
    context = {"rows": rows, "known": [(h, LABELS.get(h.field, "そのまま残す")) for h in known], "works": works(request), "faults": faults,
               "count": count, "rest": rest, "labels": LABELS, "mb": MOST_BYTES // 1_000_000, "most": MOST_ROWS}
    return render(request, "inventory/uploads.html", context, status=422 if faults else 200)


def _take(request: HttpRequest) -> Any:
    sent = request.FILES.get("file")
    if sent is None:
        return desk.list_import(actor=actor_of(request), data=b"", name="")
    look = request.POST.get("look") == "yes"
    if (sent.size or 0) > MOST_BYTES:
        raise SheetWrong([f"ファイルが大きすぎます({(sent.size or 0) / 1_000_000:.1f}MB)。{MOST_BYTES // 1_000_000}MBまでに分けてください"])
    return desk.list_import(actor=actor_of(request), data=sent.read(), name=sent.name or "", look=look)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest, upload_id: int) -> HttpResponse:
    """One list: what became of it, or what its columns are."""
    actor = actor_of(request)
    found = selectors.upload_get(actor=actor, upload_id=upload_id)
    faults: list[tuple[str, str]] = []
    rest: list[str] = []
    count, answers = 0, {int(k[1:]): str(v) for k, v in request.POST.items() if k[:1] == "c" and k[1:].isascii() and k[1:].isdecimal() and len(k) < 5}
    if request.method == "POST":
        try:
            desk.upload_answer(actor=actor, upload_id=upload_id, answers=answers)
            return see_other(f"/staff/inventory/import/{upload_id}/")
        except FormWrong as wrong:
            faults, count = wrong.faults, len(wrong.faults)
        except SheetWrong as wrong:
            faults, count, rest = [("again", line) for line in wrong.lines[:SHOWN]], wrong.count, wrong.lines[SHOWN:]
    if found.done_at:
        return render(request, "inventory/upload.html", {"u": found})
    try:
        asked, muddled = desk.headings_asked(actor=actor, upload_id=upload_id)
    except SheetWrong as wrong:  # no answer about columns mends it
        asked, muddled, faults, count = [], (), [("again", line) for line in wrong.lines], wrong.count
    drawn = [(c, answers.get(c.at, (c.field or "-") if c.known else "")) for c in asked]
    context = {"u": found, "asked": [x for x in drawn if not x[0].known], "known": [x for x in drawn if x[0].known], "labels": LABELS,
               "faults": faults, "muddled": () if faults else muddled, "count": count, "rest": rest, "wrong": dict(faults),
               "works": works(request), "sheet": any(a == "again" for a, _ in faults)}
    return render(request, "inventory/asked.html", context, status=422 if faults else 200)


@login_required
@posts("/staff/inventory/import/")
def forget(request: HttpRequest, heading_id: int) -> HttpResponse:
    """Ask about a column again."""
    desk.heading_forget(actor=actor_of(request), heading_id=heading_id)
    return see_other("/staff/inventory/import/#known")
