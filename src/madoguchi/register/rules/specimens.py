"""The invented people of the trial, as the register holds them: the residents of the sign-in page, with families, and with
the small disagreements that a clerk meets (a flat left out, another shape of a character, somebody under 支援措置)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from .columns import HEAD, Entry

_CITY = {"prefecture": "石川県", "city": "七尾市"}
_SODEGAE = _CITY | {"zip": "9268611", "town": "袖ケ江町", "lot": "イ部25番地"}
_SHINMEI = _CITY | {"zip": "9260046", "town": "神明町", "lot": "1番地", "building": "グリーンハイツ203号"}
_NAKAJIMA = _CITY | {"zip": "9292222", "town": "中島町中島", "lot": "甲1番地"}
_TATSURUHAMA = _CITY | {"zip": "9292121", "town": "田鶴浜町", "lot": "り部11番地"}
_WAKURA = _CITY | {"zip": "9260175", "town": "和倉町", "lot": "ヨ部100番地", "building": "コーポみなと101号"}
_UNDER = {"protected": "1", "protected_from": "2026-04-01", "protected_until": "2027-03-31"}

SPECIMENS = (
    Entry("900000001", "990000001", "見本\u3000健太", "ミホン\u3000ケンタ", HEAD,
          gender="1", born="1989-10-02", since="2015-04-01", **_SODEGAE),
    Entry("900000002", "990000001", "見本\u3000花子", "ミホン\u3000ハナコ", "妻",
          gender="2", born="1991-07-25", since="2015-04-01", **_SODEGAE),
    Entry("900000003", "990000001", "見本\u3000さくら", "ミホン\u3000サクラ", "子",
          gender="2", born="2019-05-06", since="2019-05-06", **_SODEGAE),
    Entry("900000004", "990000001", "見本\u3000一郎", "ミホン\u3000イチロウ", "子",
          gender="1", born="2025-11-01", since="2025-11-01", **_SODEGAE),
    Entry("900000005", "990000002", "見本\u3000太郎", "ミホン\u3000タロウ", HEAD,
          gender="1", born="1988-03-02", since="1988-03-02", **_SHINMEI),
    Entry("900000006", "990000003", "試用\u3000うめ", "シヨウ\u3000ウメ", HEAD,
          gender="2", born="1944-11-03", since="1967-05-20", **_NAKAJIMA),
    Entry("900000007", "990000004", "試用\u3000次郎", "シヨウ\u3000ジロウ", HEAD,
          gender="1", born="1970-05-17", since="1970-05-17", **_TATSURUHAMA),
    Entry("900000008", "990000004", "試用\u3000惠", "シヨウ\u3000メグミ", "妻",
          gender="2", born="1972-02-11", since="1998-06-06", **_TATSURUHAMA),
    Entry("900000009", "990000005", "試用\u3000まもり", "シヨウ\u3000マモリ", HEAD,
          gender="2", born="1995-04-10", since="2026-03-20", **_WAKURA, **_UNDER),
    Entry("900000010", "990000005", "試用\u3000あかり", "シヨウ\u3000アカリ", "子",
          gender="2", born="2021-08-30", since="2026-03-20", **_WAKURA),
)


def specimens_in(*, prefecture: str, city: str, zip_code: str, town: str, lot: Callable[[str], str]) -> tuple[Entry, ...]:
    """The same people in another city: ``town`` has them all, ``lot`` says where in it somebody of a town and lot of 七尾 lives."""
    return tuple(dataclasses.replace(e, prefecture=prefecture, city=city, zip=zip_code, town=town, lot=lot(e.town + e.lot)) for e in SPECIMENS)
