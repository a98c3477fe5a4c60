"""Heaps as they are really laid in: the wrong way round, out of order, on their head, on forms of procedures that were replaced."""

from __future__ import annotations

import datetime as dt

from PIL import ImageDraw
from tests.support.hall import Hall, body_of, run_worker
from tests.support.scan import printed, scanned
from tests.support.walk import text

from madoguchi.casework.models import Case
from madoguchi.intake.models import Application
from madoguchi.kernel.models import AuditEntry
from madoguchi.offices.public import city
from madoguchi.procedures import public as procedures
from madoguchi.procedures.rules import generate
from madoguchi.procedures.rules.faces.pdf import signed_paper
from madoguchi.scans import rules, selectors
from madoguchi.scans.models import Packet, Page
from madoguchi.scans.rules import Leaf, sort

from .conftest import SLUG, forms
from .test_scans import ANSWERS, ON_PAPER, taken

MOVE = "rainin-yoyaku"


def leaf(page: int, total: int = 2, slug: str = "a") -> Leaf:
    return Leaf(slug, 1, page, total)


def test_a_heap_laid_in_backwards_never_mixes_two_people():
    done = sort([leaf(n) for n in (2, 1, 2, 1, 2, 1)])
    assert done.packets == [{2: 0, 1: 1}, {2: 2, 1: 3}, {2: 4, 1: 5}] and not done.doubtful and not done.aside
    done = sort([leaf(3, 3), leaf(2, 3), "no_code", leaf(1, 3), leaf(1, 1, "b"), leaf(1, 1, "b")])
    assert done.packets == [{3: 0, 2: 1, 1: 3}, {1: 4}, {1: 5}] and not done.doubtful


def test_an_order_that_says_nothing_is_told():
    done = sort([leaf(n) for n in (2, 1, 2)])
    assert done.packets == [{2: 0}, {1: 1, 2: 2}] and done.doubtful == {1}
    done = sort([leaf(1), leaf(2), "broken", leaf(2), leaf(1), leaf(2)])
    assert done.packets == [{1: 0, 2: 1}, {2: 3}, {1: 4, 2: 5}] and done.doubtful == {2}
    assert not sort([leaf(2)]).doubtful, "one sheet is one person's"
    assert not sort([leaf(1, 3), leaf(3, 3), leaf(2, 3)]).doubtful, "begun by page 1: two pages swapped are put right"


def test_two_people_backwards_and_on_their_head(hall: Hall):
    hall.definition(SLUG)
    heap = [page for n in (1, 2) for page in reversed(forms(SLUG, ON_PAPER, turn=0.5 * n))]
    taken(hall, [page.rotate(180) for page in heap])
    first, second = Packet.objects.order_by("made_at", "id")
    found = [sorted((p.sheet, p.leaf) for p in packet.pages.all()) for packet in (first, second)]
    assert sorted(found) == [[(1, 2), (2, 1)], [(3, 2), (4, 1)]]
    assert selectors.boxes_of(first) and not first.note and not selectors.page_list(actor=hall.staff("tanaka"))


def test_a_doubtful_order_stands_on_the_list_and_on_the_packet(hall: Hall):
    hall.definition(SLUG)
    one, two = forms(SLUG, ON_PAPER), forms(SLUG, ON_PAPER, turn=0.5)
    taken(hall, [one[1], two[0], two[1]])
    packet, desk = Packet.objects.exclude(note="").get(), hall.desk("tanaka")
    assert packet.note == rules.DOUBTFUL and packet.pages.count() == 2
    assert rules.DOUBTFUL in text(desk.get("/staff/scans/")) and rules.DOUBTFUL in text(desk.get(f"/staff/scans/p/{packet.id}/"))


def test_a_form_of_a_procedure_that_was_replaced_is_taken_all_the_same(hall: Hall):
    new, d = "jidou-teate-mishiharai-2", hall.definition(SLUG)
    hall.publish(new, body_of(SLUG) | {"手続": new, "名称": "未支払の児童手当の請求(新)"})
    paper = forms(SLUG, ON_PAPER)
    procedures.withdraw(actor="staff:admin", slug=SLUG, instead=new)
    taken(hall, paper)
    packet, desk = Packet.objects.get(), hall.desk("tanaka")
    assert packet.slug == SLUG and selectors.boxes_of(packet)
    assert "いまは「未支払の児童手当の請求(新)」で受け付けています" in text(desk.get(f"/staff/scans/p/{packet.id}/"))
    for step in d.steps:
        if step.id != "siblings_page":
            went = desk.post(f"/staff/scans/p/{packet.id}/k/{step.id}/", generate.as_lists(generate.post_data(d, step, ANSWERS)))
            assert went.status_code == 303, text(went)
    assert desk.post(f"/staff/scans/p/{packet.id}/check/", {"received": "2026-11-20"}).status_code == 303
    row = Application.objects.get()
    assert (row.slug, row.channel, row.filed_at.date()) == (SLUG, "paper", dt.date(2026, 11, 20))
    run_worker()
    case = Case.objects.get()
    page = desk.get(f"/staff/case/{case.id}/")
    assert page.status_code == 200 and "紙で受付" in text(page) and desk.get(f"/staff/case/{case.id}/decide/").status_code == 200
    assert case.receipt in text(desk.get("/staff/"))


def test_blank_backs_are_told_apart_and_thrown_away_together(hall: Hall, blank):
    d = hall.definition(SLUG)
    one = forms(SLUG, ON_PAPER)
    back, faint = scanned(blank.copy(), 7), blank.copy()
    ImageDraw.Draw(faint).line((300, 400, 520, 430), fill=150, width=3)  # a pencil, two centimetres and a half
    paper = printed(signed_paper(hall.definition(MOVE), city().name, hall.answers(MOVE), receipt="R8-1234-5678-9").data)
    taken(hall, [one[0], back, one[1], blank, scanned(faint, 3), paper[0]])
    packet, desk = Packet.objects.get(), hall.desk("tanaka")
    assert [p.leaf for p in selectors.pages_of_packet(packet)] == [1, 2], "what lies between does not part them"
    found = {p.sheet: p.problem for p in selectors.page_list(actor=hall.staff("tanaka"))}
    assert found == {2: "blank", 4: "blank", 5: "no_code", 6: "signed"} and d.id == SLUG
    page = text(desk.get("/staff/scans/"))
    assert "白紙のような紙" in page and "申請の受付番号が付いた紙です" in page
    two, four, six = (Page.objects.get(sheet=n) for n in (2, 4, 6))
    assert "R8-1234-5678-9" in text(desk.get(f"/staff/scans/page/{six.id}/"))
    assert hall.desk("sato").post("/staff/scans/blank/", {"page": [str(two.id)]}).status_code == 303 and Page.objects.filter(id=two.id).exists()
    assert desk.post("/staff/scans/blank/", {"page": [str(two.id), str(six.id), "made-up"]}).status_code == 303
    assert not Page.objects.filter(id=two.id).exists() and Page.objects.filter(id=four.id).exists() and Page.objects.filter(id=six.id).exists()
    assert AuditEntry.objects.filter(action="scan.dropped").count() == 1


def test_applications_of_one_scan_are_told_apart(hall: Hall):
    hall.definition(SLUG)
    one, two = forms(SLUG, ON_PAPER), forms(SLUG, ON_PAPER, turn=0.5)
    taken(hall, [one[0], two[0], two[1], one[1]])
    shown = sorted(s.words for s in selectors.packet_list(actor=hall.staff("tanaka")))
    assert shown == ["1枚目から1枚、2ページ目なし", "2枚目から2枚"], "the fourth sheet is a second page 2"
    aside = selectors.page_list(actor=hall.staff("tanaka"))[0]
    page = text(hall.desk("tanaka").get(f"/staff/scans/page/{aside.id}/"))
    assert all(words in page for words in shown)
