"""What a person must look at is said on the first page of 収納, and goes away when it is done."""

from __future__ import annotations

import datetime as dt

from django.urls import reverse

from madoguchi.collection import debits, looks, runs, staff_views
from madoguchi.collection.models import Instalment
from madoguchi.kernel import clock

from .conftest import accounts_text

D = dt.date


def page(hall, who="yamada", name="collection", **more):
    return hall.desk(who).get(reverse(name, **more)).content.decode()


def test_reminders_are_called_for_a_week_before_their_last_day(hall, demanded) -> None:
    demanded(people=3, parts=1, charge="keiji")
    with clock.frozen(dt.datetime(2026, 6, 12, 3, tzinfo=dt.UTC)):
        assert looks.unreminded(actor=hall.staff("yamada")) == []
    with clock.frozen(dt.datetime(2026, 6, 13, 3, tzinfo=dt.UTC)):
        [one] = looks.unreminded(actor=hall.staff("yamada"))
        assert (one.parts, one.until) == (3, D(2026, 6, 20))
        assert "まだ3件送っていません" in page(hall) and "までに送ります" in page(hall)
    assert "が期限でした" in page(hall)
    runs.run_start(actor="test", kind="reminder", charge="keiji", year=2026, issued_on=clock.today(), promise=False)
    assert looks.unreminded(actor=hall.staff("yamada")) == [] and "送っていません" not in page(hall)


def test_taxes_with_one_last_day_stand_in_the_order_of_the_taxes(hall, demanded) -> None:
    demanded(people=1, parts=1, charge="kotei")
    demanded(people=2, parts=1, charge="keiji")
    Instalment.objects.update(due=D(2026, 5, 31))
    assert [(one.charge, one.parts) for one in looks.unreminded(actor=hall.staff("yamada"))] == [("keiji", 2), ("kotei", 1)]


def test_a_prompt_without_its_confirmation_is_shown_after_a_month(hall, demanded, came) -> None:
    old, new, *_ = demanded(people=2, parts=1, charge="keiji")
    came((old, 10_000, "prompt", "01", D(2026, 5, 20)), (new, 10_000, "prompt", "01", clock.today()))
    assert f"納付番号 {old.number}）は、令和8年5月20日の速報のまま" in page(hall, "auditor") and new.number not in page(hall)
    came((old, 10_000))
    assert looks.prompts_left(actor=hall.staff("yamada")) == []


def test_more_of_them_than_the_page_shows_are_counted(hall, demanded, came, monkeypatch) -> None:
    monkeypatch.setattr(staff_views, "PROMPTS", 2)
    parts = demanded(people=5, parts=1, charge="keiji")
    came(*((part, 10_000, "prompt", "01", D(2026, 5, 20)) for part in parts))
    assert page(hall).count("の速報のまま、確報が") == 2 and "ほかに3件の期で、速報のまま" in page(hall)


def test_an_answer_that_lacks_one_and_brings_another_is_told(hall, demanded, came) -> None:
    parts = demanded(people=3, parts=4, charge="kokuho")
    first = [p for p in parts if p.due == D(2026, 5, 31)]
    debits.debits_take(actor="test", data=accounts_text(payers=("0000000001", "0000000002")).encode(), name="口座.csv")
    [made] = debits.request_make(actor=hall.staff("yamada"), charge="kokuho", due=D(2026, 5, 31), on=D(2026, 11, 25))
    assert "2件がまだ" in page(hall, name="debits")
    with clock.frozen(dt.datetime(2026, 11, 27, 3, tzinfo=dt.UTC)):
        sheet = came((first[0], 10_000, "final", "0", D(2026, 11, 25)), (first[2], 10_000, "final", "0", D(2026, 11, 25)), form="zengin")
        assert looks.unanswered([made]) == {made.id: 1} and "1件がまだ" in page(hall, name="debits")
        assert looks.never_asked(actor=hall.staff("yamada"), sheet=sheet) == 1
        assert "頼んだ記録のない振替が1件" in page(hall, name="collection_sheet", kwargs={"sheet_id": sheet.id})
        assert looks.requests_late(actor=hall.staff("yamada")) == []
    with clock.frozen(dt.datetime(2026, 12, 8, 3, tzinfo=dt.UTC)):
        assert looks.requests_late(actor=hall.staff("yamada")) == [(made, 1)] and "1件に銀行の返事がありません" in page(hall)
        came((first[1], 10_000, "failed", "1", D(2026, 11, 25)), form="zengin")
        assert looks.requests_late(actor=hall.staff("yamada")) == [] and "全件あり" in page(hall, name="debits")
