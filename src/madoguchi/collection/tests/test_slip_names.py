"""Names and addresses on paper: rare kanji and variants drawn or told, long ones inside their windows and boxes."""

from __future__ import annotations

import dataclasses
import io
import itertools
import re
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from madoguchi.collection.slips import draw
from madoguchi.collection.slips.faces import face_of, rare_place
from madoguchi.collection.slips.profile import profile
from madoguchi.procedures.rules.faces.pdf.fonts import FILE

from . import slip_cast as cast
from .slip_cast import words

CUTS = (0.0, 69.75, 139.25, 210.0)
NOWHERE = FILE.with_name("no-such-font.ttf")


@settings(max_examples=60, deadline=None)
@example("\uf900")
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30).filter(str.strip))
def test_any_name_is_drawn_or_told(name):
    """Nothing is lost in silence: what is not told can be read in the file."""
    data, problems = draw.one(cast.named(name, "石川県"), letter=True)
    said = words(data, 0)
    told = "".join(problem.character for problem in problems)
    told += unicodedata.normalize("NFC", told)  # a compatibility ideograph is told as it was written
    for character in unicodedata.normalize("NFC", name):
        plain = character.isprintable() and not character.isspace() and not unicodedata.combining(character)
        assert not plain or character in said or character in told or unicodedata.normalize("NFKC", character) in said


def rare_only():
    """A kanji that IPAmj alone has."""
    main, rare = face_of("F1", FILE), face_of("F2", rare_place())
    return next(c for c in map(chr, range(0x20000, 0x2A000)) if rare.glyphs[c] and not main.glyphs[c])


def ink_around(data, page, character):
    """How much of the box of a character is black in the picture."""
    found = [box for box in cast.boxes(data, page) if box[0] == character]
    assert found, character
    _, left, top, right, bottom = found[0]
    image = cast.pages(data, 300)[page]
    area = image.crop(tuple(round(n / 25.4 * 300) for n in (left, top, right, bottom)))
    return sum(area.histogram()[:128]) / (area.width * area.height)


@pytest.mark.skipif(rare_place() is None, reason="fonts-ipamj-mincho is not installed")
@pytest.mark.parametrize("pick", [lambda: "髙", lambda: "﨑", lambda: "𠮷", rare_only])
def test_rare_kanji_are_drawn_and_are_text(pick):
    character = pick()
    data, problems = draw.one(cast.named(f"{character}田　太郎", trial=False))
    assert problems == ()
    for page in (0, 1, 2):
        assert f"{character}田太郎様" in words(data, page)
    assert ink_around(data, 0, character) > 0.08


def test_a_character_that_no_font_has_is_told_and_becomes_a_geta():
    bad, good = cast.named("七\ue000尾", key=1), cast.named("七尾", key=2)
    out = io.BytesIO()
    heard = []
    written = draw.write(out, [bad, good, cast.named("\ue000", key=3)], title="x", author="y", each=heard.append)
    assert [(p.notice_number, p.character) for p in written.problems] == [("00000001", "\ue000"), ("00000003", "\ue000")]
    assert [len(printed.problems) for printed in heard] == [1, 0, 1] and "U+E000" in written.problems[0].ja
    assert "七〓尾様" in words(out.getvalue(), 0)


def test_a_name_of_the_charge_without_glyph_is_told_for_each_notice():
    """What slips share is remembered between notices; a missing glyph is not forgotten by that."""
    slips = tuple(dataclasses.replace(slip, charge="税\ue001") for slip in cast.notice().slips)
    written = draw.write(io.BytesIO(), [cast.notice(key, slips=slips) for key in (1, 2)], title="x", author="y")
    assert [p.notice_number for p in written.problems] == ["00000001", "00000002"]


def test_without_the_font_for_rare_kanji_they_are_told():
    _, problems = draw.one(cast.named("𠮷田"), rare=NOWHERE)
    assert [p.character for p in problems] == ["𠮷"]


@pytest.mark.skipif(rare_place() is None, reason="fonts-ipamj-mincho is not installed")
def test_a_variant_is_drawn_as_itself():
    """辻 with one dot and with two are different glyphs, and both are the text that was asked for."""
    one, two = "辻\U000e0102　花子", "辻\U000e0103　花子"
    face = face_of("F2", rare_place())
    assert 0 != face.glyph(one[:2]) != face.glyph(two[:2]) != 0
    pictures = []
    for name in (one, two):
        data, problems = draw.one(cast.named(name, trial=False))
        assert problems == () and f"{name[:2]}花子様" in words(data, 0)
        pictures.append(cast.pages(data)[0].crop((240, 380, 420, 480)))
        assert sum(pictures[-1].histogram()[:128]) > 300
    assert pictures[0].tobytes() != pictures[1].tobytes()


@pytest.mark.skipif(rare_place() is None, reason="fonts-ipamj-mincho is not installed")
def test_kanji_of_two_fonts_stand_side_by_side():
    """reportlab reads some widths of IPAmj in another unit: kanji lay on each other."""
    data = cast.printed(cast.named("辻\U000e0102𠮷江𠮷尾"))
    row = [box for box in cast.boxes(data, 0) if box[0] in "辻𠮷江尾" and box[2] > 30 and box[1] < 60][-5:]
    assert [box[0] for box in row] == list("辻𠮷江𠮷尾")
    for before, after in itertools.pairwise(row):
        assert 3.5 < after[1] + after[3] - before[1] - before[3] < 2 * 5.2 and after[1] >= before[3] - 0.6
    face = face_of("F2", rare_place())
    assert {face.widths[c] for c in ("𠮷", "辻\U000e0102", "江")} == {1.0}


def test_a_variant_that_no_font_has_is_told_and_its_base_drawn():
    data, problems = draw.one(cast.named("田\U000e01ef　花子"))
    assert [p.character for p in problems] == ["田\U000e01ef"] and "異体字" in problems[0].ja
    assert "田花子様" in words(data, 0)
    assert [p.character for p in draw.one(cast.named("\U000e0101田"))[1]] == ["\U000e0101"]


def test_a_variant_at_the_end_of_a_line_is_still_one():
    _, problems = draw.one(cast.named("七尾", "田\U000e01ef" * 60))
    assert [p.character for p in problems] == ["田\U000e01ef"]


def test_split_kana_are_joined():
    data, problems = draw.one(cast.named("カ\u3099ク\u3099"))
    assert problems == () and "ガグ様" in words(data, 0)


LONG = "株式会社" + "能登半島観光開発振興機構" * 5
STREET = "石川県七尾市神明町ロ部13番地の7の甲" + "の非常に長い建物の名前" * 4


@pytest.mark.parametrize(("name", "lines"), [
    ("七尾", ("あ",)), (LONG, cast.HANAKO.lines), (LONG, (STREET, STREET, "ABCDEFGHIJKLMNOPQRSTUVWXYZ" * 3)),
    ("Wolfeschlegelsteinhausenbergerdorff " * 3, ("1" * 120,)), ("漢" * 100, ("漢" * 200, "字" * 200))])
def test_no_name_and_no_address_runs_over_an_edge(name, lines):
    data = cast.printed(cast.named(name, *lines, trial=False))
    place = profile().address
    window = [box for box in cast.boxes(data, 0) if box[2] < 58 and box[1] < 115]
    assert len(window) >= len(re.sub(r"\s", "", name)) or len(name) > 90
    for _, left, top, right, bottom in window:
        assert left >= place.x - 0.6 and right <= place.x + place.width + 0.6 and top >= place.y - 1 and bottom <= place.y + place.height + 1
    for character, left, top, right, bottom in cast.boxes(data, 1):
        assert any(a - 0.2 <= left and right <= b + 0.2 for a, b in itertools.pairwise(CUTS)), character
        assert top >= 0 and bottom <= 297 and int(top // 99) == int((bottom - 0.01) // 99)


def test_a_name_on_a_slip_stays_in_its_box():
    data = cast.printed(cast.named(LONG, STREET, STREET, trial=False))
    inside = [box for box in cast.boxes(data, 1) if 39.5 < box[2] < 55 and box[1] < 68]
    assert inside
    for character, left, _, right, bottom in inside:
        assert left >= 5 and right <= 66.2 and bottom <= 55.2, character


def test_what_is_too_long_to_be_read_is_told_without_its_letters():
    _, quiet = draw.one(cast.named("株式会社能登半島観光開発振興機構", STREET))
    assert quiet == (), "smaller letters and 長体 are for that"
    _, told = draw.one(cast.named("漢" * 120, "字" * 160, "方" * 120))
    [problem] = told
    assert problem.ja.startswith("通知書番号00000001：宛名・住所などが長くて枠に入らず、読めない細さで印字しました")
    assert draw.one(cast.named("七尾"))[1] == (), "the next notice has none of it"
