"""Cuts in the text of a definition: what was asked for changes, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madoguchi.procedures.rules import splice

ROOT = Path(__file__).resolve().parents[4]
FILES = sorted((ROOT / "procedures").glob("*.yaml"))
SMALL = """# 表の頭
名称: 犬の登録   # 名の注
別名: [犬, いぬ]
空:
説明: |
  一行目

  二行目
# 画面の注
画面:
  - 題: 犬
    番号: dog
    項目:
      # 名の注
      name: {問: 名前, 型: 文字, 必須: はい}   # ここも
      age:
        問: 歳
        型: 整数
  - 題: 人
    項目: {who: {問: "だれ: か", 型: 氏名}}
終わり: はい
"""


def changed_lines(before, after):
    """Lines that are in one text and not in the other."""
    a, b = before.splitlines(), after.splitlines()
    return [x for x in a if x not in b], [x for x in b if x not in a]


def test_a_scalar_is_set_and_its_comment_stays():
    after = splice.put(SMALL, ("名称",), "犬の登録: 変更 # 新")
    assert changed_lines(SMALL, after) == (["名称: 犬の登録   # 名の注"], ['名称: "犬の登録: 変更 # 新"   # 名の注'])
    after = splice.put(SMALL, ("画面", 0, "項目", "name", "必須"), "いいえ")
    assert "name: {問: 名前, 型: 文字, 必須: いいえ}   # ここも" in after and len(after.splitlines()) == len(SMALL.splitlines())
    assert "空: 値\n" in splice.put(SMALL, ("空",), "値")


def test_text_of_several_lines_stays_such():
    after = splice.put(SMALL, ("説明",), "三行目\n\n四行目")
    assert "説明: |\n  三行目\n\n  四行目\n# 画面の注\n" in after
    assert splice.data(splice.put(SMALL, ("画面", 1, "項目", "who", "説明"), "あ\nい"))["画面"][1]["項目"]["who"]["説明"] == "あ\nい"
    assert '名称: "あ\\nい"   # 名の注' in splice.put(SMALL, ("名称",), "あ\nい"), "its comment does not become part of the text"


def test_keys_are_added_where_their_neighbours_stand():
    after = splice.put(SMALL, ("画面", 0, "項目", "age", "説明"), "満年齢")
    assert "        型: 整数\n        説明: 満年齢\n  - 題: 人" in after
    after = splice.insert(SMALL, ("画面", 0, "項目", "kind"), {"問": "犬種", "型": "文字"})
    assert "        型: 整数\n      kind: {問: 犬種, 型: 文字}\n  - 題: 人" in after
    after = splice.insert(SMALL, ("画面", 1, "項目", "tel"), {"問": "電話", "型": "電話"})
    assert "who: {問: \"だれ: か\", 型: 氏名}, tel: {問: 電話, 型: 電話}}" in after
    after = splice.insert(SMALL, ("画面", 2), {"題": "猫", "項目": {"cat": {"問": "猫", "型": "文字"}}})
    assert "  - 題: 猫\n    項目:\n      cat: {問: 猫, 型: 文字}\n終わり" in after
    with pytest.raises(splice.CannotSplice, match="すでに"):
        splice.insert(SMALL, ("画面", 0, "項目", "name"), {"問": "", "型": ""})


def test_entries_change_places_with_their_comments():
    after = splice.move(SMALL, ("画面", 0, "項目", "age"), -1)
    assert after.index("age:") < after.index("# 名の注\n      name:") and "# ここも\n  - 題: 人" in after
    assert splice.move(splice.move(SMALL, ("画面", 0), 1), ("画面", 1), -1) == SMALL
    assert "別名: [いぬ, 犬]" in splice.move(SMALL, ("別名", 0), 1)
    with pytest.raises(splice.CannotSplice, match="動かせません"):
        splice.move(SMALL, ("画面", 1), 1)


def test_entries_go_with_their_comments():
    after = splice.drop(SMALL, ("画面", 0, "項目", "name"))
    assert "# 名の注\n" not in after.split("画面:")[1] and "ここも" not in after and "age:" in after
    assert "別名: [いぬ]" in splice.drop(SMALL, ("別名", 0)) and "別名: [犬]" in splice.drop(SMALL, ("別名", 1))
    assert "画面の注" not in splice.drop(SMALL, ("画面",)) and "# 表の頭" in splice.drop(SMALL, ("画面",))
    with pytest.raises(splice.CannotSplice, match="最後の一つ"):
        splice.drop(splice.drop(SMALL, ("画面", 0, "項目", "name")), ("画面", 0, "項目", "age"))


def test_a_key_gets_another_name():
    assert "      dog_name: {問: 名前" in splice.rename(SMALL, ("画面", 0, "項目", "name"), "dog_name")
    with pytest.raises(splice.CannotSplice):
        splice.rename(SMALL, ("画面", 0, "項目", "name"), "age")


def test_what_cannot_be_cut_is_refused_and_nothing_else_happens():
    with pytest.raises(splice.CannotSplice):
        splice.put(SMALL, ("画面", 5, "題"), "x")
    with pytest.raises(splice.CannotSplice):
        splice.put("a: [b\n", ("a",), "x")
    with pytest.raises(splice.CannotSplice):
        splice.put(SMALL, ("名称", "下"), "x")


def paths(value, path=()):
    """Every path of a value, with what is there."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, held in parts:
        yield (*path, key), held
        yield from paths(held, (*path, key))


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_every_text_of_every_definition_is_cut_and_comes_back(file):
    text = splice.cleaned(file.read_text(encoding="utf-8"))
    found = list(paths(splice.data(text)))
    scalars = [(p, v) for p, v in found if isinstance(v, str)]
    for path, value in scalars[:: max(1, len(scalars) // 40)]:
        after = splice.put(text, path, value + " 改: 一,二 #三")
        assert sum(map(len, changed_lines(text, after))) <= 2 + 2 * value.count("\n"), path
        assert splice.data(splice.put(after, path, value)) == splice.data(text)
    tables = [p for p, v in found if isinstance(v, dict | list) and len(v) > 1]
    for path in tables[:: max(1, len(tables) // 15)]:
        held = splice.at(splice.data(text), path)
        first, second = list(held)[:2] if isinstance(held, dict) else (0, 1)
        try:
            there = splice.move(text, (*path, first), 1)
        except splice.CannotSplice as why:  # 「- 題: …」: the first key of an item has no line of its own
            assert "YAMLで直してください" in str(why) and isinstance(path[-1], int), path
            continue
        assert splice.move(there, (*path, first if isinstance(held, dict) else 1), -1) == text, path
        assert second is not None


WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12) | st.sampled_from(
    ["はい", "- a", "a: b", "#x", "'", '"', "{a}", "[", "null", "1.0", "&a", "*b", "!c", "|", ">", "?", "a, b", "~", "二\n行", "%", "@", "`"])


@settings(max_examples=150, deadline=None)
@given(word=WORDS, where=st.sampled_from([("名称",), ("空",), ("説明",), ("別名", 1), ("画面", 0, "題"), ("画面", 0, "項目", "name", "問"),
                                          ("画面", 0, "項目", "age", "例"), ("画面", 1, "項目", "who", "例")]))
def test_any_words_come_back_as_they_were_written(word, where):
    after = splice.put(SMALL, where, word)
    read = splice.at(splice.data(after), where)
    assert read == splice._wanted(word)  # noqa: SLF001 - what the strict reader keeps of a text
    rest = json.loads(json.dumps(splice.data(SMALL)))
    assert [k for k, _ in rest.items()] == [k for k, _ in splice.data(after).items()]


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_a_definition_without_a_file_is_written_as_one(file):
    held = splice.data(file.read_text(encoding="utf-8"))
    text = splice.written(held)
    assert splice.data(text) == held and "\n" in text and max(map(len, text.splitlines())) < 3000


def test_a_line_leads_to_its_part():
    lines = SMALL.splitlines()
    line = next(n for n, words in enumerate(lines, 1) if "型: 整数" in words)
    assert splice.place(SMALL, line) == ("画面", 0, "項目", "age", "型")
    assert splice.place(SMALL, 2) == ("名称",) and splice.place(SMALL, 1) == ()
    assert splice.place(SMALL, len(lines)) == ("終わり",)
    who = next(n for n, words in enumerate(lines, 1) if "who" in words)
    assert splice.place(SMALL, who)[:4] == ("画面", 1, "項目", "who")
