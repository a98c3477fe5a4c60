"""個人番号 on sheets of paper: painted over on the server for everybody, opened once by who may, with the reason on record."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from PIL import Image, ImageDraw
from tests.support.hall import Hall, run_worker
from tests.support.scan import pdf, printed, put, scanned
from tests.support.walk import text

from madoguchi.casework import ports
from madoguchi.casework.models import Case, NumberView
from madoguchi.casework.selectors import number_views_of
from madoguchi.files.covered import PAINT
from madoguchi.identity.public import TRIAL_PASSWORD
from madoguchi.kernel import clock
from madoguchi.kernel.models import AuditEntry
from madoguchi.offices.public import city
from madoguchi.procedures import public as procedures
from madoguchi.procedures.rules.faces.pdf import paper_form, paper_map
from madoguchi.scans import selectors, services, taking
from madoguchi.scans.models import Packet, Page, SheetView
from madoguchi.scans.straight import sheet_of

from .conftest import typed_off

SLUG, WHY = "jidou-teate-gaku-kaitei", "番号を入力するため"


@pytest.fixture
def packet(hall: Hall) -> Packet:
    """A form on which a number stands in every box for one, taken in."""
    d = hall.definition(SLUG)
    pages = printed(paper_form(d, city().name, number=procedures.current(SLUG).number).data)
    for box in paper_map(d, city().name).boxes:
        if "mynumber" in box.question:
            for place in box.combs:
                put(ImageDraw.Draw(pages[box.page - 1]), place, "8")
    data = pdf([scanned(page, n) for n, page in enumerate(pages)])
    taking.scan_take(actor=hall.staff("tanaka"), section=d.section, source=io.BytesIO(data), name="scan.pdf", size=len(data))
    run_worker()
    return Packet.objects.get()


def number_box(packet: Packet):
    """Which crop, the sheet and the box of the claimant's number."""
    return next((n, page, box) for n, (page, box) in enumerate(selectors.boxes_of(packet)) if box.question == "mynumber")


def picture(response) -> Image.Image:
    data = b"".join(response.streaming_content) if response.streaming else response.content
    assert response.status_code == 200 and response["Content-Type"] == "image/jpeg"
    return Image.open(io.BytesIO(data)).convert("RGB")


def bare(image: Image.Image, marks, box) -> bool:
    """Is anything but paint in the place of a box?"""
    sheet = sheet_of(marks)
    (left, top), (right, bottom) = sheet.at(box.place.x, box.place.y), sheet.at(box.place.x + box.place.width, box.place.y + box.place.height)
    return any(abs(low - PAINT[0]) > 12 or abs(high - PAINT[0]) > 12
               for low, high in image.crop((int(left) + 3, int(top) + 3, int(right) - 3, int(bottom) - 3)).getextrema())


def seen_by(desk, url: str, **more: str):
    return desk.post(url, {"why": WHY, **more})


def test_the_number_is_painted_over_until_it_is_opened_with_a_reason(hall: Hall, packet: Packet):
    n, page, box = number_box(packet)
    name = next(m for m, (_, b) in enumerate(selectors.boxes_of(packet)) if b.question == "name")
    desk, at = hall.desk("tanaka"), f"/staff/scans/page/{page.id}/"
    assert not bare(picture(desk.get(f"{at}picture/")), page.marks, box)
    with services.file_of(page) as source:
        assert bare(Image.open(source).convert("RGB"), page.marks, box), "what is kept is the paper as it came"
    covered = picture(desk.get(f"/staff/scans/p/{packet.id}/crop/{n}/"))
    assert all(abs(value - PAINT[0]) <= 12 for band in covered.getextrema() for value in band)
    assert picture(desk.get(f"/staff/scans/p/{packet.id}/crop/{name}/")).convert("L").getextrema()[1] > 240, "the other boxes are shown"
    step = next(s for s in hall.definition(SLUG).steps if any(q.id == "mynumber" for q in s.questions))
    shown = desk.get(f"/staff/scans/p/{packet.id}/k/{step.id}/").content.decode()
    assert f'action="{at}number/"' in shown and f'form="see-{n}"' in shown and "個人番号を塗りつぶしています" in shown
    refused = desk.post(f"{at}number/", {"why": " ", "box": str(n)})
    assert refused.status_code == 422 and "番号を見る理由を書いてください" in text(refused) and not SheetView.objects.exists()
    opened = seen_by(desk, f"{at}number/", box=str(n))
    assert picture(opened).convert("L").getextrema()[1] > 240 and "no-store" in opened["Cache-Control"]
    assert bare(picture(seen_by(desk, f"{at}number/")), page.marks, box)
    acts = AuditEntry.objects.filter(action="scan.number_viewed")
    assert [(a.actor, a.facts["sheet"]) for a in acts] == [("staff:tanaka", page.sheet)] * 2 and WHY not in str([a.facts for a in acts])
    assert SheetView.objects.count() == 2 and WHY.encode() not in bytes(SheetView.objects.latest("at").sealed_why)


def test_who_may_not_see_the_number_opens_nothing(hall: Hall, packet: Packet):
    n, page, _ = number_box(packet)
    for who in ("sato", "auditor", "admin"):
        desk = hall.desk(who)
        for url in (f"/staff/scans/page/{page.id}/picture/", f"/staff/scans/p/{packet.id}/crop/{n}/"):
            assert desk.get(url).status_code == 404
        assert seen_by(desk, f"/staff/scans/page/{page.id}/number/").status_code == 404
    assert not SheetView.objects.exists()


def test_who_asks_late_shows_again_who_they_are(hall: Hall, packet: Packet):
    _, page, _ = number_box(packet)
    desk = hall.desk("tanaka")
    with clock.frozen(clock.now() + dt.timedelta(minutes=20)):
        assert 'name="_confirm"' in text(seen_by(desk, f"/staff/scans/page/{page.id}/number/")) and not SheetView.objects.exists()
        assert picture(seen_by(desk, f"/staff/scans/page/{page.id}/number/", _confirm="post", _password=TRIAL_PASSWORD))


def test_a_sheet_on_which_the_place_is_not_known_is_closed_as_a_whole(hall: Hall, packet: Packet):
    _, page, box = number_box(packet)
    marks = page.marks
    for change in ({"marks": []}, {"code": ""}, {"code": page.code[:-6] + "0" * 6}):
        Page.objects.filter(id=page.id).update(**{"marks": marks, "code": page.code} | change)
        image = picture(hall.desk("tanaka").get(f"/staff/scans/page/{page.id}/picture/"))
        assert all(abs(value - PAINT[0]) <= 12 for band in image.getextrema() for value in band), change
    assert bare(picture(seen_by(hall.desk("tanaka"), f"/staff/scans/page/{page.id}/number/")), marks, box)


def test_after_filing_the_case_shows_it_no_more_openly(hall: Hall, packet: Packet):
    _, page, box = number_box(packet)
    marks = page.marks
    seen_by(hall.desk("tanaka"), f"/staff/scans/page/{page.id}/number/")
    typed_off(hall, "tanaka", packet, SLUG)
    case = Case.objects.get()
    at = f"/staff/case/{case.id}/file/{page.file}/"
    for who in ("tanaka", "auditor"):
        assert not bare(picture(hall.desk(who).get(at)), marks, box)
    assert seen_by(hall.desk("auditor"), f"{at}number/").status_code == 404 and not NumberView.objects.exists()
    assert f'action="{at}number/"' in hall.desk("tanaka").get(f"/staff/case/{case.id}/?tab=files").content.decode()
    assert hall.desk("tanaka").post(f"{at}number/", {"why": ""}).status_code == 422
    assert bare(picture(seen_by(hall.desk("tanaka"), f"{at}number/")), marks, box)
    assert AuditEntry.objects.filter(action="number.viewed", chain=f"case:{case.id}").count() == 1
    assert [(v["label"], v["why"]) for v in number_views_of(case)] == [
        ("紙の画像", WHY), (f"紙の画像（読み込んだ{page.sheet}枚目）", WHY)]
    Case.objects.filter(id=case.id).update(files={"scans": [{k: v for k, v in f.items() if k != "covered"} for f in case.files["scans"]]})
    old = picture(hall.desk("auditor").get(at))
    assert all(abs(value - PAINT[0]) <= 12 for band in old.getextrema() for value in band), "filed before the places were kept"
    assert ports.keepers["scans"].forget(case.ref) == {"sheet_views": 1} and not SheetView.objects.exists()
