"""How far a procedure is, and why, in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.inventory import chart, rules
from madoguchi.inventory.rules import Facts, kind_of, status_of, year_of

ASKED = Facts(law="狂犬病予防法", article="第4条", kind="1", identity="6", information="犬の名前")


@pytest.mark.parametrize(("facts", "status", "words"), [
    (ASKED, "ready", "求める記載がなく"),
    (Facts("印鑑条例", "第3条", "1", "2 押印", "", "氏名"), "blocked", "押印が要ります（本人確認手法が「押印」）。根拠: 印鑑条例 第3条。"),
    (Facts("", "", "1", "1", "", "氏名"), "blocked", "押印+印鑑証明」）。根拠となる法令は一覧に書かれていません。"),
    (Facts("戸籍法", "第27条", "1", "", "", "氏名", "規則で書面による届出とされ、面談もする"), "blocked", "書面・対面が要ります"),
    (Facts("", "", "1", "", "納税証明書の原本", "氏名"), "blocked", "書面が要ります（添付させる書類に「原本」）"),
    (Facts("", "", "1", "6", "", "氏名", "押印は不要。手数料の納め方が決まらない"), "bpr", "手数料の納め方"),
    (Facts("", "", "1", "6", "書面不要", "氏名"), "ready", ""),
    (Facts("", "", "1", "6", "", "氏名", "なし"), "ready", ""),
    (Facts("", "", "3", "6", "", "氏名"), "bpr", "3 縦覧等"),
    *((Facts("", "", "1", "6", "", "氏名", text), "ready", "") for text in (
        "該当なし", "特に無し", "なし。", "無し（実施済）", "押印は廃止済み", "書面の提出は不要", "対面でなくてもよい", 
        "押印は廃止した。書面の添付は求めていない", "来庁の必要はありません", "押印の省略が可能", "—")),
    *((Facts("", "", "1", "6", "", "氏名", text), "blocked", word) for text, word in (
        ("本人の出頭が必要", "対面"), ("紙で提出", "書面"), ("収入証紙で納付", "書面"), ("押印を省略できない", "押印"),
        ("書面でしか受理しない", "書面"), ("押印不要だが対面で確認", "対面"), ("書面の提出が必要なので廃止は困難", "書面"),
        ("押印の廃止を検討中", "押印"))),
    (Facts("", "", "1", "6", "", "氏名", "書面は不要だが審査の担当がいない"), "bpr", "審査の担当"),
    (Facts("母子保健法", "第15条", "1", "2 押印", "", "氏名", "", "1 実施済（ぴったりサービス）"), "elsewhere",
     "（ぴったりサービス）。根拠: 母子保健法 第15条。"),
    (Facts("", "", "1", "6", "", "氏名", "", "実施済 https://example.lg.jp/a?b=1"), "elsewhere", "（https://example.lg.jp/a?b=1）"),
    (Facts("", "", "1", "6", "", "氏名", "", "1", "電子申請システム"), "elsewhere", "（電子申請システム）"),
    (Facts("", "", "1", "6", "", "氏名", "", "実施済"), "ready", "「実施済」ですが、どこで受け付けているか"),
    *((Facts("", "", "1", "6", "", "氏名", "", text, "電子申請システム"), "ready", "")
      for text in ("未実施", "実施予定（電子申請）", "一部実施済", "2", "", "未済")),
    (Facts("", "", "1", "6", "a、b、c、d、e", "氏名"), "bpr", "5つあります"),
    (Facts("", "", "1", "6", "", ""), "bpr", "書き足してください"),
])
def test_a_row_says_where_it_stands_and_why(facts, status, words) -> None:
    found, why = status_of(facts)
    assert (found, words in why) == (status, True), why


@pytest.mark.parametrize(("status", "by_hand", "bars"), [
    ("ready", "", ""), ("bpr", "", ""), ("blocked", "", "押印が要ります。"), ("blocked", "ready", ""), ("blocked", "online", ""),
    ("ready", "blocked", "人が「書面・押印・対面で止まっている」と決めました（条例3条で対面）。"),
    ("elsewhere", "", "押印が要ります。"), ("elsewhere", "ready", ""),
    ("ready", "elsewhere", "人が「ほかの場所でオンライン済」と決めました（条例3条で対面）。"),
    ("ready", "bpr", "人が「見直し（BPR）が必要」と決めました（条例3条で対面）。"),
])
def test_what_a_person_decided_bars_a_row_or_frees_it(status, by_hand, bars) -> None:
    assert rules.barred_by(status=status, why="押印が要ります。", by_hand=by_hand, note="条例3条で対面。") == bars


def test_a_negation_hides_no_other_word() -> None:
    assert status_of(Facts(kind="1", information="氏名", obstacle="押印不要だが、控えに押印する"))[0] == "blocked"


@given(st.builds(Facts, *[st.text()] * 7))
def test_every_row_has_a_status_and_a_reason(facts) -> None:
    status, why = status_of(facts)
    assert status in set(rules.STATUSES) - {"online"} and why.endswith("。")


@pytest.mark.parametrize(("text", "code"), [("1", "1"), ("１申請等", "1"), ("2-1申請等に基づく処分通知等", "2-1"), ("2－2", "2-2"), ("縦覧等", "3"),
                                            ("届出", "1"), ("", ""), ("2", None), ("11", None), ("2026-02-01", None), ("許可", None)])
def test_kinds_are_read_as_code_word_or_both(text, code) -> None:
    assert kind_of(text) == code


@pytest.mark.parametrize(("text", "year"), [("令和5年度", 2023), ("R5", 2023), ("２０２３年度", 2023), ("令和元年度", 2019), ("", 0),
                                            ("令和5年度末まで", 2023), ("令和5年度中", 2023), ("R5.4", 2023), ("R6.3", 2023),
                                            ("令和6年1月末", 2023), ("2023/10/1", 2023), ("令和5年4月に", 2023),
                                            ("未定", 0), ("済", 0), ("実施済み", 0), ("検討中", 0), ("なし", 0), ("－", 0), ("R5.13", None),
                                            ("平成30年度", None), ("いつか", None), ("1999", None), ("R99", None)])
def test_years_are_fiscal_years(text, year) -> None:
    assert year_of(text) == year


@given(st.text())
def test_a_guarded_cell_is_no_formula_and_opens_again(text) -> None:
    safe = rules.safe_cell(text)
    assert safe[:1] not in ("=", "+", "-", "@", "\t", "\r")
    if text[:1] != "'" and text[:1] not in ("\t", "\r"):
        assert rules.open_cell(safe) == text


@given(st.dictionaries(st.sampled_from(list(rules.STATUSES)), st.integers(0, 5000)), st.integers(0, 5000))
def test_the_bar_never_overlaps_and_never_leaves_its_frame(counts, target) -> None:
    bar = chart.bar(counts, target)
    assert [s.count for s in bar.segments] == [n for n in counts.values() if n]
    assert all(a.x <= b.x for a, b in zip(bar.segments, bar.segments[1:], strict=False))
    assert all(0 <= s.x <= chart.WIDTH and s.x + s.width <= chart.WIDTH + 1 for s in bar.segments)
    assert 0 <= bar.mark <= chart.WIDTH
