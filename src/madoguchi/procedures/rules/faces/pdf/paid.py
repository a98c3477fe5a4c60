"""The 領収証 of a fee."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from ..words import moment_words
from .letter import table
from .sheet import MM, WIDTH, PdfFace, Sheet, render


def paid_face(
    *, city_name: str, section: str, number: str, subject: str, receipt: str, lines: Sequence[tuple[str, int, int, int]], amount: int,
    refunded: int, paid_at: dt.datetime | None, means: str, void: bool = False, sample: bool = False,
    fee: bool = True,
) -> PdfFace:
    """A receipt. ``lines`` are (what, unit, how many, sum) in yen; ``paid_at`` must know its zone.
    ``fee``: it is one, not a tax. ``void``: the money was taken by mistake and has gone back; the paper says that it proves nothing."""
    rows = [(label, f"{unit:,}円 × {count} = {total:,}円" if unit else f"{total:,}円") for label, unit, count, total in lines]
    rows += [("受付番号", receipt), ("支払いの方法", means), ("領収の日時", moment_words(paid_at) if paid_at else ""), ("領収番号", number)]
    rows += [("還付した金額", f"{refunded:,}円")] if refunded else []

    def draw(sheet: Sheet) -> None:
        if sample or void:
            sheet.across("取消し" if void else "試用")
        sheet.y += 8 * MM
        sheet.text(WIDTH / 2, sheet.y, "領収証", 20, bold=True, align="centre")
        sheet.y += 16 * MM
        sheet.text(WIDTH / 2, sheet.y, f"{amount:,}円", 24, bold=True, align="centre")
        sheet.y += 12 * MM
        sheet.paragraph("打ち間違いのため取り消し、お金を返しました。この領収証は無効です。" if void
                        else f"{subject}{'の手数料' if fee else ''}として、上の金額を領収しました。", 12)
        sheet.y += 4 * MM
        table(sheet, tuple(rows), 11)
        sheet.y += 10 * MM
        sheet.text(WIDTH - sheet.margin, sheet.y, f"{city_name} {section}", 12, align="right")

    return render(draw, title=f"領収証 {number}", author=city_name, subject=subject, rare=None, margin=20 * MM)
