"""The catalogues: nothing that the pages say is missing, nothing in a translation is broken."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from madoguchi.booking.setup import read_setup, texts
from madoguchi.collection.charges import read_charges
from madoguchi.config.languages_cli import catalogue_file, missing
from madoguchi.config.procedures_cli import coverage
from madoguchi.kernel.said import LETTERS, key_of
from madoguchi.offices.city import read_city
from madoguchi.offices.public import city
from madoguchi.procedures.pack import TRANSLATIONS_ROOT, city_folder, pack_files, read_file, side_file, tables
from madoguchi.procedures.rules import translate
from madoguchi.web.languages import TRANSLATED, catalogue

PLAIN_AT_MOST = 0  # Finding("…") and Fault("…") with text that cannot be said in another language
RULES = Path(translate.__file__).parent
SLOT = re.compile(r"%\(\w+\)s|\{\w+\}")
TAG = re.compile(r"<[^>]+>")


@pytest.mark.parametrize("code", TRANSLATED)
def test_what_the_pages_say_is_translated(code: str):
    assert missing(code) == [], "madoguchi languages extract, then fill the empty msgstr (docs/developer.md)"


@pytest.mark.parametrize("code", TRANSLATED)
def test_placeholders_and_tags_survive_translation(code: str):
    for source, words in catalogue(code).items():
        assert set(SLOT.findall(source)) == set(SLOT.findall(words)), source
        assert sorted(t for t in TAG.findall(source) if t != "<wbr>") == sorted(t for t in TAG.findall(words) if t != "<wbr>"), source


@pytest.mark.parametrize("code", [c for c in TRANSLATED if c != "ja-easy"])
def test_no_kana_is_left_in_a_translation(code: str):
    left = {s: w for s, w in catalogue(code).items() if re.search("[ぁ-ゖァ-ヺ]", re.sub(r"[(（][^)）]*[)）]", "", w))}
    assert left == {}


def test_readings_are_well_formed_in_easy_japanese():
    for words in catalogue("ja-easy").values():
        assert words.count("《") == words.count("》") == len(re.findall(r"[一-鿿々〆ヶ]《(?:[ぁ-ゖァ-ヺー・]+|#月?)》", words)), words


@pytest.mark.parametrize("slug", [path.stem for path, _ in pack_files(read_city(city_folder()))])
def test_every_procedure_is_translated_whole(slug: str):
    path, override = next(pair for pair in pack_files(city()) if pair[0].stem == slug)
    found = tables(slug)
    for file in (override, None):  # as this city offers it, and as another city would take it
        definition, _ = read_file(path, file, city())
        assert definition is not None
        lacking = {code: gone for code in TRANSLATED if (gone := translate.missing(definition, found[code]))}
        assert lacking == {}, "madoguchi procedures coverage --missing (docs/developer.md)"


@pytest.mark.parametrize("slug", [path.stem for path, _ in pack_files(read_city(city_folder()))])
def test_every_outcome_has_a_name_in_every_language(slug: str):
    path, override = next(pair for pair in pack_files(city()) if pair[0].stem == slug)
    found, lacking = tables(slug), []
    for file in (override, None):
        definition, _ = read_file(path, file, city())
        assert definition is not None
        lacking += [(code, o.name) for code in (*TRANSLATED, "ja-ruby") for o in definition.review.outcomes if key_of(o.name) not in found[code]]
    assert not lacking, "procedures/translations/<language>/<slug>.yaml, or common.yaml where several have it"


def test_every_translation_of_a_procedure_says_something_that_is_read(capsys: pytest.CaptureFixture[str]):
    coverage([])
    assert [line for line in capsys.readouterr().out.splitlines() if " の原文がなくなったか変わりました" in line] == [], "take the entry out"


@pytest.mark.parametrize("code", TRANSLATED)
def test_what_the_city_says_of_itself_is_translated(code: str):
    known = {e.key for e in side_file(city().folder / "translations" / f"{code}.yaml")}
    told = [city().name, city().address, city().hours, *(d["名"] for d in city().disasters)]
    told += [words for s in city().sections.values() for words in (s.name, s.unit)]
    told += [words for e in city().life_events.values() for words in (e.name, e.note)]
    told += [charge.name for charge in read_charges(city().folder).all.values()]
    told += texts(read_setup(city().folder))
    assert [words for words in told if words and key_of(words) not in known] == []


def test_side_files_carry_the_source_their_key_stands_for():
    files = sorted([*TRANSLATIONS_ROOT.rglob("*.yaml"), *(city().folder / "translations").glob("*.yaml")])
    assert len(files) >= 5
    for file in files:
        assert [e.source for e in side_file(file) if key_of(e.source) != e.key] == [], file


def test_easy_japanese_keeps_its_words_apart():
    side = [e.text for folder in (TRANSLATIONS_ROOT / "ja-easy", city().folder / "translations") for f in folder.glob("*.yaml")
            if "ja-easy" in str(f) for e in side_file(f)]
    told = [*side, *(words for words in catalogue("ja-easy").values())]
    assert len(side) > 1000 and [words for words in told if "てください" in words or "でください" in words] == []


def test_every_catalogue_is_there():
    assert all(catalogue_file(code).exists() for code in TRANSLATED)


def test_findings_and_faults_can_be_said_in_other_languages():
    plain = [f"{path.name}:{a.lineno}" for path in [*RULES.rglob("checks/*.py"), *RULES.rglob("fields/*.py"), RULES / "validate.py"]
             for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
             if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in ("Finding", "Fault", "fault", "notice")
             for a in node.args if _japanese(a)]
    assert len(plain) <= PLAIN_AT_MOST, plain


def _japanese(node: ast.expr) -> bool:
    return (isinstance(node, ast.Constant) and isinstance(node.value, str) and bool(LETTERS.search(node.value))) or isinstance(node, ast.JoinedStr)
