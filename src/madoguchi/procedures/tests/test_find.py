"""Search: the same thing however it is written, everyday words, one wrong letter, other languages, and nothing where nothing is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from madoguchi.config.procedures_cli import tables
from madoguchi.procedures.rules import facets, translate
from madoguchi.procedures.rules.find import NAME, Index, plain
from madoguchi.procedures.rules.find_names import names_of
from madoguchi.procedures.rules.letters import one_off
from madoguchi.procedures.rules.spoken import Readings, read_readings
from madoguchi.procedures.rules.synonyms import joined, read_synonyms

from . import pack

QUERIES = Path(__file__).with_name("queries.tsv")
SYNONYMS = pack.ROOT / "procedures" / "search" / "synonyms.yaml"
READINGS = pack.ROOT / "procedures" / "search" / "readings.tsv"
DRAFTED = ("火葬許可の申請", "下水道の使用開始の届出", "墓地の改葬の許可")  # made of rows of an inventory: without a reading
LEAST_QUERIES, LEAST_FOUND, MOST_FALSE = 150, 0.95, 0.05


def readings() -> Readings:
    found, problems = read_readings(READINGS.read_text(encoding="utf-8"), READINGS.name)
    assert not problems
    return found


@pytest.fixture(scope="module")
def index() -> Index:
    common, _, problems = read_synonyms(SYNONYMS.read_text(encoding="utf-8"), SYNONYMS.name)
    assert not problems
    definitions = [pack.definition(name) for name in pack.ids()]
    names = {d.id: names_of(d, translate.wanted(d, tables(d.id))) for d in definitions}
    drafts = [replace(pack.definition("sodai-gomi"), id=f"t-{n}", name=name, reading=name, aliases=(), keywords=(), plan_name="", guidance=(),
                      laws=(), summary="", audience="") for n, name in enumerate(DRAFTED)]
    return Index(definitions + drafts, joined(common, {}, frozenset()), names, readings())


def table() -> dict[str, list[str]]:
    lines = [line.split("\t") for line in QUERIES.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return {query: [] if wanted == "-" else wanted.split() for query, wanted in lines}


@pytest.mark.parametrize(("written", "also"), [
    ("子供", "子ども"), ("子ども", "コドモ"), ("車椅子", "車いす"), ("引っ越し", "引越し"), ("保育園の申し込み", "保育園の申込"),
    ("り災証明", "罹災証明"), ("ﾘｻｲ", "りさい"),
])
def test_spellings_find_the_same(index, written, also):
    assert plain(written) == plain(also)
    found = [hit.slug for hit in index.find(written)]
    assert found == [hit.slug for hit in index.find(also)]
    assert found, written


def test_everyday_queries_find_what_is_meant_among_the_first_three(index):
    wanted = {query: slugs for query, slugs in table().items() if slugs}
    assert len(wanted) >= LEAST_QUERIES
    assert {s for slugs in wanted.values() for s in slugs} <= set(pack.ids())
    missed = {q: [h.slug for h in index.find(q)[:3]] for q, slugs in wanted.items() if not set(slugs) & {h.slug for h in index.find(q)[:3]}}
    assert 1 - len(missed) / len(wanted) >= LEAST_FOUND, missed


@pytest.mark.parametrize("query", ["地震", "台風", "大雨", "津波", "水害", "豪雨", "災害", "earthquake", "động đất", "terremoto", "台风"])
def test_who_names_a_disaster_finds_every_relief_there_is(index, query):
    found = [h.slug for h in index.find(query)]
    assert found[0] == "risai-shoumei", "all others ask for the certificate"
    assert {"oukyuu-kasetsu", "oukyuu-shuuri", "shougaibutsu-jokyo", "seikatsu-saiken-shien-kin", "saigai-choui-kin", "saigai-engo-shikin",
            "saigai-shougai-mimaikin"} <= set(found)


def test_what_the_pack_has_nothing_about_is_not_found(index):
    none = [query for query, slugs in table().items() if not slugs]
    false = {q: [(h.slug, h.how, h.word) for h in index.find(q)] for q in none if index.find(q)}
    assert len(none) >= 30
    assert len(false) / len(none) <= MOST_FALSE, false


@pytest.mark.parametrize(("query", "how", "typed", "word"), [
    ("給食費", "exact", "給食費", "給食費"), ("お葬式", "synonym", "お葬式", "葬祭費"),
    ("work at city hall", "synonym", "work at city hall", "職員採用"), ("児童手宛", "typo", "児童手宛", "児童手当"),
    ("pregnancy", "language", "pregnancy", "pregnancy"), ("印鑑登録証明書", "exact", "印鑑登録証明書", "印鑑登録証明書"),
])
def test_a_hit_says_why(index, query, how, typed, word):
    hit = index.find(query)[0]
    assert (hit.how, hit.typed) == (how, typed)
    assert plain(hit.word) == plain(word)


def test_the_name_says_it_by_itself(index):
    hit = next(h for h in index.find("罹災証明書") if h.slug == "risai-shoumei")
    assert hit.place != NAME or hit.why == ""


@pytest.mark.parametrize(("a", "b", "same"), [
    ("児童手当", "児童手宛", True), ("ほいえくん", "ほいくえん", True), ("じどうてて", "じどうてあて", True), ("介護", "介護", False),
    ("介護", "保育", False),    ("abcd", "bacd", True), ("abcd", "badc", False), ("", "a", True), 
    ("ab", "ba", True), ("abcd", "abdc", True), ("abc", "abcde", False),
])
def test_one_letter(a, b, same):
    assert one_off(a, b) is one_off(b, a) is same


@pytest.mark.parametrize("query", ["父が死んだ", "母が死んだ", "夫が死にました"])
def test_who_has_died_is_no_slip_of_the_pen_for_a_dog(index, query):
    found = index.find(query)
    assert found[0].slug in ("jidou-teate-mishiharai", "sousai-hi") and all(hit.how != "typo" for hit in found)


def test_known_queries_are_made_of_words_of_the_index_alone(index):
    assert index.search("児童手当 現況届").known
    assert index.search("child allowance").known
    for query in ("鈴木一郎", "児童手当 鈴木", "鈴木さんの児童手当", "0767-00-0000", "hanako@example.jp", "hanako", "七尾花子 介護", "", "　",
                  "はなが死亡", "はやとの介護", "はな 児童手当", "an la", "to an"):
        assert not index.search(query).known, query


@pytest.mark.parametrize(("typed", "same"), [
    ("住民ひょう", "住民票"), ("hikkoshi", "ひっこし"), ("よそへ引っ越す", "よそへ引越"), ("そうしき", "葬式"), ("kokuho", "国保")])
def test_a_word_is_found_as_it_is_read_or_typed_in_latin_letters(index, typed, same):
    assert index.find(typed) and index.find(typed)[0].slug == index.find(same)[0].slug


@pytest.mark.parametrize("typed", ["chó", "Chó", "con chó", "cho\u0301", "đăng ký chó", "chó bị chết", "cho"])
def test_a_word_that_is_a_stop_word_without_its_marks_is_found(index, typed):
    """chó is a dog, cho is "for": Vietnamese is typed with marks, and without them where the keyboard has none."""
    found = index.find(typed)
    assert found and found[0].slug in ("inu-touroku", "inu-shibou")


def test_stop_words_say_nothing_beside_others(index):
    assert [h.slug for h in index.find("trợ cấp cho trẻ em")] == [h.slug for h in index.find("trợ cấp trẻ em")]
    assert not index.find("thủ tục")


@pytest.mark.parametrize(("query", "never"), [
    ("バイクの廃車", "hoiku-riyou-moushikomi"), ("犬がいなくなった", "tenshutsu-todoke"), ("ソファー", "jidou-fuyou-genkyou"),
    ("原付を買った", "kaigo-fukushi-yougu"), ("犬をもらった", "jidou-teate-mishiharai"), ("マイナンバーカード", "kouza-moushikomi"),
    ("生活保護", "seikatsu-saiken-shien-kin")])
def test_chance_likeness_finds_nothing(index, query, never):
    assert never not in {hit.slug for hit in index.find(query)}


def test_nothing_found_names_the_nearest(index):
    assert not index.find("シャワーキャップ")
    assert index.nearest("シャワーキャップ") == ["シャワーチェア"]
    assert index.nearest("ぬぬぬ") == []
    assert all(index.find(word) for word in index.nearest("マイナンバーカード")), "a word that finds nothing helps nobody on"


def test_synonyms_say_what_is_wrong_with_their_line():
    text = "言い換え:\n  ゴミ: []\n  犬: [犬]\n  犬: [ねこ]\n  ねこ: 猫\n同じ意味:\n  - [一つ]\n使わない: ごみ\nほか: x\n"
    found, dropped, problems = read_synonyms(text, "synonyms.yaml")
    assert sorted({p.line for p in problems}) == [2, 4, 7, 8, 9]
    assert all(p.file == "synonyms.yaml" for p in problems)
    assert not dropped
    assert found["ねこ"] == ("猫",)


def test_the_citys_words_stand_in_the_place_of_the_common_ones():
    common, _, _ = read_synonyms("言い換え:\n  ごみ: [廃棄物]\n  犬: [畜犬]\n  猫: [ねこ]\n", "a.yaml")
    own, dropped, problems = read_synonyms("言い換え:\n  ゴミ: [資源]\n使わない: [犬]\n", "b.yaml")
    assert not problems
    assert joined(common, own, dropped).to == {"ごみ": ("資源",), "猫": ("ねこ",)}


def test_two_way_words_find_each_other():
    found, _, problems = read_synonyms("同じ意味:\n  - [謄本, 全部事項証明]\n", "a.yaml")
    assert not problems
    assert found == {"謄本": ("全部事項証明",), "全部事項証明": ("謄本",)}


def test_counts_of_a_group_leave_its_own_choices_aside():
    rows = [pack.definition(name) for name in pack.ids()]
    own = [facets.values(d) for d in rows]
    all_of_them, care = facets.counts(own, {}), facets.counts(own, {"section": ["kaigo"]})
    assert sum(all_of_them["section"].values()) == sum(all_of_them["fee"].values()) == len(rows)
    assert care["section"] == all_of_them["section"]
    assert sum(care["fee"].values()) == all_of_them["section"]["kaigo"]
    both = [d for d in rows if facets.fits(facets.values(d), {"section": ["kaigo", "shimin"], "fee": ["paid"]})]
    assert both
    assert {d.section for d in both} == {"shimin"}


@pytest.mark.parametrize(("query", "name"), [
    ("かそう", "火葬許可の申請"), ("カソウ許可", "火葬許可の申請"), ("げすいどう", "下水道の使用開始の届出"), ("かいそう", "墓地の改葬の許可"),
])
def test_a_draft_without_a_reading_is_found_by_kana(index, query, name):
    assert f"t-{DRAFTED.index(name)}" in [hit.slug for hit in index.find(query)[:3]]


@pytest.mark.parametrize(("query", "slug"), [
    ("印かん証明", "inkan-shoumei"), ("印かん登録の証明", "inkan-shoumei"), ("災がい弔慰金", "saigai-choui-kin"),
    ("zyuuminhyou", "juuminhyou-utsushi"), ("sisetu riyou", "shisetsu-riyou"), ("ワンちゃん", "inu-touroku"), ("テニスコート", "shisetsu-riyou"),
])
def test_kanji_and_kana_mixed_and_other_spellings_of_romaji_are_understood(index, query, slug):
    assert slug in [hit.slug for hit in index.find(query)[:3]]


def test_another_word_of_a_sentence_is_no_typing_error(index):
    found = index.find("父が死んだ")
    assert found and all(hit.how != "typo" for hit in found)
    assert index.find("住民表")[0].slug == "juuminhyou-utsushi"


def test_lines_of_the_readings_that_cannot_be_read_are_named():
    found, problems = read_readings("# 説明\n火葬\tかそう\n火葬\tかそう\n許可 きょか\n許可\t許可\n", "readings.tsv")
    assert found.of == {"火葬": "かそう"}
    assert [p.line for p in problems] == [3, 4, 5]


def test_a_name_that_alone_begins_with_the_word_comes_before_everyday_words_for_it(index):
    """火葬 is 火葬許可, whatever else knows おくやみ; 介護, with which many begin, is decided as before."""
    assert index.find("火葬")[0].slug == "t-0" and index.find("転出")[0].slug == "tenshutsu-todoke" and index.find("転入")[0].slug == "rainin-yoyaku"
    assert index.find("介護")[0].slug == "kaigo-nintei-shinki"


@pytest.mark.parametrize(("typed", "slug"), [
    ("house damaged", "risai-shoumei"), ("狗", "inu-touroku"), ("水灾", "risai-shoumei"), ("家具", "sodai-gomi"), ("护照", "koseki-shoumei"),
    ("lũ lụt", "risai-shoumei"), ("lu lut", "risai-shoumei"), ("nhà bị hỏng", "risai-shoumei"), ("hộ chiếu", "koseki-shoumei"),
    ("có bầu", "ninshin-todoke"), ("đồ gỗ", "sodai-gomi"), ("cachorro", "inu-touroku"), ("grávida", "ninshin-todoke"),
    ("gravida", "ninshin-todoke"), ("inundação", "risai-shoumei"), ("enchente", "risai-shoumei"), ("certidão", "koseki-shoumei"),
    ("móveis", "sodai-gomi"), ("moveis", "sodai-gomi"), ("comprovante de renda", "kazei-shoumei"),
])
def test_everyday_words_of_other_languages_find_what_they_mean(index, typed, slug):
    assert slug in [hit.slug for hit in index.find(typed)[:3]]


@pytest.mark.parametrize(("asked", "meant"), [
    ("trợ cấp trẻ em bao nhiêu tiền", "trợ cấp trẻ em"), ("giấy chứng nhận bao nhiêu tiền", "giấy chứng nhận"),
    ("how much is the child allowance", "child allowance"), ("quanto custa o atestado de residência", "atestado de residência"),
    ("住民票多少钱", "住民票"), ("住民票はいくら", "住民票"), ("住民票 how much", "住民票"), ("khai tử ở đâu", "khai tử"),
])
def test_what_only_asks_changes_nothing_beside_what_is_meant(index, asked, meant):
    assert [h.slug for h in index.find(asked)] == [h.slug for h in index.find(meant)] != []


@pytest.mark.parametrize("asked", [
    "bao nhiêu tiền", "bao nhieu tien?", "how much", "how much is it", "多少钱", "quanto custa?", "いくら", "いくらかかる"])
def test_who_asks_only_how_much_finds_what_costs_something(index, asked):
    hits = index.find(asked)
    assert hits and {h.word for h in hits} == {"手数料"}, "not the storm of bao nhiêu"
    assert index.search(asked).known, "such words name nobody"


@pytest.mark.parametrize("asked", ["ở đâu", "khi nào", "làm thế nào", "how long", "quando", "onde", "什么时候", "どうやって"])
def test_a_question_alone_finds_nothing(index, asked):
    assert index.find(asked) == []


def test_insurance_is_no_storm(index):
    assert not any(h.word == "罹災証明" for h in index.find("bảo hiểm chăm sóc"))
    assert index.find("bão")[0].slug == index.find("bao")[0].slug == "risai-shoumei"
