"""紙: the sheet that a law still asks for, with what stands in a draft or was filed (docs/adr/0046)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from madoguchi.kernel.errors import NotFound
from madoguchi.kernel.said import say
from madoguchi.offices.public import city
from madoguchi.procedures import public as procedures
from madoguchi.procedures.public import Published

from . import acting, applications, drafts
from .errors import NoPaper
from .models import Application, Draft

DROPPED = {"withdrawn", "lapsed"}  # nothing is filed any more


def wants_paper(row: Application) -> bool:
    """Does a law ask for a paper beside this application?"""
    return applications.published_of(row).definition.paper is not None and row.status not in DROPPED


def paper_of(row: Application) -> bytes:
    """The PDF with what was filed, for those who have got the application as theirs. Raises NoPaper."""
    if not wants_paper(row):
        raise NoPaper
    return _pdf(applications.published_of(row), row.answers, row.receipt)


def paper_of_draft(draft: Draft) -> bytes:
    """The same of a draft, and of what was filed from it, for those who have got the draft as theirs. Raises NoPaper, NotFound."""
    published = drafts.published_of(draft)
    if draft.state != "open":
        row = Application.objects.filter(draft=draft).first()
        if row is None:
            raise NotFound(say("この手続きは見つかりませんでした。受付番号を確認するか、ログインし直してください。"))
        return paper_of(row)
    if published.definition.paper is None:
        raise NoPaper
    d = published.definition
    return _pdf(published, procedures.judge(d, drafts.facts(draft.answers), acting.counts(d, draft)).answers, "")


def _pdf(published: Published, answers: Mapping[str, Any], receipt: str) -> bytes:
    from madoguchi.procedures.rules.faces.pdf import signed_paper  # 30 ms to import

    d, here = published.definition, city()
    return signed_paper(d, here.name, answers, receipt=receipt, head=here.sections[d.section].head, sample=not settings.PRODUCTION).data
