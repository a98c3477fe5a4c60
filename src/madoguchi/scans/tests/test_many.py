"""More paper than a page holds, as after an earthquake: nothing of it drops out of the lists."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from tests.support.hall import Hall
from tests.support.walk import text

from madoguchi.kernel import clock
from madoguchi.procedures import public as procedures
from madoguchi.scans import selectors, staff_views
from madoguchi.scans.models import Packet, Page, Upload

from .conftest import SLUG

MANY = 120


@pytest.fixture
def heaps(hall: Hall) -> list[Upload]:
    """So many applications of one sheet each that wait, in heaps of forty, and as many sheets that nobody could place."""
    hall.definition(SLUG)
    version, now = procedures.current(SLUG).number, clock.now()
    uploads = [Upload.objects.create(sha256=f"{n:064}", section="kosodate", sheets=80, by="staff:tanaka", at=now) for n in range(MANY // 40)]
    packets = [Packet(slug=SLUG, version=version, section="kosodate", made_at=now + dt.timedelta(seconds=n)) for n in range(MANY)]
    Packet.objects.bulk_create(packets)
    Page.objects.bulk_create(Page(packet=p, section="kosodate", upload=uploads[n // 40], sheet=n % 40 + 1, leaf=1, file=uuid.uuid4(), at=now)
                             for n, p in enumerate(packets))
    Page.objects.bulk_create(Page(section="kosodate", upload=uploads[n // 40], sheet=n % 40 + 41, file=uuid.uuid4(), at=now,
                                  problem="blank" if n % 2 else "no_code") for n in range(MANY))
    return uploads


def listed(desk, address: str) -> set[str]:
    """The applications that a page names by their addresses or in its choices."""
    seen = desk.get(address).content.decode()
    return {str(key) for key in Packet.objects.values_list("id", flat=True) if str(key) in seen}


def test_every_application_that_waits_is_on_a_page(hall: Hall, heaps):
    desk = hall.desk("tanaka")
    pages = [listed(desk, f"/staff/scans/?page={n}") for n in (1, 2, 3)]
    assert [len(found) for found in pages] == [50, 50, 20] and len(set.union(*pages)) == MANY
    front = text(desk.get("/staff/scans/"))
    assert f'入力を待つ申請<span class="chip">{MANY}件' in front and "1 / 3" in front
    assert listed(desk, "/staff/scans/?page=0") == pages[0] == listed(desk, "/staff/scans/?page=x")


def test_a_scan_shows_what_came_of_it_however_much_waits_before(hall: Hall, heaps):
    last = heaps[-1]
    packets, aside = selectors.came_of(actor=hall.staff("tanaka"), upload=last)
    assert [s.first for s in packets] == list(range(1, 41)) and [p.sheet for p in aside] == list(range(41, 81))
    assert listed(hall.desk("tanaka"), f"/staff/scans/u/{last.id}/") == {str(s.packet.id) for s in packets}


def test_a_sheet_can_go_to_every_application_those_of_its_scan_first(hall: Hall, heaps):
    desk, sheet = hall.desk("tanaka"), Page.objects.filter(upload=heaps[0], packet=None).first()
    assert sheet is not None
    near = {str(key) for key in Page.objects.filter(upload=heaps[0]).exclude(packet=None).values_list("packet", flat=True)}
    first, second = (listed(desk, f"/staff/scans/page/{sheet.id}/?page={n}") for n in (1, 2))
    assert near <= first and len(first) == staff_views.CHOICES and len(first | second) == MANY
    assert f"申請{MANY}件のうち" in text(desk.get(f"/staff/scans/page/{sheet.id}/"))
    there = (second - first).pop()
    assert desk.post(f"/staff/scans/page/{sheet.id}/?page=2", {"where": f"{there}:", "leaf": "0"}).status_code == 303
    assert str(Page.objects.get(id=sheet.id).packet_id) == there


def test_sheets_that_nobody_placed_are_counted_and_come_up_as_others_go(hall: Hall, heaps):
    desk, many = hall.desk("tanaka"), MANY // 2
    page = text(desk.get("/staff/scans/"))
    assert f'見分けられなかった紙<span class="chip">{many}枚' in page and f'白紙のような紙<span class="chip">{many}枚' in page
    assert page.count("古い50枚を表示しています") == 2
    for sheet in Page.objects.filter(problem="no_code").order_by("at", "upload", "sheet")[:20]:
        sheet.delete()
    page = text(desk.get("/staff/scans/"))
    assert f'見分けられなかった紙<span class="chip">{many - 20}枚' in page and page.count("古い50枚を表示しています") == 1
