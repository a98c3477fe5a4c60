"""PDFs that are issued with a decision, at the desk."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from madoguchi.files.public import FileRefused, file_get, file_open, file_response, safe
from madoguchi.identity.public import fresh
from madoguchi.kernel.errors import NotFound
from madoguchi.kernel.written import TooLong
from madoguchi.web.posted import posts, see_other

from . import papers, pictures, printing, selectors
from .errors import NotNow, ReasonMissing
from .staff_views import actor_of, again


@login_required
@posts("/staff/case/{case_id}/")
def put(request: HttpRequest, case_id: str, document: str) -> HttpResponse:
    """Put a PDF in."""
    sent: Any = request.FILES.get("paper")
    if sent is None:
        return again(request, case_id, "PDFファイルを選んでから押してください。")
    try:
        papers.paper_put(actor=actor_of(request), case_id=case_id, document=document, source=sent, name=sent.name or "", size=sent.size or 0)
    except (FileRefused, NotNow) as wrong:
        return again(request, case_id, wrong.ja)
    return see_other(f"/staff/case/{case_id}/")


@login_required
@posts("/staff/case/{case_id}/")
def drop(request: HttpRequest, case_id: str, document: str) -> HttpResponse:
    """Take it out."""
    try:
        papers.paper_drop(actor=actor_of(request), case_id=case_id, document=document)
    except NotNow as wrong:
        return again(request, case_id, wrong.ja)
    return see_other(f"/staff/case/{case_id}/")


@login_required
@require_safe
def view(request: HttpRequest, case_id: str, paper_id: str) -> HttpResponseBase:
    """A PDF as it was put in: what an approver looks at."""
    found = selectors.case_get(actor=actor_of(request), case_id=case_id)
    paper = next((x for x in papers.papers_of(found) if str(x.id) == paper_id), None)
    if paper is None:
        raise NotFound("PDFが見つかりませんでした。画面を開き直してください。")
    return file_response(file_get(str(paper.file_id)), inline=True)


@login_required
@posts("/staff/case/{case_id}/")
@fresh
def picture(request: HttpRequest, case_id: str, file_id: str) -> HttpResponse:
    """A sheet of paper as it is, with its 個人番号, once."""
    try:
        entry = pictures.picture_reveal(actor=actor_of(request), case_id=case_id, file_id=file_id, why=request.POST.get("why", ""))
    except (ReasonMissing, TooLong) as wrong:
        return again(request, case_id, wrong.ja, form="picture", tab="files")
    with file_open(file_get(entry["id"])) as source:
        return safe(HttpResponse(source.read(), content_type=entry["kind"]))


@login_required
@require_safe
def signature(request: HttpRequest, case_id: str) -> HttpResponseBase:
    """What the person signed on the screen at the counter."""
    found = selectors.case_get(actor=actor_of(request), case_id=case_id)
    file_id = found.support.get("signature", {}).get("file", "")
    if not file_id:
        raise NotFound("画面の署名はありません。")
    return file_response(file_get(file_id), inline=True)


@login_required
@require_safe
def signed(request: HttpRequest, case_id: str) -> HttpResponse:
    """The paper that a law asks for, with the answers."""
    data = printing.case_print(actor=actor_of(request), case_id=case_id)
    return HttpResponse(data, content_type="application/pdf", headers={
        "Content-Disposition": 'inline; filename="paper.pdf"', "Cache-Control": "no-store"})
