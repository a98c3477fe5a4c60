"""What a 納税通知書 must say (地方税法1条1項6号): what the tax is made of, where to pay, what happens if not."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import io

import pypdf
import pytest
from django.core.management import call_command

from madoguchi.collection import changes, charges, demand_sheet, demands, keeping, trial
from madoguchi.collection.changed_sheets import changes_of
from madoguchi.collection.errors import SheetWrong
from madoguchi.collection.models import Change, Demand, Instalment
from madoguchi.collection.sheets import notices_of, slips_of
from madoguchi.collection.slips import draw

from .conftest import HEAD, changes_text, sheet_text

ISSUED = dt.date(2026, 5, 1)
WITH = HEAD.strip() + ",内訳1,内訳2\n"


def lined(*lines: str, parts: int = 1) -> str:
    """調定 of one person with 内訳 on every line."""
    return WITH + "".join(f"{row},{','.join(lines)}\n" for row in sheet_text(people=1, parts=parts).splitlines()[1:])


def take(text, charge="keiji"):
    return demands.demands_take(actor="test", charge=charge, year=2026, data=text.encode(), name="調定.csv")[0]


def letter(charge="keiji"):
    notice, = notices_of([Demand.objects.get(charge=charge).id], ISSUED)
    return text_of(draw.one(notice)[0])


def text_of(data):
    return "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages).replace("\n", "").replace(" ", "")


def test_the_notice_says_what_the_law_asks_for(hall) -> None:
    take(lined("標識番号=見本市 あ 00-01", "税率（年額）＝10000円"))
    text = letter()
    for words in ("標識番号", "見本市あ00-01", "税率（年額）", "年税額", "納付の場所", "納期限までに納めないとき",
                  "指定金融機関", "滞納処分", "審査請求"):
        assert words in text, words


def test_slips_that_are_printed_again_carry_no_letter_of_the_law(hall) -> None:
    take(lined("標識番号=見本市 あ 00-01", ""))
    assert "標識番号" not in text_of(draw.one(slips_of(Demand.objects.get(), ISSUED), letter=False)[0])


@pytest.mark.parametrize(("cell", "words"), [
    ("標識番号", "2行目 「内訳2」は「見出し=値」の形で書いてください"),
    ("=3", "2行目 「内訳2」は「見出し=値」の形で"),
    ("あ" * 31 + "=1", "2行目 「内訳2」は、見出しを全角30文字まで"), 
    ("税率=" + "９" * 19, "2行目 「内訳2」は、見出しを全角30文字まで、値を全角18文字まで")])
def test_a_wrong_cell_is_told_with_its_line_and_column(cell, words) -> None:
    with pytest.raises(SheetWrong) as refused:
        demand_sheet.read(lined("課税標準額=1円", cell).encode(), year=2026, names={})
    assert [line[:len(words)] for line in refused.value.lines] == [words]


def test_the_lines_of_a_notice_say_the_same(hall) -> None:
    text = lined("課税標準額=1円", "", parts=2).replace("課税標準額=1円", "課税標準額=2円", 1)
    with pytest.raises(SheetWrong) as refused:
        take(text)
    assert "内訳が2行目と違います" in refused.value.lines[0]


def test_an_import_without_them_is_taken_and_warned_of(hall, capsys, tmp_path, monkeypatch) -> None:
    file = tmp_path / "調定.csv"
    file.write_text(sheet_text(people=2, parts=1))
    call_command("collection", "demands", "import", str(file), "--charge", "keiji", "--year", "2026")
    assert "注意: 通知書2件に内訳がありません" in capsys.readouterr().err
    assert demands.warnings_of(take(lined("課税標準額=1円", ""), charge="kotei")) == []
    assert demands.warnings_of(take(sheet_text(people=1), charge="kaigo")) == [], "a 納入通知書 is none of 地方税法"
    known = charges.charges()
    bare = {key: dataclasses.replace(charge, places="") for key, charge in known.all.items()}
    monkeypatch.setattr(charges, "read_charges", lambda folder: dataclasses.replace(known, all=bare))
    told, = demands.warnings_of(take(lined("課税標準額=1円", ""), charge="shiken"))
    assert "「納付の場所」がありません" in told and "納めないとき" not in told


def test_the_page_of_the_file_warns_and_the_demand_shows_them(client, hall) -> None:
    client.force_login(hall.staff("yamada"))
    bare, sheet = take(sheet_text(people=1, parts=1), charge="kotei"), take(lined("標識番号=見本市 あ 00-01", ""))
    assert "通知書1件に内訳がありません" in client.get(f"/staff/collection/sheets/{bare.id}/").content.decode()
    assert "内訳がありません" not in client.get(f"/staff/collection/sheets/{sheet.id}/").content.decode()
    page = client.get(f"/staff/collection/demands/{Demand.objects.get(charge='keiji').id}/").content.decode()
    assert "標識番号" in page and "見本市 あ 00-01" in page


def test_a_change_brings_its_own_and_lets_no_old_ones_stand(hall) -> None:
    take(lined("税率=10000円", ""))
    Demand.objects.update(run=None)
    text = changes_text((9_000,)).replace("変更の理由\n", "変更の理由,内訳1\n").replace("滅失\n", "滅失,税率=9000円\n")
    for data, lines in ((text, [["税率", "9000円"]]), (changes_text((8_000,)), [])):
        sheet = changes.change_read(actor=hall.staff("yamada"), charge="keiji", year=2026, data=data.encode(), name="更正.csv")
        changes.change_take(actor=hall.staff("yamada"), sheet_id=sheet.id)
        assert Demand.objects.get().lines == lines
        notice, = changes_of([Change.objects.latest("id").id], ISSUED)
        assert [line.label for line in notice.lines if line.label == "税率"] == [label for label, _ in lines]


def test_they_go_with_the_name(hall) -> None:
    take(lined("標識番号=見本市 あ 00-01", ""))
    Instalment.objects.update(paid=10_000, settled_on=dt.date(2026, 5, 1))
    demand = Demand.objects.get()
    assert keeping.destroy(actor="test", kind="demand", row_id=demand.id, today=dt.date(2040, 1, 1))
    demand.refresh_from_db()
    assert (demand.name, demand.lines) == ("", [])


@pytest.mark.parametrize(("charge", "label"), [("keiji", "標識番号"), ("kotei", "家屋　固定資産税課税標準額")])
def test_the_trial_hands_them_over_and_no_registration_is_anybodys(charge, label) -> None:
    data = trial.demands_csv(charge, year=2026, people=20, seed=1)
    claims = demand_sheet.read(data, year=2026, names={})
    assert all(label in dict(claim.lines) for claim in claims)
    assert all(value.startswith("見本市 ") for claim in claims for name, value in claim.lines if name == "標識番号")
    assert len(next(csv.reader(io.StringIO(data.decode("utf-8-sig"))))) == len(demand_sheet.COLUMNS) + 8


def test_what_became_of_a_file_stands_in_one_order_whatever_the_database_keeps(client, hall) -> None:
    sheet = take(sheet_text(people=1))
    sheet.counts = {"unknown": [1, 10], "failed": [2, 20], "partial": [3, 30], "demands": [4, 40], "applied": [5, 50]}
    sheet.save()
    client.force_login(hall.staff("yamada"))
    page = client.get(f"/staff/collection/sheets/{sheet.id}/").content.decode()
    words = ("消し込んだ", "一部の納付として", "納付書が見つからない", "振替不能", ">通知書<")
    places = [page.index(w, page.index("<tbody")) for w in words]
    assert places == sorted(places)
