"""交付率: statistics taken in, measured against target and nation, by district and age."""

from __future__ import annotations

import csv
import datetime as dt
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from tests.support.walk import text

from madoguchi.cards import rates, rating
from madoguchi.cards.models import RateFile, RateLine
from madoguchi.cards.rates import COLUMNS, Count, Mark
from madoguchi.cards.services import CHAIN
from madoguchi.cards.staff_errors import SheetWrong
from madoguchi.kernel import audit, clock, witness

BOTH = (("2026-10", "試用東", "0〜17歳", "200", "100"), ("2026-10", "試用東", "18歳以上", "800", "600"),
        ("2026-10", "試用西", "0〜17歳", "100", "30"), ("2026-10", "試用西", "18歳以上", "900", "700"))
SOURCE = "試用の統計 2026年10月末"


def sheet(*rows: tuple[str, ...]) -> bytes:
    return "\r\n".join(",".join(f'"{c}"' for c in r) for r in (COLUMNS, *rows)).encode()


def test_a_month_is_the_sum_of_its_parts_and_is_replaced(hall):
    actor = hall.staff("okada")
    assert rating.rates_import(actor=actor, data=sheet(*BOTH), source=SOURCE) == 1
    month = rating.month_list(actor=actor)[0]
    assert (month.count, month.count.rate) == (Count(2000, 1430), 7150)
    assert (month.target.rate, month.target.day, month.national.rate) == (10000, dt.date(2023, 3, 31), 4095)
    lines = rating.lines_of(actor=actor, month=month.month)
    assert rates.by_district(lines) == {"試用東": Count(1000, 700), "試用西": Count(1000, 730)}
    assert rates.by_age(lines) == {"0〜17歳": Count(300, 130), "18歳以上": Count(1700, 1300)}
    again = sheet(("2026年10月", "全体", "全体", "2,000", "1,500"), ("2026-09", "全体", "全体", "2000", "1400"))
    assert rating.rates_import(actor=actor, data=again, source="直した統計") == 2
    assert [m.count.cards for m in rating.month_list(actor=actor)] == [1500, 1400]
    assert RateLine.objects.count() == 2 and RateFile.objects.get().source == "直した統計"


AGES = (("2026-10", "全体", "0〜17歳", "300", "130"), ("2026-10", "全体", "18歳以上", "1700", "1300"))
DISTRICTS = (("2026-10", "試用東", "全体", "1000", "700"), ("2026-10", "試用西", "全体", "1000", "730"))


def test_ages_and_districts_of_one_month_come_from_two_files(hall):
    actor = hall.staff("okada")
    assert rating.rates_take(actor=actor, data=sheet(*AGES), source="総務省の統計") == rating.Taken(1)
    assert rating.rates_take(actor=actor, data=sheet(*DISTRICTS), source="市の統計") == rating.Taken(1)
    month = rating.month_list(actor=actor)[0]
    lines = rating.lines_of(actor=actor, month=month.month)
    assert len(rates.by_age(lines)) == len(rates.by_district(lines)) == 2
    assert (month.count, month.source) == (Count(2000, 1430), "総務省の統計、市の統計")
    later = sheet(("2026-10", "試用東", "全体", "1000", "701"), DISTRICTS[1])
    told = rating.rates_take(actor=actor, data=later, source="市の統計 訂正", dry_run=True)
    assert told == rating.rates_take(actor=actor, data=later, source="市の統計 訂正")
    assert told.replaced == ((month.month, "district"),) and not told.dropped
    assert told.apart == ("2026-10 の合計が合いません(地区の行の合計 人口2,000・交付1,431、年齢の行の合計 人口2,000・交付1,430)",)
    assert len(rates.by_age(rating.lines_of(actor=actor, month=month.month))) == 2, "another source is no reason to lose the ages"
    assert witness.verify() == []


def test_a_figure_of_the_whole_city_puts_out_what_does_not_agree_and_says_so(hall):
    desk = hall.desk("okada")
    for rows in (AGES, DISTRICTS, (("2026-10", "全体", "全体", "2000", "1430"),)):
        sent = desk.post("/staff/cards/rates/", {"source": SOURCE, "file": SimpleUploadedFile("a.csv", sheet(*rows))})
        page = text(desk.get(sent["Location"]))
        assert "1か月分を取り込みました" in page and "入れ替えました" not in page and "消しました" not in page
    assert RateLine.objects.count() == 5
    corrected = sheet(("2026-10", "全体", "全体", "2000", "1500"), ("2026-10", "全体", "0〜17歳", "300", "150"),
                      ("2026-10", "全体", "18歳以上", "1700", "1350"))
    page = text(desk.get(desk.post("/staff/cards/rates/", {"source": SOURCE, "file": SimpleUploadedFile("a.csv", corrected)})["Location"]))
    assert "前の数と入れ替えました：2026-10 全体、2026-10 年齢ごと" in page
    assert "「全体」の数と合わないため、前の数を消しました：2026-10 地区ごと" in page
    assert RateLine.objects.count() == 3 and witness.verify() == []
    assert "入れ替えました" not in text(desk.get("/staff/cards/rates/?months=1&replaced=2026-10.x&dropped=<b>.age"))


def test_the_nation_is_a_line_of_the_file(hall):
    actor = hall.staff("okada")
    nation = ("2026-09", "全国", "全体", "124,000,000", "99,200,000")
    assert rating.rates_import(actor=actor, data=sheet(*BOTH, nation), source=SOURCE) == 2
    assert [(m.month, m.count) for m in rating.month_list(actor=actor)] == [(dt.date(2026, 10, 1), Count(2000, 1430))], "no month of the city"
    mark = rating.month_list(actor=actor)[0].national
    assert (mark.rate, mark.day, mark.source) == (8000, dt.date(2026, 9, 30), SOURCE)
    assert "80.00%" in text(hall.desk("okada").get("/staff/cards/rates/")) and witness.verify() == []
    with pytest.raises(SheetWrong) as wrong:
        rating.rates_import(actor=actor, data=sheet(("2026-09", "全国", "0〜17歳", "9", "1")), source=SOURCE)
    assert "「年齢」は「全体」にしてください" in "".join(wrong.value.faults)


def test_a_change_behind_the_record_is_not_blessed_by_the_next_file(hall):
    actor = hall.staff("okada")
    rating.rates_import(actor=actor, data=sheet(*AGES), source=SOURCE)
    RateLine.objects.filter(age="18歳以上").update(cards=1)
    rating.rates_import(actor=actor, data=sheet(*DISTRICTS), source=SOURCE)
    assert any("2026-10の数か出典が記録と違います" in fault.ja.replace(" ", "") for fault in witness.verify())


def test_months_that_an_older_record_tells_as_one_are_still_proved(hall):
    actor, month = hall.staff("okada"), dt.date(2026, 10, 1)
    file = RateFile.objects.create(source="前の版", at=clock.now(), by=actor.actor)
    lines = [rates.Line(month, "", age, Count(int(people), int(cards))) for _, _, age, people, cards in AGES]
    with transaction.atomic():
        RateLine.objects.bulk_create([RateLine(file=file, month=month, age=x.age, population=x.count.population, cards=x.count.cards)
                                      for x in lines])
        audit.record(actor.actor, "cards.rates", chain=CHAIN, facts={
            "source": "前の版", "lines": 2, "months": {"2026-10": rating.lines_mark(lines)}})
    assert witness.verify() == []
    rating.rates_import(actor=actor, data=sheet(*DISTRICTS), source=SOURCE)
    assert witness.verify() == []
    RateLine.objects.filter(age="18歳以上").update(cards=1)
    assert "記録と違います" in witness.verify()[0].ja


@pytest.mark.parametrize(("rows", "words"), [
    ((("2026-10", "全体", "全体", "100", "101"),), "2行目 「交付」101が「人口」100より多く、交付率が100%を超えます"),
    ((("2026-12", "全体", "全体", "100", "1"),), "今月までの月"), ((("2026-10", "", "全体", "100", "1"),), "「全体」と書いてください"),
    ((("2026-10", "全体", "全体", "-1", "x"),), "「交付」は0以上の整数"), ((BOTH[0], BOTH[0]), "2行目にもあります"),
    ((*BOTH, ("2026-10", "全体", "全体", "2000", "1431")), "2026-10 の合計が合いません"),
    ((*BOTH, ("2026-10", "試用東", "全体", "1000", "700")), "地区の行の合計 人口1,000・交付700"), ((), "1行もありません")])
def test_what_cannot_be_is_told_and_nothing_is_taken(hall, rows, words):
    with pytest.raises(SheetWrong) as wrong:
        rating.rates_import(actor=hall.staff("okada"), data=sheet(*rows), source=SOURCE)
    assert words in "\n".join(wrong.value.faults)
    assert not RateFile.objects.exists()


def test_statistics_without_a_source_are_refused(hall):
    with pytest.raises(SheetWrong):
        rating.rates_import(actor=hall.staff("okada"), data=sheet(*BOTH), source=" ")


@pytest.mark.parametrize(("people", "cards", "words"), [
    (52_000, 20_836, "40.07%"), (3, 2, "66.67%"), (1, 1, "100.00%"), (0, 0, "－"), (800, 1, "0.13%"), (10, 0, "0.00%")])
def test_rates_are_rounded_half_up(people, cards, words):
    assert rates.percent(Count(people, cards).rate) == words


def test_targets_and_figures_of_a_day():
    marks = [Mark(dt.date(2023, 3, 31), 10000, "a"), Mark(dt.date(2022, 3, 31), 6000, "b")]
    days = [dt.date(2022, 1, 31), dt.date(2022, 3, 31), dt.date(2022, 4, 30), dt.date(2026, 1, 31)]
    assert [rates.target_of(marks, day).rate for day in days] == [6000, 6000, 10000, 10000]
    assert rates.known_at(marks, dt.date(2022, 3, 30)) is None and rates.known_at(marks, dt.date(2024, 1, 1)).rate == 10000
    assert rates.target_of([], dt.date(2022, 1, 1)) is None
    assert (rates.points(-88), rates.points(120), rates.month_end(dt.date(2024, 2, 1))) == ("−0.88", "+1.20", dt.date(2024, 2, 29))
    assert [rates.rate_typed(t) for t in ("40.95", "100", "40.9", "100.01", "x", "-1")] == [4095, 10000, 4090, None, None, None]


def test_the_page_and_its_export(hall):
    desk = hall.desk("okada")
    page = text(desk.get("/staff/cards/rates/"))
    assert "40.07%" in page and "40.95%" in page and "まだ取り込んでいません" in page
    bad = SimpleUploadedFile("a.csv", sheet(("2026-10", "全体", "全体", "1", "2")))
    refused = desk.post("/staff/cards/rates/", {"source": "残る出典", "file": bad})
    assert refused.status_code == 422 and "残る出典" in text(refused)
    sent = desk.post("/staff/cards/rates/", {"source": SOURCE, "file": SimpleUploadedFile("a.csv", sheet(*BOTH))})
    page = text(desk.get(sent["Location"]))
    assert "1か月分を取り込みました" in page and "71.50%" in page and "−28.50" in page and "試用東" in page and SOURCE in page
    assert desk.get("/staff/cards/rates/?month=2026-10").status_code == desk.get("/staff/cards/rates/?month=x").status_code == 200
    data = desk.get("/staff/cards/rates/rates.csv").content
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    assert rows[1][:8] == ["2026-10", "全体", "", "2000", "1430", "71.50", "100.00", "40.95"] and len(rows) == 6
    assert hall.desk("tanaka").get("/staff/cards/rates/").status_code == hall.desk("tanaka").get("/staff/cards/rates/rates.csv").status_code == 403
