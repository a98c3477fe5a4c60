"""Every address of this room that has an id in it, for the section that collects and for everybody else (tests/meta)."""

from __future__ import annotations

import uuid

from django.urls import reverse

from madoguchi.collection.models import Demand, GiveBack, Money, Posting, Sheet
from madoguchi.kernel.models import AuditEntry

from .conftest import (
    change_waiting,
    debit_asked,
    debited,
    excess_of_payer,
    name_waiting,
    printed_run,
    transferred,
    unmatched_money,
    write_off_asked,
)

# route → the ids it carries
STRANGERS = {"collection_sheet": ("sheet_id",), "demand": ("demand_id",), "demand_slips": ("demand_id",),
             "demand_counter": ("demand_id",), "unmatched_money": ("money_id",),
             "unmatched_match": ("money_id",), "unmatch_ask": ("money_id",), "unmatch_answer": ("money_id",),
             "notice_run": ("run_id",), "notice_job": ("run_id",), "notice_file": ("file_id",),
             "excess_one": ("excess_id",), "excess_offset": ("excess_id",), "excess_refund": ("excess_id",),
             "excess_answer": ("excess_id", "back_id"), "excess_letter": ("excess_id",), "back_letter": ("excess_id", "back_id"),
             "transfer": ("transfer_id",), "transfer_back": ("transfer_id",),
             "demand_late": ("demand_id",), "write_off_propose": ("demand_id",), "write_off_answer": ("write_off_id",),
             "change": ("change_sheet_id",), "name": ("name_sheet_id",), "debit_request": ("request_id",), "debit_takeback": ("request_id",),
             "debit_place": ("act_id",), "debit_drop": ("act_id",)}
WORKERS_ONLY = {"transfer", "debit_request"}  # files for the bank hold accounts: who only reads does not get it


def answers(client, ids):
    """(route, method, status) of every address, by both methods."""
    out = []
    for name, keys in STRANGERS.items():
        url = reverse(name, kwargs={key.removeprefix("change_").removeprefix("name_"): ids[key] for key in keys})
        for method in ("get", "post"):
            response = getattr(client, method)(url, {"number": "1" * 20} if method == "post" else {})
            if response.status_code != 405 and not response.get("Location", "").startswith("/staff/collection/"):
                out.append((name, method, response.status_code))
    return out


def test_strangers_cannot_tell_that_a_demand_exists(hall) -> None:
    money = unmatched_money()
    ids = {"money_id": money.id, "demand_id": Demand.objects.first().id, "sheet_id": Sheet.objects.first().id,
           **printed_run(), "excess_id": excess_of_payer()[0].id}
    ids |= {"transfer_id": transferred(hall).id, "request_id": debited(hall).id, "back_id": str(GiveBack.objects.get().id)}
    ids |= {"write_off_id": str(write_off_asked(hall).id)}
    ids |= {"change_sheet_id": change_waiting(hall).id}
    ids |= {"name_sheet_id": name_waiting(hall).id}
    ids |= {"act_id": str(debit_asked().id)}
    before = AuditEntry.objects.exclude(action="demand.seen").count(), Posting.objects.count()
    for who in ("tanaka", "admin", "sato"):
        assert {status for _, _, status in answers(hall.desk(who), ids)} == {404}
        nothing = str(uuid.uuid4())
        other = dict.fromkeys(ids, 987654) | dict.fromkeys(("back_id", "write_off_id", "act_id"), nothing)
        assert answers(hall.desk(who), ids) == answers(hall.desk(who), other)
        for page in ("collection", "collection_parity", "collection_sheets", "demands", "notice_runs", "unmatched", "excess", "transfers", "debits",
                     "debit_accounts",
                     "changes", "names", "write_offs", "write_offs_sheet",
                     "daily", "daily_sheet"):
            assert hall.desk(who).get(reverse(page)).status_code == 404
        assert "/staff/collection/" not in hall.desk(who).get("/staff/").content.decode()
    for client in (hall.browser("hanako"), hall.browser()):
        assert {status for _, _, status in answers(client, ids)} == {302}, "a resident is no member of staff"
    auditor = answers(hall.desk("auditor"), ids)
    assert {(m, s) for name, m, s in auditor if name not in WORKERS_ONLY} == {("get", 200), ("post", 404)}
    assert {s for name, _, s in auditor if name in WORKERS_ONLY} == {404}
    assert (AuditEntry.objects.exclude(action="demand.seen").count(), Posting.objects.count()) == before
    seen = AuditEntry.objects.filter(action="demand.seen")
    assert {e.actor for e in seen} == {hall.staff("auditor").actor}, "only who has seen it"
    assert all(status != 404 for _, _, status in answers(hall.desk("yamada"), ids))
    assert "/staff/collection/" in hall.desk("yamada").get("/staff/").content.decode()
    assert Money.objects.get(id=money.id).outcome == "unknown", "a wrong number sets nothing"
