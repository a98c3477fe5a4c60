"""ゆうちょ銀行: an account as the passbook shows it (記号・番号), in every place where an account is typed."""

from __future__ import annotations

import io

import pytest
from reportlab.pdfgen.canvas import Canvas

from madoguchi.procedures.rules.faces.pdf.cells import cell_lines
from madoguchi.procedures.rules.faces.pdf.fonts import Fonts
from madoguchi.procedures.rules.faces.pdf.sheet import Sheet
from madoguchi.procedures.rules.fields import TYPES

from .test_fields import question, read, wide
from .test_pdf import NOWHERE

POST = {"bank": "ゆうちょ銀行", "branch": "11180", "kind": "普通", "number": "12345671", "holder": "ナナオ ハナコ"}


@pytest.mark.parametrize(("typed", "branch", "kind", "number"), [  # the bank's own formula, with invented numbers
    ({}, "118", "普通", "1234567"), ({"branch": wide("11180"), "number": wide("12345671")}, "118", "普通", "1234567"),
    ({"bank": "9900", "kind": "貯蓄"}, "118", "貯蓄", "1234567"), ({"bank": "ゆうちょ"}, "118", "普通", "1234567"),
    ({"number": "51"}, "118", "普通", "0000005"), ({"number": "1234561"}, "118", "普通", "0123456"),
    ({"branch": "11180-1"}, "118", "普通", "1234567"), ({"branch": "", "number": "11180-12345671"}, "118", "普通", "1234567"),
    ({"number": "11180 - 12345671"}, "118", "普通", "1234567"), ({"branch": "", "number": "11180ー1ー12345671"}, "118", "普通", "1234567"),
    ({"branch": "01310", "kind": "当座", "number": "57890"}, "139", "当座", "0057890"),
    ({"branch": "", "kind": "", "number": "01310-1-57890"}, "139", "当座", "0057890"),
    ({"branch": "118"}, "118", "普通", "1234567"), ({"branch": "一一八店", "number": "12345671"}, "118", "普通", "1234567"),
    ({"branch": "118", "number": "1234567"}, "118", "普通", "1234567"),
])
def test_an_account_of_the_post_bank_as_its_passbook_shows_it(typed, branch, kind, number):
    value, messages = read("口座", POST | typed)
    assert messages == []
    assert (value["bank"], value["branch"], value["kind"], value["number"]) == ("9900", branch, kind, number)
    assert TYPES["口座"].check(value, question("口座")) == [] and read("口座", TYPES["口座"].form(value, question("口座")))[0] == value


@pytest.mark.parametrize(("typed", "words"), [
    ({"number": "1234567"}, "最後の1まで"), ({"number": "123456781"}, "最後の1まで"), ({"number": ""}, "最後の1まで"),
    ({"branch": "11980"}, "記号を、通帳で確かめて"), ({"kind": "当座"}, "「普通」か「貯蓄」"),
    ({"branch": "01310", "number": "57890"}, "「当座」を選んで"), ({"branch": "01310", "kind": "当座", "number": "12345678"}, "7けたまで"),
    ({"kind": ""}, "種目を選んで"), ({"branch": "118", "number": "12345678"}, "7けたまで"), 
    ({"bank": "0146", "branch": "11180"}, "支店「11180」が見つかりません"),
])
def test_what_is_no_passbook_of_the_post_bank_is_told(typed, words):
    _, messages = read("口座", POST | typed)
    assert len(messages) == 1 and words in messages[0], messages


def test_the_paper_has_room_for_both():
    lines = [(line.text.strip(), line.boxes) for line in cell_lines(Sheet(Canvas(io.BytesIO()), Fonts(NOWHERE), 1), question("口座"), 400, None)]
    assert ("ゆうちょ銀行のときは、記号", 5) in lines and ("番号", 8) in lines and ("口座番号", 7) in lines


def test_programs_are_told_how_it_is_kept():
    assert "店番xx8" in TYPES["口座"].schema(question("口座"))["description"]
