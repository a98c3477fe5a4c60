"""Every address of the staff pages, with what is done there and the rights of which one is needed: drawn on 権限の一覧 beside the table of
rights, so that an auditor finds each act. Which person has them is asked by the rooms (`Staff.may`); tests/meta holds both together."""

from __future__ import annotations

from dataclasses import dataclass

from .rights import ROLES, TABLE, Right

OWN = "own"  # one's own sign-in and settings: whoever has an account


@dataclass(frozen=True, slots=True)
class Act:
    """What is done, the rights of which one is needed (OWN: an account), and the names of its addresses."""

    ja: str
    rights: tuple[str, ...]
    routes: tuple[str, ...]

    @property
    def roles(self) -> str:
        """Who, in words."""
        named = [ja for key, ja in ROLES.items() if any(key in TABLE[right].roles for right in self.rights if right != OWN)]
        return "、".join((["職員(自分のものだけ)"] if OWN in self.rights else []) + named)


R = Right
READ, STAMP = (R.WORK_CASES, R.READ_ALL_CASES), (R.STAMP_CLERK, R.STAMP_CHIEF, R.STAMP_MANAGER)
ABOVE = (R.STAMP_CHIEF, R.STAMP_MANAGER)
ACTS = (
    Act("ログイン・ログアウト、自分の設定(二つ目の確認・パスワード・メール・ほかのログインの終了)", (OWN,), (
        "staff_sign_in", "staff_second", "office_sign_in", "office_callback", "staff_sign_out", "account", "account_totp", "account_passkey",
        "account_recovery", "account_password", "account_mail", "factor_remove", "session_end")),
    Act("不在と代決する人を登録する・終える(決裁をする人の分)", (OWN, R.MANAGE_STAFF), ("absence", "absence_end")),
    Act("権限の一覧を見る・取り出す", (R.SEE_RIGHTS,), ("rights", "rights_csv")),
    Act("職員のロックを解く、二つ目の確認・ログインを消す、役割を付ける・外す", (R.MANAGE_STAFF,), (
        "staff_people", "staff_person", "staff_unlock", "staff_reset", "staff_sessions", "staff_role", "staff_unrole")),
    Act("代行する事業所を登録する・取り込む・終える", (R.MANAGE_ORGANISATIONS,), (
        "organisations", "organisation_new", "organisations_file", "organisation", "organisation_end")),
    Act("窓口でのお手伝いを始める・終える", (R.SUPPORT_COUNTER,), ("helps", "help", "help_end")),
    Act("書かない窓口: 聞き取り、本人確認、署名、書類、送信", (R.INTERVIEW_COUNTER,), (
        "interviews", "interview", "interview_person", "interview_common", "interview_show", "interview_act", "interview_documents",
        "interview_paper", "interview_step", "interview_take")),
    Act("法定代理の申し出と証明書を見る、確かめる・断る・見直す・終える", (R.CONFIRM_AGENTS,), (
        "claims", "claim", "claim_accept", "claim_refuse", "claim_recheck", "claim_end", "claim_file")),
    Act("法律で終わった委任を見る・終わらせる", (R.CONFIRM_AGENTS,), ("mandate_find", "mandate_desk", "mandate_close")),
    Act("業務の最初の画面、支払いの一覧(見られるものだけが並ぶ)", (OWN, *READ), ("workbench", "payments")),
    Act("申請の中身、添付・書類・署名を見る", READ, (
        "case", "case_file", "case_paper", "case_document", "case_draft", "case_signature", "case_signed_paper")),
    Act("申請を担当する・割り当てる、確認事項・メモを書く", (R.WORK_CASES,), ("case_take", "case_assign", "case_checklist", "case_note")),
    Act("補正を求める、答えを入力する、答えを待たずに進める、やりとりをする", (R.WORK_CASES,), (
        "case_correct", "case_answer", "case_unanswered", "case_talk", "case_talk_seen")),
    Act("確認番号を渡し直す(紙を印刷する)", (R.WORK_CASES,), ("case_code", "case_code_sheet")),
    Act("決定を起案する、交付するPDFを入れる・外す、もう一度審査する・やめる、取下げを受け付ける", (R.WORK_CASES,), (
        "case_decide", "case_paper_put", "case_paper_drop", "case_reopen", "case_stand", "case_withdraw")),
    Act("決裁する(承認)・差し戻す。不在のときは代決の人", STAMP, ("case_approve", "case_return")),
    Act("まとめて審査する(担当・受付・起案・承認)", (OWN, *STAMP, R.WORK_CASES), ("bulk", "bulk_run", "bulk_confirm", "bulk_csv")),
    Act("廃棄の停止(審査請求・訴訟など)を付ける・解く", (R.WORK_CASES,), ("case_hold", "case_lift")),
    Act("個人番号を見る(申請の中、紙の画像)", (R.SEE_NUMBER,), ("case_number", "case_file_number", "scan_number", "scan_clear")),
    Act("手数料の支払い・現金の記録・日締表を見る", READ, ("payment", "payment_paper", "till", "day_sheet")),
    Act("現金・端末で受け取る、申請のない手数料を受け取る、納付書を出す", (R.WORK_CASES,), (
        "sale", "sale_take", "payment_take", "payment_terminal", "fee_slip")),
    Act("現金を日締めする、引き継ぐ", (R.WORK_CASES,), ("till_close", "till_take_over")),
    Act("手数料の還付・打ち間違いの取消し・減免・請求し直しを申し出る、請求をやめる(やめるのは係長・課長)", (R.WORK_CASES,), (
        "payment_refund", "payment_rebill")),
    Act("取り下げられた件の手数料を、理由を選んで還付しないことにする", (R.WORK_CASES,), ("payment_keep",)),
    Act("手数料の還付・取消し・減免を承認する・断る、渡す", (*ABOVE, R.WORK_CASES), ("payment_refund_act",)),
    Act("カード会社・端末からの見慣れない知らせを、何だったかを書いて片づける", (R.WORK_CASES,), ("notice_seen",)),
    Act("収納日計表を見る・取り出す(会計課も)", READ, ("daily", "daily_sheet")),
    Act("収納(税・料金): 調定・宛名・通知・消込・過誤納・口座・振替・突合を見る", READ, (
        "collection", "collection_parity", "collection_sheets", "collection_sheet", "demands", "demand", "write_offs", "write_offs_sheet",
        "notice_runs", "notice_run", "notice_job", "changes", "change", "unmatched", "unmatched_money", "excess", "excess_one", "debits",
        "debits_fees", "debit_request", "debit_accounts", "transfers", "transfer", "names", "name")),
    Act("収納: ファイルを取り込む・作る、通知を印刷する、消し込む、口座を登録する・外す、延滞金を計算する", (R.WORK_CASES,), (
        "demand_slips", "demand_late", "notice_file", "unmatched_match", "debits_file", "debit_place", "debit_drop", "excess_letter",
        "back_letter")),
    Act("収納: 税・料金を窓口で受け取る期を選ぶ、その支払いを取りやめる(受け取るのは「現金・端末で受け取る」)", (R.WORK_CASES,), ("demand_counter",)),
    Act("収納: 充当・還付・不納欠損・減免・消込の取消しを申し出る", (R.WORK_CASES,), (
        "excess_offset", "excess_refund", "write_off_propose", "unmatch_ask")),
    Act("収納: 充当・還付・不納欠損・減免・消込の取消しを承認する・断る(自分の申し出を除く)、組戻しを記録する", ABOVE, (
        "excess_answer", "write_off_answer", "unmatch_answer")),
    Act("収納: 間違えて作った口座振替の請求・総合振込の取下げを申し出る、承認する・断る(承認は、申し出た人のほかの係長・課長)",
        (R.WORK_CASES, *ABOVE), ("debit_takeback", "transfer_back")),
    Act("手続棚卸を見る・取り出す", (R.SEE_INVENTORY,), ("inventory", "inventory_progress", "inventory_csv", "inventory_entry", "inventory_doubles")),
    Act("手続棚卸の取込みを見る(取り込むのは、下の操作ができる役割だけ)", (R.SEE_INVENTORY,), ("inventory_uploads", "inventory_upload")),
    Act("手続棚卸を取り込む・結び付ける・決める", (R.MANAGE_INVENTORY,), ("inventory_link", "inventory_heading")),
    Act("手続きの定義を見る(直している途中、前の版、ちがい、試し)", (R.SEE_DEFINITIONS,), (
        "builder", "builder_copy", "builder_differences", "builder_history", "builder_preview", "builder_file", "builder_bundle", "builder_try",
        "builder_offers", "builder_offer")),
    Act("手続きの定義を作る・直す・取り込む、公開を願い出る", (R.EDIT_DEFINITIONS,), (
        "builder_new", "builder_open", "builder_part", "builder_add", "builder_act", "builder_text")),
    Act("手続きの定義を公開する・断る・前の版に戻す(自分の願い出を除く)", (R.PUBLISH_DEFINITIONS,), ("builder_decide",)),
    Act("住民がさがした言葉を見る・取り出す", (R.SEE_SEARCHES,), ("searches", "searches_csv")),
    Act("予約を見る・取る・変える・取り消す・来庁を記録する、カレンダーに出す", (R.WORK_CASES,), (
        "staff_bookings", "staff_booking_new", "staff_booking_make", "staff_booking", "staff_booking_mark", "staff_booking_code",
        "staff_booking_tie", "staff_booking_change", "staff_booking_cancel", "staff_booking_feed", "staff_booking_told",
        "staff_waiting_told")),
    Act("窓口の休みを入れる・変える・終える", (R.WORK_CASES,), ("booking_closures", "booking_closure", "booking_closure_end")),
    Act("番号札を出す・呼ぶ・止める、発券機を登録する・外す", (R.WORK_CASES,), (
        "staff_queue", "staff_queue_take", "staff_queue_ticket", "staff_desk", "staff_desk_press", "staff_kiosks", "staff_kiosk_end")),
    Act("紙の申請: 読み込む・見分ける・捨てる・入力する・受け付ける", (R.WORK_CASES,), (
        "scans", "scan_blanks", "scan_upload", "scan_page", "scan_drop", "scan_picture", "scan_packet", "scan_note", "scan_crop", "scan_step",
        "scan_check")),
    Act("カードの交付: 預かる・通知書・渡す・返す・期限の知らせ・出張窓口・交付率", (R.CARDS,), (
        "cards", "cards_import", "card_letters", "card_sheets", "card_expiries", "card_expiry_letters", "card_expiries_csv", "card_expiry_drop",
        "card_consent", "card_rates", "card_rates_csv", "card_outings", "card_outing", "card_outing_change", "card_outing_cancel", "card_one",
        "card_hand", "card_return")),
    Act("連携の状態を見る", (R.SEE_DELIVERIES, R.WORK_CASES), ("parcels",)),
    Act("連携と止まった処理をやり直す", (R.RETRY_DELIVERIES, R.WORK_CASES), ("parcel_retry", "stuck_retry")),
    Act("被害調査を見る・日を決める・記録する・取りやめる・再調査", READ, (
        "surveys", "survey_sheet", "survey_of_case", "survey_second", "survey", "survey_appoint", "survey_record", "survey_cancel",
        "survey_decline")),
    Act("災害を見る・加える、受付期限を動かす(監査は見るだけ)", (R.MANAGE_DISASTERS, R.READ_ALL_CASES), ("disasters", "disaster")),
    Act("統計を見る・取り出す(書きかけの終わったページも)", (R.SEE_FIGURES, R.SEE_ALL_FIGURES), ("figures", "figures_csv", "figures_left_csv")),
    Act("運用の画面を見る", (R.SEE_OPERATIONS,), ("operations",)),
    Act("運用: 止まった処理をやり直す・飛ばす", (R.RETRY_DELIVERIES,), ("operations_retry", "operations_skip")),
)
