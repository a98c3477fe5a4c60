"""`procedures check` on what a file may say and what then never happens: options without words, units, 引継 that fit nowhere, braces left open."""

from __future__ import annotations

import pytest
from tests.support.hall import body_of

from madoguchi.config import procedures_cli
from madoguchi.procedures.rules.read import from_plain
from madoguchi.procedures.tests import pack
from madoguchi.procedures.tests.test_lint import broken, problems

LINE = [  # (what is written, what stands there instead, words of the message)
    ("movein: {表示", "転入: {表示", "選択肢の番号「転入」は、半角の"),
    ("範囲: 0〜10", "範囲: 10", "範囲の「10」は、1〜10、1〜、〜10 のように"),
    ("型: 電話, 必須: はい", "型: 電話, 文字数: 20, 必須: はい", "型「電話」に文字数は使えません"),
    ("型: 電話, 必須: はい", "型: 電話, 選択肢: {a: あ}, 必須: はい", "型「電話」に選択肢は使えません"),
    ("前回: 本人.電話", "引継: 本人確認.氏名", "型「電話」に引継「本人確認.氏名」は入りません"),
    ("条件: reason = other", '条件: "reason < other"', "「<」は、数と日付の項目にだけ"),
    ("条件: sibling_statement = はい", "条件: name = 見本", "「name」は「氏名」なので、条件で比べられません"),
    ("所要: 15分", "所要: 15日", "「所要」の「15日」は、単位がちがいます。分で"),
    ("所要: 15分", "所要: 99999999999999分", "「所要」には0以上の整数を"),
    ("先: jidou-teate-jidou", "先: ../jidou", "連携の先「../jidou」は、半角の"),
]


@pytest.mark.parametrize(("old", "new", "says"), LINE)
def test_what_fits_nowhere_is_told_on_its_line(old: str, new: str, says: str) -> None:
    text, line = broken(old, new)
    about = [p for p in problems(text) if says in p]
    assert about, problems(text)
    told = int(about[0].removeprefix("x.yaml:").split(" ")[0])
    assert 0 <= line - told <= 3, (line, problems(text))  # the line itself, or that of the page whose condition it is


RULES = [
    ("{規則: not_in_future, item: reason_date}", "{規則: not_in_future, item: reason}", "「reason」は日付の項目ではありません(型「選択」)"),
    ("{規則: not_in_future, item: reason_date}", "{規則: account_holder_is_person, account: phone, kana: kana}",
     "規則「account_holder_is_person」は、指した項目の型か値では動きません(account: phone、kana: kana)"),
    ("{規則: not_in_future, item: reason_date}", "{規則: account_is_ordinary, account: phone}", "「account_is_ordinary」は、指した項目の型か値"),
    ("{規則: not_in_future, item: reason_date}", "{規則: has_digits, item: phone}", "規則「has_digits」は、指した項目の型か値では"),
    ("{規則: not_in_future, item: reason_date}", "{規則: nobody_twice, group: name, name: child_name, born: child_born}", "規則「nobody_twice」"),
]


@pytest.mark.parametrize(("old", "new", "says"), RULES)
def test_a_rule_that_would_break_a_page_or_never_speak_is_told(old: str, new: str, says: str) -> None:
    text, line = broken(old, new)
    assert [p.startswith(f"x.yaml:{line} ") for p in problems(text) if says in p] == [True], problems(text)


def days_of(text: str) -> str:
    return next(row.strip() for row in text.splitlines() if row.strip().startswith("標準日数:"))


@pytest.mark.parametrize(("days", "says"), [
    ("2か月", "「標準日数」の「2か月」は、単位がちがいます。日か開庁日で"), ("0日", "「標準日数」は1以上に"),
])
def test_two_months_are_not_two_days(days: str, says: str) -> None:
    source = (pack.ROOT / "procedures" / "risai-shoumei.yaml").read_text(encoding="utf-8")
    assert [says in p for p in problems(source.replace(days_of(source), f"標準日数: {days}"))] == [True]


def test_a_version_that_was_published_keeps_the_number_that_it_was_read_as() -> None:
    body = body_of("risai-shoumei")
    body["審査"]["標準日数"] = "2か月"
    assert from_plain(body).review.days == 2


BLOCK = [
    ("様式: 枠組み\n    件名: 罹災証明書", "様式: 枠組み\n    件名: 罹災証明書{disaster", "{ } の対応が合いません"),
    ("決裁: [担当, 係長, 課長]", "決裁: [担当, 課長, 課長]", "「決裁」に「課長」が2回あります"),
    ("種類: [画像], 最多: 20, 説明: \"片付けや修理の前に", "種類: [動画], 最多: 0, 説明: \"片付けや修理の前に", "種類「動画」は受け取れません"),
    ("種類: [画像], 最多: 20, 説明: \"片付けや修理の前に", "種類: [画像], 最多: 0, 説明: \"片付けや修理の前に", "「最多」は1以上に"),
    ("最少: 1, 最多: 15", "最少: 0, 最多: 0", "最多は1から30まで"),
    ("起点: disaster, 日数: 0, 閉庁日: そのまま, 超過: 受理して注意", "日数: 10", "「起点」がありません"),
    ("起点: disaster, 日数: 0, 閉庁日: そのまま, 超過: 受理して注意", "超過: 受付不可", "「超過: 受付不可」は、「起点」がないので働きません"),
    ("member: 同じ世帯の家族", "member: 世帯主", "選択肢に「世帯主」が2つあります"),
    ("head: 世帯主\n", 'head: ""\n', "選択肢「head」に、見せる文がありません"),
]


@pytest.mark.parametrize(("old", "new", "says"), BLOCK)
def test_what_would_never_work_is_told(old: str, new: str, says: str) -> None:
    source = (pack.ROOT / "procedures" / "risai-shoumei.yaml").read_text(encoding="utf-8")
    assert problems(source) == [] and old in source
    assert any(says in p for p in problems(source.replace(old, new, 1))), problems(source.replace(old, new, 1))


def test_every_definition_of_the_pack_still_fits(capsys) -> None:
    assert procedures_cli.check([], doubts=False) == 0, capsys.readouterr().out
