"""The worker's regular work: one that fails stops no other, and is named on the operator's page."""

from __future__ import annotations

import pytest
from django.db import OperationalError
from tests.support.walk import text

from madoguchi.config.management.commands.worker import swept

pytestmark = pytest.mark.django_db


def broken():
    raise KeyError("見本 花子")


def test_the_others_go_on_and_the_operator_sees_which_one_did_not(hall, caplog):
    done = []
    swept(broken, lambda: done.append(1))
    assert done == [1]
    assert "sweep failed broken KeyError" in caplog.text and "花子" not in caplog.text
    page = text(hall.desk("admin").get("/staff/operations/"))
    assert "終わらなかった定時の処理" in page and "broken" in page


def test_nothing_is_said_where_all_went_well(hall):
    swept(lambda: None)
    assert "終わらなかった定時の処理" not in text(hall.desk("admin").get("/staff/operations/"))


def test_a_database_that_is_away_ends_the_round():
    def away():
        raise OperationalError

    done = []
    with pytest.raises(OperationalError):
        swept(away, lambda: done.append(1))
    assert done == []
