"""The PDFs say what the data says, and say so when a character cannot be drawn."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import random
import re

import pypdf
import pytest
import zxingcpp
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from madoguchi.procedures.rules import generate
from madoguchi.procedures.rules.faces.letter import Letter, letter_text
from madoguchi.procedures.rules.faces.pdf import letter_pdf, paper_form, qr, receipt_pdf
from madoguchi.procedures.rules.faces.pdf.certificate import flow
from madoguchi.procedures.rules.faces.pdf.fonts import DRAWING, RARE_PLACES, Fonts, to_unicode
from madoguchi.procedures.rules.faces.pdf.sheet import NOT_FIRST, NOT_LAST, Sheet, tokens

from . import pack

RARE = next((p for p in RARE_PLACES if p.is_file()), None)
NOWHERE = pack.ROOT / "no-such-font.ttf"
LETTER = Letter(
    name="認定通知書", number="七子第1号", date="令和8年11月27日",
    addressee=("石川県七尾市袖ヶ江町イ部25番地", "七尾 花子\u3000様"),
    sender=("七尾市長", "見本 太郎"), seal_words="公印省略", subject="児童手当の認定について(通知)",
    body=("令和8年11月20日付けの請求について、下記のとおり認定しました。",),
    rows=(("支給開始", "令和8年12月"), ("児童", "七尾\u3000一郎、七尾\u3000さくら")), heading="記",
    appeal="1 この処分に不服があるときは、知事に審査請求ができます。\n2 取消しの訴えは、6か月以内に提起できます。",
    guidance="",
    contact=("担当\u3000七尾市\u3000子育て支援課", "電話\u30000767-53-1111"), sample=False, edition="mihon 2026-11-22",
)


def words(data):
    """All text of a PDF without spaces and line ends (where a line breaks is a matter of layout)."""
    pages = pypdf.PdfReader(io.BytesIO(data)).pages
    return re.sub(r"\s", "", "".join(page.extract_text() for page in pages))


def squeezed(text):
    return re.sub(r"\s", "", text)


def test_letter_holds_the_words_of_the_letter_in_order():
    face = letter_pdf(LETTER)
    assert face.missing == ()
    assert words(face.data) == squeezed(letter_text(LETTER))


def test_letter_is_tagged_with_title_and_language_and_embeds_its_fonts():
    reader = pypdf.PdfReader(io.BytesIO(letter_pdf(LETTER).data))
    assert reader.metadata.title == "児童手当の認定について(通知) 七子第1号"
    assert reader.metadata.author == "七尾市長"
    assert str(reader.trailer["/Root"]["/Lang"]).startswith("ja")
    fonts = reader.pages[0]["/Resources"]["/Font"]
    assert fonts and all("/FontFile2" in f["/FontDescriptor"] and "+" in f["/BaseFont"] for f in fonts.values())
    width, height = reader.pages[0].mediabox[2:]
    assert (round(width), round(height)) == (595, 842)


BOXES = "□\u00a0全壊\u3000□\u00a0大規模半壊\u3000□\u00a0中規模半壊\u3000■\u00a0半壊\u3000□\u00a0準半壊\u3000□\u00a0準半壊に至らない(一部損壊)"
FRAMED = dataclasses.replace(
    LETTER, name="罹災証明書", subject="罹災証明書", layout="枠組み", heading="", addressee=(), appeal="",
    body=("上記のとおり、相違ないことを証明します。",), note="※住家とは、現実に居住のために使用している建物のこと。",
    rows=(("世帯主氏名", "七尾\u3000太郎"), ("住家※の被害の程度", BOXES), ("追加記載事項欄③", "")),
)


def test_a_certificate_holds_its_words_in_the_order_of_the_form():
    face = letter_pdf(FRAMED)
    assert face.missing == () and words(face.data) == squeezed(letter_text(FRAMED))
    said = letter_text(FRAMED)
    order = ["七子第1号", "罹災証明書", "世帯主氏名", "■\u00a0半壊", "※住家", "上記のとおり", "令和8年11月27日", "七尾市長", "公印省略"]
    assert sorted(order, key=said.index) == order and "様" not in said and "記\n" not in said


def test_a_box_never_leaves_its_words_and_no_box_is_lost():
    with DRAWING:
        sheet = Sheet(Canvas(io.BytesIO()), Fonts(NOWHERE), 1)
        for room in (90.0, 160.0, 320.0):
            lines = flow(sheet, BOXES, room)
            assert squeezed("".join(lines)) == squeezed(BOXES)
            assert all(sheet.width(line, 11.0) <= room for line in lines)
            assert not any(line.rstrip().endswith(("□", "■")) for line in lines)


def test_without_the_words_the_seal_has_its_place():
    said = letter_text(dataclasses.replace(FRAMED, seal_words=""))
    assert "七尾市長\u3000見本 太郎\n公印\n" in said and "公印省略" not in said


def test_the_seal_stays_on_the_page_of_a_large_household():
    """Fifteen people and three long notes: the table is set smaller, the certificate is one page."""
    people = "、".join(f"七尾\u3000一二三{n}(子の配偶者)" for n in range(15))
    rows = (*FRAMED.rows, ("追加記載事項欄①", people), *((f"欄{n}", "い" * 120) for n in range(3)),
            *((f"行{n}", "値") for n in range(5)))
    pages = pypdf.PdfReader(io.BytesIO(letter_pdf(dataclasses.replace(FRAMED, rows=rows)).data)).pages
    assert len(pages) == 1


def test_a_frame_too_tall_for_the_page_goes_on():
    tall = dataclasses.replace(FRAMED, rows=tuple((f"欄{n}", f"値{n}") for n in range(60)))
    pages = pypdf.PdfReader(io.BytesIO(letter_pdf(tall).data)).pages
    assert len(pages) > 1 and "値59" in pages[-1].extract_text() + pages[-2].extract_text()


def test_same_letter_gives_the_same_bytes():
    assert letter_pdf(LETTER).data == letter_pdf(LETTER).data


def test_a_trial_letter_says_so_on_every_page():
    long = dataclasses.replace(LETTER, sample=True, body=tuple(f"{n}番目の段落です。" * 12 for n in range(30)))
    pages = pypdf.PdfReader(io.BytesIO(letter_pdf(long).data)).pages
    assert len(pages) > 1
    for number, page in enumerate(pages, 1):
        assert "試用" in page.extract_text() and f"{number} / {len(pages)}" in page.extract_text()


def test_a_row_longer_than_a_page_goes_on():
    text = "事実の認定と当てはめを述べます。" * 300
    face = letter_pdf(dataclasses.replace(LETTER, rows=(("理由", text),)))
    assert squeezed(text) in re.sub(r"[0-9]/[0-9]|七子第1号", "", words(face.data)).replace("理由事実", "事実", 1)


def test_a_character_without_a_glyph_is_reported_and_shown_as_geta():
    face = letter_pdf(dataclasses.replace(LETTER, addressee=("𠮷野 花子\u3000様", "\U0002ebf0")), rare=NOWHERE)
    assert face.missing == ("𠮷", "\U0002ebf0")
    assert "〓野花子様" in words(face.data)


@pytest.mark.skipif(RARE is None, reason="fonts-ipamj-mincho is not installed")
def test_rare_kanji_come_from_ipamj():
    face = letter_pdf(dataclasses.replace(LETTER, addressee=("𠮷野 花子\u3000様",)))
    assert face.missing == ()
    assert "𠮷野花子様" in words(face.data)
    assert len(face.data) < 200_000


def test_to_unicode_writes_surrogate_pairs_in_blocks_of_a_hundred():
    cmap = to_unicode([0, 0x20BB7, *range(0x4E00, 0x4E00 + 150)])
    assert "<01> <D842DFB7>" in cmap
    assert [int(n) for n in re.findall(r"(\d+) beginbfchar", cmap)] == [100, 51]


def test_a_variant_that_is_not_drawn_is_reported():
    fonts = Fonts(NOWHERE)
    assert fonts.runs("葛\U000e0100城") == [("BIZ", "葛城")]
    assert list(fonts.missing) == ["葛\U000e0100"]


def test_split_kana_are_joined():
    fonts = Fonts(NOWHERE)
    assert fonts.runs("か\u3099") == [("BIZ", "が")] and not fonts.missing


def test_no_line_begins_with_a_stop_or_ends_with_a_bracket():
    for token in tokens("七尾市(石川県)は、「能登」の中ほど。電話は0767-53-1111です。"):
        assert token[0] not in NOT_FIRST and token[-1] not in NOT_LAST
    assert "0767-53-1111" in tokens("電話は0767-53-1111です")


def test_qr_reads_back():
    cells = qr.modules("madoguchi:mihon:2026-11-22:1")
    size = len(cells)
    image = Image.new("L", (size + 8, size + 8), 255)
    for y, line in enumerate(cells):
        for x, dark in enumerate(line):
            image.putpixel((x + 4, y + 4), 0 if dark else 255)
    found = zxingcpp.read_barcodes(image.resize(((size + 8) * 4, (size + 8) * 4), Image.Resampling.NEAREST))
    assert [b.text for b in found] == ["madoguchi:mihon:2026-11-22:1"]


PAPER = """
画面:
  - 題: 請求する方
    項目:
      name: {問: 氏名, 型: 氏名, 必須: はい}
      kind: {問: 理由, 型: 選択, 必須: はい, 選択肢: {birth: 出生, move: 転入}}
      number: {問: 個人番号, 型: 個人番号}
      from: {問: 前の住所, 型: 住所, 条件: kind = move}
      say: {問: 間違いありません, 型: 宣言, 必須: はい}
  - 題: お子さん
    繰返: {番号: children, 名: お子さん, 最少: 1, 最多: 12}
    項目:
      child_name: {問: 氏名, 型: 氏名, 必須: はい}
      child_born: {問: 生年月日, 型: 生年月日, 必須: はい}
添付:
  proof: {名: 証明書の写し, 条件: kind = move, 必須: はい}
"""


def test_blank_paper_has_boxes_notes_and_rows():
    d = pack.small(PAPER)
    text = words(paper_form(d, "七尾市").data)
    assert "(宛先)七尾市長" in text and "申請日令和年月日" in text
    assert "□出生□転入" in text and "(「転入」の場合)" in text
    assert "□昭和" in text and "□間違いありません" in text
    assert "□証明書の写し(「転入」の場合)" in text
    assert "4(姓)" in text or text.count("(姓)") == 5  # one applicant and four rows for children
    assert "1/1ページ" in text
    elsewhere = words(paper_form(d, "七尾市", head="七尾市選挙管理委員会委員長").data)
    assert "(宛先)七尾市選挙管理委員会委員長" in elsewhere and "市長" not in elsewhere


def test_filled_paper_shows_answers_and_masks_the_my_number():
    d = pack.small(PAPER)
    answers = {"name": {"sei": "見本", "mei": "花子"}, "kind": "birth", "number": "123456789018", "say": True,
               "children": [{"child_name": {"sei": "見本", "mei": "さくら"}, "child_born": "2026-11-10"}]}
    text = words(paper_form(d, "七尾市", answers, row={"受付番号": "R8-0000-0000-0", "受付日": "2026-11-20"}).data)
    assert "見本花子" in text and "見本さくら" in text and "令和8年11月10日" in text
    assert "123456789018" not in text and "●●●●" in text
    assert "□✓出生□転入" in text and "R8-0000-0000-0" in text and "申請日令和8年11月20日" in text
    assert "前の住所" not in text


def test_paper_of_every_definition_has_its_code_on_each_page():
    name = "risai-shoumei"
    d = pack.definition(name)
    answers = generate.answers_for(d, random.Random(2), today=pack.TODAY)
    for face in (paper_form(d, "七尾市"), paper_form(d, "七尾市", answers)):
        pages = pypdf.PdfReader(io.BytesIO(face.data)).pages
        assert f"1 / {len(pages)}ページ" in pages[0].extract_text()
        assert all(d.edition in page.extract_text() for page in pages)


def test_receipt_says_when_in_jst_and_holds_no_answers():
    face = receipt_pdf(
        city_name="七尾市", procedure="児童手当 認定請求", receipt="R8-1234-5678-9",
        received=dt.datetime(2026, 11, 20, 5, 3, 2, tzinfo=dt.UTC), remaining=["通帳の写しを出してください。"],
        contact=["子育て支援課 0767-53-1111"], lookup=["サイトの「状況を見る」で調べられます。"],
    )
    text = words(face.data)
    assert "令和8年11月20日14時03分02秒" in text and "R8-1234-5678-9" in text
    assert "通帳の写しを出してください。" in text and face.missing == () and len(face.data) < 100_000
