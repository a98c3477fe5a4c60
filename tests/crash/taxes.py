"""Taxes, in a crash run: a demand is taken and its notices printed, money is reported, what was not matched is set by a clerk.
Every journey has a tax of its own: its 通知書番号 are made of the application's number."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import F
from tests.support import gateway

from madoguchi.collection import (
    changes,
    debits,
    demand_sheet,
    demands,
    givebacks,
    keeping,
    ledger,
    mine,
    names,
    online,
    registrations,
    remind,
    results,
    runs,
    takebacks,
    transfer_takebacks,
    unmatched,
    unmatches,
    writeoffs,
)
from madoguchi.collection.errors import MoneyMoved, NothingToPrint
from madoguchi.collection.formats.received import Received
from madoguchi.collection.models import (
    Change,
    DebitAct,
    Demand,
    DueTold,
    Excess,
    Instalment,
    Money,
    OnlineOrder,
    Posting,
    RunFile,
    Sheet,
    Transfer,
)
from madoguchi.collection.tests.conftest import accounts_text, changes_text, names_text
from madoguchi.collection.trial import demands_csv
from madoguchi.identity.models import Staff
from madoguchi.identity.public import Owner
from madoguchi.kernel import clock
from madoguchi.kernel.models import AuditEntry
from madoguchi.notifications.models import Mail
from madoguchi.payments.models import Payment

from .bank import ACCOUNT, gate, transfer

Done = dict[str, Any]
OTHERS = {"whose": "other", "payer_name": {"sei": "見本", "mei": "一郎"}, "notice": "0000000000", "taxes": ["keiji"]}
PAYS = Owner("r:00000000-0000-4000-8000-0000000000aa", True)
YEAR, DAY, PEOPLE = 2026, dt.date(2026, 5, 20), 5
OLD = 2016


def _mark(application: str) -> str:
    return f"{int(application[:8], 16):010d}"


def _due(application: str) -> list[Instalment]:
    return list(Instalment.objects.filter(demand__notice__startswith=_mark(application), demand__year=YEAR).order_by("id"))


def taxes_demand(application: str, **_: Any) -> Done:
    """The file of the tax system."""
    data = demands_csv("keiji", year=YEAR, people=PEOPLE, seed=1).replace(b"\r\n0", b"\r\n" + _mark(application).encode() + b"0")
    demands.demands_take(actor="test", charge="keiji", year=YEAR, data=data, name="調定.csv")
    return {}


def taxes_print(**_: Any) -> Done:
    """All notices, by the workers."""
    try:
        runs.run_start(actor="test", kind="notice", charge="keiji", year=YEAR, issued_on=DAY, per_file=3)
    except NothingToPrint:
        assert not Demand.objects.filter(charge="keiji", run=None).exists()
    return {}


def taxes_results(application: str, **_: Any) -> Done:
    """The shops' file: one paid, one paid twice, one that nobody knows."""
    one, two, three = _due(application)[:3]
    sums = [(one.number, one.amount), (two.number, two.amount), (two.number, two.amount), ("8" * 8 + three.number[8:], three.amount)]
    rows = [Received(n, 0, number, yen, DAY, "cvs", "final", "02") for n, (number, yen) in enumerate(sums, 1)]
    results.results_take(actor="test", results=results.Results("cvs", "確報.txt", application.encode(), rows))
    return {}


def taxes_match(application: str, **_: Any) -> Done:
    """A clerk finds whose the money is."""
    third = _due(application)[2].number
    money = Money.objects.get(number="8" * 8 + third[8:])
    try:
        unmatched.money_match(actor=Staff.objects.get(username="yamada"), money_id=money.id, number=third)
    except MoneyMoved:
        assert money.outcome == "applied"
    return {}


def taxes_unmatch(application: str, **_: Any) -> Done:
    """It was the wrong one: taken back, approved by another, and found anew."""
    third = _due(application)[2].number
    money = Money.objects.get(number="8" * 8 + third[8:])
    clerk, chief = Staff.objects.get(username="yamada"), Staff.objects.get(username="nakamura")
    row = money.unmatches.first() or unmatches.unmatch_ask(actor=clerk, money_id=money.id, reason="読み違い")
    if row.state == "asked":
        unmatches.unmatch_answer(actor=chief, money_id=money.id, approve=True)
    return {}


def taxes_back(application: str, **_: Any) -> Done:
    """What was paid twice goes back: to a bank, approved by another."""
    excess = Excess.objects.get(instalment=_due(application)[1])
    clerk, chief = Staff.objects.get(username="yamada"), Staff.objects.get(username="nakamura")
    if not excess.backs.exists():
        givebacks.refund_ask(actor=clerk, excess_id=excess.id, amount=excess.left, account=ACCOUNT, since=None)
    for back in excess.backs.filter(state="asked"):
        givebacks.back_answer(actor=chief, back_id=str(back.id), approve=True)
    return {}


def taxes_transfer(**_: Any) -> Done:
    """The file for the bank."""
    transfer()
    return {}


def taxes_transfer_back(application: str, **_: Any) -> Done:
    """That file had the wrong day: taken back, approved by another."""
    clerk, chief = Staff.objects.get(username="yamada"), Staff.objects.get(username="nakamura")
    for row in Transfer.objects.filter(backs__excess__instalment=_due(application)[1], state__in=("made", "asked")).distinct():
        if row.state == "made":
            transfer_takebacks.transfer_back_ask(actor=clerk, transfer_id=row.id, reason="日を間違えた")
        transfer_takebacks.transfer_back_answer(actor=chief, transfer_id=row.id, approve=True)
    return {}


def taxes_debit(application: str, **_: Any) -> Done:
    """The fifth one pays by debit from now on: the account, and the file that asks for it."""
    due = _due(application)[4]
    debits.debits_take(actor="test", data=accounts_text([due.demand.payer], "keiji", number=f"{int(application[:8], 16) % 10**7:07d}").encode(),
                       name="口座.csv")
    try:
        debits.request_make(actor=Staff.objects.get(username="yamada"), charge="keiji", due=due.due, on=clock.today() + dt.timedelta(days=3))
    except NothingToPrint:
        assert Instalment.objects.get(id=due.id).debit
    return {}


def taxes_takeback(application: str, **_: Any) -> Done:
    """That file was a mistake: taken back, approved by another."""
    request = _due(application)[4].debit
    clerk, chief = Staff.objects.get(username="yamada"), Staff.objects.get(username="nakamura")
    if request is not None and request.state == "made":
        takebacks.takeback_ask(actor=clerk, request_id=request.id, reason="科目を間違えた")
    if request is not None:
        takebacks.takeback_answer(actor=chief, request_id=request.id, approve=True)
    return {}


def _payer(application: str) -> str:
    return f"P{_mark(application)}"


def mytax_demand(application: str, **_: Any) -> Done:
    """市県民税 of one who pays online: a 期 that is due in three days, and another."""
    dues = [(1, 7_000, clock.today() + dt.timedelta(days=3)), (2, 8_000, clock.today() + dt.timedelta(days=40))]
    lines = [f"{_mark(application)},{_payer(application)},見本 一郎,9260000,七尾市見本町1番地,,15000,{no},{yen},{due}\n" for no, yen, due in dues]
    demands.demands_take(actor="test", charge="shiken", year=YEAR, data=(",".join(demand_sheet.COLUMNS) + "\n" + "".join(lines)).encode(),
                         name="市県民税.csv")
    return {}


def mytax_remind(application: str, **_: Any) -> Done:
    """Told by mail before it is due, at whatever hour the test runs."""
    remind.OPEN, remind.CLOSE = 0, 24
    remind.mail_set(owner=PAYS, payer=_payer(application), mail="pays@example.jp", language="ja")
    remind.dues_remind()
    return {}


def mytax_start(application: str, **_: Any) -> Done:
    """Both are chosen, and the button leads to the card's page."""
    numbers = [due.part.number for due in mine.dues_of(_payer(application))]
    order = OnlineOrder.objects.filter(payer=_payer(application)).exclude(state="over").first() or online.order_make(
        owner=PAYS, payer=_payer(application), chosen=numbers)
    return {"page": online.order_start(order=order, language="ja", actor="resident:x"), "order": str(order.id)} if order.state == "open" else {}


def mytax_card(page: str, order: str, **_: Any) -> Done:
    """The card with 3-D Secure, and back on our page."""
    gate().card(page, gateway.SECURE)
    online.order_confirm(order=OnlineOrder.objects.get(id=order), actor="resident:x")
    return {}


def taxes_change(application: str, **_: Any) -> Done:
    """The fourth one owes less: the file is read, looked at, and taken."""
    clerk, due = Staff.objects.get(username="yamada"), _due(application)[3]
    text = changes_text([1_000], due.demand.notice, dues=(due.due.isoformat(),))
    sheet = changes.change_read(actor=clerk, charge="keiji", year=YEAR, data=text.encode(), name="更正.csv")
    try:
        changes.change_take(actor=clerk, sheet_id=sheet.id)
    except MoneyMoved:
        assert Instalment.objects.get(id=due.id).amount == 1_000
    return {}


def taxes_names(application: str, **_: Any) -> Done:
    """The fourth one has moved: the file is read, looked at, and taken."""
    clerk, demand = Staff.objects.get(username="yamada"), _due(application)[3].demand
    sheet = names.name_read(actor=clerk, data=names_text([demand.payer], place=f"石川県七尾市見本町{demand.id}番地").encode(), name="宛名.csv")
    if "taken" not in sheet.counts:
        names.name_take(actor=clerk, sheet_id=sheet.id)
    demand.refresh_from_db()
    assert demand.address == f"石川県七尾市見本町{demand.id}番地"
    return {}


def taxes_write_off(application: str, **_: Any) -> Done:
    """A tax of ten years ago: proposed by one, approved by another."""
    data = demands_csv("keiji", year=OLD, people=PEOPLE, seed=1).replace(b"\r\n0", b"\r\n" + _mark(application).encode() + b"0")
    demands.demands_take(actor="test", charge="keiji", year=OLD, data=data, name="昔の調定.csv")
    part = Instalment.objects.filter(demand__notice__startswith=_mark(application), demand__year=OLD).order_by("id")[0]
    clerk, chief = Staff.objects.get(username="yamada"), Staff.objects.get(username="nakamura")
    if not part.write_offs.exists():
        writeoffs.write_off_ask(actor=clerk, demand_id=part.demand_id, no=part.no, ground="lapse", since=part.due + dt.timedelta(days=1),
                                reason="時効")
    for row in part.write_offs.filter(state="asked"):
        writeoffs.write_off_answer(actor=chief, write_off_id=str(row.id), approve=True)
    return {}


def taxes_forget(**_: Any) -> Done:
    """Long after: names and files whose term is over go. Run again by who does not know how far it came."""
    later = clock.today() + dt.timedelta(days=366 * 30)
    for found in list(keeping.plan(today=later)):
        if not found.why_not:
            keeping.destroy(actor="test", kind=found.kind, row_id=found.id, today=later)
    return {}


def debit_place(application: str, **_: Any) -> Done:
    """A clerk says whose tax it is that the applicant's account pays."""
    for act in DebitAct.objects.filter(case_ref=application, state="asked"):
        registrations.registration_place(actor=Staff.objects.get(username="yamada"), act_id=str(act.id), payer=_due(application)[0].demand.payer)
    return {}


ACTS = {f.__name__: f for f in (
    taxes_demand, taxes_print, taxes_results, taxes_match, taxes_unmatch, taxes_back, taxes_transfer, taxes_transfer_back, taxes_debit,
    taxes_takeback, taxes_change, taxes_names, taxes_write_off, taxes_forget, debit_place, mytax_demand, mytax_remind, mytax_start, mytax_card)}


def _online() -> list[str]:
    """Orders whose money is not in the books once, and mails that were promised twice or not at all."""
    out = []
    for order in OnlineOrder.objects.all():
        paid, posted = Payment.objects.get(case_ref=str(order.id)).state == "success", Money.objects.filter(sheet=order.sheet_id, channel="online")
        if (order.state == "posted") != paid or sum(posted.values_list("amount", flat=True)) != (order.amount if paid else 0):
            out.append(f"order {order.id}: {order.state}, {posted.count()} payments")
    if Sheet.objects.filter(form="online").count() != OnlineOrder.objects.filter(state="posted").count():
        out.append("an order is in the books twice")
    if Mail.objects.filter(key__startswith="due:").count() != DueTold.objects.count():
        out.append("somebody was told and no mail was promised, or the other way round")
    return out


def _debits() -> list[str]:
    """Accepted applications that are there twice, and accounts that came from none or from two."""
    out, acts = [], list(DebitAct.objects.all())
    if len({(act.case_ref, act.charge) for act in acts}) != len(acts):
        out.append("an application is registered twice")
    if any((act.state == "done") != (act.account is None) for act in acts):
        out.append("an account lies in an application that is done, or in none")
    said = AuditEntry.objects.filter(chain="collection", action="debit.registered").count()
    if said != sum(act.state == "done" for act in acts):
        out.append(f"{said} registrations in the record of {len(acts)}")
    return out


def yen() -> list[str]:
    """What is not equal to the yen, or is there twice."""
    demanded, came = Demand.objects.filter(charge="keiji").count(), Money.objects.filter(channel="cvs").count()
    out, files = ledger.faults() + _online() + _debits(), came // 4
    if demanded % PEOPLE or came % 4:
        out.append(f"{demanded} demands, {came} payments")
    if (Excess.objects.filter(fee=None).count(), Posting.objects.filter(debit="bank:cvs").count()) != (files, files * 4):
        out.append("money is there twice, or not at all")
    printed = sorted(number for ids in RunFile.objects.values_list("ids", flat=True) for number in ids)
    if printed != sorted(Demand.objects.exclude(run=None).values_list("id", flat=True)):
        out.append("a notice is in no file, or in two")
    if Change.objects.filter(was__gt=F("amount")).count() != Posting.objects.filter(debit="revenue").count():
        out.append("a change is there twice, or half")
    return out
