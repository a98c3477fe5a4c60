"""The page of a procedure that is for the victims of a disaster."""

from __future__ import annotations

import pytest
from tests.support.hall import Hall
from tests.support.walk import text

from madoguchi.offices.public import disasters_all, disasters_open
from madoguchi.procedures import views

RISAI, CLAIM = "risai-shoumei", "jidou-teate-mishiharai"

pytestmark = pytest.mark.django_db


def test_the_disasters_that_are_open_stand_on_it_with_their_last_day(hall: Hall, client) -> None:
    hall.definition(RISAI)
    hall.definition(CLAIM)
    page = text(client.get(f"/p/{RISAI}/"))
    assert "いま受け付けている災害" in page
    today = views.clock.today()
    for d in disasters_all():
        assert (d.name in page) == d.open_on(today), d
    assert "令和8年11月豪雨(試用)" in page and "令和9年5月10日まで" in page
    assert any(d.accepts_until is None for d in disasters_open(today)) and "年None" not in page
    assert "災害" not in text(client.get(f"/p/{CLAIM}/"))


def test_without_an_open_one_it_says_whom_to_call(hall: Hall, client, monkeypatch) -> None:
    hall.definition(RISAI)
    monkeypatch.setattr(views, "disasters_open", lambda day: ())
    page = text(client.get(f"/p/{RISAI}/"))
    assert "事情のある方は、問い合わせ先へお電話ください" in page
