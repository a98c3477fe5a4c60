"""Every page of the city hall: how to reach it, in which state it can be wrong. `test_axe` holds this table against the
URL configuration, so that a new route cannot be forgotten."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator

from django.urls import URLPattern, URLResolver, get_resolver

from .seed import RISAI, TEATE, Town

STEPS = ("event", "kind_page", "applicant_page", "contact_page", "home_page", "member_page", "damage_page", "survey_page",
         "visit_page", "receive_page", "consent_page")
SIGNED_STEPS = ("claimant_page", "spouse_page", "children_page", "account_page")


@dataclasses.dataclass(frozen=True, slots=True)
class Page:
    """``reach`` makes what the page needs and gives its address. ``wrong`` is the form that is then sent empty, and must
    come back with an error summary."""

    name: str
    reach: Callable[[Town], str]
    who: str = "guest"
    wrong: str = ""
    status: int = 200
    answers: int = 422

    def __str__(self) -> str:
        return self.name


def page(name: str, path: str | Callable[[Town], str], who: str = "guest", **more: object) -> Page:
    """A page with a fixed or a made address."""
    return Page(name, (lambda town: path) if isinstance(path, str) else path, who, **more)  # type: ignore[arg-type]


NOWHERE = "00000000-0000-4000-8000-000000000000"

ROUTES: dict[str, list[Page] | str] = {
    "health": "JSON for monitors",
    "api": "JSON for programs",
    "metrics": "text for Prometheus",
    "display_settings": "POST only: sets cookies, goes back",
    "accessibility": [page("accessibility", "/accessibility/", "nobody")],
    # --- finding
    "top": [page("top", "/", "nobody")],
    "procedures": [page("procedures", "/procedures/", "nobody"), page("search", "/procedures/?q=地震で家が壊れた", "nobody"),
                   page("search-nothing", "/procedures/?q=ぬぬぬぬ", "nobody"), page("search-near", "/procedures/?q=シャワーキャップ", "nobody"),
                   page("search-narrowed", "/procedures/?q=介護&visit=no&card=yes", "nobody")],
    "life_event": [page("life-event", "/life/disaster/", "nobody")],
    "procedure": [page("procedure", f"/p/{RISAI}/", "nobody"), page("procedure-card", f"/p/{TEATE}/", "nobody")],
    "paper": "a PDF",
    "schema": "JSON",
    # --- signing in
    "sign_in": [page("sign-in", "/sign-in/", "nobody"), page("sign-in-expired", "/sign-in/?expired=1&next=/my/", "nobody"),
                page("sign-in-cancelled", "/sign-in/?notice=cancelled", "nobody"),
                page("sign-in-unavailable", "/sign-in/?notice=unavailable", "nobody")],
    "business_sign_in": "POST only: goes to the provider", "business_trial": "POST only",
    "business_callback": "needs a provider; its page of refusal is drawn in identity/tests/test_gbiz.py",
    "card_sign_in": "POST only: goes to the identity provider",
    "card_callback": "needs a provider; its page of refusal is drawn in identity/tests/test_oidc_lies.py",
    "trial_sign_in": "POST only",
    "sign_out": "POST only",
    # --- applying
    "start": "POST only: makes a draft",
    "step": [
        page("step-new", lambda t: f"{t.draft_new}event/", wrong="#f"),
        *(page(f"step-{s}", lambda t, s=s: f"{t.draft_full}{s}/", wrong="#f") for s in STEPS),
        *(page(f"signed-{s}", lambda t, s=s: f"{t.draft_signed}{s}/", "hanako", wrong="#f") for s in SIGNED_STEPS),
        page("step-company", lambda t: t.company_step, "kyotaku", wrong="#f"),
        page("step-back", lambda t: f"{t.draft_full}damage_page/?back=check"),
    ],
    "documents": [page("documents", lambda t: f"{t.draft_full}documents/", wrong="file")],
    "check": [page("check", lambda t: f"{t.draft_full}check/", wrong="#f"),
              page("check-open", lambda t: f"{t.draft_new}check/"),
              page("check-signed", lambda t: f"{t.draft_signed}check/", "hanako", wrong="#f")],
    "saved": [page("saved", lambda t: f"{t.draft_full}saved/", wrong="form[action='./']"),
              page("saved-signed", lambda t: f"{t.draft_signed}saved/", "hanako")],
    "renewed": [page("renewed", lambda t: f"{t.draft_new}renewed/")],
    "discard": "POST only",
    "draft_file": "a file",
    "resume": [page("resume", lambda t: t.resume_link, "nobody")],
    "acting": [page("acting", lambda t: f"{t.draft_for_hanako}acting/", "taro", wrong="#f"),
               page("acting-over", lambda t: f"{t.draft_for_hanako}acting/?over=1", "taro"),
               page("acting-company", lambda t: f"{t.company_draft}acting/", "kyotaku", wrong="#f")],
    # --- agents
    "mandates": [page("mandates", lambda t: t.mandate and "/my/mandates/", "hanako", wrong="main form"),
                 page("mandates-none", "/my/mandates/", "ume")],
    "mandate_code": "POST only: its error is the page mandates",
    "mandate_new": [page("mandate-new", "/my/mandates/new/", "hanako", wrong="main form")],
    "mandate": [page("mandate", lambda t: t.mandate, "hanako")],
    "mandate_end": "POST only",
    "organisation_mandate_new": [
        page("organisation-mandate-choose", "/my/mandates/organisation/", "ume"),
        page("organisation-mandate", lambda t: f"/my/mandates/organisation/?organisation={t.organisation.split('/')[-2]}", "ume",
             wrong="main form[method=post]")],
    "office": [page("office", lambda t: t.entrusted, "kyotaku"), page("office-none", "/office/", "shinki")],
    "office_answer": "POST only", "office_end": "POST only",
    "organisations": [page("organisations", "/staff/organisations/", "ito"), page("organisations-nothing", "/staff/organisations/?q=ぬぬぬ", "ito")],
    "organisation_new": [page("organisation-new", "/staff/organisations/new/", "ito", wrong="main form[method=post]")],
    "organisation": [page("organisation", lambda t: t.organisation, "ito", wrong="form[action$='/end/']")],
    "organisation_end": "POST only: its error is the page organisation",
    "organisations_file": [page("organisations-file", "/staff/organisations/file/", "ito", wrong="main form")],
    "invited": [page("invited", lambda t: t.invitation, "ume")],
    "guardians": [page("guardians", lambda t: t.guardian and "/my/guardians/", "taro"), page("guardians-none", "/my/guardians/", "ume")],
    "guardian_new": [page("guardian-new", "/my/guardians/new/", "taro", wrong="#f")],
    "guardian": [page("guardian-writing", lambda t: t.guardian_writing, "taro", wrong="form[action$='proof/']"),
                 page("guardian-asked", lambda t: t.guardian_asked, "taro"),
                 page("guardian-accepted", lambda t: t.guardian, "taro"), page("guardian-refused", lambda t: t.guardian_refused, "taro")],
    "guardian_proof": "POST only: its error is the page guardian-writing", "guardian_file": "a file", "guardian_end": "POST only",
    # --- the counter
    "counter": [page("counter", "/counter/", "nobody", wrong="main form"), page("counter-over", "/counter/?why=idle", "nobody")],
    "counter_end": [page("counter-end", lambda t: t.tablet and "/counter/end/", "tablet")],
    "counter_alive": "an empty answer",
    "helps": [page("helps", lambda t: t.tablet and "/staff/counter/", "mori", wrong="main form")],
    "help": [page("help-waiting", lambda t: t.help_waiting, "mori"), page("help-started", lambda t: t.tablet and t.help_started, "mori")],
    "help_end": "POST only",
    "claims": [page("claims", lambda t: t.guardian_asked and "/staff/guardians/", "matsuda"),
               page("claims-over", lambda t: t.guardian_refused and "/staff/guardians/?view=over", "matsuda")],
    "claim": [page("claim-asked", lambda t: f"/staff{t.guardian_asked[3:]}", "matsuda", wrong="form[action$='accept/']"),
              page("claim-refusing", lambda t: f"/staff{t.guardian_asked[3:]}", "matsuda", wrong="form[action$='refuse/']"),
              page("claim-accepted", lambda t: f"/staff{t.guardian[3:]}", "matsuda", wrong="form[action$='recheck/']"),
              page("claim-refused", lambda t: f"/staff{t.guardian_refused[3:]}", "matsuda")],
    "claim_accept": "POST only: its error is the page claim-asked", "claim_refuse": "POST only: its error is the page claim-refusing",
    "claim_recheck": "POST only: its error is the page claim-accepted", "claim_end": "POST only", "claim_file": "a file",
    "copy": "what an agent sent; drawn in agency/tests/test_mandates.py",
    "copy_receipt": "a PDF",
    "guides": [page("guides", lambda t: t.plan and "/guide/", "hanako")],
    "guide": [page(f"guide-{name}", f"/guide/{name}/", "nobody", wrong="main form") for name in
              ("hikkoshi", "shussei", "kekkon", "okuyami", "kaigo", "hisai")],
    "plan": [page("plan", lambda t: t.plan, "hanako")],
    "plan_answers": [page("plan-answers", lambda t: f"{t.plan}answers/", "hanako")],
    "plan_together": [page("plan-together", lambda t: f"{t.plan}together/", "hanako"),
                      page("plan-write-once", lambda t: f"{t.plan}together/?p={TEATE}&p=hoiku-riyou-moushikomi", "hanako")],
    "plan_drop": "POST only",
    # --- afterwards
    "my": [page("my", lambda t: t.decided.mine and "/my/"), page("my-signed", lambda t: t.draft_signed and "/my/", "hanako"),
           page("my-empty", "/my/", "ume")],
    "status": [page("status-received", lambda t: t.received.mine), page("status-correcting", lambda t: t.correcting.mine),
               page("status-proposed", lambda t: t.proposed.mine), page("status-decided", lambda t: t.decided.mine),
               page("status-talking", lambda t: t.talking.mine, "hanako", wrong="form[action$='talk/']")],
    "filed": [page("filed", lambda t: f"{t.received.mine}filed/", wrong="form[action$='opinion/']"),
              page("filed-signed", lambda t: f"{t.numbered.mine}filed/", "hanako")],
    "pay": [page("pay", lambda t: f"{t.owing[0]}pay/", "taro"), page("pay-done", lambda t: f"{t.bought[0]}pay/", "taro"),
            page("pay-slip", lambda t: f"{t.slipped[0]}pay/", "taro"),
            page("pay-filed", lambda t: f"{t.owing[0]}filed/", "taro"), page("pay-status", lambda t: t.owing[0], "taro")],
    "pay_card": "POST only: leads to the card's page", "pay_back": "leads to the page pay", "pay_cancel": "POST only", "pay_receipt": "a PDF",
    "pay_slip": "POST only: leads to the page pay", "pay_debit": "POST only: leads to the page pay",
    "pay_slip_pdf": "a PDF", "fee_slip": "POST only: a PDF",
    "taxes": [page("taxes", "/my/taxes/", "hanako", wrong="form[action$='/mail/']"),
              page("taxes-none-chosen", "/my/taxes/", "hanako", wrong="form[action$='/choose/']"),
              page("taxes-stranger", "/my/taxes/", "shinki")],
    "taxes_order": [page("taxes-order", lambda t: t.tax_order, "hanako")],
    "taxes_choose": "POST only: its error is the page taxes-none-chosen", "taxes_card": "POST only: leads to the card's page",
    "taxes_back": "leads to the page taxes_order", "taxes_cancel": "POST only", "taxes_slips": "a PDF", "taxes_receipt": "a PDF",
    "taxes_mail": "POST only: its error is the page taxes", "taxes_mail_stop": "POST only",
    "correct": [page("correct", lambda t: f"{t.correcting.mine}correct/", wrong="form[enctype]")],
    "withdraw": "POST only", "talk_back": "POST only: its error is the page status-talking",
    "add_documents": "POST only",
    "receipt": "a PDF",
    "document": "a PDF",
    "attachment": "a file",
    "look_up": [page("look-up", "/status/", "nobody", wrong="main form")],
    # --- staff
    "staff_sign_in": [page("staff-sign-in", "/staff/sign-in/", "nobody", wrong="main form")],
    "staff_sign_out": "POST only",
    "staff_second": "needs a half sign-in; drawn in tests/browser/test_passkey.py",
    "office_sign_in": "POST only: goes to the city's own provider",
    "office_callback": "needs a provider; leads to staff_sign_in",
    "account": [page("account", "/staff/account/", "tanaka"), page("account-needed", "/staff/account/?why=needed", "tanaka")],
    "account_totp": [page("account-totp", "/staff/account/totp/", "tanaka", wrong="main form")],
    "account_passkey": [page("account-passkey", "/staff/account/passkey/", "tanaka")],
    "account_password": [page("account-password", "/staff/account/password/", "tanaka", wrong="main form")],
    "account_mail": "POST only: its error is the page account",
    "account_recovery": "POST only: its page is account", "factor_remove": "POST only", "session_end": "POST only",
    "absence": [page("absence", "/staff/absence/", "suzuki", wrong="main form[novalidate]"),
                page("absence-none", "/staff/absence/", "tanaka")],
    "absence_end": "POST only",
    "rights": [page("rights", "/staff/rights/", "auditor")],
    "rights_csv": "a CSV",
    "staff_people": [page("staff-people", "/staff/people/", "admin"), page("staff-people-nothing", "/staff/people/?q=R9-0000", "admin")],
    "staff_person": [page("staff-person", "/staff/people/1/", "admin", wrong="form[action$='/role/']")],
    "staff_unlock": "POST only: its error is the page staff-person", "staff_reset": "POST only", "staff_sessions": "POST only",
    "staff_role": "POST only: its error is the page staff-person", "staff_unrole": "POST only",
    "workbench": [page("workbench", lambda t: t.received.case and "/staff/", "yamada"),
                  page("workbench-nothing", "/staff/?q=R9-0000", "yamada")],
    "case": [
        page("case-received", lambda t: t.received.case, "yamada"),
        page("case-correcting", lambda t: t.correcting.case, "yamada"),
        page("case-proposed", lambda t: t.proposed.case, "nakamura", wrong="form[action$='return/']"),
        page("case-certificate", lambda t: t.certificate.case, "yamada", wrong="form[action$='/paper/certificate/']"),
        page("case-decided", lambda t: t.decided.case, "yamada", wrong="form[action$='reopen/']"),
        page("case-numbered", lambda t: f"{t.numbered.case}?tab=answers", "tanaka", wrong="form[action$='number/']"),
        page("case-talking", lambda t: f"{t.talking.case}?tab=talk", "tanaka", wrong="form[action$='talk/']"),
        *(page(f"case-{tab}", lambda t, tab=tab: f"{t.decided.case}?tab={tab}", "yamada")
          for tab in ("answers", "files", "talk", "history")),
    ],
    "case_talk": "POST only: its error is the page case-talking", "case_talk_seen": "POST only",
    "bulk": [page("bulk-runs", lambda t: t.bulk_done and "/staff/bulk/", "tanaka"), page("bulk-none", "/staff/bulk/", "sato")],
    "bulk_run": [page("bulk-asking", lambda t: t.bulk_asking, "tanaka", wrong="main form[novalidate]"),
                 page("bulk-preview", lambda t: t.bulk_preview, "tanaka"), page("bulk-report", lambda t: t.bulk_done, "tanaka")],
    "bulk_confirm": "POST only: its error is the page bulk-preview", "bulk_csv": "a CSV",
    "case_take": "POST only",
    "case_assign": "POST only",
    "case_checklist": "POST only",
    "case_note": "POST only",
    "case_hold": "POST only",
    "case_lift": "POST only",
    "case_correct": [page("case-correct", lambda t: f"{t.received.case}correct/", "yamada", wrong="main form")],
    "case_decide": [page("case-decide", lambda t: f"{t.received.case}decide/", "yamada", wrong="main form")],
    "case_approve": "POST only",
    "case_return": "POST only: its error is the page case-proposed",
    "case_reopen": "POST only: its error is the page case-decided",
    "case_number": "POST only: its error is the page case-numbered",
    "case_file": "a file",
    "case_document": "a PDF", "case_draft": "a PDF", "case_paper": "a PDF",
    "case_paper_put": "POST only: its form is on the page case-certificate",
    "case_paper_drop": "POST only",
    "card_hook": "for the card gateway only",
    "payments": [page("payments", lambda t: t.bought and t.owing and "/staff/payments/", "okada"),
                 page("payments-nothing", "/staff/payments/?q=R8", "okada")],
    "payment": [page("payment", lambda t: t.owing[1], "okada", wrong="form[action$='take/']"),
                page("payment-paid", lambda t: t.bought[1], "okada", wrong="form[action$='refund/']"),
                page("payment-terminal", lambda t: t.owing[1], "okada", wrong="form[action$='terminal/']"),
                page("payment-swiped", lambda t: t.swiped[1], "okada")],
    "collection": [page("collection", lambda t: t.taxes and "/staff/collection/", "yamada")],
    "collection_parity": [page("collection-parity", "/staff/collection/parity/", "yamada")],
    "collection_sheets": [page("collection-sheets", lambda t: t.taxes and "/staff/collection/sheets/", "yamada", wrong="form[enctype]")],
    "collection_sheet": [page("collection-sheet", lambda t: t.taxes["sheet"], "yamada")],
    "demands": [page("demands", lambda t: t.taxes and "/staff/collection/demands/", "yamada")],
    "demand": [page("demand", lambda t: t.taxes["demand"], "yamada")],
    "demand_slips": "a PDF", "notice_job": "a CSV", "notice_file": "a PDF",
    "demand_late": "a PDF", "write_offs_sheet": "a CSV", "write_off_answer": "POST only",
    "write_offs": [page("write-offs", lambda t: t.taxes and "/staff/collection/write-offs/", "yamada")],
    "write_off_propose": [page("write-off", lambda t: t.taxes["owing"] + "write-off/", "yamada", wrong="form[action$='write-off/']")],
    "changes": [page("changes", lambda t: t.taxes and "/staff/collection/changes/", "yamada", wrong="form[enctype]")],
    "change": [page("change", lambda t: t.taxes["change"], "yamada")],
    "notice_runs": [page("notice-runs", lambda t: t.taxes and "/staff/collection/runs/", "yamada")],
    "notice_run": [page("notice-run", lambda t: t.taxes["run"], "yamada")],
    "unmatched": [page("unmatched", lambda t: t.taxes and "/staff/collection/unmatched/", "yamada")],
    "unmatched_money": [page("unmatched-money", lambda t: t.taxes["money"], "yamada", wrong="form[action$='match/']")],
    "unmatched_match": "POST only",
    "excess": [page("excess", lambda t: t.taxes and "/staff/collection/excess/", "yamada")],
    "debits": [page("debits", lambda t: t.taxes and "/staff/collection/debits/", "yamada", wrong="form[action$='debits/']")],
    "debit_accounts": [page("debit-accounts", lambda t: t.taxes and "/staff/collection/accounts/", "yamada")],
    "debit_place": "POST only: its form is on the page debit-accounts", "debit_drop": "POST only",
    "debits_file": "POST only", "debits_fees": "POST only: its form is on the page debits", "debit_request": "a file for the bank",
    "excess_one": [page("excess-one", lambda t: t.taxes["excess"], "yamada", wrong="form[action$='refund/']")],
    "excess_offset": "POST only", "excess_refund": "POST only", "excess_answer": "POST only", "transfer": "a file for the bank",
    "transfers": [page("transfers", lambda t: t.taxes and "/staff/collection/transfers/", "yamada", wrong="form[action$='transfers/']")],
    "payment_paper": "a PDF",
    "inventory": [page("inventory", lambda t: t.listed and "/staff/inventory/", "admin")],
    "inventory_progress": [page("inventory-progress", lambda t: t.listed and "/staff/inventory/progress/", "admin")],
    "inventory_uploads": [page("inventory-uploads", lambda t: t.listed and "/staff/inventory/import/", "admin", wrong="form[enctype]")],
    "inventory_upload": [page("inventory-upload", lambda t: t.listed["upload"], "admin"),
                         page("inventory-asked", lambda t: t.listed["asked"], "admin", wrong="main form")],
    "inventory_entry": [page("inventory-entry", lambda t: t.listed["entry"], "auditor"),
                        page("inventory-edit", lambda t: t.listed["entry"], "admin", wrong="main form")],
    "builder": [page("builder", lambda t: "/staff/builder/", "tanaka")],
    "builder_new": [page("builder-new", lambda t: "/staff/builder/new/", "tanaka", wrong="main form")],
    "builder_copy": [page("builder-copy", lambda t: t.built, "tanaka"), page("builder-asked", lambda t: t.asked_for, "suzuki")],
    "builder_part": [page("builder-part", lambda t: t.built + "part/%E7%94%BB%E9%9D%A2/0/", "tanaka"),
                     page("builder-cover", lambda t: t.built + "part/cover/", "tanaka")],
    "builder_add": [page("builder-add", lambda t: t.built + "add/%E7%94%BB%E9%9D%A2/", "tanaka", wrong="main form")],
    "builder_text": [page("builder-text", lambda t: t.built + "text/", "tanaka"), page("builder-text-read", lambda t: t.built + "text/", "auditor")],
    "builder_differences": [page("builder-differences", lambda t: t.asked_for + "differences/", "suzuki")],
    "builder_history": [page("builder-history", lambda t: t.asked_for + "history/", "suzuki")],
    "builder_try": [page("builder-try", lambda t: t.built + "try/", "tanaka", wrong="main form.pad")],
    "builder_offers": [page("builder-offers", lambda t: "/staff/builder/offers/", "tanaka", wrong="main form")],
    "builder_offer": [page("builder-offer", lambda t: t.offered, "tanaka")], "builder_bundle": "a file",
    "builder_open": "POST only", "builder_decide": "POST only", "builder_act": "POST only", "builder_preview": "POST only", "builder_file": "a file",
    "searches": [page("searches", "/staff/searches/", "admin")], "searches_csv": "a CSV",
    "inventory_csv": "a CSV", "inventory_link": "POST only", "inventory_heading": "POST only",
    # --- bookings
    "bookings": [page("bookings", "/booking/", "nobody")],
    "booking_week": [page("booking-week", "/booking/moving/", "nobody"), page("booking-full", lambda t: f"/booking/tax/?day={t.full_day}", "nobody")],
    "booking_hold": "POST only: leads to the page booking_details",
    "booking_details": [page("booking-details", lambda t: f"{t.held}details/", "hanako", wrong="main form[novalidate]")],
    "booking_release": "POST only",
    "booking_check": [page("booking-check", lambda t: f"{t.held}check/", "hanako")],
    "booking": [page("booking", lambda t: t.booked, "hanako"), page("booking-cancelled", lambda t: t.cancelled, "hanako")],
    "booking_change": [page("booking-change", lambda t: f"{t.booked}change/", "hanako"),
                       page("booking-change-check", lambda t: f"{t.booked}change/?slot={t.other_slot}", "hanako")],
    "booking_cancel": [page("booking-cancel", lambda t: f"{t.booked}cancel/", "hanako")],
    "booking_ics": "a calendar", "booking_feed_file": "a calendar", "booking_feed": "POST only: leads to the page booking_my",
    "booking_find": [page("booking-find", "/booking/find/", "nobody", wrong="main form")],
    "booking_my": [page("booking-my", lambda t: t.booked and t.cancelled and t.waits and "/booking/my/", "hanako"),
                   page("booking-my-none", "/booking/my/", "ume")],
    "booking_wait": [page("booking-wait", lambda t: f"/booking/tax/wait/?day={t.full_day}", "nobody", wrong="main form")],
    "booking_waiting": [page("booking-waiting", lambda t: t.waits, "nobody")],
    "staff_bookings": [page("staff-bookings", lambda t: f"/staff/booking/?day={t.full_day}", "yamada"),
                       page("staff-bookings-none", "/staff/booking/?number=1", "yamada")],
    "staff_booking": [page("staff-booking", lambda t: t.booked_by_staff, "yamada")],
    "staff_booking_mark": "POST only", "staff_booking_cancel": "POST only",
    "staff_booking_change": [page("staff-booking-change", lambda t: f"{t.booked_by_staff}change/", "yamada")],
    "staff_booking_new": [page("staff-booking-new", "/staff/booking/new/", "yamada")],
    "staff_booking_make": [page("staff-booking-week", "/staff/booking/new/tax-installment/", "yamada"),
                           page("staff-booking-form", lambda t: f"/staff/booking/new/tax-installment/?slot={t.other_slot}", "yamada",
                                wrong="main form[novalidate]")],
    "booking_closures": [page("booking-closures", lambda t: t.closure and "/staff/booking/closures/", "yamada",
                              wrong="form[action$='/closures/']")],
    "booking_closure": [page("booking-closure", lambda t: t.closure, "yamada")],
    "booking_closure_end": "POST only", "staff_booking_feed": "POST only: its page is booking_closures",
    "sale": [page("sale", "/staff/payments/sale/shimin/", "okada", wrong="form[action$='take/']")], "sale_take": "POST only",
    "till": [page("till", lambda t: t.swiped and t.closed and "/staff/payments/till/shimin/", "okada", wrong="form[action$='close/']")],
    "day_sheet": [page("day-sheet", lambda t: t.closed, "matsui", wrong="form[action$='take-over/']")],
    "till_close": "POST only", "till_take_over": "POST only",
    "payment_take": "POST only", "payment_terminal": "POST only", "payment_refund": "POST only", "payment_refund_act": "POST only",
    "parcels": [page("parcels", lambda t: t.decided.case and "/staff/deliveries/", "yamada")],
    "parcel_retry": "POST only", "stuck_retry": "POST only",
    "opinion": "POST only: its error is the page filed",
    "figures": [page("figures", lambda t: t.decided.case and "/staff/figures/", "yamada"), page("figures-all", "/staff/figures/?span=12", "auditor")],
    "figures_csv": "a CSV",
    "operations": [page("operations", "/staff/operations/", "admin")],
    "operations_retry": "POST only", "operations_skip": "POST only",
    "surveys": [page("surveys", lambda t: t.received.case and "/staff/survey/", "yamada")],
    "survey_sheet": [page("survey-sheet", lambda t: t.surveyed and "/staff/survey/sheet/?day=" + t.survey_day, "yamada"),
                     page("survey-sheet-nothing", "/staff/survey/sheet/?day=2020-01-01", "yamada")],
    "survey_of_case": [page("survey-none", lambda t: f"/staff/survey/case/{t.reported.case.split('/')[3]}/", "yamada")],
    "survey_second": "POST only: a form of the page survey",
    "survey": [page("survey", lambda t: t.surveyed, "yamada", wrong="form[action$='record/']"),
               page("survey-cancel", lambda t: t.surveyed, "yamada", wrong="form[action$='cancel/']")],
    "survey_appoint": "POST only: a form of the page survey",
    "survey_record": "POST only: its error is the page survey",
    "survey_cancel": "POST only: its error is the page survey-cancel",
    "disasters": [page("disasters", "/staff/disasters/", "kobayashi", wrong="main form")],
    "disaster": [page("disaster", "/staff/disasters/trial-2026/", "kobayashi", wrong="main form")],
}

# pages without a route of their own
ERRORS = [
    page("error-404", "/nowhere/", "nobody", status=404),
    page("error-not-mine", f"/my/{NOWHERE}/", "guest", status=404),
    page("error-staff-404", f"/staff/case/{NOWHERE}/", "yamada", status=404),
]

PAGES: list[Page] = [p for entry in ROUTES.values() if not isinstance(entry, str) for p in entry] + ERRORS


def route_names(resolver: URLResolver | None = None) -> Iterator[str]:
    """The name of every route of the URL configuration."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLPattern):
            yield entry.name or str(entry.pattern)
        else:
            yield from route_names(entry)
