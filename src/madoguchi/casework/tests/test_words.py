"""The history of a case speaks Japanese, whatever room wrote the entry."""

from __future__ import annotations

import re
from pathlib import Path

from django.db import transaction
from tests.support.hall import Hall
from tests.support.walk import text

from madoguchi import payments
from madoguchi.casework.words import ACTIONS, act_words, actor_words
from madoguchi.kernel import audit
from madoguchi.payments.rules import State

WRITTEN = re.compile(r'"((?:payment|refund)\.[a-z_]+)"')


def test_every_act_of_a_fee_has_words():
    found = {code for path in Path(payments.__file__).parent.glob("*.py") for code in WRITTEN.findall(path.read_text())}
    made = {f"payment.{state}" for state in State} | {"refund.approved", "refund.declined"}  # put together where they are written
    assert {"payment.amount_differs", "refund.failed"} <= found
    assert (found | made) - set(ACTIONS) == set()


def test_a_code_without_words_is_shown_as_it_is():
    assert act_words("nobody.knows") == "nobody.knows"


def test_the_fee_is_asked_for_by_the_city_and_paid_by_the_applicant(hall: Hall):
    case = hall.case("hanako", "jidou-teate-mishiharai")
    with transaction.atomic():
        for action in ("payment.created", "payment.success"):
            audit.record(hall.owner("hanako").actor, action, chain=f"case:{case.id}")
    page = text(hall.desk("tanaka").get(f"/staff/case/{case.id}/?tab=history"))
    said = re.findall(r'data-l="だれ">([^<]*)</td><td data-l="行い">([^<]*)<', page)
    assert ("自動処理", "手数料を請求した") in said and ("手続きした方", "手数料が支払われた") in said and ("手続きした方", "送った") in said


def test_who_did_what_is_said_of_the_right_one():
    assert (actor_words("resident:r:1", "payment.created"), act_words("payment.created", "resident:r:1")) == ("自動処理", "手数料を請求した")
    assert actor_words("business:b:1:2", "payment.created") == "自動処理"
    assert (actor_words("staff:500001", "payment.created"), actor_words("resident:r:1", "payment.success")) == ("職員 500001", "手続きした方")
    assert (act_words("application.filed", "resident:r:1"), act_words("application.filed", "staff:500001")) == ("送った", "受け付けた")
