"""Payments are kept for a term of their own: beside a case that is gone, and where there never was one."""

from __future__ import annotations

import datetime as dt
import io
import uuid

import pytest
from django.core.management import call_command
from tests.support.hall import Hall, run_worker

from madoguchi.casework import retention
from madoguchi.casework.models import Case
from madoguchi.intake.forgetting import unpaid_sweep
from madoguchi.kernel import audit, clock, witness
from madoguchi.payments import cashier, keeping, refunds, sales, services, till
from madoguchi.payments.models import Attempt, Payment, Refund
from madoguchi.payments.ports import Report
from madoguchi.payments.setup import read_setup

SLUG = "kazei-shoumei"
pytestmark = pytest.mark.django_db(transaction=True)
OVER = dt.date(2032, 4, 1)  # five years after the fiscal year of November 2026


def at(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(9), clock.JST)


def sold(hall: Hall) -> Payment:
    sales.sale_take(actor=hall.staff("yamada"), section="zeimu", press=str(uuid.uuid4()), counts={"kazei": 1}, tendered=300)
    return Payment.objects.get(case_ref="")


def closed(hall: Hall, yen: int) -> None:
    till.till_close(actor=hall.staff("yamada"), section="zeimu", count=till.Count({100: yen // 100}, yen, "", 1, yen))


def test_what_was_sold_at_the_counter_goes_when_its_term_is_over(hall: Hall) -> None:
    row = sold(hall)
    with clock.frozen(at(OVER - dt.timedelta(days=1))):
        assert list(keeping.payments_over()) == [] and not keeping.payment_destroy(actor="cli:test", payment_id=str(row.id))
    with clock.frozen(at(OVER)):
        [found] = keeping.payments_over()
        assert "日締めに入っていない" in found.why_not and not keeping.payment_destroy(actor="cli:test", payment_id=str(row.id))
    closed(hall, 300)
    with clock.frozen(at(OVER)):
        out = io.StringIO()
        call_command("retention", "--dry-run", stdout=out)
        assert f"廃棄   支払い {row.receipt} 300円" in out.getvalue() and "1件が廃棄の対象です" in out.getvalue()
        assert Payment.objects.count() == 1, "a dry run changes nothing"
        call_command("retention", stdout=out)
        assert not Payment.objects.exists() and not Attempt.objects.exists()
        assert witness.verify() == [] and audit.verify() == []


def test_a_payment_outlives_a_case_of_a_shorter_term(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    application = hall.file("hanako", SLUG, hall.answers(SLUG) | {"receive": "counter", "exempt": False, "filer": "self", "copies": 1})
    row = Payment.objects.get()
    cashier.cash_take(actor=hall.staff("yamada"), payment_id=str(row.id), tendered=300)
    closed(hall, 300)
    run_worker()
    hall.decide(Case.objects.get(), "reject", "yamada", "nakamura")
    run_worker()
    monkeypatch.setattr(retention, "years_of", lambda slug, version: 1)
    with clock.frozen(at(dt.date(2028, 4, 1))):
        assert retention.case_destroy(actor="cli:test", case_id=str(application.id))
        run_worker()
        row.refresh_from_db()
        assert row.received == 300 and witness.verify() == [], "the sum is kept, the person is gone"
        refund = refunds.refund_ask(actor=hall.staff("yamada"), payment_id=str(row.id), amount=100, reason="mistake")
        refunds.refund_answer(actor=hall.staff("nakamura"), refund_id=str(refund.id), approve=False)
    with clock.frozen(at(dt.date(2033, 4, 1))):
        assert list(keeping.payments_over()) == [], "the refund that was asked for prolongs it"
    with clock.frozen(at(dt.date(2034, 4, 1))):
        assert keeping.payment_destroy(actor="cli:test", payment_id=str(row.id))
        assert witness.verify() == [] and audit.verify() == []


def test_that_of_an_application_that_was_never_accepted(hall: Hall) -> None:
    hall.file("hanako", SLUG, hall.answers(SLUG) | {"receive": "counter", "exempt": False, "filer": "self", "copies": 1})
    row = Payment.objects.get()
    with clock.frozen(clock.now() + dt.timedelta(days=20)):
        services.payments_expire()
        run_worker()
    with clock.frozen(at(OVER)):
        assert list(keeping.payments_over()) == [], "the application is there yet"
        assert unpaid_sweep() == 1
        assert keeping.payment_destroy(actor="cli:test", payment_id=str(row.id))
        assert witness.verify() == [] and audit.verify() == []


def test_whose_money_came_too_late_is_known_until_it_has_gone_back(hall: Hall) -> None:
    hall.file("hanako", SLUG, hall.answers(SLUG) | {"receive": "counter", "exempt": False, "filer": "self", "copies": 1})
    row = Payment.objects.get()
    order = Attempt.objects.create(payment=row, provider="slip", amount=row.amount, reference="1", created_at=clock.now())
    with clock.frozen(clock.now() + dt.timedelta(days=20)):
        services.payments_expire()
        run_worker()
        services.report_apply(provider="slip", report=Report("1", "paid", row.amount, "jpy", "m1", str(order.id)), actor="collection")
        run_worker()
    with clock.frozen(clock.now() + dt.timedelta(days=70)):
        assert unpaid_sweep() == 0, "the city owes them money: whom it belongs to stands nowhere else"
        out = io.StringIO()
        call_command("retention", "--dry-run", stdout=out)
        assert "手数料が払われず成立しなかった申請" not in out.getvalue()
        Refund.objects.update(state="done")
        assert unpaid_sweep() == 1


def test_a_payment_that_is_gone_without_its_term_is_told(hall: Hall) -> None:
    hall.case("hanako", SLUG, hall.answers(SLUG) | {"receive": "counter", "exempt": True, "filer": "self", "copies": 1})
    Payment.objects.all().delete()
    assert any("支払いの記録が消されています" in fault.ja for fault in witness.verify())


@pytest.mark.parametrize(("text", "years"), [("保存: {期間: 5年}", 5), ("保存: {期間: 永年}", 0), ("", None), ("保存: {期間: 五年}", "5年")])
def test_the_term_is_a_setting(tmp_path, text: str, years: object) -> None:
    (tmp_path / "payments.yaml").write_text(f"{text}\n端末: {{}}\n", "utf-8")
    if isinstance(years, str):
        with pytest.raises(Exception, match="payments_wrong") as wrong:
            read_setup(tmp_path)
        assert years in wrong.value.ja
    else:
        assert read_setup(tmp_path).keep == years
