"""Layouts are data: each says where it is from, nothing is called verified, and a wrong file names its line."""

from __future__ import annotations

import pytest

from madoguchi.collection.formats import profiles
from madoguchi.collection.formats.charset import EBCDIC
from madoguchi.collection.formats.errors import ProfileWrong
from madoguchi.collection.formats.layout import FORMATS
from madoguchi.collection.formats.profiles import FOLDER, USUAL, profile, profile_load, profile_read
from madoguchi.collection.formats.received import read_received

from .files import TODAY, file_of, layout, some

CVS = (FOLDER / "cvs-mihon.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", profiles.names())
def test_every_shipped_layout(name):
    made = profile_load(FOLDER / f"{name}.yaml")
    assert made.source
    assert not made.verified, "nobody has compared it with a bank's or an agent's own paper"
    assert ("見本" in made.title) == ("見本" in made.source) == (made.format not in ("zengin", "transfer"))
    assert all(sum(f.length for f in r.fields) == made.length == 120 for r in made.records)
    assert all(one.end == two.start for r in made.records for one, two in zip(r.fields, r.fields[1:], strict=False))


def test_every_format_has_a_usual_layout():
    assert set(USUAL) == set(FORMATS)
    assert {profile(format).format for format in FORMATS} == set(FORMATS)


def test_the_places_of_direct_debit():
    data = profile("zengin").data
    assert {f.name: f.start + 1 for f in data.fields if f.role} == {"引落金額": 81, "顧客番号": 92, "振替結果コード": 112}
    assert [f.length for f in profile("zengin").heads[0].fields] == [1, 2, 1, 10, 40, 4, 4, 15, 3, 15, 1, 7, 17]
    assert [f.length for f in profile("zengin").tails[0].fields] == [1, 6, 12, 6, 12, 6, 12, 65]
    assert [f.length for f in profile("transfer").data.fields] == [1, 4, 15, 3, 15, 4, 1, 7, 30, 10, 1, 20, 1, 1, 7]


def test_one_layout_stands_on_another():
    made = profile("zengin", "zengin-debit-ebcdic")
    assert (made.code, made.line_ends[0]) == (EBCDIC, "")
    assert made.heads[0].fields[2].fixed == "1", "コード区分 follows"
    assert [f.name for f in made.data.fields] == [f.name for f in profile("zengin").data.fields]


@pytest.mark.parametrize(("old", "new", "line", "says"), [  # line 0: the one that was changed
    ("様式: cvs", "様式: fax", 0, "様式「fax」は使えません"),
    ("題名: ", "題: ", 0, "「題」は使えない見出し"),
    ("文字コード: JIS", "文字コード: UTF-8", 0, "JIS・EBCDIC"),
    ("改行: [CRLF, なし, LF]", "改行: [CR]", 0, "CRLF, LF, なし"),
    ("桁数: 120", "桁数: 121", 13, "桁を足すと120です。121"),
    ("桁: 8, 役: 納付日", "桁: 7, 役: 納付日", 0, "役「納付日」の項目は"),
    ("{名: 企業コード, 型: N, 桁: 6}", "{名: 企業コード, 型: X, 桁: 6}", 0, "型「X」は使えません"),
    ("{名: 企業コード, 型: N, 桁: 6}", "{名: 店舗番号, 型: N, 桁: 6}", 20, "「店舗番号」が二度"),
    ("{名: 企業コード, 型: N, 桁: 6}", "{名: 企業コード, 桁: 6}", 0, "名・型・桁"),
    ("{名: 企業コード, 型: N, 桁: 6}", "{名: 企業コード, 型: N, 桁: 六}", 0, "1から999"),
    ("{名: 企業コード, 型: N, 桁: 6}", "{名: 企業コード, 型: N, 桁: 6, 値: ABC}", 0, "値は"),
    ('"02": [確報, 確報]', '"02": [本報, 確報]', 0, "段階は速報・確報・取消・振替不能"),
    ('"02": [確報, 確報]', '"2": [確報, 確報]', 0, "00: [段階, ことば]"),
    ("計: 件数}", "注: 件数}", 12, "失われた記録に気づけない"),
    (", 役: 納付番号", "", 12, "役が「納付番号」の項目がありません"),
    (", 役: 納付日", "", 12, "一つだけ"),
    ("くり返し: はい", "くり返し: いいえ", 12, "「くり返し: はい」の記録を一つだけ"),
    ('値: "9"}', '値: "8"}', 12, "別の値に"),
    ("版: \"1\"", "版: &x \"1\"", 0, "使えません"),
    ("記号: \"().-/\"", "記号: \"()%\"", 0, "から選んで"),
    ("確認済み: いいえ", "確認済み: no", 0, "はい・いいえ"),
])
def test_a_wrong_layout_names_its_line(old, new, line, says):
    assert old in CVS
    with pytest.raises(ProfileWrong) as wrong:
        profile_read(CVS.replace(old, new), "real")
    assert says in wrong.value.ja
    changed = CVS[:CVS.index(old)].count("\n") + 1
    assert f"real.yaml:{line or changed} " in wrong.value.ja


def test_a_missing_heading_is_named():
    with pytest.raises(ProfileWrong) as wrong:
        profile_read("題名: x", "real")
    assert "「様式」がありません" in wrong.value.ja


def test_a_layout_on_nothing(tmp_path):
    path = tmp_path / "ours.yaml"
    for base in ("elsewhere", "../zengin-debit"):
        path.write_text(f"元: {base}\n題名: x\n", encoding="utf-8")
        with pytest.raises(ProfileWrong) as wrong:
            profile_load(path)
        assert "元の様式" in wrong.value.ja


def test_a_real_agent_is_only_another_file(tmp_path):
    """An agent with records of 80 bytes, other codes and another order: no line of code."""
    path = tmp_path / "agent.yaml"
    path.write_text("""
様式: cvs
題名: 収納代行の例
版: "2026-04"
確認済み: いいえ
出典: 試験
文字コード: JIS
記号: "-"
改行: [LF]
桁数: 80
並び:
  - 記録: 始まり
    項目: [{名: 区分, 型: C, 桁: 2, 値: HD}, {名: 空き, 型: C, 桁: 78}]
  - 記録: 入金
    くり返し: はい
    項目:
      - {名: 区分, 型: C, 桁: 2, 値: DT}
      - {名: 金額, 型: N, 桁: 9, 役: 金額}
      - {名: 番号, 型: N, 桁: 20, 役: 納付番号}
      - 名: 種別
        型: N
        桁: 1
        役: 結果
        結果: {"5": [速報, 仮], "6": [確報, 本]}
      - {名: 入金日, 型: N, 桁: 8, 役: 納付日}
      - {名: 空き, 型: C, 桁: 40}
  - 記録: 締め
    項目: [{名: 区分, 型: C, 桁: 2, 値: TR}, {名: 件数, 型: N, 桁: 8, 計: 件数}, {名: 空き, 型: C, 桁: 70}]
""", encoding="utf-8")
    made = profile_load(path)
    said = some(made, 4)
    raw = file_of(made, said, "\n")
    assert raw.split(b"\n")[1] == b"DT000001000" + b"00000000000000000001" + b"5" + b"20261120" + b" " * 40
    assert [x[2:] for x in read_received(raw, "cvs", made, today=TODAY)] == [x[2:] for x in said]
    assert {x.stage for x in said} == {"prompt", "final"}


def test_the_trial_layout_of_the_convenience_store_carries_the_bar_code():
    made = layout("cvs")
    line = file_of(made, some(made, 1), "\r\n").split(b"\r\n")[1]
    bar = line[29:29 + 44]
    assert (bar[:2], bar[8:28], bar[28:29], bar[37:43]) == (b"91", b"00000000000000000001", b"0", b"001000")
