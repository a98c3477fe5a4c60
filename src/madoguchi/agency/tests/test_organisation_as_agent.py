"""An organisation on the pages of a form that knows agents and no 提出代行, and on the page of what it sent."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from tests.support.forms import forms_of
from tests.support.hall import OPENING, Hall, run_worker
from tests.support.walk import text

from madoguchi.agency import organisations, services
from madoguchi.agency.models import Mandate
from madoguchi.agency.rules import OFFER_DAYS
from madoguchi.casework import withdrawing
from madoguchi.casework.models import Case
from madoguchi.intake import companies, drafts
from madoguchi.kernel import clock
from madoguchi.notifications.models import Mail

from .test_organisations import CARD, RISAI, SHINKI, entry, filed, mandated

TAX = "kazei-shoumei"


@pytest.fixture
def registered(hall: Hall):
    """The trial company's organisation, registered by the chief of 介護."""
    hall.definition(SHINKI), hall.definition(CARD)
    return hall.organisation("kyotaku", SHINKI, CARD)


def test_where_the_form_knows_no_office_it_is_asked_as_the_agent_alone(hall: Hall):
    """罹災証明 has a role with 委任状 and none of 提出代行: an organisation is that agent, and hears it on the page and not at the end."""
    hall.definition(RISAI)
    made = entry(section="zeimu", kind="gyousei", office="", procedures=(RISAI,))
    row = organisations.organisation_write(actor=hall.staff("nakamura"), entry=made)
    client, owner = hall.office("kyotaku"), hall.company("kyotaku")
    draft = drafts.draft_start(owner=owner, slug=RISAI)
    companies.draft_choose(owner=owner, draft_id=str(draft.id), value=str(row.id))
    page = f"/a/{draft.id}/event/"
    shown = re.findall(r'name="filer" value="(\w+)"', text(client.get(page)))
    assert shown == ["agent"]
    refused = client.post(page, {"cause": "natural", "filer": "self", "_action": "next"})
    assert refused.status_code == 422 and "事業所として入力していません" in text(refused)


def test_what_gbizid_alone_filled_is_not_said_to_be_of_the_registration(hall: Hall):
    """The section can change nothing of the name of who signs in: that is GビズID's."""
    hall.definition(TAX)
    made = entry(section="zeimu", kind="gyousei", office="", procedures=(TAX,))
    row = organisations.organisation_write(actor=hall.staff("nakamura"), entry=made)
    client, owner = hall.office("kyotaku"), hall.company("kyotaku")
    draft = drafts.draft_start(owner=owner, slug=TAX)
    companies.draft_choose(owner=owner, draft_id=str(draft.id), value=str(row.id))
    page = text(client.get(f"/a/{draft.id}/filer_page/"))
    assert "介子" in page and "GビズIDの利用者の氏名が入っています" in page
    assert "登録の内容が入っています" not in page and "法人の名称が入っています" not in page


def test_the_history_of_what_was_asked_of_an_organisation_speaks_of_no_invitation(hall: Hall, registered):
    given, ume = mandated(hall, registered, accept=False), hall.browser("ume")
    page = f"/my/mandates/{given.id}/"
    assert "事業所に代理を頼みました" in text(ume.get(page)) and "招待" not in text(ume.get(page))
    with clock.frozen(OPENING + dt.timedelta(days=OFFER_DAYS + 1)):
        late = text(ume.get(page))
        assert "返事の期限が過ぎました" in late and "招待" not in late
    services.mandate_end(owner=hall.owner("ume"), mandate_id=str(given.id))
    over = text(ume.get(page))
    assert "依頼を取り消しました" in over and "招待" not in over


def test_the_page_of_an_application_says_who_sent_it_and_whose_it_is(hall: Hall, registered):
    row = filed(hall, registered, mandated(hall, registered))
    page = f"/my/{row.id}/"
    assert "見本居宅介護支援事業所が代わりに送信" in text(hall.browser("ume").get(page))
    assert "試用 うめさんの代理" in text(hall.office("kyotaku").get(page))


def test_of_a_withdrawal_that_the_section_takes_nobody_is_told_without_a_mandate_and_the_clerk_reads_that(hall: Hall, registered):
    row, told = filed(hall, registered), "手続きした方には知らせが届きません。電話か文書で伝えてください。"
    run_worker()
    clerk, before = hall.staff("sato"), Mail.objects.count()
    assert told in text(hall.desk("sato").get(f"/staff/case/{row.id}/"))
    withdrawing.withdrawal_take(actor=clerk, case_id=str(row.id), via="phone", why="本人から、やめたいと電話があったため")
    run_worker()
    assert Case.objects.get().state == "withdrawn" and Mail.objects.count() == before
    assert "取り下げました" not in text(hall.office("kyotaku").get(f"/my/{row.id}/copy/"))


def test_with_a_mandate_that_says_so_the_section_tells_it(hall: Hall, registered):
    row = filed(hall, registered, mandated(hall, registered))
    run_worker()
    before = Mail.objects.count()
    assert "手続きした方に知らせます。" in text(hall.desk("sato").get(f"/staff/case/{row.id}/"))
    withdrawing.withdrawal_take(actor=hall.staff("sato"), case_id=str(row.id), via="phone", why="本人から、やめたいと電話があったため")
    run_worker()
    assert Mail.objects.count() == before + 1


def test_what_was_typed_for_an_organisation_that_lapsed_is_at_hand_for_another(hall: Hall, registered):
    ume, page, chief = hall.browser("ume"), "/my/mandates/organisation/", hall.staff("ito")
    day = {"ends.era": "r", "ends.y": "9", "ends.m": "1", "ends.d": "20"}
    other = organisations.organisation_write(actor=chief, entry=entry(name="見本第二事業所", office="1770000002"))
    organisations.organisation_end(actor=chief, organisation_id=str(registered.id), why="廃止の届出")
    late = ume.post(page, {"organisation": str(registered.id), "scope": [SHINKI], "acts": ["messages"]} | day)
    assert late.status_code == 422 and "代理を頼む事業所を選んでください" in text(late)
    form = next(f for f in forms_of(late, page) if f.path == page)
    assert {k: form.shown()[k][-1] for k in day} == day
    again = ume.post(page, form.shown() | form.hidden | {"organisation": str(other.id), "choose": "yes"})
    assert again.status_code == 200 and not Mandate.objects.exists()
    form = next(f for f in forms_of(again, page) if f.path == page)
    assert form.shown()["scope"] == [SHINKI] and form.shown()["acts"] == ["messages"] and {k: form.shown()[k][-1] for k in day} == day
    assert ume.post(page, form.shown() | form.hidden).status_code == 303
    assert Mandate.objects.get().organisation == other.id
