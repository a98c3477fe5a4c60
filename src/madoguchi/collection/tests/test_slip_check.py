"""What a till would read from a photo, a scan or a PDF, told field by field."""

from __future__ import annotations

import pytest
from PIL import Image, ImageFilter

from madoguchi.collection.slips import check, draw, numbers, symbols
from madoguchi.collection.slips.check import CVS, EL, Unreadable, explain, wrong

from . import slip_cast as cast


def bars(values, module=3, high=60):
    """A picture of any values of Code 128."""
    runs = "".join(symbols.PATTERNS[value] for value in values)
    line = b"\xff" * 60 + b"".join((b"\0" if n % 2 == 0 else b"\xff") * int(w) * module for n, w in enumerate(runs)) + b"\xff" * 60
    return Image.frombytes("L", (len(line), high), line * high)


def said(findings):
    return [f.ja for f in findings]


def test_a_pdf_of_two_slips_says_every_field_and_finds_nothing_wrong(tmp_path):
    slips = (cast.slip(1), cast.slip(2))
    path = tmp_path / "slip.pdf"
    path.write_bytes(draw.one(cast.notice(slips=slips, total=98_000))[0])
    found = explain(path)
    assert wrong(found) == []
    assert {f.symbol for f in found} == {EL, CVS} and max(f.symbol_number for f in found) == 4 and {f.page for f in found} == {2}
    amounts = [f.meaning for f in found if f.label in ("金額", "金額（MPN情報）", "金額（タグ54）")]
    assert amounts == ["24,500円"] * 6
    assert any("0.169mm" in line for line in said(found)) and any("2026年7月31日" in line for line in said(found))


def test_a_photo_that_is_skew_and_soft_still_speaks(tmp_path):
    page = cast.pages(draw.one(cast.notice(slips=(cast.slip(),), total=98_000), letter=False)[0], 300)[0]
    photo = page.crop((0, 0, page.width, page.height // 3)).rotate(7, expand=True, fillcolor=200).filter(ImageFilter.GaussianBlur(1))
    path = tmp_path / "photo.jpg"
    photo.save(path, quality=80)
    found = explain(path)
    assert {f.symbol for f in found} == {EL, CVS} and wrong(found) == []


def test_bars_too_coarse_to_be_read_are_told_and_are_no_fault(tmp_path):
    page = cast.pages(draw.one(cast.notice(slips=(cast.slip(1), cast.slip(2))), letter=False)[0], 200)[0]
    path = tmp_path / "coarse.png"
    page.save(path)
    found = explain(path)
    assert {f.symbol for f in found} == {EL, ""} and wrong(found) == []
    assert f"1頁　読めなかった記号　{CVS} 2個　この紙に刷ってあるなら、確かめていません" in said(found)[-1]


def test_a_scan_of_several_pages_is_read_whole(tmp_path):
    pages = cast.pages(draw.one(cast.notice(), letter=False)[0])
    path = tmp_path / "scan.tif"
    pages[0].save(path, save_all=True, append_images=pages[1:], compression="tiff_lzw")
    found = explain(path)
    assert {f.page for f in found} == {1, 2} and max(f.symbol_number for f in found) == 10 and wrong(found) == []


def test_an_image_that_would_fill_the_memory_is_refused(tmp_path):
    path = tmp_path / "huge.png"
    Image.new("1", (9000, 9000), 1).save(path)
    with pytest.raises(Unreadable, match="大きすぎます"):
        explain(path)


def test_bars_without_fnc1_are_told(tmp_path):
    """They carry the same digits, and no till takes them."""
    payload = cast.slip().cvs_payload
    values = [105, *(int(payload[n:n + 2]) for n in range(0, 44, 2))]
    total = (values[0] + sum(n * v for n, v in enumerate(values[1:], 1))) % 103
    path = tmp_path / "plain.png"
    bars([*values, total, 106]).save(path)
    found = wrong(explain(path))
    assert [f.label for f in found] == ["種類"] and "FNC1" in found[0].problem


def test_a_wrong_check_digit_is_named(tmp_path):
    payload = cast.slip().cvs_payload
    other = payload[:-1] + str((int(payload[-1]) + 1) % 10)
    path = tmp_path / "wrong.png"
    bars(symbols.gs1_values(other)).save(path)
    found = wrong(explain(path))
    assert [f.label for f in found] == ["検査数字"] and f"「{payload[-1]}」のはず" in found[0].problem


def test_two_symbols_of_one_slip_that_disagree_are_told(tmp_path):
    """The sum was changed in one place only."""
    slip, other = cast.slip(), cast.slip(amount=24_600)
    path = tmp_path / "mixed.pdf"
    object.__setattr__(slip, "cvs_payload", other.cvs_payload)
    path.write_bytes(draw.one(cast.notice(slips=(slip,), total=98_000), letter=False)[0])
    found = wrong(explain(path))
    assert [f.label for f in found] == ["金額"] and "24,600円" in found[0].ja and "24,500円" in found[0].problem


def test_another_level_of_correction_is_told(tmp_path):
    import zxingcpp

    drawn = zxingcpp.create_barcode(cast.slip().el_payload, zxingcpp.BarcodeFormat.QRCode, ec_level="L").to_image(scale=4)
    path = tmp_path / "low.png"
    _saved(drawn, path)
    assert [f.label for f in wrong(explain(path))] == ["型番と誤り訂正"]


def _saved(drawn, path):
    view = memoryview(drawn)
    Image.frombytes("L", (view.shape[1], view.shape[0]), view.tobytes()).save(path)


def test_a_bar_code_printed_too_small_is_told(tmp_path):
    """A4 shrunk to 80 % by the printer's driver."""
    import pypdfium2

    document = pypdfium2.PdfDocument(draw.one(cast.notice(slips=(cast.slip(),), total=98_000), letter=False)[0])
    image = document[0].render(scale=600 / 72, grayscale=True).to_pil()
    image = image.resize((int(image.width * 0.8), int(image.height * 0.8)))
    path = tmp_path / "small.pdf"
    image.save(path, "PDF", resolution=600)
    assert [f.label for f in wrong(explain(path))] == ["大きさ"]


def test_other_codes_are_named_and_left_alone(tmp_path):
    import zxingcpp

    path = tmp_path / "url.png"
    _saved(zxingcpp.create_barcode("https://city.example/", zxingcpp.BarcodeFormat.QRCode).to_image(scale=4), path)
    found = explain(path)
    assert wrong(found) == [] and "納付書の記号ではありません" in found[0].meaning


def test_an_empty_page_says_what_to_do(tmp_path):
    path = tmp_path / "white.png"
    Image.new("L", (400, 400), 255).save(path)
    found = explain(path)
    assert len(found) == 1 and "300dpi" in found[0].problem


@pytest.mark.parametrize(("name", "content"), [("a.pdf", b"%PDF-1.7 nothing"), ("a.png", b"hello"), ("a.jpg", b""), ("none", None)])
def test_what_cannot_be_opened_says_so(tmp_path, name, content):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(Unreadable) as caught:
        explain(path)
    assert caught.value.ja.endswith(("ください", "付いています"))


def test_too_many_pages_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(check, "MOST_PAGES", 2)
    path = tmp_path / "many.pdf"
    path.write_bytes(cast.printed(cast.notice()))
    with pytest.raises(Unreadable, match="2頁まで"):
        explain(path)


def test_each_finding_is_one_line():
    part = numbers.cvs_fields(cast.slip().cvs_payload)[0]
    finding = check.Finding(1, 1, CVS, part.ja, part.place, part.digits, part.meaning, "違います")
    assert finding.ja == "1頁 1番目 コンビニ収納用バーコード　AI（応用識別子）（1～2桁目）　91　×違います"
