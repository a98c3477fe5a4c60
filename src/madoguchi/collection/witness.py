"""What the record says of the books, against the rows that are there (kernel.witness): files, runs, approvals, files for the bank. What
the yen of the ledger say, ledger.faults compares."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Model

from madoguchi.files.public import files_missing
from madoguchi.kernel.audit import Fault
from madoguchi.kernel.witness import Act, Chains

from .ledger import CHAIN
from .models import DebitAct, DebitRequest, Demand, GiveBack, Money, Run, Sheet, Transfer, Unmatch, WriteOff

Want = dict[str, Any]  # column → what it must be; a tuple: one of these


@dataclass(frozen=True, slots=True)
class Made:
    """Acts that made or moved a row: which fact is its id, and what the row must hold."""

    model: type[Model]
    key: str
    ja: str
    want: Callable[[Act], Want]
    whole: bool = True  # is a row that no act speaks of a fault?


def _sheet(act: Act) -> Want:
    want: Want = {"sha256": act.facts["sha256"], "amount": act.facts["yen"]}
    # changes and names are read by one and may be taken by another
    return want if act.action in ("changes.imported", "names.imported") else want | {"by": act.actor}


def _back(act: Act) -> Want:
    kind, _, state = act.action.partition(".")
    want: Want = {"kind": kind, "amount": act.facts["yen"], "excess_id": act.facts["excess"]}
    if state == "asked":
        return want | {"asked_by": act.actor} | ({"target_id": act.facts["target"]} if "target" in act.facts else {})
    if state == "returned":
        return want | {"state": state}
    return want | {"approved_by": act.actor, "interest": act.facts["interest"], "state": ("approved", "done") if state == "approved" else state}


def _act(act: Act) -> Want:
    want: Want = {"charge": act.facts["charge"], "kind": act.facts["kind"], "on": act.facts["on"]}
    state = {"debit.registered": "done", "debit.dropped": "dropped"}.get(act.action)
    return want | {"state": state, "by": act.actor} if state else want


def _write_off(act: Act) -> Want:
    want: Want = {"amount": act.facts["yen"], "instalment_id": act.facts["instalment"]}
    if act.action == "write_off.asked":
        return want | {"asked_by": act.actor, "ground": act.facts["ground"], "since": act.facts["since"]}
    return want | {"answered_by": act.actor, "state": act.action.partition(".")[2]}


def _unmatch(act: Act) -> Want:
    want: Want = {"amount": act.facts["yen"], "money_id": act.facts["money"], "instalment_id": act.facts["instalment"]}
    if act.action == "unmatch.asked":
        return want | {"asked_by": act.actor}
    return want | {"answered_by": act.actor, "state": act.action.partition(".")[2]}


def _request(act: Act) -> Want:
    want: Want = {"debits": act.facts["debits"], "amount": act.facts["yen"]}
    if act.action == "debits.requested":
        return want | {"charge": act.facts["charge"], "due": act.facts["due"], "bank": act.facts.get("bank", ""), "by": act.actor, "state": "made"}
    if act.action == "request.back_asked":
        return want | {"state": "asked", "asked_by": act.actor, "answered_by": ""}
    return want | {"state": "back" if act.action == "request.taken_back" else "made", "answered_by": act.actor}


def _transfer(act: Act) -> Want:
    want: Want = {"refunds": act.facts["refunds"], "amount": act.facts["yen"]}
    if act.action == "refunds.transferred":
        return want | {"by": act.actor, "state": "made"}
    if act.action == "transfer.back_asked":
        return want | {"state": "asked", "asked_by": act.actor, "answered_by": ""}
    return want | {"state": "back" if act.action == "transfer.taken_back" else "made", "answered_by": act.actor}


SHEETS = Made(Sheet, "sheet", "取り込んだファイル", _sheet, whole=False)  # a change that waits is a row already
BACKS, WRITE_OFFS = Made(GiveBack, "back", "還付・充当", _back), Made(WriteOff, "write_off", "不納欠損", _write_off)
SAID: dict[str, Made] = {
    **dict.fromkeys(("demands.imported", "changes.imported", "names.imported", "results.imported", "debits.imported"), SHEETS),
    **dict.fromkeys(("refund.asked", "refund.approved", "refund.declined", "refund.returned", "offset.asked", "offset.done", "offset.declined"),
                    BACKS),
    **dict.fromkeys(("write_off.asked", "write_off.done", "write_off.declined"), WRITE_OFFS),
    **dict.fromkeys(("refunds.transferred", "transfer.back_asked", "transfer.taken_back", "transfer.back_declined"),
                    Made(Transfer, "transfer", "総合振込", _transfer)),
    **dict.fromkeys(("debits.requested", "request.back_asked", "request.taken_back", "request.back_declined", "request.restored"),
                    Made(DebitRequest, "request", "口座振替の請求", _request)),
    **dict.fromkeys(("debit.asked", "debit.registered", "debit.dropped"), Made(DebitAct, "act", "口座振替の登録", _act)),
    "letters.started": Made(Run, "run", "通知書・督促状", lambda a: {
        "letters": a.facts["letters"], "amount": a.facts["yen"], "kind": a.facts["kind"], "charge": a.facts["charge"], "by": a.actor}),
    "demand.forgotten": Made(Demand, "demand", "廃棄した調定", lambda a: {"name": "", "payer": "", "address": ""}, whole=False),
    **dict.fromkeys(("unmatch.asked", "unmatch.done", "unmatch.declined"), Made(Unmatch, "unmatch", "消込の取消し", _unmatch)),
    **dict.fromkeys(("money.matched", "money.unmatched"), Made(Money, "money", "消し込んだ入金", lambda a: {
        "amount": a.facts["yen"], "instalment_id": a.facts.get("instalment"), "outcome": a.facts["outcome"]}, whole=False)),
}
NAMES = {"amount": "金額", "state": "状態", "approved_by": "承認した人", "answered_by": "承認した人", "asked_by": "申し出た人", "by": "行った人",
         "sha256": "要約", "interest": "還付加算金", "letters": "通数", "since": "起算日", "target_id": "充当先", "instalment_id": "消し込み先"}
BATCH = 500


def witness(chains: Chains) -> Iterator[Fault]:
    """Rows of the books that are gone, that hold something else than the record says, or that the record does not know."""
    acts = chains.get(CHAIN, [])
    for made in dict.fromkeys(SAID.values()):
        own = [act for act in acts if SAID.get(act.action) is made]
        last = {(act.facts[made.key], column): act.seq for act in own for column in made.want(act)}  # a later act may say otherwise
        for at in range(0, len(own), BATCH):
            yield from _compared(made, own[at:at + BATCH], last)
        if made.whole:
            yield from _unsaid(made, {str(act.facts[made.key]) for act in own}, acts[-1].seq if acts else 1)
    yield from _files(acts)


def _compared(made: Made, acts: list[Act], last: dict[tuple[Any, str], int]) -> Iterator[Fault]:
    rows = {str(row.pk): row for row in made.model._default_manager.filter(pk__in={act.facts[made.key] for act in acts})}
    for act in acts:
        row, who = rows.get(str(act.facts[made.key])), f"{made.ja} {act.facts[made.key]}"
        if row is None:
            yield Fault(CHAIN, act.seq, f"{who}が消されています")
            continue
        for column, ought in made.want(act).items():
            if last[act.facts[made.key], column] != act.seq:
                continue
            stands = getattr(row, column)
            if stands not in ought if isinstance(ought, tuple) else str(stands) != str(ought):
                words = " か ".join(ought) if isinstance(ought, tuple) else ought
                yield Fault(CHAIN, act.seq, f"{who}の{NAMES.get(column, column)}が記録と違います(記録 {words}、今は {stands})")


def _unsaid(made: Made, said: set[str], seq: int) -> Iterator[Fault]:
    for key in made.model._default_manager.values_list("pk", flat=True).iterator():
        if str(key) not in said:
            yield Fault(CHAIN, seq, f"{made.ja} {key}の記録がありません(誰かが書き足した疑い)")


def _files(acts: list[Act]) -> Iterator[Fault]:
    """The files themselves, as they came and as they went to the bank."""
    last = acts[-1].seq if acts else 1
    for model, ja in ((Sheet, "取り込んだファイル"), (Transfer, "総合振込のファイル"), (DebitRequest, "口座振替の請求のファイル")):
        pairs = [(str(pk), str(file_id)) for pk, file_id in model._default_manager.values_list("pk", "file_id") if file_id]
        for key in files_missing(pairs):
            yield Fault(CHAIN, last, f"{ja} {key}の中身が消されています")
