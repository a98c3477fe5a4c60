"""取下げ of a request that was made by mistake: asked for with a reason, approved by another, its debits are free, its answer is refused."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from madoguchi.collection import debits, fee_debits, ledger, looks, nightly, takebacks
from madoguchi.collection.errors import DemandNotFound, FormWrong, MoneyMoved, NothingToPrint, SecondPerson, SheetWrong
from madoguchi.collection.formats.profiles import profile
from madoguchi.collection.formats.zengin import answered, read_request
from madoguchi.collection.models import DebitRequest, DirectDebit, Excess, FeeSlip, Instalment, Sheet
from madoguchi.collection.results import read_results, results_take
from madoguchi.kernel import audit, clock, witness

from .conftest import DUES, debited
from .test_debits import file_of
from .test_fee_debits import ON as FEE_DAY
from .test_fee_debits import chosen, fee, offered, requested, state, town  # noqa: F401 - fixtures

DUE, ON, NEXT = dt.date.fromisoformat(DUES[0]), dt.date(2027, 3, 10), dt.date(2027, 3, 11)
AFTER = dt.datetime(2027, 3, 12, tzinfo=dt.UTC)


def whole():
    assert nightly.differences() == [] and audit.verify() == [] == witness.verify()


@pytest.fixture
def request_(hall):
    """The first request with an account; its owner is new to the bank."""
    DirectDebit.objects.update(code="1")
    made = debited(hall)
    DirectDebit.objects.update(code="0")
    DebitRequest.objects.update(first={str(DirectDebit.objects.get().id): "1"})
    made.refresh_from_db()
    return made


def asked(hall, request, reason="引落日を間違えた"):
    return takebacks.takeback_ask(actor=hall.staff("yamada"), request_id=request.id, reason=reason)


def taken_back(hall, request):
    asked(hall, request)
    return takebacks.takeback_answer(actor=hall.staff("nakamura"), request_id=request.id, approve=True)


def answer(request, code="0"):
    data = b"".join(answered(file_of(request), profile("zengin"), lambda _: code, today=clock.today()))
    return results_take(actor="test", results=read_results(form="zengin", data=data, name="結果.txt"))


def test_a_request_names_whom_it_names_first_to_the_bank(hall) -> None:
    debited(hall)
    held = DirectDebit.objects.get()
    DirectDebit.objects.update(code="2")
    second, = debits.request_make(actor=hall.staff("yamada"), charge="kokuho", due=dt.date.fromisoformat(DUES[1]), on=ON)
    second.refresh_from_db()
    assert second.first == {str(held.id): "2"} and DirectDebit.objects.get().code == "0"


def test_what_was_in_it_is_asked_for_anew_and_the_bank_hears_the_new_account_again(hall, request_) -> None:
    part = Instalment.objects.get(debit=request_)
    taken_back(hall, request_)
    part.refresh_from_db()
    assert part.debit is None and DirectDebit.objects.get().code == "1"
    again, = debits.request_make(actor=hall.staff("yamada"), charge="kokuho", due=DUE, on=NEXT)
    assert [d.reference for d in read_request(file_of(again), profile("zengin"), today=clock.today())[2]] == [part.number]
    with clock.frozen(AFTER):
        with pytest.raises(SheetWrong) as refused:
            answer(request_)
        assert f"2件目など1件は、取り下げた口座振替の請求(引落日{ON}、1件 10,000円)への返事です" in refused.value.lines[0]
        assert not Sheet.objects.filter(kind="results").exists() and "取下げを取り消してから" in refused.value.lines[0]
        answer(again)
    part.refresh_from_db()
    assert part.paid == 10_000
    whole()


def test_a_new_request_for_the_same_day_is_answered_like_any(hall, request_) -> None:
    taken_back(hall, request_)
    again, = debits.request_make(actor=hall.staff("yamada"), charge="kokuho", due=DUE, on=ON)
    with clock.frozen(AFTER):
        answer(again)
    assert Instalment.objects.get(debit=again).paid == 10_000
    whole()


@pytest.mark.parametrize("anew", [False, True])
def test_a_bank_that_debited_all_the_same_is_heard_when_it_is_undone(hall, request_, anew) -> None:
    part = Instalment.objects.get(debit=request_)
    taken_back(hall, request_)
    if anew:
        again, = debits.request_make(actor=hall.staff("yamada"), charge="kokuho", due=DUE, on=NEXT)
    Instalment.objects.filter(id=part.id).update(due=dt.date(2027, 4, 30))  # no late charge of a year whose rate nobody knows
    with clock.frozen(AFTER):
        with pytest.raises(SecondPerson):
            takebacks.takeback_undo(actor=hall.staff("yamada"), request_id=request_.id)
        takebacks.takeback_undo(actor=hall.staff("nakamura"), request_id=request_.id)
        answer(request_)
        part.refresh_from_db()
        assert part.paid == 10_000 and part.debit == (again if anew else request_)
        if anew:
            answer(again)
            assert Excess.objects.get().why == "twice"
        with pytest.raises(MoneyMoved):
            takebacks.takeback_undo(actor=hall.staff("nakamura"), request_id=request_.id)
    Instalment.objects.filter(id=part.id).update(due=DUE)
    whole()


def test_who_may_and_when(hall, request_) -> None:
    for reason in ("", "あ" * 201):
        with pytest.raises(FormWrong):
            asked(hall, request_, reason)
    for who in ("tanaka", "auditor"):
        with pytest.raises(DemandNotFound):
            takebacks.takeback_ask(actor=hall.staff(who), request_id=request_.id, reason="x")
    with pytest.raises(MoneyMoved):
        takebacks.takeback_answer(actor=hall.staff("nakamura"), request_id=request_.id, approve=True)
    asked(hall, request_)
    with pytest.raises(MoneyMoved):
        asked(hall, request_)
    with pytest.raises(SecondPerson):
        takebacks.takeback_answer(actor=hall.staff("yamada"), request_id=request_.id, approve=True)
    takebacks.takeback_answer(actor=hall.staff("nakamura"), request_id=request_.id, approve=False)
    takebacks.takeback_ask(actor=hall.staff("nakamura"), request_id=request_.id, reason="やはり")
    with pytest.raises(SecondPerson):
        takebacks.takeback_answer(actor=hall.staff("nakamura"), request_id=request_.id, approve=True)
    assert Instalment.objects.get(debit=request_) and DebitRequest.objects.get().state == "asked"
    whole()


def test_from_the_day_of_the_debit_on_nothing_is_taken_back(hall, request_) -> None:
    asked(hall, request_)
    with clock.frozen(dt.datetime(2027, 3, 10, 3, tzinfo=dt.UTC)):
        with pytest.raises(MoneyMoved):
            takebacks.takeback_answer(actor=hall.staff("nakamura"), request_id=request_.id, approve=True)
        takebacks.takeback_answer(actor=hall.staff("nakamura"), request_id=request_.id, approve=False)
        with pytest.raises(FormWrong) as refused:
            asked(hall, request_)
        assert "引落日になった請求は、取り下げられません" in refused.value.faults[0][1]


def test_the_books_name_a_takeback_that_nobody_approved(hall, request_) -> None:
    DebitRequest.objects.update(state="back")
    assert any("口座振替の請求" in fault and "の状態が記録と違います" in fault for fault in nightly.differences())


def test_in_the_browser(hall, request_) -> None:
    clerk, chief = hall.desk("yamada"), hall.desk("nakamura")
    url, file = reverse("debit_takeback", args=[request_.id]), reverse("debit_request", args=[request_.id])
    assert url in clerk.get(reverse("debits")).content.decode() and clerk.get(file).status_code == 200
    wrong = clerk.post(url, {"act": "ask", "reason": ""})
    assert wrong.status_code == 422 and "理由を1〜200文字で" in wrong.content.decode()
    assert clerk.post(url, {"act": "ask", "reason": "科目を間違えた"}).status_code == 303
    page = clerk.get(url).content.decode()
    assert "科目を間違えた" in page and "承認を待っています" in page and "取下げを承認する" not in page
    assert clerk.get(file).status_code == 404, "nobody sends it now"
    assert clerk.post(url, {"act": "approve"}).status_code == 403
    assert "取下げを承認する" in chief.get(url).content.decode()
    assert chief.post(url, {"act": "approve"}).status_code == 303
    listed = clerk.get(reverse("debits")).content.decode()
    assert "取り下げ</td>" in listed and file + '"' not in listed and looks.unanswered([request_]) == {request_.id: 0}
    assert "取下げを取り消す" in chief.get(url).content.decode() and "取下げを取り消す" not in clerk.get(url).content.decode()
    assert hall.desk("auditor").get(url).status_code == 200
    assert chief.post(url, {"act": "undo"}).status_code == 303 and clerk.get(file).status_code == 200
    whole()


def test_fees_wait_for_the_next_request(hall, fee) -> None:  # noqa: F811
    slip = chosen(hall, fee)
    first = requested(hall)
    takebacks.takeback_ask(actor=hall.staff("yamada"), request_id=first.id, reason="引落日を間違えた")
    takebacks.takeback_answer(actor=hall.staff("nakamura"), request_id=first.id, approve=True)
    slip.refresh_from_db()
    assert (slip.request, slip.freed, state(fee)[0]) == (None, True, "submitted") and fee_debits.waiting() == [slip]
    later = FEE_DAY + dt.timedelta(days=30)  # past the day until which it is taken: that is no fault of whoever waits
    again = requested(hall, on=later)
    slip.refresh_from_db()
    assert (slip.request, slip.freed) == (again, False)
    with pytest.raises(NothingToPrint):
        requested(hall)
    with clock.frozen(dt.datetime.combine(later, dt.time(3), dt.UTC)):
        with pytest.raises(SheetWrong):
            answer(first)
        answer(again)
    assert FeeSlip.objects.get().money and state(fee)[0] == "success" and ledger.faults() == []
    whole()
