"""The ways that the crash runs walk. A new side effect brings its failpoint, and the act that reaches it goes in here."""

from __future__ import annotations

from typing import Any

CLAIM, QUICK, DISASTER, PAID = "jidou-teate-mishiharai", "jidou-teate-kifu", "risai-shoumei", "juuminhyou-utsushi"
SEALED, DEBIT = "kazei-shoumei", "kouza-furikae"

Journey = list[tuple[str, dict[str, Any]]]
STAMPS: Journey = [("approve", {"who": "kimura", "role": "chief"}), ("approve", {"who": "suzuki", "role": "manager"})]
JOURNEYS: dict[str, Journey] = {
    # every act of a claim, from the first page to the letter
    "claim": [("start", {"slug": CLAIM}), ("fill", {}), ("submit", {}), ("work", {}), ("document", {}), ("work", {}), ("take", {}),
              ("ask", {}), ("work", {}),
              ("correct", {}), ("work", {}), ("propose", {}), *STAMPS, ("work", {})],
    # nobody answers what was asked
    "unanswered": [("start", {"slug": CLAIM}), ("fill", {}), ("submit", {}), ("work", {}), ("ask", {}), ("work", {}), ("recall", {}), ("work", {})],
    # filed without the card; the access code is locked, made anew by mail, proves another address, and is made once more at the counter
    "code": [("start", {"slug": QUICK}), ("fill", {}), ("submit", {}), ("work", {}), ("guest", {}), ("code_ask", {}), ("work", {}),
             ("code_renew", {}), ("address_put", {}), ("code_issue", {}), ("work", {})],
    "withdrawal": [("start", {"slug": QUICK}), ("fill", {}), ("submit", {}), ("work", {}), ("withdraw", {}), ("work", {})],
    # a new sealing key and a new search key, with an application under way
    "rotation": [("start", {"slug": QUICK}), ("fill", {}), ("submit", {}), ("rotate", {}), ("work", {})],
    # the end of the term of keeping
    "expiry": [("start", {"slug": QUICK}), ("fill", {}), ("submit", {}), ("work", {}), ("withdraw", {}), ("work", {}), ("expire", {}),
               ("work", {})],
    # a backup of everything, as a folder and as a tar, and back into an empty city hall
    "backup": [("start", {"slug": CLAIM}), ("fill", {}), ("submit", {}), ("work", {}), ("backup", {}), ("restore", {})],
    # the same act for many cases, chosen in the list; first the section and the applicant write to each other
    "bulk": [("start", {"slug": QUICK}), ("fill", {}), ("submit", {}), ("work", {}), ("write", {}), ("work", {}), ("answer", {}), ("work", {}),
             ("bulk_choose", {}), ("bulk_confirm", {}), ("work", {})],
    # somebody else proves that they represent her by law
    "proof": [("start", {"slug": QUICK}), ("fill", {}), ("submit", {}), ("work", {}), ("prove", {})],
    # and she takes a mandate back
    "mandate": [("start", {"slug": QUICK}), ("fill", {}), ("submit", {}), ("work", {}), ("revoke", {}), ("work", {})],
    # nobody decides in time
    "late": [("start", {"slug": QUICK}), ("fill", {}), ("submit", {}), ("work", {}), ("late", {}), ("work", {})],
    # whoever has the case leaves the section
    "leaving": [("start", {"slug": QUICK}), ("fill", {}), ("submit", {}), ("work", {}), ("leave", {}), ("work", {})],
    # a certificate that is paid for first: by card and asked for, by card and told of, in cash, counted at the end of the day; a part goes back
    "card": [("start", {"slug": PAID}), ("fill", {}), ("submit", {}), ("work", {}), ("pay_start", {}), ("pay_card", {}), ("work", {}),
             ("pay_refund", {}), ("work", {})],
    "notice": [("start", {"slug": PAID}), ("fill", {}), ("submit", {}), ("pay_start", {}), ("pay_notice", {}), ("notice_look", {}), ("work", {})],
    "cash": [("start", {"slug": PAID}), ("fill", {}), ("submit", {}), ("work", {}), ("pay_cash", {}), ("work", {}),
             ("counter_sale", {}), ("day_close", {})],
    "terminal": [("start", {"slug": PAID}), ("fill", {}), ("submit", {}), ("work", {}), ("pay_terminal", {}), ("work", {}), ("terminal_back", {}),
                 ("day_close", {})],
    # paid, then withdrawn: the fee stays, and the applicant reads why
    "kept": [("start", {"slug": PAID}), ("fill", {}), ("submit", {}), ("work", {}), ("pay_cash", {}), ("work", {}), ("withdraw", {}), ("work", {}),
             ("fee_keep", {}), ("work", {})],
    # a slip instead of the card: told of, paid twice, a part goes back by transfer; and one that is given up
    "slip": [("start", {"slug": PAID}), ("fill", {}), ("submit", {}), ("work", {}), ("pay_slip", {}), ("slip_results", {}), ("work", {}),
             ("pay_refund", {}), ("work", {}), ("slip_transfer", {}), ("slip_told", {})],
    # from the account that is registered for taxes: the bank says no, is asked again, says yes
    "fee_debit": [("start", {"slug": PAID}), ("fill", {}), ("submit", {}), ("work", {}), ("pay_debit", {}), ("debit_request", {}),
                  ("debit_results", {"code": "1"}), ("work", {}), ("pay_debit", {}), ("debit_request", {}), ("debit_results", {"code": "0"}),
                  ("work", {})],
    "slip_stop": [("start", {"slug": PAID}), ("fill", {}), ("submit", {}), ("work", {}), ("pay_slip", {}), ("slip_stop", {}), ("work", {})],
    # a certificate as a PDF under the city's seal, which the clerk puts in
    "paper": [("start", {"slug": SEALED}), ("fill", {}), ("submit", {}), ("work", {}), ("paper_put", {}),
              ("propose", {"clerk": "yamada", "outcome": "issue"}), ("approve", {"who": "nakamura", "role": "chief"}), ("work", {})],
    # who said to be exempt is not: the fee is asked for after all, and paid
    "waiver": [("start", {"slug": SEALED}), ("fill", {}), ("submit", {}), ("work", {}), ("waiver_reject", {}), ("work", {}),
               ("waiver_pay", {}), ("work", {})],
    # taxes: demanded, reported, set against what is due
    "taxes": [("start", {"slug": QUICK}), ("fill", {}), ("submit", {}), ("work", {}), ("taxes_demand", {}), ("taxes_print", {}),
              ("work", {}), ("taxes_results", {}), ("taxes_match", {}), ("taxes_unmatch", {}), ("taxes_match", {}), ("taxes_names", {}),
              ("taxes_back", {}), ("taxes_transfer", {}), ("taxes_transfer_back", {}), ("taxes_transfer", {}),
              ("taxes_debit", {}), ("taxes_takeback", {}),
              ("taxes_change", {}), ("taxes_write_off", {}), ("taxes_forget", {})],
    # somebody else's tax from one's own account: accepted, and registered by a clerk who has seen whose it is
    "debit": [("start", {"slug": DEBIT}), ("fill", {}), ("submit", {}), ("work", {}), ("taxes_demand", {}),
              ("propose", {"clerk": "yamada", "outcome": "accepted"}), ("approve", {"who": "nakamura", "role": "chief"}), ("work", {}),
              ("debit_place", {})],
    # a tax paid online, and a mail before the next one is due
    "mytax": [("start", {"slug": QUICK}), ("fill", {}), ("submit", {}), ("work", {}), ("mytax_demand", {}), ("mytax_remind", {}), ("work", {}),
              ("mytax_start", {}), ("mytax_card", {}), ("work", {})],
    # a time at the counter: held, booked, moved, reminded of, given up for who waits, and a day that is closed
    "booking": [("start", {"slug": QUICK}), ("fill", {}), ("submit", {}), ("work", {}), ("book_hold", {}), ("book_confirm", {}), ("work", {}),
                ("book_change", {}), ("book_remind", {}), ("work", {}), ("book_cancel", {}), ("work", {}), ("book_accept", {}),
                ("book_close", {}), ("work", {})],
    # a number at the counter: checked in, called, forgotten when its days are over
    "queue": [("start", {"slug": QUICK}), ("fill", {}), ("submit", {}), ("work", {}), ("line_book", {}), ("work", {}), ("line_check_in", {}),
              ("line_call", {}), ("line_forget", {})],
    # cards that arrive, get their letters (in the browser, and as files), are booked and handed over, and end; figures
    "stock": [("start", {"slug": QUICK}), ("fill", {}), ("submit", {}), ("work", {}), ("stock_in", {}), ("stock_letters", {}), ("stock_print", {}),
              ("stock_hand", {}), ("stock_ends", {}), ("stock_told", {}), ("work", {}), ("stock_end_letters", {}), ("stock_rates", {}),
              ("stock_outing", {}), ("work", {})],
    # written by a clerk, signed on the tablet, filed
    "interview": [("start", {"slug": QUICK}), ("fill", {}), ("submit", {}), ("work", {}), ("talk_write", {}), ("talk_sign", {}), ("work", {})],
    # a form on paper, scanned and read sheet by sheet
    "scan": [("start", {"slug": QUICK}), ("fill", {}), ("submit", {}), ("work", {}), ("scan_in", {}), ("work", {})],
    # 罹災証明: survey, certificate, a second survey that is declined, and one asked for again, which the section stops
    "disaster": [("start", {"slug": DISASTER}), ("fill", {}), ("submit", {}), ("work", {}), ("appoint", {}), ("record", {}),
                 ("propose", {"clerk": "yamada", "outcome": "issue"}), ("approve", {"who": "nakamura", "role": "chief"}),
                 ("approve", {"who": "kobayashi", "role": "manager"}), ("work", {}),
                 ("second_ask", {}), ("work", {}), ("second_no", {}), ("work", {}),
                 ("second_ask", {}), ("work", {}), ("second", {}), ("work", {}),
                 ("stand", {}), ("work", {})],
}
ENDS = {"code": ("received", "filed"), "paper": ("decided", "decided"), "waiver": ("received", "filed"),
        "card": ("received", "filed"), "notice": ("received", "filed"), "cash": ("received", "filed"),
        "terminal": ("received", "filed"), "slip": ("received", "filed"), "slip_stop": ("", "withdrawn"),
        "claim": ("decided", "decided"), "rotation": ("received", "filed"), "expiry": ("", ""), "backup": ("received", "filed"),
        "withdrawal": ("withdrawn", "withdrawn"), "kept": ("withdrawn", "withdrawn"), "leaving": ("reviewing", "under_review"),
        "bulk": ("approval", "approval"), "late": ("received", "filed"), "unanswered": ("reviewing", "under_review"), "proof": ("received", "filed"),
        "mandate": ("received", "filed"),
        "disaster": ("decided", "decided"), "taxes": ("received", "filed"), "mytax": ("received", "filed"),
        "debit": ("decided", "decided"), "fee_debit": ("received", "filed"),
        "booking": ("received", "filed"), "queue": ("received", "filed"), "interview": ("received", "filed"), "scan": ("received", "filed"),
        "stock": ("received", "filed")}
