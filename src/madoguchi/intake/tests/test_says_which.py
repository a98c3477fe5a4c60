"""A sentence that stands in a list says which answer it means: the question, and of several people which one."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.support.hall import Hall, run_worker
from tests.support.walk import text

from madoguchi.casework import services
from madoguchi.intake import asking
from madoguchi.kernel import clock
from madoguchi.procedures.rules.checks import Facts, run
from madoguchi.procedures.rules.faces import webform
from madoguchi.procedures.rules.fields import Fault

TODAY = dt.date(2026, 11, 20)
LABELS = {"a": "生まれた日", "b": "注射の日", "b=any": "いつでもよい"}


def words(rule: str, answers, **args: str):
    return [(f.ja, f.index) for f in run(rule, Facts(answers, TODAY, labels=LABELS), args.items())]


@pytest.mark.parametrize(("rule", "args", "answers", "said"), [
    ("not_in_future", {"item": "b"}, {"b": "2026-11-21"}, "注射の日は今日までの日付を入力してください"),
    ("not_in_past", {"item": "b"}, {"b": "2026-11-19"}, "注射の日は、今日か今日より後の日付を入力してください"),
    ("month_not_past", {"item": "b"}, {"b": "2026-10"}, "注射の日は、今月か今月より後の月を入力してください"),
    ("dates_in_order", {"start": "a", "end": "b"}, {"a": "2026-11-02", "b": "2026-11-01"},
     "「注射の日」が「生まれた日」より前になっています。どちらかを直してください"),
    ("has_digits", {"item": "b", "count": "15"}, {"b": "１２３"}, "注射の日は15けたの数字で入力してください"),
    ("nothing_and_something", {"item": "b", "none": "any"}, {"b": ["any", "thu"]},
     "「いつでもよい」と、ほかの答えが両方選ばれています。どちらかにしてください"),
])
def test_the_question_is_named(rule, args, answers, said):
    assert words(rule, answers, **args) == [(said, None)]


def test_an_entry_of_a_group_is_looked_at_and_named():
    found = words("not_in_future", {"dogs": [{"b": "2026-11-20"}, {"b": "2026-11-21"}]}, item="b")
    assert found == [("注射の日は今日までの日付を入力してください", 1)]
    assert words("dates_in_order", {"dogs": [{"a": "2026-11-02", "b": "2026-10"}]}, start="a", end="b")[0][1] == 0
    assert words("dates_in_order", {"dogs": [{"a": "2026-11-02", "b": "2026-11"}]}, start="a", end="b") == []


def test_the_check_page_knows_the_names_of_the_form(hall: Hall):
    answers = hall.answers("jidou-teate-nintei") | {"reason_date": str(clock.today() + dt.timedelta(days=1))}
    draft = hall.draft("hanako", "jidou-teate-nintei", answers)
    assert "そのできごとの日は今日までの日付を入力してください" in text(hall.browser("hanako").get(f"/a/{draft.id}/check/"))


def test_of_several_people_it_says_which(hall: Hall):
    d = hall.definition("risai-shoumei")
    fault = Fault("member_relation", "世帯主は一人だけ選んでください", index=1)
    step = next(s for s in d.steps if s.repeat and s.repeat.id == "members")
    assert asking.where_and_what(d, [fault]) == [(step.id, f"{step.repeat.name} 2: 世帯主は一人だけ選んでください")]
    assert webform.anchors(step, [fault])[0][1] == f"{step.repeat.name} 2: 世帯主は一人だけ選んでください"


def test_what_has_to_be_put_right_names_the_person(hall: Hall):
    slug = "jidou-teate-nintei"
    case = hall.case("hanako", slug)
    services.correction_request(actor=hall.staff("tanaka"), case_id=case.ref, items=[("children.0.child_born", "確かめてください")],
                                due_on=clock.today() + dt.timedelta(days=10))
    run_worker()
    assert "<h2>お子さん 1: 生年月日</h2>" in text(hall.browser("hanako").get(f"/my/{case.id}/correct/"))
    assert "お子さん 1: 生年月日" in text(hall.desk("tanaka").get(f"/staff/case/{case.id}/?tab=talk"))
