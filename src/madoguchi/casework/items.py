"""What a clerk writes for a decision (決定項目), tidied before it is kept."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from madoguchi.procedures.public import Question

WIDE = re.compile(r"[０-９Ａ-Ｚａ-ｚ]+(?:[－．／][０-９Ａ-Ｚａ-ｚ]+)*")


def plain(questions: Iterable[Question], answers: dict[str, Any]) -> dict[str, Any]:
    """The answers with full-width digits and letters of short texts (認定番号 …) made plain: a core system reads 「第123号」, whichever
    way the keyboard stood. Other characters stay as they are."""
    short = {q.id for q in questions if q.type == "文字"}
    return {key: WIDE.sub(lambda found: unicodedata.normalize("NFKC", found[0]), value) if key in short and isinstance(value, str) else value
            for key, value in answers.items()}
