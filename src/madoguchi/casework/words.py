"""Words for the history of a case: who did what, as clerks say it. The record itself keeps the codes."""

from __future__ import annotations

ACTIONS = {
    "application.filed": "受け付けた", "case.opened": "審査の一覧に載せた", "case.taken": "担当になった",
    "case.assigned": "担当を決めた", "case.reopened": "もう一度審査を始めた", "case.decided": "決定した",
    "case.withdrawn": "取下げで終わりにした", "checklist.saved": "審査チェックを保存した",
    "correction.asked": "補正を依頼した", "correction.answered": "補正の答えを送った", "correction.received": "補正の答えを取り込んだ",
    "reexamination.ended": "再審査をやめ、前の決定のままにした", "reexamination.taken_back": "手続きした方が再審査の申出を取り下げた",
    "correction.ended": "補正の答えを待たずに審査に戻した",
    "correction.sheet_kept": "補正で届いた紙を入れた", "correction.sheet_dropped": "補正で届いた紙を外した",
    "mail.given": "お知らせのメールアドレスを入れた", "mail.changed": "お知らせのメールアドレスを変えた",
    "code.asked": "確認番号を新しくするメールを頼んだ", "code.renewed": "メールのリンクで確認番号を新しくした",
    "code.issued": "本人を確かめて、新しい確認番号を渡した",
    "decision.proposed": "起案した", "decision.approved": "承認した", "decision.approved_as_deputy": "代決で承認した",
    "case.released": "担当の職員が課を離れ、担当なしに戻った", "decision.returned": "差し戻した",
    "hold.placed": "廃棄を止めた", "hold.lifted": "廃棄の停止を解いた",
    "paper.put": "交付するPDFを入れた", "paper.dropped": "交付するPDFを外した",
    "document.issued": "書類を発行した", "document.added": "書類を追加した", "documents.received": "追加の書類を取り込んだ",
    "talk.written": "手続きした方に連絡した", "talk.answered": "連絡に答えた", "talk.received": "手続きした方の連絡を取り込んだ",
    "talk.seen": "連絡を読んだ",
    "case.nearing": "期限が近いことを決裁する方に知らせた", "case.overdue": "期限を過ぎたことを決裁する方に知らせた",
    "correction.overdue": "補正の期限を過ぎたことを決裁する方に知らせた",
    "case.bulk": "まとめて審査で行った", "case.printed": "法令が求める紙を印刷した",
    "note.added": "メモを残した", "number.viewed": "個人番号を表示した",
    "parcel.made": "連携ファイルを作った", "parcel.delivered": "連携先に渡した", "parcel.refused": "連携先に断られた",
    "parcel.retried": "連携をもう一度始めた", "parcel.skipped": "連携先に渡さずに終わりにした",
    "outbox.retried": "止まっていた処理をもう一度始めた", "outbox.skipped": "止まっていた処理を飛ばした",
    "survey.opened": "被害調査を始めた", "survey.appointed": "調査の日時を決めた",
    "survey.recorded": "調査の結果を記録した", "survey.corrected": "調査の結果を直した", "survey.cancelled": "調査を取りやめた",
    "second.asked": "再調査(第2次調査)を申し出た", "survey.asked": "再調査の申出を調査の一覧に載せた", "survey.declined": "再調査の申出を断った",
    "survey.way_changed": "補正で調査の方法が変わった(結果のある調査はそのまま)",
    "payment.created": "手数料を請求した", "payment.started": "手数料の支払いを始めた", "payment.submitted": "支払いの知らせが来て、入金を待っている",
    "payment.success": "手数料が支払われた", "payment.failed": "手数料の支払いができなかった", "payment.cancelled": "手数料の支払いを取り消した",
    "payment.expired": "手数料の支払いの期限が過ぎた", "payment.received_again": "支払いのあとか期限のあとに、もう一度入金があった",
    "payment.destroyed": "保存期間の過ぎた支払いの記録を消した",
    "payment.rebilled": "手数料の請求を改めた", "payment.asked_again": "取り消した受取りの分の手数料を、改めて請求した",
    "payment.waiver_rejected": "減免に当たらないとして、手数料を請求した",
    "payment.withdrawn": "取り下げられ、手数料を還付するか決めることになった", "payment.kept": "手数料を還付しないことにした",
    "payment.amount_differs": "請求と違う額の入金があった",
    "refund.asked": "還付を申し出た", "refund.approved": "還付を承認した", "refund.declined": "還付を却下した", "refund.done": "還付した",
    "refund.refused": "還付を決済会社に断られた", "refund.failed": "還付した後で、返せなかったと決済会社から知らせがあった",
    "till.closed": "現金を数えて締めた", "till.taken_over": "締めた金庫を引き継いだ",
    "withdrawal.asked": "取下げを申し出た", "withdrawal.taken": "取下げの申し出を受け付けた", "withdrawal.refused": "取下げを受けられなかった",
}


RESIDENTS = ("resident", "business")
SENT = {"application.filed": "送った"}  # by the applicant; who types paper off receives it
ASKED_BY_CITY = ("payment.created", "payment.rebilled", "payment.asked_again", "payment.waiver_rejected", "payment.expired", "payment.destroyed")


def act_words(action: str, actor: str = "") -> str:
    """In words, or the code where there are none yet. ``actor``: of whom it is said."""
    if actor.partition(":")[0] in RESIDENTS and action in SENT:
        return SENT[action]
    return ACTIONS.get(action, action)


def actor_words(actor: str, action: str = "") -> str:
    """Residents are 手続きした方, for their names stand elsewhere; staff go by their number. ``action``: what was done; what the city does
    of itself when a resident acts (the fee that a filing asks for) is not the resident's doing."""
    kind, _, who = actor.partition(":")
    if kind in RESIDENTS and action in ASKED_BY_CITY:
        return "自動処理"
    if kind == "staff":
        return f"職員 {who}"
    others = {"resident": "手続きした方", "business": "手続きした事業所・法人の方", "gateway": "決済会社", "cli": "管理者(命令)",
              "collection": "収納の取込み"}
    return (others | dict.fromkeys(("worker", "setup"), "自動処理")).get(kind, actor)
