"""The map of the blank paper form: every question has its box where the form has drawn it."""

from __future__ import annotations

import pypdfium2
import pytest
import zxingcpp

from madoguchi.procedures.rules.faces.pdf import layout_mark, paper_form, paper_map

from . import pack

NAMES = ("risai-shoumei", "jidou-teate-mishiharai", "ninshin-todoke")


@pytest.mark.parametrize("name", NAMES)
def test_every_question_has_its_box_and_every_choice_its_square(name):
    d = pack.definition(name)
    found = paper_map(d, "七尾市")
    boxes = {(b.question, b.index): b for b in found.boxes}
    for q in d.questions():
        box = boxes[q.id, 0]
        assert box.group == q.group and 1 <= box.page <= found.pages
        assert box.place.x >= 14 - 0.1 and box.place.x + box.place.width <= 196.1 and 0 < box.place.y < 281
        if q.type in ("選択", "複数選択"):
            assert [t.key for t in box.ticks] == [c.id for c in q.choices]
        if q.type == "生年月日" and box.place.width > 100:
            assert [t.key for t in box.ticks] == ["r", "h", "s", "t"] and [p.key for p in box.written] == ["y", "m", "d"]
        for place in (*box.written, *box.ticks, *box.combs):
            assert box.place.x - 0.1 <= place.x and place.x + place.width <= box.place.x + box.place.width + 0.1
            assert box.place.y - 0.1 <= place.y and place.y + place.height <= box.place.y + box.place.height + 0.1


@pytest.mark.parametrize("name", NAMES[:1])
def test_each_page_carries_procedure_version_and_number_in_its_code_and_a_square_in_each_corner(name):
    d = pack.definition(name)
    document = pypdfium2.PdfDocument(paper_form(d, "七尾市", number=3).data)
    assert len(document) == paper_map(d, "七尾市").pages
    for number, page in enumerate(document, 1):
        image = page.render(scale=150 / 72, grayscale=True).to_pil()
        codes = [b.text for b in zxingcpp.read_barcodes(image)]
        assert codes == [f"madoguchi:{d.id}:{d.edition}:{number}:3:{layout_mark(d, '七尾市')}"]
        assert all(image.getpixel((x * 150 / 25.4, y * 150 / 25.4)) < 40 for x in (8, 202) for y in (8, 289))
    document.close()


def test_the_mark_of_the_layout_changes_with_the_citys_disasters():
    import dataclasses

    d = pack.definition("risai-shoumei")
    choice = next(pack.definition("jidou-teate-mishiharai").questions()).choices[0]
    steps = tuple(dataclasses.replace(s, questions=tuple(dataclasses.replace(q, choices=(choice,)) if q.type == "災害" else q for q in s.questions))
                  for s in d.steps)
    assert layout_mark(d, "七尾市") != layout_mark(dataclasses.replace(d, steps=steps), "七尾市")
