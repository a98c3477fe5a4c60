"""紙: what a definition says of the paper that a law still asks for, and that paper with the answers (docs/adr/0046)."""

from __future__ import annotations

import dataclasses
import random

import pypdfium2
import pytest
import zxingcpp

from madoguchi.procedures.rules import generate
from madoguchi.procedures.rules.faces.pdf import paper_form, signed_paper
from madoguchi.procedures.rules.model import SignedPaper
from madoguchi.procedures.rules.read import read
from madoguchi.procedures.rules.translate import texts

from . import pack
from .test_pdf import words

PAGES = """
画面:
  - 題: 届出人
    項目:
      name: {問: 氏名, 型: 氏名, 必須: はい}
      number: {問: マイナンバー, 型: 個人番号}
      why: {問: 理由, 型: 長文, 文字数: 4000}
  - 題: 子
    繰返: {番号: children, 名: 子, 最少: 0, 最多: 3}
    項目:
      child_name: {問: 氏名, 型: 氏名}
      child_note: {問: ようす, 型: 長文, 文字数: 4000}
"""
MARRIAGE = SignedPaper("戸籍法", "第74条", "届書を窓口で出します。", "婚姻届", ("夫", "妻", "証人", "証人"))
ANSWERS = {"name": {"sei": "見本", "mei": "花子"}, "number": "123456789018", "why": "短い理由"}


def small(signed: SignedPaper = MARRIAGE):
    return dataclasses.replace(pack.small(PAGES), paper=signed)


def read_small(paper: str):
    return read(f"{pack.HEAD}{PAGES}{paper}\n連携: [{{先: a, 列: {{番号: 受付番号}}}}]\n", "mihon.yaml")


def test_a_definition_says_that_a_law_asks_for_paper():
    d, problems = read_small("紙: {法令: 戸籍法, 条: 第74条, 様式: 婚姻届, 説明: 届書を窓口で出します。, 署名: [夫, 妻, 証人, 証人]}")
    assert problems == [] and d.paper == MARRIAGE
    assert {"戸籍法", "第74条", "届書を窓口で出します。"} <= set(texts(d)), "residents read it, in their language"
    assert pack.small(PAGES).paper is None
    doubted, _ = read_small("紙: {法令: 戸籍法, 条: 第74条, 説明: 出します。, 署名: 届出人, 要確認: 記憶による}")
    assert doubted.paper.signers == ("届出人",) and any("紙: 記憶による" in ja for _, ja in doubted.doubts)


@pytest.mark.parametrize(("paper", "said"), [
    ("紙: はい", "「紙」は「見出し: 値」の形で書いてください"), ("紙: ''", "紙が要らなければ、消してください"),
    ("紙: {法令: 戸籍法, 条: 第74条, 署名: [夫]}", "「説明」がありません"),
    ("紙: {法令: 戸籍法, 条: 第74条, 説明: 出します。}", "署名する人を1人から6人まで"),
    ("紙: {法令: 戸籍法, 条: 第74条, 説明: 出します。, 署名: [夫], 証人: 二人}", "「証人」という見出しは使えません"),
])
def test_a_paper_that_is_not_wholly_said_is_refused(paper, said):
    _, problems = read_small(paper)
    assert any(said in p.ja for p in problems), problems


def test_the_paper_has_the_answers_its_own_name_and_a_place_for_each_signature():
    d = small()
    face = signed_paper(d, "七尾市", ANSWERS, receipt="R8-0000-0000-0", head="七尾市長", sample=True)
    text = words(face.data)
    assert "婚姻届" in text and "戸籍法第74条" in text and "見本の申請" not in text
    assert "見本花子" in text and "短い理由" in text and "R8-0000-0000-0" in text
    assert "日付令和年月日" in text, "the day is written by who signs"
    assert text.count("証人") == 2 and "夫" in text and "妻" in text
    assert "123456789018" not in text and "●●●●" in text
    assert face.missing == () and "〓" not in text
    named_alike = words(signed_paper(small(dataclasses.replace(MARRIAGE, form="")), "七尾市", ANSWERS).data)
    assert "見本の申請" in named_alike and "婚姻届" not in named_alike
    with pytest.raises(ValueError, match="mihon"):
        signed_paper(pack.small(PAGES), "七尾市", ANSWERS)


def test_no_number_of_a_person_stands_where_the_form_has_no_box_for_it():
    d = pack.definition("rainin-yoyaku")
    assert all(q.type != "個人番号" for q in d.questions())
    text = words(signed_paper(d, "七尾市", {"my_number": "123456789018"}).data)
    assert "123456789018" not in text and "●" not in text


@pytest.mark.parametrize("where", ["page", "entry"])
def test_no_word_of_a_long_answer_is_cut(where):
    long = "".join(f"{n}番目の理由を書いています。" for n in range(280))
    answers = ANSWERS | ({"why": long} if where == "page" else {"children": [{"child_name": {"sei": "見本", "mei": "一"}, "child_note": long}]})
    text = words(signed_paper(small(), "七尾市", answers).data)
    at = -1
    for n in range(280):
        at = text.find(f"{n}番目", at + 1)
        assert at >= 0 or f"{n}番目の理由" in text, n
    assert "279番目の理由を書いています" in text and "証人" in text


def test_what_no_font_can_draw_is_said_on_the_paper():
    face = signed_paper(small(), "七尾市", ANSWERS | {"why": "\U000e1234"})
    assert face.missing and "正しい字を手で書いてください" in words(face.data)


def codes(data: bytes) -> set[str]:
    page = pypdfium2.PdfDocument(data)[0].render(scale=3).to_pil()
    return {code.text for code in zxingcpp.read_barcodes(page)}


def test_it_is_never_read_as_a_blank_form_that_came_back():
    d = small()
    assert any(text.startswith("madoguchi:") for text in codes(paper_form(d, "七尾市").data))
    assert codes(signed_paper(d, "七尾市", ANSWERS, receipt="R8-0000-0000-0").data) == {"R8-0000-0000-0"}
    assert codes(signed_paper(d, "七尾市", ANSWERS).data) == set()


def test_only_where_a_source_says_so():
    assert [name for name in pack.ids() if pack.definition(name).paper] == ["rainin-yoyaku"]
    d = pack.definition("rainin-yoyaku")
    assert d.paper.doubt, "what is known by memory says so"
    answers = generate.answers_for(d, random.Random(3), today=pack.TODAY)
    face = signed_paper(d, "七尾市", answers)
    assert "住民異動届" in words(face.data) and face.missing == ()
