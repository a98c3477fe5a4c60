"""What else must be equal in the books, each as one statement: postings with their payments, 期 with the day on which they were settled,
letters with what they were made of, changes with demands. Every difference by its name (ledger.faults)."""

from __future__ import annotations

PAIRS = """
SELECT id, amount, 0 FROM collection_posting WHERE NOT (
  (debit LIKE 'bank:%' AND debit <> 'bank:transfer' AND money_id IS NOT NULL
    AND credit IN ('receivable', 'fee-due', 'late', 'excess', 'suspense', 'office-fee'))
  OR (debit = 'suspense' AND credit IN ('bank:cashier', 'bank:terminal') AND money_id IS NOT NULL)
  OR debit || ' ' || credit IN (
    'receivable revenue', 'revenue receivable', 'fee-due fee', 'fee fee-due', 'written receivable', 'interest receivable', 'interest excess',
    'suspense receivable', 'suspense fee-due', 'suspense late', 'suspense excess', 'suspense office-fee', 'receivable excess', 'late excess',
    'receivable suspense', 'fee-due suspense', 'late suspense', 'excess suspense',
    'fee-due excess', 'office-fee excess', 'excess receivable', 'excess bank:transfer', 'interest bank:transfer', 'bank:transfer excess',
    'bank:transfer interest'))"""
AS_CAME = """
SELECT p.id, p.amount, m.amount FROM collection_posting p JOIN collection_money m ON m.id = p.money_id
WHERE ((p.debit LIKE 'bank:%' AND p.debit <> 'bank:transfer' AND p.debit <> 'bank:' || m.channel)
  OR (p.credit IN ('bank:cashier', 'bank:terminal') AND p.credit <> 'bank:' || m.channel)
  OR ((p.debit = 'suspense' OR p.credit = 'suspense' OR (p.debit LIKE 'bank:%' AND p.debit <> 'bank:transfer'))
    AND (p."on" <> m.paid_on OR COALESCE(p.sheet_id, 0) <> m.sheet_id)))"""
SUSPENDED = """
SELECT m.id, CASE WHEN m.outcome = 'unknown' THEN m.amount ELSE 0 END, s.total FROM collection_money m JOIN (
  SELECT money_id, SUM(CASE WHEN credit = 'suspense' THEN amount ELSE -amount END) AS total FROM collection_posting
  WHERE 'suspense' IN (debit, credit) GROUP BY money_id
) s ON s.money_id = m.id WHERE s.total <> CASE WHEN m.outcome = 'unknown' THEN m.amount ELSE 0 END"""
VOIDED = """
SELECT m.id, CASE WHEN m.outcome = 'voided' THEN m.amount ELSE 0 END, s.total FROM collection_money m LEFT JOIN (
  SELECT money_id, SUM(amount) AS total FROM collection_posting WHERE credit IN ('bank:cashier', 'bank:terminal') GROUP BY money_id
) s ON s.money_id = m.id WHERE m.channel IN ('cashier', 'terminal')
AND (CASE WHEN m.outcome = 'voided' THEN m.amount ELSE 0 END) <> COALESCE(s.total, 0)"""
EXCESSES = """
SELECT money_id, SUM(ought), SUM(stands) FROM (
  SELECT money_id, "left" AS ought, 0 AS stands FROM collection_excess
  UNION ALL SELECT money_id, 0, CASE WHEN credit = 'excess' THEN amount ELSE -amount END FROM collection_posting WHERE 'excess' IN (debit, credit)
) x GROUP BY money_id HAVING SUM(ought) <> SUM(stands)"""
SETTLED = """
SELECT number, amount, paid + written FROM collection_instalment i WHERE (settled_on IS NULL AND paid + written = amount)
OR (settled_on IS NOT NULL AND amount > 0 AND NOT EXISTS (
  SELECT 1 FROM collection_posting p WHERE p.instalment_id = i.id AND p.credit = 'receivable' AND p."on" = i.settled_on))"""
PRINTED = """
SELECT r.id, r.amount, COALESCE(SUM(f.amount), 0) FROM collection_run r LEFT JOIN collection_runfile f ON f.run_id = r.id
GROUP BY r.id, r.amount, r.letters HAVING COUNT(f.id) = COUNT(f.done_at)
AND (r.amount <> COALESCE(SUM(f.amount), 0) OR r.letters <> COALESCE(SUM(f.notices), 0))"""
REMINDED = """
SELECT r.id, r.amount, COALESCE(SUM(m.amount), 0) FROM collection_run r
LEFT JOIN collection_reminder m ON m.run_id = r.id AND m.kind = r.kind AND m."on" = r.issued_on WHERE r.kind IN ('reminder', 'call')
GROUP BY r.id, r.amount, r.letters HAVING r.amount <> COALESCE(SUM(m.amount), 0) OR r.letters <> COUNT(m.id)"""
NOTIFIED = """
SELECT r.id, r.letters, COUNT(d.id) FROM collection_run r LEFT JOIN collection_demand d ON d.run_id = r.id WHERE r.kind = 'notice'
GROUP BY r.id, r.letters HAVING r.letters <> COUNT(d.id)"""
TOLD = """
SELECT r.id, r.amount, SUM(COALESCE(c.asked, c."left", 0)) FROM collection_run r LEFT JOIN collection_change c ON c.run_id = r.id
WHERE r.kind = 'change' GROUP BY r.id, r.amount, r.letters HAVING r.amount <> SUM(COALESCE(c.asked, c."left", 0)) OR r.letters <> COUNT(c.id)"""
ASKED = """
SELECT r.id, r.amount, COALESCE(SUM(e.told), 0) FROM collection_run r LEFT JOIN collection_excess e ON e.run_id = r.id WHERE r.kind = 'ask'
GROUP BY r.id, r.amount, r.letters HAVING r.amount <> COALESCE(SUM(e.told), 0) OR r.letters <> COUNT(e.id)"""
BACKS = """
SELECT r.id, r.amount, COALESCE(SUM(g.amount + g.interest), 0) FROM collection_run r LEFT JOIN collection_giveback g ON g.run_id = r.id
WHERE r.kind = 'back' GROUP BY r.id, r.amount, r.letters
HAVING r.amount <> COALESCE(SUM(g.amount + g.interest), 0) OR r.letters <> COUNT(g.id)"""
CHANGED = """
SELECT d.charge || ' ' || d.year || ' ' || d.notice, c.amount, COALESCE(n.was, d.amount) FROM collection_change c
JOIN collection_demand d ON d.id = c.demand_id LEFT JOIN collection_change n ON n.demand_id = c.demand_id AND n.no = c.no + 1
WHERE c.amount <> COALESCE(n.was, d.amount)"""
CHANGES = """
SELECT s.name, s.amount, SUM(c.amount - c.was) FROM collection_sheet s JOIN collection_change c ON c.sheet_id = s.id
GROUP BY s.id, s.name, s.amount HAVING s.amount <> SUM(c.amount - c.was)"""
REQUESTED = """
SELECT q.id, q.debits, q.again + (SELECT COUNT(*) FROM collection_instalment i WHERE i.debit_id = q.id)
  + (SELECT COUNT(*) FROM collection_feeslip f WHERE f.request_id = q.id) FROM collection_debitrequest q
WHERE q.state = 'made' AND q.answered_by = ''
AND q.debits <> q.again + (SELECT COUNT(*) FROM collection_instalment i WHERE i.debit_id = q.id)
  + (SELECT COUNT(*) FROM collection_feeslip f WHERE f.request_id = q.id)"""
WORDS = (
    (PAIRS, "仕訳 {who}: {ought:,}円の借方と貸方の組が、どの記帳のものでもありません"),
    (AS_CAME, "仕訳 {who}: {ought:,}円の払い方・日・ファイルのどれかが、その入金({stands:,}円)と違います"),
    (SUSPENDED, "入金 {who}: 未整理の額は{ought:,}円、帳簿では{stands:,}円です"),
    (VOIDED, "入金 {who}: 取り消した額は{ought:,}円、帳簿で窓口から出た額は{stands:,}円です"),
    (EXCESSES, "入金 {who}: 返していない過誤納金は{ought:,}円、帳簿では{stands:,}円です"),
    (SETTLED, "納付番号 {who}: 期別税額{ought:,}円、収納と不納欠損{stands:,}円に、納め終わった日が合いません"),
    (PRINTED, "通知書・督促状 {who}回目: 始めたときの合計は{ought:,}円、作ったファイルの合計は{stands:,}円(または通数が違う)です"),
    (REMINDED, "督促状・催告書 {who}回目: 始めたときの合計は{ought:,}円、督促の記録の合計は{stands:,}円(または通数・日が違う)です"),
    (NOTIFIED, "通知書 {who}回目: 始めたときは{ought:,}通、その回の調定は{stands:,}件です"),
    (TOLD, "税額変更通知書 {who}回目: 始めたときの合計は{ought:,}円、更正の合計は{stands:,}円(または通数が違う)です"),
    (ASKED, "過誤納金のお知らせ {who}回目: 始めたときの合計は{ought:,}円、お知らせした額の合計は{stands:,}円(または通数が違う)です"),
    (BACKS, "還付・充当通知書 {who}回目: 始めたときの合計は{ought:,}円、還付・充当の合計は{stands:,}円(または通数が違う)です"),
    (REQUESTED, "口座振替の請求 {who}回目: 頼んだのは{ought:,}件、そこに入っている期別・手数料は{stands:,}件です"),
    (CHANGED, "通知書 {who}: 更正のあとの年税額は{ought:,}円、今(または次の更正の前)は{stands:,}円です"),
    (CHANGES, "更正のファイル {who}: 取り込んだときの差額は{ought:,}円、更正の差額の合計は{stands:,}円です"),
)
