"""The copy that an agent keeps, with what an organisation without a standing 委任 may still answer (docs/adr/0024, 0029)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from madoguchi.procedures import public as procedures
from madoguchi.procedures.public import Definition

from . import acting, applications, drafts, paying, retold
from .form_parts import procedures_section
from .models import Application
from .views_documents import slot_view


def later_views(application: Application, d: Definition, refused: list[tuple[str, str]]) -> list[dict[str, Any]]:
    """The slots for documents that may follow, with what was refused at each."""
    open_slots = {a.id for a in applications.later_slots(application)}
    return [slot_view(a, errors=[ja for anchor, ja in refused if anchor == f"file-{a.id}"]) for a in d.attachments if a.id in open_slots]


def copy_page(request: HttpRequest, row: Application, refused: list[tuple[str, str]]) -> HttpResponse:
    """What was sent, as it was sent; the caller has found it as theirs (``copy_get``)."""
    d = applications.published_of(row).shown()
    verdict = procedures.Verdict(applications.copy_answers(row), attachments=())
    answers = acting.answers(row)
    paid, backs = paying.back_filed(row)
    context = {"a": row, "d": d, "sent": request.GET.get("sent", ""), "section": procedures_section(d),
               "summary": drafts.summary(d, verdict, {}, day=row.filed_on), "answers": answers,
               "correction": retold.correction(row.view.get("correction")) if answers and row.status == "correction" else None,
               "later": later_views(row, d, refused) if answers else [], "faults": refused, "unpaid_end": paying.unpaid_end(row),
               "fee": paying.fee_of(row) if row.status == "unpaid" else None, "paid": paid, "backs": backs}
    return render(request, "intake/copy.html", context, status=422 if refused else 200)
