"""収納のデータ: what banks and shops report is set against what is due (消込), set by set, not row by row."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import itertools
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, cast

from django.db import connection, transaction
from django.db.models import Count, Max, Min, Q, Sum

from madoguchi.files.public import file_write
from madoguchi.kernel import audit, clock, failpoints

from . import fees
from .charges import DEBIT_FORM
from .city_formats import layout
from .errors import SheetWrong
from .formats.errors import FileRefused, ProfileUnknown
from .formats.received import Received, read_received
from .lateness import late_owed
from .ledger import CHAIN, one_writer
from .models import Excess, Instalment, Money, Posting, Reminder, Sheet
from .moved import line_of
from .rules import FORMS, RECORDS, Account, Letter, Outcome, money_id, place
from .takebacks import answers_refuse

FEW = 3  # so many records at least make a file that was sent again
STAGING = """CREATE TEMPORARY TABLE collection_incoming (
  record integer NOT NULL, number varchar(20) NOT NULL, amount bigint NOT NULL, paid_on date NOT NULL, channel varchar(10) NOT NULL,
  stage varchar(8) NOT NULL, code varchar(10) NOT NULL, alone smallint NOT NULL)"""
# what is plain is settled by one statement; whatever asks for a thought is marked `look` and placed one by one
MONEY = """
INSERT INTO collection_money (id, sheet_id, record, number, amount, paid_on, channel, stage, code, instalment_id, outcome)
SELECT %s + i.record, %s, i.record, i.number, i.amount, i.paid_on, i.channel, i.stage, i.code, n.id,
  CASE WHEN n.id IS NULL THEN 'unknown' WHEN i.stage = 'prompt' THEN 'prompt' WHEN i.stage = 'cancel' THEN 'cancelled'
       WHEN i.stage = 'failed' THEN 'failed' WHEN i.alone = 0 OR n.fee > n.fee_paid THEN 'look'
       WHEN n.paid = 0 AND n.amount - n.written = i.amount THEN 'applied'
       WHEN n.amount - n.paid - n.written > i.amount THEN 'partial' WHEN n.paid = n.amount AND n.settled_on <= n.due THEN 'twice' ELSE 'look' END
FROM collection_incoming i LEFT JOIN collection_instalment n ON n.number = i.number"""
# a slip that a change made void carries a number that its 期 no longer has
VOIDED = """
UPDATE collection_money SET instalment_id = v.instalment_id, outcome = CASE stage WHEN 'prompt' THEN 'prompt' WHEN 'cancel' THEN 'cancelled'
  WHEN 'failed' THEN 'failed' ELSE 'look' END
FROM collection_voidnumber AS v WHERE collection_money.id BETWEEN %s AND %s AND outcome = 'unknown' AND v.number = collection_money.number"""
POSTING = """
INSERT INTO collection_posting (sheet_id, money_id, instalment_id, debit, credit, amount, "on")
SELECT m.sheet_id, m.id, m.instalment_id, 'bank:' || m.channel,
  CASE m.outcome WHEN 'unknown' THEN 'suspense' WHEN 'twice' THEN 'excess' ELSE 'receivable' END,
  m.amount, m.paid_on
FROM collection_money m WHERE m.id BETWEEN %s AND %s AND m.stage = 'final' AND m.outcome IN ('applied', 'partial', 'twice', 'unknown')"""
SETTLE = """
UPDATE collection_instalment SET paid = amount, settled_on = m.paid_on, prompt_on = NULL, failed_code = '' FROM (
  SELECT instalment_id, paid_on FROM collection_money WHERE id BETWEEN %s AND %s AND outcome = 'applied') AS m
WHERE collection_instalment.id = m.instalment_id"""
PART = """
UPDATE collection_instalment SET paid = paid + m.amount, prompt_on = NULL, failed_code = '' FROM (
  SELECT instalment_id, amount FROM collection_money WHERE id BETWEEN %s AND %s AND outcome = 'partial') AS m
WHERE collection_instalment.id = m.instalment_id"""
TWICE = """
INSERT INTO collection_excess (money_id, instalment_id, why, amount, "left", found_on)
SELECT id, instalment_id, 'twice', amount, amount, %s FROM collection_money WHERE id BETWEEN %s AND %s AND outcome = 'twice' ORDER BY id"""
# of several that a file tells of one 期, the last one counts
LAST_TOLD = """
UPDATE collection_instalment SET prompt_on = m.paid_on FROM (
  SELECT instalment_id, paid_on FROM collection_money WHERE outcome = 'prompt' AND id IN (
    SELECT MAX(id) FROM collection_money WHERE id BETWEEN %s AND %s AND outcome IN ('prompt', 'cancelled') GROUP BY instalment_id)) AS m
WHERE collection_instalment.id = m.instalment_id AND collection_instalment.settled_on IS NULL"""
# what another file has brought already: same number, day, sum and way
KNOWN = """
SELECT COUNT(DISTINCT m.id), MAX(o.sheet_id) FROM collection_money AS m
INNER JOIN collection_money AS o ON o.number = m.number AND o.amount = m.amount AND o.paid_on = m.paid_on
  AND o.channel = m.channel AND o.stage = m.stage AND o.sheet_id <> m.sheet_id
WHERE m.id BETWEEN %s AND %s AND m.stage = 'final' AND m.outcome IN ('twice', 'look', 'unknown')"""
TOLD = """
UPDATE collection_instalment SET {set} FROM (
  SELECT instalment_id, MAX(paid_on) AS paid_on, MAX(code) AS code FROM collection_money WHERE id BETWEEN %s AND %s AND outcome = %s
  GROUP BY instalment_id) AS m
WHERE collection_instalment.id = m.instalment_id AND collection_instalment.settled_on IS NULL"""
SETS = {Outcome.PROMPT: "prompt_on = m.paid_on", Outcome.CANCELLED: "prompt_on = NULL", Outcome.FAILED: "failed_code = m.code"}


@dataclass(frozen=True, slots=True)
class Results:
    """A file of results that was read and found whole; ``rows`` may be walked more than once."""

    form: str
    name: str
    data: bytes
    rows: Collection[Received]


def read_results(*, form: str, data: bytes, name: str, profile: str = "", bank: str = "") -> Results:
    """Read a file of results whole; ``bank``: the one of 銀行別 that sent it. Raises SheetWrong that says record and byte."""
    try:
        return Results(form, name, data, cast("Collection[Received]", read_received(data, form, layout(form, profile, bank), today=clock.today())))
    except (FileRefused, ProfileUnknown) as refused:
        raise SheetWrong([refused.ja]) from None


def results_take(*, actor: str, results: Results) -> tuple[Sheet, bool]:
    """Take a file; returns it, and whether it is new: the same file again changes nothing. Raises SheetWrong, RateMissing."""
    if len(results.rows) >= RECORDS:
        raise SheetWrong([f"記録が{len(results.rows):,}件あります。{RECORDS - 1:,}件までに分けてください"])
    digest, plain = hashlib.sha256(results.data).hexdigest(), _plain(results.data)
    with transaction.atomic(durable=True):
        one_writer()
        sheet = Sheet.objects.filter(Q(sha256=digest) | Q(plain=plain, form=results.form), kind="results").first()
        if sheet is not None:
            return sheet, False
        if results.form == DEBIT_FORM:
            answers_refuse(results.rows)
        kept = file_write(data=results.data, name=results.name, kind="application/octet-stream", owner="collection")
        total = sum(r.amount for r in results.rows)
        sheet = Sheet.objects.create(kind="results", form=results.form, name=results.name[:150], sha256=digest, plain=plain, file_id=kept.id,
                                     rows=len(results.rows), amount=total, by=actor, at=clock.now())
        sheet.counts, said = _post(sheet, results.rows)
        sheet.save(update_fields=["counts"])
        audit.record(actor, "results.imported", chain=CHAIN, facts={
            "sheet": sheet.id, "form": results.form, "records": sheet.rows, "yen": total, "sha256": digest, "outcomes": sheet.counts, "said": said})
        failpoints.hit("collection.results.before_commit")
    return sheet, True


def _plain(data: bytes) -> str:
    """Digest of what a file says: programs that carry it change its line ends."""
    digest = hashlib.sha256()
    for at in range(0, len(data), 1 << 20):
        digest.update(data[at:at + (1 << 20)].translate(None, b"\r\n"))
    return digest.hexdigest()


def _refuse_known(cursor: Any, span: list[int], counts: dict[str, list[int]], rows: int) -> None:
    """A file most of which is here already is the same file again with something added: its records are no second payments. Raises
    SheetWrong."""
    if sum(counts.get(outcome, [0])[0] for outcome in ("twice", "look", "unknown")) < max(FEW, rows / 2):
        return
    cursor.execute(KNOWN, span)
    known, before = cursor.fetchone()
    if known >= max(FEW, rows / 2):
        name = Sheet.objects.get(id=before).name
        raise SheetWrong([f"{rows:,}件のうち{known:,}件は、取込み済みの「{name}」などと、番号・日・金額・払い方が同じです。送り直されたファイルです。"
                          "足りない記録だけのファイルを、送り元に頼んでください"])


def _span(sheet: Sheet) -> list[int]:
    return [money_id(sheet.id, 1), money_id(sheet.id, RECORDS - 1)]


def _counts(span: list[int]) -> dict[str, list[int]]:
    """Outcome → number and yen."""
    found = Money.objects.filter(id__range=span).values_list("outcome").annotate(n=Count("id"), yen=Sum("amount")).order_by("outcome")
    return {outcome: [n, int(yen)] for outcome, n, yen in found}


def _post(sheet: Sheet, rows: Collection[Received]) -> tuple[dict[str, list[int]], str]:
    """Post a file's records; returns what became of them, and the digest of what they said (moved). A statement runs only where it finds
    something: each reads the whole file."""
    span = _span(sheet)
    with connection.cursor() as cursor:
        cursor.execute(STAGING)
        said = _stage(cursor, rows)
        if connection.vendor == "postgresql":
            cursor.execute("ANALYZE collection_incoming")
            cursor.execute("SET LOCAL work_mem = '256MB'")  # a million records are joined and sorted in memory, not through files
            cursor.execute("SET LOCAL jit = off")  # a million took a second of compiling statements that run once
        cursor.execute(MONEY, [money_id(sheet.id, 0), sheet.id])
        cursor.execute(VOIDED, span)
        cursor.execute(fees.CLAIM, span)  # before what is nobody's is posted as such
        counts = _counts(span)
        if sheet.form in FORMS:  # what our own counters and pages took is told once, by its order: there the same again is a second payment
            _refuse_known(cursor, span, counts, len(rows))
        cursor.execute(POSTING, span)
        cursor.execute(SETTLE, span)
        if Outcome.PARTIAL in counts:
            cursor.execute(PART, span)
        if Outcome.TWICE in counts:
            cursor.execute(TWICE, [clock.today(), *span])
        for outcome, what in SETS.items():
            if outcome in counts:
                cursor.execute(TOLD.format(set=what), [*span, outcome])
        if {Outcome.PROMPT, Outcome.CANCELLED} <= counts.keys():
            cursor.execute(LAST_TOLD, span)
        failpoints.hit("collection.results.posting")
        cursor.execute("DROP TABLE collection_incoming")  # after a fault the transaction takes it back with everything else
    if not {"look", "fee"} & counts.keys():
        return counts, said
    for money in Money.objects.filter(id__range=span, outcome="look").order_by("id"):
        money_place(money, source=f"bank:{money.channel}")
    fees.fees_place(span)
    return _counts(span), said


def _repeated(rows: Collection[Received]) -> set[str]:
    """Numbers that a file reports as paid more than once."""
    seen: set[str] = set()
    twice: set[str] = set()
    for row in rows:
        if row.stage == "final":
            (twice if row.reference in seen else seen).add(row.reference)
    return twice


_ESCAPED = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


@functools.lru_cache(maxsize=4096)
def _tail(fields: tuple[Any, ...]) -> tuple[str, bool]:
    """What few values of a file share (day, channel, stage, code), and whether COPY reads it as it is."""
    tail = [str(field) for field in fields]
    return "\t".join(tail), all(field == field.translate(_ESCAPED) for field in tail)


def _lines(rows: Collection[Received], twice: set[str], said: hashlib._Hash) -> Iterator[str]:
    """Rows as COPY reads them (PostgreSQL, COPY: text format), each with whether it is the only one of its number. What a file says is
    escaped, and goes as it is into the digest ``said`` (moved.line_of)."""
    for row in rows:
        number = row[2]
        tail, plain = _tail(row[4:])
        line = f"{row[0]}\t{number}\t{row[3]}\t{tail}"
        said.update(f"{line}\n".encode())
        if not (plain and number.isalnum()):
            line = "\t".join(str(field).translate(_ESCAPED) for field in (row[0], *row[2:]))
        yield f"{line}\t{0 if number in twice else 1}\n"


def _stage(cursor: Any, rows: Collection[Received]) -> str:
    """Put the records into the temporary table; returns the digest of what they said."""
    twice, said = _repeated(rows), hashlib.sha256()
    if connection.vendor == "postgresql":
        lines = _lines(rows, twice, said)
        with cursor.copy("COPY collection_incoming FROM STDIN") as copy:
            while block := "".join(itertools.islice(lines, 2_000)):
                copy.write(block)
        return said.hexdigest()
    cursor.executemany("INSERT INTO collection_incoming VALUES (%s, %s, %s, %s, %s, %s, %s, %s)", _plain_rows(rows, twice, said))
    return said.hexdigest()


def _plain_rows(rows: Collection[Received], twice: set[str], said: hashlib._Hash) -> Iterator[tuple[Any, ...]]:
    for r in rows:
        said.update(f"{line_of(r)}\n".encode())
        yield r.record, r.reference, r.amount, r.paid_on.isoformat(), *r[5:], 0 if r.reference in twice else 1


def money_place(money: Money, *, source: str) -> Outcome:
    """Set a payment of a known 納付書 against what is due, in the caller's transaction and under one_writer: principal, fee, late charge,
    the rest is excess. ``source`` is the account that the sum leaves."""
    due = Instalment.objects.select_related("demand").get(money=money)
    left = due.amount - due.paid - due.written
    late = late_owed(due, charge=due.demand.charge, until=money.paid_on) if money.amount > left else 0
    placed = place(money.amount, left=left, late=late, fee=due.fee - due.fee_paid)
    for credit, yen in ((Account.RECEIVABLE, placed.principal), (Account.FEE_DUE, placed.fee), (Account.LATE, placed.late),
                        (Account.EXCESS, placed.excess)):
        if yen:
            Posting.objects.create(sheet=money.sheet, money=money, instalment=due, debit=source, credit=credit, amount=yen, on=money.paid_on)
    due.paid, due.late_paid, due.prompt_on, due.failed_code = due.paid + placed.principal, due.late_paid + placed.late, None, ""
    due.fee_paid += placed.fee
    if due.paid == due.amount and due.settled_on is None:
        due.settled_on = _last_came(due) or money.paid_on
        _fee_released(due)
    due.save(update_fields=["paid", "late_paid", "fee", "fee_paid", "prompt_on", "failed_code", "settled_on"])
    money.outcome = placed.outcome(1 if due.written or not due.amount else left)  # what was taken back cannot be paid twice
    if placed.excess:
        Excess.objects.create(money=money, instalment=due, why=money.outcome, amount=placed.excess, left=placed.excess, found_on=clock.today())
    money.save(update_fields=["outcome"])
    return Outcome(money.outcome)


def _last_came(due: Instalment) -> dt.date | None:
    """The day of the last payment: not of what a 更正 took off, nor of money whose 消込 was taken back."""
    rows = Posting.objects.filter(instalment=due)
    back = rows.filter(debit=Account.RECEIVABLE, credit=Account.SUSPENSE).exclude(money__instalment=due).values("money")
    came = rows.filter(credit=Account.RECEIVABLE).exclude(debit=Account.REVENUE).exclude(money__in=back)
    on: dt.date | None = came.aggregate(on=Max("on"))["on"]
    return on


def _fee_released(due: Instalment) -> None:
    """A 督促状 that went out after all was paid, because the money was reported late, has no fee (要確認: 条例)."""
    reminded = Reminder.objects.filter(instalment=due, kind=Letter.REMINDER).aggregate(on=Min("on"))["on"]
    if due.fee > due.fee_paid and reminded is not None and due.settled_on is not None and due.settled_on < reminded:
        Posting.objects.create(instalment=due, debit=Account.FEE, credit=Account.FEE_DUE, amount=due.fee - due.fee_paid, on=clock.today())
        due.fee = due.fee_paid
