"""A mail about a booking that no mailbox takes tells nobody: the clerk sees whom to telephone, and says when it is done."""

from __future__ import annotations

import datetime as dt

from tests.support.hall import OPENING, run_worker
from tests.support.walk import text

from madoguchi.booking import services, waiting
from madoguchi.booking.models import Waiting
from madoguchi.booking.setup import setup
from madoguchi.kernel import audit, clock
from madoguchi.kernel.models import AuditEntry
from madoguchi.notifications.models import Mail
from madoguchi.notifications.ports import Accepted, Refused

from .conftest import FORM, MONDAY, NINE, booked, filled


class Full:
    """A mailer that knows one mailbox alone."""

    def send(self, letter):
        return Accepted() if letter.to == "hanako@example.jp" else Refused("550 5.1.1 no such user")


def test_whom_no_mail_reaches_is_telephoned(hall, monkeypatch):
    monkeypatch.setattr("madoguchi.notifications.services._mailer", lambda: Full())
    lost, reached = booked(mail="wrong@example.jp", phone="0767-53-0001"), booked(start=NINE + 30)
    desk = hall.desk("yamada")
    desk.post("/staff/booking/closures/", {"section": "zeimu", "counter": "zeimu", "first": "2026-11-30", "reason": "職員の研修", "tell": "yes"})
    assert "メールが届かなかった方" not in text(desk.get("/staff/booking/"))
    run_worker()
    page = text(desk.get("/staff/booking/"))
    unreached = page.partition("メールが届かなかった方")[2]
    assert lost.number in unreached and "0767530001" in unreached and reached.number not in unreached
    assert "予約の控え、窓口を開けられないこと" in unreached
    assert hall.desk("sato").post(f"/staff/booking/b/{lost.id}/told/").status_code == 404
    assert Mail.objects.filter(state="refused").count() == 2
    assert desk.post(f"/staff/booking/b/{lost.id}/told/").status_code == desk.post(f"/staff/booking/b/{lost.id}/told/").status_code == 303
    assert "メールが届かなかった方" not in text(desk.get("/staff/booking/"))
    assert AuditEntry.objects.filter(action="booking.told").count() == 1 and audit.verify() == []


def test_what_is_over_is_told_to_nobody_any_more(hall, monkeypatch):
    monkeypatch.setattr("madoguchi.notifications.services._mailer", lambda: Full())
    booked(mail="wrong@example.jp")
    run_worker()
    assert "メールが届かなかった方" in text(hall.desk("yamada").get("/staff/booking/"))
    with clock.frozen(OPENING + dt.timedelta(days=12)):
        assert "メールが届かなかった方" not in text(hall.desk("yamada").get("/staff/booking/"))


def waits(phone: str = "0767-53-0002") -> Waiting:
    return waiting.waiting_join(service=setup().services["tax"], day=MONDAY, by="resident:guest", owner="", language="ja",
                                form=FORM | {"mail": "wrong@example.jp", "phone": phone})


def test_who_is_offered_a_place_by_a_mail_that_no_mailbox_takes_is_telephoned(hall, monkeypatch):
    monkeypatch.setattr("madoguchi.notifications.services._mailer", lambda: Full())
    taken, first = filled()[0], waits()
    run_worker()
    desk = hall.desk("yamada")
    page = text(desk.get("/staff/booking/")).partition("空きを待つ方")[2]
    assert "空き待ちを受け付けたこと" in page and "空きが出たこと" not in page.partition("伝わっていないこと")[2] and "0767530002" in page
    assert desk.post(f"/staff/booking/w/{first.id}/told/").status_code == 303 and "空きを待つ方" not in text(desk.get("/staff/booking/"))
    services.booking_cancel(booking=taken, by="x", staff=True)
    run_worker()
    page = text(desk.get("/staff/booking/")).partition("空きを待つ方")[2]
    assert "空きが出たこと（" in page and "まで取ってあります" in page and "電話で聞いて、予約にする" in page
    assert hall.desk("sato").post(f"/staff/booking/w/{first.id}/told/", {"take": "yes"}).status_code == 404
    made = desk.post(f"/staff/booking/w/{first.id}/told/", {"take": "yes"})
    first.refresh_from_db()
    assert first.state == "booked" and first.booking.state == "confirmed" and made["Location"] == f"/staff/booking/b/{first.booking_id}/"
    assert desk.post(f"/staff/booking/w/{first.id}/told/", {"take": "yes"})["Location"] == made["Location"], "pressed twice"
    assert "空きを待つ方" not in text(desk.get("/staff/booking/")) and audit.verify() == []


def test_an_offer_that_ran_out_is_told_to_nobody_any_more(hall, monkeypatch):
    monkeypatch.setattr("madoguchi.notifications.services._mailer", lambda: Full())
    taken, first = filled()[0], waits()
    services.booking_cancel(booking=taken, by="x", staff=True)
    run_worker()
    desk = hall.desk("yamada")
    assert "空きが出たこと（" in text(desk.get("/staff/booking/"))
    with clock.frozen(OPENING + dt.timedelta(hours=23)):
        desk = hall.desk("yamada")
        assert desk.post(f"/staff/booking/w/{first.id}/told/", {"take": "yes"}).status_code == 409
        waiting.offers_sweep()
        assert "空きを待つ方" not in text(desk.get("/staff/booking/"))
