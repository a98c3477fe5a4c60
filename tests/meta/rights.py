"""The table of strangers: every way to somebody's object, who may go it, and how it is gone. `test_object_rights` lets the
whole cast go every way, with the ids of what is there and with made-up ones."""

from __future__ import annotations

import datetime as dt
import io
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.support import papers

from madoguchi.agency import guardian_desk, guardians, mandate_desk, standing
from madoguchi.agency import guardian_selectors as legal
from madoguchi.agency import selectors as agency
from madoguchi.agency import services as mandates
from madoguchi.agency.errors import MandateOver
from madoguchi.api import shaped
from madoguchi.casework import (
    bulk,
    codes,
    holdings,
    holds,
    lists,
    marks,
    paper_answers,
    printing,
    reopening,
    talk,
    unanswered,
    withdrawing,
)
from madoguchi.casework import papers as enclosed
from madoguchi.casework import public as casework
from madoguchi.casework import selectors as cases
from madoguchi.casework import services as work
from madoguchi.casework.errors import BulkWrong, NotNow
from madoguchi.counter import selectors as counter
from madoguchi.counter import services as helping
from madoguchi.delivery import services as delivery
from madoguchi.figures import rules as periods
from madoguchi.figures import selectors as figures
from madoguchi.identity import absences, directory, factors, owners, people
from madoguchi.identity.models import Factor
from madoguchi.intake import acting, applications, drafts, earlier, filing, listing, whole
from madoguchi.intake.errors import NoPaper
from madoguchi.intake.models import Application, Draft
from madoguchi.offices import services as offices
from madoguchi.operations import selectors as operations
from madoguchi.operations import services as operating
from madoguchi.payments import cashier, notices, rebilling, refunds, sales, terminals, till, withdrawn
from madoguchi.payments import selectors as paid
from madoguchi.survey import access as survey_access
from madoguchi.survey import declining
from madoguchi.survey import selectors as surveys
from madoguchi.survey import services as surveying
from madoguchi.survey.rules import Finding

STAFF = ("matsuda", "tanaka", "kimura", "suzuki", "sato", "yamada", "admin", "auditor", "nobody", "left")
RESIDENTS = ("hanako", "taro", "jiro", "guest", "none", "houkatsu")  # jiro holds a mandate of hanako's for something else; a company
SECTION = {"tanaka", "kimura", "suzuki"}  # 子育て, where the cases are
DAY = dt.date(2026, 11, 20)
HELPERS = {"matsuda", "tanaka", "kimura", "suzuki", "sato", "yamada"}
SIDES = {"hanako", "jiro"}  # of the mandate
NUMBERED, CARE = "ninshin-todoke", "kaigo-hihokenshashou-saikoufu"


def anything(value: Any, w: Any) -> bool:
    """Coming back at all is too much: a check or a writer must raise."""
    return True


def marked(value: Any, w: Any) -> bool:
    """Does the value hold anything of Hanako's?"""
    return any(mark in w.words(value) for mark in w.marks)


def something(value: Any, w: Any) -> bool:
    """Is there any value?"""
    return bool(value)


@dataclass(frozen=True, slots=True)
class Ask:
    """One way. ``go(world, who)``; ``may``: names of the cast for whom it opens; ``told``: does the answer say something?"""

    go: Callable[[Any, Any], Any]
    may: set[str]
    told: Callable[[Any, Any], bool] = marked
    cast: tuple[str, ...] = field(default=STAFF)


def staff(go: Callable[[Any, Any], Any], may: set[str], told: Callable[[Any, Any], bool] = marked) -> Ask:
    """A way that staff go."""
    return Ask(go, may, told)


def resident(go: Callable[[Any, Any], Any], told: Callable[[Any, Any], bool] = anything) -> Ask:
    """A way that only Hanako may go; who must be signed in to ask at all is told by the type."""
    return Ask(go, {"hanako"}, told, RESIDENTS)


def put_paper(w: Any, a: Any) -> bool:
    """Whoever may is told that this case issues no such document."""
    data = papers.pdf()
    try:
        enclosed.paper_put(actor=a, case_id=w.case, document="certificate", source=io.BytesIO(data), name="a.pdf", size=len(data))
    except NotNow:
        return True
    return False


def print_paper(w: Any, a: Any) -> bool:
    """Whoever may is told that no law asks for one beside this case."""
    try:
        printing.case_print(actor=a, case_id=w.case)
    except NoPaper:
        return True
    return False


CASEWORK = {
    # the case did not come on paper: who may is told so
    "casework.paper_answers.answer_case": staff(lambda w, a: paper_answers.answer_case(actor=a, case_id=w.case), SECTION, anything),
    "casework.paper_answers.paper_answer": staff(lambda w, a: paper_answers.paper_answer(actor=a, case_id=w.case, raw={}, extra=frozenset()),
                                                 SECTION, anything),
    "casework.paper_answers.paper_sheet": staff(lambda w, a: paper_answers.paper_sheet(
        actor=a, case_id=w.case, slot="scans", source=io.BytesIO(papers.jpeg()), name="a.jpg", size=1, raw={}, extra=frozenset()), SECTION,
                                                anything),
    "casework.paper_answers.paper_sheet_drop": staff(lambda w, a: paper_answers.paper_sheet_drop(actor=a, case_id=w.case, file_id=w.case),
                                                     SECTION, anything),
    # filed with the card: who may is told that there is no code
    "casework.codes.code_issue": staff(lambda w, a: codes.code_issue(actor=a, case_id=w.case, how="免許証"), SECTION, anything),
    "casework.printing.case_print": staff(print_paper, SECTION, something),
    "casework.papers.paper_put": staff(put_paper, SECTION, something),
    "casework.papers.paper_drop": staff(lambda w, a: enclosed.paper_drop(actor=a, case_id=w.case, document="certificate"), SECTION, anything),
    "casework.holdings.holdings": staff(lambda w, a: holdings.holdings(actor=a, case=w.open_case), SECTION, lambda v, w: v is not None),
    "casework.holds.hold_place": staff(lambda w, a: holds.hold_place(actor=a, case_id=w.case, kind="appeal", why="審査請求"), SECTION, anything),
    "casework.holds.hold_lift": staff(lambda w, a: holds.hold_lift(actor=a, case_id=w.case, why="終わった"), SECTION, anything),
    "casework.public.receipts_of": staff(lambda w, a: casework.receipts_of([w.case], actor=a), SECTION | {"auditor"}),
    "casework.selectors.cases_for": staff(lambda w, a: cases.cases_for(actor=a).filter(id=w.case), SECTION | {"auditor"}),
    "casework.selectors.case_get": staff(lambda w, a: cases.case_get(actor=a, case_id=w.case), SECTION | {"auditor"}),
    "casework.selectors.case_get_locked": staff(lambda w, a: cases.case_get_locked(actor=a, case_id=w.case), SECTION),
    "casework.selectors.may_work": staff(lambda w, a: cases.may_work(a, w.open_case), SECTION, something),
    "casework.lists.tiles": staff(lambda w, a: lists.tiles(actor=a), SECTION | {"auditor", "yamada"},
                                  lambda v, w: v.over + v.today + v.soon + v.fine > 0),
    "casework.marks.marks": staff(lambda w, a: marks.marks(actor=a), SECTION | {"auditor"}, lambda v, w: sum(v.values()) > 0),
    "casework.lists.case_list": staff(lambda w, a: lists.case_list(actor=a, wanted=lists.Filter(state="", query=w.receipt)).rows,
                                      SECTION | {"auditor"}),
    "casework.lists.case_ids": staff(lambda w, a: [str(i) for i in lists.case_ids(actor=a, wanted=lists.Filter(slug=w.slug))],
                                     SECTION | {"auditor"}),
    "casework.lists.procedures_seen": staff(lambda w, a: [s for s, _ in lists.procedures_seen(actor=a)[0] if s == w.slug],
                                            SECTION | {"auditor"}, something),
    "casework.bulk.runs_for": staff(lambda w, a: bulk.runs_for(actor=a).filter(id=w.run), {"tanaka"}, something),
    "casework.bulk.run_get": staff(lambda w, a: bulk.run_get(actor=a, run_id=w.run), {"tanaka"}, anything),
    "casework.bulk.run_start": staff(lambda w, a: w.missing(BulkWrong, lambda: bulk.run_start(actor=a, act="take", case_ids=[w.open])),
                                     SECTION, anything),
    "casework.bulk.run_look": staff(lambda w, a: bulk.run_look(actor=a, run_id=w.run), {"tanaka"}, anything),
    "casework.bulk.run_confirm": staff(lambda w, a: bulk.run_confirm(actor=a, run_id=w.run, chosen=w.chosen), {"tanaka"}, anything),
    "casework.talk.talk_write": staff(lambda w, a: talk.talk_write(actor=a, case_id=w.open, text="届きました"), SECTION, anything),
    "casework.talk.talk_seen": staff(lambda w, a: talk.talk_seen(actor=a, case_id=w.open), SECTION, anything),
    "casework.services.clerk_check": staff(lambda w, a: work.clerk_check(a, w.open_case), SECTION, anything),
    "casework.services.case_take": staff(lambda w, a: work.case_take(actor=a, case_id=w.open), SECTION, anything),
    "casework.services.case_assign": staff(lambda w, a: work.case_assign(actor=a, case_id=w.open, username="kimura"), SECTION, anything),
    "casework.services.check_mark": staff(lambda w, a: work.check_mark(actor=a, case_id=w.open, marked={0}), SECTION, anything),
    "casework.services.note_add": staff(lambda w, a: work.note_add(actor=a, case_id=w.open, text="電話した"), SECTION, anything),
    "casework.services.correction_request": staff(lambda w, a: work.correction_request(
        actor=a, case_id=w.open, items=[("phone", "番号を確認")], due_on=DAY + dt.timedelta(days=14)), SECTION, anything),
    "casework.services.decision_propose": staff(lambda w, a: work.decision_propose(
        actor=a, case_id=w.open, outcome_id="grant", reason="", raw={}), SECTION, anything),
    "casework.services.decision_approve": staff(lambda w, a: work.decision_approve(actor=a, case_id=w.case), SECTION, anything),
    "casework.services.decision_return": staff(lambda w, a: work.decision_return(actor=a, case_id=w.case, comment="直して"), SECTION, anything),
    "casework.services.case_reopen": staff(lambda w, a: work.case_reopen(actor=a, case_id=w.case, why="審査請求のため"), SECTION, anything),
    "casework.reopening.reexamination_end": staff(lambda w, a: reopening.reexamination_end(actor=a, case_id=w.case, why="まちがい"),
                                                    SECTION, anything),
    "casework.withdrawing.withdrawal_take": staff(lambda w, a: withdrawing.withdrawal_take(actor=a, case_id=w.case, via="phone", why="本人から"),
                                                  SECTION, anything),
    "casework.unanswered.correction_end": staff(lambda w, a: unanswered.correction_end(actor=a, case_id=w.case, why="答えがない"), SECTION, anything),
    "casework.services.number_reveal": staff(lambda w, a: work.number_reveal(actor=a, case_id=w.numbered, path="my_number", why="照合のため"),
                                             {"yoshida"}, anything),
}
DELIVERY = {
    "delivery.services.parcel_list": staff(lambda w, a: delivery.parcel_list(actor=a), SECTION | {"admin", "auditor"}),
    "delivery.services.parcel_retry": staff(lambda w, a: delivery.parcel_retry(actor=a, parcel_id=w.parcel), SECTION | {"admin"}, anything),
    "delivery.services.stuck_list": staff(lambda w, a: delivery.stuck_list(actor=a), SECTION | {"admin", "auditor"}, something),
    "delivery.services.stuck_retry": staff(lambda w, a: delivery.stuck_retry(actor=a, message_id=w.message), SECTION | {"admin"}, anything),
    "delivery.services.stuck_skip": staff(lambda w, a: delivery.stuck_skip(actor=a, message_id=w.message, reason="arrived"), {"admin"}, anything),
    "operations.selectors.insist": staff(lambda w, a: operations.insist(a), {"admin"}, anything),
    "operations.selectors.overview": staff(lambda w, a: operations.overview(actor=a), {"admin"}, anything),
    "operations.services.message_retry": staff(lambda w, a: operating.message_retry(actor=a, message_id=w.message), {"admin"}, anything),
    "operations.services.message_skip": staff(lambda w, a: operating.message_skip(actor=a, message_id=w.message, reason="arrived"),
                                              {"admin"}, anything),
}
PAYMENTS = {
    "payments.selectors.payment_get": staff(lambda w, a: paid.payment_get(actor=a, payment_id=w.payment), SECTION | {"auditor"}),
    "payments.selectors.payment_list": staff(lambda w, a: paid.payment_list(actor=a), SECTION | {"auditor"}),
    "payments.selectors.notices_odd": staff(lambda w, a: w.notice in [row.id for row in paid.notices_odd(actor=a)],
                                            SECTION | {"auditor"}, something),
    "payments.notices.notice_seen": staff(lambda w, a: notices.notice_seen(actor=a, notice_id=w.notice, why="x"), SECTION, anything),
    "payments.cashier.cash_take": staff(lambda w, a: cashier.cash_take(actor=a, payment_id=w.open_payment, tendered=300), SECTION, anything),
    "payments.cashier.cash_taken": staff(lambda w, a: cashier.cash_taken(actor=a, payment_id=w.open_payment), SECTION | {"auditor"}, anything),
    "payments.refunds.refund_ask": staff(lambda w, a: refunds.refund_ask(actor=a, payment_id=w.payment, amount=100, reason="mistake"),
                                         SECTION, anything),
    # not withdrawn: who may is told so
    "payments.withdrawn.fee_keep": staff(lambda w, a: withdrawn.fee_keep(actor=a, payment_id=w.payment, why="done"), SECTION, anything),
    "payments.withdrawn.may_keep": staff(lambda w, a: withdrawn.may_keep(a, paid.payment_get(actor=a, payment_id=w.payment)),
                                           SECTION | {"auditor"}, anything),
    "payments.refunds.refund_get": staff(lambda w, a: refunds.refund_get(actor=a, refund_id=w.refund), SECTION, anything),
    # who asked, and who does not stamp, are told that another person must
    "payments.refunds.refund_answer": staff(lambda w, a: refunds.refund_answer(actor=a, refund_id=w.refund, approve=True), SECTION, anything),
    # tried on another's they find nothing; who does not stamp is told who must
    "payments.rebilling.waiver_reject": staff(lambda w, a: rebilling.waiver_reject(actor=a, payment_id=w.open_payment, why="papers", until=None),
                                              SECTION, anything),
    "payments.rebilling.waiver_grant": staff(lambda w, a: rebilling.waiver_grant(actor=a, payment_id=w.open_payment, less=1), SECTION, anything),
    "payments.rebilling.fee_again": staff(lambda w, a: rebilling.fee_again(actor=a, payment_id=w.open_payment, until=None), SECTION, anything),
    "payments.rebilling.fee_drop": staff(lambda w, a: rebilling.fee_drop(actor=a, payment_id=w.open_payment), SECTION, anything),
    "payments.rebilling.may": staff(lambda w, a: rebilling.may(a, paid.payment_get(actor=a, payment_id=w.open_payment)),
                                    SECTION | {"auditor"}, anything),
    # not approved yet: who may is told so
    "payments.refunds.refund_hand_over": staff(lambda w, a: refunds.refund_hand_over(actor=a, refund_id=w.refund), SECTION, anything),
    "payments.cashier.cash_take_in": staff(lambda w, a: cashier.cash_take_in(
        actor=a, payment=paid.payment_get(actor=a, payment_id=w.open_payment, lock=True), tendered=300), SECTION, anything),
    "payments.terminals.terminal_take": staff(lambda w, a: terminals.terminal_take(
        actor=a, payment_id=w.open_payment, typed=terminals.Typed("kosodate1", "card", "1")), SECTION, anything),
    "payments.terminals.terminal_take_in": staff(lambda w, a: terminals.terminal_take_in(
        actor=a, payment=paid.payment_get(actor=a, payment_id=w.open_payment, lock=True), typed=terminals.Typed("kosodate1", "card", "1")),
        SECTION, anything),
    "payments.sales.sale_terminal": staff(lambda w, a: sales.sale_terminal(
        actor=a, section="kosodate", press=str(uuid.uuid4()), counts={"juuminhyou": 1}, typed=terminals.Typed("kosodate1", "card", "1"), said=300),
        SECTION, anything),
    "payments.sales.sale_take": staff(lambda w, a: sales.sale_take(actor=a, section="kosodate", press=str(uuid.uuid4()),
                                                                   counts={"juuminhyou": 1}, tendered=300), SECTION, anything),
    "payments.till.till_check": staff(lambda w, a: till.till_check(a, "kosodate"), SECTION, anything),
    "payments.till.till_now": staff(lambda w, a: till.till_now(actor=a, section="kosodate").left, SECTION | {"auditor"}, something),
    "payments.till.till_slips": staff(lambda w, a: till.till_slips(actor=a, section="kosodate", close=w.closed), SECTION | {"auditor"}),
    "payments.till.till_waiting": staff(lambda w, a: till.till_waiting(actor=a, section="kosodate"), SECTION | {"auditor"}, something),
    "payments.till.close_list": staff(lambda w, a: list(till.close_list(actor=a, section="kosodate")), SECTION | {"auditor"}, something),
    "payments.till.close_get": staff(lambda w, a: till.close_get(actor=a, close_id=w.close), SECTION | {"auditor"}, anything),
    "payments.till.till_close": staff(lambda w, a: till.till_close(actor=a, section="kosodate", count=till.Count({100: 3}, 0, "", 2, 300)),
                                      SECTION, anything),
    # who closed is told that another person must
    "payments.till.till_take_over": staff(lambda w, a: till.till_take_over(actor=a, close_id=w.close, amount=300), SECTION, anything),
}


def _factor_gone(w: Any, a: Any) -> bool:
    """A colleague's factor looks as if it were taken away already; is it?"""
    factors.factor_remove(actor=a, factor_id=w.factor)
    return not Factor.objects.filter(id=w.factor).exists()


IDENTITY = {
    "identity.absences.stands_in_for": staff(lambda w, a: absences.stands_in_for(actor=a, section="kosodate", right="stamp_manager"),
                                             {"kimura"}, lambda v, w: v is not None),
    "identity.absences.absence_add": staff(lambda w, a: absences.absence_add(
        actor=a, staff=w.hall.staff("suzuki"), section="kosodate", deputy=w.hall.staff("tanaka"), starts=DAY + dt.timedelta(days=30),
        ends=DAY + dt.timedelta(days=31)), {"suzuki", "admin"}, anything),
    "identity.absences.absence_end": staff(lambda w, a: absences.absence_end(actor=a, absence_id=w.absence), {"suzuki", "admin"}, anything),
    "identity.directory.rights_check": staff(lambda w, a: directory.rights_check(a), {"admin", "auditor"}, anything),
    "identity.directory.rights_rows": staff(lambda w, a: list(directory.rights_rows(actor=a, sections={})), {"admin", "auditor"}, anything),
    "identity.directory.rights_programs": staff(lambda w, a: directory.rights_programs(actor=a), {"admin", "auditor"}, anything),
    "identity.directory.rights_csv": staff(lambda w, a: directory.rights_csv(actor=a, sections={}), {"admin", "auditor"}, anything),
    "identity.directory.people_page": staff(lambda w, a: directory.people_page(actor=a, query="", page=1), {"admin"}, anything),
    "identity.directory.person_get": staff(lambda w, a: directory.person_get(actor=a, staff_id=w.person), {"admin"}, anything),
    "identity.factors.factor_remove": staff(_factor_gone, {"suzuki"}, something),
    "identity.owners.person_of": Ask(lambda w, o: owners.person_of(o), {"hanako"}, lambda v, w: "花子" in w.words(v), ("hanako", "taro", "guest")),
    "identity.people.admin_check": staff(lambda w, a: people.admin_check(a), {"admin"}, anything),
    "identity.people.lock_lift": staff(lambda w, a: people.lock_lift(actor=a, staff=w.hall.staff("suzuki"), why="本人の電話"), {"admin"}, anything),
    "identity.people.factors_reset": staff(lambda w, a: people.factors_reset(actor=a, staff=w.hall.staff("suzuki"), why="電話をなくした"),
                                           {"admin"}, anything),
    "identity.people.sessions_close": staff(lambda w, a: people.sessions_close(actor=a, staff=w.hall.staff("suzuki"), why="置き忘れ"),
                                            {"admin"}, anything),
    "identity.people.role_give": staff(lambda w, a: people.role_give(
        actor=a, staff=w.hall.staff("suzuki"), section="kaigo", role="clerk", starts=DAY, ends=None, why="応援", sections={"kaigo"}),
        {"admin"}, anything),
    "identity.people.role_of_another": staff(lambda w, a: people.role_of_another(actor=a, staff=w.hall.staff("suzuki")), {"admin"}, anything),
    "identity.people.role_take": staff(lambda w, a: people.role_take(
        actor=a, staff=w.hall.staff("suzuki"), membership_id=w.membership, why="異動"), {"admin"}, anything),
}
SURVEY = {
    "offices.services.disaster_add": staff(lambda w, a: offices.disaster_add(
        actor=a, section="zeimu", name="見本の災害", cause="地震", happened_on=DAY), {"yamada"}, anything),
    "offices.services.disaster_extend": staff(lambda w, a: offices.disaster_extend(
        actor=a, section="zeimu", key="r6-noto", until=dt.date(2027, 3, 31), reason="避難が続いているため"), {"yamada"}, anything),
    "survey.access.may_see": staff(lambda w, a: survey_access.may_see(a), {"yamada", "auditor"}, something),
    "survey.selectors.desk_check": staff(lambda w, a: surveys.desk_check(actor=a), {"yamada", "auditor"}, anything),
    "survey.selectors.survey_get": staff(lambda w, a: surveys.survey_get(actor=a, survey_id=w.survey), {"yamada", "auditor"}),
    "survey.selectors.survey_list": staff(lambda w, a: surveys.survey_list(actor=a, wanted=surveys.Filter()), {"yamada", "auditor"}),
    "survey.selectors.sheet": staff(lambda w, a: surveys.sheet(actor=a, day=w.visit.date()), {"yamada", "auditor"}),
    "survey.selectors.survey_of_case": staff(lambda w, a: surveys.survey_of_case(actor=a, case_id=w.damaged), {"yamada", "auditor"}),
    "survey.services.survey_start": staff(lambda w, a: surveying.survey_start(actor=a, case_id=w.damaged), {"yamada"}, anything),
    "survey.services.survey_appoint": staff(lambda w, a: surveying.survey_appoint(
        actor=a, survey_id=w.survey, at=w.visit, surveyors="山田", note=""), {"yamada"}, anything),
    "survey.services.survey_record": staff(lambda w, a: surveying.survey_record(
        actor=a, survey_id=w.survey, finding=Finding("hankai", DAY, "山田", 25)), {"yamada"}, anything),
    "survey.services.survey_cancel": staff(lambda w, a: surveying.survey_cancel(actor=a, survey_id=w.survey, why="取りやめ"), {"yamada"}, anything),
    "survey.declining.second_decline": staff(lambda w, a: declining.second_decline(actor=a, survey_id=w.survey, why="新しい被害がない"),
                                             {"yamada"}, anything),
    "survey.services.survey_second_open": staff(lambda w, a: surveying.survey_second_open(actor=a, case_id=w.damaged, why="判定への不服"),
                                                {"yamada"}, anything),
}


def _photo(w: Any, o: Any) -> None:
    data = papers.jpeg()
    drafts.draft_attach(owner=o, draft_id=w.draft, slot="passbook", source=io.BytesIO(data), name="x.jpg", size=len(data))


INTAKE = {
    "api.shaped.sent": resident(lambda w, o: shaped.sent(o, w.draft, "key-of-a-test", "") if o else w.refuse()),
    "intake.applications.application_get": resident(lambda w, o: applications.application_get(owner=o, application_id=w.case)),
    "intake.applications.answerable_get": resident(lambda w, o: applications.answerable_get(owner=o, application_id=w.case)),
    "intake.applications.payable_get": resident(lambda w, o: applications.payable_get(owner=o, application_id=w.case)),
    "intake.listing.application_list": resident(lambda w, o: listing.application_list(owner=o) if o else [], marked),
    "intake.listing.filed_page": resident(lambda w, o: listing.filed_page(owner=o).whole if o else [], marked),
    "intake.applications.document_file": resident(lambda w, o: applications.document_file(application=w.row_of(o), document_id=w.document)),
    "intake.applications.attachment_file": resident(lambda w, o: applications.attachment_file(application=w.row_of(o), file_id=w.file)),
    "intake.drafts.draft_get": resident(lambda w, o: drafts.draft_get(owner=o, draft_id=w.draft)),
    "intake.drafts.draft_open": resident(lambda w, o: drafts.draft_open(o, Draft.objects.filter(id=w.draft).first())),
    "intake.earlier.draft_with_earlier": resident(lambda w, o: earlier.draft_with_earlier(owner=o, draft_id=w.draft, page="applicant_page")),
    "intake.drafts.draft_get_locked": resident(lambda w, o: drafts.draft_get_locked(owner=o, draft_id=w.draft)),
    "intake.drafts.draft_list": resident(lambda w, o: drafts.draft_list(owner=o) if o else [], marked),
    "intake.drafts.draft_save_step": resident(lambda w, o: drafts.draft_save_step(
        owner=o, draft_id=w.draft, step_id="filer_page", raw={}, mark="")),
    "intake.drafts.draft_attach": resident(_photo),
    "intake.drafts.draft_detach": resident(lambda w, o: drafts.draft_detach(owner=o, draft_id=w.draft, file_id=w.draft_file)),
    "intake.drafts.draft_discard": resident(lambda w, o: drafts.draft_discard(owner=o, draft_id=w.draft)),
    "intake.drafts.draft_migrate": resident(lambda w, o: drafts.draft_migrate(owner=o, draft_id=w.draft)),
    # only a guest's draft moves, by its signed link: Hanako's own does not, for anybody
    "intake.drafts.draft_adopt": Ask(lambda w, o: drafts.draft_adopt(owner=o, draft_id=w.draft), set(), anything, ("hanako", "taro", "guest")),
    "intake.filing.application_submit": resident(lambda w, o: filing.application_submit(owner=o, draft_id=w.draft) if o else w.refuse()),
    "intake.whole.answers_save": resident(lambda w, o: whole.answers_save(owner=o, draft_id=w.draft, answers={}) if o else w.refuse()),
}
AGENCY = {
    "agency.selectors.shown": Ask(lambda w, o: agency.shown(agency.mandate_get(owner=o, mandate_id=w.mandate), o), SIDES, anything, RESIDENTS),
    "agency.selectors.mandate_get": Ask(lambda w, o: agency.mandate_get(owner=o, mandate_id=w.mandate), SIDES, anything, RESIDENTS),
    "agency.selectors.mandate_list": Ask(lambda w, o: agency.mandate_list(owner=o) if o else [], SIDES, something, RESIDENTS),
    "agency.selectors.usable": Ask(lambda w, o: agency.usable(owner=o, slug=NUMBERED) if o else [], {"jiro"}, something, RESIDENTS),
    "agency.selectors.mandate_to_file": Ask(lambda w, o: w.missing(MandateOver, lambda: agency.mandate_to_file(
        owner=o, mandate_id=w.mandate, slug=NUMBERED)), {"jiro"}, anything, RESIDENTS),
    "agency.selectors.allows": Ask(lambda w, o: agency.allows(owner=o, mandate_ids=[w.mandate], act="see") if o else set(), {"jiro"},
                                   something, RESIDENTS),
    "agency.services.invitation_read": Ask(lambda w, o: mandates.invitation_read(owner=o, code=w.code) if o else w.refuse(), {"jiro"}, anything,
                                           RESIDENTS),
    "agency.services.mandate_answer": Ask(lambda w, o: mandates.mandate_answer(owner=o, code=w.code, accept=True) if o else w.refuse(), {"jiro"},
                                          anything, RESIDENTS),
    "agency.services.mandate_end": Ask(lambda w, o: mandates.mandate_end(owner=o, mandate_id=w.mandate), SIDES, anything, RESIDENTS),
    "intake.acting.offers": Ask(lambda w, o: acting.offers(o, NUMBERED), {"jiro", "taro"}, something, RESIDENTS),
    "intake.acting.draft_act": resident(lambda w, o: acting.draft_act(owner=o, draft_id=w.draft, mandate_id="")),
    "intake.acting.mandate_of": Ask(lambda w, o: w.missing(MandateOver, lambda: acting.mandate_of(
        o, Draft(slug=NUMBERED, mandate=uuid.UUID(w.mandate)))), {"jiro"}, anything, RESIDENTS),
    "intake.acting.sees": Ask(lambda w, o: o and acting.sees(o, [Application(
        id=w.case, owner=w.hall.owner("jiro").key, acting={"mandate": w.mandate})])[w.case], {"jiro"}, something, RESIDENTS),
    # hanako's own was filed by nobody else: nobody has a copy of it; whose is one, in agency/tests
    "intake.applications.copy_get": Ask(lambda w, o: applications.copy_get(owner=o, application_id=w.case), set(), anything, RESIDENTS),
}
LEGAL = {  # taro represents somebody; matsuda confirms
    "agency.guardian_selectors.guardian_get": Ask(lambda w, o: legal.guardian_get(owner=o, guardian_id=w.guardian), {"taro"}, anything, RESIDENTS),
    "agency.guardian_selectors.guardian_list": Ask(lambda w, o: legal.guardian_list(owner=o) if o else [], {"taro"}, something, RESIDENTS),
    "agency.guardian_selectors.guardian_news": Ask(lambda w, o: o is not None and legal.guardian_news(owner=o), {"taro"}, something, RESIDENTS),
    "agency.guardian_selectors.guardian_file": Ask(lambda w, o: legal.guardian_file(owner=o, guardian_id=w.guardian, file_id=w.proof), {"taro"},
                                                   anything, RESIDENTS),
    "agency.guardian_selectors.usable_guardians": Ask(lambda w, o: legal.usable_guardians(owner=o, slug=NUMBERED) if o else [], {"taro"}, something,
                                                      RESIDENTS),
    "agency.guardian_selectors.guardian_to_file": Ask(lambda w, o: legal.guardian_to_file(owner=o, guardian_id=w.guardian, slug=NUMBERED), {"taro"},
                                                      anything, RESIDENTS),
    "agency.guardian_selectors.guardians_allowing": Ask(lambda w, o: legal.guardians_allowing(owner=o, guardian_ids=[w.guardian]) if o else set(),
                                                        {"taro"}, something, RESIDENTS),
    "agency.guardians.guardian_attach": Ask(lambda w, o: guardians.guardian_attach(
        owner=o, guardian_id=w.guardian, source=io.BytesIO(papers.jpeg()), name="a.jpg", size=len(papers.jpeg())), {"taro"}, anything, RESIDENTS),
    "agency.guardians.guardian_detach": Ask(lambda w, o: guardians.guardian_detach(
        owner=o, guardian_id=w.writing, file_id=w.page) or True, {"taro"}, anything, RESIDENTS),
    "agency.guardians.guardian_send": Ask(lambda w, o: guardians.guardian_send(owner=o, guardian_id=w.writing), {"taro"}, anything, RESIDENTS),
    "agency.guardians.guardian_end": Ask(lambda w, o: guardians.guardian_end(owner=o, guardian_id=w.guardian), {"taro"}, anything, RESIDENTS),
    "agency.guardians.guardian_read": Ask(lambda w, o: guardians.guardian_read(owner=o, guardian_id=w.guardian) or True, {"taro"}, anything,
                                            RESIDENTS),
    "agency.standing.bases": Ask(lambda w, o: standing.bases(owner=o, slug=NUMBERED) if o else [], {"taro", "jiro"}, something, RESIDENTS),
    "agency.standing.basis_to_file": Ask(lambda w, o: w.missing(MandateOver, lambda: standing.basis_to_file(
        owner=o, basis_id=w.guardian, slug=NUMBERED)), {"taro"}, anything, RESIDENTS),
    "agency.standing.basis_allows": Ask(lambda w, o: standing.basis_allows(owner=o, ids=[w.guardian], act="see") if o else set(), {"taro"}, something,
                                        RESIDENTS),
    "agency.guardian_selectors.section_of": staff(lambda w, a: legal.section_of(a), {"matsuda"}, something),
    "agency.guardian_selectors.may_confirm": staff(lambda w, a: legal.may_confirm(a), {"matsuda"}, something),
    "agency.guardian_selectors.claim_counts": staff(lambda w, a: legal.claim_counts(actor=a), {"matsuda"}, something),
    "agency.guardian_selectors.claim_list": staff(lambda w, a: legal.claim_list(actor=a, view="alive"), {"matsuda"}, something),
    "agency.guardian_selectors.claim_get": staff(lambda w, a: legal.claim_get(actor=a, guardian_id=w.guardian), {"matsuda"}, anything),
    "agency.guardian_selectors.claim_file": staff(lambda w, a: legal.claim_file(actor=a, guardian_id=w.guardian, file_id=w.proof), {"matsuda"},
                                                  anything),
    "agency.guardian_selectors.claim_compare": staff(
        lambda w, a: legal.claim_compare(actor=a, row=legal.claim_get(actor=a, guardian_id=w.guardian)), {"matsuda"}, anything),
    "agency.guardian_desk.claim_accept": staff(lambda w, a: guardian_desk.claim_accept(
        actor=a, guardian_id=w.claim, scope=["*"], ends_on=w.until, recheck_on=w.until, looked=True), {"matsuda"}, anything),
    "agency.guardian_desk.claim_refuse": staff(
        lambda w, a: guardian_desk.claim_refuse(actor=a, guardian_id=w.claim, why="なし"), {"matsuda"}, anything),
    "agency.guardian_desk.claim_end": staff(
        lambda w, a: guardian_desk.claim_end(actor=a, guardian_id=w.guardian, why="終わり"), {"matsuda"}, anything),
    "agency.mandate_desk.mandate_numbered": staff(lambda w, a: mandate_desk.mandate_numbered(actor=a, number=w.mandate[:8]), {"matsuda"}, something),
    "agency.mandate_desk.mandate_looked": staff(lambda w, a: mandate_desk.mandate_looked(actor=a, mandate_id=w.mandate), {"matsuda"}, anything),
    "agency.mandate_desk.mandate_stop": staff(
        lambda w, a: mandate_desk.mandate_stop(actor=a, mandate_id=w.mandate, why="死亡の届出"), {"matsuda"}, anything),
    "agency.guardian_desk.claim_recheck": staff(lambda w, a: guardian_desk.claim_recheck(
        actor=a, guardian_id=w.guardian, recheck_on=w.until, why="証明書"), {"matsuda"}, anything),
}
COUNTER = {  # tanaka helps with a procedure of her own section; others may help, and see only their own
    "counter.selectors.may_support": staff(lambda w, a: counter.may_support(a), HELPERS, something),
    "counter.selectors.insist": staff(lambda w, a: counter.insist(a) or True, HELPERS, anything),
    "counter.selectors.help_get": staff(lambda w, a: counter.help_get(actor=a, help_id=w.help), {"tanaka"}, anything),
    "counter.selectors.help_list": staff(lambda w, a: counter.help_list(actor=a), {"tanaka"}, something),
    "counter.services.help_end": staff(lambda w, a: helping.help_end(actor=a, help_id=w.help) or True, {"tanaka"}, anything),
    "counter.services.help_offer": staff(lambda w, a: helping.help_offer(actor=a, slug=w.slug), HELPERS, anything),
}
FIGURES = {
    "figures.selectors.sections_seen": staff(lambda w, a: "kosodate" in figures.sections_seen(actor=a), SECTION | {"admin", "auditor"}, something),
    "figures.selectors.figures": staff(lambda w, a: figures.figures(actor=a, section="kosodate", chosen=periods.Period(
        DAY.replace(day=1), DAY.replace(day=1))), SECTION | {"admin", "auditor"}, lambda v, w: v.total.filed > 0),
}
TABLE: dict[str, Ask] = AGENCY | COUNTER | LEGAL | CASEWORK | FIGURES | PAYMENTS | DELIVERY | IDENTITY | SURVEY | INTAKE

# Ways that take the person who asks and open nothing of anybody else's, with the reason.
OWN = {
    "casework.earlier.contact_told": "through case_ids, which has its strangers; another section's clerk: counter/tests/test_interviews.py",
    "casework.lists.sections_of": "names of sections, for those who then ask for their cases",
    "intake.paying.fee_debit": "works on an application that the view's `mine` has given out, with the asker's own account alone: "
                               "collection/tests/test_fee_debits.py",
    "identity.owners.proven": "yes or no of the sign-in of the one who asks",
    "agency.services.mandate_offer": "makes a new mandate of the one who asks",
    "agency.guardians.guardian_declare": "makes a new declaration of the one who asks",
    "register.services.people_compare": "for casework.holdings.holdings, which has its strangers; guarded people: register/tests/test_protection.py",
    "casework.deputies.instead_of": "in whose place the asker would stamp a case that case_get has given out",
    "casework.deputies.stamp_check": "may the asker stamp a decision of a case that case_get or case_get_locked has given out",
    "casework.deputies.in_run": "yes or no about a run that run_get has given out",
    "casework.bulk.obstacle": "works on a run that run_get or a confirmed promise has given out",
    "casework.bulk.why_for": "as obstacle; who may not know of a guarded person reads other words: casework/tests/test_bulk_desk.py",
    "api.services.scope_insist": "looks at the token itself",
    "api.services.read_record": "writes down what a token read",
    "identity.factors.totp_add": "adds to the account of the one who asks",
    "identity.factors.recovery_make": "makes codes for the account of the one who asks",
    "identity.factors.passkey_add": "adds to the account of the one who asks",
    "intake.earlier.may_look": "yes or no about the asker and a draft that draft_with_earlier or draft_get has given out",
    "intake.earlier.look": "as may_look, and reads applications of the asker alone: strangers, guests and companies: intake/tests/test_earlier.py",
    "intake.earlier.earlier_take": "as look; the card has to have proven who asks: intake/tests/test_earlier.py",
    "intake.drafts.draft_start": "makes a new draft of the one who asks",
    "intake.second.second_ask": "is handed the application, which the page has got by application_get; asks besides whether it is their own",
    "intake.acting.may_end": "is handed the application, which the page of its fee has got by payable_get; says yes or no",
    "intake.acting.sides": "is handed the application, which the page has got by application_get or its list; reads nothing beside it",
    "intake.acting.you": "is handed the application, which the page has got by application_get; reads nothing beside it",
    "intake.address.may_change": "is handed the application, which the page has got by application_get; says yes or no",
    "intake.address.address_put": "as may_change, which it asks; who may not: intake/tests/test_address.py",
    "intake.second.is_own": "is handed the application, which the page has got by application_get",
    "intake.applications.correction_answer": "is handed the application, which the page has got by application_get; asks only who signs",
    "intake.companies.correction_faults": "is handed the application, whose answer is being judged; asks only who files it",
    "intake.signing.sign_again": "is handed the application; asks only who signs",
    "intake.signing.sign_if_needed": "is handed the draft; asks only who signs",
}

# Readers that open something without asking who it is for: why, and the only modules that may use them (None: it is nobody's).
OPEN: dict[str, tuple[str, set[str] | None]] = {
    "agency.public.works_for": ("for the handlers that mail news and address a letter", {"intake.acting", "casework.letters"}),
    "agency.selectors.code_digest": ("a digest", None),
    "agency.selectors.last_day": ("a day", None),
    "agency.selectors.standing": ("a condition for those who look, no rows", None),
    "agency.selectors.scope_words": ("names of procedures", None),
    "agency.rules.code_read": ("reads what was typed", None),
    "agency.organisation_import.day_read": ("reads what was typed", None),
    "agency.organisation_import.entry_read": ("reads what was typed", None),
    "agency.selectors.by_code": ("finds an invitation by its own secret code", {"agency.services"}),
    "counter.selectors.help_by_code": ("finds a help by its own secret code", {"counter.services"}),
    "counter.selectors.code_digest": ("a digest", None),
    "counter.selectors.help_alive": ("by the signed mark on the tablet", {"counter.served", "counter.services"}),
    "register.public.trial_town": ("fills an empty register with invented people", {"config.management.commands.setup"}),
    "api.services.token_read": ("finds a token by its own secret text", {"api.routes"}),
    "casework.public.decided": ("for the handler of a decision; figures have a field of this name",
                                {"delivery.services", "casework.retention", "figures.rules", "figures.selectors", "delivery.replaced"}),
    "casework.public.case_of_event": ("for handlers, and suggestions on a case that is authorised",
                                      {"survey.services", "survey.selectors", "survey.ending"}),
    "casework.public.cases_of_section": ("the section of a token; its strangers are in api/tests/test_api.py", {"api.routes"}),
    "casework.public.decision_standing": ("of the case of a parcel that the caller holds; an id and nothing else", {"delivery.replaced"}),
    "casework.public.last_decision": ("of a case that the caller has got by case_get", {"survey.selectors", "survey.services", "survey.staff_views"}),
    "figures.selectors.table": ("writes down figures that were given out", None),
    "figures.selectors.left_table": ("the same", None),
    "identity.selectors.approvers": ("whom the alarms go to", {"casework.escalation"}),
    "files.public.file_get": ("who may see a file is decided by the room whose row names it",
                              {"agency.guardian_selectors", "intake.drafts",
                               "intake.applications", "intake.views_documents", "casework.staff_views", "casework.paper_views", "casework.papers",
                               "collection.printing", "collection.demanded", "collection.moved", "scans.selectors", "scans.services", "scans.taking",
                           "collection.run_staff_views", "collection.excess_staff_views",
                           "collection.debit_staff_views", "collection.changes", "collection.names", "inventory.desk"}),
    "files.public.files_of": ("as file_get; the witness of cases compares digests", {"scans.services", "casework.parity"}),
    "files.public.files_missing": ("counts, for the witnesses", {"intake.forgetting", "casework.witness", "collection.witness"}),
    "identity.lockout.number_read": ("reads what was typed at the sign-in", {"identity.staff_entry_views"}),
    "identity.people.staff_get": ("for the personnel import", set()),
    "identity.personnel.people_read": ("parses the personnel file", set()),
    "identity.selectors.staff_active": ("whom the city's provider vouches for", {"identity.staff_oidc_views"}),
    "identity.selectors.staff_active_by_id": ("whom the half sign-in names; who confirmed a bulk review",
                                              {"identity.staff_entry_views", "casework.bulk"}),
    "identity.selectors.works_in": ("yes or no, for the handler of a mover", {"casework.handlers"}),
    "identity.selectors.sections_of_staff": ("ids of sections, for the command that starts the city hall", None),
    "identity.selectors.colleagues": ("names of a section's staff, for its own people",
                                      {"cards.trial", "identity.directory", "casework.staff_views", "casework.services", "cards.outings",
                                       "cards.outing_staff_views"}),
    "intake.applications.application_by_code": ("asks for receipt number and code, counted and locked", {"intake.views_my", "intake.address"}),
    "intake.drafts.resume_read": ("reads a signed link", {"intake.views_form"}),
    "intake.numbers.read_page": ("reads what was posted", {"intake.drafts", "intake.reopened", "intake.asking"}),
    "intake.public.filing_of": ("for the adapter through which casework copies a filing", set()),
    "intake.rules.receipt_read": ("reads what was typed", {"intake.applications", "intake.codes", "intake.views_code"}),
    "payments.selectors.payment_of_case": ("of an application or case that the caller has got by application_get or case_get",
                                             {"intake.paying", "collection.online"}),
    "payments.selectors.fees_of_case": ("of an application or case that the caller has got by application_get, case_get or payment_get",
                                        {"intake.paying", "casework.dues", "payments.staff_views"}),
    "payments.selectors.backs_of_case": ("of an application that the caller has got by application_get or copy_get", {"intake.paying"}),
    "payments.selectors.undecided": ("narrows a list that the caller has asked for, or holds a case back from being destroyed",
                                     {"payments.staff_views", "payments.keeping"}),
    "agency.public.organisation_stands": ("whether a registration stands, of an application that the caller has found", {"intake.acting"}),
    "payments.selectors.fee_owed": ("of a case that the caller has got by case_get", {"casework.dues"}),
    "payments.selectors.payments_of_cases": ("of applications or orders that the caller has listed",
                                              {"intake.paying", "collection.mine", "collection.ledger"}),
    "payments.rules.slip_read": ("reads what was typed", {"payments.terminals"}),
    "payments.selectors.orders_known": ("numbers of orders and whether they are paid, for the check of the books", {"collection.ledger"}),
    "notifications.public.mails_forget": ("counts what is destroyed", {"intake.forgetting"}),
    "records.public.number_of": ("for the command that proves a paper by its digest, and tells a number only",
                                {"records.management.commands.papers"}),
    "records.public.documents_of": ("for the handler that issues letters", {"casework.letters"}),
    "records.public.issued_files": ("for the witness of cases: digests, compared and not told", {"casework.parity"}),
    "records.public.documents_forget": ("counts what is destroyed", {"casework.retention"}),
    "records.public.registers": ("numbers alone, for the command that shows how far they have come",
                                 {"config.management.commands.numbers"}),
    "records.public.witness": ("for the witness", None),
    "offices.fees.fee_read": ("reads the city pack", {"offices.city"}),
    "offices.selectors.forget": ("drops what is remembered", None),
    "offices.selectors.terms_in_pack": ("reads the city pack", None),
    "offices.selectors.disasters_all": ("open to everybody", None),
    "offices.selectors.disasters_open": ("open to everybody", None),
    "offices.selectors.disaster_get": ("open to everybody", None),
    "operations.selectors.lasting": ("words for a time", None),
    "operations.selectors.ago": ("words for a number", None),
    "procedures.selectors.forget": ("drops what is remembered", None),
    "procedures.selectors.current": ("open to everybody", None),
    "procedures.selectors.version": ("open to everybody", None), "procedures.selectors.version_filed": ("open to everybody", None),
    "procedures.selectors.years_kept": ("open to everybody", None),
    "procedures.selectors.accepts": ("open to everybody", None),
    "procedures.selectors.catalogue": ("open to everybody", None),
    "procedures.selectors.first_of": ("open to everybody", None), "procedures.selectors.warm": ("keeps what is open to everybody", None),
    "procedures.selectors.search": ("open to everybody", None), "procedures.selectors.index": ("words of published definitions", None),
    "procedures.selectors.synonym_files": ("two addresses of files", None),
    "procedures.selectors.reading_files": ("two addresses of files", None), "procedures.selectors.facets_of": ("open to everybody", None),
    "survey.selectors.area_plain": ("words", None),
    "survey.selectors.suggestion": ("for the decide page of a case that casework has authorised", {"config.wiring"}),
    "survey.selectors.decision_faults": ("for a decision on a case that casework has authorised", {"casework.grounds", "config.wiring"}),
    "survey.selectors.case_links": ("for the page of a case that casework has authorised",
                                    {"casework.ports", "casework.detail", "config.wiring"}),
}
