"""事業所の登録: for the sections that keep organisations, and the administrator. Japanese only."""

from __future__ import annotations

import re
from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from madoguchi.identity.public import Staff
from madoguchi.kernel.errors import Conflict
from madoguchi.offices.public import city
from madoguchi.web.posted import posts, see_other

from . import organisation_import, organisations
from .errors import OrganisationWrong
from .models import Organisation
from .organisation_rules import KINDS, files

FIELDS = {"kind": "種類", "name": "名称", "number": "法人番号", "office": "事業所番号", "zip": "郵便番号", "city": "市区町村", "town": "町名",
          "lot": "番地", "building": "建物", "phone": "電話番号", "chief": "代表者", "starts": "開始日", "ends": "終了日"}


def _actor(request: HttpRequest) -> Staff:
    return cast(Staff, request.user)


@login_required
@require_safe
def organisation_page(request: HttpRequest) -> HttpResponse:
    """The organisations of one's sections."""
    query = request.GET.get("q", "").replace("\x00", "").strip()
    rows = organisations.organisation_list(actor=_actor(request), query=query)
    return render(request, "agency/organisations.html", {
        "rows": [(row, organisations.works(row), KINDS[row.kind].ja, _section(row.section)) for row in rows], "query": query,
        "most": organisations.MOST, "done": re.fullmatch(r"(\d{1,4})-(\d{1,4})", request.GET.get("done", ""), re.ASCII)})


def _section(key: str) -> str:
    return city().sections[key].name


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def organisation_new(request: HttpRequest) -> HttpResponse:
    """Register one."""
    actor = _actor(request)
    sections = organisations.desk_check(actor)
    section = request.POST.get("section") or request.GET.get("section", "")
    section = section if section in sections else next((s for s in sections if organisations.delegable(s)), sections[0])
    if request.method != "POST":
        return _form(request, None, section, sections, {}, [])
    return _save(request, None, section, sections)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def organisation(request: HttpRequest, organisation_id: str) -> HttpResponse:
    """One of them: look, change."""
    row = organisations.organisation_get(actor=_actor(request), organisation_id=organisation_id)
    if request.method == "POST":
        return _save(request, row, row.section, [row.section])
    return _form(request, row, row.section, [row.section], _typed(row), [])


def _typed(row: Organisation) -> dict[str, object]:
    plain = {"kind": row.kind, "name": row.name, "number": row.number, "office": row.office, "phone": row.phone, "chief": row.chief,
             "starts": row.starts.isoformat(), "ends": row.ends.isoformat() if row.ends else ""}
    return plain | dict(row.address) | {"procedures": row.procedures}


def _save(request: HttpRequest, row: Organisation | None, section: str, sections: list[str]) -> HttpResponse:
    sent, chosen = request.POST, request.POST.getlist("procedures")
    cells = {ja: sent.get(key, "")[:200] for key, ja in FIELDS.items()} | {"手続": "|".join(chosen)}
    entry, unread = organisation_import.entry_read(section, cells, {slug: slug for slug in organisations.delegable(section)})
    typed: dict[str, object] = {key: sent.get(key, "") for key in FIELDS} | {"procedures": chosen}
    faults = [("ends" if "終了日" in ja else "starts", ja) for ja in unread]
    try:
        if faults:
            known = {field for field, _ in faults}
            raise OrganisationWrong([*faults, *(f for f in organisations.entry_faults(entry) if f[0] not in known)])
        saved = organisations.organisation_write(actor=_actor(request), entry=entry, organisation_id=str(row.id) if row else "")
    except OrganisationWrong as wrong:
        return _form(request, row, section, sections, typed, wrong.faults)
    except Conflict as over:
        return _form(request, row, section, sections, typed, [("name", over.ja)])
    return see_other(f"/staff/organisations/{saved.id}/?done=saved")


def _form(request: HttpRequest, row: Organisation | None, section: str, sections: list[str], typed: dict[str, object],
          faults: list[tuple[str, str]]) -> HttpResponse:
    choices = [(slug, d.name, "・".join(kind.ja for key, kind in KINDS.items() if files(d, key)))
               for slug, d in organisations.delegable(section).items()]
    return render(request, "agency/organisation.html", {
        "row": row, "works": bool(row and organisations.works(row)), "section": section, "sections": [(s, _section(s)) for s in sections],
        "kinds": KINDS, "choices": choices, "typed": typed, "faults": faults, "wrong": dict(reversed(faults)), "done": request.GET.get("done", ""),
    }, status=422 if faults else 200)


@login_required
@posts()
def organisation_over(request: HttpRequest, organisation_id: str) -> HttpResponse:
    """End it, with the reason."""
    try:
        organisations.organisation_end(actor=_actor(request), organisation_id=organisation_id, why=request.POST.get("why", ""))
    except OrganisationWrong as wrong:
        row = organisations.organisation_get(actor=_actor(request), organisation_id=organisation_id)
        return _form(request, row, row.section, [row.section], _typed(row), wrong.faults)
    return see_other(f"/staff/organisations/{organisation_id}/?done=ended")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def organisations_file(request: HttpRequest) -> HttpResponse:
    """Import a file: all of it, or a report of everything that is wrong with it."""
    actor, sent, faults = _actor(request), request.FILES.get("file"), list[tuple[str, str]]()
    sections = organisations.desk_check(actor)
    section = request.POST.get("section", sections[0])
    if request.method == "POST":
        try:
            if sent is None:
                raise OrganisationWrong([("file", "取り込むCSVファイルを選んでください")])
            raw = sent.read(organisation_import.MOST_BYTES + 1)
            new, changed = organisation_import.organisations_import(actor=actor, section=section, raw=raw)
            return see_other(f"/staff/organisations/?done={new}-{changed}")
        except OrganisationWrong as wrong:
            faults = wrong.faults
    return render(request, "agency/organisations_file.html", {
        "sections": [(s, _section(s)) for s in sections], "section": section, "faults": faults, "columns": organisation_import.COLUMNS,
        "kinds": KINDS, "procedures": [(slug, d.name) for s in sections for slug, d in organisations.delegable(s).items()],
    }, status=422 if faults else 200)
