"""収納 in the browser and on the command line: files in, what became of them, what a person must look at."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse

from madoguchi.collection import public
from madoguchi.collection.models import Demand, Excess, Instalment, Money
from madoguchi.collection.selectors import demand_list

from .conftest import sheet_text, shops_file, unmatched_money


def send(desk, data, name="a.csv", **fields):
    return desk.post(reverse("collection_sheets"), fields | {"file": SimpleUploadedFile(name, data)})


def body(response):
    return response.content.decode()


def test_a_file_goes_in_by_the_browser_and_says_what_became_of_it(hall) -> None:
    desk = hall.desk("yamada")
    sent = send(desk, sheet_text().encode(), kind="demands", charge="kotei", year="2026")
    assert sent.status_code == 303
    assert "調定（固定資産税・都市計画税）" in body(desk.get(sent["Location"]))
    again = send(desk, sheet_text().encode(), kind="demands", charge="kotei", year="2026")
    assert "もう取り込んでありました" in body(desk.get(again["Location"]))
    first = Instalment.objects.first()
    came = send(desk, shops_file([(first.number, 10_000), ("8" * 20, 300)]), "r.txt", kind="results", form="cvs")
    page = body(desk.get(came["Location"]))
    assert "消し込んだ" in page and "納付書が見つからない" in page
    overview = body(desk.get(reverse("collection")))
    assert "納付書の見つからない入金が1件あります" in overview and "8.3%" in overview
    assert "すべて一致" in body(desk.get(reverse("collection_parity")))


@pytest.mark.parametrize(("fields", "data", "words"), [
    ({"kind": "demands", "charge": "kotei", "year": "20"}, b"x", "賦課年度は西暦4桁で入れてください"),
    ({"kind": "demands", "charge": "zzz", "year": "2026"}, b"x", "科目「zzz」はありません"),
    ({"kind": "demands", "charge": "kotei", "year": "2026"}, "通知書番号\n".encode(), "列「宛名番号」がありません"),
    ({"kind": "results", "form": "cvs"}, b"12345", "ファイルからは一件も取り込んでいません"),
    ({"kind": "results", "form": "zzz"}, b"12345", "zzz"),
])
def test_a_wrong_file_is_told_and_nothing_is_taken(hall, fields, data, words) -> None:
    wrong = send(hall.desk("yamada"), data, **fields)
    assert wrong.status_code == 422
    assert words in body(wrong)
    assert not Demand.objects.exists() and not Money.objects.exists()


def test_no_file_at_all(hall) -> None:
    assert "取り込むファイルを選んでください" in body(hall.desk("yamada").post(reverse("collection_sheets"), {"kind": "results", "form": "cvs"}))


def test_a_payer_with_a_name_in_letters_is_found_however_it_is_typed(hall) -> None:
    unmatched_money()
    one = Demand.objects.order_by("id")[1]
    Demand.objects.filter(id=one.id).update(name="Smith John")
    for typed in ("smith", "SMITH J", "Ｓｍｉｔｈ"):
        found = demand_list(actor=hall.staff("yamada"), query=typed)
        assert [row.id for row in found] == [one.id], typed


def test_a_demand_is_found_by_its_numbers_and_by_name_that_no_address_says(hall) -> None:
    unmatched_money()
    desk = hall.desk("yamada")
    due = Instalment.objects.order_by("id")[2]
    for words in (due.number, due.demand.notice, due.demand.payer, due.demand.name):
        found = desk.post(reverse("demands"), {"q": words})
        assert due.demand.name not in found["Location"]
        page = body(desk.get(found["Location"]))
        assert f"/staff/collection/demands/{due.demand_id}/" in page
        assert page.count("/staff/collection/demands/") - page.count("/staff/collection/demands/\"") == 1
    late = body(desk.get(reverse("demands"), {"wanted": "overdue", "charge": "keiji"}))
    assert "00000003" in late, "11月には5月の納期限を過ぎている"
    page = body(desk.get(reverse("demand", kwargs={"demand_id": due.demand_id})))
    assert "納期限を過ぎています" in page and "10,000円" in page


def test_money_is_set_against_a_slip_on_the_page(hall) -> None:
    money = unmatched_money()
    desk = hall.desk("yamada")
    url, match = (reverse(name, kwargs={"money_id": money.id}) for name in ("unmatched_money", "unmatched_match"))
    due = Instalment.objects.order_by("id")[1]
    page = body(desk.get(url))
    assert "残りの額が同じ" in page and due.number in page
    wrong = desk.post(match, {"number": "123"})
    assert wrong.status_code == 422 and "20桁の番号を確かめてください" in body(wrong) and 'value="123"' in body(wrong)
    assert desk.post(match, {"chosen": due.number, "number": ""}).status_code == 303
    assert "消し込んだ" in body(desk.get(url))
    assert desk.post(match, {"number": due.number}).status_code == 409
    assert str(Excess.objects.get().left) in body(desk.get(reverse("excess")))


def run(*words):
    out = io.StringIO()
    call_command("collection", *words, stdout=out, stderr=out)
    return out.getvalue()


def test_the_command_line_does_the_same(hall, tmp_path) -> None:
    demands, paid = tmp_path / "調定.csv", tmp_path / "r.txt"
    assert "30人の調定" in run("demands", "generate", "--charge", "keiji", "--year", "2026", "--people", "30", "--out", str(demands))
    assert "通知書30件" in run("demands", "import", str(demands), "--charge", "keiji", "--year", "2026")
    assert "もう取り込んであります" in run("demands", "import", str(demands), "--charge", "keiji", "--year", "2026")
    for year in ("99999999999999999999", "0", "9999", "-1"):
        with pytest.raises(CommandError, match="年度は西暦4桁"):
            run("demands", "import", str(demands), "--charge", "keiji", "--year", year)
    due = Instalment.objects.first()
    paid.write_bytes(shops_file([(due.number, due.amount)]))
    assert f"消し込んだ: 1件 {due.amount:,}円" in run("results", "import", str(paid), "--format", "cvs")
    assert "一円まで一致しています" in run("verify")
    Instalment.objects.filter(id=due.id).update(late_paid=1)
    with pytest.raises(CommandError, match="違いが1件"):
        run("verify")


@pytest.mark.parametrize("form", ["cvs", "payeasy", "elqr", "ocr"])
def test_who_has_not_paid_by_an_invented_file_is_reminded(hall, tmp_path, form) -> None:
    demands, paid, late = tmp_path / "調定.csv", tmp_path / "r.txt", tmp_path / "督促"
    run("demands", "generate", "--charge", "keiji", "--year", "2026", "--people", "10", "--overdue", "--out", str(demands))
    run("demands", "import", str(demands), "--charge", "keiji", "--year", "2026")
    run("notices", "make", "keiji", "--year", "2026", "--out", str(tmp_path / "通知"), "--processes", "1", "--known", "試し")
    assert "架空の収納6件" in run("results", "generate", "--charge", "keiji", "--year", "2026", "--format", form, "--count", "6", "--out", str(paid))
    assert "消し込んだ: 6件" in run("results", "import", str(paid), "--format", form)
    assert "督促状4通" in run("notices", "make", "keiji", "--year", "2026", "--kind", "reminder", "--out", str(late), "--processes", "1")
    [pdf] = tmp_path.glob("通知/*.pdf")
    assert "金額" in run("slip", "check", str(pdf), "--page", "2")
    with pytest.raises(CommandError, match="頁目はありません"):
        run("slip", "check", str(pdf), "--page", "999")
    run("results", "generate", "--charge", "keiji", "--year", "2026", "--format", form, "--on", "2026-11-19", "--out", str(paid))
    run("results", "import", str(paid), "--format", form)
    with pytest.raises(CommandError, match="まだ納めていない期がありません"):
        run("results", "generate", "--charge", "keiji", "--year", "2026", "--format", form, "--out", str(paid))


@pytest.mark.parametrize("words", [
    ("demands", "import", "/nowhere", "--charge", "keiji"), ("demands", "generate", "--charge", "zzz", "--out", "/nowhere"),
    ("results", "import", "/dev/null", "--format", "cvs"), ("results", "import", "/dev/null", "--format", "cvs", "--profile", "zzz"),
])
def test_a_wrong_command_says_what_to_do(hall, words) -> None:
    with pytest.raises(CommandError, match="。"):
        run(*words)


def test_a_city_hall_on_trial_has_taxes_to_look_at_once(hall) -> None:
    for _ in range(2):
        public.trial_taxes(actor="setup")
    assert Demand.objects.filter(charge="kotei").count() == 201
    assert "一円まで一致しています" in run("verify")


def test_the_trials_residents_see_their_own(hall) -> None:
    from madoguchi.collection import mine
    from madoguchi.register.public import trial_town

    trial_town(actor="setup")
    public.trial_taxes(actor="setup")
    hanako = mine.payer_of(hall.owner("hanako"), "taxes.page")
    assert {due.state for due in mine.dues_of(hanako)} == {"overdue", "due", "told", "debit"}
    assert mine.receipts_of(hanako) and mine.backs_of(hanako) and mine.accounts_of(hanako)
    assert mine.receipts_of(mine.payer_of(hall.owner("taro"), "taxes.page")), "軽自動車税を納めた"
    assert mine.dues_of(mine.payer_of(hall.owner("ume"), "taxes.page")), "介護保険料が残っている"
