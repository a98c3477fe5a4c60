"""The receipt (受付票) of a filed application."""

from __future__ import annotations

from django.conf import settings

from madoguchi.files.public import StoredFile, file_write
from madoguchi.offices.public import city
from madoguchi.procedures import public as procedures

from .codes import code_standing
from .models import Application


def _way_back(application: Application) -> tuple[str, tuple[str, ...]]:
    """(mark, lines): how whoever holds the receipt sees how it goes. Nothing secret: the code itself never stands on it."""
    look_up, standing = f"{settings.BASE_URL}/status/", code_standing(str(application.id))
    lost = "確認番号がわからないときは、同じページの「確認番号がわからないとき」をご覧ください。"
    if standing.way == "card":
        return "card", (f"{settings.BASE_URL}/my/ で、手続きのときと同じマイナンバーカードでログインしてください。確認番号は要りません。",)
    if standing.way == "company":
        return "company", (f"{settings.BASE_URL}/office/ で、手続きのときと同じGビズIDでログインしてください。確認番号は要りません。",)
    if standing.way == "none":
        return "none", (f"紙で受け付けた手続きです。{look_up} で見るには、受付番号のほかに確認番号が要ります。",
                        "確認番号は、まだお渡ししていません。担当課の窓口で、本人であることを確かめてからお渡しします。")
    if application.channel == "paper":
        return "handed", (f"{look_up} で、受付番号と、窓口でお渡しした確認番号(8けた)を入力してください。", lost)
    return "code", (f"{look_up} で、受付番号と確認番号(8けた)を入力してください。",
                    "確認番号は、送信した直後の画面に表示しました。この票には書いてありません。", lost)


def receipt_file(application: Application) -> StoredFile:
    """The PDF, made once and kept, and once more when the way back is another."""
    from madoguchi.procedures.rules.faces.pdf import receipt_pdf

    d = procedures.version(application.slug, application.version).definition
    mark, lookup = _way_back(application)
    section = city().sections[d.section]
    face = receipt_pdf(
        city_name=city().name, procedure=d.name, receipt=application.receipt, received=application.filed_at,
        remaining=tuple(x for x in (d.remaining, f"来庁が必要です: {d.visit}" if d.visit else "") if x),
        contact=(f"{city().name}役所 {section.name} {section.unit}", f"電話 {section.phone}({city().hours})"),
        lookup=lookup, sample=not settings.PRODUCTION,
    )
    return file_write(data=face.data, name=f"{application.receipt}.pdf", kind="application/pdf",
                      owner=f"case:{application.id}", place=f"receipts/{application.id}.{mark}.pdf")
