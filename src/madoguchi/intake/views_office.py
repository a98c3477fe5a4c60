"""The pages of a company that signed in with GビズID: what it has in hand, and as whom it files."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from madoguchi.agency import public as agency
from madoguchi.identity.public import Owner, business_of, owner_of
from madoguchi.kernel import clock
from madoguchi.kernel.said import say
from madoguchi.procedures import public as procedures
from madoguchi.web.posted import see_other
from madoguchi.web.typed import page_typed

from . import acting, applications, companies, drafts, listing, talk
from .form_parts import draft_url, procedures_section, to_sign_in
from .models import Application, Draft
from .rules import STATUS_WORDS

MANDATES = 50  # on a page


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """お預かりしている手続き: registrations, mandates, drafts, and what was filed."""
    owner = owner_of(request)
    company = business_of(owner)
    if owner is None or company is None:
        return see_other("/my/") if owner is not None and owner.natural else to_sign_in("/office/", "office")
    registered = agency.organisations_of(owner=owner)
    given = agency.organisation_mandates(owner=owner)
    held = Paginator([pair for pair in given if pair[1].accepted_at], MANDATES).get_page(page_typed(request.GET.get("mandates", "1")))
    names = {p.slug: p.shown().name for p in procedures.catalogue()}
    context = {
        "company": company, "registrations": [_registration(row, names) for row in registered],
        "registered": any(agency.organisation_works(row) for row in registered),
        "asked": [(org, agency.shown(row, owner, known=True)) for org, row in given if not row.accepted_at],
        "mandates": [(org, agency.shown(row, owner, known=True)) for org, row in held], "held": held,
        "drafts": [_draft(row) for row in drafts.draft_list(owner=owner)], **_rows(owner, request.GET.get("page", "1")),
        "own": [p.shown() for p in procedures.catalogue() if agency.own_name(p.definition)],
    }
    return render(request, "intake/office.html", context)


def _registration(row: agency.Organisation, names: dict[str, str]) -> dict[str, Any]:
    closed, today = row.closed_at is not None, clock.today()
    works = agency.organisation_works(row)
    return {"row": row, "kind": agency.KINDS[row.kind].ja, "works": works, "words": agency.registration_words(row.starts, row.ends, closed, today),
            "procedures": [(slug, names[slug]) for slug in row.procedures if slug in names] if works else []}


def _draft(row: Draft) -> dict[str, Any]:
    d = drafts.published_of(row).shown()
    return {"draft": row, "d": d, "url": draft_url(row, next((s.id for s in d.steps if s.id not in row.done), "check"))}


def _rows(owner: Owner, page: str) -> dict[str, Any]:
    """A page of what the company filed: what waits for it, then the newest. Where it stands is told only where a mandate (or its own name)
    says so."""
    found = listing.filed_page(owner=owner, page=page)
    whole = {a.id for a in found.whole}
    every = sorted([*found.whole, *found.copies], key=lambda a: (a.status in listing.WAITING, a.filed_at), reverse=True)
    news = talk.waiting([a.id for a in found.whole])
    rows = [_row(a, a.id in whole) | {"news": str(a.id) in news} for a in every]
    return {"page": found, "rows": rows, "others": any(a.acting for a in every)}


def _row(a: Application, seen: bool) -> dict[str, Any]:
    name = companies.represented_name(a, applications.copy_answers(a)) if a.acting else ""
    asked = not seen and a.status == "correction" and acting.answers(a)
    owed = not seen and a.status == "unpaid"  # who filed it is asked to pay
    return {"asked": asked, "owed": owed, "a": a, "d": applications.published_of(a).shown(), "seen": seen,
            "words": STATUS_WORDS[a.status] if seen or owed else "",
            "for": name, "office": a.acting.get("name", ""), "url": f"/my/{a.id}/" if seen else f"/my/{a.id}/copy/"}


def company_acting(request: HttpRequest, owner: Owner, draft: Draft) -> HttpResponse:
    """As which organisation, for whom, or in the company's own name (the draft is the company's)."""
    found = companies.choices(owner, draft.slug)
    d = drafts.published_of(draft).shown()
    stored = f"{draft.organisation}:{draft.mandate}" if draft.mandate else str(draft.organisation or "")
    chosen = request.POST.get("way", "") if request.method == "POST" else stored or (found[0].value if len(found) == 1 else "")
    faults: list[tuple[str, str]] = []
    if request.method == "POST":
        if chosen in {c.value for c in found}:
            companies.draft_choose(owner=owner, draft_id=str(draft.id), value=chosen)
            return see_other(draft_url(draft, d.steps[0].id))
        faults = [("way-0", say("どの立場で手続きするかを選んでください"))]
    context = {"d": d, "draft": draft, "choices": found, "chosen": chosen, "over": "over" in request.GET, "faults": faults,
               "section": procedures_section(d), "company": business_of(owner)}
    return render(request, "intake/company_acting.html", context, status=422 if faults else 200)
