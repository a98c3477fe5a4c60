"""調定: a file is taken whole or not at all."""

from __future__ import annotations

import pytest

from madoguchi.collection import changes, demand_sheet, demands, ledger, nightly
from madoguchi.collection.errors import ChargesWrong, SheetWrong
from madoguchi.collection.models import Demand, Instalment, Posting, Sheet
from madoguchi.kernel.models import AuditEntry

from .conftest import DUES, HEAD, changes_text, sheet_text


def take(text, charge="kotei", year=2026, name="調定.csv"):
    return demands.demands_take(actor="command", charge=charge, year=year, data=text if isinstance(text, bytes) else text.encode(), name=name)


def wrong(text, year=2026):
    with pytest.raises(SheetWrong) as refused:
        demand_sheet.read(text.encode(), year=year, names={})
    return refused.value.lines


def changed(text, line, **cells):
    """The text with cells of a line (from 2) replaced, by the names of the columns."""
    rows = text.split("\n")
    row, header = rows[line - 1].split(","), HEAD.strip().split(",")
    for name, value in cells.items():
        row[header.index(name)] = value
    rows[line - 1] = ",".join(row)
    return "\n".join(rows)


def test_a_file_becomes_demands_instalments_and_a_ledger_that_is_zero(hall) -> None:
    sheet, new = take(sheet_text(people=5))
    assert new and (sheet.rows, sheet.amount) == (20, 200_000)
    assert Demand.objects.count() == 5
    assert Demand.objects.get(notice="00000002").name == "見本 2郎"
    assert [str(i.due) for i in Instalment.objects.filter(demand__notice="00000003").order_by("no")] == list(DUES)
    assert ledger.balances() == {"receivable": 200_000, "revenue": -200_000}
    assert ledger.faults() == []
    entry = AuditEntry.objects.get(chain="collection")
    assert (entry.action, entry.facts["yen"], entry.facts["instalments"]) == ("demands.imported", 200_000, 20)


def test_every_number_is_other_and_can_be_nobodys(hall) -> None:
    take(sheet_text(people=3))
    take(sheet_text(people=3), charge="keiji")
    numbers = list(Instalment.objects.values_list("number", flat=True))
    assert len(set(numbers)) == 24
    assert {n[:6] for n in numbers} == {demand_sheet.TRIAL}
    assert {len(n) for n in numbers} == {20}


def test_the_same_file_again_changes_nothing(hall) -> None:
    first, _ = take(sheet_text())
    again, new = take(sheet_text(), name="もう一度.csv")
    assert (again.id, new) == (first.id, False)
    assert Sheet.objects.count() == 1
    assert Posting.objects.count() == 12


def test_a_demand_that_is_there_is_refused_and_nothing_of_the_file_is_taken(hall) -> None:
    take(sheet_text(people=2))
    with pytest.raises(SheetWrong) as refused:
        take(sheet_text(people=3) + "\n")
    assert refused.value.lines == [f"{line}行目 通知書番号「{notice}」は、もう取り込まれています。この行を外してください"
                                   for line, notice in ((2, "00000001"), (6, "00000002"))]
    assert Demand.objects.count() == 2


def test_numbers_of_the_tax_system_are_kept(hall) -> None:
    head = HEAD.strip() + ",納付番号,確認番号\n"
    take(head + f"1,1,見本 花,9268611,見本町1,,100,1,100,2026-05-31,{'1' * 20},012345\n")
    assert Instalment.objects.values_list("number", "confirm").get() == ("1" * 20, "012345")
    with pytest.raises(SheetWrong) as refused:
        take(head + f"2,1,見本 花,9268611,見本町1,,100,1,100,2026-05-31,{'1' * 20},012345\n")
    assert "別の通知書に使われています" in refused.value.lines[0]


def test_cp932_and_the_citys_own_names_of_columns_are_read(hall) -> None:
    text = sheet_text(people=1).replace("通知書番号", "ツウチ")
    claims = demand_sheet.read(text.encode("cp932"), year=2026, names={"通知書番号": "ツウチ"})
    assert (len(claims), len(claims[0].parts)) == (1, 4)


@pytest.mark.parametrize(("cells", "words"), [
    ({"通知書番号": ""}, "「通知書番号」は1〜20文字で書いてください"),
    ({"郵便番号": "926-861"}, "「郵便番号」は7桁の数字で書いてください"),
    ({"期": "13"}, "「期」は1〜12の数で書いてください"),
    ({"期別税額": "0"}, "「期別税額」は1円以上の整数で書いてください"),
    ({"期別税額": "1.5"}, "「期別税額」は1円以上の整数で書いてください"),
    ({"納期限": "2026-02-30"}, "「納期限」は 2027-05-31 の形で、暦にある日を書いてください"),
    ({"納期限": "2036-05-31"}, "納期限として早すぎるか遅すぎます"),
    ({"期": "2"}, "の2期が2つあります"),
    ({"氏名": "別人"}, "2行目と違います"),
    ({"期別税額": "9999"}, "期別税額の合計39,999円が、年税額40,000円と違います"),
])
def test_a_wrong_cell_is_told_with_its_line(cells, words) -> None:
    line = 3 if "氏名" in cells or "期" not in cells else 2
    lines = wrong(changed(sheet_text(people=1), line, **cells))
    assert any(words in told for told in lines), lines
    assert all(told[0].isdigit() for told in lines)


def past(due, said="はい", year=2019):
    """One 通知書 of a year long past, with the column that says so."""
    row = f"00000001,0000000001,見本 1郎,9268611,石川県七尾市見本町1番地,,9000,1,9000,{due},{said}\n"
    return demand_sheet.read((HEAD.strip() + ",過年度\n" + row).encode(), year=year, names={})


def test_a_year_long_past_is_taken_where_the_row_says_so() -> None:
    assert past("2026-12-25")[0].parts[0].due.year == 2026 and past("2027-03-31") and past("2020-05-31", "")
    far, out = "過年度の調定のときは、列「過年度」のこの行に「はい」", "早すぎるか遅すぎます"
    for due, said, words in (("2026-12-25", "", far), ("2027-04-01", "はい", out), ("2019-03-31", "はい", out),
                             ("2026-12-25", "1", "「過年度」は「はい」か空に")):
        with pytest.raises(SheetWrong) as refused:
            past(due, said)
        assert any(words in line for line in refused.value.lines), refused.value.lines
    assert "2行目 「納期限」2029-05-31 は" in wrong(changed(sheet_text(people=1, parts=1), 2, 納期限="2029-05-31"))[0], "a typed year"


def test_what_was_taken_of_a_year_long_past_is_read_again_and_changed(hall) -> None:
    text = HEAD.strip() + ",過年度\n00000001,0000000001,見本 1郎,9268611,石川県七尾市見本町1番地,,9000,1,9000,2026-12-25,はい\n"
    take(text, year=2019)
    part = Instalment.objects.get()
    assert (part.due.isoformat(), part.demand.year, nightly.differences()) == ("2026-12-25", 2019, [])
    data = changes_text((8_000,), dues=("2027-01-31",)).encode()
    sheet = changes.change_read(actor=hall.staff("yamada"), charge="kotei", year=2019, data=data, name="更正.csv")
    changes.change_take(actor=hall.staff("yamada"), sheet_id=sheet.id)
    assert Instalment.objects.get().amount == 8_000 and nightly.differences() == []
    Demand.objects.update(payer="1")
    assert any("ファイルでは宛名番号0000000001、今は1" in fault for fault in nightly.differences())


def test_every_error_is_told_at_once_and_a_page_counts_what_it_cannot_show() -> None:
    lines = wrong(sheet_text(people=300).replace("9268611", "x"))
    assert len(lines) == 1200 and lines[-1].startswith("1201行目")
    shown = SheetWrong(lines).on_page("file")
    assert len(shown) == 1001 and shown[-1][1].startswith("ほか200件の誤りがあります")


def test_a_quote_that_is_not_closed_is_told_where_it_begins_and_hides_no_other_error() -> None:
    lines = sheet_text(people=2, parts=3).splitlines(keepends=True)
    told = wrong("".join([lines[0], lines[1].replace("9268611", "x"), '"', *lines[2:]]))
    assert [words[:3] for words in told] == ["2行目", "3行目"] and "「郵便番号」" in told[0] and "引用符" in told[1]


@pytest.mark.parametrize(("text", "words"), [
    ("", "列「通知書番号」がありません"), (HEAD, "通知書が1つもありません"), (HEAD + "1,2\n", "列が2個あります"), (HEAD + '"1', "引用符"),
    (HEAD.replace("期別税額", "期"), "列「期」が2つあります"),
])
def test_a_file_of_another_form_is_refused(text, words) -> None:
    assert any(words in told for told in wrong(text))


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(SheetWrong) as refused:
        demand_sheet.read(b"\x81\x20", year=2026, names={})
    assert "文字コードが読めません" in refused.value.lines[0]


def test_either_all_numbers_are_given_or_none() -> None:
    text = HEAD.strip() + ",納付番号,確認番号\n"
    text += f"1,1,見本,9268611,町,,20,1,10,2026-05-31,{'1' * 20},012345\n1,1,見本,9268611,町,,20,2,10,2026-06-30,,\n"
    assert "すべての期に書くか、すべて空にしてください" in wrong(text)[0]
    assert "試用のものです" in wrong(text.replace("1" * 20, "9" * 20))[0]


def test_a_charge_that_the_city_does_not_have_names_those_that_it_has(hall) -> None:
    with pytest.raises(ChargesWrong) as refused:
        take(sheet_text(), charge="nothing")
    assert "kotei(固定資産税" in refused.value.ja
