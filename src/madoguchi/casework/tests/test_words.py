"""The history of a case speaks Japanese, whatever room wrote the entry."""

from __future__ import annotations

import re
from pathlib import Path

from madoguchi import payments
from madoguchi.casework.words import ACTIONS, act_words
from madoguchi.payments.rules import State

WRITTEN = re.compile(r'"((?:payment|refund)\.[a-z_]+)"')


def test_every_act_of_a_fee_has_words():
    found = {code for path in Path(payments.__file__).parent.glob("*.py") for code in WRITTEN.findall(path.read_text())}
    made = {f"payment.{state}" for state in State} | {"refund.approved", "refund.declined"}  # put together where they are written
    assert {"payment.amount_differs", "refund.failed"} <= found
    assert (found | made) - set(ACTIONS) == set()


def test_a_code_without_words_is_shown_as_it_is():
    assert act_words("nobody.knows") == "nobody.knows"
