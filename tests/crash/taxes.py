"""Taxes, in a crash run: a demand is taken and its notices printed, money is reported, what was not matched is set by a clerk.
Every journey has a tax of its own: its 通知書番号 are made of the application's number."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import F

from madoguchi.collection import changes, debits, demands, givebacks, ledger, results, runs, unmatched, writeoffs
from madoguchi.collection.errors import MoneyMoved, NothingToPrint
from madoguchi.collection.formats.received import Received
from madoguchi.collection.models import Change, Demand, Excess, GiveBack, Instalment, Money, Posting, RunFile
from madoguchi.collection.tests.conftest import accounts_text, changes_text
from madoguchi.collection.trial import demands_csv
from madoguchi.identity.models import Staff
from madoguchi.kernel import clock

Done = dict[str, Any]
ACCOUNT = {"bank": "0001", "branch": "001", "kind": "1", "number": "0000000", "holder": "ミホン ハナコ"}
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
    try:
        givebacks.transfer_make(actor=Staff.objects.get(username="yamada"), on=clock.today() + dt.timedelta(days=3))
    except NothingToPrint:
        assert not GiveBack.objects.filter(state="approved").exists()
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


ACTS = {f.__name__: f for f in (taxes_demand, taxes_print, taxes_results, taxes_match, taxes_back, taxes_transfer, taxes_debit, taxes_change,
                             taxes_write_off)}


def yen() -> list[str]:
    """What is not equal to the yen, or is there twice."""
    out, files = ledger.faults(), Money.objects.count() // 4
    if Demand.objects.count() % PEOPLE or Money.objects.count() % 4:
        out.append(f"{Demand.objects.count()} demands, {Money.objects.count()} payments")
    if (Excess.objects.count(), Posting.objects.filter(debit="bank:cvs").count()) != (files, files * 4):
        out.append("money is there twice, or not at all")
    printed = sorted(number for ids in RunFile.objects.values_list("ids", flat=True) for number in ids)
    if printed != sorted(Demand.objects.exclude(run=None).values_list("id", flat=True)):
        out.append("a notice is in no file, or in two")
    if Change.objects.filter(was__gt=F("amount")).count() != Posting.objects.filter(debit="revenue").count():
        out.append("a change is there twice, or half")
    return out
