"""The faces agree: what one takes all take, what one refuses for a question of its own all refuse."""

from __future__ import annotations

import copy
import csv
import dataclasses
import datetime as dt
import io
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from madoguchi.procedures.rules import generate, validate
from madoguchi.procedures.rules.checks import Facts
from madoguchi.procedures.rules.faces import handover, jsonschema, letter, search, tablet, words
from madoguchi.procedures.rules.model import Deadline

from . import pack

JST = dt.timezone(dt.timedelta(hours=9))
FEW = settings(max_examples=12, deadline=None, database=None, derandomize=True,
               suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])


def made_answers(name):
    """Strategy: valid answers of a definition (shrinks to small seeds)."""
    d = pack.definition(name)
    return st.builds(
        lambda seed, minimal: generate.answers_for(d, random.Random(seed), today=pack.TODAY, minimal=minimal),
        st.integers(0, 10_000), st.booleans())


def through_the_web(d, answers):
    """Fill in page after page as a browser does; returns what was read and the faults."""
    done, faults = {}, []
    for step in d.steps:
        facts = Facts(done, pack.TODAY)
        if step.condition is not None and step not in validate.steps_asked(d, validate.derive(d, facts)):
            continue
        result = validate.read_step(d, step, generate.as_lists(generate.post_data(d, step, answers)), facts)
        done |= result.values
        faults += result.faults
    return done, faults


WILD = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 10**13), st.text(max_size=12), st.text("0123456789", max_size=14),
    st.sampled_from([
        "2026-02-30", "2026-11-20", "1868-01-01", "sv_" + "0" * 24, "a@b", "〒", "\u202e", "", " ", "\u3000",
                     "123456789018", "0767000000", "\uff10\uff17\uff16\uff17\uff10\uff10\uff10\uff10\uff10\uff10"]),
    st.lists(st.sampled_from(["self", "x", "other"]), max_size=3),
    st.dictionaries(st.sampled_from(["sei", "mei", "note", "zip", "city", "lot", "town", "building", "bank", "x"]),
                    st.text("アイー a7\n\t", max_size=8), max_size=5),
)


@pytest.mark.parametrize("name", pack.ids())
def test_web_schema_and_csv_take_the_same_answers(name):
    d = pack.definition(name)
    face = jsonschema.validator(d)

    @FEW
    @given(made_answers(name))
    def agree(answers):
        read, faults = through_the_web(d, answers)
        assert faults == []
        assert read == answers
        assert list(face.iter_errors(answers)) == []
        row = words.row_of(d, receipt="R8-0000-0000-0", received=dt.datetime(2026, 11, 20, tzinfo=JST))
        for target in d.handovers:
            made = handover.csv_bytes(d, target, answers, {}, row, facts=Facts({}, pack.TODAY))
            back = list(csv.reader(io.StringIO(made.data.decode(target.encoding), newline="")))
            assert made.unmapped == ()
            assert back[1:] == handover.rows(d, target, answers, {}, row)

    agree()


@pytest.mark.parametrize("name", pack.ids())
def test_a_changed_answer_is_judged_alike(name):
    """Whatever a single answer becomes: if the validator takes it, so does the schema (it may know less, never more);
    and if the answer on its own is wrong, the schema refuses it too, and CSV with it."""
    d = pack.definition(name)
    face = jsonschema.validator(d)
    without_checks = dataclasses.replace(d, checks=(), deadline=Deadline())
    base = generate.answers_for(d, random.Random(11), today=pack.TODAY)
    keys = [(q.id,) for s in d.steps if s.repeat is None for q in s.questions if q.id in base]
    groups = [s.repeat.id for s in d.steps if s.repeat]
    keys += [(group, n, key) for group in groups for n, entry in enumerate(base.get(group, [])) for key in entry]

    @settings(FEW, max_examples=60)
    @given(st.sampled_from(keys), WILD)
    def judged(path, value):
        answers = copy.deepcopy(base)
        key, place = path[-1], answers if len(path) == 1 else answers[path[0]][path[1]]
        place[key] = value
        verdict = validate.judge(without_checks, Facts(answers, pack.TODAY))
        if not verdict.faults:
            assert list(face.iter_errors(verdict.answers)) == []
        elif value is not None and any(f.question == key for f in verdict.faults):
            assert not face.is_valid(answers)
            with pytest.raises(handover.AnswersRefused):
                handover.csv_bytes(d, d.handovers[0], answers, {}, {}, facts=Facts({}, pack.TODAY))

    judged()


CONDITIONS = """
画面:
  - 題: 一
    項目:
      name: {問: 氏名, 型: 氏名, 必須: はい}
      kind: {問: 種別, 型: 選択, 必須: はい, 選択肢: {a: あ, b: い, c: う}}
      many: {問: 複数, 型: 複数選択, 選択肢: {x: か, y: き}}
      yes: {問: はい, 型: はい・いいえ, 必須: はい}
      count: {問: 数, 型: 整数}
      day: {問: 日, 型: 日付}
      one: {問: 一, 型: 文字, 必須: はい, 条件: kind = a}
      two: {問: 二, 型: 文字, 必須: はい, 条件: kind ≠ a かつ yes = はい}
      three: {問: 三, 型: 文字, 必須: はい, 条件: many を含む x または count > 3}
      four: {問: 四, 型: 文字, 必須: はい, 条件: day < 2020-03-09}
      five: {問: 五, 型: 文字, 必須: はい, 条件: day ≥ 2020-03-09 かつ count ≤ 9}
  - 題: 二
    条件: kind = b または yes = はい
    繰返: {番号: people, 名: 方, 最少: 1, 最多: 3}
    項目:
      sex: {問: 性別, 型: 選択, 選択肢: {m: 男, f: 女}}
      age: {問: 年齢, 型: 整数, 必須: はい}
      note: {問: 注, 型: 文字, 必須: はい, 条件: age ≥ 65 または sex = f}
      outer: {問: 外, 型: 文字, 必須: はい, 条件: kind = a}
      mixed: {問: 内と外, 型: 文字, 必須: はい, 条件: kind = b かつ age < 20}
  - 題: 三
    項目:
      old: {問: 高齢の方がいるとき, 型: 文字, 必須: はい, 条件: age ≥ 65}
"""


def test_every_sort_of_condition_agrees():
    """Random answers to a definition with every kind of condition: judge and schema take exactly the same, except
    where a condition looks inside and outside of an entry at once (there the schema may take more)."""
    d = pack.small(CONDITIONS)
    face = jsonschema.validator(d)
    taken = refused = 0
    rng = random.Random(5)
    for _ in range(4000):
        person = [_maybe(rng, sex=rng.choice("mf"), age=rng.choice((10, 19, 20, 64, 65, 80)), note="n", outer="o",
                         mixed="m")
                  for _ in range(rng.randint(0, 2))]
        answers = _maybe(
            rng, name={"sei": "見本"}, kind=rng.choice("abc"), many=rng.choice((["x"], ["y"], ["x", "y"])),
            yes=rng.random() < 0.5, count=rng.choice((0, 3, 4, 9, 10)), one="1", two="2", three="3", four="4", five="5",
            day=rng.choice(("2020-03-08", "2020-03-09", "2020-03-10", "2019-12-31", "2021-01-01")), people=person,
            old="x")
        verdict = validate.judge(d, Facts(answers, pack.TODAY))
        strange = verdict.answers != answers
        if verdict.faults:
            mixed_only = all(f.question == "mixed" for f in verdict.faults)
            assert mixed_only or not face.is_valid(answers), (answers, verdict.faults)
            refused += 1
        else:
            assert list(face.iter_errors(verdict.answers)) == []
            inner = any("mixed" in p for p in answers.get("people", []))
            assert not strange or inner or not face.is_valid(answers), (answers, verdict.answers)
            taken += 1
    assert taken > 20 and refused > 1000


def _maybe(rng, **values):
    return {key: value for key, value in values.items() if rng.random() < 0.75 or key in ("name", "kind", "yes", "age")}


def test_entries_saved_before_do_not_answer_for_a_new_one():
    """A condition of an entry looks at that entry: an old entry of the same group may not stand in for it."""
    d = pack.small(CONDITIONS)
    saved = {"name": {"sei": "見本"}, "kind": "b", "yes": False, "people": [{"sex": "f", "age": 70, "note": "n"}]}
    raw = {"people.count": ["1"], "people.0.age": ["30"]}
    assert validate.read_step(d, d.steps[1], raw, Facts(saved, pack.TODAY)).faults == []


def test_generator_says_when_it_cannot():
    d = pack.small("""
画面:
  - 題: 一
    項目:
      name: {問: 氏名, 型: 氏名, 必須: はい}
      a: {問: 始まり, 型: 日付, 必須: はい, 範囲: 2026-01-02〜2026-01-02}
      b: {問: 終わり, 型: 日付, 必須: はい, 範囲: 2026-01-01〜2026-01-01}
検査: [{規則: dates_in_order, start: a, end: b}]
""")
    with pytest.raises(generate.CannotGenerate, match="mihon"):
        generate.answers_for(d, random.Random(1), today=pack.TODAY)


def test_exclusive_alternatives_may_be_joined_in_a_condition():
    """lint: または over questions that are never asked together is possible, each on its own."""
    pack.small("""
画面:
  - 題: 一
    項目:
      name: {問: 氏名, 型: 氏名, 必須: はい}
      kind: {問: 種別, 型: 選択, 必須: はい, 選択肢: {up: 増, down: 減}}
      up: {問: 増の理由, 型: 選択, 条件: kind = up, 選択肢: {birth: 出生, other: 他}}
      down: {問: 減の理由, 型: 選択, 条件: kind = down, 選択肢: {death: 死亡, other: 他}}
      why: {問: 内容, 型: 文字, 条件: up = other または down = other}
""")
    with pytest.raises(AssertionError, match="成り立つことはありません"):
        pack.small("""
画面:
  - 題: 一
    項目:
      name: {問: 氏名, 型: 氏名, 必須: はい}
      kind: {問: 種別, 型: 選択, 必須: はい, 選択肢: {up: 増, down: 減}}
      up: {問: 増の理由, 型: 選択, 条件: kind = up, 選択肢: {birth: 出生, other: 他}}
      why: {問: 内容, 型: 文字, 条件: up = other かつ kind = down}
""")


WORDS = """
役割: {me: {名: 本人, カード: はい}}
画面:
  - 題: 一
    項目:
      name: {問: 氏名, 型: 氏名, 必須: はい}
      number: {問: 番号, 型: 個人番号}
      place: {問: 住所, 型: 住所}
      why: {問: 理由, 型: 選択, 選択肢: {birth: 出生, move: 転入}}
      yen: {問: 額, 型: 金額}
      said: {問: 申し出, 型: 長文}
      born: {問: 生まれ, 型: 生年月日}
  - 題: 二
    繰返: {番号: children, 名: お子さん, 最少: 0, 最多: 3}
    項目:
      child: {問: 名, 型: 氏名, 必須: はい}
      age: {問: 年齢, 型: 整数}
連携:
  - 先: one
    文字: cp932
    列: {氏名: name, 住所: place, 理由: why.番号, 額: yen, 申し出: said, 子: children.child, 市: "=0001"}
  - {先: each, 単位: children, 列: {受付: 受付番号, 子: child, 年齢: age, 氏名: name}}
  - {先: sealed, 列: {番号: number}}
期限: {説明: 速やかに}
案内: {いつですか: 翌月です。}
"""
TOLD = {
    "name": {"sei": "見本", "mei": "花子"}, "number": "123456789018", "why": "move", "yen": 1200,
    "place": {"zip": "9268611", "city": "石川県七尾市", "town": "", "lot": "1番", "building": "見本荘"},
    "born": "2020-01-02", "said": '一行目\n"二"行目,おわり',
    "children": [{"child": {"sei": "見本", "mei": "一"}, "age": 3}, {"child": {"sei": "見本"}}],
}
ROW = {"受付番号": "R8-0000-0000-0", "受付日": "2026-11-20", "受付日時": "2026-11-20T10:03:05+09:00", "理由": "=1+1"}


def small_words():
    return pack.small_with(WORDS)


def csv_of(d, index, **changes):
    return handover.csv_bytes(d, d.handovers[index], TOLD | changes, {}, ROW, facts=Facts({}, pack.TODAY))


@pytest.mark.parametrize(("name", "machine", "text"), [
    ("name", True, "見本\u3000花子"), ("name.姓", True, "見本"), ("name.全体", True, "見本\u3000花子"),
    ("place.郵便番号", True, "9268611"), ("place", False, "石川県七尾市1番\u3000見本荘"),
    ("place.方書", True, "見本荘"),
    ("why", True, "転入"), ("why.番号", False, "move"),
    ("why.表示", True, "転入"), ("yen", True, "1200"), ("yen", False, "1,200円"), ("born", True, "2020-01-02"),
    ("born", False, "令和2年1月2日"), ("born.西暦", False, "2020-01-02"), ("born.和暦", True, "令和2年1月2日"),
    ("number", True, "123456789018"), ("number", False, "●●●● ●●●● ●●●●(入力済み)"),
    ("children.child", True, "見本\u3000一、見本"), ("children.age", True, "3"), ("受付日", True, "2026-11-20"),
    ("受付日", False, "令和8年11月20日"), ("受付日時", False, "令和8年11月20日 10時03分05秒"), ("理由", False, "=1+1"),
    ("文書番号", True, ""),
])
def test_references_become_words(name, machine, text):
    assert words.value_of(small_words(), TOLD, {}, ROW, name, machine=machine) == text


def test_inside_an_entry_a_reference_means_that_entry():
    d = small_words()
    assert words.value_of(d, TOLD, {}, ROW, "age", machine=True, item=TOLD["children"][1]) == ""
    assert words.value_of(d, TOLD, {}, ROW, "child", machine=True, item=TOLD["children"][0]) == "見本\u3000一"
    assert words.fill("{name}は{why}、{受付日}。", d, TOLD, {}, ROW) == "見本\u3000花子は転入、令和8年11月20日。"


def test_csv_is_rfc_4180_and_keeps_every_character():
    face = csv_of(small_words(), 0)
    assert face.unmapped == ()
    assert face.data.endswith('"一行目\n""二""行目,おわり",見本\u3000一、見本,0001\r\n'.encode("cp932"))
    assert face.data.startswith("氏名,住所,理由,額,申し出,子,市\r\n見本\u3000花子,".encode("cp932"))


def test_csv_of_entries_has_a_line_each_and_a_mark_in_utf8():
    face = csv_of(small_words(), 1)
    first, second = "R8-0000-0000-0,見本\u3000一,3,見本\u3000花子", "R8-0000-0000-0,見本,,見本\u3000花子"
    expected = f"受付,子,年齢,氏名\r\n{first}\r\n{second}\r\n"
    assert face.data == b"\xef\xbb\xbf" + expected.encode()
    assert csv_of(small_words(), 1, children=[]).data == b"\xef\xbb\xbf" + "受付,子,年齢,氏名\r\n".encode()


def test_characters_outside_cp932_are_written_as_geta_and_reported():
    face = csv_of(small_words(), 0, name={"sei": "𠮷野", "mei": "\ue000"}, said="髙﨑\u301c1\u22122 か\u3099 \u00a5")
    lines = face.data.decode("cp932")
    assert "〓野\u3000〓" in lines and "髙﨑\uff5e1\uff0d2 か〓 〓" in lines
    assert face.unmapped == (
        ("氏名", "𠮷", "U+20BB7"), ("氏名", "\ue000", "U+E000"), ("申し出", "\u3099", "U+3099"),
        ("申し出", "\u00a5", "U+00A5"))


def test_formulas_are_left_as_they_are():
    assert b"=SUM" in csv_of(small_words(), 0, said="=SUM(A1)").data


def test_a_sealed_number_is_never_handed_over_as_its_token():
    with pytest.raises(words.StillSealed):
        csv_of(small_words(), 2, number="sv_0123456789abcdef01234567")


def test_wrong_answers_make_no_file():
    with pytest.raises(handover.AnswersRefused) as refusal:
        csv_of(small_words(), 0, name=None)
    assert [f.question for f in refusal.value.faults] == ["name"]


def test_tablet_asks_for_one_more_between_entries():
    d = small_words()
    pages = [(p.title, p.question, p.more) for p in tablet.pages(d, TOLD) if p.group]
    assert pages == [
        ("お子さんはいますか", "", True), ("お子さん 1", "child", None), ("お子さん 1", "age", None),
        ("お子さんは、もう一人いますか", "", True), ("お子さん 2", "child", None), ("お子さん 2", "age", None),
        ("お子さんは、もう一人いますか", "", None)]
    assert [p.more for p in tablet.pages(d, {}) if p.group] == [None]
    assert [p.more for p in tablet.pages(d, {"children": []}) if p.group] == [False]


def test_search_passages_carry_their_source():
    found = {p.heading: p for p in search.search_text(small_words()).passages}
    assert found["いつですか"].text == "翌月です。"
    assert found["期限"].source == "見本の申請「期限」(2026-11-22版)"


@pytest.mark.parametrize(("given", "shown"), [
    ("七尾 花子", ("七尾 花子\u3000様",)), ("見本株式会社 御中", ("見本株式会社 御中",)),
    ("〒1\n七尾\n花子", ("〒1", "七尾", "花子\u3000様")), ("", ()),
])
def test_addressee_gets_an_honorific_once(given, shown):
    d = small_words()
    city = letter.LetterCity(name="七尾市", mayor="見本 太郎", appeals={"市長": "審査請求ができます。"})
    row = words.row_of(d, outcome="grant", received=dt.datetime(2026, 11, 19, 15, 30, tzinfo=dt.UTC), addressee=given)
    made = letter.letter_of(d, d.documents[0], TOLD, {}, row, city)
    assert made.addressee == shown
    assert made.sender == ("七尾市長", "見本 太郎") and made.appeal == "審査請求ができます。" and made.heading == "記"
    board = dataclasses.replace(city, head="七尾市選挙管理委員会委員長")  # another authority: its head, never the mayor's name
    assert letter.letter_of(d, d.documents[0], TOLD, {}, row, board).sender == ("七尾市選挙管理委員会委員長",)
    assert made.body == ("令和8年11月20日付けの申請について",)  # 00:30 in Japan
