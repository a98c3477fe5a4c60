"""必要枚数 is of a household: the clerk reads how many it has asked for in all, over several applications."""

from __future__ import annotations

from tests.support.hall import run_worker
from tests.support.walk import text

from madoguchi.intake import applications
from madoguchi.intake.models import Application
from madoguchi.survey.models import Survey
from madoguchi.survey.rules import SLUG

from .conftest import answers


def page(hall, case) -> str:
    return text(hall.desk("yamada").get(f"/staff/case/{case.id}/"))


def test_the_copies_of_a_household_are_counted_over_its_applications(hall, opened):
    first, _ = opened(copies=2)
    assert "同じ世帯(所在地" not in page(hall, first), "nothing beside it"
    second = hall.case("taro", SLUG, answers(copies=3))
    shown = page(hall, second)
    assert f"ほかに1件あります({first.receipt} 審査中)" in shown and "この申請の3枚と合わせて5枚です" in shown
    assert "この申請の2枚と合わせて5枚です" in page(hall, first)
    survey = Survey.objects.get(case=second)
    assert "合わせて5枚です" in text(hall.desk("yamada").get(f"/staff/survey/{survey.id}/"))
    applications.withdrawal_ask(application=Application.objects.get(id=first.id), actor="resident:code")
    run_worker()
    assert "同じ世帯(所在地" not in page(hall, second), "what was taken back asks for none"


def test_another_household_of_the_house_is_not_counted(hall, opened):
    first, _ = opened(copies=2)
    other = hall.case("taro", SLUG, answers(copies=3, head_name={"sei": "別", "mei": "世帯"}))
    shown = page(hall, other)
    assert "同じ世帯(所在地" not in shown and "合わせて" not in shown
    assert f"氏名がちがう申請が、ほかに1件あります({first.receipt} 審査中)" in shown


def test_another_disaster_or_house_is_nothing_beside_it(hall, opened):
    opened()
    place = answers()["home_place"] | {"lot": "ロ部1番地"}
    assert "ほかに1件" not in page(hall, hall.case("taro", SLUG, answers(home_place=place)))
