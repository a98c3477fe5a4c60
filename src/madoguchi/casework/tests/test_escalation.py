"""期限の知らせ: who is told when, and only once."""

from __future__ import annotations

import copy
import datetime as dt

import pytest
from django.core.management import call_command
from tests.support.hall import OPENING, Hall, body_of, lists, run_worker
from tests.support.threads import together
from tests.support.walk import text

from madoguchi.casework import escalation, services
from madoguchi.casework.lists import Filter, case_list
from madoguchi.casework.marks import marks
from madoguchi.casework.models import Alarm, Case
from madoguchi.casework.rules import warned_before
from madoguchi.identity import absences, people
from madoguchi.identity.errors import MailWrong
from madoguchi.intake import applications
from madoguchi.kernel import audit, clock, witness
from madoguchi.kernel.models import AuditEntry
from madoguchi.offices.city import _warn
from madoguchi.offices.public import add_open_days
from madoguchi.procedures.rules import generate

CLAIM = "jidou-teate-mishiharai"


@pytest.fixture
def case(hall: Hall):
    for who in ("kimura", "suzuki"):
        people.mail_set(actor="test", staff=hall.staff(who), mail=f"{who}@city.example.jp")
    return hall.case("hanako", CLAIM)


def at(day: dt.date):
    return clock.frozen(dt.datetime.combine(day, dt.time(9), clock.JST))


def before(case: Case, days: int) -> dt.date:
    """The last day on which so many open days are left."""
    day = case.due_on
    while add_open_days(day, days) != case.due_on:
        day -= dt.timedelta(days=1)
    return day


def letters(hall: Hall):
    from email import message_from_bytes, policy

    found = [message_from_bytes(p.read_bytes(), policy=policy.default) for p in sorted((hall.home / "mail").glob("*.eml"))]
    return [(str(m["To"]), str(m["Subject"]), m.get_content()) for m in found if "期限" in str(m["Subject"])]


def acts(case):
    return [a for a in AuditEntry.objects.filter(chain=f"case:{case.id}").order_by("seq").values_list("action", flat=True)
            if a in ("case.nearing", "case.overdue")]


# --- the steps


def test_near_and_over_are_told_once_each(hall: Hall, case):
    with at(before(case, 4)):
        assert escalation.escalate() == 0
    with at(before(case, 3)):
        assert escalation.escalate() == 1
        assert escalation.escalate() == 0
        assert marks(actor=hall.staff("tanaka")) == {"unread": 0, "near": 1, "over": 0, "late": 0}
        assert "期限間近を連絡済み" in text(hall.desk("tanaka").get("/staff/?mark=near")).partition("<tbody>")[2]
    with at(case.due_on):
        assert escalation.escalate() == 0, "due today is still in time"
    with at(case.due_on + dt.timedelta(days=1)):
        assert escalation.escalate() == 1
        assert escalation.escalate() == 0
        assert marks(actor=hall.staff("tanaka")) == {"unread": 0, "near": 0, "over": 1, "late": 0}
        run_worker()
    assert acts(case) == ["case.nearing", "case.overdue"]
    assert audit.verify() + witness.verify() == []
    found = letters(hall)
    assert sorted(to for to, _, _ in found) == ["kimura@city.example.jp"] * 2 + ["suzuki@city.example.jp"] * 2


def test_the_mail_names_nobody_and_no_procedure(hall: Hall, case):
    with at(case.due_on + dt.timedelta(days=1)):
        escalation.escalate()
        run_worker()
    [_, (_, subject, body)] = letters(hall)
    assert "標準処理期間を過ぎた件 1件" in body
    assert "/staff/?mark=over" in body
    for word in (case.receipt, case.name.split("\u3000")[0], hall.definition(CLAIM).name, "児童手当", str(case.id)):
        assert word not in subject + body


def test_many_cases_make_one_mail(hall: Hall, case):
    for who in ("taro", "ume"):
        hall.case(who, CLAIM)
    with at(case.due_on + dt.timedelta(days=1)):
        assert escalation.escalate() == 3
        run_worker()
    assert len(letters(hall)) == 2
    assert all("3件" in body for _, _, body in letters(hall))


def test_who_was_never_told_near_is_told_over_only(hall: Hall, case):
    with at(case.due_on + dt.timedelta(days=5)):
        escalation.escalate()
    assert list(Alarm.objects.values_list("step", flat=True)) == ["over"]


# --- the clock of the case


def test_while_the_applicant_puts_something_right_nobody_is_told(hall: Hall, case):
    services.correction_request(actor=hall.staff("tanaka"), case_id=case.ref, items=[("phone", "つながりません")],
                                due_on=OPENING.date() + dt.timedelta(days=60))
    run_worker()
    with at(case.due_on + dt.timedelta(days=1)):
        assert escalation.escalate() == 0
        raw = lists(dict(generate._fields(hall.definition(CLAIM).question("phone"), "0767123456", "phone")))
        applications.correction_answer(application=hall.seen_by_applicant(case), raw=raw, extra=frozenset(), actor="resident:test",
                                       owner=hall.owner("hanako"))
        run_worker()
        assert escalation.escalate() == 0, "the days that it waited do not count"
    moved = Case.objects.get(id=case.id)
    assert moved.due_on > case.due_on
    with at(moved.due_on + dt.timedelta(days=1)):
        assert escalation.escalate() == 1


def test_what_marks_a_case_stands_while_it_is_open_and_due_on_that_day(hall: Hall, case):
    def standing():
        escalation.escalate()
        return Alarm.objects.filter(stands=True).count()

    with at(before(case, 3)):
        assert standing() == 1
    with at(case.due_on + dt.timedelta(days=1)):
        assert standing() == 2
        Case.objects.filter(id=case.id).update(state="decided")
        assert (standing(), marks(actor=hall.staff("tanaka"))["over"]) == (0, 0)
        Case.objects.filter(id=case.id).update(state="reviewing")
        assert (standing(), marks(actor=hall.staff("tanaka"))["over"]) == (2, 1)
    assert set(Alarm.objects.values_list("section", flat=True)) == {case.section}


def test_a_due_day_that_moved_is_told_again(hall: Hall, case):
    with at(before(case, 2)):
        escalation.escalate()
        services.correction_request(actor=hall.staff("tanaka"), case_id=case.ref, items=[("phone", "つながりません")],
                                    due_on=case.due_on + dt.timedelta(days=60))
        run_worker()
        assert marks(actor=hall.staff("tanaka"))["near"] == 0
    with at(case.due_on + dt.timedelta(days=20)):
        raw = lists(dict(generate._fields(hall.definition(CLAIM).question("phone"), "0767123456", "phone")))
        applications.correction_answer(application=hall.seen_by_applicant(case), raw=raw, extra=frozenset(), actor="resident:test",
                                       owner=hall.owner("hanako"))
        run_worker()
    moved = Case.objects.get(id=case.id)
    with at(before(moved, 3)):
        assert escalation.escalate() == 1
    assert Alarm.objects.filter(case=case, step="near").count() == 2


def test_what_is_decided_or_withdrawn_is_nobodys_alarm(hall: Hall, case):
    hall.decide(case, "grant", "tanaka", "kimura", "suzuki")
    with at(case.due_on + dt.timedelta(days=1)):
        assert escalation.escalate() == 0


# --- whose rule


@pytest.mark.parametrize(("wanted", "days", "kind", "warned"), [
    (3, 30, "開庁日", 3), (3, 6, "開庁日", 3), (3, 5, "開庁日", 2), (3, 3, "開庁日", 1), (3, 2, "開庁日", 1), (3, 1, "開庁日", 0),
    (10, 10, "開庁日", 5), (3, 14, "日", 3), (3, 7, "日", 2), (3, 3, "日", 1), (3, 1, "日", 0)])
def test_never_more_than_half_the_standard_term(wanted: int, days: int, kind: str, warned: int):
    assert warned_before(wanted, days, kind) == warned


@pytest.mark.parametrize(("standard", "told"), [("3日", 1), ("1日", 0)])
def test_what_has_just_arrived_is_not_near(hall: Hall, standard: str, told: int):
    """A Friday before a Monday that is closed: what is due in three days is due on the next open day."""
    body = copy.deepcopy(body_of(CLAIM))
    body["審査"]["標準日数"] = standard
    hall.publish(CLAIM, body)
    short = hall.case("hanako", CLAIM)
    assert escalation.escalate() == 0, "minutes after it came"
    with at(short.due_on):
        assert escalation.escalate() == told
    with at(short.due_on + dt.timedelta(days=1)):
        assert escalation.escalate() == 1, "overdue is told always"


@pytest.mark.parametrize(("days", "first"), [("10", 10), ("1", 1)])
def test_a_procedure_may_have_days_of_its_own(hall: Hall, case, days, first):
    body = copy.deepcopy(body_of(CLAIM))
    body["審査"]["期限の知らせ"] = days
    hall.publish(CLAIM, body)
    with at(before(case, first + 1)):
        assert escalation.escalate() == 0
    with at(before(case, first)):
        assert escalation.escalate() == 1


def test_the_city_says_how_many_days_otherwise(hall: Hall, case, monkeypatch):
    import dataclasses

    from madoguchi.offices.public import city

    here = dataclasses.replace(city(), warn_days=6)
    monkeypatch.setattr(escalation, "city", lambda: here)
    with at(before(case, 6)):
        assert escalation.escalate() == 1


@pytest.mark.parametrize("wrong", ["0", "31", "三日", "-1"])
def test_days_that_mean_nothing_are_refused_in_the_citys_file(wrong):
    with pytest.raises(ValueError, match="期限の知らせ"):
        _warn(wrong)


# --- who is told


def test_an_absent_approvers_deputy_is_told_too_and_nobody_of_another_section(hall: Hall, case):
    for who in ("tanaka", "ito", "kato"):
        people.mail_set(actor="test", staff=hall.staff(who), mail=f"{who}@city.example.jp")
    with at(case.due_on + dt.timedelta(days=1)):
        absences.absence_add(actor=hall.staff("kimura"), staff=hall.staff("kimura"), section="kosodate", deputy=hall.staff("tanaka"),
                             starts=clock.today(), ends=clock.today())
        escalation.escalate()
        run_worker()
    assert sorted(to.partition("@")[0] for to, _, _ in letters(hall)) == ["kimura", "suzuki", "tanaka"]


def test_the_sections_own_mailbox_is_told(hall: Hall, case, monkeypatch):
    import dataclasses

    from madoguchi.offices.public import city

    sections = city().sections | {"kosodate": dataclasses.replace(city().sections["kosodate"], mail="kosodate@city.example.jp")}
    here = dataclasses.replace(city(), sections=sections)
    monkeypatch.setattr(escalation, "city", lambda: here)
    with at(case.due_on + dt.timedelta(days=1)):
        escalation.escalate()
        run_worker()
    assert "kosodate@city.example.jp" in [to for to, _, _ in letters(hall)]


def test_without_an_address_the_mark_is_there_all_the_same(hall: Hall):
    case = hall.case("hanako", CLAIM)
    with at(case.due_on + dt.timedelta(days=1)):
        assert escalation.escalate() == 1
        assert case_list(actor=hall.staff("suzuki"), wanted=Filter(mark="over")).count == 1
        assert case_list(actor=hall.staff("sato"), wanted=Filter(mark="over")).count == 0
        run_worker()
    assert letters(hall) == []


def test_everybody_keeps_their_own_address(hall: Hall):
    desk = hall.desk("suzuki")
    assert desk.post("/staff/account/mail/", {"mail": "suzuki@city.example.jp"}).status_code == 303
    assert 'value="suzuki@city.example.jp"' in text(desk.get("/staff/account/"))
    bad = desk.post("/staff/account/mail/", {"mail": "suzuki"})
    assert bad.status_code == 422
    assert "メールアドレスの形" in text(bad)
    with pytest.raises(MailWrong):
        people.mail_set(actor="test", staff=hall.staff("suzuki"), mail="a b@c")
    assert desk.post("/staff/account/mail/", {"mail": ""}).status_code == 303
    hall.staff("suzuki").refresh_from_db()
    assert hall.staff("suzuki").mail == ""
    assert "example" not in str(list(AuditEntry.objects.filter(action="staff.mail").values_list("facts", flat=True)))


# --- the worker


def test_the_worker_does_it(hall: Hall, case):
    with at(case.due_on + dt.timedelta(days=1)):
        call_command("worker", once=True)
        assert acts(case) == ["case.overdue"]
        assert len(letters(hall)) == 2


def test_in_batches(hall: Hall, case, monkeypatch):
    hall.case("taro", CLAIM)
    monkeypatch.setattr(escalation, "BATCH", 1)
    with at(case.due_on + dt.timedelta(days=1)):
        assert escalation.escalate() == 2


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_the_same_moment_tell_once(hall: Hall):
    people.mail_set(actor="test", staff=hall.staff("suzuki"), mail="suzuki@city.example.jp")
    case = hall.case("hanako", CLAIM)
    with at(case.due_on + dt.timedelta(days=1)):
        counts = together(*[escalation.escalate] * 3)
        assert sum(counts) == 1, counts
        run_worker()
    assert Alarm.objects.count() == 1
    assert len(letters(hall)) == 1


# --- a correction that nobody answers


def ask_until(hall: Hall, case: Case, day: dt.date) -> None:
    services.correction_request(actor=hall.staff("tanaka"), case_id=case.ref, items=[("phone", f"{day:%m%d}までに")], due_on=day)
    run_worker()


def overdue(case: Case) -> list[str]:
    told = AuditEntry.objects.filter(chain=f"case:{case.id}", action="correction.overdue").order_by("seq")
    return [entry.facts["due"] for entry in told]


def test_a_correction_whose_day_is_over_is_marked_and_told_once(hall: Hall, case):
    day = OPENING.date() + dt.timedelta(days=10)
    ask_until(hall, case, day)
    tanaka = hall.staff("tanaka")
    with at(day):
        assert escalation.escalate() == 0, "on the day itself it is still in time"
        assert marks(actor=tanaka)["late"] == 0
        assert case_list(actor=tanaka, wanted=Filter(mark="late")).rows == []
    with at(day + dt.timedelta(days=1)):
        assert escalation.escalate() == 1
        assert escalation.escalate() == 0
        run_worker()
        assert marks(actor=tanaka)["late"] == 1
        assert [c.id for c in case_list(actor=tanaka, wanted=Filter(mark="late")).rows] == [case.id]
        desk = hall.desk("tanaka")
        rows = text(desk.get("/staff/?mark=late")).partition("<tbody>")[2]
        assert "補正の期限を過ぎた</span>" in rows
        assert "過ぎています" in text(desk.get(f"/staff/case/{case.id}/?tab=talk"))
        assert marks(actor=hall.staff("yamada"))["late"] == 0, "not of another section"
    assert overdue(case) == [str(day)]
    assert audit.verify() + witness.verify() == []
    [_, (_, subject, body)] = letters(hall)
    assert "補正の期限を過ぎても答えのない件 1件" in body
    assert "/staff/?mark=late" in body
    for word in (case.receipt, case.name.split("\u3000")[0], hall.definition(CLAIM).name):
        assert word not in subject + body


def test_an_answer_takes_the_mark_away(hall: Hall, case):
    day = OPENING.date() + dt.timedelta(days=10)
    ask_until(hall, case, day)
    with at(day + dt.timedelta(days=1)):
        escalation.escalate()
        raw = lists(dict(generate._fields(hall.definition(CLAIM).question("phone"), "0767123456", "phone")))
        applications.correction_answer(application=hall.seen_by_applicant(case), raw=raw, extra=frozenset(), actor="resident:test",
                                       owner=hall.owner("hanako"))
        run_worker()
        assert marks(actor=hall.staff("tanaka"))["late"] == 0
        escalation.escalate()
        assert not Alarm.objects.filter(step="late", stands=True).exists()


def test_who_asks_once_more_has_the_new_day_and_the_old_one_is_not_told_again(hall: Hall, case):
    from madoguchi.casework.unanswered import correction_end

    first, second = OPENING.date() + dt.timedelta(days=10), OPENING.date() + dt.timedelta(days=30)
    ask_until(hall, case, first)
    with at(first + dt.timedelta(days=1)):
        assert escalation.escalate() == 1
        correction_end(actor=hall.staff("tanaka"), case_id=case.ref, why="電話で頼み直すため")
        ask_until(hall, case, second)
        assert marks(actor=hall.staff("tanaka"))["late"] == 0
        escalation.escalate()
        assert marks(actor=hall.staff("tanaka"))["late"] == 0
    with at(second + dt.timedelta(days=1)):
        assert escalation.escalate() == 1
        assert marks(actor=hall.staff("tanaka"))["late"] == 1
    assert overdue(case) == [str(first), str(second)]
