"""A row of the inventory and a pattern make a draft that reads back, says what the row says, and invents nothing."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from madoguchi.procedures.rules import draft_pages, draft_row, facets, generate, patterns, yaml_strict
from madoguchi.procedures.rules.build import TOP
from madoguchi.procedures.rules.checks import Facts
from madoguchi.procedures.rules.draft_text import clean
from madoguchi.procedures.rules.faces.pdf import paper_form
from madoguchi.procedures.rules.faces.search import search_text
from madoguchi.procedures.rules.fees import bill
from madoguchi.procedures.rules.model import Definition
from madoguchi.procedures.rules.read import read
from madoguchi.procedures.rules.validate import judge

from . import pack

FOLDER = pack.ROOT / "procedures" / "patterns"
FULL = {
    "key": "KAZ-0012", "name": "犬の登録申請", "section": "市民課", "law": "狂犬病予防法", "article": "第4条第1項", "kind": "1申請等",
    "identity": "6不要", "fee": "3,000円", "attachments": "①注射済票\n②鑑札（ある方、写し）", "days": "14日", "event": "その他", "slug": "",
    "information": "申請者の氏名（ふりがな）、住所、電話番号、犬の種類、犬の生年月日、登録の理由",
}


@functools.cache
def words() -> draft_pages.Words:
    found, problems = patterns.read_words((FOLDER / "common.yaml").read_text(encoding="utf-8"), "common.yaml")
    assert found is not None, problems
    return found


@functools.cache
def every() -> tuple[patterns.Pattern, ...]:
    out = []
    for path in sorted(FOLDER.glob("*.yaml")):
        if path.stem != "common":
            found, problems = patterns.read_pattern(path.read_text(encoding="utf-8"), path.name)
            assert found is not None, problems
            out.append(found)
    return tuple(out)


def named(name: str) -> patterns.Pattern:
    return next(p for p in every() if p.name == name)


def place() -> patterns.Place:
    city = pack.city()
    return patterns.Place({k: s.name for k, s in city.sections.items()}, {k: e.name for k, e in city.life_events.items()}, "2026-11-27")


def test_where_the_counter_can_be_booked_nobody_is_asked_for_days_that_they_wish():
    row = {**FULL, "name": "来庁の予約の届出", "kind": "届出"}
    for bookable, asked in (((), True), (("shimin",), False)):
        at = dataclasses.replace(place(), bookable=bookable)
        made = patterns.draft(row, named("届出+予約"), "検査", words(), at)
        city = pack.city()
        d, problems = read(made.text, "x.yaml", sections=city.sections, appeals=city.appeals, life_events=city.life_events)
        assert d is not None and not problems
        assert any(q.id == "visit_first" for q in d.questions()) is asked and ("予約してください" in d.remaining) is not asked
        assert any("来たい日を聞かない" in doubt for doubt in made.doubts) is not asked and d.visit


def drawn(row: dict[str, str], pattern: patterns.Pattern | None = None) -> tuple[patterns.Draft, Definition]:
    chosen, why = (pattern, "試し") if pattern else patterns.choose(row, every())
    made = patterns.draft(row, chosen, why, words(), place())
    city = pack.city()
    d, problems = read(made.text, "x.yaml", sections=city.sections, appeals=city.appeals, life_events=city.life_events)
    assert d is not None, "\n".join([*map(str, problems), made.text])
    return made, d


def test_the_eight_patterns_are_there():
    assert {p.name for p in every()} == {"申請", "届出", "証明交付", "施設利用", "補助金", "講座申込", "届出+予約", "アンケート"}
    assert [p.name for p in every() if p.default] == ["申請"]


@pytest.mark.parametrize(("name", "kind", "pattern"), [
    ("犬の登録申請", "1申請等", "申請"), ("児童手当 受給事由消滅届", "届出", "届出"), ("事故報告書の提出", "1", "届出"),
    ("所得証明書の交付申請", "1", "証明交付"), ("戸籍謄本の交付請求", "", "証明交付"), ("市民体育館利用許可申請", "1", "施設利用"),
    ("住宅リフォーム補助金交付申請", "1", "補助金"), ("災害見舞金の支給申請", "", "補助金"), ("親子料理教室参加申込", "", "講座申込"),
    ("転居届", "届出", "届出+予約"), ("転入届の来庁予約", "", "届出+予約"), ("総合計画に関するアンケート", "", "アンケート"), ("何か", "", "申請"),
    ("文化ホールの使用の許可の申請", "1", "施設利用"), ("墓地の使用許可の申請", "1", "申請"), ("火災の罹災の証明の申請", "1", "証明交付"),
    ("電子証明書の更新の申請", "1", "申請"), ("危険ブロック塀の除却の補助の申請", "1", "補助金"), ("水道料金の口座振替の申込", "1", "申請"),
])
def test_the_pattern_is_chosen_by_kind_and_words(name: str, kind: str, pattern: str):
    chosen, why = patterns.choose({"name": name, "kind": kind}, every())
    assert chosen.name == pattern, why
    assert "+" in why or name == "何か"


def test_the_choice_says_why():
    chosen, why = patterns.choose(FULL, every())
    assert (chosen.name, why) == ("申請", "手続類型「1申請等」(+2)、名前の「申請」(+3)、名前の「登録」(+2)で、合わせて7")


@pytest.mark.parametrize("pattern", every(), ids=lambda p: p.id)
@pytest.mark.parametrize("row", [FULL, {"name": "見本"}], ids=["full", "bare"])
def test_every_pattern_makes_a_procedure_that_can_be_filed(pattern: patterns.Pattern, row: dict[str, str]):
    _, d = drawn(row, pattern)
    day = dt.date(2026, 11, 27)
    answers = generate.answers_for(d, random.Random(3), today=day)
    assert judge(d, Facts(answers, day, lambda x: x)).faults == []
    assert paper_form(d, "七尾市").data.startswith(b"%PDF")
    assert "〔" not in repr(d)


@pytest.mark.parametrize(("row", "fixed"), [
    ({"name": "死亡届"}, True), ({"name": "婚姻届", "law": "戸籍法"}, True), ({"name": "名の変更届", "law": "戸籍法"}, True),
    ({"name": "転入の届出"}, True), ({"name": "転居届"}, True), ({"name": "印鑑登録の申請"}, True), ({"name": "特別永住者証明書の更新の申請"}, True),
    ({"name": "犬の死亡届"}, False), ({"name": "団体名の変更届"}, False), ({"name": "婚姻届受理証明書の交付請求", "law": "戸籍法"}, False),
    ({"name": "転入届の来庁予約"}, False), ({"name": "転入学の届出"}, False), ({"name": "印鑑登録証明書の交付申請"}, False),
    ({"name": "国民年金の死亡届"}, False), ({"name": "改葬許可の申請", "law": "戸籍法"}, False),
])
def test_what_the_law_ties_to_a_visit_or_a_paper_is_not_published_by_a_pattern(row: dict[str, str], fixed: bool):
    made, _ = drawn({**FULL, "law": "", **row})
    assert any("型だけでは公開しません" in b for b in made.blocks) is fixed, made.blocks
    assert any(d.startswith("公開: ") for d in made.doubts) is fixed


def test_what_nobody_knows_yet_is_not_told_as_if_it_were_known():
    made, d = drawn({"name": "何かの申請", "section": "市民課"})
    assert (d.visit, d.visit_open, d.cited) == ("", True, ()) and any(x.startswith("来庁: 棚卸に書かれていない") for x in made.doubts)
    assert "確認中" in d.deadline.text and "オンラインで出せます" not in d.summary
    assert facets.values(d)["visit"] == () and "法令・条例" not in search_text(d).text()
    assert "来る必要はありません" not in search_text(d).text() and "確認中" in search_text(d).text()
    _, d = drawn({**FULL, "article": ""})
    assert d.cited == (("狂犬病予防法", ""),)
    _, d = drawn({**FULL, "barred": "対面が要ります。"})
    assert not d.visit_open and "来ていただく" in d.visit


def test_a_full_row_is_told_as_it_is():
    made, d = drawn(FULL)
    assert (made.slug, d.name, d.section, d.kind, d.level, d.fee) == ("t-kaz-0012", "犬の登録申請", "shimin", "申請", "なし", 0)
    assert d.charge is not None and [(i.name, i.yen, i.count) for i in d.charge.items] == [("手数料", 3000, "")]
    assert [(x.law, x.article, x.doubt) for x in d.laws] == [("狂犬病予防法", "第4条第1項", "")]
    assert [(a.name, a.required, a.later, bool(a.doubt)) for a in d.attachments] == [
        ("注射済票", False, True, True), ("鑑札（ある方、写し）", False, True, True)]
    assert (d.review.days, d.review.day_kind) == (14, "日")
    asked = {q.label: (q.id, q.type, bool(q.doubt)) for q in d.questions()}
    assert asked["あなたの氏名"] == ("name", "氏名", False)
    assert asked["あなたの氏名のフリガナ"][:2] == ("kana", "カナ")
    assert asked["犬の種類"][1:] == ("文字", True) and asked["犬の生年月日"][1:] == ("生年月日", True)
    assert asked["登録の理由"][1] == "長文"
    assert len(asked) == 7
    assert d.question("name").box == "申請者の氏名（ふりがな）"  # type: ignore[union-attr]
    assert made.blocks == ()


def test_what_a_row_does_not_say_is_a_doubt():
    made, d = drawn({"name": "何かの申請", "section": "市民課"})
    assert "棚卸に法令名がない" in d.laws[0].doubt and "条項がない" in d.laws[0].doubt
    said = "\n".join(made.doubts)
    assert all(word in said for word in ("決裁", "確認事項", "処分", "教示", "書類の文")), "what the pattern placed is said to be the pattern's"
    for part in ("手数料: 棚卸に書かれていない", "本人確認: 棚卸に書かれていない", "処理期間がない", "添付: 棚卸に書かれていない", "よみ"):
        assert part in said
    assert all(q.doubt for q in d.questions()), "a question that the row does not name is asked without a doubt"
    assert len(made.doubts) == len(d.doubts)
    assert made.blocks == ()


COPY = {**FULL, "name": "所得証明書の交付申請", "information": "氏名"}


@pytest.mark.parametrize(("more", "items"), [
    ({"fee": "１通３００円"}, [("手数料(1通)", 300, "copies")]), ({"fee": "300円/通"}, [("手数料(1通)", 300, "copies")]),
    ({"fee": "1台500円", "name": "車の登録申請", "information": "登録する台数"}, [("手数料(1台)", 500, "q")]),
    ({"fee": "1件につき500円", "name": "車の登録申請"}, [("手数料", 500, "")]), ({"fee": "500円", "name": "車の登録申請"}, [("手数料", 500, "")]),
])
def test_a_clear_fee_is_asked_for_as_often_as_the_row_says(more: dict[str, str], items: list[tuple[str, int, str]]):
    made, d = drawn({**COPY, **more})
    assert d.charge is not None and d.fee == 0 and made.blocks == () and d.charge.first
    assert [(i.name, i.yen, i.count[:1] if i.count[:2] == "q_" else i.count) for i in d.charge.items] == items
    assert any("減免を条例で確かめる" in doubt for doubt in made.doubts)
    count = d.charge.items[0].count
    assert bill(d, {count: 10} if count else {}, lambda key: (key, 0, False)).total == items[0][1] * (10 if count else 1)
    assert not count or d.question(count).required  # type: ignore[union-attr]


@pytest.mark.parametrize("more", [{"fee": "300円"}, {"fee": "1件300円"}, {"fee": "1台500円"}, {"fee": "1通300円", "name": "車の登録申請"},
                                  {"fee": "証明300円、郵送110円"}, {"fee": "月300円"}])
def test_a_fee_that_could_be_several_sums_blocks_and_is_told_to_nobody(more: dict[str, str]):
    made, d = drawn({**COPY, **more})
    assert (d.fee, d.charge) == (0, None) and "分かりません" in made.blocks[0] and any("0円にしてある" in doubt for doubt in made.doubts)


def test_a_fee_of_unknown_amount_is_not_publishable():
    made, d = drawn({**FULL, "fee": "条例による"})
    assert d.fee == 0 and "額が分かりません" in made.blocks[0]


@pytest.mark.parametrize(("text", "yen", "unclear"), [
    ("", 0, False),
    ("無料", 0, False), ("なし", 0, False), ("0円", 0, False), ("不要", 0, False), ("300円", 300, False), ("１通３００円", 300, False),
    ("1件につき1,500円", 1500, False), ("450", 450, False), ("有", 0, True), ("1", 0, True), ("300円〜500円", 0, True), ("実費", 0, True),
    ("200円又は400円", 0, True), ("無料（再交付は200円）", 0, True),
])
def test_fees(text: str, yen: int, unclear: bool):
    fee = draft_row.fee_of(text)
    assert (fee.yen, fee.unclear) == (yen, unclear)


@pytest.mark.parametrize(("text", "days"), [
    ("14日", (14, "日")), ("10開庁日", (10, "開庁日")), ("2週間", (14, "日")), ("約１か月", (30, "日")), ("即日", (1, "開庁日")),
    ("7日~14日", (14, "日")), ("30", (30, "日")), ("随時", (0, "")), ("", (0, "")), ("1年", (365, "日")),
])
def test_days(text: str, days: tuple[int, str]):
    assert draft_row.days_of(text) == days


@pytest.mark.parametrize(("text", "items"), [
    ("", []), ("なし", []), ("特になし", []),
    ("住民票、印鑑証明書", ["住民票", "印鑑証明書"]), ("氏名・住所・電話番号", ["氏名", "住所", "電話番号"]),
    ("1.住民票\n(2) 所得証明", ["住民票", "所得証明"]), ("図面（平面図、立面図）、写真", ["図面（平面図、立面図）", "写真"]),
    ("氏名、氏名", ["氏名"]), ("（閉じない、住所\n氏名", ["（閉じない、住所", "氏名"]), ("閉じただけ）、氏名", ["閉じただけ）", "氏名"]),
])
def test_cells_are_parted(text: str, items: list[str]):
    assert draft_row.pieces(text) == items


def test_slugs_follow_the_id_and_not_the_name():
    def slug(**row: str) -> str:
        return draft_row.slug_of(draft_row.row_of(row))

    assert slug(key="KAZ-12", name="A") == slug(key="KAZ-12", name="B") == "t-kaz-12"
    assert len({slug(key=key) for key in ("A-1", "A_1", "a-1", "A1", "A 1", "Ａ-1", "A--1", "あ", "い")}) == 9
    assert slug(name="A", section="x") != slug(name="A", section="y")
    assert slug(key="X", slug="dog-toroku") == "dog-toroku" and slug(key="X", slug="Dog!") == "t-x"


def test_the_file_opens_with_where_it_comes_from_and_keeps_the_order_of_headings():
    made, _ = drawn(FULL)
    assert made.text.startswith("# 棚卸の行 KAZ-0012 から、型「申請」(shinsei)で作った下書き。選んだ理由: 手続類型「1申請等」")
    keys = list(yaml_strict.load(made.text, "x")[0])
    assert keys == [k for k in TOP if k in keys]
    assert "# 標準日数は棚卸の「処理期間」から" in made.text


def test_a_number_of_a_person_is_never_asked_without_a_card():
    _, d = drawn({**FULL, "information": "個人番号"})
    assert d.level == "署名用" and d.question("mynumber") is not None


@pytest.mark.parametrize("pattern", every(), ids=lambda p: p.id)
def test_the_card_is_brought_where_it_is_asked_for_and_nowhere_else(pattern: patterns.Pattern):
    for identity, asked in (("6不要", False), ("1押印+印鑑証明", True)):
        _, d = drawn({"name": "見本", "identity": identity, "information": "理由"}, pattern)
        assert (d.level != "なし", "マイナンバーカード" in d.bring) == (asked, asked)


def test_an_unknown_section_and_a_paper_that_nobody_files_are_not_publishable():
    assert "担当課「水の課」" in drawn({**FULL, "section": "水の課"})[0].blocks[0]
    assert "作成・保存" in drawn({**FULL, "kind": "4作成・保存等"})[0].blocks[0]
    assert drawn({**FULL, "section": "健康福祉部 高齢者支援課"})[1].section == "kaigo"


@pytest.mark.parametrize(("text", "wrong"), [
    ("型: {番号: a}", "「名」"), ("型: {番号: a, 名: b, 言葉: {申請: 多い}}", "重み"), ("型: {番号: a, 名: b}", "「種別」がありません"),
    ("型: {番号: a, 名: b}\n概要: 〔市名〕", "〔市名〕"), ("型: &a", "使えません"),
])
def test_a_wrong_pattern_says_what_to_do(text: str, wrong: str):
    found, problems = patterns.read_pattern(text, "p.yaml")
    assert found is None and any(wrong in p.ja for p in problems)


ODD = st.text(alphabet=st.one_of(st.characters(), st.sampled_from("\"':#{}[]&*!|>%@`-?,、・（）()\\\n\t 　〔手続名〕氏名住所")), max_size=300)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(row=st.fixed_dictionaries(dict.fromkeys(draft_row.COLUMNS, ODD)), pattern=st.sampled_from(range(8)))
def test_any_row_gives_a_file_that_reads_back_and_says_what_the_row_says(row: dict[str, str], pattern: int):
    made, d = drawn(row, every()[pattern])
    asked = draft_row.row_of(row)
    name = clean(asked["name"])
    assert name in ("", d.name, d.plan_name)
    assert [a.name for a in d.attachments] == draft_row.pieces(asked["attachments"])
    assert not asked["law"] or d.laws[0].law == clean(asked["law"])
    boxes = {q.box for q in d.questions()} | {q.label for q in d.questions()}
    items = draft_pages.asked(asked["information"], words())
    assert {a.table["問"] for a in items} <= boxes
    assert d.id == made.slug and all(made.doubts)
