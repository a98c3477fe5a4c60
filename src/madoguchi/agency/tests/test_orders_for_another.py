"""A certificate that costs something, ordered for somebody: to whom the refusal goes, and what an agent of the past may still do."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from tests.support.hall import OPENING, Hall, run_worker
from tests.support.walk import text

from madoguchi.agency import organisations, services
from madoguchi.agency.models import Mandate
from madoguchi.casework import letters
from madoguchi.casework.models import Case
from madoguchi.casework.services import correction_request
from madoguchi.collection.models import FeeSlip
from madoguchi.intake import acting, companies, drafts
from madoguchi.intake.models import Application
from madoguchi.kernel import clock
from madoguchi.notifications.models import Mail
from madoguchi.payments import cashier, refunds, withdrawn
from madoguchi.payments.models import Payment
from madoguchi.procedures.rules.faces.letter import letter_text

from .test_organisations import SHINKI, UME, entry, filed, mandated

TAX, OFFICE = "kazei-shoumei", "見本行政書士法人"
HOME = {"zip": "9292222", "city": "石川県七尾市", "town": "中島町中島甲", "lot": "1番地", "building": ""}


def answers(hall: Hall, sei: str, mei: str) -> dict[str, Any]:
    return hall.answers(TAX) | {"filer": "agent", "target_name": UME["insured_name"], "target_born": UME["insured_born"], "target_address": HOME,
                                "receive": "counter", "exempt": False, "name": {"sei": sei, "mei": mei}}


@pytest.fixture
def given(hall: Hall) -> Mandate:
    """Ume has given Taro a mandate for the certificate."""
    hall.definition(TAX)
    _, code = services.mandate_offer(owner=hall.owner("ume"), name="見本太郎", scope=[TAX], acts=["see", "messages"],
                                     ends_on=clock.today() + dt.timedelta(days=60))
    return services.mandate_answer(owner=hall.owner("taro"), code=code, accept=True)


def unpaid(hall: Hall, mandate: Mandate) -> Application:
    owner = hall.owner("taro")
    draft = drafts.draft_start(owner=owner, slug=TAX)
    acting.draft_act(owner=owner, draft_id=str(draft.id), mandate_id=str(mandate.id))
    draft.refresh_from_db()
    row = hall.send(owner, hall.fill(owner, draft, answers(hall, "見本", "太郎"))).application
    run_worker()
    return row


def test_the_letter_to_an_office_names_it_before_its_clerk(hall: Hall):
    hall.definition(TAX)
    made = entry(section="zeimu", kind="gyousei", office="", procedures=(TAX,), name=OFFICE)
    row = organisations.organisation_write(actor=hall.staff("nakamura"), entry=made)
    mandate, owner = mandated(hall, row, scope=(TAX,)), hall.company("kyotaku")
    draft = drafts.draft_start(owner=owner, slug=TAX)
    companies.draft_choose(owner=owner, draft_id=str(draft.id), value=f"{row.id}:{mandate.id}")
    draft.refresh_from_db()
    sent = hall.send(owner, hall.fill(owner, draft, answers(hall, "試用", "介子"))).application
    run_worker()
    cashier.cash_take(actor=hall.staff("yamada"), payment_id=str(Payment.objects.get().id), tendered=900)
    run_worker()
    case = Case.objects.get(id=sent.id)
    decision = hall.propose(case, "yamada", "reject")
    assert f"\n{OFFICE}\n試用\u3000介子\u3000様\n" in letter_text(letters.letters_of(case, decision)[0][1])


def test_a_letter_to_a_person_names_no_office(hall: Hall, given: Mandate):
    row = unpaid(hall, given)
    cashier.cash_take(actor=hall.staff("yamada"), payment_id=str(Payment.objects.get().id), tendered=900)
    run_worker()
    case = Case.objects.get(id=row.id)
    head = letter_text(letters.letters_of(case, hall.propose(case, "yamada", "reject"))[0][1]).partition("七尾市長")[0]
    assert "見本\u3000太郎\u3000様" in head and "法人" not in head


def test_an_agent_of_the_past_pays_what_they_sent_and_does_not_end_it(hall: Hall, given: Mandate):
    row, taro, ume = unpaid(hall, given), hall.browser("taro"), hall.browser("ume")
    page = f"/my/{row.id}/pay/"
    assert "手続きをやめる" in text(taro.get(page))
    services.mandate_end(owner=hall.owner("ume"), mandate_id=str(given.id))
    assert "手続きをやめる" not in text(taro.get(page)) and "納付書" in text(taro.get(page)) and "手続きをやめる" in text(ume.get(page))
    refused = taro.post(f"{page}cancel/")
    assert refused.status_code == 404 and "いまは代理の方からは扱えません" in text(refused)
    row.refresh_from_db()
    assert row.status == "unpaid"
    assert taro.post(f"{page}slip/").status_code == 303 and FeeSlip.objects.exists()
    assert ume.post(f"{page}cancel/").status_code == 303
    run_worker()
    row.refresh_from_db()
    assert row.status == "withdrawn"


def test_an_agent_who_may_still_act_ends_what_they_sent(hall: Hall, given: Mandate):
    row = unpaid(hall, given)
    assert hall.browser("taro").post(f"/my/{row.id}/pay/cancel/").status_code == 303
    run_worker()
    row.refresh_from_db()
    assert row.status == "withdrawn"


def paid_by_an_office_of_the_past(hall: Hall) -> tuple[Application, Payment]:
    """An office ordered and paid for Ume, whose mandate has ended since; and the fee."""
    hall.definition(TAX)
    made = entry(section="zeimu", kind="gyousei", office="", procedures=(TAX,), name=OFFICE)
    row = organisations.organisation_write(actor=hall.staff("nakamura"), entry=made)
    mandate, owner = mandated(hall, row, scope=(TAX,)), hall.company("kyotaku")
    draft = drafts.draft_start(owner=owner, slug=TAX)
    companies.draft_choose(owner=owner, draft_id=str(draft.id), value=f"{row.id}:{mandate.id}")
    draft.refresh_from_db()
    sent = hall.send(owner, hall.fill(owner, draft, answers(hall, "試用", "介子")), mail="office@example.jp").application
    fee = Payment.objects.get()
    cashier.cash_take(actor=hall.staff("yamada"), payment_id=str(fee.id), tendered=900)
    run_worker()
    services.mandate_end(owner=hall.owner("ume"), mandate_id=str(mandate.id))
    run_worker()
    return sent, fee


def test_who_paid_and_follows_it_no_more_hears_that_the_money_comes_back(hall: Hall):
    (sent, fee), clerk = paid_by_an_office_of_the_past(hall), hall.staff("yamada")
    hall.decide(Case.objects.get(id=sent.id), "reject", "yamada", "nakamura")
    run_worker()
    before, office = Mail.objects.count(), hall.office("kyotaku")
    asked = refunds.refund_ask(actor=clerk, payment_id=str(fee.id), amount=fee.amount, reason="refused")
    refunds.refund_answer(actor=hall.staff("nakamura"), refund_id=str(asked.id), approve=True)
    run_worker()
    mail, shown = Mail.objects.get(key__startswith="refunding:"), text(office.get(f"/my/{sent.id}/copy/"))
    assert Mail.objects.count() == before + 1 and f"/my/{sent.id}/" in mail.body
    assert "手数料を窓口でお返しします" in shown and "不交付" not in shown + mail.body, "that and how it goes back, not why"
    refunds.refund_hand_over(actor=clerk, refund_id=str(asked.id))
    run_worker()
    shown = text(office.get(f"/my/{sent.id}/copy/"))
    assert Mail.objects.filter(key__startswith="refunded:").exists()
    assert f"お返しした金額 {fee.amount}円" in shown and "窓口でお返しします" not in shown


def test_who_paid_and_follows_it_no_more_hears_that_the_money_stays(hall: Hall):
    sent, fee = paid_by_an_office_of_the_past(hall)
    assert hall.browser("ume").post(f"/my/{sent.id}/withdraw/", {"ok": "yes"}).status_code == 303
    run_worker()
    before, office = Mail.objects.count(), hall.office("kyotaku")
    withdrawn.fee_keep(actor=hall.staff("yamada"), payment_id=str(fee.id), why="done")
    run_worker()
    mail, shown = Mail.objects.get(key__startswith="kept:"), text(office.get(f"/my/{sent.id}/copy/"))
    assert Mail.objects.count() == before + 1 and f"/my/{sent.id}/" in mail.body
    assert f"納めていただいた手数料は、お返しできません（{fee.amount}円）" in shown and "取下げ" not in shown + mail.body, "that it stays, not why"


def test_the_person_reads_whose_birth_date_and_address_stand_under_you(hall: Hall, given: Mandate):
    row = unpaid(hall, given)
    cashier.cash_take(actor=hall.staff("yamada"), payment_id=str(Payment.objects.get().id), tendered=900)
    run_worker()
    correction_request(actor=hall.staff("yamada"), case_id=str(row.id), items=[("phone", "番号が違うようです")],
                       due_on=OPENING.date() + dt.timedelta(days=10))
    run_worker()
    note = f"この中の「あなた」は、代理で送った{row.acting['name']}さんのことです。"
    for page in (f"/my/{row.id}/", f"/my/{row.id}/correct/"):
        shown, agents = text(hall.browser("ume").get(page)), text(hall.browser("taro").get(page))
        assert note in shown and "あなたの電話番号" in shown
        assert "あなたの電話番号" in agents and "この中の「あなた」" not in agents, "who filled it in knows"


def test_an_office_s_person_is_who_the_form_spoke_to(hall: Hall):
    hall.definition(TAX)
    made = entry(section="zeimu", kind="gyousei", office="", procedures=(TAX,), name=OFFICE)
    row = organisations.organisation_write(actor=hall.staff("nakamura"), entry=made)
    mandate, owner = mandated(hall, row, scope=(TAX,)), hall.company("kyotaku")
    draft = drafts.draft_start(owner=owner, slug=TAX)
    companies.draft_choose(owner=owner, draft_id=str(draft.id), value=f"{row.id}:{mandate.id}")
    draft.refresh_from_db()
    sent = hall.send(owner, hall.fill(owner, draft, answers(hall, "試用", "介子"))).application
    shown = text(hall.browser("ume").get(f"/my/{sent.id}/"))
    assert f"この中の「あなた」は、代わりに送った{OFFICE}の担当の方のことです。" in shown


def test_where_the_form_spoke_to_nobody_nothing_is_said_of_it(hall: Hall):
    hall.definition(SHINKI)
    row = organisations.organisation_write(actor=hall.staff("ito"), entry=entry(procedures=(SHINKI,)))
    sent = filed(hall, row, mandated(hall, row, scope=(SHINKI,)))
    shown = text(hall.browser("ume").get(f"/my/{sent.id}/"))
    assert "見本居宅介護支援事業所が代わりに送信" in shown and "あなた" not in shown.partition("送った内容")[2]
