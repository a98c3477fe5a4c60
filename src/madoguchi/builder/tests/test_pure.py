"""Forms as cuts in the text, differences in words, parts by their address: no database."""

from __future__ import annotations

from pathlib import Path

import pytest

from madoguchi.builder import shape, typed
from madoguchi.builder.differ import differences
from madoguchi.builder.outline import address, outline, read_address
from madoguchi.builder.rules import not_handed_over
from madoguchi.procedures.rules import splice

ROOT = Path(__file__).resolve().parents[4]
FILES = sorted((ROOT / "procedures").glob("*.yaml"))


def every_part(data):
    """Every part that has a form."""
    for group in outline(data):
        for part in group.parts:
            yield part
            yield from part.parts


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_a_form_sent_back_as_it_was_changes_nothing(file):
    text = splice.cleaned(file.read_text(encoding="utf-8"))
    data = splice.data(text)
    seen = 0
    for part in every_part(data):
        sheet = shape.sheet_of(part.path)
        assert sheet is not None, part
        assert read_address(address(part.path).replace("%", "%"), data) == part.path or "%" in address(part.path)
        held = typed.held_at(text, part.path)
        sent = {b.key: typed.shown(b, held if sheet.whole else held.get(b.key)) for b in sheet.boxes} if isinstance(held, dict) else {}
        assert typed.apply(text, part.path, sheet, sent) == (text, [], []), part.path
        seen += 1
    assert seen > 10


def test_boxes_cut_only_their_own_place():
    text = splice.cleaned((ROOT / "procedures" / "ninshin-todoke.yaml").read_text(encoding="utf-8"))
    data = splice.data(text)
    question = next(p.path for p in every_part(data) if "項目" in p.path)
    after, changed, faults = typed.apply(text, question, shape.QUESTION, {"説明": "一行目\r\n二行目", "必須": "いいえ"})
    assert faults == [] and changed == ["必須", "説明"] and typed.held_at(after, question)["説明"] == "一行目\n二行目"
    assert len(set(after.splitlines()) ^ set(text.splitlines())) <= 4
    after, changed, _ = typed.apply(text, (), shape.COVER, {"別名": "一つ\n二つ\n三つ", "計画の名称": "", "持ち物": ""})
    assert splice.data(after)["別名"] == ["一つ", "二つ", "三つ"] and "持ち物" not in splice.data(after)
    after, changed, _ = typed.apply(text, ("期限",), shape.DEADLINE, {"説明": "", "数え方": "当日から"})
    assert "説明" not in splice.data(after)["期限"]


DOUBTED = """手続: x
要確認:
  # どこで聞くか
  - 一つめ
  # 様式を待っている
  - 二つめ: 番号  # 注
  - 三つめ
# 終わりの注
"""


@pytest.mark.parametrize(("lines", "gone", "stays"), [
    ("一つめ\n三つめ", ["# 様式を待っている", "二つめ"], ["# どこで聞くか\n  - 一つめ", "# 終わりの注"]),
    ("一つめ\n新しい\n二つめ: 番号\n三つめ\n四つめ", [],
     ["  # どこで聞くか\n  - 一つめ\n  - 新しい\n  # 様式を待っている\n", "  - 三つめ\n  - 四つめ\n# 終わり"]),
    ("三つめ", ["# どこで聞くか"], ["手続: x\n要確認:\n  - 三つめ\n# 終わりの注"]),
    ("何もかも新しい", ["一つめ", "三つめ"], ["- 何もかも新しい", "# 終わりの注"]),
    ("三つめ\n一つめ", ["二つめ"], ["# 終わりの注"]),
    ("", ["要確認", "一つめ"], ["手続: x\n# 終わりの注"])])
def test_a_list_of_lines_keeps_the_comments_of_what_stays(lines, gone, stays):
    sheet, text = shape.sheet_of(("要確認",)), DOUBTED.replace("二つめ: 番号", "'二つめ: 番号'")
    after, changed, faults = typed.apply(text, ("要確認",), sheet, {"要確認": lines.replace("\n", "\r\n")})
    assert faults == [] and changed == ["要確認"]
    assert splice.data(after).get("要確認", []) == lines.split("\n") if lines else "要確認" not in splice.data(after)
    assert all(x not in after for x in gone) and all(x in after for x in stays), after


def test_doubts_are_a_part_with_a_form():
    for held, words in ({}, "0件"), ({"要確認": ["あ", "い"]}, "2件"), ({"要確認": "あ"}, "1件"):
        part = next(g.parts[0] for g in outline(held) if g.name == "要確認")
        assert part.path == ("要確認",) and part.note == words and part.doubt == bool(held)
    assert shape.editable(("要確認", 3)) == ("要確認",)
    sheet = shape.sheet_of(("要確認",))
    assert typed.apply("手続: x\n", ("要確認",), sheet, {"要確認": ""}) == ("手続: x\n", [], [])
    after, *_ = typed.apply("手続: x\n", ("要確認",), sheet, {"要確認": "# は番号\n" + "とても長いことを確かめる" * 6 + "\n二つ"})
    assert len(splice.data(after)["要確認"]) == 3 and "\n  - とても長い" in after
    assert typed.apply("手続: x\n要確認: 一つ\n", ("要確認",), sheet, {"要確認": "一つ\n二つ"})[0] == "手続: x\n要確認: [一つ, 二つ]\n"


def test_choices_and_pairs_are_read_line_by_line():
    text = "手続: x\n画面:\n  - 題: a\n    項目:\n      q: {問: あ, 型: 選択, 選択肢: {a: {表示: 甲}, b: {表示: 乙, 説明: 二}, c: 丙}}  # 注\n"
    path = ("画面", 0, "項目", "q")
    box = next(b for b in shape.QUESTION.boxes if b.key == "選択肢")
    assert typed.shown(box, typed.held_at(text, path)["選択肢"]) == "a = 甲\nb = 乙 | 二\nc = 丙"
    after, _, _ = typed.apply(text, path, shape.QUESTION, {"選択肢": "a = 甲\nb = 乙 | 三\nd ＝ 丁"})
    assert "選択肢: {a: {表示: 甲}, b: {表示: 乙, 説明: 三}, d: 丁}}  # 注" in after
    for wrong, words in (("a", "番号 = 表示"), ("a = 1\na = 2", "二度"), ("= 1", "番号 = 表示")):
        same, _, faults = typed.apply(text, path, shape.QUESTION, {"選択肢": wrong})
        assert same == text and words in faults[0][1]
    assert not typed.fits(shape.Box("手数料"), {"項目": "x"}) and typed.fits(shape.Box("手数料"), "0")


def test_differences_are_said_in_words():
    old = {"版": "1", "名称": "甲", "根拠": [{"法令": "あ法", "条": "1"}], "画面": [
        {"題": "一", "番号": "one", "項目": {"a": {"問": "名", "型": "文字"}, "b": {"問": "歳", "型": "整数"}}}], "持ち物": ["印"]}
    new = {"版": "2", "名称": "乙", "根拠": [{"法令": "あ法", "条": "1"}, {"法令": "い法", "条": "2"}], "画面": [
        {"題": "一", "番号": "one", "項目": {"b": {"問": "年齢", "型": "整数"}, "a": {"問": "名", "型": "文字"}, "c": {"問": "色", "型": "文字"}}}]}
    found = [(d.where, d.what, d.before, d.after) for d in differences(old, new)]
    assert ("名称", "変えた", "甲", "乙") in found and not any(where == "版" for where, *_ in found)
    assert ("根拠 › 「い法」", "足した", "", "法令: い法、条: 2") in found
    assert ("画面 › 「一」 › 項目 › 「年齢」(b) › 問", "変えた", "歳", "年齢") in found
    assert ("画面 › 「一」 › 項目 › 「色」(c)", "足した", "", "問: 色、型: 文字") in found
    assert ("画面 › 「一」 › 項目", "並びを変えた", "「名」(a)、「歳」(b)", "「年齢」(b)、「名」(a)") in found
    assert ("持ち物", "消した", "印", "") in found and differences(old, old) == []


def test_a_part_without_a_form_leads_to_the_one_that_holds_it():
    assert shape.editable(("画面", 0, "項目", "a", "選択肢", "x", "表示")) == ("画面", 0, "項目", "a")
    assert shape.editable(("検査", 0, "item")) == ("検査", 0) and shape.editable(("手数料", "明細", 0, "数")) == ("手数料", "明細", 0)
    assert shape.editable(("審査", "処分", "grant", "理由", 0)) == ("審査", "処分", "grant")
    assert shape.editable(("案内", "問い")) == ("案内",)
    assert read_address("画面/0/項目/a/", {"画面": [{"項目": {"a": {}}}]}) == ("画面", 0, "項目", "a")
    assert read_address("cover", {}) == () and read_address("期限", {}) == ("期限",)


def test_a_new_question_that_no_column_holds_is_named():
    old = {"画面": [{"項目": {"name": {"問": "氏名", "型": "氏名"}}}], "連携": [{"列": {"氏名": "name.全体"}}]}
    new = {"問": "相手の氏名", "型": "氏名"}
    asked = old | {"画面": [{"項目": {"name": {"問": "氏名", "型": "氏名"}, "partner": new, "truth": {"問": "誓います", "型": "宣言"}}}]}
    assert not_handed_over(old, asked) == ["相手の氏名"]
    assert not_handed_over(old, asked | {"連携": [{"列": {"氏名": "name.全体", "相手": "partner.姓"}}]}) == []
    assert not_handed_over(old, asked | {"連携": []}) == [], "what hands nothing over at all lacks no column"
