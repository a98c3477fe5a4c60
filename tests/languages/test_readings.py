"""The catalogues of readings: whole, well formed, and right where a tokenizer goes wrong."""

from __future__ import annotations

import functools
import re

import pytest

from madoguchi.config import readings_cli as cli
from madoguchi.config.furigana import ONE, Reader, Unread, Words, aligned, unread, words_of
from madoguchi.intake.retold import WITH_NAMES
from madoguchi.kernel.counters import marked, settled
from madoguchi.kernel.said import key_of, ruby, unruby
from madoguchi.offices.public import city
from madoguchi.procedures.pack import TRANSLATIONS_ROOT, side_file
from madoguchi.web.languages import FURIGANA, catalogue, with_readings_of

MAKE = "`madoguchi languages readings` を動かしてください(docs/developer.md)"


@functools.cache
def side(name: str) -> dict[str, str]:
    return {e.source: e.text for e in side_file(TRANSLATIONS_ROOT / FURIGANA.code / f"{name}.yaml")}


@functools.cache
def everything() -> dict[str, str]:
    """Every text with its reading, as the pages find them."""
    sides = [side(path.stem) for path in sorted((TRANSLATIONS_ROOT / FURIGANA.code).glob("*.yaml"))]
    sides.append({e.source: e.text for e in side_file(city().folder / "translations" / f"{FURIGANA.code}.yaml")})
    return {text: reading for found in [catalogue(FURIGANA.code), *sides] for text, reading in found.items()}


def test_every_sentence_of_the_pages_has_readings():
    assert [t for t in cli.page_texts() if t not in catalogue(FURIGANA.code)] == [], MAKE
    assert set(catalogue(FURIGANA.code)) <= set(cli.page_texts()), MAKE
    assert set(WITH_NAMES) <= set(catalogue(FURIGANA.code))


def test_every_text_of_the_definitions_has_readings():
    for name, texts in cli.definition_texts(city()).items():
        assert [t for t in texts if t not in side(name)] == [], f"{name}: {MAKE}"


def test_every_name_of_the_city_has_readings():
    own = {e.key for e in side_file(city().folder / "translations" / f"{FURIGANA.code}.yaml")}
    assert [t for t in cli.city_texts(city()) if key_of(t) not in own] == [], MAKE


def test_readings_stand_over_every_kanji_and_change_no_letter():
    assert [(t, r) for t, r in everything().items() if unread(t, r)] == []


def test_the_check_of_readings_sees_what_is_missing():
    assert unread("申請する日", "申請《しんせい》する日")
    assert unread("申請", "請求《せいきゅう》")
    assert not unread("{days}日", "{days}日《#》")
    assert not unread("4月20日", "4月《がつ》｜20日《はつか》")


@pytest.mark.parametrize(("text", "reading"), [
    ("石川県七尾市袖ヶ江町イ部25番地", "石川県《いしかわけん》七尾市《ななおし》袖ヶ江町《そでがえちょう》イ部《ぶ》25番地《ばんち》"),
    ("令和6年能登半島地震", "令和《れいわ》6年《ねん》能登半島《のとはんとう》地震《じしん》"),
    ("令和6年奥能登豪雨", "令和《れいわ》6年《ねん》奥能登《おくのと》豪雨《ごうう》"),
    ("給付係", "給付係《きゅうふがかり》"), ("町名・字", "町名《ちょうめい》・字《あざ》"), ("月", "月《げつ》"), ("その他", "その他《た》"),
    ("避難所", "避難所《ひなんじょ》"), ("再交付する証", "再交付《さいこうふ》する証《しょう》"),
])
def test_places_papers_and_offices_are_read_as_they_are_called(text: str, reading: str):
    assert everything()[text] == reading


def test_a_label_is_read_as_the_page_means_it():
    assert catalogue(FURIGANA.code)["月"] == "月《がつ》"  # of a date; the day of the week of a definition is げつ


@pytest.mark.parametrize(("wrong", "but"), [
    (r"方《ほう》", "所得の方が|配偶者の方が高い"), (r"証《あかし》|園《その》|ちちはは|日《じつ》|《にっぽん》|金《かな》|としつき", ""),
    (r"月《がつ》1日《にち》|(?<!\d)(?:｜)?(?:20|14|10|[2-9])日《にち》", ""),
    (r"居宅《(?!きょたく)|罹災《(?!りさい)|(?<!被)保険者《(?!ほけんしゃ)", ""),
    (r"月分《(?!ぶん)|時《とき》|何《なん》[がをにも]", ""),
])
def test_what_a_tokenizer_gets_wrong_is_mended(wrong: str, but: str):
    found = [t for t, r in everything().items() if re.search(wrong, r) and not (but and re.search(but, t))]
    assert found == []


@pytest.mark.parametrize(("number", "counter", "of_month", "told"), [
    ("1", "日", True, "｜1日《ついたち》"), ("1", "日", False, "1日《にち》"), ("2", "日", False, "｜2日《ふつか》"),
    ("8", "日", True, "｜8日《ようか》"),
    ("10", "日", False, "｜10日《とおか》"), ("11", "日", True, "11日《にち》"), ("14", "日", False, "｜14日《じゅうよっか》"),
    ("20", "日", True, "｜20日《はつか》"),
    ("24", "日", True, "｜24日《にじゅうよっか》"), ("30", "日", False, "30日《にち》"), ("1", "人", False, "｜1人《ひとり》"),
    ("2", "人", False, "｜2人《ふたり》"),
    ("4", "人", False, "4人《にん》"), ("20", "歳", False, "｜20歳《はたち》"), ("18", "歳", False, "18歳《さい》"),
    ("10", "分", False, "10分《ぷん》"),
    ("15", "分", False, "15分《ふん》"), ("00", "分", False, "00分《ふん》"), ("3", "分", False, "3分《ぷん》"),
    ("1,000", "人", False, "1,000人《にん》"),
])
def test_counters(number: str, counter: str, of_month: bool, told: str):
    assert marked(number, counter, of_month=of_month) == told
    assert settled(f"{number}{counter}《#{'月' if of_month else ''}》") == told


def test_a_number_that_is_none_leaves_the_counter_by_itself():
    assert settled("元日《#》") == "元日《にち》"
    assert settled("12.5分《#》") == "12.5分《ふん》"
    assert settled("｜20日《はつか》") == "｜20日《はつか》"


def test_number_and_counter_are_one_ruby():
    assert ruby("4月《がつ》｜20日《はつか》まで") == (
        "<span>4<ruby>月<rp>(</rp><rt>がつ</rt><rp>)</rp></ruby><ruby>20日<rp>(</rp><rt>はつか</rt><rp>)</rp></ruby>まで</span>")
    assert unruby("4月《がつ》｜20日《はつか》まで") == "4月20日まで"
    assert unruby("題｜七尾市《ななおし》") == "題｜七尾市"


@pytest.mark.parametrize(("day", "told"), [
    ("令和8年11月20日", "令和《れいわ》8年《ねん》11月《がつ》｜20日《はつか》"),
    ("昭和64年1月1日", "昭和《しょうわ》64年《ねん》1月《がつ》｜1日《ついたち》"),
    ("令和元年5月15日", "令和《れいわ》元年《がんねん》5月《がつ》15日《にち》"), ("平成2年3月", "平成《へいせい》2年《ねん》3月《がつ》"),
    ("1870年12月2日", "1870年《ねん》12月《がつ》｜2日《ふつか》"),
])
def test_days(day: str, told: str):
    assert with_readings_of(day) == told


def test_readings_stand_over_kanji_only():
    assert aligned("申し込み", "モウシコミ") == "申《もう》し込《こ》み"
    assert aligned("お子さん", "おこさん") == "お子《こ》さん"
    with pytest.raises(Unread):
        aligned("申請", "")


def tokens(text: str) -> list[tuple[str, str]]:
    """A tokenizer that knows four words, and reads 方 as tokenizers do."""
    known = {"申請": "シンセイ", "方": "ホウ", "中島": "ナカシマ", "以内": "イナイ"}
    parts = re.findall("|".join(known) + "|.", text, re.S)
    return [(p, known.get(p, p)) for p in parts]


def test_tables_win_over_the_tokenizer():
    reader = Reader(Words(anywhere={"中島": "なかじま"}, alone={"方": "かた"}), tokens, {"月": "月《がつ》"})
    assert reader.read("申請の方") == "申請《しんせい》の方《かた》"
    assert reader.read("中島で申請") == "中島《なかじま》で申請《しんせい》"
    assert reader.read("月") == "月《がつ》"
    assert reader.read("4月1日から14日以内") == "4月《がつ》｜1日《ついたち》から｜14日《じゅうよっか》以内《いない》"
    assert reader.read("30日間、3か月、2人") == "30日《にち》間《かん》、3か月《げつ》、｜2人《ふたり》"
    assert reader.read("<b>申請</b>の%(days)s日以内") == "<b>申請《しんせい》</b>の%(days)s日《#》以内《いない》"


def test_a_word_that_nobody_can_read_is_named():
    with pytest.raises(Unread, match="鱻"):
        Reader(Words(), lambda text: [(c, "") for c in text], {}).read("鱻")


def test_a_heading_that_is_none_is_named(tmp_path):  # type: ignore[no-untyped-def]
    (tmp_path / "readings.yaml").write_text("ことば:\n  申請: しんせい\n", encoding="utf-8")
    with pytest.raises(Unread, match="ことば"):
        words_of(tmp_path / "readings.yaml")


def test_words_of_the_tables_have_readings_that_fit():
    words = words_of(cli.HOUSE_WORDS, city().folder / "readings.yaml")
    assert len(words.anywhere) > 200
    for word, reading in {**words.anywhere, **words.alone}.items():
        assert unruby(aligned(word, reading)) == word
    for text, reading in {**words.pages, **words.definitions}.items():
        assert not unread(text, reading), text
    assert all(ONE.search(w) for w in words.anywhere)
