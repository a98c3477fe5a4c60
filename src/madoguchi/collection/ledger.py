"""帳簿: sums of the accounts, and every difference between files, payments, demands and postings, each by its name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.db import connection
from django.db.models import F, Sum

from madoguchi.kernel import clock
from madoguchi.kernel.models import AuditEntry
from madoguchi.payments.public import DEBIT, SLIP, State, orders_known, payments_of_cases

from . import compared
from .models import Excess, FeeSlip, Instalment, Money, OnlineOrder, Posting, Sheet
from .rules import Account, Outcome

CHAIN = "collection"
CHUNK = 500
MOST = 100  # of one kind of difference


def one_writer() -> None:
    """In the caller's transaction: whoever moves money waits for the one before; readers go on. SQLite writes are serial already."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f'LOCK TABLE "{Instalment._meta.db_table}" IN SHARE ROW EXCLUSIVE MODE')


def balances() -> dict[str, int]:
    """Yen on every account, debits positive. Together they are zero."""
    out: dict[str, int] = {}
    for side, sign in (("debit", 1), ("credit", -1)):
        for account, total in Posting.objects.values_list(side).annotate(total=Sum("amount")).order_by(side):
            out[account] = out.get(account, 0) + sign * int(total)
    return out


def _differences(sql: str) -> Iterator[tuple[object, int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} LIMIT {MOST}")
        for who, ought, stands in cursor.fetchall():
            yield who, int(ought or 0), int(stands or 0)


DEMANDED = """
SELECT d.charge || ' ' || d.year || ' ' || d.notice, d.amount, SUM(i.amount) FROM collection_demand d
LEFT JOIN collection_instalment i ON i.demand_id = d.id GROUP BY d.id, d.charge, d.year, d.notice, d.amount
HAVING d.amount <> COALESCE(SUM(i.amount), 0)"""
OWED = """
SELECT i.number, i.amount, s.total FROM collection_instalment i LEFT JOIN (
  SELECT instalment_id, SUM(CASE WHEN credit = 'revenue' THEN amount ELSE -amount END) AS total FROM collection_posting
  WHERE credit = 'revenue' OR debit = 'revenue' GROUP BY instalment_id
) s ON s.instalment_id = i.id WHERE i.amount <> COALESCE(s.total, 0)"""
PAID = """
SELECT i.number, i.paid, s.total FROM collection_instalment i LEFT JOIN (
  SELECT instalment_id, SUM(CASE WHEN credit = 'receivable' THEN amount ELSE -amount END) AS total FROM collection_posting
  WHERE (credit = 'receivable' AND debit NOT IN ('revenue', 'written')) OR (debit = 'receivable' AND credit <> 'revenue') GROUP BY instalment_id
) s ON s.instalment_id = i.id WHERE i.paid <> COALESCE(s.total, 0)"""
LATE = """
SELECT i.number, i.late_paid, s.total FROM collection_instalment i LEFT JOIN (
  SELECT instalment_id, SUM(CASE WHEN credit = 'late' THEN amount ELSE -amount END) AS total FROM collection_posting
  WHERE credit = 'late' OR debit = 'late' GROUP BY instalment_id
) s ON s.instalment_id = i.id WHERE i.late_paid <> COALESCE(s.total, 0)"""
FEES = """
SELECT i.number, i.fee, s.total FROM collection_instalment i LEFT JOIN (
  SELECT instalment_id, SUM(CASE WHEN credit = 'fee' THEN amount ELSE -amount END) AS total FROM collection_posting
  WHERE credit = 'fee' OR debit = 'fee' GROUP BY instalment_id
) s ON s.instalment_id = i.id WHERE i.fee <> COALESCE(s.total, 0)"""
FEES_PAID = """
SELECT i.number, i.fee_paid, s.total FROM collection_instalment i LEFT JOIN (
  SELECT instalment_id, SUM(CASE WHEN credit = 'fee-due' THEN amount ELSE -amount END) AS total FROM collection_posting
  WHERE (credit = 'fee-due' AND debit <> 'fee') OR (debit = 'fee-due' AND credit <> 'fee') GROUP BY instalment_id
) s ON s.instalment_id = i.id WHERE i.fee_paid <> COALESCE(s.total, 0)"""
WRITTEN = """
SELECT i.number, i.written, s.total FROM collection_instalment i LEFT JOIN (
  SELECT instalment_id, SUM(amount) AS total FROM collection_posting WHERE debit = 'written' GROUP BY instalment_id
) s ON s.instalment_id = i.id WHERE i.written <> COALESCE(s.total, 0)"""
APPROVED = """
SELECT i.number, i.written, SUM(w.amount) FROM collection_instalment i LEFT JOIN collection_writeoff w
ON w.instalment_id = i.id AND w.state = 'done' GROUP BY i.id, i.number, i.written HAVING i.written <> COALESCE(SUM(w.amount), 0)"""
CAME = """
SELECT m.id, m.amount, s.total FROM collection_money m LEFT JOIN (
  SELECT money_id, SUM(amount) AS total FROM collection_posting WHERE debit LIKE 'bank:%' AND debit <> 'bank:transfer' GROUP BY money_id
) s ON s.money_id = m.id WHERE (CASE WHEN m.stage = 'final' THEN m.amount ELSE 0 END) <> COALESCE(s.total, 0)"""
FILED = """
SELECT s.name, s.amount, SUM(m.amount) FROM collection_sheet s LEFT JOIN collection_money m ON m.sheet_id = s.id
WHERE s.kind = 'results' GROUP BY s.id, s.name, s.amount, s.rows
HAVING s.amount <> COALESCE(SUM(m.amount), 0) OR s.rows <> COUNT(m.id)"""
LOST = """
SELECT p.id, p.amount, 0 FROM collection_posting p LEFT JOIN collection_instalment i ON i.id = p.instalment_id
LEFT JOIN collection_money m ON m.id = p.money_id LEFT JOIN collection_sheet s ON s.id = p.sheet_id
WHERE (p.instalment_id IS NOT NULL AND i.id IS NULL) OR (p.money_id IS NOT NULL AND m.id IS NULL)
  OR (p.sheet_id IS NOT NULL AND s.id IS NULL)"""
SENT = """
SELECT t.id, t.amount, SUM(g.amount + g.interest) FROM collection_transfer t LEFT JOIN collection_giveback g ON g.transfer_id = t.id
WHERE t.state <> 'back' GROUP BY t.id, t.amount, t.refunds
HAVING t.amount <> COALESCE(SUM(g.amount + g.interest), 0) OR t.refunds <> COUNT(g.id)
UNION ALL SELECT t.id, 0, SUM(g.amount + g.interest) FROM collection_transfer t JOIN collection_giveback g ON g.transfer_id = t.id
WHERE t.state = 'back' AND g.state = 'done' GROUP BY t.id"""
GONE = """
SELECT e.id, e.amount - e.left, SUM(g.amount) FROM collection_excess e LEFT JOIN collection_giveback g ON g.excess_id = e.id AND g.state = 'done'
GROUP BY e.id, e.amount, e.left HAVING e.amount - e.left <> COALESCE(SUM(g.amount), 0)"""
BACK = """
SELECT money_id, SUM(ought), SUM(stands) FROM (
  SELECT e.money_id, {ought} AS ought, 0 AS stands FROM collection_giveback g JOIN collection_excess e ON e.id = g.excess_id
  WHERE g.state = 'done' AND {of}
  UNION ALL SELECT money_id, 0, CASE WHEN {side} = '{account}' THEN amount ELSE -amount END FROM collection_posting
  WHERE '{account}' IN (debit, credit)
) x GROUP BY money_id HAVING SUM(ought) <> SUM(stands)"""
PAID_OUT = BACK.format(ought="g.amount + g.interest", of="g.kind = 'refund'", side="credit", account="bank:transfer")
INTEREST = BACK.format(ought="g.interest", of="g.interest > 0", side="debit", account="interest")
OFFICE_FEES = """
SELECT f.number, CASE WHEN f.money_id IS NULL THEN 0 ELSE f.amount - f.returned END, s.total FROM collection_feeslip f LEFT JOIN (
  SELECT money_id, SUM(CASE WHEN credit = 'office-fee' THEN amount ELSE -amount END) AS total FROM collection_posting
  WHERE credit = 'office-fee' OR debit = 'office-fee' GROUP BY money_id
) s ON s.money_id = f.money_id WHERE (CASE WHEN f.money_id IS NULL THEN 0 ELSE f.amount - f.returned END) <> COALESCE(s.total, 0)"""
WORDS = (
    (DEMANDED, "通知書 {who}: 年税額は{ought:,}円、期別税額の合計は{stands:,}円です"),
    (OWED, "納付番号 {who}: 期別税額は{ought:,}円、帳簿の調定額は{stands:,}円です"),
    (PAID, "納付番号 {who}: 収納済みは{ought:,}円、帳簿では{stands:,}円です"),
    (LATE, "納付番号 {who}: 延滞金の収納済みは{ought:,}円、帳簿では{stands:,}円です"),
    (FEES, "納付番号 {who}: 督促手数料は{ought:,}円、帳簿では{stands:,}円です"),
    (FEES_PAID, "納付番号 {who}: 督促手数料の収納済みは{ought:,}円、帳簿では{stands:,}円です"),
    (WRITTEN, "納付番号 {who}: 不納欠損は{ought:,}円、帳簿では{stands:,}円です"),
    (APPROVED, "納付番号 {who}: 不納欠損は{ought:,}円、承認された不納欠損は{stands:,}円です"),
    (CAME, "入金 {who}: 金額は{ought:,}円、帳簿への記帳は{stands:,}円です"),
    (OFFICE_FEES, "手数料の納付番号 {who}: 収納済みは{ought:,}円、帳簿では{stands:,}円です"),
    (SENT, "総合振込 {who}: ファイルの合計は{ought:,}円、その還付の合計は{stands:,}円(または件数が違う)です"),
    (GONE, "過誤納金 {who}: 返した額は{ought:,}円、済んだ還付・充当は{stands:,}円です"),
    (PAID_OUT, "入金 {who}: 振り込んだ還付は{ought:,}円、帳簿では{stands:,}円です"),
    (INTEREST, "入金 {who}: 付けた還付加算金は{ought:,}円、帳簿では{stands:,}円です"),
    (FILED, "ファイル {who}: 取り込んだときの合計は{ought:,}円、入金の合計は{stands:,}円(または件数が違う)です"),
    (LOST, "仕訳 {who}: {ought:,}円の元になった期別・入金・ファイルがありません"),
)


def faults() -> list[str]:
    """Every difference, in words; empty when all is equal to the yen."""
    from . import demanded
    from .moved import altered, moved  # they know this module

    out = [words.format(who=who, ought=ought, stands=stands) for sql, words in WORDS + compared.WORDS for who, ought, stands in _differences(sql)]
    sums = balances()
    if total := sum(sums.values()):
        out.append(f"帳簿: 全部の勘定の合計が{total:,}円です(0円のはずです)")
    suspense = int(Money.objects.filter(outcome=Outcome.UNKNOWN, stage="final").aggregate(t=Sum("amount"))["t"] or 0)
    if suspense != -sums.get(Account.SUSPENSE, 0):
        out.append(f"帳簿: 納付書の見つからない入金は{suspense:,}円、未整理の勘定は{-sums.get(Account.SUSPENSE, 0):,}円です")
    excess = int(Excess.objects.aggregate(t=Sum("left"))["t"] or 0)
    if excess != -sums.get(Account.EXCESS, 0):
        out.append(f"帳簿: 返していない過誤納金は{excess:,}円、過誤納金の勘定は{-sums.get(Account.EXCESS, 0):,}円です")
    fees = int(FeeSlip.objects.exclude(money=None).aggregate(t=Sum(F("amount") - F("returned")))["t"] or 0)
    if fees != -sums.get(Account.OFFICE_FEE, 0):
        out.append(f"帳簿: 納付書で払われた手数料は{fees:,}円、手数料の勘定は{-sums.get(Account.OFFICE_FEE, 0):,}円です")
    return out + list(moved()) + list(altered()) + list(demanded.altered()) + list(_paid_for()) + list(_online()) + list(_recorded())


def _paid_for() -> Iterator[str]:
    """Fees that are paid here and not in the record of payments, or the other way round. A payment whose case was destroyed is gone."""
    known = orders_known(SLIP) | orders_known(DEBIT)
    for number, money in FeeSlip.objects.order_by("id").values_list("number", "money"):
        if number in known and known[number] != (money is not None):
            here, there = ("納付済み" if yes else "未納" for yes in (money, known[number]))
            yield f"手数料の納付番号 {number}: 収納では{here}、手数料の支払いの記録では{there}です"


def _online() -> Iterator[str]:
    """Taxes paid online of which the books know nothing an hour later, or another sum. A payment that was destroyed is gone."""
    for order in OnlineOrder.objects.filter(state="posted").exclude(sheet__amount=F("amount")).select_related("sheet")[:MOST]:
        yield f"オンラインの納付 {order.id}: 支払いは{order.amount:,}円、帳簿では{order.sheet.amount if order.sheet else 0:,}円です"
    waiting = list(OnlineOrder.objects.exclude(state="posted").values_list("id", flat=True))
    late = clock.now() - dt.timedelta(hours=1)
    for at in range(0, len(waiting), CHUNK):
        for payment in payments_of_cases([str(one) for one in waiting[at:at + CHUNK]]).values():
            if payment.state == State.SUCCESS and payment.paid_at is not None and payment.paid_at < late:
                yield (f"オンラインの納付 {payment.receipt}: {payment.amount:,}円が支払われたのに、帳簿にありません。"
                       "「連携」の止まっている処理を確かめてください")


def _recorded() -> Iterator[str]:
    """Files that the record of acts does not know as they are."""
    acts = AuditEntry.objects.filter(chain=CHAIN, action__in=(
        "demands.imported", "changes.imported", "names.imported", "results.imported", "debits.imported"))
    told = {e.facts["sheet"]: e.facts for e in acts}
    for sheet in Sheet.objects.exclude(kind="changes", changes=None).order_by("id").distinct():  # what waits for its yes is none
        if sheet.kind == "names" and "taken" not in sheet.counts:
            continue
        facts = told.pop(sheet.id, None)
        if facts is None or (facts["sha256"], facts["yen"]) != (sheet.sha256, sheet.amount):
            yield f"ファイル {sheet.name}: 取り込みの記録(監査の鎖)と違います"
    for number in told:
        yield f"ファイル {number}: 取り込みの記録(監査の鎖)はあるのに、帳簿にありません"
