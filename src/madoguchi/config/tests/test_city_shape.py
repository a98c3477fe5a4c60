"""What a city writes wrongly into its city.yaml is told with its line and how it is written, whatever it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from madoguchi.config import procedures_cli
from madoguchi.config.city_check import city_file_problems
from madoguchi.config.city_shape import check_digit

TOWN = (Path(__file__).parents[4] / "tests" / "support" / "town" / "city.yaml").read_text(encoding="utf-8")
KEPT = "  申請: {期間: 5年}"
FEE = '  kazei: {名: 所得・課税証明書, 額: [{から: 2015-04-01, 円: "250"}]}'
CHILD = "  child: {名: 子育て, 図: baby, 説明: 児童手当など}"


@pytest.mark.parametrize(("old", "new", "said"), [
    ("よみ: きりがはらまち", "よみ: [きり]", "「よみ」には一行の文字を"), ("よみ: きりがはらまち", "よみ: 霧ヶ原", "ひらがなで"),
    ("郵便番号: 399-9998", "郵便番号: {a: b}", "「郵便番号」には一行の文字を"), ("市: 霧ヶ原町", "市: 霧ヶ原", "市・町・村・区で終わる名"),
    ("市: 霧ヶ原町", "市: 霧ヶ原区", "政令指定都市の区は、市町村ではありません"),
    ('団体コード: "203998"', '団体コード: "203991"', "検査数字は8です"), ('団体コード: "203998"', '団体コード: "20399"', "6けたの数字"),
    ("都道府県: 長野県", "都道府県: 長野", "もしかして「長野県」"), ("英語名: Kirigahara Town", "英語名: 霧ヶ原", "ローマ字で"),
    ("所在地: 長野県上霧郡霧ヶ原町", "所在地: 上霧郡霧ヶ原町", "都道府県と「霧ヶ原町」から"), ("公印: 公印省略", "市長名: 別人", "どちらか一つに"),
    ('期限の知らせ: "2"', '期限の知らせ: "0"', "1〜30の数で"), ("  土日: はい", "  土日: yes", "はい・いいえで"),
    ("  期間: [12-28〜01-04]", "  期間: [13-28〜01-04]", "ない日です"), ("  期間: [12-28〜01-04]", "  期間: [01-01〜12-31]", "一年に366日"),
    ("  期間: [12-28〜01-04]", "  期間: 12-28〜01-04", "一覧で書いて"), ("  日: [2026-12-15, 2027-05-20]", "  日: 2026-12-15", "一覧で書いて"),
    ("受け持ち: [shimin, zeimu, hoken_nenkin]", "受け持ち: shimin", "一覧で書いて"),
    ("受け持ち: [shimin, zeimu, hoken_nenkin]", "受け持ち: [shimin, zeimu, kaigo]", "両方が受け持って"),
    ("受け持ち: [shimin, zeimu, hoken_nenkin]", "受け持ち: [shimin, zeimu, hoken]", "この市の課です"),
    ("  juumin: {名: 住民税務課", "  住民: {名: 住民税務課", "半角の小文字"), ("受け持ち: [shimin,", "受持ち: [shimin,", "もしかして「受け持ち」"),
    ("手続き: [juuminhyou-utsushi,", "手続き: [juuminhyo-utsushi,", "もしかして「juuminhyou-utsushi」"),
    ("手続き: [juuminhyou-utsushi,", "手続き: [koseki-shoumei,", "二度書かれて"),
    (FEE, "  kazei: {名: 証明書, 額: 250}", "の形で書いて"), (FEE, FEE.replace('"250"', "250円"), "整数だけで"),
    (FEE, FEE.replace("2015-04-01", "平成27年4月1日"), "年月日で"), (FEE, "  kazei: {名: 証明書}", "「額」がありません"),
    (FEE, FEE.replace("名:", "備考: x, 名:"), "「備考」という見出しは使えません"),
    (CHILD, CHILD.replace("baby", "bby"), "もしかして「baby」"), (CHILD, "  child: {名: 子育て, 説明: 手当}", "「図」がありません"),
    (CHILD, "  child: 子育て", "の形で書いて"), ("  町長: {本文:", "  町長: {本分:", "「本分」という見出しは使えません"),
    (KEPT, "  申請: {期間: 5}", "{期間: 5年}"), (KEPT, "  申請: [5年]", "の形で書いて"), (KEPT, "  相談: {期間: 5年}", "種別「相談」はありません"),
    ("  - {番号: r8-taifu,", "  - {番号: 台風,", "半角の小文字"), ("受付終了: 2027-03-31}", "受付終了: 2027-03-31, 試用: yes}", "はい・いいえで"),
    ("  - {番号: r8-taifu, 名: 令和8年台風21号, 種類: 風害, 発生日: 2026-09-30, 受付終了: 2027-03-31}", "  - 台風", "の形で書いて"),
    ("災害:\n", "住民情報: {列: 氏名}\n災害:\n", "の形で書いて"),
])
def test_a_fault_is_told_with_its_line(tmp_path, monkeypatch, capsys, old, new, said):
    assert old in TOWN
    file = tmp_path / "city.yaml"
    file.write_text(TOWN.replace(old, new, 1), encoding="utf-8")
    line = TOWN[:TOWN.index(old)].count("\n") + 1
    told = [p for p in city_file_problems(file) if said in p.ja]
    assert told and min(abs(p.line - line) for p in told) <= 2, city_file_problems(file)
    monkeypatch.setenv("MADOGUCHI_CITY", str(tmp_path))
    assert procedures_cli.check([], doubts=False) == 1
    assert said in capsys.readouterr().out


def test_the_towns_own_file_has_no_fault(tmp_path):
    (tmp_path / "city.yaml").write_text(TOWN, encoding="utf-8")
    assert city_file_problems(tmp_path / "city.yaml") == []


def test_the_check_digit_is_that_of_the_code_of_municipalities():
    assert [check_digit(code) for code in ("17202", "13101", "01100", "47382")] == ["2", "6", "2", "1"]
