"""The 受付票: proof that something arrived and when. No answers: it may lie open on a kitchen table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from madoguchi.kernel.kinds import ours

from ..words import moment_words
from . import qr
from .letter import table
from .sheet import MM, WIDTH, PdfFace, Sheet, render

SIZE = 11.0


def receipt_pdf(
    *, city_name: str, procedure: str, receipt: str, received: dt.datetime, remaining: Sequence[str] = (),
    contact: Sequence[str] = (), lookup: Sequence[str] = (), sample: bool = False, rare: Path | None = None,
) -> PdfFace:
    """A receipt. ``received`` must know its zone; it is printed in JST to the second, in 和暦. ``remaining`` says what
    is still to be done, ``lookup`` how to see how the case is going (no secrets), ``contact`` whom to ask."""
    def draw(sheet: Sheet) -> None:
        if sample:
            sheet.across("試用")
        _draw(sheet, city_name, procedure, receipt, received, remaining, contact, lookup)

    return render(draw, title=f"受付票 {receipt}", author=city_name, subject=procedure, rare=rare, margin=20 * MM)


def _draw(
    sheet: Sheet, city_name: str, procedure: str, receipt: str, received: dt.datetime, remaining: Sequence[str],
    contact: Sequence[str], lookup: Sequence[str],
) -> None:
    qr.draw(sheet, receipt, WIDTH - sheet.margin - 24 * MM, sheet.margin, 24 * MM)
    sheet.y += 8 * MM
    sheet.text(sheet.margin, sheet.y, city_name, 12)
    sheet.y += 11 * MM
    sheet.text(WIDTH / 2, sheet.y, "受付票", 20, bold=True, align="centre")
    sheet.y += 12 * MM
    sheet.paragraph("次のとおり受け付けました。この票は大切に保管してください。", SIZE)
    sheet.y += 3 * MM
    table(sheet, (("受付番号", receipt), ("手続き", procedure), ("到達した日時", moment_words(received))), 12)
    for title, lines in (("このあと残っていること", remaining or (ours("ありません。市役所からの連絡をお待ちください。"),)),
                         ("状況の調べ方", lookup), ("お問い合わせ", contact)):
        if not lines:
            continue
        sheet.y += 6 * MM
        sheet.need(30 * MM)
        sheet.paragraph(title, 12, bold=True)
        for line in lines:
            sheet.paragraph(line, SIZE, x=sheet.margin + SIZE, width=sheet.inner - SIZE)
    sheet.y += 6 * MM
    sheet.paragraph(ours("到達した日時は、市のサーバーに記録が終わった日本時間の時刻です。"), 9.5)
