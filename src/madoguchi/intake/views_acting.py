"""For whom a draft is written, and the copy that an agent keeps (docs/adr/0024)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from madoguchi.files.public import file_response
from madoguchi.identity.public import owner_of
from madoguchi.kernel.said import say
from madoguchi.web.posted import see_other

from . import acting, applications, drafts
from .form_parts import draft_url, procedures_section, sign_in_first, to_sign_in
from .receipts import receipt_file
from .views_copy import copy_page
from .views_office import company_acting


@sign_in_first()
@require_http_methods(["GET", "HEAD", "POST"])
def acting_page(request: HttpRequest, draft_id: str) -> HttpResponse:
    """One's own, or for somebody who gave a mandate for it."""
    owner = owner_of(request)
    draft = drafts.draft_get(owner=owner, draft_id=draft_id)
    if owner is not None and owner.business_id:
        return company_acting(request, owner, draft)
    offers = acting.offers(owner, draft.slug)
    d = drafts.published_of(draft).shown()
    chosen = request.POST.get("mandate", "") if request.method == "POST" else str(draft.mandate or "")
    faults: list[tuple[str, str]] = []
    if request.method == "POST":
        if chosen in ("self", *(m.id for m in offers)):
            acting.draft_act(owner=owner, draft_id=draft_id, mandate_id="" if chosen == "self" else chosen)
            return see_other(draft_url(draft, d.steps[0].id))
        faults = [("mandate-self", say("どなたの手続きかを選んでください"))]
    context = {"d": d, "draft": draft, "offers": offers, "chosen": chosen, "over": "over" in request.GET, "faults": faults,
               "section": procedures_section(d)}
    return render(request, "intake/acting.html", context, status=422 if faults else 200)


@require_safe
def copy(request: HttpRequest, application_id: str) -> HttpResponse:
    """What an agent sent, as it was sent; nothing of what came of it but what is asked of the filing, where they may answer that."""
    owner = owner_of(request)
    if owner is None or not owner.signed_in:
        return to_sign_in(request.path)
    row = applications.copy_get(owner=owner, application_id=application_id)
    return copy_page(request, row, [])


@require_safe
def copy_receipt(request: HttpRequest, application_id: str) -> HttpResponseBase:
    """The receipt (受付票) of what an agent sent."""
    owner = owner_of(request)
    if owner is None or not owner.signed_in:
        return to_sign_in(f"/my/{application_id}/copy/")
    row = applications.copy_get(owner=owner, application_id=application_id)
    return file_response(receipt_file(row), name=f"受付票_{row.receipt}.pdf")
