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
