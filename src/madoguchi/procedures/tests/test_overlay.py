"""What a city's override changes and what it adds: an entry that the common definition has not is new or mistyped."""

from __future__ import annotations

from pathlib import Path

import pytest

from madoguchi.offices.city import read_city
from madoguchi.procedures.pack import ROOT, city_folder, pack_text, read_file
from madoguchi.procedures.rules.read import resolve

SLUG = "juuminhyou-utsushi"
PAGE = "画面:\n  - 番号: receive_page\n    項目:\n      receive:\n        選択肢:\n          "


@pytest.fixture
def found(tmp_path: Path):
    def read(over: str) -> tuple[object, list[str]]:
        file = tmp_path / f"{SLUG}.yaml"
        file.write_text(over, encoding="utf-8")
        definition, problems = read_file(ROOT / "procedures" / file.name, file, read_city(city_folder()))
        return definition, [f"{p.line} {p.ja}" for p in problems if p.file == str(file)]

    return read


@pytest.mark.parametrize(("over", "said"), [
    (PAGE + "countr: 町民の窓口で受け取る", "6 選択肢「countr」は共通の定義にありません。もしかして「counter」ですか"),
    (PAGE + "countr: {説明: 平日だけ}", "6 選択肢「countr」は共通の定義にありません。もしかして「counter」ですか"),
    (PAGE + "countr: {表示: 町民の窓口}", "6 選択肢「countr」は共通の定義にありません。もしかして「counter」ですか。新しく足すときは「追加: はい」"),
    (PAGE + "shop: 直売所で受け取る", "6 選択肢「shop」は共通の定義にありません。あるのは: post、counter。新しく足すときは {表示: …, 追加: はい}"),
    (PAGE + "counter: {表示: 別の窓口, 追加: はい}", "6 「counter」は共通の定義にもうあります"),
    (PAGE + "shop: {表示: 直売所, 追加: yes}", "6 「追加」には「はい」と書いてください(今は「yes」)"),
    ("画面:\n  - 番号: receive_page\n    項目:\n      receiv: {説明: 文}", "4 項目「receiv」は共通の定義にありません。もしかして「receive」"),
    ("画面:\n  - 番号: recive_page\n    項目:\n      receive: {説明: 文}",
     "2 画面「recive_page」は共通の定義にありません。もしかして「receive_page」"),
    ("文書:\n  isued: {件名: 文}", "2 文書「isued」は共通の定義にありません。もしかして「issued」"),
    ("添付:\n  third_prof: {説明: 文}", "2 添付「third_prof」は共通の定義にありません。もしかして「third_proof」"),
    ("審査:\n  標準日数: 3日\n  追加: はい", "3 「追加」は、選択肢・項目・添付・文書などの一つひとつに書きます"),
])
def test_what_is_mistyped_is_told_with_what_was_meant(found, over, said):
    definition, problems = found(over)
    assert definition is None and [p for p in problems if p.startswith(said)], problems
    assert not [p for p in problems if "がありません。書き足してください" in p and "題" not in p], "what the mistyped entry lacks is not missing"


@pytest.mark.parametrize("over", [PAGE + "shop: {表示: 直売所で受け取る}", PAGE + "counters: {表示: 二つの窓口, 追加: はい}",
                                  PAGE + "counter: {説明: 平日だけ}", PAGE + "counter: 町民の窓口で受け取る"])
def test_what_is_added_or_changed_in_so_many_words_is_taken(found, over):
    definition, problems = found(over)
    assert definition is not None and problems == []


@pytest.mark.parametrize(("over", "said"), [
    (PAGE + "countr: {除く: はい}", "6 「countr」は共通の定義にないので、除けません。もしかして「counter」ですか。あるのは: post、counter"),
    (PAGE + "counter: {除く: yes}", "6 「除く」には「はい」と書いてください(今は「yes」)"),
    (PAGE + "counter: {除く: はい, 表示: 窓口}", "6 「counter」を除くなら、{除く: はい} のほかは書けません(「表示」を消してください)"),
    ("除く: はい", "1 「除く」は、除くもののところに {除く: はい} とだけ書きます"),
    ("画面:\n  - {番号: recive_page, 除く: はい}", "2 「recive_page」は共通の定義にないので、除けません。もしかして「receive_page」"),
    ("画面:\n  - {番号: receive_page, 題: 受け取り, 除く: はい}", "2 「receive_page」を除くなら"),
])
def test_what_cannot_be_taken_away_is_told(found, over, said):
    definition, problems = found(over)
    assert definition is None and [p for p in problems if p.startswith(said)], problems


WITHOUT = """画面:
  - 番号: filer_page
    項目:
      filer: {選択肢: {third: {除く: はい}}}
  - {番号: third_page, 除く: はい}
  - 番号: content_page
    条件: {除く: はい}
  - 番号: receive_page
    項目:
      receive: {条件: show_number = いいえ}
添付: {third_proof: {除く: はい}}
文書: {issued: {記: {通数: {除く: はい}}}}
連携: [{先: juuki-koufu, 列: {受付番号: 受付番号}}]
"""


def test_an_option_a_page_an_attachment_a_line_and_a_heading_are_taken_away(found, tmp_path):
    definition, _ = found(WITHOUT)
    assert definition is not None
    assert [c.id for c in definition.question("filer").choices] == ["self", "household"] and definition.attachments == ()
    assert [s.id for s in definition.steps] == ["filer_page", "content_page", "receive_page"]
    import dataclasses

    (tmp_path / "procedures").mkdir()
    (tmp_path / "procedures" / f"{SLUG}.yaml").write_text(WITHOUT, encoding="utf-8")
    common = ROOT / "procedures" / f"{SLUG}.yaml"
    text = pack_text(dataclasses.replace(read_city(city_folder()), folder=tmp_path), SLUG)
    body = resolve(common.read_text(encoding="utf-8"), str(common), (WITHOUT, "over.yaml"))
    assert text and "除く" not in text and "third" not in text.replace("third_party", "")
    shown = resolve(text, "shown.yaml")
    assert {k: v for k, v in body.items() if v} == {k: v for k, v in shown.items() if v}


@pytest.mark.parametrize(("over", "who"), [
    (PAGE + "post: {除く: はい}", "「post」は上書きで除いています"),  # of a fee
    ("画面:\n  - {番号: third_page, 除く: はい}", "「target_name」"),  # of a column: questions go with their page
    ("画面:\n  - 番号: receive_page\n    項目:\n      copies: {除く: はい}", "「copies」は上書きで除いています"),
    ("審査:\n  処分:\n    issue: {除く: はい}", "「issue」は上書きで除いています"),
    ("審査:\n  決定項目:\n    issued_on: {除く: はい}", "「issued_on」は上書きで除いています"),
    ("種別: {除く: はい}", "「種別」は上書きで除いていますが、除けない見出しです"),
])
def test_who_still_refers_to_what_is_taken_away_is_told(over, who, tmp_path):
    file = tmp_path / f"{SLUG}.yaml"
    file.write_text(over, encoding="utf-8")
    definition, problems = read_file(ROOT / "procedures" / file.name, file, read_city(city_folder()))
    told = [p for p in problems if who in p.ja and ("これを使っているここも、上書きで変えるか除いて" in p.ja or "除けない" in p.ja)]
    assert definition is None and told, problems


def test_what_is_stored_and_what_the_builder_shows_do_not_say_that_it_was_added(tmp_path):
    city, common = read_city(city_folder()), ROOT / "procedures" / f"{SLUG}.yaml"
    over = PAGE + "shop: {表示: 直売所で受け取る, 追加: はい}"
    body = resolve(common.read_text(encoding="utf-8"), str(common), (over, "over.yaml"))
    page = next(p for p in body["画面"] if p["番号"] == "receive_page")
    assert page["項目"]["receive"]["選択肢"]["shop"] == {"表示": "直売所で受け取る"}

    import dataclasses

    (tmp_path / "procedures").mkdir()
    (tmp_path / "procedures" / f"{SLUG}.yaml").write_text(over, encoding="utf-8")
    text = pack_text(dataclasses.replace(city, folder=tmp_path), SLUG)
    assert text and "直売所" in text and "追加" not in text
