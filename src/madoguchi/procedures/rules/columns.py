"""What a column of a hand-over may say beside questions: facts of the row, and a part of an item of a group."""

from __future__ import annotations

import re

ROW_WORDS = (
    "受付番号", "受付日", "受付日時", "処分", "処分日", "文書番号", "理由", "宛名", "手続名", "担当", "版", "届出人", "審査結果",
    "決定の回", "前の文書番号", "前の処分日", "法人番号",
)
PAIR = re.compile(r"(\w+)\.(\w+)\((\w+)\)")
