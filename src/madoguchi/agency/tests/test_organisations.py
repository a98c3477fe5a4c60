"""Organisations that file for residents: registered by staff, signed in with GビズID, seen only as far as a mandate says."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.support.hall import OPENING, Hall, run_worker
from tests.support.papers import PLACE
from tests.support.walk import text

from madoguchi.agency import organisation_import, organisations, services
from madoguchi.agency.errors import (
    MandateNotFound,
    MandateOver,
    MandateWrong,
    OrganisationNotFound,
    OrganisationOver,
    OrganisationWrong,
)
from madoguchi.agency.models import Mandate, Organisation
from madoguchi.agency.organisation_rules import Entry
from madoguchi.casework.models import Case
from madoguchi.identity.public import TRIAL_BUSINESSES
from madoguchi.intake import applications, companies, drafts, filing
from madoguchi.intake.errors import AnswersWrong, CompanyCannot
from madoguchi.intake.models import Application
from madoguchi.kernel import audit, clock
from madoguchi.kernel.errors import Forbidden, NotFound
from madoguchi.kernel.models import AuditEntry

STRANGERS = ("organisation", "organisation_end", "office_answer", "office_end")
SHINKI, CARD, RISAI = "kaigo-nintei-shinki", "kaigo-hihokenshashou-saikoufu", "risai-shoumei"
UNTIL = OPENING.date() + dt.timedelta(days=90)
UME = {"insured_name": {"sei": "試用", "mei": "うめ"}, "insured_born": "1944-11-03"}


def entry(who: str = "kyotaku", **more) -> Entry:
    made = Entry("kaigo", "kyotaku", "見本居宅介護支援事業所", TRIAL_BUSINESSES[who].number, "1770000001", PLACE, "0767-53-0001", "見本 一郎",
                 (SHINKI, CARD), OPENING.date(), None)
    return dataclasses.replace(made, **more)


@pytest.fixture
def registered(hall: Hall):
    """The trial company's organisation, registered by the chief of 介護."""
    hall.definition(SHINKI), hall.definition(CARD)
    return hall.organisation("kyotaku", SHINKI, CARD)


def answers(hall: Hall, slug: str = SHINKI, **more):
    """As a care manager fills it in, for Ume."""
    out = hall.answers(slug) | UME | {
        "filer": "agency", "agency_kind": "kyotaku", "agency_name": "見本居宅介護支援事業所", "agency_address": PLACE, "agency_phone": "0767530001",
        "agency_person": {"sei": "試用", "mei": "介子"}, "agency_intent": True}
    for gone in ("applicant_name", "relation", "guardian_kind", "lives_together", "applicant_address", "applicant_phone", "proxy_proof",
                 "consent_by"):
        out.pop(gone, None)
    if out.get("consent"):
        out["consent_by"] = "asked"
    return out | more


def filed(hall: Hall, row: Organisation, mandate: Mandate | None = None, slug: str = SHINKI, **more) -> Application:
    owner = hall.company("kyotaku")
    draft = drafts.draft_start(owner=owner, slug=slug)
    companies.draft_choose(owner=owner, draft_id=str(draft.id), value=f"{row.id}:{mandate.id}" if mandate else str(row.id))
    draft.refresh_from_db()
    hall.fill(owner, draft, answers(hall, slug, **more))
    return filing.application_submit(owner=owner, draft_id=str(draft.id), mail="kyotaku@example.jp").application


def mandated(hall: Hall, row: Organisation, *, acts=("see", "messages"), accept=True, scope=(SHINKI, CARD)) -> Mandate:
    given = organisations.organisation_mandate_offer(owner=hall.owner("ume"), organisation_id=str(row.id), scope=list(scope), acts=list(acts),
                                                     ends_on=UNTIL)
    if accept:
        organisations.organisation_mandate_answer(owner=hall.company("kyotaku"), mandate_id=str(given.id), accept=True)
    return Mandate.objects.get(id=given.id)


# --- the way through the pages


def test_from_the_registration_to_the_case(hall: Hall):
    hall.definition(SHINKI)
    desk, client = hall.desk("ito"), hall.office("kyotaku")
    page = text(client.get("/office/"))
    assert "いま使える事業所の登録がありません" in page and "株式会社試用ケア" in page
    refused = client.post(f"/p/{SHINKI}/start/")
    assert refused.status_code == 403 and "ログインしている法人ではできません" in text(refused)
    client.cookies["ui_lang"] = "en"
    assert "cannot file this procedure" in text(client.post(f"/p/{SHINKI}/start/")), "a refusal is told in the language of the page"
    del client.cookies["ui_lang"]
    form = {"section": "kaigo", "kind": "kyotaku", "name": "見本居宅介護支援事業所", "number": TRIAL_BUSINESSES["kyotaku"].number,
            "office": "1770000001", "zip": "926-8611", "city": "石川県七尾市", "town": "袖ヶ江町", "lot": "イ部26番地",
            "phone": "0767-53-0001", "procedures": [SHINKI], "starts": "2026-11-01"}
    wrong = desk.post("/staff/organisations/new/", form | {"number": "1234567890123", "office": "12", "starts": "いつか"})
    assert wrong.status_code == 422
    for words in ("法人番号の検査用の数字", "事業所番号を10桁", "開始日が読めません"):
        assert words in text(wrong)
    saved = desk.post("/staff/organisations/new/", form)
    assert saved.status_code == 303 and "登録しました" in text(desk.get(saved["Location"]))
    row = Organisation.objects.get()
    assert "見本居宅介護支援事業所" in text(desk.get("/staff/organisations/"))
    start = client.post(f"/p/{SHINKI}/start/")["Location"]
    assert start.endswith("/acting/") and client.post(start, {}).status_code == 422
    first = client.post(start, {"way": str(row.id)})["Location"]
    assert "<b>見本居宅介護支援事業所</b>として" in text(client.get(first))
    assert "マイナンバーカードから読み取りました" not in text(client.get(first))
    draft = drafts.Draft.objects.get()
    hall.fill(hall.company("kyotaku"), draft, {"filer": "agency"} | answers(hall))
    base = f"/a/{draft.id}/"
    done = client.post(base + "check/", {"ok": "yes"})
    assert done.status_code == 303, text(done)[:3000]
    sent = client.get(done["Location"])
    assert sent.status_code == 303 and sent["Location"].endswith("/copy/?sent=1"), "no mandate: the copy, not the case"
    assert "お手続きを受け付けました" in text(client.get(sent["Location"])) and "見本居宅介護支援事業所" in text(client.get(sent["Location"]))
    run_worker()
    case = Case.objects.get()
    assert case.acting == {"kind": "organisation", "organisation": str(row.id), "name": "見本居宅介護支援事業所",
                           "number": TRIAL_BUSINESSES["kyotaku"].number, "office": "1770000001", "person": "試用 介子"}
    assert case.name == "試用　うめ"
    seen = text(hall.desk("sato").get(f"/staff/case/{case.id}/"))
    assert "代行: 見本居宅介護支援事業所" in seen and TRIAL_BUSINESSES["kyotaku"].number in seen and "委任の登録なし" in seen
    mine = text(client.get("/office/"))
    assert "試用 うめさんの手続き" in mine and "送った内容の控え" in mine and "受け付けました" not in mine
    assert client.get(f"/my/{case.id}/").status_code == 303
    entry_of_case = AuditEntry.objects.get(action="application.filed")
    assert entry_of_case.facts["organisation"] == str(row.id) and entry_of_case.actor.startswith("business:b:")
    assert audit.verify() == []


def test_the_registration_is_filled_in_and_never_lands_in_the_insured(hall: Hall, registered):
    client, owner = hall.office("kyotaku"), hall.company("kyotaku")
    draft = drafts.draft_start(owner=owner, slug=SHINKI)
    client.post(f"/a/{draft.id}/acting/", {"way": str(registered.id)})
    client.post(f"/a/{draft.id}/filer_page/", {"filer": "agency", "_action": "next"})
    page = text(client.get(f"/a/{draft.id}/agency_page/"))
    for value in ("見本居宅介護支援事業所", "イ部26番地", "見本 一郎", "介子", "登録の内容が入っています"):
        assert value in page, value
    insured = text(client.get(f"/a/{draft.id}/insured_page/"))
    for value in ("イ部26番地", "介子", "見本 一郎", "登録の内容が入っています"):
        assert value not in insured, value
    draft.refresh_from_db()
    assert draft.card == {} and "agency_name" not in draft.answers


# --- authority


def test_a_standing_mandate_fills_in_the_giver_and_opens_the_state(hall: Hall, registered):
    mandate, owner = mandated(hall, registered), hall.company("kyotaku")
    values = companies.choices(owner, SHINKI)
    assert [c.value for c in values] == [str(registered.id), f"{registered.id}:{mandate.id}"]
    row = filed(hall, registered, mandate)
    assert row.principal == hall.owner("ume").key and row.acting["giver"] == "試用 うめ" and row.acting["mandate"] == str(mandate.id)
    assert applications.application_get(owner=owner, application_id=str(row.id)) == row
    client = hall.office("kyotaku")
    assert "受け付けました" in text(client.get("/office/")) and client.get(f"/my/{row.id}/").status_code == 200
    assert "見本居宅介護支援事業所が代わりに送信" in text(hall.browser("ume").get("/my/"))
    with pytest.raises(AnswersWrong):
        filed(hall, registered, mandate, insured_name={"sei": "見本", "mei": "花子"})


@pytest.mark.parametrize("how", ["giver", "organisation", "registration", "day"])
def test_it_ends_for_them_at_once(hall: Hall, registered, how):
    mandate, owner = mandated(hall, registered), hall.company("kyotaku")
    row = filed(hall, registered, mandate)
    later = OPENING
    if how == "giver":
        services.mandate_end(owner=hall.owner("ume"), mandate_id=str(mandate.id))
    elif how == "organisation":
        assert hall.office("kyotaku").post(f"/office/mandates/{mandate.id}/end/").status_code == 303
    elif how == "registration":
        organisations.organisation_end(actor=hall.staff("ito"), organisation_id=str(registered.id), why="廃止の届出")
    else:
        later = OPENING + dt.timedelta(days=91)
    with clock.frozen(later):
        with pytest.raises(NotFound):
            applications.application_get(owner=owner, application_id=str(row.id))
        assert applications.copy_get(owner=owner, application_id=str(row.id)) == row, "what they sent stays theirs"
        assert "受け付けました" not in text(hall.office("kyotaku").get("/office/"))
        with pytest.raises((MandateOver, OrganisationOver)):
            filed(hall, registered, mandate)
        assert applications.application_get(owner=hall.owner("ume"), application_id=str(row.id)) == row, "the giver sees on"


def test_a_mandate_without_seeing_shows_no_state_and_mails_nothing(hall: Hall, registered):
    mandate = mandated(hall, registered, acts=())
    row = filed(hall, registered, mandate)
    with pytest.raises(NotFound):
        applications.application_get(owner=hall.company("kyotaku"), application_id=str(row.id))
    from madoguchi.intake import acting

    assert not acting.tells(row) and not acting.tells(filed(hall, registered))


def test_a_paper_mandate_is_asked_where_the_definition_says_so_and_a_standing_one_spares_it(hall: Hall, registered):
    client, owner = hall.office("kyotaku"), hall.company("kyotaku")
    mandate = mandated(hall, registered)
    for value, asked in ((str(registered.id), True), (f"{registered.id}:{mandate.id}", False)):
        draft = drafts.draft_start(owner=owner, slug=CARD)
        companies.draft_choose(owner=owner, draft_id=str(draft.id), value=value)
        draft.refresh_from_db()
        hall.fill(owner, draft, answers(hall, CARD))
        assert ("ご本人が書いた委任状の全体" in text(client.get(f"/a/{draft.id}/documents/"))) is asked


def test_the_pages_of_a_mandate_to_an_organisation(hall: Hall, registered):
    ume = hall.browser("ume")
    page = text(ume.get("/my/mandates/organisation/"))
    assert "見本居宅介護支援事業所" in page
    url = f"/my/mandates/organisation/?organisation={registered.id}"
    assert "要介護・要支援認定の申請" in text(ume.get(url))
    day = {"ends.era": "r", "ends.y": "9", "ends.m": "1", "ends.d": "31"}
    sent = ume.post("/my/mandates/organisation/", {"organisation": str(registered.id), "scope": SHINKI, "acts": "see"} | day)
    assert Mandate.objects.get().ends_on == dt.date(2027, 1, 31)
    assert sent.status_code == 303 and "見本居宅介護支援事業所" in text(ume.get(sent["Location"]))
    mandate, client = Mandate.objects.get(), hall.office("kyotaku")
    assert companies.choices(hall.company("kyotaku"), SHINKI)[1:] == [], "nothing before acceptance"
    assert "試用 うめさんから見本居宅介護支援事業所へ" in text(client.get("/office/"))
    assert client.post(f"/office/mandates/{mandate.id}/answer/", {"answer": "accept"}).status_code == 303
    assert "受けている委任" in text(client.get("/office/"))
    assert client.post(f"/office/mandates/{mandate.id}/answer/", {"answer": "accept"}).status_code == 409
    assert client.get("/my/mandates/")["Location"] == "/office/" and client.get("/my/")["Location"] == "/office/"
    with pytest.raises(MandateWrong):
        organisations.organisation_mandate_offer(owner=hall.owner("ume"), organisation_id=str(registered.id), scope=[RISAI], acts=[], ends_on=UNTIL)
    with pytest.raises(MandateNotFound):
        organisations.organisation_mandate_offer(owner=hall.company("kyotaku"), organisation_id=str(registered.id), scope=[SHINKI], acts=[],
                                                 ends_on=UNTIL)


# --- what it must be


def test_an_organisation_files_as_itself_and_as_nothing_else(hall: Hall, registered):
    for more, at in (({"filer": "self"}, "filer"), ({"agency_name": "ほかの事業所"}, "agency_name"), ({"agency_kind": "houkatsu"}, "agency_kind")):
        with pytest.raises(AnswersWrong) as wrong:
            filed(hall, registered, **more)
        assert at in {f.question for f in wrong.value.faults}
    owner = hall.company("kyotaku")
    draft = drafts.draft_start(owner=owner, slug=SHINKI)  # nothing chosen: not in its own name
    with pytest.raises(OrganisationOver):
        filing.application_submit(owner=owner, draft_id=str(draft.id))
    assert not Application.objects.exists()


def test_the_office_s_person_is_never_asked_to_be_the_insured(hall: Hall, registered):
    client, owner = hall.office("kyotaku"), hall.company("kyotaku")
    draft = drafts.draft_start(owner=owner, slug=SHINKI)
    companies.draft_choose(owner=owner, draft_id=str(draft.id), value=str(registered.id))
    page = text(client.get(f"/a/{draft.id}/filer_page/"))
    assert 'value="agency"' in page
    assert not any(f'value="{other}"' in page for other in ("self", "family", "guardian"))
    refused = client.post(f"/a/{draft.id}/filer_page/", {"filer": "self", "_action": "next"})
    assert refused.status_code == 422
    assert "事業所として入力していません" in text(refused)
    draft.refresh_from_db()
    assert draft.done == [] and "filer" not in draft.answers
    assert client.post(f"/a/{draft.id}/filer_page/", {"filer": "agency", "_action": "next"}).status_code == 303


def test_a_company_in_its_own_name_where_the_definition_has_one(hall: Hall):
    d = hall.definition(RISAI)
    owner, client = hall.company("shinki"), hall.office("shinki")
    assert [c.value for c in companies.choices(owner, RISAI)] == [companies.OWN]
    start = client.post(f"/p/{RISAI}/start/")["Location"]
    assert "試用行政書士法人の手続きを、自分の法人の名前で出す" in text(client.get(start))
    client.post(start, {"way": "own"})
    draft = drafts.Draft.objects.get()
    out = hall.answers(RISAI) | {"filer": "self", "relation": "corporation", "corp_name": "試用行政書士法人"}
    for gone in ("born", "agent_name", "agent_address", "agent_phone", "agent_relation"):
        out.pop(gone, None)
    hall.fill(owner, draft, out)
    page = next(s.id for s in d.steps if any(q.id == "corp_name" for q in s.questions))
    assert "試用行政書士法人" in text(client.get(f"/a/{draft.id}/{page}/"))
    row = filing.application_submit(owner=owner, draft_id=str(draft.id)).application
    assert row.acting == {} and row.code_digest == "" and applications.application_get(owner=owner, application_id=str(row.id)) == row
    assert "受け付けました" in text(client.get("/office/"))
    with pytest.raises(CompanyCannot):
        companies.insist(owner, SHINKI) if hall.definition(SHINKI) else None


def test_faults_of_an_entry(hall: Hall, registered):
    chief = hall.staff("ito")
    for more, at in (({"kind": "x"}, "kind"), ({"name": ""}, "name"), ({"number": "1"}, "number"), ({"office": ""}, "office"),
                     ({"number": "0" + entry().number[1:]}, "number"), ({"phone": "1"}, "phone"), ({"procedures": ()}, "procedures"),
                     ({"procedures": (RISAI,)}, "procedures"),
                     ({"kind": "gyousei", "office": ""}, "procedures"), ({"address": {}}, "address"), ({"starts": None}, "starts"),
                     ({"ends": OPENING.date() - dt.timedelta(days=1)}, "ends"), ({}, "number")):
        with pytest.raises(OrganisationWrong) as wrong:
            organisations.organisation_write(actor=chief, entry=entry(**more))
        assert at in dict(wrong.value.faults), more
    assert Organisation.objects.count() == 1


def test_who_keeps_them(hall: Hall, registered):
    for who in ("tanaka", "sato", "auditor"):
        with pytest.raises(Forbidden):
            organisations.organisation_list(actor=hall.staff(who))
        assert hall.desk(who).get("/staff/organisations/").status_code == 403
    other = hall.staff("kimura")  # chief of another section
    assert organisations.organisation_list(actor=other) == []
    with pytest.raises(OrganisationNotFound):
        organisations.organisation_get(actor=other, organisation_id=str(registered.id))
    with pytest.raises(Forbidden):
        organisations.organisation_write(actor=other, entry=entry(office="1770000002"))
    assert organisations.organisation_list(actor=hall.staff("admin")) == [registered]


def test_a_strangers_address_looks_like_one_of_nothing(hall: Hall, registered):
    mandate = mandated(hall, registered, accept=False)
    for name in STRANGERS:
        for real in (True, False):
            made_up = "00000000-0000-4000-8000-000000000000"
            if name.startswith("office"):
                path = f"/office/mandates/{mandate.id if real else made_up}/{name.removeprefix('office_')}/"
                clients = [hall.office("shinki"), hall.office("houkatsu"), hall.browser("hanako")]
            else:
                path = f"/staff/organisations/{registered.id if real else made_up}/" + ("end/" if name == "organisation_end" else "")
                clients = [hall.desk("kimura"), hall.desk("tanaka"), hall.desk("auditor")]
            for client in clients:
                assert client.post(path, {"answer": "accept", "why": "x"}).status_code == 404, (path, real)
    mandate.refresh_from_db(), registered.refresh_from_db()
    assert mandate.state == "offered" and registered.closed_at is None


def test_another_company_sees_nothing(hall: Hall, registered):
    mandate = mandated(hall, registered)
    row = filed(hall, registered, mandate)
    for other in (hall.company("houkatsu"), hall.company("shinki"), hall.owner("hanako")):
        with pytest.raises(NotFound):
            applications.application_get(owner=other, application_id=str(row.id))
        with pytest.raises(NotFound):
            applications.copy_get(owner=other, application_id=str(row.id))
        with pytest.raises(OrganisationOver):
            organisations.organisation_to_file(owner=other, organisation_id=str(registered.id), slug=SHINKI)
        assert organisations.organisation_mandates(owner=other) == [] and organisations.organisations_of(owner=other) == []
    assert "うめ" not in text(hall.office("houkatsu").get("/office/"))
    assert hall.office("houkatsu").get(f"/my/{row.id}/").status_code == 404
    assert hall.browser("hanako").get("/office/")["Location"] == "/my/"
    assert hall.browser().get("/office/")["Location"].startswith("/sign-in/?why=office")
    assert hall.office("kyotaku").get("/api/v1/applications").status_code == 401, "the API is for residents"


def test_ended_with_its_reason_and_kept_in_the_chain(hall: Hall, registered):
    desk = hall.desk("ito")
    assert [desk.post(f"/staff/organisations/{registered.id}/end/", {"why": why}).status_code for why in (" ", "あ" * 301)] == [422, 422]
    assert desk.post(f"/staff/organisations/{registered.id}/end/", {"why": "指定の取消し"}).status_code == 303
    assert "指定の取消し" in text(desk.get(f"/staff/organisations/{registered.id}/"))
    assert desk.post(f"/staff/organisations/{registered.id}/end/", {"why": "もう一度"}).status_code == 409
    assert [e.action for e in AuditEntry.objects.filter(chain=f"organisation:{registered.id}").order_by("seq")] == [
        "organisation.registered", "organisation.ended"]
    assert "いま使える事業所の登録がありません" in text(hall.office("kyotaku").get("/office/"))
    organisations.organisation_write(actor=hall.staff("ito"), entry=entry())  # may be registered anew
    assert audit.verify() == []


# --- the file


HEAD = ",".join(organisation_import.COLUMNS)
GOOD = f"居宅介護支援事業所,見本居宅,{entry().number},1770000001,926-8611,石川県七尾市,袖ヶ江町,イ部26番地,,0767-53-0001,見本 一郎,全部,2026/11/1,"


def test_a_file_is_taken_whole_or_not_at_all(hall: Hall, registered):
    desk = hall.desk("ito")
    bad = [GOOD.replace("1770000001", "1770000002"), GOOD.replace("1770000001", "17"), GOOD.replace(entry().number, "1234567890123"),
           GOOD.replace("全部", "そんな手続"), GOOD.replace("2026/11/1", "きのう").replace("1770000001", "1770000004"),
           GOOD.replace("1770000001", "1770000002")]
    file = SimpleUploadedFile("o.csv", "\n".join([HEAD, *bad]).encode("cp932"))
    sent = desk.post("/staff/organisations/file/", {"section": "kaigo", "file": file})
    report = text(sent)
    assert sent.status_code == 422 and "5件を直して" in report
    for words in ("3行目: 事業所番号を10桁", "4行目: 法人番号の検査用", "5行目: 手続「そんな手続」", "6行目: 開始日が読めません",
                  "7行目: 2行目と同じ"):
        assert words in report, words
    assert Organisation.objects.count() == 1, "nothing half imported"
    good = "\n".join([HEAD, GOOD, GOOD.replace("1770000001", "1770000009")]).encode("utf-8-sig")
    assert organisation_import.organisations_import(actor=hall.staff("ito"), section="kaigo", raw=good) == (1, 1)
    assert organisation_import.organisations_import(actor=hall.staff("ito"), section="kaigo", raw=good) == (0, 0)
    registered.refresh_from_db()
    assert registered.name == "見本居宅" and set(registered.procedures) == {SHINKI, CARD}
    done = desk.post("/staff/organisations/file/", {"section": "kaigo", "file": SimpleUploadedFile("o.csv", good)})
    assert "新しい登録 0件" in text(desk.get(done["Location"]))
    assert AuditEntry.objects.filter(action="organisations.imported").count() == 3


@pytest.mark.parametrize(("raw", "words"), [
    (b"", "列「種類」"), ("\n".join([HEAD]).encode(), "1行から"), (f"{HEAD}\na,b".encode(), "列の数が2"),
    (f'{HEAD}\n"a'.encode(), "引用符"),
    (b"\xff\xfe\x81", "文字コード"), (b"x" * 2_000_001, "大きすぎます")])
def test_files_that_cannot_be_read(hall: Hall, raw, words):
    with pytest.raises(OrganisationWrong) as wrong:
        organisation_import.organisations_import(actor=hall.staff("ito"), section="kaigo", raw=raw)
    assert words in wrong.value.faults[0][1]
    with pytest.raises(Forbidden):
        organisation_import.organisations_import(actor=hall.staff("kimura"), section="kaigo", raw=raw)
