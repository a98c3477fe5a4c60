"""Invented notices and slips for the tests of slips; and a slip as the eye sees it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import re
from typing import Any

import pypdf
import pypdfium2

from madoguchi.collection.slips import draw
from madoguchi.collection.slips.parts import Addressee, ElCodes, Issuer, Line, Notice, Payeasy, Slip

DUES = (dt.date(2026, 6, 1), dt.date(2026, 7, 31), dt.date(2026, 12, 25), dt.date(2027, 3, 1))
HANAKO = Addressee("七尾　花子", "9268611", ("石川県七尾市袖ヶ江町イ部25番地", "見本ハイツ七尾 203号室"))
ISSUER = Issuer("石川県七尾市", "七尾市長　見本　太郎", ("七尾市 総務部 税務課", "電話 0767-53-0000"), "172022")
LAW = ("地方税法第364条及び第702条の8並びに七尾市税条例の規定により、令和8年度の固定資産税・都市計画税を次のとおり決定しましたので、通知します。"
       "各納期限までに、同封の納付書により納めてください。")
APPEAL = ("1 この処分に不服があるときは、この通知書を受け取った日の翌日から起算して3か月以内に、七尾市長に対して審査請求をすることができます。\n"
          "2 この処分の取消しの訴えは、前記の審査請求に係る裁決の送達を受けた日の翌日から起算して6か月以内に提起することができます。")


def slip(instalment: int = 1, amount: int = 24_500, key: int = 1, **other: Any) -> Slip:
    """One slip of a tax in four instalments."""
    due = DUES[max(instalment, 1) % 5 - 1]
    given = {
        "charge": "固定資産税・都市計画税", "fiscal_year": 2026, "tax_year": 2026, "instalment": instalment, "instalments": 4,
        "amount": amount, "due": due, "valid_until": due, "number": f"99999999{key:011d}{instalment}", "confirm": "123456",
        "el": ElCodes("99999", "999", "000"), "cvs_company": "999999", "payeasy": Payeasy("99999", "999"),
        "ocr": (f"99999{key:011d}{instalment}1234567", f"{amount:010d} {due:%Y%m%d}"),
    }
    return Slip(**{**given, **other})


def notice(key: int = 1, *, amount: int = 24_500, **other: Any) -> Notice:
    """A notice with a slip for the year and four for its instalments."""
    slips = (slip(0, amount * 4, key), *(slip(number, amount, key) for number in range(1, 5)))
    given = {
        "addressee": HANAKO, "title": "令和8年度 固定資産税・都市計画税 納税通知書", "law": LAW, "notice_number": f"{key:08d}",
        "issued_on": dt.date(2026, 4, 10), "issuer": ISSUER, "total": amount * 4, "slips": slips, "appeal": APPEAL, "trial": True,
        "lines": (Line("土地　固定資産税課税標準額", "3,412,000円"), Line("固定資産税　相当税額", amount * 4)),
    }
    return Notice(**{**given, **other})


def named(name: str, *lines: str, key: int = 1, **other: Any) -> Notice:
    """The same notice to somebody else."""
    return notice(key, addressee=dataclasses.replace(HANAKO, name=name, lines=lines or HANAKO.lines), **other)


def printed(*notices: Notice, **how: Any) -> bytes:
    """A file of notices."""
    out = io.BytesIO()
    draw.write(out, notices, title="納税通知書", author="石川県七尾市", **how)
    return out.getvalue()


def words(data: bytes, page: int) -> str:
    """All text of a page without spaces and line ends."""
    return re.sub(r"\s", "", pypdf.PdfReader(io.BytesIO(data)).pages[page].extract_text())


def pages(data: bytes, dpi: int = 300) -> list[Any]:
    """What a printer puts on paper."""
    document = pypdfium2.PdfDocument(data)
    return [page.render(scale=dpi / 72, grayscale=True).to_pil() for page in document]


def boxes(data: bytes, page: int) -> list[tuple[str, float, float, float, float]]:
    """Each character with its left, top, right, bottom in mm from the upper left."""
    document = pypdfium2.PdfDocument(data)
    height = document[page].get_height()
    text = document[page].get_textpage()
    out = []
    for at in range(text.count_chars()):
        left, bottom, right, top = text.get_charbox(at)
        code = pypdfium2.raw.FPDFText_GetUnicode(text, at)
        if 0xD800 <= code < 0xDC00:  # pdfium counts in UTF-16: the second half has the same box
            code = 0x10000 + ((code - 0xD800) << 10) + pypdfium2.raw.FPDFText_GetUnicode(text, at + 1) - 0xDC00
        character = chr(code) if not 0xDC00 <= code < 0xE000 else ""
        if right > left and character.strip():
            out.append((character, *(n / 72 * 25.4 for n in (left, height - top, right, height - bottom))))
    return out
