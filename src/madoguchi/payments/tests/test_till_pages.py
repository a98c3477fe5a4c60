"""The cash box on its pages: what is shown, what is typed and kept, who may press what; without JavaScript."""

from __future__ import annotations

import re

from django.urls import reverse

from madoguchi.payments import cashier
from madoguchi.payments.models import DayClose, Refund

PAGE = "/staff/payments/till/kosodate/"


def text(response):
    return response.content.decode()


def hidden(page):
    return dict(re.findall(r'name="(number|seen)" value="(-?\d+)"', page))


def taken(fee, hall, amount=600):
    payment = fee(amount=amount)
    cashier.cash_take(actor=hall.staff("tanaka"), payment_id=str(payment.id), tendered=amount)
    return payment


def test_count_difference_reason_sheet_and_take_over(fee, hall):
    payment, desk = taken(fee, hall), hall.desk("tanaka")
    assert PAGE in text(desk.get(reverse("payments")))
    page = text(desk.get(PAGE))
    assert "600円" in page and payment.receipt in page and hidden(page) == {"number": "1", "seen": "600"}
    form = hidden(page) | {"n500": "１", "n50": "1", "kept": "500"}
    wrong = desk.post(f"{PAGE}close/", form)
    assert wrong.status_code == 422 and "50円少ない" in text(wrong) and 'value="１"' in text(wrong) and not DayClose.objects.exists()
    letters = desk.post(f"{PAGE}close/", form | {"n10": "三枚"})
    assert letters.status_code == 422 and 'id="n10-err"' in text(letters) and 'value="三枚"' in text(letters)
    done = desk.post(f"{PAGE}close/", form | {"reason": "50円不足"})
    again = desk.post(f"{PAGE}close/", form | {"reason": "50円不足"})
    assert (done.status_code, done["Location"]) == (303, again["Location"]) and DayClose.objects.count() == 1
    sheet = done["Location"]
    own = text(desk.get(sheet))
    assert all(words in own for words in ("差 −50円", "50円不足", "職員 tanaka", payment.receipt, "納める金額")) and "自分で数えたつり銭" not in own
    refused = desk.post(f"{sheet}take-over/", {"amount": "500"})
    assert refused.status_code == 403 and "自分に引き継げません" in text(refused)
    other = hall.desk("kimura")
    assert "自分で数えたつり銭" in text(other.get(sheet))
    short = other.post(f"{sheet}take-over/", {"amount": "499"})
    assert short.status_code == 422 and 'value="499"' in text(short)
    assert [other.post(f"{sheet}take-over/", {"amount": "500円"}).status_code for _click in range(2)] == [303, 303]
    assert "職員 kimura" in text(desk.get(PAGE))
    assert hall.desk("suzuki").post(f"{sheet}take-over/", {"amount": "500"}).status_code == 409


def test_what_was_typed_stays_when_cash_came_meanwhile(fee, hall):
    taken(fee, hall)
    desk = hall.desk("tanaka")
    form = hidden(text(desk.get(PAGE))) | {"n100": "6", "kept": "123", "reason": "なし"}
    late = taken(fee, hall, 300)
    moved = desk.post(f"{PAGE}close/", form)
    page = text(moved)
    assert moved.status_code == 409 and "数え直してください" in page and late.receipt in page
    assert all(f'value="{typed}"' in page for typed in ("6", "123", "なし")) and hidden(page) == {"number": "1", "seen": "900"}
    assert desk.post(f"{PAGE}close/", form | hidden(page) | {"n100": "9"}).status_code == 303


def test_an_expected_sum_below_nothing_can_be_closed(fee, hall):
    payment = taken(fee, hall)
    desk, chief = hall.desk("tanaka"), hall.desk("kimura")
    assert desk.post(f"{PAGE}close/", hidden(text(desk.get(PAGE))) | {"n100": "6", "kept": "0"}).status_code == 303
    desk.post(reverse("payment_refund", kwargs={"payment_id": payment.id}), {"amount": "600", "reason": "mistake"})
    act = reverse("payment_refund_act", kwargs={"payment_id": payment.id, "refund_id": Refund.objects.get().id})
    chief.post(act, {"act": "approve"})
    assert "1件、終わっていません" in text(desk.get(PAGE))
    desk.post(act, {"act": "hand_over"})
    page = text(desk.get(PAGE))
    assert hidden(page) == {"number": "2", "seen": "-600"} and "還付で返した現金（1件）" in page and "終わっていません" not in page
    assert desk.post(f"{PAGE}close/", hidden(page) | {"kept": "0", "reason": "会計課の現金で返した"}).status_code == 303


def test_a_void_stands_apart_and_marks_the_payment(fee, hall):
    payment, desk, chief = taken(fee, hall), hall.desk("tanaka"), hall.desk("kimura")
    one = reverse("payment", kwargs={"payment_id": payment.id})
    assert "打ち間違い（取消し）" in text(desk.get(one))
    part = desk.post(f"{one}refund/", {"amount": "100", "reason": "void"})
    assert part.status_code == 422 and "600円の全額だけ" in text(part)
    desk.post(f"{one}refund/", {"amount": "600", "reason": "void"})
    assert "還付を申し出る" not in text(desk.get(one)), "nothing is left to give back"
    act = f"{one}refund/{Refund.objects.get().id}/"
    assert desk.post(act, {"act": "approve"}).status_code == 422
    chief.post(act, {"act": "approve"})
    desk.post(act, {"act": "hand_over"})
    assert "取り消しました" in text(desk.get(one)) and "無効の領収証を印刷する" in text(desk.get(one))
    done = desk.post(f"{PAGE}close/", hidden(text(desk.get(PAGE))) | {"kept": "0"})
    sheet = text(desk.get(done["Location"]))
    assert "取消し（1件）" in sheet and "還付で返した現金（" not in sheet


def test_the_list_of_closes_turns(hall):
    desk = hall.desk("tanaka")
    for number in range(1, 32):
        assert desk.post(f"{PAGE}close/", {"number": str(number), "seen": "0", "kept": "0"}).status_code == 303
    assert "第31号" in text(desk.get(PAGE)) and "第1号<" not in text(desk.get(PAGE))
    assert "第1号<" in text(desk.get(f"{PAGE}?page=2"))


def test_the_auditor_reads_and_closes_nothing(fee, hall):
    taken(fee, hall)
    done = hall.desk("tanaka").post(f"{PAGE}close/", {"number": "1", "seen": "600", "n100": "6", "kept": "600"})
    auditor = hall.desk("auditor")
    page = text(auditor.get(PAGE))
    assert "第1号" in page and "数えて締める" not in page and PAGE in text(auditor.get(reverse("payments")))
    assert "自分で数えたつり銭" not in text(auditor.get(done["Location"]))
    assert auditor.get("/staff/payments/till/nowhere/").status_code == 404
