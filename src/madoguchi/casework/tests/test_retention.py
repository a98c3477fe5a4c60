"""The end of a case: when, what speaks against it, what goes, what stays."""

from __future__ import annotations

import copy
import datetime as dt
import io
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from tests.support.hall import OPENING, Hall, body_of, run_worker
from tests.support.walk import text

from madoguchi.casework import holds, retention, services
from madoguchi.casework.errors import NotNow, ReasonMissing
from madoguchi.casework.models import Case, Hold, Tombstone
from madoguchi.files.models import StoredFile
from madoguchi.intake import applications
from madoguchi.intake.models import Application
from madoguchi.kernel import audit, clock
from madoguchi.kernel.errors import Forbidden, NotFound
from madoguchi.kernel.models import AuditEntry, AuditKey, Message, SealedValue
from madoguchi.procedures.rules import generate
from madoguchi.survey.models import Survey

from .world import MARKS, NUMBERED, TERM_OVER, faults

CLAIM, DISASTER = "jidou-teate-mishiharai", "risai-shoumei"


@pytest.fixture
def over():
    """The first day on which it may go: decided in 令和8年度, kept five years."""
    with clock.frozen(TERM_OVER):
        yield TERM_OVER


def every_value(names=True):
    for model in apps.get_models():
        for row in model.objects.values_list():
            yield from ((model.__name__, bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode()) for v in row)


def found_marks(case_id):
    marks = [m.encode() for m in [*MARKS, "見本", "0767123456"]]
    return sorted({name for name, value in every_value() if any(mark in value for mark in marks)} - {"Staff", "Version"})


# --- when


@pytest.mark.parametrize(("at", "goes"), [("2032-03-31", False), ("2032-04-01", True), ("2040-01-01", True)])
def test_it_goes_when_five_fiscal_years_are_over(hall: Hall, decided, at, goes):
    day = dt.date.fromisoformat(at)
    assert [v.receipt for v in retention.plan(today=day)] == ([decided.receipt] if goes else [])
    assert bool(retention.case_destroy(actor="test", case_id=decided.ref, today=day)) is goes
    assert Case.objects.filter(id=decided.id).exists() is not goes


def test_a_later_act_prolongs_it_and_looking_does_not(hall: Hall, decided):
    with clock.frozen(dt.datetime(2028, 5, 1, tzinfo=clock.JST)):
        services.number_reveal(actor=hall.staff("yoshida"), case_id=decided.ref, path="my_number", why="確認のため")
    assert [v.last_on for v in retention.plan(today=TERM_OVER.date())] == [OPENING.date()]
    with clock.frozen(dt.datetime(2028, 5, 1, tzinfo=clock.JST)):
        services.note_add(actor=hall.staff("yoshida"), case_id=decided.ref, text="電話あり")
    assert list(retention.plan(today=TERM_OVER.date())) == []
    assert [str(v.goes_on) for v in retention.plan(today=dt.date(2040, 1, 1))] == ["2034-04-01"]


@pytest.mark.parametrize(("keep", "goes"), [("10年", "2037-04-01"), ("1年", "2028-04-01"), ("永年", "")])
def test_a_procedure_may_have_a_term_of_its_own_which_holds_for_what_was_filed_before(hall: Hall, decided, keep, goes):
    body = copy.deepcopy(body_of(NUMBERED))
    body["審査"]["保存"] = keep
    hall.publish(NUMBERED, body)
    assert [str(v.goes_on) for v in retention.plan(today=dt.date(2099, 1, 1))] == ([goes] if goes else [])


def test_without_a_rule_nothing_ever_goes_and_it_is_said(hall: Hall, decided, over, monkeypatch):
    from madoguchi.offices.public import city

    monkeypatch.setattr("madoguchi.procedures.selectors.city", lambda: type("C", (), {"keep": {}, "name": city().name})())
    assert list(retention.plan()) == []
    out = io.StringIO()
    call_command("retention", dry_run=True, stdout=out)
    assert "保存期間の決まりがありません" in out.getvalue()


def test_what_is_not_finished_stays(hall: Hall, over):
    with clock.frozen(OPENING):
        waiting, correcting, working = (hall.case("hanako", CLAIM) for _ in range(3))
        services.case_take(actor=hall.staff("tanaka"), case_id=working.ref)
        services.correction_request(actor=hall.staff("tanaka"), case_id=correcting.ref, items=[("phone", "つながりません")],
                                    due_on=OPENING.date() + dt.timedelta(days=9))
        run_worker()
    assert {v.receipt: v.why_not for v in retention.plan()} == dict.fromkeys(
        (waiting.receipt, correcting.receipt, working.receipt), "手続きが終わっていません")
    assert [retention.case_destroy(actor="test", case_id=c.ref) for c in (waiting, correcting, working)] == [None] * 3


def test_a_withdrawn_case_goes_as_well(hall: Hall):
    case = hall.case("hanako", CLAIM)
    applications.withdrawal_ask(application=Application.objects.get(id=case.id), actor="resident:test")
    run_worker()
    with clock.frozen(TERM_OVER):
        stone = retention.case_destroy(actor="test", case_id=case.ref)
        run_worker()
    assert stone and (stone.state, stone.outcome, stone.decided_on) == ("withdrawn", "", None)
    assert faults() == []


def test_a_case_with_work_still_to_be_done_stays(hall: Hall, decided, over):
    Message.objects.filter(case_ref=decided.ref).order_by("-id")[:1].get()
    last = Message.objects.filter(case_ref=decided.ref).last()
    Message.objects.filter(id=last.id).update(state="parked")
    [verdict] = retention.plan()
    assert "終わっていない処理" in verdict.why_not
    assert retention.case_destroy(actor="test", case_id=decided.ref) is None
    Message.objects.filter(id=last.id).update(state="done")
    from madoguchi.delivery.models import Parcel

    Parcel.objects.update(state="refused")
    assert "連携先" in next(retention.plan()).why_not


def test_an_open_survey_or_an_appointment_holds_the_case(hall: Hall):
    import yaml

    from madoguchi.offices.public import disasters_seed

    disasters_seed(actor="test")
    path = Path(__file__).parents[4] / "tests" / "cases" / f"{DISASTER}.yaml"
    given = yaml.safe_load(path.read_text(encoding="utf-8"))["answers"]
    case = hall.case("hanako", DISASTER, {k: v for k, v in given.items() if v is not None})
    survey = Survey.objects.get(case_id=case.id)
    Case.objects.filter(id=case.id).update(state="decided")
    with clock.frozen(TERM_OVER):
        [verdict] = retention.plan()
        assert "被害調査" in verdict.why_not
        Survey.objects.filter(id=survey.id).update(state="done", appointed_at=TERM_OVER + dt.timedelta(days=3))
        assert "日時の約束" in next(retention.plan()).why_not
        assert retention.case_destroy(actor="test", case_id=case.ref) is None
        Survey.objects.filter(id=survey.id).update(appointed_at=TERM_OVER - dt.timedelta(days=3))
        assert retention.case_destroy(actor="test", case_id=case.ref)
        run_worker()
    assert not Survey.objects.exists()
    assert faults() == []


# --- a hold


def test_a_hold_keeps_the_case_until_it_is_lifted_and_both_are_on_record(hall: Hall, decided, over):
    yoshida = hall.staff("yoshida")
    holds.hold_place(actor=yoshida, case_id=decided.ref, kind="appeal", why="令和14年2月に審査請求があったため")
    with clock.frozen(dt.datetime(2050, 1, 1, tzinfo=clock.JST)):
        assert next(retention.plan()).why_not == "廃棄を止めています(審査請求)"
        assert retention.case_destroy(actor="test", case_id=decided.ref) is None
        holds.hold_lift(actor=yoshida, case_id=decided.ref, why="裁決が確定したため")
        assert list(retention.plan()) == [], "the dispute was dealt with today: the term counts from here"
        with pytest.raises(NotNow):
            holds.hold_lift(actor=yoshida, case_id=decided.ref, why="もう一度")
    acts = AuditEntry.objects.filter(chain=f"case:{decided.id}", action__startswith="hold.").order_by("seq")
    assert [(a.action, a.actor, a.facts) for a in acts] == [
        ("hold.placed", "staff:yoshida", {"kind": "appeal"}), ("hold.lifted", "staff:yoshida", {"kind": "appeal"})]


@pytest.mark.parametrize("who", ["sato", "tanaka", "auditor", "admin"])
def test_nobody_outside_the_section_places_or_lifts_a_hold(hall: Hall, decided, who):
    for act in (lambda a: holds.hold_place(actor=a, case_id=decided.ref, kind="appeal", why="理由があるため"),
                lambda a: holds.hold_lift(actor=a, case_id=decided.ref, why="理由があるため")):
        with pytest.raises((NotFound, Forbidden)):
            act(hall.staff(who))
    assert not Hold.objects.exists()


@pytest.mark.parametrize(("kind", "why"), [("appeal", ""), ("appeal", " x "), ("", "理由があるため"), ("no-such", "理由があるため")])
def test_a_hold_needs_its_kind_and_its_reason(hall: Hall, decided, kind, why):
    with pytest.raises(ReasonMissing):
        holds.hold_place(actor=hall.staff("yoshida"), case_id=decided.ref, kind=kind, why=why)
    answer = hall.desk("yoshida").post(f"/staff/case/{decided.id}/hold/", {"kind": kind, "why": why})
    assert answer.status_code == 422
    assert not Hold.objects.exists()


def test_the_reason_of_a_hold_is_never_cut(hall: Hall, decided):
    url = f"/staff/case/{decided.id}/"
    for act in ("hold", "hold/lift"):
        if act == "hold/lift":
            holds.hold_place(actor=hall.staff("yoshida"), case_id=decided.ref, kind="appeal", why="あ" * 500)
        answer = hall.desk("yoshida").post(f"{url}{act}/", {"kind": "appeal", "why": "あ" * 501})
        assert answer.status_code == 422 and "理由は500字までです(今は501字)" in text(answer)
        assert "あ" * 501 in answer.content.decode()
    assert [(h.why, h.lift_why) for h in Hold.objects.all()] == [("あ" * 500, "")]


def test_at_the_desk(hall: Hall, decided):
    desk, url = hall.desk("yoshida"), f"/staff/case/{decided.id}/"
    page = text(desk.get(f"{url}?tab=history"))
    assert "令和14年4月1日から廃棄できます" in page
    assert desk.post(f"{url}hold/", {"kind": "lawsuit", "why": "訴状が届いたため"}).status_code == 303
    page = text(desk.get(f"{url}?tab=history"))
    assert "廃棄を止めています" in page
    assert "訴状が届いたため" in page
    assert desk.post(f"{url}hold/lift/", {"why": "判決が確定したため"}).status_code == 303
    page = text(desk.get(f"{url}?tab=history"))
    assert "判決が確定したため" in page
    assert "廃棄を止めています" not in page
    audited = text(hall.desk("auditor").get(f"{url}?tab=history"))
    assert "判決が確定したため" in audited
    assert "/hold/" not in audited


def test_an_administrator_holds_and_lifts_by_receipt_number(hall: Hall, decided, over):
    def run(*words, **more):
        out = io.StringIO()
        call_command("retention", *words, stdout=out, **more)
        return out.getvalue()

    assert "止めました(訴訟)" in run("hold", decided.receipt, kind="lawsuit", why="訴状が届いたため")
    assert "残す" in run(dry_run=True)
    assert "0件を廃棄しました" in run()
    assert "解きました" in run("lift", decided.receipt, why="判決が確定したため")
    with pytest.raises(CommandError, match="受付番号"):
        run("hold", "R8-0000-0000-0", why="訴状が届いたため")
    with pytest.raises(CommandError, match="理由"):
        run("hold", decided.receipt)


# --- what goes and what stays


def test_the_dry_run_says_what_would_go_and_why_and_names_nobody(hall: Hall, decided, over):
    before = sorted(every_value())
    out = io.StringIO()
    call_command("retention", dry_run=True, stdout=out)
    said = out.getvalue()
    assert f"廃棄   {decided.receipt} 妊娠" in said
    assert "保存5年 令和14年4月1日から廃棄できます" in said
    assert "1件が廃棄の対象です(残すもの0件)" in said
    assert not [mark for mark in [*MARKS, "見本", case_name(decided)] if mark in said]
    assert sorted(every_value()) == before


def case_name(case):
    return case.name.split("\u3000")[0]


def test_everything_of_the_person_goes_and_the_tombstone_stays(hall: Hall, decided, over):
    with clock.frozen(OPENING):
        other = hall.case("taro", NUMBERED, copy.deepcopy(hall.answers(NUMBERED)) | {"my_number": generate.MY_NUMBERS[1]})
    kept_files = set(StoredFile.objects.filter(owner=f"case:{other.id}").values_list("place", flat=True))
    assert found_marks(decided.id)
    places = [hall.home / "files" / p for p in StoredFile.objects.exclude(place__in=kept_files).values_list("place", flat=True)]
    assert places
    assert all(p.exists() for p in places)
    out = io.StringIO()
    call_command("retention", stdout=out)
    assert "1件を廃棄しました" in out.getvalue()
    run_worker()
    connection.run_on_commit, todo = [], connection.run_on_commit
    for _, clear, *_ in todo:
        clear()
    for model in ("Application", "Revision", "Decision", "Correction", "Note", "NumberView", "Approval", "Parcel", "IssuedDocument", "Mail",
                  "Talk", "TalkLine",
                  "Alarm", "BulkItem", "BulkRun"):
        found = [m for m in apps.get_models() if m.__name__ == model]
        left = found[0].objects.count()
        assert left == (1 if model in ("Application",) else 0), model
    assert str(decided.id) not in [str(c) for c in Case.objects.values_list("id", flat=True)]
    held_by_taro = Case.objects.get().answers["my_number"]
    assert set(SealedValue.objects.values_list("token", flat=True)) == {held_by_taro}
    assert not AuditKey.objects.filter(chain=f"case:{decided.id}").exists()
    assert [p for p in places if p.exists()] == []
    assert set(StoredFile.objects.values_list("place", flat=True)) == kept_files
    left = [name for name, value in every_value() if any(m.encode() in value for m in MARKS)]
    assert left == []
    stone = Tombstone.objects.get()
    assert (stone.receipt, stone.slug, stone.outcome, stone.state, stone.years) == (decided.receipt, NUMBERED, "accept", "decided", 5)
    assert (stone.filed_on, stone.decided_on, stone.last_on) == (OPENING.date(), OPENING.date(), OPENING.date())
    assert stone.counts["corrections"] == 1
    assert stone.counts["notes"] == 1
    assert stone.document_numbers[0].endswith("号")
    assert not [m for m in [*MARKS, case_name(decided)] if m in str(list(Tombstone.objects.values()))]


def test_the_record_is_whole_afterwards_and_says_what_was_done(hall: Hall, decided, over):
    assert faults() == []
    retention.case_destroy(actor="cli:root", case_id=decided.ref)
    assert faults() == [], "between the two halves, too"
    run_worker()
    audit.seal()
    assert faults() == []
    last = AuditEntry.objects.filter(chain=f"case:{decided.id}").order_by("-seq")[:2]
    assert [(a.actor, a.action) for a in last] == [("worker", "filing.destroyed"), ("cli:root", "case.destroyed")]
    assert last[1].facts["years"] == 5
    assert last[1].facts["last"] == "2026-11-20"


def test_again_changes_nothing(hall: Hall, decided, over):
    assert retention.case_destroy(actor="test", case_id=decided.ref)
    assert retention.case_destroy(actor="test", case_id=decided.ref) is None
    run_worker()
    from madoguchi.intake.forgetting import application_forget
    from madoguchi.kernel.outbox import Envelope

    count = AuditEntry.objects.count()
    application_forget(Envelope("k", "e", decided.ref, {"application": decided.ref}, b"", 1))
    assert AuditEntry.objects.count() == count
    assert faults() == []


def test_the_pages_of_a_destroyed_case_are_not_there(hall: Hall, decided, over):
    retention.case_destroy(actor="test", case_id=decided.ref)
    run_worker()
    assert hall.desk("yoshida").get(f"/staff/case/{decided.id}/").status_code == 404
    assert hall.browser("hanako").get(f"/my/{decided.id}/").status_code == 404
