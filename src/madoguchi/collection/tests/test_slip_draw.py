"""The printed page: every symbol decoded from pixels equals the slip, sizes keep the rules, no name runs over an edge."""

from __future__ import annotations

import concurrent.futures
import dataclasses
import datetime as dt
import io
import itertools
import re

import pikepdf
import pypdf
import pytest
import zxingcpp
from PIL import Image

from madoguchi.collection.slips import check, draw, numbers, symbols
from madoguchi.collection.slips.faces import rare_place
from madoguchi.collection.slips.layouts import ProfileWrong
from madoguchi.collection.slips.numbers import NumberWrong
from madoguchi.collection.slips.parts import Due, ElCodes, Line, Payeasy
from madoguchi.collection.slips.profile import _check_gs1, sources

from . import slip_cast as cast
from .slip_cast import words


def expected(slips):
    out = [("]Q1", s.el_payload) for s in slips if s.el_payload]
    return sorted(out + [("]C1", s.cvs_payload) for s in slips if s.cvs_payload])


def seen(image):
    return sorted((symbol.identifier, symbol.text) for symbol in check.decode(image))


def test_every_symbol_of_every_page_is_what_the_slip_says():
    notices = [cast.notice(1), cast.notice(2, amount=75_001), cast.notice(3, amount=120, trial=False)]
    images = cast.pages(cast.printed(*notices))
    assert len(images) == 9
    for number, notice in enumerate(notices):
        letter, first, second = images[3 * number:3 * number + 3]
        assert seen(letter) == []
        assert seen(first) == expected(notice.slips[:3])
        assert seen(second) == expected(notice.slips[3:])
    assert [len(expected(n.slips)) for n in notices] == [10, 9, 10]  # the year of the second is over the cap of shops


def test_each_value_of_code_set_c_reads_back():
    """The table of bars was typed: all hundred pairs go through a reader."""
    for start in range(0, 100, 21):
        pairs = [f"{(start + n) % 100:02d}" for n in range(21)]
        text = "91" + "".join(pairs)
        runs = "".join(symbols.PATTERNS[value] for value in symbols.gs1_values(text))
        row = b"".join((b"\0" if n % 2 == 0 else b"\xff") * int(wide) * 2 for n, wide in enumerate(runs))
        quiet = b"\xff" * 60
        line = quiet + row + quiet
        read = check.decode(Image.frombytes("L", (len(line), 40), line * 40))
        assert [(s.identifier, s.text) for s in read] == [("]C1", text)]
        assert len(row) == 2 * symbols.gs1_width(text)


def test_the_qr_is_version_6_level_m():
    slip = cast.slip()
    _, side = symbols.qr_modules(slip.el_payload)
    assert side == 41
    image = cast.pages(cast.printed(cast.notice(slips=(slip,), total=24_500)))[1]
    code = next(b for b in zxingcpp.read_barcodes(image) if b.symbology_identifier == "]Q1")
    assert code.ec_level == "M"
    with pytest.raises(ValueError, match="45 modules"):
        symbols.qr_modules(slip.el_payload + "123456")


def runs_of(pixels):
    return [(value, len(list(group))) for value, group in itertools.groupby(pixel < 128 for pixel in pixels)]


def test_the_bars_keep_the_size_rules():
    """600 dots to the inch: a module, the height, the white beside, the whole width."""
    image = cast.pages(cast.printed(cast.notice(slips=(cast.slip(),), total=24_500, trial=True)), dpi=600)[1]
    dot = 25.4 / 600
    bars = next(b for b in zxingcpp.read_barcodes(image) if b.symbology_identifier == "]C1").position
    y = (bars.top_left.y + bars.bottom_left.y) // 2
    left = bars.top_left.x - 10
    row = [image.getpixel((x, y)) for x in range(left, left + 1400)]
    runs = runs_of(row)
    assert runs[0][0] is False
    inked = runs[1:1 + 26 * 6 + 1]
    total = sum(length for _, length in inked)
    module = total * dot / 288
    assert 0.158 <= module <= 0.190
    assert all(abs(length / (total / 288) - round(length / (total / 288))) < 0.26 for _, length in inked), "even bars"
    first = left + runs[0][1]
    quiet = round(2.54 / dot)
    assert all(image.getpixel((x, y)) > 250 for x in range(first - quiet + 1, first))
    assert all(image.getpixel((x, y)) > 250 for x in range(first + total + 1, first + total + quiet - 1))
    assert total * dot + 2 * 2.54 <= 60
    column = runs_of(image.getpixel((first + 2, row)) for row in range(y - 400, y + 400))
    assert max(length for dark, length in column if dark) * dot >= 10


def test_the_qr_has_its_quiet_zone():
    """Four modules of white on each side (JIS X 0510), also where 見本 lies under it."""
    image = cast.pages(cast.printed(cast.notice(slips=(cast.slip(),), total=24_500)), dpi=600)[1]
    code = next(b for b in zxingcpp.read_barcodes(image) if b.symbology_identifier == "]Q1").position
    left, top, right, bottom = code.top_left.x, code.top_left.y, code.bottom_right.x, code.bottom_right.y
    assert 13 < (right - left) * 25.4 / 600 < 15
    quiet = 4 * (right - left) // 41 - 3
    around = image.crop((left - quiet, top - quiet, right + quiet, bottom + quiet))
    around.paste(255, (quiet - 3, quiet - 3, around.width - quiet + 3, around.height - quiet + 3))
    assert around.getextrema()[0] > 250


def test_threads_do_not_disturb_each_other():
    """A reissue on the staff page while a colleague prints another: reportlab's font file has one reading position."""
    wanted = [draw.one(cast.named(name, key=key)) for key, name in enumerate(("七尾", "𠮷田", "髙﨑", "山\ue000"))]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for _ in range(5):
            made = pool.map(lambda pair: draw.one(cast.named(pair[1], key=pair[0])), enumerate(("七尾", "𠮷田", "髙﨑", "山\ue000")))
            assert list(made) == wanted


def test_a_profile_that_breaks_the_size_rules_is_not_used():
    sizes = {"モジュール最小": 0.158, "モジュール最大": 0.19, "余白": 2.54, "最大幅": 60.0, "最小高さ": 10.0}
    _check_gs1({"モジュール": "0.169", "高さ": "10"}, sizes, "x")
    for row in ({"モジュール": "0.15", "高さ": "12"}, {"モジュール": "0.2", "高さ": "12"}, {"モジュール": "0.169", "高さ": "9"}):
        with pytest.raises(ProfileWrong):
            _check_gs1(row, sizes, "x")
    with pytest.raises(ProfileWrong):
        _check_gs1({"モジュール": "0.19", "高さ": "12"}, sizes | {"最大幅": 59.0}, "x")


def test_printed_text_equals_the_symbols():
    data = cast.printed(cast.notice())
    said = words(data, 1)
    for slip in cast.notice().slips[:3]:
        upper, lower = numbers.cvs_text(slip.cvs_payload)
        assert upper in said and lower in said
        assert slip.number in said and slip.ocr[0] in said and f"￥{slip.amount:,}" in said
    assert said.count("領収済通知書") == 3 and said.count("納付書") == 3 and said.count("領収証書") >= 3
    assert "固定資産税・都市計画税" in said and "七尾花子様" in said and "令和8年6月1日" in said


def test_the_letter_says_what_the_notice_says():
    notice = cast.notice()
    said = words(cast.printed(notice), 0)
    for text in (notice.title, notice.law, notice.appeal, "〒926-8611", *notice.addressee.lines, notice.issuer.mayor, "公印省略", "98,000円",
                 "令和8年4月10日", notice.slips[1].number, notice.lines[0].value):
        assert re.sub(r"\s", "", text) in said


def test_who_pays_by_debit_gets_dates_and_no_slips():
    dues = tuple(Due(f"第{n + 1}期", day, 24_500, "口座振替（見本銀行 七尾支店）") for n, day in enumerate(cast.DUES))
    data = cast.printed(cast.notice(slips=(), dues=dues))
    assert len(pypdf.PdfReader(io.BytesIO(data)).pages) == 1
    said = words(data, 0)
    assert said.count("口座振替（見本銀行七尾支店）") == 4 and "納付の方法" in said and "納付番号" not in said
    with pytest.raises(NumberWrong, match="合いません"):
        cast.notice(slips=(), dues=dues[:3])


def test_a_trial_is_marked_on_each_page_and_each_part():
    data = cast.printed(cast.notice())
    assert words(data, 0).count("見本") >= 2  # once large, once in the address of the cast
    trial, real = (re.sub("見本ハイツ|見本太郎", "", "".join(words(cast.printed(cast.notice(trial=t)), p) for p in range(3))) for t in (True, False))
    assert trial.count("見本") == 1 + 3 * 5 and "見本" not in real
    image = cast.pages(data, 100)[1]
    grey = sum(image.histogram()[200:235])
    assert grey > 0.02 * image.width * image.height, "large"


@pytest.mark.parametrize(("change", "says", "not_says"), [
    ({"amount": 300_001}, "コンビニエンスストアでは取り扱えません", "(91)"),
    ({"cvs_company": None}, "コンビニエンスストアでは取り扱えません", "(91)"),
    ({"el": None}, "Pay-easy（ペイジー）", "eL番号"),
    ({"el": None, "payeasy": None}, "(91)", "収納機関番号"),
    ({"payeasy": None}, "eL番号", "Pay-easy"),
    ({"ocr": ()}, "(91)", "000002450020260601"),
])
def test_a_slip_shows_only_the_ways_it_can_be_paid(change, says, not_says):
    slip = cast.slip(**change)
    data = cast.printed(cast.notice(slips=(slip,), total=max(slip.amount, 98_000)))
    said = words(data, 1)
    assert says in said and not_says not in said
    assert seen(cast.pages(data)[1]) == expected([slip])


def test_qpdf_has_nothing_to_complain(tmp_path):
    path = tmp_path / "slips.pdf"
    path.write_bytes(cast.printed(cast.notice(1), cast.named("𠮷田", key=2), cast.named("辻\U000e0103", key=3)))
    job = pikepdf.Job(["qpdf", "--check", str(path)])
    job.run()
    assert (job.exit_code, job.has_warnings) == (0, False)


def test_a_long_table_goes_on_with_its_number_on_the_next_page():
    lines = tuple(Line(f"区分 {n}", n) for n in range(1, 80))
    data = cast.printed(cast.notice(lines=lines))
    reader = pypdf.PdfReader(io.BytesIO(data))
    assert len(reader.pages) == 5
    assert "区分79" in words(data, 1) or "区分79" in words(data, 2)
    assert "（続き）" in words(data, 1) and "通知書番号00000001" in words(data, 1)
    for page in range(len(reader.pages) - 2):
        assert all(bottom <= 297 - 8 for *_, bottom in cast.boxes(data, page))


def test_slips_alone_for_a_reissue():
    slip = cast.slip(2, reissue=1)
    data, problems = draw.one(cast.notice(slips=(slip,), total=98_000), letter=False)
    assert len(pypdf.PdfReader(io.BytesIO(data)).pages) == 1 and problems == ()
    assert seen(cast.pages(data)[0]) == expected([slip]) and slip.cvs_payload[29] == "1"


def test_the_counts_of_a_file_add_up():
    heard = []
    written = draw.write(io.BytesIO(), (cast.notice(n, amount=100 * n) for n in range(1, 6)), title="x", author="y", each=heard.append)
    assert (written.notices, written.slips, written.pages) == (5, 25, 15)
    assert written.yen == written.instalment_yen == 400 * 15 and sum(p.pages for p in heard) == written.pages


def test_the_same_notices_give_the_same_bytes():
    assert cast.printed(cast.notice()) == cast.printed(cast.notice())


def test_the_file_embeds_its_fonts_and_says_its_language():
    reader = pypdf.PdfReader(io.BytesIO(cast.printed(cast.named("𠮷田"))))
    assert reader.metadata.title == "納税通知書" and str(reader.trailer["/Root"]["/Lang"]) == "ja-JP"
    fonts = reader.pages[0]["/Resources"]["/Font"]
    for name in ("/F1", "/F2") if rare_place() else ("/F1",):
        inner = fonts[name]["/DescendantFonts"][0]
        assert "/FontFile2" in inner["/FontDescriptor"] and re.match(r"/[A-Z]{6}\+", inner["/BaseFont"])
    assert tuple(round(float(n)) for n in reader.pages[0].mediabox[2:]) == (595, 842)


def test_a_line_for_readers_that_is_too_long_is_refused_before_anything_is_drawn():
    with pytest.raises(NumberWrong, match="24桁"):
        cast.printed(cast.notice(slips=(cast.slip(ocr=("1" * 25,)),), total=98_000))


def test_a_city_reads_which_layouts_nobody_has_confirmed():
    said = {source.ja: source.verified for source in sources()}
    assert len(said) == 4 and not any(said.values())


def test_the_slip_is_checked_when_it_is_made():
    for change, name in (({"amount": 0}, "amount"), ({"instalment": 5}, "instalment"), ({"number": "1"}, "number"), ({"confirm": "x" * 6}, "confirm"),
                         ({"valid_until": dt.date(2020, 1, 1)}, "valid_until"), ({"ocr": ("12a",)}, "ocr"), ({"charge": " "}, "charge"),
                         ({"el": ElCodes("1", "999", "000")}, "org"), ({"payeasy": Payeasy("1", "1")}, "org"), ({"cvs_company": "1"}, "company")):
        with pytest.raises(NumberWrong) as caught:
            cast.slip(**change)
        assert caught.value.field == name
    with pytest.raises(NumberWrong, match="合いません"):
        cast.notice(total=97_999)
    with pytest.raises(NumberWrong):
        cast.named("  ")
    for row, change, told in ((cast.ISSUER, {"contact": ("a",) * 5}, "4行まで"), (cast.HANAKO, {"postcode": "926-8611"}, "7桁")):
        with pytest.raises(NumberWrong, match=told):
            dataclasses.replace(row, **change)
