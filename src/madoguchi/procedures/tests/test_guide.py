"""Finders as data: what is wrong is said with its line, what holds is listed in order, every text has its words."""

from __future__ import annotations

import datetime as dt

import pytest

from madoguchi.config.procedures_cli import TRANSLATIONS_ROOT, read_finders, side_file
from madoguchi.kernel.said import RUBY, key_of
from madoguchi.procedures.rules.checks import Facts
from madoguchi.procedures.rules.guide import Finder, due, read_finder, taken_wrong, texts

from . import pack

SIX = ("hikkoshi", "shussei", "kekkon", "okuyami", "kaigo", "hisai")
GOOD = """ナビ: mihon
版: 2026-11-28
名称: 見本
図: truck
分野: [move]
概要: 見本です。
画面:
  - 題: はじめ
    番号: about
    項目:
      day: {問: その日, 型: 日付, 必須: はい}
      kind: {問: どれ, 型: 選択, 必須: はい, 選択肢: {a: 甲, b: 乙}}
      more: {問: ほかに, 型: はい・いいえ, 必須: はい, 条件: kind = a}
やること:
  first: {名: 一つ目, 理由: 甲のため, 条件: kind = a, 場所: そこ, 方法: 窓口, 期限: {起点: day, 日数: 14, 説明: 14日以内}}
  second: {名: 二つ目, 理由: いつも, 課: shimin, 方法: 電話, 後: [third]}
  third: {名: 三つ目, 理由: ほかにあるため, 条件: more = はい, 手続: juuminhyou-utsushi, 方法: オンラインか窓口}
"""


def read(text: str):
    city = pack.city()
    return read_finder(text, "x/mihon.yaml", sections=city.sections, events=city.life_events, slugs=frozenset(pack.ids()))


@pytest.fixture(scope="module")
def finders() -> dict[str, Finder]:
    found = {path.stem: finder for path, finder, problems in read_finders(pack.city()) if not problems}
    return {name: finder for name, finder in found.items() if finder}


def test_the_six_finders_have_no_fault(finders):
    assert set(finders) >= set(SIX)
    assert [str(p) for _, _, problems in read_finders(pack.city()) for p in problems] == []


def test_a_good_file_is_read():
    found, problems = read(GOOD)
    assert problems == []
    assert [t.id for t in found.tasks] == ["first", "second", "third"]


@pytest.mark.parametrize(("old", "new", "line", "words"), [
    ("手続: juuminhyou-utsushi", "手続: nai", 17, "手続「nai」はありません"),
    ("課: shimin", "課: nai", 16, "課「nai」"),
    ("条件: more = はい", "条件: kind = c", 17, "答えにありません"),
    ("条件: more = はい", "条件: mora = はい", 17, "という問いはありません"),
    ("条件: more = はい", "条件: kind = b かつ more = はい", 17, "成り立ちません"),
    ("条件: kind = a}\nやる", "条件: kind = a かつ kind = b}\nやる", 13, "成り立ちません"),
    ("後: [third]", "後: [fourth]", 16, "やることにありません"),
    ("方法: オンラインか窓口", "方法: オンラインか窓口, 後: [second]", 16, "輪になっています"),
    ("起点: day", "起点: kind", 15, "日付の問いではありません"),
    ("条件: kind = a, 場所: そこ", "条件: kind = a", 15, "どこでするか"),
    ("条件: more = はい", "条件: kind = a", 13, "どの条件にも期限にも使われていません"),
    ("型: 選択", "型: 氏名", 12, "使えません"),
    ("方法: 電話", "方法: 手紙", 16, "どれかにしてください"),
    ("理由: いつも, ", "", 16, "「理由」がありません"),
    ("概要:", "概用:", 6, "という見出しは使えません"),
    ("分野: [move]", "分野: [nai]", 5, "city.yaml にありません"),
    ("ナビ: mihon", "ナビ: hoka", 1, "ファイルの名前と同じ"),
])
def test_what_is_wrong_is_said_with_its_line(old, new, line, words):
    assert old in GOOD
    found, problems = read(GOOD.replace(old, new, 1))
    assert found is None
    assert [p for p in problems if p.line == line and words in p.ja], [str(p) for p in problems]


@pytest.mark.parametrize(("old", "new", "words"), [
    ("概要:", "概用: x\n概要:", "という見出しは使えません"), ("型: 日付", "型: 日ずけ", "「日ずけ」は使えません"),
    ("day: {問: その日, 型: 日付, 必須: はい}", "day: その日", "項目「day」は"), ("選択肢: {a: 甲, b: 乙}", "選択肢: 甲", "「選択肢」は"),
    (GOOD[GOOD.index("  third: "):], "  third: 三つ目\n", "やること「third」は"),
    ("    項目:\n", "    項目: []\n    項木:\n", "「項目」は「見出し: 値」"), ("図: truck", "図: &a truck", "& * ! は使えません"),
])
def test_a_wrong_shape_hides_no_other_error_and_makes_up_none(old, new, words):
    assert old in GOOD
    found, alone = read(GOOD.replace(old, new, 1))
    assert found is None and any(words in p.ja for p in alone)
    assert all(words in p.ja or "選択肢がありません" in p.ja or "「項木」" in p.ja for p in alone), [str(p) for p in alone]
    _, more = read(GOOD.replace(old, new, 1).replace("課: shimin", "課: nai").replace("分野: [move]", "分野: [nai]"))
    assert {p.ja for p in more} == {*(p.ja for p in alone), "「二つ目」の課「nai」は city.yaml にありません", "分野「nai」は city.yaml にありません"}


ALIKE = """まとめて書く:
  - 題: その人
    番号: them
    項目:
      name: {問: 氏名, 型: 氏名}
やること:
"""
BOTH = (GOOD.replace("やること:\n", ALIKE).replace("手続: juuminhyou-utsushi", "手続: juuminhyou-utsushi, 引継: {target_name: name}")
        .replace("課: shimin,", "課: shimin, 手続: koseki-shoumei, 引継: {target_name: name},"))


def test_what_several_ask_alike_is_named_once():
    found, problems = read(BOTH)
    assert problems == []
    assert [q.id for step in found.shared for q in step.questions] == ["name"]
    assert [t.takes for t in found.tasks] == [(), (("target_name", "name"),), (("target_name", "name"),)]
    assert "その人" in texts(found)


@pytest.mark.parametrize(("old", "new", "line", "words"), [
    ("型: 氏名}", "型: 個人番号}", 18, "使えません"),
    ("型: 氏名}", "型: 氏名, 必須: はい}", 15, "書けません"),
    ("    番号: them\n", "    番号: them\n    条件: kind = a\n", 15, "書けません"),
    ("手続: koseki-shoumei, 引継: {target_name: name},", "", 18, "二つ以上のやること"),
    ("手続: koseki-shoumei, ", "", 21, "「手続」がない"),
    ("引継: {target_name: name},", "引継: {target_name: nomo},", 21, "まとめて書くにありません"),
])
def test_what_is_wrong_with_what_is_asked_alike_is_said(old, new, line, words):
    assert old in BOTH
    found, problems = read(BOTH.replace(old, new, 1))
    assert found is None
    assert [p for p in problems if p.line == line and words in p.ja], [str(p) for p in problems]


def test_a_question_that_the_procedure_does_not_have_is_said():
    definitions = {slug: pack.definition(slug) for slug in ("juuminhyou-utsushi", "koseki-shoumei")}
    good, _ = read(BOTH)
    assert list(taken_wrong(good, "x.yaml", definitions)) == []
    for theirs in ("nai", "target_born"):  # none, and one of another type
        wrong, _ = read(BOTH.replace("koseki-shoumei, 引継: {target_name", f"koseki-shoumei, 引継: {{{theirs}"))
        assert [(p.line, "同じ型の質問ではありません" in p.ja) for p in taken_wrong(wrong, "x.yaml", definitions)] == [(21, True)]


def test_a_citys_file_is_laid_on_the_common_one():
    city = pack.city()
    over = "やること:\n  second: {場所: 別館, 課: \"\"}\n  fourth: {名: 四つ目, 理由: 市だけ, 課: nai, 方法: 窓口}\n"
    found, problems = read_finder(GOOD, "x/mihon.yaml", override=(over, "y/mihon.yaml"), sections=city.sections, events=city.life_events,
                                  slugs=frozenset(pack.ids()))
    assert found is None
    assert [(p.file, p.line) for p in problems] == [("y/mihon.yaml", 3)]
    found, _ = read_finder(GOOD, "x/mihon.yaml", override=(over.replace("課: nai", "課: shimin"), "y/mihon.yaml"), sections=city.sections,
                           events=city.life_events, slugs=frozenset(pack.ids()))
    assert {t.id: t.place for t in found.tasks}["second"] == "別館"


def kanji(letter: str) -> bool:
    return "一" <= letter <= "鿿"


def facts(**answers) -> Facts:
    return Facts(answers, dt.date(2026, 11, 20), lambda day: day)


def test_what_others_wait_for_comes_first_then_the_nearest_day():
    found, _ = read(GOOD)
    listed = due(found, facts(day="2026-11-16", kind="a", more=True))
    assert [(d.task.id, d.last) for d in listed] == [("first", dt.date(2026, 11, 30)), ("third", None), ("second", None)]
    assert [d.task.id for d in due(found, facts(day="2026-11-16", kind="b"))] == ["second"]


def test_what_something_urgent_waits_for_is_as_urgent(finders):
    moving = facts(kind="in", date="2026-11-16", child=True, pupil=False, nursery=False, care=False, kokuho=False, card=True, drive=False)
    order = [d.task.id for d in due(finders["hikkoshi"], moving)]
    assert order.index("tenshutsu") < order.index("tennyuu") < order.index("teate_in")
    assert order.index("rainin") < order.index("tennyuu"), "one says that one comes before one comes"
    mourning = facts(
        date="2026-11-16", insurance="kokuho", care=False, pension=True, head=False, teate=False, property=True, income=False, drive=False)
    order = [d.task.id for d in due(finders["okuyami"], mourning)]
    assert order.index("death") < order.index("koseki") < order.index("pension"), "年金 asks for the 戸籍の証明書"


@pytest.mark.parametrize(("finder", "answers", "there", "not_there"), [
    ("kekkon", {"move": "out", "surname": False}, {"tenshutsu"}, {"card", "tenkyo", "tennyuu", "rainin", "capacity"}),
    ("kekkon", {"move": "within", "foreign": True}, {"capacity", "rainin", "tenkyo", "card"}, {"tenshutsu"}),
    ("shussei", {"foreign": True}, {"status"}, set()),
    ("shussei", {"foreign": False}, set(), {"status"}),
    ("hikkoshi", {"kind": "in"}, {"tenshutsu", "tennyuu"}, {"zairyu", "papers_abroad"}),  # a list that was kept before anybody asked
])
def test_who_comes_from_abroad_and_who_leaves_the_city_is_thought_of(finders, finder, answers, there, not_there):
    listed = {d.task.id for d in due(finders[finder], facts(date="2026-11-16", born="2026-11-16", **answers))}
    assert there <= listed and not not_there & listed


@pytest.mark.parametrize(("finder", "task", "answers", "last"), [
    ("shussei", "status", {"born": "2026-11-10", "foreign": True}, dt.date(2026, 12, 10)),  # 入管法22条の2第2項
    ("shussei", "birth", {"born": "2026-11-10"}, dt.date(2026, 11, 23)),  # 戸籍法43条: the day itself counts
    ("okuyami", "death", {"date": "2026-11-10"}, dt.date(2026, 11, 16)),
    ("okuyami", "abandon", {"date": "2026-11-10"}, dt.date(2027, 2, 10)),  # 民法915条, 140条, 143条
    ("okuyami", "pension", {"date": "2026-11-10", "pension": True}, dt.date(2026, 11, 20)),  # 厚生年金 10 days, the nearer of the two
    ("okuyami", "tax", {"date": "2026-11-10", "income": True}, dt.date(2027, 3, 10)),
    ("okuyami", "registry", {"date": "2026-11-10", "property": True}, dt.date(2029, 11, 10)),
    ("hisai", "fund", {"date": "2026-11-10", "home": True, "level": "heavy"}, dt.date(2027, 12, 9)),  # 再建支援法施行令4条1項: 起算して
    ("hisai", "fund", {"date": "2024-01-01", "home": True, "level": "part"}, dt.date(2025, 1, 31)),  # the grade is set by the survey, afterwards
    ("kaigo", "koushin", {"state": "yes", "until": "2027-03-31", "age": "old"}, dt.date(2027, 3, 31)),
    ("hikkoshi", "tennyuu", {"date": "2026-11-16", "kind": "in"}, dt.date(2026, 11, 30)),
    ("hikkoshi", "kouki_within", {"date": "2026-11-16", "kind": "within", "old": True}, dt.date(2026, 11, 30)),  # 施行規則23条
    ("hikkoshi", "techou", {"date": "2026-11-16", "kind": "within", "disabled": True}, dt.date(2026, 12, 16)),  # 身体障害者福祉法施行令9条2項
    ("hikkoshi", "fuyou", {"date": "2026-11-16", "kind": "in", "single": True}, dt.date(2026, 11, 30)),  # 児童扶養手当法施行規則6条2項
    ("hikkoshi", "fuyou_out", {"date": "2026-11-16", "kind": "out", "single": True}, dt.date(2026, 11, 16)),  # 6条1項: あらかじめ
])
def test_last_days_are_those_of_the_law(finders, finder, task, answers, last):
    assert next(d.last for d in due(finders[finder], facts(**answers)) if d.task.id == task) == last


@pytest.mark.parametrize("code", ["ja-easy", "ja-ruby", "en", "zh-hans", "vi", "pt"])
def test_every_text_has_its_words(finders, code):
    table = {e.key: e.text for e in side_file(TRANSLATIONS_ROOT / code / "finders.yaml")}
    wanted = [t for name in SIX for t in texts(finders[name])]
    assert [t for t in wanted if key_of(t) not in table and (code != "ja-ruby" or any(map(kanji, t)))] == []
    if code == "ja-easy":
        left = {k: v for k, v in table.items() if any(map(kanji, RUBY.sub("", v)))}
        assert left == {}, "kanji without a reading"
