"""A section has another id from one day to the next (受け持ち): what its counter, its cash box, its devices and its people had goes on."""

from __future__ import annotations

import datetime as dt
import html
import shutil
from pathlib import Path

import pytest
from django.test import Client
from tests.support.hall import run_worker

from madoguchi.booking import closures, services, waiting
from madoguchi.booking.models import Booking, Closure
from madoguchi.booking.occasion_changes import occasion_change
from madoguchi.booking.occasions import occasion_cancel, occasion_make, occasion_of, occasion_read, occasions_of
from madoguchi.booking.rules import State
from madoguchi.booking.setup import read_setup, setup
from madoguchi.booking.tests.conftest import MONDAY, by_phone, filled
from madoguchi.booking.tests.test_waiting import shut, wait
from madoguchi.casework.models import Case
from madoguchi.identity.models import Membership
from madoguchi.identity.people import memberships_lapse
from madoguchi.identity.public import Staff
from madoguchi.kernel import audit, clock, witness
from madoguchi.offices.city import read_city
from madoguchi.payments import cashier, till
from madoguchi.payments.models import DayClose, Payment
from madoguchi.queue import kiosks
from madoguchi.queue.models import DayFigure, Ticket
from madoguchi.queue.selectors import figure_list, kiosk_list

pytestmark = pytest.mark.django_db
OLD, NEW = "zeimu", "nouzei"
OCCASION = {"name": "公民館での税の相談", "place": "試用公民館", "day": str(MONDAY), "start": "13:00", "end": "16:00", "seats": "1", "minutes": "30"}


@pytest.fixture
def taken_over(settings, tmp_path):
    """The pack in which 納税課 has taken 税務課 over."""
    def write() -> None:
        folder = tmp_path / "pack"
        shutil.copytree(Path(settings.ROOT) / "cities" / "nanao", folder)
        for name, old, new in (("city.yaml", "  zeimu: {名: 税務課,", "  nouzei: {名: 納税課, 受け持ち: [zeimu],"),
                               ("booking.yaml", "課: zeimu", "課: nouzei"), ("collection.yaml", "課: zeimu", "課: nouzei")):
            text = (folder / name).read_text(encoding="utf-8")
            assert old in text
            (folder / name).write_text(text.replace(old, new), encoding="utf-8")
        settings.MADOGUCHI_CITY = folder

    yield write
    read_city.cache_clear(), read_setup.cache_clear()


def text(reply) -> str:
    return html.unescape(reply.content.decode())


def test_its_bookings_are_marked_and_its_closed_days_opened(hall, taken_over):
    today = by_phone("tax", MONDAY)
    shut(hall, first="2026-12-01")
    taken_over()
    with clock.frozen(dt.datetime.combine(MONDAY, dt.time(10), clock.JST)):
        desk = hall.desk("yamada")
        for address in ("/staff/booking/?section=zeimu&day=2026-11-30", "/staff/booking/?section=nouzei&day=2026-11-30"):
            assert today.number in text(desk.get(address))
        assert desk.get(f"/staff/booking/b/{today.id}/change/").status_code == 200
        marked = desk.post(f"/staff/booking/b/{today.id}/mark/", {"came": "yes", "back": "day"})
        assert today.number in text(desk.get(marked["Location"], follow=True))
        closed = Closure.objects.get()
        page = desk.get(f"/staff/booking/closures/{closed.id}/")
        assert page.status_code == 200 and "納税課" in text(page)
        closures.closure_end(actor=Staff.objects.get(username="yamada"), closure_id=closed.id)
    closed.refresh_from_db()
    assert closed.ended_by == "staff:yamada" and audit.verify() == []


def test_who_waits_since_then_gets_what_was_booked_before(hall, taken_over):
    booked = filled()
    taken_over()
    first = wait("a@example.jp")
    assert first.section == NEW
    services.booking_cancel(booking=Booking.objects.get(id=booked[0].id), by="x", staff=True)
    first.refresh_from_db()
    assert first.state == "offered"
    assert waiting.offer_accept(row=first, by="resident:guest")[0].state == State.CONFIRMED


def test_its_days_elsewhere_are_changed_and_called_off(hall, taken_over):
    rows = [occasion_make(row=occasion_read(OCCASION, section=OLD, by="staff:yamada", kind="away")) for _ in range(2)]
    taken_over()
    first, second = rows
    assert {row.key for row in occasions_of(NEW)} == {row.key for row in rows} and occasions_of("kaigo") == []
    assert occasion_of(NEW, first.key) == first and setup().services[first.key].section == NEW
    booked = by_phone(first.key, MONDAY, 13 * 60)
    assert booked.section == NEW
    occasion_change(section=NEW, key=first.key, form=OCCASION | {"place": "別の公民館"}, by="staff:yamada")
    assert occasion_cancel(section=NEW, key=second.key, by="staff:yamada") == (0, 0)
    first.refresh_from_db(), second.refresh_from_db()
    assert first.place == "別の公民館" and second.cancelled_by == "staff:yamada"
    assert first.name in text(hall.desk("yamada").get("/staff/booking/closures/?section=nouzei"))
    assert audit.verify() == [] and witness.verify() == []


def test_its_devices_give_tickets_and_its_board_stands(hall, taken_over):
    _, secret = kiosks.kiosk_make(actor=hall.staff("yamada"), section=OLD, name="1階の入口", everywhere=False)
    numbers = dict.fromkeys(("taken", "served", "absent", "given_up", "wait", "longest", "length"), 1)
    day = DayFigure.objects.create(day=clock.today(), service="tax", section=OLD, **numbers)
    taken_over()
    given = Client().post(f"/queue/kiosk/{secret}/", {"service": "tax"})
    assert given.status_code in (302, 303) and Ticket.objects.get().section == NEW
    desk, yamada = hall.desk("yamada"), Staff.objects.get(username="yamada")
    device, = kiosk_list(actor=yamada, section=NEW)
    assert figure_list(actor=yamada, section=NEW) == [day]
    assert {Client().get(f"/queue/board/{section}/").status_code for section in (OLD, NEW)} == {200}
    ended = desk.post(f"/staff/queue/kiosks/{device.id}/end/")
    assert desk.get(ended["Location"]).status_code == 200


def closed(who: Staff, section: str, kept: int) -> DayClose:
    """The box is closed with what should be in it, in coins of one yen."""
    now = till.till_now(actor=who, section=section)
    return till.till_close(actor=who, section=section, count=till.Count({1: now.expected}, kept, "", now.number, now.expected))


def paid(hall, who: Staff) -> Payment:
    """600 yen or what it costs, in cash at the old section."""
    hall.file("hanako", "kazei-shoumei", hall.answers("kazei-shoumei") | {"exempt": False})
    run_worker()
    payment = Payment.objects.order_by("-created_at")[0]
    cashier.cash_take(actor=who, payment_id=str(payment.id), tendered=payment.amount)
    return payment


def test_the_change_that_lay_in_its_box_is_counted_once(hall, taken_over):
    yamada = hall.staff("yamada")
    payment = paid(hall, yamada)
    before = closed(yamada, payment.section, payment.amount)
    assert before.section == OLD
    taken_over()
    yamada, desk = Staff.objects.get(username="yamada"), hall.desk("yamada")
    for section in (OLD, NEW):
        now = till.till_now(actor=yamada, section=section)
        assert (now.section, now.number, now.left, now.expected) == (NEW, 1, before.kept, before.kept)
        assert "第1号" in text(desk.get(f"/staff/payments/till/{section}/")) and "前の課" in text(desk.get(f"/staff/payments/till/{section}/"))
    sheet = text(desk.get(f"/staff/payments/closes/{before.id}/"))
    assert "日締表 第1号（納税課）" in sheet and till.close_is_last(before)
    with clock.frozen(clock.now() + dt.timedelta(hours=6)):
        after = closed(yamada, OLD, 100)
    assert (after.section, after.number, after.left, after.kept) == (NEW, 1, before.kept, 100)
    before.refresh_from_db()
    assert before.carried == after and not till.close_is_last(before)
    assert till.till_now(actor=yamada, section=NEW).left == 100, "what the old box kept is counted once"
    assert [row.id for row in till.close_list(actor=yamada, section=NEW)] == [after.id, before.id]
    assert witness.verify() == [] and audit.verify() == []
    DayClose.objects.filter(id=before.id).update(carried=None)
    assert ["つり銭を数えた締め" in fault.ja for fault in witness.verify()] == [True]


def test_who_leaves_it_leaves_its_cases(hall, taken_over):
    case = hall.case("hanako", "risai-shoumei")
    assert case.section == OLD
    Case.objects.filter(id=case.id).update(assignee=hall.staff("yamada"))
    taken_over()
    yesterday = clock.today() - dt.timedelta(days=1)
    assert Membership.objects.filter(staff__username="yamada").update(section=NEW, ends=yesterday)
    assert memberships_lapse() and run_worker()
    assert Case.objects.get(id=case.id).assignee is None
