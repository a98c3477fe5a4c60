"""An interview opened from a called ticket or from a booking: what its service names is ticked, nobody's name comes along, and it leads back."""

from __future__ import annotations

import datetime as dt
import html
import re

import pytest
from tests.support.hall import OPENING, Hall

from madoguchi.booking.tests.conftest import FORM, booked
from madoguchi.counter import interviewing, origins
from madoguchi.counter.models import Interview
from madoguchi.counter.staff_errors import OriginNotFound
from madoguchi.intake.models import Draft
from madoguchi.kernel import clock
from madoguchi.queue.models import Ticket
from madoguchi.queue.tests.conftest import called, taken

TAX, NOT_PAID, START = "kazei-shoumei", "nouzei-shoumei", "/staff/counter/interview/"


def text(response) -> str:
    return html.unescape(response.content.decode())


@pytest.fixture(autouse=True)
def _published(hall: Hall) -> None:
    for slug in (TAX, NOT_PAID):
        hall.definition(slug)


def test_from_a_called_ticket_and_back_to_the_counter(hall: Hall):
    desk, counter = hall.desk("yamada"), "/staff/queue/desk/zeimu/0/"
    taken()
    assert "聞き取りを始める" not in text(desk.get(counter)), "nobody is called"
    ticket = called(hall.staff("yamada"))
    link = f"{START}?from=ticket:{ticket.id}"
    assert f'href="{link}"' in text(desk.get(counter)) and f'href="{link}"' in text(desk.get(f"/staff/queue/ticket/{ticket.id}/"))
    page = text(desk.get(link))
    assert f"番号札 {ticket}" in page and page.count(" checked") == 2 and f'value="{TAX}" checked' in page and f'value="{NOT_PAID}" checked' in page
    assert f'name="from" value="ticket:{ticket.id}"' in page
    searched = text(desk.get(f"{link}&q=証明&p={TAX}"))
    assert f'value="{TAX}" checked' in searched and f'value="{NOT_PAID}" checked' not in searched, "what was unticked stays unticked"
    several = [f"p-{n}" for n in range(6)]  # a search carries along what is ticked, in the order in which it was
    again = text(desk.get(START, {"q": "証明", "p": [*several, several[0]]}))
    assert re.findall(r'<input type="hidden" name="p" value="([^"]+)"', again) == several
    refused = desk.post(START, {"from": f"ticket:{ticket.id}"})
    assert refused.status_code == 422 and f"番号札 {ticket}" in text(refused) and " checked" not in text(refused)
    there = desk.post(START, {"from": f"ticket:{ticket.id}", "p": [TAX]})["Location"]
    row = Interview.objects.get()
    assert row.origin == f"ticket:{ticket.id}" and [d.slug for d in interviewing.drafts_of(row)] == [TAX]
    assert f'href="{counter}"' in text(desk.get(there)) and "に戻る" not in text(desk.get(there)), "a link, while it goes on"
    interviewing.interview_end(actor=hall.staff("yamada"), interview_id=str(row.id))
    assert f'<a class="btn" href="{counter}">' in text(desk.get(there))
    Ticket.objects.update(state="done")
    assert f'href="/staff/queue/ticket/{ticket.id}/"' in text(desk.get(there)), "finished meanwhile"
    Ticket.objects.all().delete()
    assert desk.get(there).status_code == 200 and "番号札 E" not in text(desk.get(there)), "forgotten: no link that leads nowhere"


def test_from_a_booking_nothing_of_the_person_comes_along(hall: Hall):
    row = booked(owner=(owner := hall.owner("hanako").key))
    desk = hall.desk("yamada")
    link = f"{START}?from=booking:{row.id}"
    assert f'href="{link}"' in text(desk.get(f"/staff/booking/b/{row.id}/"))
    page = text(desk.get(link))
    assert f"予約 {row.number}" in page and not any(word in page for word in FORM.values())
    there = desk.post(START, {"from": f"booking:{row.id}", "p": [TAX]})["Location"]
    interview = Interview.objects.get()
    assert interview.origin == f"booking:{row.id}" and interview.owner != owner
    (draft,) = Draft.objects.all()
    assert not draft.answers and not draft.shared and draft.owner == interview.owner
    assert not any(word in text(desk.get(there)) for word in FORM.values()) and f'href="/staff/booking/b/{row.id}/"' in text(desk.get(there))


def test_only_what_the_clerks_section_handles_is_ticked(hall: Hall, monkeypatch):
    hall.definition("ninshin-todoke")
    service = origins.setup().services["tax"]
    monkeypatch.setitem(origins.setup().services, "tax", type(service)(**{
        f: getattr(service, f) for f in service.__dataclass_fields__} | {"procedures": ("ninshin-todoke", TAX, "unknown-here")}))
    ticket = taken()
    found = origins.origin_get(actor=hall.staff("yamada"), mark=f"ticket:{ticket.id}")
    assert found.slugs == (TAX,) and found.others == (str(hall.definition("ninshin-todoke").name),)
    page = text(hall.desk("yamada").get(f"{START}?from=ticket:{ticket.id}"))
    assert "ほかの課の手続きには印を付けていません" in page and page.count(" checked") == 1


NOBODY = "00000000-0000-4000-8000-0000000000aa"


@pytest.mark.parametrize("mark", ["ticket:", "booking:1", f"person:{NOBODY}", f"ticket:{NOBODY}", f"booking:{NOBODY}", "x"])
def test_what_is_no_ticket_is_told(hall: Hall, mark):
    assert hall.desk("yamada").get(START, {"from": mark}).status_code == 404
    assert hall.desk("yamada").post(START, {"from": mark, "p": [TAX]}).status_code == 404 and not Interview.objects.exists()
    assert origins.origin_of(actor=hall.staff("yamada"), mark=mark) is None


def test_another_sections_ticket_or_booking_is_not_there(hall: Hall):
    ticket, row = taken(), booked()
    for who in ("tanaka", "sato"):
        for mark in (f"ticket:{ticket.id}", f"booking:{row.id}"):
            assert hall.desk(who).get(START, {"from": mark}).status_code == 404
            with pytest.raises(OriginNotFound):
                origins.origin_get(actor=hall.staff(who), mark=mark)


def test_yesterdays_ticket_begins_nothing(hall: Hall, monkeypatch):
    ticket = taken()
    monkeypatch.setattr(clock, "now", lambda: OPENING + dt.timedelta(days=1))
    assert hall.desk("yamada").get(START, {"from": f"ticket:{ticket.id}"}).status_code == 404


def test_what_the_city_does_not_allow_here_is_named_with_its_paper(hall: Hall, settings):
    settings.COUNTER_UNSIGNED = False
    slug = NOT_PAID
    assert hall.definition(slug).level == interviewing.SIGNED_LEVEL
    desk, row = hall.desk("yamada"), booked()
    found = origins.origin_get(actor=hall.staff("yamada"), mark=f"booking:{row.id}")
    assert slug not in found.slugs and str(hall.definition(slug).name) in found.barred
    for page in (text(desk.get(START, {"from": f"booking:{row.id}"})), text(desk.get(START, {"q": "納税証明"}))):
        assert f'href="/p/{slug}/paper.pdf"' in page and "市が窓口での署名を認めていないため" in page
        assert "見つかりませんでした" not in page and f'value="{slug}"' not in page
    assert "このサービスの手続きのうち、ここでは選べないもの" in text(desk.get(START, {"from": f"booking:{row.id}"}))
    assert "見つかりませんでした" in text(desk.get(START, {"q": "ありえない言葉"}))
    settings.COUNTER_UNSIGNED = True
    assert "ここでは選べない手続き" not in text(desk.get(START, {"q": "納税証明"}))
