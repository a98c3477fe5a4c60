"""Heaps as they are really laid in: the wrong way round, out of order, on their head, on forms of procedures that were replaced."""

from __future__ import annotations

import datetime as dt

from tests.support.hall import Hall, body_of, run_worker
from tests.support.walk import text

from madoguchi.casework.models import Case
from madoguchi.intake.models import Application
from madoguchi.procedures import public as procedures
from madoguchi.procedures.rules import generate
from madoguchi.scans import rules, selectors
from madoguchi.scans.models import Packet
from madoguchi.scans.rules import Leaf, sort

from .conftest import SLUG, forms
from .test_scans import ANSWERS, ON_PAPER, taken


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
