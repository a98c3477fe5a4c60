"""交付通知書 and お知らせ as sheets: one page a card, with the number, the address of the booking page and its code."""

from __future__ import annotations

from django.conf import settings

from madoguchi.kernel.eras import wareki
from madoguchi.offices.public import city

from .city import card_city
from .expiries import LETTER, Person, Told, expiries_of
from .models import Batch
from .rules import DOOR, Holder
from .selectors import NOTICE, Shown, cards_of

BODY, SMALL, QR_MM = 11.0, 9.5, 30
SUBJECT = {NOTICE: "マイナンバーカード交付通知書", "reminder": "マイナンバーカードをお預かりしています", LETTER: "有効期限のお知らせ"}
OPENING = {
    LETTER: "マイナンバーカードか電子証明書の有効期限が近づいています。期限の前に、窓口で更新してください。窓口に来る日時は、予約できます。",
    NOTICE: "マイナンバーカード(個人番号カード)ができました。来庁の日時を予約して、受取りにお越しください。",
    "reminder": "先にお知らせしたマイナンバーカードを、まだお預かりしています。来庁の日時を予約して、受取りにお越しください。"
                "行き違いで受け取られたときは、ご容赦ください。",
}
# 要確認: 交付に要る書類は個人番号カードの交付等に関する事務処理要領による。市の案内に合わせて直す。
BRING = ("この通知書", "本人確認書類(運転免許証などは1点、ないときは健康保険の資格確認書などを2点)",
         "お持ちの方は、通知カード・住民基本台帳カード・前のマイナンバーカード")


def batch_pdf(batch: Batch) -> bytes:
    """The letters of a batch, in the order of the cards in the safe. The same bytes whenever they are asked for."""
    from madoguchi.procedures.rules.faces.pdf.sheet import (  # 30 ms to import: only who prints needs it
        MM,
        Sheet,
        render,
    )

    cards, ends = cards_of(batch), expiries_of(batch)

    def draw(sheet: Sheet) -> None:
        told: list[tuple[Holder | Person, tuple[tuple[str, str], ...]]] = [(c.holder, _rows(c)) for c in cards]
        told += [(e.person, _end_rows(e)) for e in ends]
        for n, (who, rows) in enumerate(told):
            if n:
                sheet.new_page()
            _letter(sheet, batch, who, rows)

    return render(draw, title=f"{SUBJECT[batch.kind]} {batch.made_on}", author=f"{city().name}長", margin=20 * MM).data


def _rows(card: Shown) -> tuple[tuple[str, str], ...]:
    until = wareki(card.keep_until) if card.keep_until else ""
    place = city().sections[card_city().section].name
    return (("交付通知書番号", card.card.number), ("お預かりの期限", until), ("受取りの場所", f"{place}(くわしくは予約のページ)"),
            ("お持ちいただくもの", "\n".join(f"・{line}" for line in BRING)))


def _end_rows(told: Told) -> tuple[tuple[str, str], ...]:
    return (("期限の近いもの", f"マイナンバー{told.kind}" if told.row.kind == "card" else told.kind), ("期限", wareki(told.row.expires_on)),
            ("お持ちいただくもの", "・マイナンバーカード"))


def _letter(sheet, batch: Batch, holder: Holder | Person, rows: tuple[tuple[str, str], ...]) -> None:  # type: ignore[no-untyped-def]  # the sheet's module is imported late
    from madoguchi.procedures.rules.faces.pdf import qr
    from madoguchi.procedures.rules.faces.pdf.letter import table
    from madoguchi.procedures.rules.faces.pdf.sheet import MM, WIDTH

    section = city().sections[card_city().section]
    if not settings.PRODUCTION:
        sheet.across("試用")
    right = WIDTH - sheet.margin
    sheet.text(right, sheet.y + 12, wareki(batch.made_on), BODY, align="right")
    sheet.y += 16 * MM
    for line in (f"〒{holder.zip[:3]}-{holder.zip[3:]}", *sheet.wrap(holder.address, sheet.inner * 0.6, BODY), f"{holder.name} 様"):
        sheet.y += 18
        sheet.text(sheet.margin + BODY, sheet.y, line, BODY)
    sheet.y += 20 * MM
    sheet.text(right, sheet.y, f"{city().name}長", 12, align="right")
    sheet.y += 14 * MM
    sheet.text(WIDTH / 2, sheet.y, SUBJECT[batch.kind], 15, bold=True, align="centre")
    sheet.y += 6 * MM
    sheet.paragraph(OPENING[batch.kind], BODY, first="\u3000", leading=1.8)
    sheet.y += 4 * MM
    table(sheet, rows)
    sheet.y += 8 * MM
    sheet.need((QR_MM + 4) * MM)
    end = batch.kind == LETTER
    address, top, left = f"{settings.BASE_URL}{'/card/' if end else DOOR}", sheet.y, sheet.margin + 4 * MM
    qr.draw(sheet, address, left, top, QR_MM * MM)
    beside, width = left + (QR_MM + 6) * MM, sheet.inner - (QR_MM + 14) * MM
    sheet.paragraph("更新の予約" if end else "受取りの予約", BODY, x=beside, width=width, bold=True)
    sheet.paragraph(address, BODY, x=beside, width=width)
    how = "ページを開いて「更新する」を選びます。" if end else "ページを開き、上の交付通知書番号と生年月日を入れると、日時を選べます。"
    sheet.paragraph(f"{how}お電話でも予約できます。", SMALL, x=beside, width=width)
    sheet.y = max(sheet.y, top + QR_MM * MM) + 6 * MM
    sheet.paragraph(f"{section.name} 電話 {section.phone}({city().hours})", BODY)
