"""手続きの作成 as staff see it: the list, one procedure, what differs, what was. A view parses, calls one service, renders."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from madoguchi.identity.public import Staff
from madoguchi.kernel import clock
from madoguchi.offices.public import city
from madoguchi.procedures.pack import patterns
from madoguchi.procedures.rules import splice
from madoguchi.web.posted import posts, see_other

from . import amended, selectors, services
from .access import edits, insist, publishes
from .errors import FormWrong
from .models import Copy
from .outline import address, outline
from .preview import preview_of
from .rules import CHIPS, DROPPED, MOST_TEXT, ORIGINS, STATES
from .shape import editable
from .told import told

PAGE = 50


def actor_of(request: HttpRequest) -> Staff:
    """Who is signed in."""
    return cast(Staff, request.user)


def whole(text: str) -> int:
    """A number of an address or a form, 0 where there is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 8 else 0


@login_required
@require_safe
def rows(request: HttpRequest) -> HttpResponse:
    """The list."""
    actor = actor_of(request)
    got = {k: request.GET.get(k, "").replace("\x00", "").strip()[:80] for k in ("q", "section", "state")}
    found = selectors.row_list(actor=actor, query=got["q"], section=got["section"], state=got["state"])
    page = Paginator(found, PAGE).get_page(whole(request.GET.get("page", "1")) or 1)
    sections = {key: str(s.name) for key, s in city().sections.items()}
    carried = urlencode({k: v for k, v in got.items() if v})
    own = [key for key in sections if edits(actor, key)]
    return render(request, "builder/rows.html", {
        "rows": page, "sections": sections, "own": own, "chosen": got, "states": STATES, "chips": CHIPS,
        "amended": amended.amended_slugs(), "told": DROPPED.get(request.GET.get("done", ""), ""),
        "state_words": [*STATES.items(), ("none", "だれも直していない")], "address": f"?{carried}&" if carried else "?"})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A procedure that is not there yet: from a pattern, or from a file."""
    actor = actor_of(request)
    typed = {k: request.POST.get(k, "").strip() for k in ("slug", "name", "section", "pattern")}
    faults: list[tuple[str, str]] = []
    if request.method == "POST":
        try:
            copy = _taken(request) if "file" in request.FILES or "take" in request.POST else services.copy_new(actor=actor, **typed)
            return see_other(f"/staff/builder/{copy.slug}/")
        except FormWrong as wrong:
            faults = [("file" if name == "text" else name, words) for name, words in wrong.faults]
    sections = {k: str(s.name) for k, s in city().sections.items() if edits(actor, k)}
    if not sections:
        insist(False)
    found = {p.id: p.name for p in patterns()[0]}
    context = {"typed": typed, "faults": faults, "wrong": dict(faults), "sections": sections, "patterns": found}
    return render(request, "builder/new.html", context, status=422 if faults else 200)


def _taken(request: HttpRequest) -> Copy:
    file: Any = request.FILES.get("file")
    if file is None:
        raise FormWrong([("file", "取り込むファイル（.yaml）を選んでください")])
    if file.size > MOST_TEXT * 4:
        raise FormWrong([("file", "ファイルが大きすぎます。定義のファイル（.yaml）を選んでください")])
    try:
        text = file.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FormWrong([("file", "文字コードが読めません。UTF-8で保存したファイルを選んでください")]) from None
    return services.copy_take(actor=actor_of(request), text=text)


@login_required
@posts("/staff/builder/")
def opened(request: HttpRequest, slug: str) -> HttpResponse:
    """Begin to change a procedure."""
    return see_other(f"/staff/builder/{services.copy_open(actor=actor_of(request), slug=slug).slug}/")


def about(request: HttpRequest, copy: Copy) -> dict[str, Any]:
    """What every page about one procedure shows."""
    actor = actor_of(request)
    read = selectors.check(copy.slug, copy.text)
    problems = [(p.line, p.ja, address(editable(_place(copy.text, p.line)))) for p in read.problems]
    works = edits(actor, copy.section)
    return {
        "amended": amended.amended(actor=actor, copy=copy), "c": copy,
        "section": str(city().sections[copy.section].name) if copy.section in city().sections else copy.section,
        "states": STATES, "chips": CHIPS, "origin": ORIGINS.get(copy.origin, ""), "problems": problems, "doubts": read.doubts,
        "works": works and copy.state in ("editing", "published", "asked", "approved"), "decides": publishes(actor, copy.section),
        "names": selectors.names_said([copy.asked_by, copy.approved_by]),
        "mine": copy.asked_by == actor.actor, "today": clock.today(), "readable": read.definition is not None}


def _place(text: str, line: int) -> splice.Path:
    try:
        return splice.place(text, line)
    except splice.CannotSplice:
        return ()


@login_required
@require_safe
def copy(request: HttpRequest, slug: str) -> HttpResponse:
    """One procedure: what is in it, what is to be mended, how it looks."""
    found = selectors.copy_get(actor=actor_of(request), slug=slug)
    return copy_page(request, found)


def copy_page(request: HttpRequest, found: Copy, *, faults: list[tuple[str, str]] | None = None, typed: dict[str, str] | None = None,
              status: int = 200) -> HttpResponse:
    """The page of one procedure, with what was wrong with a decision."""
    try:
        data = splice.data(found.text)
    except splice.CannotSplice:
        data = {}
    context = about(request, found)
    asked = request.POST if request.method == "POST" else request.GET
    context |= {
        "parts": outline(data), "ordering": bool(context["works"]) and asked.get("order", "") == "1",
        "faults": faults or [], "wrong": dict(faults or []), "typed": typed or {},
        "saved": request.GET.get("saved", "") == "1", "told": told(found, request.GET.get("done", "")),
        "preview": preview_of(found.slug, found.text, request.GET.get("page", ""))}
    return render(request, "builder/copy.html", context, status=status)


@login_required
@require_safe
def differences(request: HttpRequest, slug: str) -> HttpResponse:
    """What differs from what is published, in words."""
    found = selectors.copy_get(actor=actor_of(request), slug=slug)
    return render(request, "builder/differences.html", about(request, found) | {
        "pack_mark": amended.pack_mark(found.slug), "found": selectors.published_differences(found),
        "kept_back": selectors.questions_kept_back(found)})


@login_required
@require_safe
def history(request: HttpRequest, slug: str) -> HttpResponse:
    """What was saved, and the versions to go back to."""
    return history_page(request, selectors.copy_get(actor=actor_of(request), slug=slug))


def history_page(request: HttpRequest, found: Copy, *, faults: list[tuple[str, str]] | None = None, typed: str = "") -> HttpResponse:
    """The page with the versions; what was wrong with going back stands at the box that it was typed into."""
    actor = actor_of(request)
    revisions, releases = selectors.revision_list(actor=actor, copy=found), selectors.release_list(actor=actor, copy=found)
    return render(request, "builder/history.html", about(request, found) | {
        "revisions": revisions, "releases": releases,
        "names": selectors.names_said([*(r.by for r in revisions), *(name for r in releases for name in (r.by, r.approved_by))]),
        "faults": faults or [], "wrong": dict(faults or []), "typed": typed}, status=422 if faults else 200)
