"""A company that files in its own name: what is filled in, as whom the city sees it and writes to it, and what its people see."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.http import HttpResponse
from django.test import Client
from tests.support.hall import Hall, run_worker
from tests.support.walk import hidden, text

from madoguchi.casework import letters, services, talk
from madoguchi.casework.holdings import holdings
from madoguchi.casework.lists import Filter, case_list
from madoguchi.casework.models import Case
from madoguchi.identity.public import TRIAL_BUSINESSES, business_sign_in, business_signed_in
from madoguchi.intake import companies, drafts, filing
from madoguchi.intake.models import Application, Draft
from madoguchi.kernel import clock
from madoguchi.kernel.models import AuditEntry
from madoguchi.procedures.rules.faces.letter import letter_text
from madoguchi.register.public import trial_town

SLUG, NAME = "koubunsho-kaiji", TRIAL_BUSINESSES["shinki"].name


@pytest.fixture
def draft(hall: Hall) -> Draft:
    hall.definition(SLUG)
    started = drafts.draft_start(owner=hall.company("shinki"), slug=SLUG)
    return companies.draft_choose(owner=hall.company("shinki"), draft_id=str(started.id), value="own")


@pytest.fixture
def case(hall: Hall, draft: Draft) -> Case:
    owner = hall.company("shinki")
    given = hall.answers(SLUG) | {"relation": "corporation", "corp_name": NAME}
    sent = filing.application_submit(owner=owner, draft_id=str(hall.fill(owner, draft, given).id))
    run_worker()
    return Case.objects.get(id=sent.application.id)


def test_its_name_comes_from_the_sign_in_and_the_page_says_so(hall: Hall, draft: Draft):
    client, page = hall.office("shinki"), f"/a/{draft.id}/requester_page/"
    first = client.get(page)
    assert re.search(rf'name="corp_name" value="{NAME}"', text(first))
    assert "GビズIDの法人の名称が入っています" in text(first)
    assert "担当の課に登録の変更" not in text(first), "no section has registered it"
    assert "試用 代理" not in text(first), "who types is not who speaks for the company"
    assert hidden(first, "_mark") is not None
    assert "入っています" not in text(client.get(f"/a/{draft.id}/way_page/"))
    way = text(client.get(f"/a/{draft.id}/acting/"))
    assert "自分の法人の名前で出す" in way
    assert "登録の内容が入ります" not in way


def test_another_name_is_refused_by_where_the_right_one_stands(hall: Hall, draft: Draft):
    owner = hall.company("shinki")
    hall.fill(owner, draft, hall.answers(SLUG) | {"relation": "corporation", "corp_name": "別の法人"})
    refused = text(hall.office("shinki").get(f"/a/{draft.id}/check/"))
    assert f"GビズIDの法人の名称（{NAME}）と違います" in refused
    assert "登録されている名称" not in refused


def test_the_letter_is_to_the_company_and_the_case_is_found_by_it(hall: Hall, case: Case):
    assert case.name == f"{NAME}\u3000見本\u3000花子"
    for wanted in ("行政書士法人", "見本"):
        assert case_list(actor=hall.staff("hirano"), wanted=Filter(query=wanted)).count == 1, wanted
    decision = hall.decide(case, "full", "hirano", "aoki", "nishida")
    words = letter_text(letters.letters_of(case, decision)[0][1])
    assert f"{NAME}\n見本\u3000花子\u3000様" in words
    run_worker()
    assert "公文書開示決定通知書" in text(hall.office("shinki").get(f"/my/{case.id}/"))


def test_a_person_is_written_to_as_before(hall: Hall):
    case = hall.case("hanako", SLUG, hall.answers(SLUG) | {"relation": "person"})
    assert case.name == "見本\u3000花子"
    decision = hall.decide(case, "full", "hirano", "aoki", "nishida")
    assert "法人" not in letter_text(letters.letters_of(case, decision)[0][1]).partition("見本\u3000花子\u3000様")[0]


def test_a_correction_makes_it_no_other_company(hall: Hall, case: Case):
    services.correction_request(actor=hall.staff("hirano"), case_id=case.ref, items=[("corp_name", "登記のとおりに"), ("phone", "もう一度")],
                                due_on=clock.today() + dt.timedelta(days=9))
    run_worker()
    client, page = hall.office("shinki"), f"/my/{case.id}/correct/"
    refused = client.post(page, {"corp_name": "別の法人", "phone": "0767-53-0099"})
    assert refused.status_code == 422
    assert f"GビズIDの法人の名称（{NAME}）と違います" in text(refused)
    assert client.post(page, {"corp_name": f"{NAME[:2]} {NAME[2:]}", "phone": "0767-53-0099"}).status_code == 303


def test_its_people_see_what_the_section_wrote(hall: Hall, case: Case):
    colleague, response = Client(), HttpResponse()
    business_sign_in(response, business_signed_in(issuer="trial", subject="colleague", company=TRIAL_BUSINESSES["shinki"]))
    colleague.cookies.update(response.cookies)
    before = text(colleague.get("/office/"))
    assert case.receipt in before
    assert "連絡が届いています" not in before
    assert "ご本人から「状況を見ること」" not in before, "nobody else's is among them"
    talk.talk_write(actor=hall.staff("hirano"), case_id=case.ref, text="対象の年度を教えてください")
    run_worker()
    assert "連絡が届いています" in text(colleague.get("/office/"))
    with clock.frozen(clock.now() + dt.timedelta(minutes=1)):
        assert colleague.post(f"/my/{case.id}/talk/", {"text": "令和7年度です"}).status_code == 303
    assert "連絡が届いています" not in text(hall.office("shinki").get("/office/")), "answered by a colleague"
    assert Application.objects.count() == 1


def test_its_number_is_that_of_the_sign_in_and_stands_on_the_case_and_in_the_hand_over(hall: Hall, case: Case):
    number = TRIAL_BUSINESSES["shinki"].number
    assert f'法人番号 <b class="num">{number}</b>（GビズIDでログイン）' in text(hall.desk("hirano").get(f"/staff/case/{case.id}/"))
    decision = hall.propose(case, "hirano", "full")
    assert letters.row_words(case, decision)["法人番号"] == number
    assert ("法人番号", "法人番号") in [column for handover in hall.definition(SLUG).handovers for column in handover.columns]


def test_a_number_that_a_person_typed_is_nobodys_sign_in(hall: Hall):
    case = hall.case("hanako", SLUG, hall.answers(SLUG) | {"relation": "corporation", "corp_name": NAME})
    assert "GビズIDでログイン" not in text(hall.desk("hirano").get(f"/staff/case/{case.id}/"))
    assert letters.row_words(case, hall.propose(case, "hirano", "full"))["法人番号"] == ""


def test_who_speaks_for_a_company_is_not_looked_up_among_the_residents(hall: Hall, case: Case):
    trial_town(actor="command")
    assert holdings(actor=hall.staff("hirano"), case=case) is None
    assert not AuditEntry.objects.filter(action="register.read").exists()
    of_a_person = hall.case("hanako", SLUG, hall.answers(SLUG) | {"relation": "person"})
    assert holdings(actor=hall.staff("hirano"), case=of_a_person) is not None
    assert AuditEntry.objects.filter(action="register.read").exists()


def test_another_companys_number_is_refused(hall: Hall):
    slug, owner = "nyuusatsu-sanka", hall.company("shinki")
    hall.definition(slug)
    started = drafts.draft_start(owner=owner, slug=slug)
    draft = companies.draft_choose(owner=owner, draft_id=str(started.id), value="own")
    number = TRIAL_BUSINESSES["shinki"].number
    assert re.search(rf'name="corp_number" value="{number}"', text(hall.office("shinki").get(f"/a/{draft.id}/bidder_page/")))
    given = hall.answers(slug) | {"relation": "corporation", "corp_name": NAME, "corp_number": TRIAL_BUSINESSES["kyotaku"].number}
    hall.fill(owner, draft, given)
    assert f"GビズIDの法人番号（{number}）と違います" in text(hall.office("shinki").get(f"/a/{draft.id}/check/"))
    draft.refresh_from_db()
    sent = filing.application_submit(owner=owner, draft_id=str(hall.fill(owner, draft, given | {"corp_number": number}).id))
    assert sent.application.answers["corp_number"] == number


def test_what_its_people_booked_is_found_from_its_page(hall: Hall):
    assert 'href="/booking/my/"' in text(hall.office("shinki").get("/office/"))
    assert hall.office("shinki").get("/booking/my/").status_code == 200
