"""口座振替 by application: from the form to the bank's file, whose tax it is, change, 解約, and what never happens by a guess."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.urls import reverse
from tests.support.hall import run_worker

from madoguchi.adapters.debit_form import accounts as debit_form
from madoguchi.casework.models import Decision
from madoguchi.collection import account_staff_views, accounts, debits, ledger, registrations
from madoguchi.collection.errors import DemandNotFound, FormWrong, MoneyMoved
from madoguchi.collection.formats.profiles import FOLDER, profile, profile_load
from madoguchi.collection.formats.writing import fault_of
from madoguchi.collection.formats.zengin import read_request
from madoguchi.collection.models import DebitAct, DirectDebit, Instalment
from madoguchi.kernel import audit, clock, outbox, witness
from madoguchi.procedures.rules.fields import people
from madoguchi.register.guard import guard_renew

from .conftest import accounts_text
from .test_debits import file_of
from .test_mine import HANAKO, demand_of, town  # noqa: F401 - a fixture

SLUG, TARO = "kouza-furikae", "900000005"
ADDRESS = {"zip": "9268611", "city": "石川県七尾市", "town": "袖ヶ江町", "lot": "イ部25番地", "building": ""}
ACCOUNT = {"bank": "0146", "bank_name": "北國", "branch": "101", "branch_name": "本店営業部", "kind": "普通", "number": "0000000",
           "holder": "ミホン ハナコ"}
DUE, ON = dt.date(2026, 12, 25), dt.date(2026, 12, 25)


def answers(**more):
    found = {"kind": "new", "whose": "self", "name": {"sei": "見本", "mei": "花子"}, "kana": {"sei": "ミホン", "mei": "ハナコ"},
             "born": "1991-07-25", "address": ADDRESS, "phone": "0767000001", "taxes": ["kotei"], "from_month": "2026-12", "account": ACCOUNT,
             "agree": True} | more
    return {key: value for key, value in found.items() if value is not None}


@pytest.fixture
def applied(hall, town, monkeypatch):  # noqa: F811
    """File it, and have it accepted from a day on."""
    def make(on="2026-12-25", outcome="accepted", work=True, **more):
        case = hall.case("hanako", SLUG, answers(**more))
        raw = {"effective_on.era": ["ad"], **{f"effective_on.{part}": [text] for part, text in zip("ymd", on.split("-"), strict=True)},
               "bank_way": ["seal"], "bank_ref": ["R8-12"], "bank_on.era": ["ad"], "bank_on.y": ["2026"], "bank_on.m": ["11"], "bank_on.d": ["19"]}
        monkeypatch.setattr(type(hall), "decision_raw", lambda self, case: raw)
        hall.decide(case, outcome, "yamada", "nakamura")
        if work:
            run_worker()
        return case

    return make


def sound():
    return ledger.faults() + audit.verify() + witness.verify()


def stands():
    """(since, until) of every account, the oldest first."""
    return [(str(d.since), d.until and str(d.until)) for d in DirectDebit.objects.order_by("since")]


def test_from_the_form_to_the_banks_file(hall, applied) -> None:
    demand_of()
    case = applied(taxes=["kotei", "kokuho"])
    assert {(d.payer, d.charge) for d in DirectDebit.objects.all()} == {(HANAKO, "kotei"), (HANAKO, "kokuho")}
    [request] = debits.request_make(actor=hall.staff("yamada"), charge="kotei", due=DUE, on=ON)
    [asked] = list(read_request(file_of(request), profile("zengin"), today=clock.today())[2])
    assert (asked.account.bank, asked.account.number, asked.account.holder, asked.amount, asked.new) == (
        "0146", "0000000", "ﾐﾎﾝ ﾊﾅｺ", 10_000, "1"), "the first with this account"
    assert DirectDebit.objects.get(charge="kotei").code == "0"
    desk = hall.desk("yamada")
    page = desk.get(reverse("debit_accounts")).content.decode()
    assert case.receipt in page and f"/staff/case/{case.ref}/" in page and "****000" in page and "0000000<" not in page
    assert case.receipt in desk.get(reverse("demand", kwargs={"demand_id": Instalment.objects.first().demand_id})).content.decode()
    assert "北國銀行" in hall.browser("hanako").get(reverse("taxes")).content.decode()
    assert "/staff/collection/accounts/" in desk.get(f"/staff/case/{case.ref}/").content.decode()
    assert sound() == []


def test_the_same_decision_again_changes_nothing(hall, applied) -> None:
    case = applied()
    decision = Decision.objects.get(case=case, state="final")
    before = stands(), DebitAct.objects.count(), DirectDebit.objects.get().id
    debit_form.account_decided(outbox.Envelope("k", "casework.CaseDecided", case.ref, {"case": case.ref, "decision": str(decision.id)}, b"", 1))
    assert (stands(), DebitAct.objects.count(), DirectDebit.objects.get().id) == before and sound() == []


def test_a_change_and_a_stop_keep_what_was(hall, applied) -> None:
    demand_of()
    applied(on="2026-12-01")
    applied(on="2027-02-01", kind="change", account=ACCOUNT | {"number": "1111111"})
    assert stands() == [("2026-12-01", "2027-01-31"), ("2027-02-01", None)]
    applied(on="2027-03-31", kind="stop", account=None, agree=None)
    assert stands() == [("2026-12-01", "2027-01-31"), ("2027-02-01", "2027-03-31")]
    assert sorted(a.kind for a in DebitAct.objects.all()) == ["change", "new", "stop"]  # all at one moment of the test's clock
    days = ("2026-11-30", "2026-12-25", "2027-03-31", "2027-04-01")
    debited = [day for day in days if debits.debits_of({HANAKO}, "kotei", dt.date.fromisoformat(day))]
    assert debited == ["2026-12-25", "2027-03-31"]
    assert sound() == []


def test_what_never_came_in_force_is_replaced(applied) -> None:
    applied(on="2027-02-01")
    applied(on="2027-01-01", kind="change")
    assert stands() == [("2027-01-01", None)] and DebitAct.objects.filter(debit=None).count() == 1 and sound() == []


def test_a_file_ends_what_an_application_registered(hall, applied) -> None:
    applied(on="2026-12-01")
    debits.debits_take(actor="test", data=accounts_text([HANAKO], "kotei", since="2027-04-01").encode(), name="口座.csv")
    assert stands() == [("2026-12-01", "2027-03-31"), ("2027-04-01", None)]


def test_what_is_not_accepted_registers_nothing(applied) -> None:
    applied(outcome="returned")
    assert not DebitAct.objects.exists() and not DirectDebit.objects.exists()


def other(**more):
    return {"whose": "other", "payer_name": {"sei": "見本", "mei": "太郎"}, "notice": "00000009"} | more


def test_somebody_elses_tax_waits_for_a_clerk_who_sees_the_name(hall, applied) -> None:
    demand_of(TARO, notice="00000009")
    case = applied(**other())
    act, desk = DebitAct.objects.get(), hall.desk("yamada")
    assert act.state == "asked" and not DirectDebit.objects.exists()
    assert registrations.registrations_hold(case.ref), "the application stays until somebody has decided"
    page = desk.get(reverse("debit_accounts")).content.decode()
    assert TARO in page and case.receipt in page and "氏名を確かめる" in page
    url = reverse("debit_place", kwargs={"act_id": act.id})
    assert "調定はありません" in desk.post(url, {"payer": "123"}).content.decode()
    looked = desk.post(url, {"payer": TARO})
    assert looked.status_code == 200 and "この方の口座として登録する" in looked.content.decode() and not DirectDebit.objects.exists()
    assert desk.post(url, {"payer": HANAKO, "sure": TARO}).status_code == 422, "another number than the one whose name was shown"
    assert desk.post(url, {"payer": TARO, "sure": TARO}).status_code == 303
    assert DirectDebit.objects.get().payer == TARO and registrations.registrations_hold(case.ref) == ""
    with pytest.raises(MoneyMoved):
        registrations.registration_drop(actor=hall.staff("yamada"), act_id=str(act.id))
    assert desk.post(reverse("debit_drop", kwargs={"act_id": act.id})).status_code == 303
    assert registrations.registrations_forget(case.ref) == {"debit_acts": 1} and sound() == []


def test_nothing_comes_of_it_and_the_account_is_gone(hall, applied) -> None:
    applied(**other())
    act = DebitAct.objects.get()
    assert hall.desk("yamada").post(reverse("debit_drop", kwargs={"act_id": act.id})).status_code == 303
    act.refresh_from_db()
    assert (act.state, act.account) == ("dropped", None) and sound() == []


def test_guarded_people_and_who_is_not_in_the_register_wait_for_a_clerk(hall, applied) -> None:
    from madoguchi.register.models import RegisteredPerson

    RegisteredPerson.objects.filter(number=HANAKO).update(protected=True)
    guard_renew()
    applied()
    assert DebitAct.objects.get().state == "asked" and not DirectDebit.objects.exists()


def test_a_stop_of_nothing_waits_and_is_told(hall, applied) -> None:
    demand_of()
    applied(kind="stop", account=None, agree=None)
    act = DebitAct.objects.get()
    assert act.state == "asked"
    with pytest.raises(FormWrong) as wrong:
        registrations.registration_place(actor=hall.staff("yamada"), act_id=str(act.id), payer=HANAKO)
    assert "登録されていません" in wrong.value.faults[0][1]


def test_others_sections_have_no_part_in_it(hall, applied) -> None:
    applied(**other())
    act = str(DebitAct.objects.get().id)
    for who in ("tanaka", "auditor", "admin"):
        for go in (lambda a: registrations.registration_place(actor=a, act_id=act, payer=TARO),
                   lambda a: registrations.registration_drop(actor=a, act_id=act)):
            with pytest.raises(DemandNotFound):
                go(hall.staff(who))
    assert DebitAct.objects.get().state == "asked"


@pytest.mark.parametrize("change", [{"charge": "keiji"}, {"state": "dropped"}, {"on": dt.date(2020, 1, 1)}])
def test_a_registration_changed_by_hand_is_named(applied, change) -> None:
    applied()
    DebitAct.objects.update(**change)
    assert any("口座振替の登録" in str(fault) for fault in witness.verify())


@pytest.mark.parametrize(("holder", "fits"), [
    ("ミホン ハナコ", True), ("ABC 123", True), ("ガ" * 15, True), ("ガ" * 16, False), ("ミホン・ハナコ", True)])
def test_a_name_that_would_stop_the_whole_file_is_refused_at_the_door(holder, fits) -> None:
    from madoguchi.collection.accounts import account_faults

    assert (account_faults({"bank": "0146", "branch": "101", "kind": "1", "number": "0000000", "holder": holder}) == []) == fits


def test_every_letter_that_the_form_takes_of_a_holder_every_shipped_file_can_write() -> None:
    letters = [chr(c) for c in range(0x20, 0xFFFF) if re.fullmatch(people.HOLDER, chr(c))]
    assert len(letters) > 120 and accounts.REWRITTEN == people.REWRITTEN
    assert not set(letters) & set(people.REWRITTEN) and all(c in letters for c in people.REWRITTEN.values())
    for form, field in accounts.HOLDER.items():
        for path in sorted(FOLDER.glob("zengin-*.yaml")):
            if (layout := profile_load(path)).format == form:
                assert {c: why for c in letters if (why := fault_of(layout, field, accounts.folded(c)))} == {}, layout.name


def test_more_that_wait_than_the_page_shows_are_counted_and_come_up(hall, applied, monkeypatch) -> None:
    monkeypatch.setattr(account_staff_views, "FORMS", 1)
    for _ in range(3):
        applied(**other(notice="00000000"))
    page = hall.desk("yamada").get(reverse("debit_accounts")).content.decode()
    assert page.count('class="pad" id="act-') == 1 and "残りの2件が順に出ます" in page
