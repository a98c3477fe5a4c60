"""A font read where it lies says what reportlab reads out of it whole."""

from __future__ import annotations

import struct

import pytest
from reportlab.pdfbase.ttfonts import TTFontFile

from madoguchi.procedures.rules.faces.pdf import truetype
from madoguchi.procedures.rules.faces.pdf.fonts import FILE, Mapped
from madoguchi.procedures.rules.faces.pdf.truetype import GROUPS, SEGMENTS, Characters, FontFile


@pytest.fixture(scope="module")
def whole() -> TTFontFile:
    return TTFontFile(str(FILE))


@pytest.fixture(scope="module")
def lean() -> FontFile:
    return FontFile(Mapped(FILE))


def test_names_measures_and_every_glyph_are_the_same(whole, lean) -> None:
    for name in ("name", "bbox", "ascent", "descent", "capHeight", "stemV", "flags", "italicAngle", "unitsPerEm", "numGlyphs", "defaultWidth"):
        assert getattr(lean, name) == getattr(whole, name), name
    assert [lean.glyphPos[g] for g in range(lean.numGlyphs + 1)] == whole.glyphPos
    own = int.from_bytes(whole.get_table("hhea")[34:36], "big")
    assert [lean.hmetrics[g] for g in range(own)] == whole.hmetrics[:own]
    assert {lean.hmetrics[g][0] for g in range(own, lean.numGlyphs)} == {lean.hmetrics[own - 1][0]}, "in the font's units"
    assert [lean.hmetrics[g][1] for g in range(own, lean.numGlyphs)] == [bearing for _, bearing in whole.hmetrics[own:]]


@pytest.mark.parametrize(("encoding", "form"), [(10, GROUPS), (1, SEGMENTS)])
def test_every_character_has_its_glyph_in_both_forms(whole, lean, encoding: int, form: int) -> None:
    data, start = lean._ttf_data, lean.get_table_pos("cmap")[0]
    tables = [struct.unpack_from(">HHL", data, start + 4 + 8 * n) for n in range(struct.unpack_from(">H", data, start + 2)[0])]
    at = start + next(offset for platform, kind, offset in tables if (platform, kind) == (3, encoding))
    found = Characters(data, at, form)
    most = 0x10000 if form == SEGMENTS else 0x30000
    wanted = {code: glyph for code, glyph in whole.charToGlyph.items() if code < min(most, 0xFFFF)}
    assert {code: glyph for code in range(min(most, 0xFFFF)) if (glyph := found.get(code)) is not None} == wanted
    assert 0x10FFFF not in found and found.get(0x10FFFF, 7) == 7
    with pytest.raises(KeyError):
        found[0x10FFFF]
    assert found[0xA0] == found[0x20]


def test_widths_and_subsets_are_the_same(whole, lean) -> None:
    assert all(lean.charWidths.get(code, -1) == pytest.approx(width) for code, width in whole.charWidths.items())
    codes = [ord(c) for c in "七尾市の窓口が受け付けました。Ab1㈱①"]
    assert lean.makeSubset(codes) == whole.makeSubset(codes)


def test_a_code_of_ones_own_can_be_put_in(lean) -> None:
    lean.charToGlyph[0x200001] = 5
    assert 0x200001 in lean.charToGlyph and lean.charToGlyph[0x200001] == 5


def test_a_font_of_another_form_is_read_whole(whole, monkeypatch) -> None:
    monkeypatch.setattr(truetype, "GROUPS", 0)
    monkeypatch.setattr(truetype, "SEGMENTS", 0)
    found = FontFile(Mapped(FILE))
    assert type(found.charToGlyph) is dict and found.charToGlyph == whole.charToGlyph
    assert found.makeSubset([ord("七")]) == whole.makeSubset([ord("七")])
