"""The receipt (受付票) of a filed application."""

from __future__ import annotations

from django.conf import settings

from madoguchi.files.public import StoredFile, file_write
from madoguchi.offices.public import city
from madoguchi.procedures import public as procedures

from .models import Application


def receipt_file(application: Application) -> StoredFile:
    """The PDF, made once and kept."""
    from madoguchi.procedures.rules.faces.pdf import receipt_pdf

    d = procedures.version(application.slug, application.version).definition
    section = city().sections[d.section]
    face = receipt_pdf(
        city_name=city().name, procedure=d.name, receipt=application.receipt, received=application.filed_at,
        remaining=tuple(x for x in (d.remaining, f"来庁が必要です: {d.visit}" if d.visit else "") if x),
        contact=(f"{city().name}役所 {section.name} {section.unit}", f"電話 {section.phone}({city().hours})"),
        lookup=(f"{settings.BASE_URL}/status/ で、受付番号を入力してください。",), sample=not settings.PRODUCTION,
    )
    return file_write(data=face.data, name=f"{application.receipt}.pdf", kind="application/pdf",
                      owner=f"case:{application.id}", place=f"receipts/{application.id}.pdf")
