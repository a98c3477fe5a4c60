"""What stands between the words of a page, and the Japanese in a text of another language: marks, days, numbers, names."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.template.loader import render_to_string
from tests.support.hall import Hall

from madoguchi.agency.selectors import scope_words
from madoguchi.config.engine import sentence
from madoguchi.config.languages_cli import catalogue_file
from madoguchi.intake import retold
from madoguchi.intake.errors import TalkWrong
from madoguchi.kernel.amounts import Number
from madoguchi.kernel.said import bare, listed, ruby, say
from madoguchi.offices.public import city, city_words
from madoguchi.procedures.pack import TRANSLATIONS_ROOT, side_file
from madoguchi.procedures.public import FIELD_TYPES, Question
from madoguchi.procedures.rules.faces.webform import field_view
from madoguchi.web import languages, said_days
from madoguchi.web.languages import FURIGANA, LANGUAGES, TRANSLATED, catalogue, drawing

from .test_pages import SLUG, page, publish

LATIN = ("en", "vi", "pt")
WIDE = re.compile("[、。：（）｜〜「」　，．；！？【】]")


def words_of(code: str) -> list[str]:
    """All that we say in a language."""
    with catalogue_file(code).open("rb") as file:
        told = [str(m.string) for m in read_po(file) if m.id]
    files: list[Path] = [*(TRANSLATIONS_ROOT / code).glob("*.yaml"), city().folder / "translations" / f"{code}.yaml"]
    return told + [e.text for file in files for e in side_file(file)]


@pytest.mark.parametrize("code", LATIN)
def test_no_word_has_marks_of_japanese(code: str):
    assert [text for text in words_of(code) if WIDE.search(text)] == []


@pytest.mark.parametrize("code", LATIN)
def test_no_page_has_marks_of_japanese_between_its_words(hall: Hall, code: str):
    publish(hall)
    for path in (f"/p/{SLUG}/", "/procedures/", "/guide/hikkoshi/", "/sign-in/", "/status/", "/nowhere/"):
        html = re.sub(r'<span lang="ja">.*?</span>|<bdi lang="ja">.*?</bdi>', "", page(code, path))
        assert WIDE.findall(html) == [], path
    assert page(code, "/status/").count(" | ") >= 1, "the title"


def test_japanese_pages_keep_their_marks(hall: Hall):
    publish(hall)
    assert "｜" in page("ja", "/status/") and "｜" in page("ja-easy", "/status/") and "｜" in page("zh-hans", "/status/")


def test_what_is_japanese_in_a_foreign_sentence_is_marked_for_readers_of_the_screen():
    for code in LATIN:
        with drawing(LANGUAGES[code]):
            assert ruby("Tax Section (税務課) & 窓口") == '<span>Tax Section (<bdi lang="ja">税務課</bdi>) &amp; <bdi lang="ja">窓口</bdi></span>'
            assert said_days.lines("通帳の名義は?\nok") == '<bdi lang="ja">通帳の名義は</bdi>?<br>ok'
            assert bare(ruby("Tax Section (税務課)")) == "Tax Section (税務課)"
    with drawing(LANGUAGES["zh-hans"]):
        assert ruby("税务科（税務課） 住民票の写し") == '<span>税务科（税務課） <bdi lang="ja">住民票の写し</bdi></span>'
    for code in ("ja", "ja-easy"):
        with drawing(LANGUAGES[code]):
            assert "bdi" not in ruby("税務課") + said_days.lines("税務課")


def test_a_name_in_a_sentence_of_a_template_is_marked_too():
    said = []
    for code in ("ja", "en", "zh-hans"):
        with drawing(LANGUAGES[code]):
            said.append(str(sentence("%(name)sさんから、代理を頼まれています", name="見本 花<子")))
    assert [html.count('<bdi lang="ja">見本</bdi>') for html in said] == [0, 1, 0]
    assert all("&lt;" in html for html in said)
    with drawing(LANGUAGES["en"]):
        assert bare(sentence("%(name)sさんから、代理を頼まれています", name="見本 花子")) == "見本 花子 asks you to act for them"


def test_every_error_is_said_in_the_language_of_the_page():
    with drawing(LANGUAGES["en"]):
        assert bare(TalkWrong().ja) == "Please write your message."
        assert TalkWrong().ja.__html__() == "Please write your message."
    assert TalkWrong().ja == "連絡の文を入力してください。"


def question(kind: str) -> Question:
    return Question("q", "質問", kind)


@pytest.mark.parametrize(("code", "month", "yen", "account"), [
    ("ja", "令和8年11月", "1,234,500円", "のと 本店 普通 0000001 ミホン"),
    ("en", "November 2026", "1,234,500 yen", "のと 本店 Ordinary (普通) 0000001 ミホン"),
    ("vi", "tháng 11 năm 2026", "1.234.500 yên", "のと 本店 Thường (普通) 0000001 ミホン"),
    ("pt", "novembro de 2026", "1.234.500 ienes", "のと 本店 Comum (普通) 0000001 ミホン"),
])
def test_answers_are_shown_in_the_language_of_the_page(code: str, month: str, yen: str, account: str):
    held = {"bank_name": "のと", "branch_name": "本店", "kind": "普通", "number": "0000001", "holder": "ミホン"}
    with drawing(LANGUAGES[code]):
        said = [bare(FIELD_TYPES[kind].text(value, question(kind))) for kind, value in
                (("年月", "2026-11"), ("金額", 1_234_500), ("口座", held))]
    assert said == [month, yen, account]


def test_a_list_has_the_commas_of_its_language():
    files = listed(["a.jpg", "b.jpg"])
    assert files == "a.jpg、b.jpg"
    with drawing(LANGUAGES["pt"]):
        assert (bare(files), bare(say("{n}", n=Number(12_700)))) == ("a.jpg, b.jpg", "12.700")


def test_an_answer_that_is_asked_about_is_shown_as_it_was_chosen():
    kept = {"items": [{"path": "a", "label": "受取方法", "note": "", "old": old} for old in ("はい", "はい、いいえ", "西町 12、裏")]}
    with drawing(LANGUAGES["en"]):
        shown = [i["old"] for i in retold.correction(kept)["items"]]
        assert [bare(s) for s in shown] == ["Yes", "Yes, No", "西町 12、裏"]
        assert 'lang="ja"' in said_days.lines(shown[2])


def test_days_have_readings_in_easy_japanese():
    with drawing(LANGUAGES["ja-easy"]):
        assert str(said_days.day(dt.date(2026, 4, 1))) == "2026年《ねん》4月《がつ》｜1日《ついたち》"
        assert str(said_days.weekday(dt.date(2026, 11, 20))) == "2026年《ねん》11月《がつ》｜20日《はつか》(金《きん》)"
        assert bare(say("{day}", day=dt.date(2026, 11, 20))) == "2026年11月20日"


def test_translated_languages_are_all_looked_at():
    assert {*LATIN, "zh-hans", "ja-easy"} == set(TRANSLATED)


def test_relationships_are_offered_and_shown_in_the_language_of_the_page():
    with drawing(LANGUAGES["vi"]):
        view = field_view(question("続柄"), "", {}, [])
        html = render_to_string("web/field.html", {"f": view})
        assert '<option value="父" label="cha (父)">' in html
        assert [bare(FIELD_TYPES["続柄"].text(told, question("続柄"))) for told in ("父", "大家さん")] == ["cha (父)", "大家さん"]
    assert FIELD_TYPES["続柄"].text("父", question("続柄")) == "父"
    assert '<option value="父">' in render_to_string("web/field.html", {"f": field_view(question("続柄"), "", {}, [])})


@pytest.mark.parametrize("code", ["ja-easy", "ja-ruby"])
def test_no_counter_is_left_without_its_reading_in_a_sentence_of_a_template(code: str):
    open_ones = {text: told for text, told in catalogue(code).items() if "《#" in told and "%(" in told}
    assert len(open_ones) >= 5
    with drawing(LANGUAGES.get(code, FURIGANA)):
        drawn = [str(sentence(text, **dict.fromkeys(re.findall(r"%\((\w+)\)s", text), 7))) for text in open_ones]
    assert [html for html in drawn if "《" in html] == []


def test_what_may_be_more_than_ten_is_not_counted_with_tsu():
    """二十つ, 11つ: there is no such word."""
    assert [told for told in catalogue("ja-easy").values() if re.search(r"%\(\w+\)s(</b>)?\s*つ", told)] == []


def test_languages_have_their_readings_in_the_menu_of_easy_japanese(hall: Hall):
    menu = re.search('<details class="langs">.*?</details>', page("ja-easy", "/status/"), re.S)
    assert menu and menu[0].count("<rt>にほんご</rt>") >= 2 and "《" not in menu[0]


def test_what_a_mandate_is_for_is_named_in_the_language_of_the_page(hall: Hall):
    hall.publish(SLUG)
    with drawing(LANGUAGES["en"]):
        languages.lend(city_words(city().folder, "en"))
        assert [bare(words) for words in scope_words(["event:disaster"])] == ["Disasters"]
    assert scope_words(["event:disaster"]) == ("防災・被災",)


EXAMPLES = re.compile("Example|Exemplo|Ví dụ|本町|中央図書館|品川")  # what is to be written in Japanese


@pytest.mark.parametrize("code", LATIN)
def test_a_japanese_term_never_stands_alone(code: str):
    """Who reads no Japanese is told what it is; the Japanese word follows in brackets, or is quoted."""
    alone = []
    for text in words_of(code):
        rest = text
        while (less := re.sub(r"\([^()]*\)|“[^”]*”", "", rest)) != rest:
            rest = less
        if re.search("[ぁ-ゖァ-ヺ一-鿿]", rest) and not EXAMPLES.search(text):
            alone.append(text)
    assert alone == []


def test_a_file_has_no_size_in_japanese():
    told = {}
    for code in LANGUAGES:
        with drawing(LANGUAGES[code]):
            told[code] = [said_days.size(n).replace("\u00a0", " ") for n in (0, 661, 1_600_000)]
    assert told["ja"] == told["ja-easy"] == ["1.0 KB", "1.0 KB", "1.5 MB"]
    assert told["en"] == told["zh-hans"] == ["1 KB", "1 KB", "1.5 MB"] and told["pt"] == told["vi"] == ["1 KB", "1 KB", "1,5 MB"]
