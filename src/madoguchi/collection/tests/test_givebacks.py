"""過誤納金 goes back, to the yen, by two persons: 充当 and 還付 with its 総合振込."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db.models import Sum
from django.urls import reverse

from madoguchi.collection import accounts, changes, debits, givebacks, ledger, writeoffs
from madoguchi.collection.city_formats import layout
from madoguchi.collection.errors import FormWrong, MoneyMoved, NothingToPrint, SecondPerson, SheetWrong
from madoguchi.collection.formats.profiles import profile
from madoguchi.collection.formats.zengin import Account, Debit, Transfer, debit_request, read_transfers, transfer_file
from madoguchi.collection.models import DebitRequest, Excess, GiveBack, Instalment, Posting
from madoguchi.files.public import file_get, file_open
from madoguchi.kernel import clock, witness

from .conftest import ACCOUNT, accounts_text, change_waiting, excess_of_payer, transferred

SOON = dt.date(2027, 3, 10)


@pytest.fixture
def paid_twice(hall):
    """(excess of 10,000 yen, the next 期 of the same person, clerk, chief)."""
    excess, second = excess_of_payer()
    return excess, second, hall.staff("yamada"), hall.staff("nakamura")


def test_an_offset_pays_another_due_of_the_same_person(paid_twice) -> None:
    excess, second, clerk, chief = paid_twice
    back = givebacks.offset_ask(actor=clerk, excess_id=excess.id, amount=10_000, target_id=second.id)
    assert givebacks.free(excess) == 0
    with pytest.raises(SecondPerson):
        givebacks.back_answer(actor=clerk, back_id=str(back.id), approve=True)
    givebacks.back_answer(actor=chief, back_id=str(back.id), approve=True)
    second.refresh_from_db()
    excess.refresh_from_db()
    assert (second.paid, excess.left, second.settled_on) == (10_000, 0, clock.today())
    assert ledger.faults() == []
    with pytest.raises(MoneyMoved):
        givebacks.back_answer(actor=chief, back_id=str(back.id), approve=True)


def test_an_offset_whose_due_was_paid_meanwhile_is_not_posted(paid_twice, came) -> None:
    excess, second, clerk, chief = paid_twice
    back = givebacks.offset_ask(actor=clerk, excess_id=excess.id, amount=10_000, target_id=second.id)
    came((second, 10_000))
    before = Posting.objects.count()
    with pytest.raises(MoneyMoved) as moved:
        givebacks.back_answer(actor=chief, back_id=str(back.id), approve=True)
    assert "却下して" in moved.value.ja
    assert Posting.objects.count() == before
    givebacks.back_answer(actor=chief, back_id=str(back.id), approve=False)
    assert givebacks.free(Excess.objects.get(id=excess.id)) == 10_000


def test_an_offset_whose_due_was_written_off_meanwhile_is_not_posted(paid_twice) -> None:
    excess, second, clerk, chief = paid_twice
    Instalment.objects.filter(id=second.id).update(due=dt.date(2016, 5, 31))
    back = givebacks.offset_ask(actor=clerk, excess_id=excess.id, amount=5_000, target_id=second.id)
    row = writeoffs.write_off_ask(actor=clerk, demand_id=second.demand_id, no=2, ground="lapse", since=dt.date(2016, 6, 1), reason="財産がない")
    writeoffs.write_off_answer(actor=chief, write_off_id=str(row.id), approve=True)
    with pytest.raises(MoneyMoved) as moved:
        givebacks.back_answer(actor=chief, back_id=str(back.id), approve=True)
    assert "却下して" in moved.value.ja
    Instalment.objects.filter(id=second.id).update(due=second.due)
    assert ledger.faults() == []


@pytest.mark.parametrize(("room", "settled"), [(3_000_000, False), (2_005_000, True)])
def test_an_offset_bears_interest_that_goes_to_the_due_as_far_as_it_has_room(hall, came, demanded, room, settled) -> None:
    first, second = demanded(people=1, parts=2, each=2_000_000)
    came((first, 2_000_000), (first, 2_000_000))
    changes.change_take(actor=hall.staff("yamada"), sheet_id=change_waiting(hall, (2_000_000, room), "kotei").id)
    back = givebacks.offset_ask(actor=hall.staff("yamada"), excess_id=Excess.objects.get().id, amount=2_000_000, target_id=second.id,
                                since=dt.date(2026, 6, 21))
    back = givebacks.back_answer(actor=hall.staff("nakamura"), back_id=str(back.id), approve=True)
    second.refresh_from_db()
    assert back.interest > 5_000 and (second.paid, second.settled_on is not None) == (min(room, 2_000_000 + back.interest), settled)
    rest = Excess.objects.filter(why="interest").aggregate(t=Sum("left"))["t"] or 0
    assert ledger.balances()["interest"] == back.interest == second.paid - 2_000_000 + rest
    assert ledger.faults() == [] and witness.verify() == []


def kept_of_old(back):
    """An account that was taken before names were judged by the layout."""
    back.account = accounts.sealed(givebacks.PURPOSE, ACCOUNT | {"holder": "ミホン カヲル"}, str(back.id))
    back.save()


def test_a_refund_that_cannot_be_written_is_named_and_may_be_declined(paid_twice, hall) -> None:
    excess, _, clerk, chief = paid_twice
    backs = [givebacks.refund_ask(actor=clerk, excess_id=excess.id, amount=yen, account=ACCOUNT, since=None) for yen in (1_000, 2_000)]
    for back in backs:
        givebacks.back_answer(actor=chief, back_id=str(back.id), approve=True)
    kept_of_old(GiveBack.objects.get(id=backs[1].id))
    with pytest.raises(FormWrong) as wrong:
        givebacks.transfer_make(actor=clerk, on=SOON)
    assert f"納付番号 {excess.number} の還付 2,000円" in wrong.value.faults[0][1] and "却下し" in wrong.value.faults[0][1]
    page = hall.desk("nakamura").get(reverse("excess_one", kwargs={"excess_id": excess.id})).content.decode()
    assert page.count('value="decline"') == 2 and 'value="approve"' not in page
    givebacks.back_answer(actor=chief, back_id=str(backs[1].id), approve=False)
    assert givebacks.transfer_make(actor=clerk, on=SOON).amount == 1_000
    for back in backs:  # one is at the bank, one is declined
        with pytest.raises(MoneyMoved):
            givebacks.back_answer(actor=chief, back_id=str(back.id), approve=False)
    assert givebacks.free(Excess.objects.get()) == 9_000
    assert ledger.faults() == [] and witness.verify() == []
    GiveBack.objects.filter(state="declined").update(state="approved")
    assert any("状態が記録と違います" in fault.ja for fault in witness.verify())


@pytest.mark.parametrize(("holder", "words"), [
    ("ミホン カヲル", "「ヲ」は「オ」と"), ("ヰヱ ハナコ", "「ヰ」は「イ」、「ヱ」は「エ」と"),
    ("ミホン ヵヶヮ", "「ヵ」は「カ」、「ヶ」は「ケ」、「ヮ」は「ワ」と"), ("ガ" * 16, "半角で30文字まで")])
def test_a_name_that_the_file_cannot_hold_is_refused_with_how_to_write_it(paid_twice, holder, words) -> None:
    excess, _, clerk, _ = paid_twice
    with pytest.raises(FormWrong) as wrong:
        givebacks.refund_ask(actor=clerk, excess_id=excess.id, amount=1, account=ACCOUNT | {"holder": holder}, since=None)
    assert [(field, words in ja) for field, ja in wrong.value.faults] == [("holder", True)]
    with pytest.raises(SheetWrong) as lines:
        debits.debits_read(accounts_text(holder=holder).encode())
    assert words in lines.value.lines[0]


def test_savings_get_refunds_and_are_not_debited(paid_twice) -> None:
    excess, _, clerk, _ = paid_twice
    assert givebacks.refund_ask(actor=clerk, excess_id=excess.id, amount=1, account=ACCOUNT | {"kind": "4"}, since=None)
    with pytest.raises(SheetWrong, match="wrong") as lines:
        debits.debits_read(accounts_text(kind="4").encode())
    assert "預金の種類" in lines.value.lines[0]


@pytest.mark.parametrize(("typed", "kept"), [
    ({"branch": "11180", "number": "12345671"}, "118 普通 1234567"), ({"branch": "01310", "number": "57890"}, "139 当座 0057890"),
    ({"branch": "118", "number": "1234567"}, "118 普通 1234567")])
def test_an_account_of_the_post_bank_is_taken_as_its_passbook_shows_it(paid_twice, typed, kept) -> None:
    excess, _, clerk, _ = paid_twice
    back = givebacks.refund_ask(actor=clerk, excess_id=excess.id, amount=1, account=ACCOUNT | {"bank": "9900"} | typed, since=None)
    found = accounts.opened(givebacks.PURPOSE, back.account, str(back.id))
    assert f"{found.branch} {accounts.KINDS[found.kind]} {found.number}" == kept


def writable(kind, holder):
    """The file of a kind with one account in it."""
    account = Account("0001", "001", "1", "0000000", accounts.folded(holder))
    if kind == "zengin":
        return debit_request(layout(kind), debits.sender(), SOON, [Debit("9" * 20, account, 1_000)])
    return transfer_file(layout(kind), debits.sender(), SOON, [Transfer("9" * 20, account, 1_000)])


@pytest.mark.parametrize("kind", ["zengin", "transfer"])
def test_what_is_taken_at_the_door_can_be_written(hall, kind) -> None:
    for letter in map(chr, (*range(0x20, 0x7F), *range(0x3000, 0x3100))):
        holder = f"ミホン{letter}ア"
        if not accounts.account_faults(ACCOUNT | {"holder": holder}, form=kind):
            assert b"".join(writable(kind, holder)), holder


def test_a_refund_goes_into_one_file_for_the_bank_with_its_interest(paid_twice) -> None:
    excess, _, clerk, chief = paid_twice
    sums = (9_000, 1_000)
    for yen in sums:
        back = givebacks.refund_ask(actor=clerk, excess_id=excess.id, amount=yen, account=ACCOUNT, since=None)
        assert b"0000000" not in bytes(back.account)
        givebacks.back_answer(actor=chief, back_id=str(back.id), approve=True)
    transfer = givebacks.transfer_make(actor=clerk, on=SOON)
    assert (transfer.refunds, transfer.amount) == (2, 10_000)
    with file_open(file_get(str(transfer.file_id))) as source:
        sender, on, orders = read_transfers(source.read(), profile("transfer"), today=clock.today())
    assert (sender.account.bank, on.month, on.day) == ("0000", 3, 10)
    assert sorted((o.amount, o.reference, o.account.number) for o in orders) == [
        (yen, excess.instalment.number, "0000000") for yen in sorted(sums)]
    assert ledger.balances()["bank:transfer"] == -10_000
    assert ledger.faults() == []
    with pytest.raises(NothingToPrint):
        givebacks.transfer_make(actor=clerk, on=SOON)


def test_interest_is_counted_until_the_day_of_the_approval(hall, came, demanded) -> None:
    first, *_ = demanded(people=1, parts=1, each=2_000_000)
    came((first, 2_000_000), (first, 2_000_000))
    excess = Excess.objects.get()
    back = givebacks.refund_ask(actor=hall.staff("yamada"), excess_id=excess.id, amount=2_000_000, account=ACCOUNT, since=dt.date(2026, 6, 21))
    back = givebacks.back_answer(actor=hall.staff("nakamura"), back_id=str(back.id), approve=True)
    days = (clock.today() - dt.date(2026, 6, 21)).days + 1
    assert back.interest == 2_000_000 * 13 * days // 365_000 // 100 * 100 > 0
    transfer = givebacks.transfer_make(actor=hall.staff("yamada"), on=SOON)
    assert transfer.amount == 2_000_000 + back.interest
    assert ledger.balances()["interest"] == back.interest
    assert ledger.faults() == []


@pytest.fixture
def sent(hall, came, demanded):
    """A 還付 with its interest that went to the bank."""
    first, *_ = demanded(people=1, parts=1, each=2_000_000)
    came((first, 2_000_000), (first, 2_000_000))
    back = givebacks.refund_ask(actor=hall.staff("yamada"), excess_id=Excess.objects.get().id, amount=2_000_000, account=ACCOUNT,
                                since=dt.date(2026, 6, 21))
    givebacks.back_answer(actor=hall.staff("nakamura"), back_id=str(back.id), approve=True)
    givebacks.transfer_make(actor=hall.staff("yamada"), on=SOON)
    return GiveBack.objects.get()


def test_what_the_bank_could_not_pay_out_is_paid_again_from_another_account(sent, hall) -> None:
    clerk, chief, page = hall.desk("yamada"), hall.desk("nakamura"), reverse("excess_one", kwargs={"excess_id": sent.excess_id})
    answer = reverse("excess_answer", kwargs={"excess_id": sent.excess_id, "back_id": sent.id})
    assert "組戻しを記録する" not in clerk.get(page).content.decode() and "組戻しを記録する" in chief.get(page).content.decode()
    refused = clerk.post(answer, {"act": "returned"})
    assert refused.status_code == 403 and "申し出た人のほかの、係長か課長が" in refused.content.decode()
    assert chief.post(answer, {"act": "returned"}).status_code == 303
    assert "ほかの人が先に処理しました" in chief.post(answer, {"act": "returned"}).content.decode(), "once"
    assert "組戻し(振り込めなかった)" in clerk.get(page).content.decode()
    assert {name: yen for name, yen in ledger.balances().items() if yen} == {
        "bank:cvs": 4_000_000, "excess": -2_000_000, "revenue": -2_000_000}
    assert ledger.faults() == [] and witness.verify() == []
    again = givebacks.refund_ask(actor=hall.staff("yamada"), excess_id=sent.excess_id, amount=2_000_000, account=ACCOUNT | {"number": "0000001"},
                                 since=None)
    assert chief.post(reverse("excess_answer", kwargs={"excess_id": sent.excess_id, "back_id": again.id}), {"act": "approve"}).status_code == 303
    assert givebacks.transfer_make(actor=hall.staff("yamada"), on=SOON).amount == 2_000_000
    assert Excess.objects.get().left == 0 and ledger.faults() == [] and witness.verify() == []


def test_what_is_not_at_the_bank_cannot_come_back(paid_twice) -> None:
    excess, second, clerk, chief = paid_twice
    waits = givebacks.refund_ask(actor=clerk, excess_id=excess.id, amount=1, account=ACCOUNT, since=None)
    offset = givebacks.offset_ask(actor=clerk, excess_id=excess.id, amount=1, target_id=second.id)
    givebacks.back_answer(actor=chief, back_id=str(offset.id), approve=True)
    for back in (waits, offset):
        with pytest.raises(MoneyMoved):
            givebacks.back_returned(actor=chief, back_id=str(back.id))
    assert ledger.faults() == []


def test_who_approves_sees_where_the_money_goes_and_who_only_reads_does_not(paid_twice, hall) -> None:
    excess, _, clerk, _ = paid_twice
    givebacks.refund_ask(actor=clerk, excess_id=excess.id, amount=1, account=ACCOUNT, since=None)
    page = reverse("excess_one", kwargs={"excess_id": excess.id})
    for who in ("yamada", "nakamura", "kobayashi"):
        shown = hall.desk(who).get(page).content.decode()
        assert ACCOUNT["number"] in shown and ACCOUNT["holder"] in shown and "振込先" in shown, who
    assert "振込先 " not in hall.desk("auditor").get(page).content.decode()
    givebacks.back_answer(actor=hall.staff("nakamura"), back_id=str(excess.backs.get().id), approve=True)
    givebacks.transfer_make(actor=clerk, on=SOON)
    assert "振込先 " not in hall.desk("yamada").get(page).content.decode(), "nothing is left to compare"


TAMPERED = {
    "付けた還付加算金": lambda: Posting.objects.filter(debit="interest").delete(),
    "振り込んだ還付": lambda: Posting.objects.filter(credit="bank:transfer", debit="excess").update(credit="bank:cvs"),
    "総合振込 ": lambda: GiveBack.objects.update(transfer=None),
    "過誤納金 ": lambda: GiveBack.objects.update(state="returned"),
}


@pytest.mark.parametrize("words", TAMPERED)
def test_refunds_and_the_books_are_compared(sent, words) -> None:
    assert ledger.faults() == []
    TAMPERED[words]()
    assert any(fault.startswith(words) or words in fault for fault in ledger.faults()), ledger.faults()


WRONG = {
    "bank": ("9999", "この番号の銀行はありません"), "branch": ("999", "この支店番号(3桁)はありません"), "kind": ("7", "預金の種類"),
    "number": ("12345", "口座番号は7桁"), "holder": ("見本花子", "カタカナ"),
}


@pytest.mark.parametrize("field", WRONG)
def test_a_wrong_account_is_told_field_by_field(paid_twice, field) -> None:
    excess, _, clerk, _ = paid_twice
    value, words = WRONG[field]
    with pytest.raises(FormWrong) as wrong:
        givebacks.refund_ask(actor=clerk, excess_id=excess.id, amount=1, account=ACCOUNT | {field: value}, since=None)
    assert [(name, words in ja) for name, ja in wrong.value.faults] == [(field, True)]
    assert not GiveBack.objects.exists()


def test_no_more_than_is_there_goes_back(paid_twice) -> None:
    excess, second, clerk, _ = paid_twice
    givebacks.refund_ask(actor=clerk, excess_id=excess.id, amount=8_000, account=ACCOUNT, since=None)
    for yen in (0, 2_001):
        with pytest.raises(FormWrong, match="form_wrong") as wrong:
            givebacks.refund_ask(actor=clerk, excess_id=excess.id, amount=yen, account=ACCOUNT, since=None)
        assert "2,000円までです" in wrong.value.faults[0][1]
    with pytest.raises(FormWrong):
        givebacks.refund_ask(actor=clerk, excess_id=excess.id, amount=1, account=ACCOUNT, since=excess.money.paid_on)
    with pytest.raises(FormWrong):
        givebacks.offset_ask(actor=clerk, excess_id=excess.id, amount=1, target_id=second.id, since=excess.money.paid_on)
    stranger = Instalment.objects.exclude(demand__payer=second.demand.payer).first()
    with pytest.raises(FormWrong):
        givebacks.offset_ask(actor=clerk, excess_id=excess.id, amount=1, target_id=stranger.id if stranger else 0)


def test_a_city_without_an_account_is_told_what_to_do(paid_twice, hall, settings) -> None:
    settings.PRODUCTION = True
    with pytest.raises(FormWrong) as wrong:
        transferred(hall)
    assert "collection.yaml の「振込」" in wrong.value.faults[0][1]
    assert GiveBack.objects.get().state == "approved", "it waits for the next file"


def test_the_whole_way_on_the_pages(paid_twice, hall) -> None:
    excess, second, *_ = paid_twice
    clerk, chief = hall.desk("yamada"), hall.desk("nakamura")
    page = reverse("excess_one", kwargs={"excess_id": excess.id})
    wrong = clerk.post(reverse("excess_refund", kwargs={"excess_id": excess.id}), ACCOUNT | {"amount": "20000", "since": "きのう", "bank": "1"})
    assert wrong.status_code == 422 and "起算日は" in wrong.content.decode() and 'value="20000"' in wrong.content.decode()
    assert clerk.post(reverse("excess_refund", kwargs={"excess_id": excess.id}), ACCOUNT | {"amount": "4,000円", "since": ""}).status_code == 303
    typed = clerk.post(reverse("excess_offset", kwargs={"excess_id": excess.id}), {"target": str(second.id), "offset_since": "きのう"})
    assert typed.status_code == 422 and 'href="#offset_since"' in typed.content.decode() and 'value="きのう"' in typed.content.decode()
    asked = clerk.post(reverse("excess_offset", kwargs={"excess_id": excess.id}), {"offset_amount": "6000", "target": str(second.id)})
    assert asked.status_code == 303
    assert "承認する" not in clerk.get(page).content.decode() and "承認する" in chief.get(page).content.decode()
    for back in GiveBack.objects.all():
        answer = reverse("excess_answer", kwargs={"excess_id": excess.id, "back_id": back.id})
        assert "自分で承認できません" in clerk.post(answer, {"act": "approve"}).content.decode()
        assert chief.post(answer, {"act": "approve"}).status_code == 303
    assert "振込を待っている還付が1件" in clerk.get(reverse("excess")).content.decode().replace("\n", "")
    assert clerk.post(reverse("transfers"), {"on": "2020-01-01"}).status_code == 422
    assert clerk.post(reverse("transfers"), {"on": str(SOON)}).status_code == 303
    assert "4,000円" in clerk.get(reverse("transfers")).content.decode()
    assert "返し終わりました" in clerk.get(page).content.decode()
    assert ledger.faults() == []


def test_what_the_bank_is_asked_for_or_a_prompt_says_is_paid_takes_no_offset(paid_twice, came) -> None:
    excess, second, clerk, chief = paid_twice
    back = givebacks.offset_ask(actor=clerk, excess_id=excess.id, amount=1_000, target_id=second.id)
    third = next(due for due in givebacks.dues_of(excess) if due.no == 3)
    came((third, 10_000, "prompt"))
    Instalment.objects.filter(id=second.id).update(debit=DebitRequest.objects.create(
        charge="shiken", due=second.due, on=dt.date(2026, 12, 1), debits=1, amount=10_000, by="test", at=clock.now()))
    with clock.frozen(dt.datetime(2026, 6, 1, 9, tzinfo=clock.JST)):
        assert [due.no for due in givebacks.dues_of(excess)] == [4]
        with pytest.raises(FormWrong):
            givebacks.offset_ask(actor=clerk, excess_id=excess.id, amount=5_000, target_id=second.id)
        with pytest.raises(MoneyMoved) as moved:
            givebacks.back_answer(actor=chief, back_id=str(back.id), approve=True)
        assert "口座振替を頼んであるか" in moved.value.ja
    Instalment.objects.filter(id=second.id).update(failed_code="1")
    assert 2 in [due.no for due in givebacks.dues_of(excess)], "the bank could not debit it"
