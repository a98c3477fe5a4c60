"""The table of strangers, continued (see rights.py): taxes and charges, which one section collects."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tests.support.hall import OPENING

from madoguchi.collection import (
    access,
    at_counter,
    changes,
    daily,
    debits,
    demands,
    desk,
    fee_debits,
    givebacks,
    looks,
    mine,
    names,
    registrations,
    selectors,
    takebacks,
    transfer_takebacks,
    unmatched,
    unmatches,
    writeoffs,
)
from madoguchi.collection.errors import MoneyMoved, NothingToPrint
from madoguchi.collection.models import Demand, GiveBack, Money, Sheet
from madoguchi.collection.tests.conftest import (
    ACCOUNT,
    accounts_text,
    change_waiting,
    changes_text,
    debit_asked,
    debited,
    excess_of_payer,
    late_paid,
    name_waiting,
    names_text,
    printed_run,
    sheet_text,
    shops_file,
    transferred,
    unmatched_money,
    write_off_asked,
)
from madoguchi.register.public import trial_town

from .rights import SECTION, Ask, anything, resident, something, staff

HANAKO = "900000002"
DAY = dt.date(2026, 7, 1)
COLLECTS = {"yamada"}
READS = COLLECTS | {"auditor"}
NUMBERS = ("demand", "sheet", "unmatched", "printed", "printed_file", "excess", "excess_due", "transfer", "request", "change", "name",
           "paid_late", "old", "owed")


def taxes(w: Any) -> None:
    """Five people's 軽自動車税, and money of nobody."""
    w.unmatched = unmatched_money().id
    w.demand, w.sheet = Demand.objects.first().id, Sheet.objects.first().id
    w.payer, w.act = Demand.objects.first().payer, str(debit_asked().id)
    w.due = Demand.objects.last().instalments.get().number
    demands.demands_take(actor="test", charge="kaigo", year=2026, data=sheet_text(each=60_000).encode(), name="kaigo.csv")
    w.paid_late = late_paid("kaigo")
    w.matched = Money.objects.get(instalment__demand=w.paid_late).id
    w.printed, w.printed_file = printed_run().values()
    chief = w.hall.staff("nakamura")
    excess, due = excess_of_payer()
    w.excess, w.excess_due = excess.id, due.id
    w.owed, w.owed_number = due.demand_id, due.number
    w.back = str(givebacks.refund_ask(actor=chief, excess_id=w.excess, amount=100, account=ACCOUNT, since=None).id)
    w.transfer = transferred(w.hall).id
    w.gone = str(GiveBack.objects.get(state="done").id)
    w.request = debited(w.hall).id
    w.change = change_waiting(w.hall).id
    w.name = name_waiting(w.hall).id
    w.write_off = str(write_off_asked(w.hall).id)
    w.old = Demand.objects.filter(year=2016).last().id
    w.paid_file = shops_file([(w.due, 10_000)])
    trial_town(actor="test")  # the residents' 宛名番号


def _reads(go: Any) -> Ask:
    return staff(go, READS, something)


TABLE: dict[str, Ask] = {
    "collection.access.section_require": staff(lambda w, a: access.section_require(a, writes=True), COLLECTS, anything),
    "collection.access.may_read": _reads(lambda w, a: access.may_read(a)),
    "collection.access.stamps": staff(lambda w, a: access.stamps(a), set(), something),  # none of the table's cast does
    "collection.selectors.standings": _reads(lambda w, a: selectors.standings(actor=a)),
    "collection.selectors.sheet_list": _reads(lambda w, a: list(selectors.sheet_list(actor=a))),
    "collection.selectors.sheet_get": _reads(lambda w, a: selectors.sheet_get(actor=a, sheet_id=w.sheet)),
    "collection.selectors.demand_list": _reads(lambda w, a: list(selectors.demand_list(actor=a))),
    "collection.selectors.demand_get": _reads(lambda w, a: selectors.demand_get(actor=a, demand_id=w.demand)),
    "collection.selectors.unmatched_list": _reads(lambda w, a: list(selectors.unmatched_list(actor=a))),
    "collection.selectors.money_get": _reads(lambda w, a: selectors.money_get(actor=a, money_id=w.unmatched)),
    "collection.selectors.excess_list": _reads(lambda w, a: list(selectors.excess_list(actor=a))),
    "collection.selectors.run_list": _reads(lambda w, a: list(selectors.run_list(actor=a))),
    "collection.selectors.run_get": _reads(lambda w, a: selectors.run_get(actor=a, run_id=w.printed)),
    "collection.selectors.run_file_get": _reads(lambda w, a: selectors.run_file_get(actor=a, file_id=w.printed_file)),
    "collection.desk.letters_make": staff(lambda w, a: desk.letters_make(
        actor=a, kind="notice", charge="kaigo", year=2026, issued_on=DAY, known="x"), COLLECTS, anything),
    "collection.desk.fee_slip": staff(lambda w, a: desk.fee_slip(actor=a, payment_id=w.open_payment), SECTION, anything),
    "collection.at_counter.counter_order": staff(lambda w, a: at_counter.counter_order(
        actor=a, demand_id=w.owed, chosen=[w.owed_number]), COLLECTS, anything),
    "collection.at_counter.counter_end": staff(lambda w, a: at_counter.counter_end(actor=a, demand_id=w.owed), COLLECTS, anything),
    "collection.desk.demand_open": _reads(lambda w, a: desk.demand_open(actor=a, demand_id=w.demand)),
    "collection.desk.slips_again": staff(lambda w, a: desk.slips_again(actor=a, demand_id=w.demand), COLLECTS, anything),
    "collection.selectors.transfer_list": _reads(lambda w, a: list(selectors.transfer_list(actor=a))),
    "collection.selectors.transfer_get": staff(lambda w, a: selectors.transfer_get(actor=a, transfer_id=w.transfer), COLLECTS, anything),
    "collection.looks.unreminded": _reads(lambda w, a: looks.unreminded(actor=a) is not None),
    "collection.looks.prompts_left": _reads(lambda w, a: looks.prompts_left(actor=a) is not None),
    "collection.looks.requests_late": _reads(lambda w, a: looks.requests_late(actor=a) is not None),
    "collection.looks.never_asked": _reads(lambda w, a: looks.never_asked(actor=a, sheet=Sheet.objects.first()) >= 0),
    "collection.selectors.debits_count": _reads(lambda w, a: selectors.debits_count(actor=a)),
    "collection.selectors.request_list": _reads(lambda w, a: list(selectors.request_list(actor=a))),
    "collection.selectors.request_get": staff(lambda w, a: selectors.request_get(actor=a, request_id=w.request), COLLECTS, anything),
    "collection.selectors.request_show": _reads(lambda w, a: selectors.request_show(actor=a, request_id=w.request)),
    "collection.takebacks.takeback_ask": staff(lambda w, a: takebacks.takeback_ask(
        actor=a, request_id=w.request, reason="x"), COLLECTS, anything),
    # a clerk is told that somebody who stamps must
    "collection.takebacks.takeback_answer": staff(lambda w, a: takebacks.takeback_answer(
        actor=a, request_id=w.request, approve=False), COLLECTS, anything),
    "collection.takebacks.takeback_undo": staff(lambda w, a: takebacks.takeback_undo(actor=a, request_id=w.request), COLLECTS, anything),
    "collection.desk.debits_import": staff(lambda w, a: desk.debits_import(actor=a, data=accounts_text().encode(), name="a.csv"),
                                           COLLECTS, anything),
    "collection.debits.request_make": staff(lambda w, a: w.missing(NothingToPrint, lambda: debits.request_make(
        actor=a, charge="keiji", due=DAY, on=OPENING.date() + dt.timedelta(days=9))), set(), anything),  # nothing waits: who may is told so
    "collection.fee_debits.fee_request_make": staff(lambda w, a: w.missing(NothingToPrint, lambda: fee_debits.fee_request_make(
        actor=a, on=OPENING.date() + dt.timedelta(days=9))), set(), anything),  # nothing waits: who may is told so
    "collection.selectors.registrations_waiting": _reads(lambda w, a: selectors.registrations_waiting(actor=a)),
    "collection.selectors.account_list": _reads(lambda w, a: list(selectors.account_list(actor=a))),
    "collection.selectors.payer_shown": staff(lambda w, a: selectors.payer_shown(actor=a, payer=w.payer), COLLECTS, something),
    "collection.registrations.registration_get": staff(lambda w, a: registrations.registration_get(actor=a, act_id=w.act), COLLECTS, something),
    "collection.registrations.registration_place": staff(lambda w, a: registrations.registration_place(
        actor=a, act_id=w.act, payer=w.payer), COLLECTS, anything),
    "collection.registrations.registration_drop": staff(lambda w, a: w.missing(MoneyMoved, lambda: registrations.registration_drop(
        actor=a, act_id=w.act)), COLLECTS, anything),
    "collection.selectors.change_sheets": _reads(lambda w, a: list(selectors.change_sheets(actor=a))),
    "collection.changes.change_show": _reads(lambda w, a: changes.change_show(actor=a, sheet_id=w.change)),
    "collection.changes.change_read": staff(lambda w, a: changes.change_read(
        actor=a, charge="keiji", year=2026, data=changes_text((8_000,)).encode(), name="b.csv"), COLLECTS, anything),
    "collection.changes.change_take": staff(lambda w, a: changes.change_take(actor=a, sheet_id=w.change), COLLECTS, anything),
    "collection.changes.change_drop": staff(lambda w, a: w.missing(MoneyMoved, lambda: changes.change_drop(actor=a, sheet_id=w.change)),
                                            COLLECTS, anything),
    "collection.access.may_count": _reads(lambda w, a: access.may_count(a)),
    "collection.daily.daily_get": _reads(lambda w, a: daily.daily_get(actor=a, since=DAY, until=DAY)),
    "collection.daily.daily_sheet": _reads(lambda w, a: daily.daily_sheet(actor=a, since=DAY, until=DAY)),
    "collection.selectors.name_sheets": _reads(lambda w, a: list(selectors.name_sheets(actor=a))),
    "collection.names.name_show": _reads(lambda w, a: names.name_show(actor=a, sheet_id=w.name)),
    "collection.names.name_read": staff(lambda w, a: names.name_read(
        actor=a, data=names_text(name="見本 変更").encode(), name="b.csv"), COLLECTS, anything),
    "collection.names.name_take": staff(lambda w, a: names.name_take(actor=a, sheet_id=w.name), COLLECTS, anything),
    "collection.names.name_drop": staff(lambda w, a: w.missing(MoneyMoved, lambda: names.name_drop(actor=a, sheet_id=w.name)),
                                        COLLECTS, anything),
    "collection.selectors.write_off_list": _reads(lambda w, a: list(selectors.write_off_list(actor=a))),
    "collection.desk.late_slips": staff(lambda w, a: desk.late_slips(actor=a, demand_id=w.paid_late), COLLECTS, anything),
    "collection.writeoffs.write_off_sheet": _reads(lambda w, a: writeoffs.write_off_sheet(actor=a)),
    "collection.writeoffs.write_off_ask": staff(lambda w, a: writeoffs.write_off_ask(
        actor=a, demand_id=w.old, no=1, ground="lapse", since=dt.date(2016, 6, 1), reason="x"), COLLECTS, anything),
    # a clerk is told that somebody who stamps must
    "collection.writeoffs.write_off_answer": staff(lambda w, a: writeoffs.write_off_answer(actor=a, write_off_id=w.write_off, approve=False),
                                                   COLLECTS, anything),
    "collection.selectors.refunds_waiting": _reads(lambda w, a: selectors.refunds_waiting(actor=a) >= 0),
    "collection.givebacks.excess_get": _reads(lambda w, a: givebacks.excess_get(actor=a, excess_id=w.excess)),
    "collection.givebacks.offset_ask": staff(lambda w, a: givebacks.offset_ask(
        actor=a, excess_id=w.excess, amount=100, target_id=w.excess_due), COLLECTS, anything),
    "collection.givebacks.refund_ask": staff(lambda w, a: givebacks.refund_ask(
        actor=a, excess_id=w.excess, amount=100, account=ACCOUNT, since=None), COLLECTS, anything),
    # a clerk is told that somebody who stamps must
    "collection.givebacks.back_answer": staff(lambda w, a: givebacks.back_answer(actor=a, back_id=w.back, approve=False), COLLECTS, anything),
    "collection.givebacks.back_returned": staff(lambda w, a: givebacks.back_returned(actor=a, back_id=w.back), COLLECTS, anything),
    "collection.givebacks.transfer_make": staff(lambda w, a: w.missing(NothingToPrint, lambda: givebacks.transfer_make(
        actor=a, on=OPENING.date() + dt.timedelta(days=9))), set(), anything),  # nothing waits: who may is told so
    "collection.transfer_takebacks.transfer_back_ask": staff(lambda w, a: transfer_takebacks.transfer_back_ask(
        actor=a, transfer_id=w.transfer, reason="x"), COLLECTS, anything),
    # a clerk is told that somebody who stamps must
    "collection.transfer_takebacks.transfer_back_answer": staff(lambda w, a: transfer_takebacks.transfer_back_answer(
        actor=a, transfer_id=w.transfer, approve=False), COLLECTS, anything),
    "collection.desk.ask_letter": staff(lambda w, a: desk.ask_letter(actor=a, excess_id=w.excess), COLLECTS, anything),
    "collection.desk.back_letter": staff(lambda w, a: desk.back_letter(actor=a, excess_id=w.excess, back_id=w.gone), COLLECTS, anything),
    "collection.desk.parity_get": _reads(lambda w, a: desk.parity_get(actor=a) == []),
    "collection.desk.demands_import": staff(lambda w, a: desk.demands_import(
        actor=a, charge="kotei", year=2026, data=sheet_text().encode(), name="a.csv"), COLLECTS, anything),
    "collection.desk.results_import": staff(lambda w, a: desk.results_import(actor=a, form="cvs", data=w.paid_file, name="a.txt"),
                                            COLLECTS, anything),
    "collection.unmatched.money_match": staff(lambda w, a: unmatched.money_match(actor=a, money_id=w.unmatched, number=w.due), COLLECTS, anything),
    "collection.unmatches.unmatches_waiting": _reads(lambda w, a: unmatches.unmatches_waiting(actor=a) is not None),
    "collection.unmatches.unmatch_ask": staff(lambda w, a: unmatches.unmatch_ask(actor=a, money_id=w.matched, reason="x"), COLLECTS, anything),
    # a clerk is told that somebody who stamps must
    "collection.unmatches.unmatch_answer": staff(lambda w, a: unmatches.unmatch_answer(actor=a, money_id=w.matched, approve=False),
                                                 COLLECTS, anything),
    "collection.mine.payer_of": resident(lambda w, o: mine.payer_of(o, "taxes.page"), lambda v, w: v == HANAKO),
    "collection.mine.payer_require": resident(lambda w, o: mine.payer_require(o, "taxes.page"), lambda v, w: v == HANAKO),
}
# Ways that are handed the payer whom mine.payer_of has found for the one who asks; strangers on every page: collection/tests/test_online.py
OWN = dict.fromkeys((
    "collection.fee_debits.account_offered", "collection.fee_debits.account_choose",
    "collection.online.order_make", "collection.my_slips.own_slips", "collection.remind.mail_set", "collection.remind.mail_stop",
), "is handed the payer that payer_of gave")
OPEN: dict[str, tuple[str, set[str] | None]] = {
    "collection.public.trial_taxes": ("invented demands in an empty room", {"config.management.commands.setup"}),
    "collection.online.order_get": ("of the payer whom payer_of has found", {"collection.views_my"}),
    "collection.charges.charge_get": ("the city pack's table", None),
    "collection.formats.profiles.profile_read": ("reads a layout", None),
    "collection.formats.specimen.received_file": ("writes a file of the trial from rows that are handed over", None),
    "collection.debits.debits_read": ("judges a file", None),
    "collection.rates.rates_read": ("reads a table of rates", None),
}
