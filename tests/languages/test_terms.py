"""One word for one legal term, the same numbers, the same readings: what differs between five translators."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict

import pytest

from madoguchi.offices.public import city
from madoguchi.procedures.pack import ROOT, TRANSLATIONS_ROOT, side_file
from madoguchi.web.languages import TRANSLATED, catalogue

NAMES = {"やさしい日本語": "ja-easy", "English": "en", "简体中文": "zh-hans", "Tiếng Việt": "vi", "Português": "pt"}
READING = re.compile(r"《[^》]*》")
RUBY = re.compile(r"([一-鿿々〆ヶ]+)《([^》]+)》")
MONTHS = {
    "en": ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"],
    "pt": ["janeiro", "fevereiro", "março", "abril", "maio", "junho", "julho", "agosto", "setembro", "outubro", "novembro", "dezembro"],
}
MILLIONS = {"en": "million", "vi": "triệu", "pt": "milhões|milhão"}
NOT_SAID_OTHERWISE = {"自家用車1台(品川 500 あ 12-34)"}  # an example that each language writes in its own way


def pairs(code: str) -> list[tuple[str, str]]:
    """(Japanese, translation) of everything residents read in a language."""
    files = [*sorted((TRANSLATIONS_ROOT / code).glob("*.yaml")), city().folder / "translations" / f"{code}.yaml"]
    return [(e.source, e.text) for file in files for e in side_file(file)] + list(catalogue(code).items())


def terms(text: str | None = None) -> list[dict[str, list[str]]]:
    """The rows of docs/translations.md, longest term first: language → what may stand for it ("ja" is the term)."""
    text = (ROOT / "docs" / "translations.md").read_text(encoding="utf-8") if text is None else text
    table = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("| ")]
    codes = ["ja", *(NAMES[name] for name in table[0][1:])]
    rows = [{code: cell.split(" / ") for code, cell in zip(codes, row, strict=True)} for row in table[1:]]
    return sorted(rows, key=lambda row: -len(row["ja"][0]))


def lacking(code: str, rows: list[dict[str, list[str]]], said: list[tuple[str, str]]) -> list[str]:
    """Sentences that hold a term without the words agreed for it."""
    found = []
    for source, words in said:
        rest, plain = source, READING.sub("", words).lower()
        for row in rows:
            term, agreed = row["ja"][0], row[code]
            if term in rest and agreed != ["–"] and not any(word.lower() in plain for word in agreed):
                found.append(f"{term} → {' / '.join(agreed)}: {source} = {words}")
            rest = rest.replace(term, "＿")
    return found


@pytest.mark.parametrize("code", TRANSLATED)
def test_a_legal_term_has_one_name(code: str):
    assert lacking(code, terms(), pairs(code)) == []


def test_the_check_of_terms_sees_another_word():
    rows = terms("| 日本語 | English |\n|---|---|\n| 負担割合証 | copayment rate certificate |")
    said = [("負担割合証をなくした", "Lost the copayment rate card"), ("負担割合証は要りません", "No Copayment rate certificate is needed")]
    assert len(lacking("en", rows, said)) == 1


def numbers(text: str, code: str) -> set[int]:
    """The numbers from ten on that a text holds, however it writes them (sums, months, years of an era)."""
    text = READING.sub("", unicodedata.normalize("NFKC", text))
    for n, month in enumerate(MONTHS.get(code, ()), 1):
        text = re.sub(rf"\b{month}\b", f" {n} ", text, flags=re.I)
    text = re.sub(r"(?<=\d)[.](?=\d{3}(?!\d))" if code in ("vi", "pt") else r"(?<=\d),(?=\d{3}(?!\d))", "", text)
    text = re.sub(r"(\d+)万(\d{0,4})", lambda m: str(int(m[1]) * 10_000 + int(m[2] or 0)), text)
    if code in MILLIONS:
        text = re.sub(rf"(\d+(?:[.,]\d)?) (?:{MILLIONS[code]})", lambda m: str(round(float(m[1].replace(",", ".")) * 1_000_000)), text)
    text = re.sub(r"令和(\d+)(?=年)", lambda m: str(2018 + int(m[1])), text)
    return {int(n) for n in re.findall(r"\d+", text) if int(n) >= 10}


@pytest.mark.parametrize("code", TRANSLATED)
def test_days_ages_sums_and_articles_are_those_of_the_source(code: str):
    gone = [f"{lost} {source} = {words}" for source, words in pairs(code)
            if source not in NOT_SAID_OTHERWISE and (lost := numbers(source, "ja") - numbers(words, code))]
    assert gone == []


def test_the_check_of_numbers_reads_every_way_of_writing():
    assert numbers("82万6,500円と1,000万円、令和8年11月30日", "ja") == {826_500, 10_000_000, 2026, 11, 30}
    assert numbers("826,500 yen and 10 million yen, 30 November 2026", "en") == {826_500, 10_000_000, 2026, 11, 30}
    assert numbers("826.500 yên, 6,5 triệu yên", "vi") == {826_500, 6_500_000}


def test_within_some_days_is_not_by_a_day_of_the_month():
    wrong = [(source, words) for source, words in pairs("ja-easy")
             for n, unit in re.findall(r"(\d+)(日|か月)以内に?[^前]", source + "。")
             if re.search(rf"(?<!\d){n}{unit}まで", READING.sub("", words))]
    assert wrong == []


def test_easy_japanese_keeps_the_paragraphs_of_the_law():
    for source, words in pairs("ja-easy"):
        if re.match(r"第\d+条", source):
            assert re.findall(r"\d+項", source) == re.findall(r"\d+項", READING.sub("", words)), source


def test_a_word_is_read_one_way_in_easy_japanese():
    read: dict[str, set[str]] = defaultdict(set)
    for _, words in pairs("ja-easy"):
        for kanji, reading in RUBY.findall(words):
            read[kanji].add(reading)
        assert re.findall(r"月《がつ》1日《(?!ついたち)|(?<!\d)14日《(?!か》)|(?<!\d)20日《(?!か》|はつか》)", words) == [], words
    several = {word: readings for word, readings in read.items() if len(word) > 1 and len(readings) > 1}
    assert several == {}


def test_every_kanji_of_easy_japanese_has_a_reading():
    left = {kanji: words for _, words in pairs("ja-easy") for kanji in re.findall(r"[一-鿿々〆]+", RUBY.sub("", words))}
    assert left == {}
