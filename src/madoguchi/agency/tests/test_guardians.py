"""法定代理: nothing works before the city has seen the proof, it covers what the city said, and ends on its day."""

from __future__ import annotations

import datetime as dt
import io
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image
from tests.support import papers
from tests.support.hall import OPENING, Hall, run_worker
from tests.support.walk import text

from madoguchi.agency import guardian_desk as desk
from madoguchi.agency import guardian_rules as rules
from madoguchi.agency import guardian_selectors as selectors
from madoguchi.agency import guardians as own
from madoguchi.agency.errors import GuardianMoved, GuardianNotFound, GuardianWrong, MandateOver
from madoguchi.agency.models import Guardianship
from madoguchi.casework import holds
from madoguchi.casework.models import Case
from madoguchi.casework.states import State
from madoguchi.files.models import StoredFile
from madoguchi.identity.public import Right, Staff
from madoguchi.intake import acting, applications, drafts, filing
from madoguchi.intake.errors import AnswersWrong
from madoguchi.intake.models import Application
from madoguchi.kernel import audit, clock
from madoguchi.kernel.errors import Forbidden, NotFound
from madoguchi.kernel.models import AuditEntry

STRANGERS = ("guardian", "guardian_proof", "guardian_file", "guardian_end", "claim", "claim_accept", "claim_refuse", "claim_recheck", "claim_end",
             "claim_file")
CARD, RISAI = "kaigo-hihokenshashou-saikoufu", "risai-shoumei"
UME = {"sei": "試用", "mei": "うめ"}
TODAY = OPENING.date()
UNTIL = TODAY + dt.timedelta(days=400)
FORM = {"kind": "adult_guardian", "name.sei": "試用", "name.mei": "うめ", "kana.sei": "シヨウ", "kana.mei": "ウメ", "born.era": "s", "born.y": "19",
        "born.m": "11", "born.d": "3", "address.zip": "9292222", "address.city": "石川県七尾市", "address.town": "中島町中島甲",
        "address.lot": "1番地", "issued.era": "r", "issued.y": "8", "issued.m": "11", "issued.d": "1", "mail": "taro@example.jp"}
CHILD = FORM | {"kind": "parent", "born.era": "r", "born.y": "2", "born.m": "5", "born.d": "6"}


def lists(form):
    return {key: [value] for key, value in form.items()}


def asked(hall: Hall, **more) -> Guardianship:
    """Taro's declaration, sent with one page of proof."""
    taro = hall.owner("taro")
    row = own.guardian_declare(owner=taro, raw=lists(FORM | more))
    data = papers.jpeg()
    own.guardian_attach(owner=taro, guardian_id=str(row.id), source=io.BytesIO(data), name="touki.jpg", size=len(data))
    return own.guardian_send(owner=taro, guardian_id=str(row.id))


def accepted(hall: Hall, scope=(rules.ALL,), until: dt.date = UNTIL, **more) -> Guardianship:
    return desk.claim_accept(actor=hall.staff("matsuda"), guardian_id=str(asked(hall, **more).id), scope=list(scope), ends_on=until,
                             recheck_on=TODAY + dt.timedelta(days=100), looked=True)


def answers(hall: Hall, **more):
    """The form as the guardian fills it."""
    return hall.answers(CARD) | {
        "filer": "guardian", "applicant_name": {"sei": "見本", "mei": "太郎"}, "guardian_kind": "adult", "applicant_phone": "0767123456",
        "applicant_address": {"zip": "9260811", "city": "石川県七尾市", "town": "神明町", "lot": "1", "building": ""},
        "insured_name": UME, "insured_born": "1944-11-03"} | more


def started(hall: Hall, row: Guardianship, **more) -> drafts.Draft:
    owner = hall.owner("taro")
    hall.definition(CARD)
    draft = drafts.draft_start(owner=owner, slug=CARD)
    acting.draft_act(owner=owner, draft_id=str(draft.id), mandate_id=str(row.id))
    draft.refresh_from_db()
    return hall.fill(owner, draft, answers(hall, **more))


# --- the way through the pages


def test_from_the_declaration_to_the_case(hall: Hall):
    hall.definition(CARD)
    taro, staff = hall.browser("taro"), hall.desk("matsuda")
    wrong = taro.post("/my/guardians/new/", {"kind": "adult_guardian"})
    assert wrong.status_code == 422 and "ご本人の氏名を入力" in text(wrong) and "証明書の発行日を入力" in text(wrong)
    filled = taro.post("/my/guardians/new/", FORM | {"_action": "zip:address"})
    assert filled.status_code == 200 and "郵便番号" in text(filled) and not Guardianship.objects.exists()
    page = taro.post("/my/guardians/new/", FORM)["Location"]
    assert taro.post(page).status_code == 422, "no proof, nothing is sent"
    assert taro.post(f"{page}proof/", {"proof": SimpleUploadedFile("x.txt", b"hello")}).status_code == 422
    assert taro.post(f"{page}proof/", {"proof": SimpleUploadedFile("touki.jpg", papers.jpeg())}).status_code == 303
    kept = StoredFile.objects.get()
    assert taro.get(f"{page}proof/{kept.id}/").status_code == 200
    assert "市に確認を頼む" in text(taro.get(page)) and "うめ" not in text(staff.get("/staff/guardians/")), "not sent, not seen"
    assert taro.post(page).status_code == 303
    assert "市が確かめています" in text(taro.get(page))
    assert acting.offers(hall.owner("taro"), CARD) == [], "nothing before the city has looked"
    row = Guardianship.objects.get()
    queue = text(staff.get("/staff/guardians/"))
    assert "試用 うめ" in queue and "見本 太郎" in queue and "成年後見人" in queue
    claim = f"/staff/guardians/{row.id}/"
    seen = text(staff.get(claim))
    for words in ("民法7条・859条", "要確認", "touki.jpg", "神明町"):
        assert words in seen, words
    assert staff.get(f"{claim}proof/{kept.id}/").status_code == 200
    assert staff.post(f"{claim}accept/", {"scope": "*", "ends": "2040-01-01"}).status_code == 422
    good = {"scope": "*", "ends": UNTIL.isoformat(), "recheck": "2027-03-01", "looked": "yes"}
    assert staff.post(f"{claim}accept/", good).status_code == 303
    run_worker()
    mail = next((hall.home / "mail").glob("*")).read_text()
    for word in ("うめ", "太郎", "後見", "介護", "代理"):
        assert word not in mail, word
    assert "お知らせ" in text(taro.get("/my/")) and "試用 うめさんの手続きができます" in text(taro.get(page))
    assert "法定代理の申し出について" not in text(taro.get("/my/")), "read"


def test_it_is_used_as_a_mandate_is(hall: Hall):
    hall.definition(CARD)
    row = accepted(hall)
    taro = hall.browser("taro")
    start = taro.post(f"/p/{CARD}/start/")
    assert start["Location"].endswith("/acting/")
    assert "試用 うめさんの法定代理人（成年後見人" in text(taro.get(start["Location"]))
    taro.post(start["Location"], {"mandate": str(row.id)})
    draft = drafts.Draft.objects.get()
    d = hall.definition(CARD)
    basis = acting.mandate_of(hall.owner("taro"), draft)
    found = acting.card_values(d, d.step("insured_page"), {"filer": "guardian"}, draft, basis)
    assert (found["insured_name"], found["insured_born"], found["insured_address"]["lot"]) == (UME, "1944-11-03", "1番地")
    shown = text(taro.get(f"/a/{draft.id}/insured_page/"))
    assert 'value="うめ"' in shown and "カードから読み取った" not in shown, "the city's record says it, no card was read for it"
    hall.fill(hall.owner("taro"), draft, answers(hall))
    page = text(taro.get(f"/a/{draft.id}/documents/"))
    assert "市が確かめました" in page and "登記事項証明書など" not in page
    application = hall.send(hall.owner("taro"), drafts.Draft.objects.get()).application
    run_worker()
    case = Case.objects.get(id=application.id)
    assert case.acting == {"kind": "guardian", "mandate": str(row.id), "name": "見本 太郎", "giver": "試用 うめ", "until": UNTIL.isoformat(),
                           "title": "成年後見人", "confirmed": "2026-11-20"}
    seen = text(hall.desk("sato").get(f"/staff/case/{case.id}/"))
    assert "法定代理人（成年後見人）として 見本 太郎" in seen and "確認済み 令和8年11月20日" in seen and "確認した申し出" not in seen
    assert f"/staff/guardians/{row.id}/" in hall.desk("matsuda").get(f"/staff/case/{case.id}/").content.decode()
    assert "登記事項証明書など" not in seen
    assert AuditEntry.objects.get(action="application.filed").facts["guardian"] == str(row.id)
    assert [e.action for e in AuditEntry.objects.filter(chain=f"guardian:{row.id}").order_by("seq")] == [
        "guardian.declared", "guardian.proof", "guardian.asked", "guardian.accepted"]
    assert audit.verify() == []


def test_refused_with_a_reason(hall: Hall):
    hall.definition(CARD)
    row = asked(hall)
    staff, taro = hall.desk("matsuda"), hall.browser("taro")
    assert staff.post(f"/staff/guardians/{row.id}/refuse/", {"why": ""}).status_code == 422
    assert staff.post(f"/staff/guardians/{row.id}/refuse/", {"why": "目録の頁がありません。"}).status_code == 303
    assert "目録の頁がありません。" in text(taro.get(f"/my/guardians/{row.id}/"))
    assert acting.offers(hall.owner("taro"), CARD) == []
    assert "目録" not in str(AuditEntry.objects.filter(chain=f"guardian:{row.id}").values_list("facts", flat=True))
    with pytest.raises(GuardianMoved):
        desk.claim_refuse(actor=hall.staff("matsuda"), guardian_id=str(row.id), why="もう一度")


# --- what it may be used for


def test_a_curator_only_for_what_the_list_says(hall: Hall):
    hall.definition(CARD)
    hall.definition(RISAI)
    with pytest.raises(GuardianWrong) as wrong:
        accepted(hall, kind="curator")
    assert [at for at, _ in wrong.value.faults] == ["scope"]
    row = Guardianship.objects.get()
    desk.claim_accept(actor=hall.staff("matsuda"), guardian_id=str(row.id), scope=[RISAI], ends_on=UNTIL, recheck_on=TODAY, looked=True)
    assert [o.title for o in acting.offers(hall.owner("taro"), RISAI)] == ["保佐人"]
    assert acting.offers(hall.owner("taro"), CARD) == []
    with pytest.raises(MandateOver):
        started(hall, row)


@pytest.mark.parametrize(("more", "at"), [({"insured_name": {"sei": "見本", "mei": "花子"}}, "insured_name"),
                                         ({"insured_born": "1944-11-04"}, "insured_born"), ({"filer": "self"}, "filer")])
def test_it_serves_for_nobody_else(hall: Hall, more, at):
    draft = started(hall, accepted(hall), **more)
    with pytest.raises(AnswersWrong) as wrong:
        hall.send(hall.owner("taro"), draft)
    assert [f.question for f in wrong.value.faults] == [at]


def test_a_child_comes_of_age(hall: Hall):
    hall.definition(RISAI)
    with pytest.raises(GuardianWrong):
        accepted(hall, until=dt.date(2038, 5, 6), **CHILD)
    row = Guardianship.objects.get()
    assert selectors.last_day(row) == TODAY + dt.timedelta(days=1096), "the city's own limit comes first"
    with pytest.raises(GuardianWrong) as wrong:
        own.guardian_declare(owner=hall.owner("taro"), raw=lists(CHILD | {"born.era": "h", "born.y": "20", "born.m": "11", "born.d": "20"}))
    assert wrong.value.faults[0][0] == "born", "eighteen today"
    own.guardian_declare(owner=hall.owner("taro"), raw=lists(CHILD | {"born.era": "h", "born.y": "20", "born.m": "11", "born.d": "21"}))


@pytest.mark.parametrize(("born", "last"), [("2008-11-21", "2026-11-20"), ("2008-02-29", "2026-02-28"), ("2008-03-01", "2026-02-28"),
                                           ("2009-01-01", "2026-12-31")])
def test_the_last_day_before_eighteen(born, last):
    assert rules.minor_until(dt.date.fromisoformat(born)) == dt.date.fromisoformat(last)


@pytest.mark.parametrize(("day", "fits"), [("2026-08-20", True), ("2026-08-19", False), ("2026-11-20", True), ("2026-11-21", False)])
def test_a_certificate_of_three_months(day, fits):
    assert (rules.issued_fault(dt.date.fromisoformat(day), TODAY) == "") is fits
    assert rules.months_before(dt.date(2027, 5, 31), 3) == dt.date(2027, 2, 28)


def test_nobody_represents_themselves(hall: Hall):
    with pytest.raises(GuardianWrong) as wrong:
        own.guardian_declare(owner=hall.owner("taro"), raw=lists(FORM | {"name.sei": "見本", "name.mei": "太郎"}))
    assert [at for at, _ in wrong.value.faults] == ["name"]


# --- what ends, ends at once


@pytest.mark.parametrize("by", ["taro", "city"])
def test_an_end_stops_the_draft_and_leaves_the_copy(hall: Hall, by):
    row = accepted(hall)
    application = hall.send(hall.owner("taro"), started(hall, row)).application
    run_worker()
    open_draft, taro, url = started(hall, row), hall.browser("taro"), f"/my/{application.id}/"
    assert taro.get(url).status_code == 200
    if by == "taro":
        assert taro.post(f"/my/guardians/{row.id}/end/").status_code == 303
    else:
        staff = hall.desk("matsuda")
        assert staff.post(f"/staff/guardians/{row.id}/end/", {"why": ""}).status_code == 422
        assert staff.post(f"/staff/guardians/{row.id}/end/", {"why": "後見が終わったため。"}).status_code == 303
        assert "後見が終わったため。" in text(taro.get(f"/my/guardians/{row.id}/"))
    assert taro.get(f"/a/{open_draft.id}/filer_page/")["Location"].endswith("/acting/?over=1")
    assert "代理が終わりました" in text(taro.get(f"/a/{open_draft.id}/acting/?over=1"))
    with pytest.raises(MandateOver):
        filing.application_submit(owner=hall.owner("taro"), draft_id=str(open_draft.id))
    assert taro.get(url)["Location"] == f"{url}copy/" and application.receipt in text(taro.get(f"{url}copy/"))
    with pytest.raises(NotFound):
        applications.application_get(owner=hall.owner("taro"), application_id=str(application.id))
    assert not acting.tells(application) and Application.objects.count() == 1


def test_its_last_day_counts_whole(hall: Hall):
    hall.definition(CARD)
    row = accepted(hall)
    for days, works in ((0, True), (1, False)):
        with clock.frozen(dt.datetime.combine(UNTIL, dt.time(23, 59), clock.JST) + dt.timedelta(days=days)):
            assert bool(acting.offers(hall.owner("taro"), CARD)) == works == selectors.works(row)
            if not works:
                with pytest.raises(GuardianMoved):
                    desk.claim_end(actor=hall.staff("matsuda"), guardian_id=str(row.id), why="おそい")


def test_looked_at_again(hall: Hall):
    row, staff = accepted(hall), hall.staff("matsuda")
    with clock.frozen(OPENING + dt.timedelta(days=101)):
        assert selectors.claim_counts(actor=staff) == {"asked": 0, "recheck": 1, "alive": 1, "over": 0}
        with pytest.raises(GuardianWrong):
            desk.claim_recheck(actor=staff, guardian_id=str(row.id), recheck_on=UNTIL + dt.timedelta(days=1), why="証明書")
        desk.claim_recheck(actor=staff, guardian_id=str(row.id), recheck_on=UNTIL, why="新しい登記事項証明書")
        assert selectors.claim_counts(actor=staff)["recheck"] == 0


# --- what is kept


def test_the_proof_goes_soon_and_the_rest_later(hall: Hall, settings):
    waiting = own.guardian_declare(owner=hall.owner("taro"), raw=lists(FORM))
    row = accepted(hall)
    own.guardian_end(owner=hall.owner("taro"), guardian_id=str(row.id))
    for days, files, rows in ((20, 1, 2), (89, 1, 1), (91, 0, 1), (366 * 5 + 1, 0, 0)):
        with clock.frozen(OPENING + dt.timedelta(days=days)):
            own.guardians_sweep()
            assert (StoredFile.objects.count(), Guardianship.objects.count()) == (files, rows), days
    assert not Guardianship.objects.filter(id=waiting.id).exists()
    assert AuditEntry.objects.filter(action="guardian.proof_destroyed").count() == 1
    assert AuditEntry.objects.filter(action="guardian.destroyed").count() == 2
    assert audit.verify() == []


def test_the_proof_of_what_a_case_was_filed_on_stays_while_the_case_runs_or_is_held(hall: Hall):
    hall.definition(CARD)
    row = accepted(hall)
    hall.send(hall.owner("taro"), started(hall, row))
    run_worker()
    own.guardian_end(owner=hall.owner("taro"), guardian_id=str(row.id))
    case, late = Case.objects.get(), OPENING + dt.timedelta(days=91)

    def proofs() -> int:
        with clock.frozen(late):
            own.guardians_sweep()
        return StoredFile.objects.filter(owner=f"guardian:{row.id}").count()

    assert proofs() == 1, "nobody has decided yet"
    Case.objects.filter(id=case.id).update(state=State.DECIDED)
    clerk = next(n for n in ("matsuda", "yoshida", "tanaka", "yamada", "okada") if hall.staff(n).may(Right.WORK_CASES, case.section))
    holds.hold_place(actor=hall.staff(clerk), case_id=case.ref, kind="appeal", why="審査請求のため")
    assert proofs() == 1, "somebody objects"
    with clock.frozen(OPENING + dt.timedelta(days=366 * 6)):
        assert own.guardians_sweep() == 0 and Guardianship.objects.filter(id=row.id).exists()
    holds.hold_lift(actor=hall.staff(clerk), case_id=case.ref, why="取り下げられたため")
    assert proofs() == 0 and Guardianship.objects.filter(id=row.id).exists()


def test_a_photo_is_kept_without_its_place(hall: Hall):
    taro = hall.owner("taro")
    row = own.guardian_declare(owner=taro, raw=lists(FORM))
    data = papers.jpeg_with_position()
    own.guardian_attach(owner=taro, guardian_id=str(row.id), source=io.BytesIO(data), name="../../a.jpg", size=len(data))
    kept = StoredFile.objects.get()
    assert kept.name == "a.jpg" and Image.open(hall.home / "files" / kept.place).getexif().get_ifd(0x8825) == {}
    assert Image.open(io.BytesIO(data)).getexif().get_ifd(0x8825), "the photo had a place"
    own.guardian_detach(owner=taro, guardian_id=str(row.id), file_id=str(kept.id))
    assert not StoredFile.objects.exists()


# --- strangers


def test_a_stranger_learns_nothing(hall: Hall):
    row = asked(hall)
    for route in STRANGERS:
        parts = {"guardian_id": str(row.id)} | ({"file_id": row.files[0]["id"]} if route.endswith("_file") else {})
        real, made_up = reverse(route, kwargs=parts), reverse(route, kwargs=parts | {"guardian_id": str(uuid.uuid4())})
        desk_page = route.startswith("claim")
        desks, browsers = ("sato", "tanaka", "admin", "auditor"), ("jiro", "hanako")
        for window in [hall.desk(n) for n in desks] if desk_page else [hall.browser(n) for n in browsers]:
            for method in ("get", "post"):
                told = [getattr(window, method)(url, {"why": "なぜ"}) for url in (real, made_up)]
                assert told[0].status_code == told[1].status_code and told[0].status_code in (302, 403, 404, 405), (route, told)
                assert "うめ" not in text(told[0])
        assert hall.browser().get(real).status_code in (302, 303), route
    row.refresh_from_db()
    assert row.state == "asked"
    for name in ("sato", "admin", "auditor"):
        assert hall.desk(name).get("/staff/guardians/").status_code == 403, name
        with pytest.raises(Forbidden):
            selectors.claim_list(actor=Staff.objects.get(username=name), view="asked")
    with pytest.raises(GuardianNotFound):
        selectors.guardian_get(owner=hall.owner("jiro"), guardian_id=str(row.id))


def test_every_look_of_the_city_is_recorded(hall: Hall):
    row = asked(hall)
    hall.desk("matsuda").get(f"/staff/guardians/{row.id}/")
    found = AuditEntry.objects.filter(chain="reads:kaigo", action="guardian.viewed")
    assert len(found) == 1 and found[0].facts == {"guardian": str(row.id)} and found[0].actor == "staff:matsuda"


def test_the_kinds_say_what_they_are_and_what_is_not_sure():
    for kind in rules.KINDS.values():
        assert kind.law and kind.look and kind.doubt and kind.proof and kind.name
    assert {k for k, v in rules.KINDS.items() if not v.whole} == {"curator", "assistant", "voluntary"}
    assert {k for k, v in rules.KINDS.items() if v.minor} == {"parent", "minor_guardian"}
