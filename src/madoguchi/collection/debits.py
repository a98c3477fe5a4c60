"""口座振替: who pays by debit, and the file that asks the bank for it. What the bank answers is a file of results like any other."""

from __future__ import annotations

import datetime as dt
import hashlib
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeVar

from django.db import transaction
from django.db.models import F, QuerySet

from madoguchi.files.public import file_write
from madoguchi.identity.public import Staff
from madoguchi.kernel import audit, clock, failpoints
from madoguchi.kernel.kinds import ours
from madoguchi.kernel.sealing import Column

from . import accounts
from .access import section_require
from .charges import DEBIT_FORM, charge_get, charges, payer
from .city_formats import layout, line_end
from .demand_sheet import rows_of
from .errors import FormWrong, NothingToPrint, SheetWrong
from .ledger import CHAIN, one_writer
from .models import DebitRequest, DirectDebit, Instalment, Sheet

if TYPE_CHECKING:
    from .formats.zengin import Debit, Sender

PURPOSE = "debit-account"
SEALED = (Column(DirectDebit, "account", PURPOSE, "id", "口座振替の口座"),)
COLUMNS = {
    "宛名番号": "payer", "科目": "charge", "銀行番号": "bank", "支店番号": "branch", "預金種目": "kind", "口座番号": "number", "口座名義": "holder",
    "開始日": "since", "廃止日": "until",
}
CHUNK = 500
T = TypeVar("T")


def sender(bank: str = "") -> Sender:
    """The city as its bank, or a bank of 銀行別, knows it. Raises FormWrong while the city pack does not say it."""
    from .formats.zengin import Account
    from .formats.zengin import Sender as Own

    own = payer(bank)
    if not own:
        raise FormWrong([("on", ours("市の口座が決まっていません。管理者に、collection.yaml の「振込」を書くよう頼んでください。"))])
    return Own(own["委託者コード"], Account(own["銀行"], own["支店"], own["種目"], own["口座"], own["委託者名"]))


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def _judged(row: dict[str, str], line: int) -> tuple[dict[str, str], list[str]]:
    """A line of the file by our names, and what is wrong with it."""
    cells = {ours: unicodedata.normalize("NFKC", row[theirs]).strip() for theirs, ours in COLUMNS.items()}
    faults = [ja for _, ja in accounts.account_faults(cells)]
    if not 1 <= len(cells["payer"]) <= 20:
        faults.append("「宛名番号」は1〜20文字で書いてください")
    if cells["charge"] not in charges().all:
        faults.append(f"「科目」は {'、'.join(charges().all)} から選んでください(今は「{cells['charge']}」)")
    if _day(cells["since"]) is None or (cells["until"] and (_day(cells["until"]) is None or cells["until"] < cells["since"])):
        faults.append("「開始日」「廃止日」は 2027-04-01 の形で、廃止日は開始日より後に書いてください")
    return cells, [f"{line}行目 {fault}" for fault in faults]


def debits_read(data: bytes) -> list[dict[str, str]]:
    """Registrations of a file of the tax system, judged whole. Raises SheetWrong with every error."""
    rows, faults, seen = list[dict[str, str]](), list[str](), dict[tuple[str, str], int]()
    for line, row in rows_of(data, COLUMNS, charges().columns):
        if isinstance(row, str):
            faults.append(f"{line}行目 {row}")
            continue
        cells, wrong = _judged(row, line)
        if (before := seen.setdefault((cells["payer"], cells["charge"]), line)) != line:
            wrong.append(f"{line}行目 同じ宛名番号と科目が{before}行目にもあります。どちらかを消してください")
        faults += wrong
        rows.append(cells)
    if not rows and not faults:
        faults.append("1行目 口座が1つもありません。中身のあるファイルを指定してください")
    if faults:
        raise SheetWrong(faults)
    return rows


def debits_take(*, actor: str, data: bytes, name: str) -> tuple[Sheet, bool]:
    """Take registrations, whole or not at all; the same payer and charge again replaces what was there. Returns the file, and whether
    it is new. Raises SheetWrong."""
    rows, digest = debits_read(data), hashlib.sha256(data).hexdigest()
    with transaction.atomic(durable=True):
        one_writer()
        sheet = Sheet.objects.filter(kind="debits", sha256=digest).first()
        if sheet is not None:
            return sheet, False
        for at in range(0, len(rows), CHUNK):
            some = rows[at:at + CHUNK]
            held = {(d.payer, d.charge): d for d in DirectDebit.objects.filter(payer__in={r["payer"] for r in some}, until=None)}
            for r in some:
                if (before := held.get((r["payer"], r["charge"]))) is not None:
                    debit_end(before, dt.date.fromisoformat(r["since"]) - dt.timedelta(days=1))
            DirectDebit.objects.bulk_create(_row(r) for r in some)
        sheet = Sheet.objects.create(kind="debits", name=name[:150], sha256=digest, rows=len(rows), by=actor, at=clock.now(),
                                     counts={"debits": [len(rows), 0]})
        audit.record(actor, "debits.imported", chain=CHAIN, facts={"sheet": sheet.id, "debits": len(rows), "yen": 0, "sha256": digest})
        failpoints.hit("collection.debits.before_commit")
    return sheet, True


def debit_end(held: DirectDebit, last: dt.date) -> None:
    """An account that ends with a day, in the caller's transaction; what never came in force is gone."""
    if last < held.since:
        held.delete()
    else:
        DirectDebit.objects.filter(id=held.id).update(until=last)


def _row(cells: dict[str, str]) -> DirectDebit:
    row = DirectDebit(payer=cells["payer"], charge=cells["charge"], bank=cells["bank"], since=dt.date.fromisoformat(cells["since"]),
                      until=_day(cells["until"]))
    row.account = accounts.sealed(PURPOSE, cells, str(row.id))
    return row


def debits_of(payers: set[str], charge: str, day: dt.date) -> dict[str, DirectDebit]:
    """Who of these pays this charge by debit on a day."""
    found: dict[str, DirectDebit] = {}
    rest = sorted(payers)
    for at in range(0, len(rest), CHUNK):
        for row in DirectDebit.objects.filter(payer__in=rest[at:at + CHUNK], charge=charge, since__lte=day):
            if row.until is None or row.until >= day:
                found[row.payer] = row
    return found


def by_bank(rows: Iterable[T], bank_of: Callable[[T], str]) -> dict[str, list[T]]:
    """Rows by the bank that gets their file: a bank of 銀行別, or "" for the collecting bank, which gets all others."""
    out: dict[str, list[T]] = {}
    for row in rows:
        bank = bank_of(row)
        out.setdefault(bank if bank in charges().banks else "", []).append(row)
    return dict(sorted(out.items()))


@transaction.atomic(durable=True)
def request_make(*, actor: Staff, charge: str, due: dt.date, on: dt.date, again: bool = False) -> list[DebitRequest]:
    """The files that ask the banks for every 期 with this 納期限 whose payer pays by debit and of which no 速報 says it is paid, each once:
    one for each bank of 銀行別, one for the collecting bank; all or none. ``on``: the day of the debit. ``again`` (再振替): for those that the
    bank could not debit, and only for them. Raises DemandNotFound, ChargesWrong, FormWrong, NothingToPrint."""
    section_require(actor, writes=True)
    charge_get(charge)
    one_writer()
    if on <= clock.today():
        raise FormWrong([("on", "引落日は、明日より後にしてください。")])
    rows = list(_askable(charge, due, on, again))
    # as notice, page and mail have said: in force on the 納期限; who could not be debited may have another account now, or none
    held = debits_of({row.demand.payer for row in rows}, charge, on if again else due)
    wanted = [row for row in rows if row.demand.payer in held]
    if not wanted and again:
        raise NothingToPrint(f"納期限が{due}で、振替不能のまま残っていて、引落日に口座が有効な期別はありません。科目と納期限を確かめてください。")
    if not wanted:
        raise NothingToPrint(f"納期限が{due}で、口座振替をまだ頼んでいない期別はありません。科目と納期限を確かめてください。")
    made = []
    for bank, some in by_bank(wanted, lambda row: held[row.demand.payer].bank).items():
        request = request_write(by=actor.actor, bank=bank, charge=charge, due=due, on=on, box="due",
                                asked=[_debit(row, held[row.demand.payer]) for row in some])
        first = {str(debit.id): debit.code for row in some for debit in (held[row.demand.payer],) if debit.code != "0"}
        DebitRequest.objects.filter(id=request.id).update(first=first)
        for before, n in Counter(row.debit_id for row in some if row.debit_id).items():
            DebitRequest.objects.filter(id=before).update(again=F("again") + n)
        for at in range(0, len(some), CHUNK):
            Instalment.objects.filter(id__in=[row.id for row in some[at:at + CHUNK]]).update(debit=request, failed_code="")
            DirectDebit.objects.filter(id__in=[held[row.demand.payer].id for row in some[at:at + CHUNK]]).exclude(code="0").update(code="0")
        made.append(request)
    failpoints.hit("collection.request.before_commit")
    return made


def _askable(charge: str, due: dt.date, on: dt.date, again: bool) -> QuerySet[Instalment]:
    """期 that nobody has asked the bank for; ``again``: that the bank was asked for, for an earlier day, and could not debit."""
    rows = Instalment.objects.filter(demand__charge=charge, due=due, settled_on=None, prompt_on=None)
    rows = rows.filter(debit__on__lt=on).exclude(failed_code="") if again else rows.filter(debit=None)
    return rows.select_related("demand").order_by("id")


def request_write(*, by: str, bank: str, charge: str, due: dt.date, on: dt.date, asked: list[Debit], box: str) -> DebitRequest:
    """One file for one bank, in its layout, in the caller's transaction. Raises FormWrong on ``box`` with the record that cannot be
    written."""
    from .formats.errors import RowRefused
    from .formats.zengin import debit_request

    try:
        data = b"".join(debit_request(layout(DEBIT_FORM, bank=bank), sender(bank), on, asked, line_end=line_end(DEBIT_FORM, bank)))
    except RowRefused as refused:
        raise FormWrong([(box, refused.ja)]) from None
    name = "-".join(filter(None, ("kouza", charge, str(due), bank)))
    kept = file_write(data=data, name=f"{name}.txt", kind="application/octet-stream", owner="collection")
    total = sum(one.amount for one in asked)
    request = DebitRequest.objects.create(charge=charge, due=due, on=on, bank=bank, debits=len(asked), amount=total, file_id=kept.id,
                                          by=by, at=clock.now())
    audit.record(by, "debits.requested", chain=CHAIN, facts={
        "request": request.id, "charge": charge, "due": str(due), "bank": bank, "debits": len(asked), "yen": total, "sha256": kept.sha256})
    return request


def _debit(row: Instalment, held: DirectDebit) -> Debit:
    from .formats.zengin import Debit as One

    return One(row.number, accounts.opened(PURPOSE, held.account, str(held.id)), row.amount - row.paid, held.code)
