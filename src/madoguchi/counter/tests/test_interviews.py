"""書かない窓口: a clerk asks and writes, the person reads it over and signs, and then it is filed."""

from __future__ import annotations

import base64
import datetime as dt
import io
import re

import pytest
from django.test import Client
from PIL import Image, ImageDraw
from tests.support.forms import forms_of
from tests.support.hall import OPENING, Hall, run_worker
from tests.support.walk import text

from madoguchi.casework import public as casework
from madoguchi.casework.models import Case
from madoguchi.counter import interviewing, keeping, reading, rules
from madoguchi.counter.models import Help, Interview
from madoguchi.files.models import StoredFile
from madoguchi.intake import public as intake
from madoguchi.intake.models import Application, Draft
from madoguchi.kernel import audit, clock
from madoguchi.kernel.errors import Conflict, Forbidden, NotFound
from madoguchi.kernel.models import AuditEntry
from madoguchi.procedures.rules import generate
from madoguchi.register.public import trial_town

CLAIM, NUMBERED, RISAI = "jidou-teate-mishiharai", "ninshin-todoke", "risai-shoumei"


def picture(*, ink: bool = True, size: tuple[int, int] = (600, 200), kind: str = "PNG") -> str:
    """What a browser sends of a box in which somebody signed."""
    image = Image.new("RGBA", size, (0, 0, 0, 0))
    if ink:
        ImageDraw.Draw(image).line((40, 40, 300, 150, 500, 60), fill="black", width=4)
    out = io.BytesIO()
    (image if kind == "PNG" else image.convert("RGB")).save(out, kind)
    return f"data:image/png;base64,{base64.b64encode(out.getvalue()).decode()}"


def begun(hall: Hall, *slugs: str, who: str = "tanaka") -> Interview:
    for slug in slugs:
        hall.definition(slug)
    return interviewing.interview_begin(actor=hall.staff(who), slugs=list(slugs))


def written(hall: Hall, row: Interview) -> None:
    """Everything asked and written."""
    for draft in interviewing.unfiled(row):
        hall.fill(interviewing.owner_of(row), draft, hall.answers(draft.slug))


def shown(hall: Hall, row: Interview, means: str = "card") -> Client:
    """The tablet, with the page on it."""
    code = interviewing.interview_show(actor=row.clerk, interview_id=str(row.id), identity=means)
    client = Client()
    assert client.post("/counter/", {"code": code})["Location"] == "/counter/read/"
    return client


def mark_on(client: Client) -> str:
    return re.search(r'name="mark" value="(\w+)"', client.get("/counter/read/").content.decode())[1]


def test_from_the_first_question_to_two_cases(hall: Hall):
    for slug in (CLAIM, NUMBERED):
        hall.definition(slug)
    desk = hall.desk("tanaka")
    assert desk.post("/staff/counter/interview/", {}).status_code == 422
    assert hall.definition(CLAIM).name in text(desk.get("/staff/counter/interview/"))
    page = desk.post("/staff/counter/interview/", {"p": [CLAIM, NUMBERED]})["Location"]
    row = Interview.objects.get()
    for draft in interviewing.drafts_of(row):  # page by page, as the clerk's form sends them
        answers, here = hall.answers(draft.slug), f"{page}{draft.id}/"
        where = f"{here}{hall.definition(draft.slug).steps[0].id}/"
        while where != page:
            step = hall.definition(draft.slug).step(where.rstrip("/").rpartition("/")[2])
            assert desk.get(where).status_code == 200
            sent = desk.post(where, dict(generate.as_lists(generate.post_data(hall.definition(draft.slug), step, answers))))
            assert sent.status_code == 303, text(sent)
            where = sent["Location"]
        for slot in hall.definition(draft.slug).attachments:
            if slot.required:
                hall.attach(interviewing.owner_of(row), Draft.objects.get(id=draft.id), slot.id)
    told = text(desk.get(page))
    assert "そろいました" in told and "端末の番号を出す" in told, told
    assert desk.post(f"{page}show/", {}).status_code == 422
    desk.post(f"{page}show/", {"identity": "licence"})
    code = re.search(r"\d{4}-\d{4}", text(desk.get(page)))[0]
    client = Client()
    client.post("/counter/", {"code": code})
    read = client.get("/counter/read/")
    assert "田中" in text(read) and "まだ送信していません" in text(read)
    assert not Application.objects.exists(), "nothing is filed before it is signed"
    assert client.post("/counter/read/", {"_action": "sign", "mark": mark_on(client)}).status_code == 422
    done = client.post("/counter/read/", {"_action": "sign", "mark": mark_on(client), "picture": picture()})
    assert done.status_code == 303, text(done)
    assert re.fullmatch(r"[\w:-]+", done.cookies["mado_filed"].coded_value), "quotes and backslashes are read otherwise by some clients"
    again = client.post("/counter/read/", {"_action": "sign", "mark": "old", "picture": picture()})
    assert again.status_code == 303 and not again.cookies.get("mado_filed"), "pressed twice it is filed once"
    run_worker()
    receipts = list(Application.objects.order_by("filed_at").values_list("receipt", flat=True))
    last = text(client.get("/counter/read/"))
    assert len(receipts) == 2 and all(r in last and r in text(desk.get(page)) for r in receipts)
    case = Case.objects.get(slug=CLAIM)
    assert case.channel == "counter" and case.support["name"] == hall.staff("tanaka").name and case.support["identity"] == ["licence"]
    file = StoredFile.objects.get(id=case.support["signature"]["file"])
    assert file.sha256 == case.support["signature"]["sha256"] and file.kind == "image/png"
    facts = AuditEntry.objects.get(action="application.filed", chain=f"case:{case.ref}").facts
    assert (facts["supporter"], facts["identity"], facts["signature"]) == ("tanaka", "licence", file.sha256)
    office = hall.desk("tanaka")
    assert "本人確認 運転免許証" in text(office.get(f"/staff/case/{case.ref}/"))
    picture_seen = office.get(f"/staff/case/{case.ref}/signature/")
    assert b"".join(picture_seen.streaming_content).startswith(b"\x89PNG") and hall.desk("sato").get(
        f"/staff/case/{case.ref}/signature/").status_code == 404
    code = re.search(r"確認番号\D*(\d{4} \d{4})", last)
    assert code, last
    code = code[1]
    assert code not in text(desk.get(page)), "the access code is the person's alone"
    ended = client.post("/counter/end/")
    assert ended["Location"] == "/counter/?why=ended" and "mado_filed" in ended.cookies and not ended.cookies["mado_filed"].value
    assert ended.cookies["mado_filed"]["path"] == done.cookies["mado_filed"]["path"], "on another path the browser keeps it"
    assert client.get("/counter/read/")["Location"] == "/counter/"
    assert audit.verify() == []


@pytest.mark.parametrize("slug", [CLAIM, RISAI, "jidou-teate-nintei"])
def test_the_questions_are_asked_one_by_one_and_saved_as_the_page(hall: Hall, slug):
    """Every page of the tablet shows one question; what was answered before travels along, and the last one saves."""
    row, desk = begun(hall, slug), hall.desk("tanaka")
    (draft,), d, answers = interviewing.drafts_of(row), hall.definition(slug), hall.answers(slug)
    page, seen = f"/staff/counter/interview/{row.id}/", 0
    where = f"{page}{draft.id}/{d.steps[0].id}/?one=1"
    while where != page:
        assert where.endswith("?one=1")
        step = d.step(where.rpartition("/?")[0].rpartition("/")[2])
        sent, whole = desk.get(where), generate.as_lists(generate.post_data(d, step, answers))
        while sent.status_code == 200:
            seen += 1
            one, _ = on_screen(sent)
            answer = {name: values for name, values in whole.items() if name == one or name.startswith(f"{one}.")}
            (form,) = [f for f in forms_of(sent, where) if "_one" in f.hidden]
            sent = desk.post(where, form.hidden | form.shown() | answer | {"_action": "add" if more(step, answers, form) else "next"})
        assert sent.status_code == 303, text(sent)
        where = sent["Location"]
    (draft,) = interviewing.drafts_of(row)
    assert {where for where, _ in intake.read_over(draft).faults} <= {"documents"}
    kept = {key: value for key, value in draft.answers.items() if not isinstance(value, list) and not str(value).startswith("sv_")}
    assert kept == {key: answers[key] for key in kept} and len(kept) > 3, "what was answered is what was kept"
    groups = [step.repeat.id for step in d.steps if step.repeat and step.repeat.id in draft.answers]
    assert {g: len(draft.answers[g]) for g in groups} == {g: len(answers.get(g, ())) for g in groups}
    assert seen > 5


def more(step, answers, form) -> bool:
    """Is another one to be told of (お子さん …), after the last question about this one?"""
    if step.repeat is None:
        return False
    count = int(form.hidden[f"{step.repeat.id}.count"])
    return count < len(answers.get(step.repeat.id, ())) and form.hidden["_one"].startswith(f"{step.repeat.id}.{count - 1}.{step.questions[-1].id}")


def on_screen(response) -> tuple[str, str]:
    """The one question that is shown, and the mark of the page."""
    page = text(response)
    one = re.search(r'name="_one" value="([^"]+)"', page)[1]
    assert page.count("<div class=\"turn\">") == 1
    return one, re.search(r'name="_mark" value="([^"]*)"', page)[1]


def test_one_question_that_is_answered_wrongly_is_asked_again_and_one_goes_back(hall: Hall):
    row, desk = begun(hall, CLAIM), hall.desk("tanaka")
    (draft,), d = interviewing.drafts_of(row), hall.definition(CLAIM)
    step = next(s for s in d.steps if not s.repeat and len(s.questions) > 2 and s.questions[0].required)
    where = f"/staff/counter/interview/{row.id}/{draft.id}/{step.id}/"
    first, mark = on_screen(desk.get(f"{where}?one=1"))
    wrong = desk.post(where, {"_one": first, "_mark": mark, "_action": "next"})
    assert (wrong.status_code, on_screen(wrong)[0]) == (422, first)
    assert len(re.findall(r'class="err"', text(wrong))) == 1, "the others have not had their turn"
    data = dict(generate.as_lists(generate.post_data(d, step, hall.answers(CLAIM))))
    second, _ = on_screen(desk.post(where, data | {"_one": first, "_mark": mark, "_action": "next"}))
    assert second != first
    assert on_screen(desk.post(where, data | {"_one": second, "_mark": mark, "_action": "prev"}))[0] == first
    assert interviewing.drafts_of(row)[0].answers == {}


def test_the_register_fills_what_all_ask_and_says_nothing_of_the_guarded(hall: Hall):
    trial_town(actor="test")
    row, desk = begun(hall, CLAIM, NUMBERED), hall.desk("tanaka")
    page = f"/staff/counter/interview/{row.id}/"
    asked = {"kana.sei": "ミホン", "kana.mei": "ハナコ", "born.era": "ad", "born.y": "1991", "born.m": "7", "born.d": "25", "why": "self"}
    assert desk.post(f"{page}person/", asked | {"why": ""}).status_code == 422
    assert desk.post(f"{page}person/", {"why": "self"}).status_code == 422
    found = desk.post(f"{page}person/", asked)
    assert found["Location"].endswith("found=1"), text(found)
    common = desk.get(f"{page}common/").content.decode()
    assert "花子" in common and "袖ケ江町" in common and "9268611" in common.replace("-", "")
    for draft in interviewing.drafts_of(row):
        assert draft.shared["氏名"] == {"sei": "見本", "mei": "花子"} and draft.shared["生年月日"] == "1991-07-25"
    unknown = desk.post(f"{page}person/", asked | {"kana.mei": "ダレモ"})
    guarded = desk.post(f"{page}person/", asked | {"kana.sei": "シヨウ", "kana.mei": "マモリ", "born.y": "1995", "born.m": "4", "born.d": "10"})
    assert unknown["Location"] == guarded["Location"] == f"{page}?found=0"
    assert "照合できませんでした" in text(desk.get(guarded["Location"]))
    reads = [e.facts for e in AuditEntry.objects.filter(action="register.read").order_by("seq")]
    assert [f["result"] for f in reads] == ["found", "nobody", "nobody"] and {f["why"] for f in reads} == {"self"}
    assert "マモリ" not in str(reads)


def test_what_the_same_person_told_the_section_before_is_offered_again(hall: Hall):
    trial_town(actor="test")
    answers = {key: value for key, value in hall.answers(CLAIM).items() if not key.startswith("agent")} | {"filer": "self"}
    d = hall.definition(CLAIM)
    own = {kind: questions[0].id for kind, questions in intake.shared_questions(d, answers).items()}
    answers |= {own["氏名"]: {"sei": "見本", "mei": "花子"}, own["カナ"]: {"sei": "ミホン", "mei": "ハナコ"}, own["生年月日"]: "1991-07-25",
                own["電話"]: "0767000011"}
    hall.case("hanako", CLAIM, answers)
    asked = {"kana.sei": "ミホン", "kana.mei": "ハナコ", "born.era": "ad", "born.y": "1991", "born.m": "7", "born.d": "25", "why": "self"}
    for who, found, phone in (("tanaka", "2", "0767000011"), ("nakamura", "1", None)):
        row = begun(hall, CLAIM, who=who)
        page = f"/staff/counter/interview/{row.id}/"
        sent = hall.desk(who).post(f"{page}person/", asked)
        assert sent["Location"] == f"{page}?found={found}", who
        assert interviewing.drafts_of(row)[0].shared.get("電話") == phone, "of the clerk's own sections alone"
    mine = Interview.objects.get(clerk__username="tanaka")
    assert "前の申請の電話" in text(hall.desk("tanaka").get(f"/staff/counter/interview/{mine.id}/?found=2"))
    assert [e.facts["kinds"] for e in AuditEntry.objects.filter(action="interview.reused")] == [["電話"]]
    other_day = {"氏名": answers[own["氏名"]], "カナ": answers[own["カナ"]], "生年月日": "1991-07-26"}
    assert casework.contact_told(actor=hall.staff("tanaka"), person=other_day) == ({}, "")


def test_a_wrong_line_goes_back_to_the_clerk(hall: Hall):
    row = begun(hall, NUMBERED)
    written(hall, row)
    client, desk, page = shown(hall, row), hall.desk("tanaka"), f"/staff/counter/interview/{row.id}/"
    draft = interviewing.unfiled(row)[0]
    assert desk.get(f"{page}{draft.id}/{draft.done[0]}/").status_code == 404, "nobody writes while somebody reads"
    lines = re.findall(r'name="wrong" value="([^"]+)"', client.get("/counter/read/").content.decode())
    mark = mark_on(client)
    assert client.post("/counter/read/", {"_action": "wrong"}).status_code == 422
    assert client.post("/counter/read/", {"_action": "sign", "mark": mark, "wrong": lines[0], "picture": picture()}).status_code == 422
    back = client.post("/counter/read/", {"_action": "wrong", "wrong": [lines[0], "made:up"]})
    assert back["Location"] == "/counter/?why=returned" and "職員に伝えました" in text(client.get(back["Location"]))
    assert client.get("/counter/read/")["Location"] == "/counter/"
    row.refresh_from_db()
    assert row.wrong == [lines[0]] and "1か所" in text(desk.get(page))
    again = shown(hall, row)
    assert mark_on(again)
    with pytest.raises(Conflict):
        reading.interview_sign(help_id=str(Help.objects.latest("made_at").id), mark="old", picture=picture(), name="", agreed=False, language="ja")
    assert not Application.objects.exists() and not StoredFile.objects.filter(name="signature.png").exists()


def test_a_name_can_be_typed_and_a_picture_must_be_one(hall: Hall):
    assert rules.drawn(picture())
    for bad in ("", "data:image/png;base64,AAAA", picture(ink=False), picture(kind="JPEG"), picture(size=(3000, 2000)), "x" * 500_000,
                picture()[:300], picture().replace("png", "svg+xml", 1)):
        assert rules.drawn(bad) == b"", bad[:40]
    row = begun(hall, NUMBERED)
    written(hall, row)
    client = shown(hall, row)
    mark = mark_on(client)
    for half in ({"name": "見本 花子"}, {"ok": "yes"}, {"picture": picture(ink=False)}):
        refused = client.post("/counter/read/", {"_action": "sign", "mark": mark} | half)
        assert refused.status_code == 422
        said = refused.content.decode()
        assert ("枠の中に署名してください" in said) is ("picture" in half), "without scripts there is no box to sign in"
        assert "お名前を入力して、印を付けてください" in said and 'name="picture"' not in said
    assert client.post("/counter/read/", {"_action": "sign", "mark": mark, "name": "見本 花子", "ok": "yes"}).status_code == 303
    assert Application.objects.get().support["signature"] == {"name": "見本 花子"}
    assert AuditEntry.objects.get(action="application.filed").facts["signature"] == "typed"


def test_two_clerks_and_those_without_the_right(hall: Hall):
    row = begun(hall, NUMBERED)
    draft, page = interviewing.unfiled(row)[0], f"/staff/counter/interview/{row.id}/"
    for who in ("kimura", "sato"):
        assert {hall.desk(who).get(f"{page}{x}").status_code for x in ("", "person/", "common/", f"{draft.id}/documents/")} == {404}
    for who in ("mori", "admin", "auditor"):
        assert hall.desk(who).get("/staff/counter/interview/").status_code == 403, who
        with pytest.raises(Forbidden):
            interviewing.interview_get(actor=hall.staff(who), interview_id=str(row.id))
    other = begun(hall, NUMBERED, who="kimura")
    with pytest.raises(NotFound):  # the draft of another interview
        interviewing.interview_detach(actor=hall.staff("kimura"), interview_id=str(other.id), draft_id=str(draft.id), file_id="x")


def test_it_is_shown_when_it_is_whole_and_only_as_the_city_allows(hall: Hall, settings):
    row = begun(hall, NUMBERED)
    with pytest.raises(Conflict):
        interviewing.interview_show(actor=row.clerk, interview_id=str(row.id), identity="card")
    written(hall, row)
    for means in ("", "made-up") + ((rules.NOT_CHECKED,) if hall.definition(NUMBERED).level != "なし" else ()):
        with pytest.raises(Conflict):
            interviewing.interview_show(actor=row.clerk, interview_id=str(row.id), identity=means)
    settings.COUNTER_UNSIGNED = False
    assert hall.definition(CLAIM).level == interviewing.SIGNED_LEVEL
    with pytest.raises(NotFound):
        begun(hall, CLAIM)
    for slugs in ([], [RISAI] * 0, ["made-up"]):
        with pytest.raises(NotFound):
            interviewing.interview_begin(actor=row.clerk, slugs=slugs)


def test_an_interview_ends_and_nothing_stays(hall: Hall):
    row = begun(hall, CLAIM)
    written(hall, row)
    client, page = shown(hall, row), f"/staff/counter/interview/{row.id}/"
    hall.desk("tanaka").post(f"{page}act/", {"_action": "end"})
    assert not Draft.objects.exists() and not StoredFile.objects.exists()
    assert client.get("/counter/read/")["Location"] == "/counter/?why=ended"
    assert "送信せずに終わりました" in text(hall.desk("tanaka").get(page))
    assert hall.desk("tanaka").post(f"{page}act/", {"_action": "end"}).status_code == 409


def test_untouched_the_tablet_forgets_and_the_clerk_shows_it_again(hall: Hall):
    row = begun(hall, NUMBERED)
    written(hall, row)
    client = shown(hall, row)
    with clock.frozen(OPENING), pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.core.signing.time.time", lambda: __import__("time").monotonic() + 10**10)
        assert client.get("/counter/read/")["Location"] == "/counter/?why=idle"
    assert "もう一度出してください" in text(hall.desk("tanaka").get(f"/staff/counter/interview/{row.id}/"))
    assert mark_on(shown(hall, row))


def test_what_a_crash_left_is_sent_and_what_nobody_goes_on_with_goes(hall: Hall, monkeypatch):
    row = begun(hall, CLAIM, NUMBERED)
    written(hall, row)
    client = shown(hall, row)
    mark, real = mark_on(client), reading.intake.application_submit
    calls = []

    def dies(**kw):
        calls.append(1)
        if len(calls) == 2:
            raise SystemExit
        return real(**kw)

    monkeypatch.setattr(reading.intake, "application_submit", dies)
    with pytest.raises(SystemExit):
        reading.interview_sign(help_id=str(Help.objects.get().id), mark=mark, picture=picture(), name="", agreed=False, language="vi")
    monkeypatch.setattr(reading.intake, "application_submit", real)
    assert Application.objects.count() == 1 and "送信の途中です" in text(client.get("/counter/read/"))
    hall.desk("tanaka").post(f"/staff/counter/interview/{row.id}/act/", {"_action": "finish"})
    assert Application.objects.count() == 2 and {x.language for x in Application.objects.all()} == {"vi"}
    row.refresh_from_db()
    assert row.state == rules.FILED and len(row.receipts) == 2
    left = begun(hall, NUMBERED)
    with clock.frozen(OPENING + dt.timedelta(days=2)):
        assert keeping.interviews_sweep() == 1
    left.refresh_from_db()
    assert left.state == rules.ENDED and Draft.objects.filter(id__in=left.drafts).count() == 0
    with clock.frozen(OPENING + dt.timedelta(days=100)):
        assert keeping.interviews_sweep() == 2 and not Interview.objects.exists()


def test_what_can_no_longer_be_filed_goes_back_to_the_clerk(hall: Hall, monkeypatch):
    row = begun(hall, CLAIM, NUMBERED)
    written(hall, row)
    client = shown(hall, row)
    mark, real = mark_on(client), reading.intake.application_submit

    def renewed(**kw):
        if Draft.objects.get(id=kw["draft_id"]).slug == NUMBERED:
            raise reading.intake.NotOpenForThis
        return real(**kw)

    monkeypatch.setattr(reading.intake, "application_submit", renewed)
    sent = client.post("/counter/read/", {"_action": "sign", "mark": mark, "picture": picture()})
    assert sent["Location"] == "/counter/?why=returned" and Application.objects.get().slug == CLAIM
    monkeypatch.setattr(reading.intake, "application_submit", real)
    row.refresh_from_db()
    assert row.state == rules.OPEN and [d.slug for d in interviewing.unfiled(row)] == [NUMBERED]
    again = shown(hall, row)
    assert again.post("/counter/read/", {"_action": "sign", "mark": mark_on(again), "name": "見本 花子", "ok": "yes"}).status_code == 303
    row.refresh_from_db()
    assert row.state == rules.FILED and len(row.receipts) == 2 and Application.objects.count() == 2


def test_the_signature_goes_with_its_case(hall: Hall):
    from madoguchi.casework import retention
    from madoguchi.intake import applications

    row = begun(hall, CLAIM, NUMBERED)
    written(hall, row)
    client = shown(hall, row)
    client.post("/counter/read/", {"_action": "sign", "mark": mark_on(client), "picture": picture()})
    run_worker()
    assert StoredFile.objects.filter(name="signature.png").count() == 2
    gone, stays = Case.objects.get(slug=CLAIM), Case.objects.get(slug=NUMBERED)
    applications.withdrawal_ask(application=Application.objects.get(id=gone.id), actor="resident:test")
    run_worker()
    with clock.frozen(OPENING + dt.timedelta(days=3700)):
        assert retention.case_destroy(actor="test", case_id=gone.ref)
        run_worker()
    left = StoredFile.objects.get(name="signature.png")
    assert str(left.id) == stays.support["signature"]["file"]
