"""An inventory for trials: names from reference.csv (each row says where it is from), everything that only a city knows is invented and
says so."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Sequence
from pathlib import Path

from .columns import LABELS
from .rules import IDENTITY, safe_cell

REFERENCE = Path(__file__).with_name("reference.csv")
INVENTED = "件数・本人確認手法・手数料・処理期間・阻害要因・目標年度は架空です（試用）"
HEAD = (*LABELS.values(), "出典", "備考")
ASKED = "氏名、フリガナ、生年月日、住所、電話番号、申請の理由"
PAPERS = ("", "", "本人確認書類の写し", "委任状（代理の方のとき）", "本人確認書類の写し、委任状（代理の方のとき）",
          "位置図、平面図、現場の写真", "納税証明書の原本")
OBSTACLES = ("", "", "", "", "規則で書面による提出を求めている", "窓口で面談をして様子を確かめる", "手数料を窓口で受け取っている",
             "申請書に押印を求めている",
             "課の間で紙を回して審査している")


def reference() -> list[dict[str, str]]:
    """All that names are known of."""
    with REFERENCE.open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


def rows(count: int, *, seed: int) -> list[list[str]]:
    """So many rows under HEAD. Raises ValueError that says how many there can be."""
    known = reference()
    if not 1 <= count <= len(known):
        raise ValueError(f"作れるのは1行から{len(known)}行までです。--rows を直してください")
    chance, out = random.Random(seed), []  # noqa: S311 - invented data
    for number, found in enumerate(known[:count], 1):
        identity = chance.choices(list(IDENTITY), weights=(1, 4, 4, 6, 1, 4))[0]
        paid = "証明書" in found["手続名"] and "交付" in found["手続名"]
        cells = found | {
            "手続ID": f"N{number:04d}", "申請等における本人確認手法": f"{identity} {IDENTITY[identity]}", "手数料": "1通300円" if paid else "なし",
            "申請時に添付させる書類": found["申請時に添付させる書類"] or chance.choice(PAPERS),
            "申請書等に記載させる情報": found["申請書等に記載させる情報"] or ASKED,
            "処理期間": f"{chance.choice((1, 3, 7, 14, 30))}日", "総手続件数": str(int(chance.lognormvariate(4, 1.6))),
            "オンライン化の実施状況": chance.choice(("実施済", "未実施", "未実施", "未実施")), "阻害要因": chance.choice(OBSTACLES),
            "目標年度": f"令和{chance.choice((4, 5, 5, 5, 6, 8, 9))}年度", "備考": INVENTED}
        out.append([cells.get(name, "") for name in HEAD])
    return out


def as_csv(table: Sequence[Sequence[str]]) -> bytes:
    """UTF-8 with a mark of byte order."""
    out = io.StringIO()
    csv.writer(out).writerows([[safe_cell(c) for c in row] for row in (HEAD, *table)])
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(table: Sequence[Sequence[str]]) -> bytes:
    """A workbook; every cell is a text."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("手続棚卸")
    for row in (HEAD, *table):
        sheet.append([safe_cell(c) for c in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
