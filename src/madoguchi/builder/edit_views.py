"""Changing a definition: by the form of a part, by a button, or the whole file. Every change is a cut in the text."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from madoguchi.offices.public import city
from madoguchi.procedures.rules import splice
from madoguchi.procedures.rules.splice import Path
from madoguchi.web.posted import posts, see_other

from . import selectors, services, typed
from .access import edits, insist
from .errors import CopyNotFound, FormWrong, Overtaken
from .models import Copy
from .outline import address, read_address
from .preview import preview_of
from .shape import APPEALS, EVENTS, FEE, FEE_LINE, FEES, NEW, QUESTION, SECTIONS, SIGNED, Box, Sheet, calls, sheet_of
from .staff_views import about, actor_of, copy_page

LISTS = ("根拠", "画面", "連携", "明細", "減免", "検査")  # parts without a number of their own
OPTIONAL = ("添付", "検査", "導出", "減免", "決定項目")  # a definition may have none: with the last one the heading goes
IDENT = re.compile(r"[a-z][a-z0-9_]*")


def _copy(request: HttpRequest, slug: str) -> Copy:
    found = selectors.copy_get(actor=actor_of(request), slug=slug)
    insist(edits(actor_of(request), found.section))
    return found


def _data(copy: Copy) -> dict[str, Any]:
    try:
        return splice.data(copy.text)  # type: ignore[no-any-return]
    except splice.CannotSplice:
        return {}


def _options(box: Box) -> list[tuple[str, str]]:
    here = city()
    given = {SECTIONS: {k: str(s.name) for k, s in here.sections.items()}, APPEALS: {**{k: k for k in here.appeals}, "なし": "なし"},
             EVENTS: {k: str(e.name) for k, e in here.life_events.items()}, FEES: {k: f"{f.name}（{k}）" for k, f in here.fees.items()}}
    return list(given[box.options[0][0]].items()) if box.options and box.options[0][0] in given else list(box.options)


def _sent(request: HttpRequest, sheet: Sheet) -> dict[str, Any]:
    """What the form sent, by key; a box that was not drawn was not sent."""
    out: dict[str, Any] = {}
    for number, box in enumerate(sheet.boxes):
        name = f"b{number}"
        if box.kind == "many" and f"{name}.there" in request.POST:
            out[box.key] = [v for v in request.POST.getlist(name) if v]
        elif name in request.POST:
            out[box.key] = request.POST[name].replace("\x00", "")
    return out


def _boxes(sheet: Sheet, held: Any, sent: dict[str, Any] | None, wrong: dict[str, str], path: Path) -> list[dict[str, Any]]:
    out = []
    for number, box in enumerate(sheet.boxes):
        value = typed.value_of(sheet, box, held)
        now = typed.shown(box, value)
        shown = sent[box.key] if sent is not None and box.key in sent else now
        options = _options(box)
        if box.kind == "choice" and isinstance(shown, str) and shown and shown not in dict(options):
            options.append((shown, f"{shown}（使えない値）"))
        out.append({"name": f"b{number}", "key": box.key, "kind": box.kind, "hint": box.hint, "options": options,
                    "value": shown, "fits": typed.fits(box, value), "wrong": wrong.get(box.key, ""),
                    "part": "" if sheet_of((*path, box.key)) is None else address((*path, box.key)),
                    "rows": 3 if box.kind == "long" else max(3, str(shown).count("\n") + 2),
                    "now": now if sent is not None and not typed.same(now, shown) else ""})
    return out


def _back(found: Copy, where: Path, more: str = "") -> str:
    """To the part in the overview, beside its page."""
    return f"/staff/builder/{found.slug}/?saved=1{more}&page={_page_of(where, _data(found))}#p-{address(where)}"


def _cut(change: Callable[[], str]) -> str:
    try:
        return change()
    except splice.CannotSplice as why:
        raise FormWrong([("main", str(why))]) from None


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def part(request: HttpRequest, slug: str, path: str) -> HttpResponse:
    """The form of one part."""
    found = _copy(request, slug)
    where = read_address(path, _data(found))
    sheet = sheet_of(where)
    if sheet is None:
        raise CopyNotFound
    faults: list[tuple[str, str]] = []
    sent, status = None, 200
    if request.method == "POST":
        seen = selectors.text_seen(actor=actor_of(request), copy=found, revision=request.POST.get("revision", ""))
        sent = typed.touched(seen, where, sheet, _sent(request, sheet))  # boxes that nobody touched take nothing back from others
        try:
            text, changed, faults = _applied(found, where, sheet, sent)
            if not faults:
                words = f"{_said(where)}：{'・'.join(changed)}"
                services.copy_save(actor=actor_of(request), slug=slug, revision=request.POST.get("revision", ""), text=text, words=words)
                return see_other(_back(found, where))
            status = 422
        except FormWrong as wrong:
            faults, status = wrong.faults, 422
        except Overtaken as late:
            faults, status = [("main", late.ja)], 409
    held = typed.held_at(found.text, where)
    boxes = _boxes(sheet, held, sent, dict(faults), where)
    anchors = [(next((b["name"] for b in boxes if b["key"] == key), "main"), words) for key, words in faults]
    context = about(request, found) | {
        "sheet": sheet, "boxes": boxes, "faults": anchors, "path": address(where), "where": _said(where), "key": str(where[-1]) if where else "",
        "named": bool(where) and isinstance(where[-1], str) and sheet.named, "listed": bool(where and (held or sheet is not SIGNED)) and sheet.listed,
        "charged": sheet is FEE, "repeats": sheet.title == "画面", "rules": calls(where[0]) if where and sheet.whole else [],
        "repeated": isinstance(held, dict) and "繰返" in held,
        "preview": preview_of(slug, found.text, _page_of(where, _data(found)))}
    return render(request, "builder/part.html", context, status=status)


def _applied(found: Copy, where: Path, sheet: Sheet, sent: dict[str, Any]) -> tuple[str, list[str], list[tuple[str, str]]]:
    try:
        return typed.apply(found.text, where, sheet, sent)
    except splice.CannotSplice as why:
        raise FormWrong([("main", str(why))]) from None


def _said(where: Path) -> str:
    return " › ".join(str(p + 1) if isinstance(p, int) else p for p in where) or "表紙"


def _page_of(where: Path, data: dict[str, Any]) -> str:
    """The page of the form that a part stands on."""
    if where[:1] != ("画面",) or len(where) < 2 or not isinstance(where[1], int):
        return ""
    try:
        step = data["画面"][where[1]]
        return str(step.get("番号") or (step.get("繰返") or {}).get("番号") or f"s{where[1] + 1}")
    except (KeyError, IndexError, AttributeError):
        return ""


@login_required
@require_POST
def preview(request: HttpRequest, slug: str, path: str) -> HttpResponse:
    """How the page would look with what is typed now. Nothing is saved."""
    found = _copy(request, slug)
    where = read_address(path, _data(found))
    sheet = sheet_of(where)
    if sheet is None:
        raise CopyNotFound
    text = found.text
    with contextlib.suppress(FormWrong):  # what cannot be read yet is not shown yet
        text, _, _ = _applied(found, where, sheet, _sent(request, sheet))
    return render(request, "builder/phone.html", {"preview": preview_of(slug, text, _page_of(where, _data(found)))})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, slug: str, path: str) -> HttpResponse:
    """Something new: a page, a question, a paper …"""
    found = _copy(request, slug)
    where = read_address(path, _data(found))
    asked = NEW.get(str(where[-1])) if where else None
    if asked is None:
        raise CopyNotFound
    got = {key: request.POST.get(key, "").replace("\x00", "").strip() for key in asked}
    faults: list[tuple[str, str]] = []
    status = 200
    if request.method == "POST":
        try:
            text, at = _added(found, where, got)
            services.copy_save(actor=actor_of(request), slug=slug, revision=request.POST.get("revision", ""), text=text,
                               words=f"{_said(where)}に「{next(iter([got[k] for k in asked if k != '番号']))}」を足した")
            return see_other(f"/staff/builder/{slug}/part/{address(at)}/")
        except FormWrong as wrong:
            faults, status = wrong.faults, 422
        except Overtaken as late:
            faults, status = [("main", late.ja)], 409
    return render(request, "builder/add.html", about(request, found) | {
        "asked": asked, "typed": got, "faults": [(f"f{asked.index(k) + 1}" if k in asked else k, w) for k, w in faults],
        "wrong": dict(faults), "path": address(where), "where": _said(where),
        "options": _asked_options(where)}, status=status)


def _asked_options(where: Path) -> dict[str, list[tuple[str, str]]]:
    """What can be chosen for something new, by box."""
    outcome = sheet_of(("審査", "処分", "x")) or QUESTION
    out = {b.key: _options(b) for b in (*QUESTION.boxes, *outcome.boxes, *FEE_LINE.boxes) if b.key in ("型", "種", "料金")}
    return out | {"規則": [(name, f"{name}（{'、'.join(asks)}）") for name, asks in calls(where[0])]}


def _added(found: Copy, where: Path, got: dict[str, str]) -> tuple[str, Path]:
    faults = [(k, f"{k}を入力してください") for k, v in got.items() if not v]
    name = got.get("番号", "")
    if name and not IDENT.fullmatch(name):
        faults.append(("番号", "番号は、半角の小文字で始め、小文字・数字・「_」で書いてください（例：child_name）"))
    held = typed.held_at(found.text, where)
    if name and isinstance(held, dict) and name in held:
        faults.append(("番号", "この番号は、もう使われています。別の番号にしてください"))
    if faults:
        raise FormWrong(faults)
    value: dict[str, Any] = {k: v for k, v in got.items() if k != "番号"}
    if where[-1] == "画面":
        value = {"題": got["題"], "番号": name, "項目": {f"{name}_1": {"問": got["問"], "型": "文字", "必須": "はい"}}}
    if where == ("手数料", "明細") and not isinstance(_data(found).get("手数料"), dict):  # until now it cost a number, mostly nothing
        return _cut(lambda: splice.put(found.text, where[:1], {"時期": "前納", "期限": "7", "明細": [value]})), (*where, 0)
    if where[-1] == "連携":
        value |= {"列": {"受付番号": "受付番号"}}
    if where[-1] == "文書":
        value |= {"処分": [str(k) for k in list((_data(found).get("審査") or {}).get("処分") or {})[:1]]}
    key: str | int = name if where[-1] not in LISTS else len(held) if isinstance(held, list) else 0
    at = (*where, key)
    if not held:
        return _cut(lambda: splice.put(found.text, where, [value] if isinstance(key, int) else {key: value})), at
    return _cut(lambda: splice.insert(found.text, at, value)), at


@login_required
@posts()
def act(request: HttpRequest, slug: str) -> HttpResponse:
    """A button beside a part: up, down, away, another number, repeated or not."""
    found, got = _copy(request, slug), request.POST
    what, _, path = got.get("act", "").partition(" ") if "act" in got else (got.get("what", ""), "", got.get("path", ""))
    where = read_address(unquote(path), _data(found))
    try:
        text, words = _acted(found, where, what, got.get("number", "").strip())
        services.copy_save(actor=actor_of(request), slug=slug, revision=got.get("revision", ""), text=text, words=words)
    except FormWrong as wrong:
        return copy_page(request, found, faults=[("main", w) for _, w in wrong.faults], status=422)
    except Overtaken:
        late = "ほかの人が先に保存しました。いまの定義を下で確かめて、もう一度押してください。"
        return copy_page(request, found, faults=[("main", late)], status=409)
    return see_other(_back(found, where[:2], "&order=1" if got.get("order", "") == "1" else ""))


def _acted(found: Copy, where: Path, what: str, number: str) -> tuple[str, str]:
    said = _said(where)
    if not where:
        raise CopyNotFound
    if what in ("up", "down"):
        return _cut(lambda: splice.move(found.text, where, 1 if what == "down" else -1)), f"{said}を{'下' if what == 'down' else '上'}へ動かした"
    if what == "drop" and where == ("手数料",):
        return _cut(lambda: splice.put(found.text, where, "0")), "手数料を取らないことにした"
    if what == "drop":
        alone = where[-2:-1] and where[-2] in OPTIONAL and len(typed.held_at(found.text, where[:-1])) == 1
        return _cut(lambda: splice.drop(found.text, where[:-1] if alone else where)), f"{said}を消した"
    if what == "repeat":
        value = {"番号": f"{_page_of(where, _data(found))}_list", "名": "お一人", "最少": "1", "最多": "10"}
        return _cut(lambda: splice.insert(found.text, (*where, "繰返"), value)), f"{said}をくり返しにした"
    if what == "rename":
        if not IDENT.fullmatch(number):
            raise FormWrong([("main", "番号は、半角の小文字で始め、小文字・数字・「_」で書いてください（例：child_name）")])
        return _cut(lambda: splice.rename(found.text, where, number)), f"{said}の番号を{number}に変えた"
    raise CopyNotFound


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def text(request: HttpRequest, slug: str) -> HttpResponse:
    """The whole file."""
    found = selectors.copy_get(actor=actor_of(request), slug=slug)
    faults: list[tuple[str, str]] = []
    shown, status = found.text, 200
    if request.method == "POST":
        insist(edits(actor_of(request), found.section))
        shown = request.POST.get("text", "")
        began = request.POST.get("revision", "")
        try:
            services.copy_save(actor=actor_of(request), slug=slug, revision=request.POST.get("over") or began, text=shown, words="YAMLを直した")
            return see_other(f"/staff/builder/{slug}/?saved=1")
        except FormWrong as wrong:
            faults, status = wrong.faults, 422
        except Overtaken as late:
            faults, status = [("text", late.ja)], 409
    context = about(request, found) | {"shown": shown, "faults": faults, "wrong": dict(faults)}
    if status != 200:  # what one began from stays: whoever presses again overwrites nobody without having said so
        context |= {"began": began, "theirs": selectors.changed_since(found, began)}
    return render(request, "builder/text.html", context, status=status)


@login_required
@require_safe
def file(request: HttpRequest, slug: str) -> HttpResponse:
    """The file, to keep or to give to another city."""
    found = selectors.copy_get(actor=actor_of(request), slug=slug)
    return HttpResponse(found.text, content_type="application/yaml; charset=utf-8",
                        headers={"Content-Disposition": f'attachment; filename="{found.slug}.yaml"'})
