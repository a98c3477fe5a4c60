"""What an interview costs: said before the person signs, and, where the fee comes first (前納), what is still missing afterwards."""

from __future__ import annotations

from tests.support.hall import Hall, run_worker
from tests.support.walk import text

from madoguchi.casework.models import Case
from madoguchi.counter import interviewing
from madoguchi.counter.tests.test_interviews import CLAIM, begun, mark_on, picture, shown, written
from madoguchi.intake.models import Application
from madoguchi.payments import cashier
from madoguchi.payments.models import Payment

RESIDENT = "juuminhyou-utsushi"  # 前納
RECEIVED = "お支払いを待っています"


def test_the_fee_is_read_before_it_is_signed_and_awaited_after(hall: Hall):
    row = begun(hall, RESIDENT, CLAIM, who="okada")
    desk, page = hall.desk("okada"), f"/staff/counter/interview/{row.id}/"
    assert "入力がそろうと出ます" in text(desk.get(page)), "nobody knows yet how many copies"
    written(hall, row)
    bill = next(r.bill for r in map(interviewing.intake.read_over, interviewing.unfiled(row)) if r.draft.slug == RESIDENT)
    yen = f"{bill.total:,}円"
    assert bill.total and yen in text(desk.get(page)) and "前納" in text(desk.get(page))
    client = shown(hall, row)
    read = text(client.get("/counter/read/"))
    assert "手数料の合計" in read and read.count(yen) >= 2 and "お支払いいただいてから、受け付けます" in read
    client.post("/counter/read/", {"_action": "sign", "mark": mark_on(client), "picture": picture()})
    run_worker()
    waits = Application.objects.get(slug=RESIDENT)
    assert waits.status == "unpaid" and [c.slug for c in Case.objects.all()] == [CLAIM]
    last, told = text(client.get("/counter/read/")), text(desk.get(page))
    assert "<h1 class=\"page-title mt2\">送信しました。お支払いが残っています</h1>" in last and f"<b>手数料 {yen}</b>を" in last
    payment = Payment.objects.get()
    assert RECEIVED in told and yen in told and f'href="/staff/payments/{payment.id}/"' in told
    assert "1件が手数料のお支払いを待っています" in text(desk.get("/staff/counter/interview/"))
    assert desk.get(f"/staff/payments/{payment.id}/").status_code == 200
    cashier.cash_take(actor=hall.staff("okada"), payment_id=str(payment.id), tendered=bill.total)
    run_worker()
    assert Case.objects.filter(slug=RESIDENT).exists()
    last, told = text(client.get("/counter/read/")), text(desk.get(page))
    assert ">受け付けました</h1>" in last and "お支払いください" not in last
    assert RECEIVED not in told and "送信しました" in told and f"/staff/payments/{payment.id}/" not in told


def test_money_of_another_section_is_taken_there(hall: Hall):
    row = begun(hall, RESIDENT, who="tanaka")
    written(hall, row)
    client = shown(hall, row)
    client.post("/counter/read/", {"_action": "sign", "mark": mark_on(client), "picture": picture()})
    told = text(hall.desk("tanaka").get(f"/staff/counter/interview/{row.id}/"))
    assert "お金は市民課の職員が受け取ります" in told and f"/staff/payments/{Payment.objects.get().id}/" not in told and RECEIVED in told


def test_what_costs_nothing_says_nothing_of_money(hall: Hall):
    row = begun(hall, CLAIM)
    written(hall, row)
    client = shown(hall, row)
    assert "手数料" not in text(client.get("/counter/read/")).split("<main")[1].split("</main")[0]
    client.post("/counter/read/", {"_action": "sign", "mark": mark_on(client), "picture": picture()})
    main = text(client.get("/counter/read/")).split("<main")[1].split("</main")[0]
    assert "手数料" not in main and "受け付けました" in main
    assert "かかりません" in text(hall.desk("tanaka").get(f"/staff/counter/interview/{row.id}/"))
