"""前納: the mail at the moment of sending, before the fee is paid. It says what is left to do and names no procedure."""

from __future__ import annotations

import datetime as dt

from tests.support.hall import run_worker

from madoguchi.intake import mails, paying
from madoguchi.notifications.models import Mail
from madoguchi.payments import cashier
from madoguchi.payments.models import Payment
from madoguchi.procedures import public as procedures

from .test_paying import SLUG, now_of, order  # noqa: F401


def test_it_goes_out_when_it_is_sent_and_says_what_is_left(order, hall):  # noqa: F811
    row = order(mail="a@example.jp")
    mail = Mail.objects.get()
    assert mail.key == f"owed:{row.id}" and mail.subject.endswith("送信されました。お支払いが残っています")
    assert row.receipt in mail.body and f"/my/{row.id}/pay/" in mail.body and "11月27日までに" in mail.body
    assert "お支払いが済むまで、受付は完了しません" in mail.body
    name = str(procedures.current(SLUG).definition.name)
    assert name not in mail.subject + mail.body and "住民票" not in mail.body and "円" not in mail.body
    paying.fee_ask(row, procedures.current(SLUG).definition, paying.bill_of(procedures.current(SLUG).definition, row.answers, row.filed_at.date()),
                   "test")
    run_worker()
    assert Mail.objects.count() == 1 and len(list(hall.home.glob("mail/*.eml"))) == 1
    cashier_of(hall)
    assert now_of(row)[0] == "filed" and sorted(m.key.partition(":")[0] for m in Mail.objects.all()) == ["filed", "owed"]


def cashier_of(hall):
    Payment.objects.update(section="kosodate")
    cashier.cash_take(actor=hall.staff("tanaka"), payment_id=str(Payment.objects.get().id), tendered=1000)
    run_worker()


def test_nothing_to_pay_or_no_address_no_such_mail(order):  # noqa: F811
    order(mail="a@example.jp", exempt=True, receive="counter")
    order("taro")
    assert not Mail.objects.filter(key__startswith="owed").exists()


def test_a_guest_is_told_to_bring_both_numbers(hall):
    subject, body = mails.owed("ja", "R8-0000-0000-0", "x", dt.date(2026, 11, 27), True)
    assert "/status/\n" in body and "受付番号と確認番号" in body and "/my/x/" not in body
    for code in ("en", "zh-hans", "vi", "pt", "ja-easy"):
        said = mails.owed(code, "R8-0000-0000-0", "x", dt.date(2026, 11, 27), True)
        assert said[0] != subject and "受付番号と確認番号" not in said[1] and "/status/" in said[1] and "R8-0000-0000-0" in said[1]
