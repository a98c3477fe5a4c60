"""The page of a case beside a full list: what it weighs when every row has all its marks."""

from __future__ import annotations

import datetime as dt
import gzip
import random
import re
import uuid

from bench import workbench
from django.http import HttpResponse
from tests.support.hall import OPENING, Hall
from tests.support.walk import text

from madoguchi.casework.lists import PAGE
from madoguchi.casework.models import Alarm, Case, Talk
from madoguchi.casework.states import NEAR, OVERDUE
from madoguchi.procedures import public as procedures

BUDGET = 10_000  # as tests/browser/test_budget
RISAI, KINDS = "risai-shoumei", ("risai-shoumei", "kazei-shoumei", "nouzei-shoumei", "kouza-furikae")


def beside(hall: Hall, case: Case, count: int) -> None:
    """Fill the list: cases of many people and kinds, due on all kinds of days, in several hands, each with a message and an alarm."""
    rng, town, hands = random.Random(7), workbench.people(), [hall.staff(n) for n in ("yamada", "nakamura", "kobayashi")]
    for slug in KINDS:
        hall.definition(slug)
    for n in range(count):
        due, slug = OPENING.date() + dt.timedelta(days=rng.choice([-9, -3, -1, 0, 1, 2, 3, 5])), rng.choice(KINDS)
        row = Case.objects.get(id=case.id)
        row.pk, row.slug, row.version = uuid.UUID(int=rng.getrandbits(128), version=4), slug, procedures.current(slug).number
        row.receipt, row.name = f"R8-{rng.randrange(10_000):04}-{rng.randrange(10_000):04}-{n % 10}", rng.choice(town)[0]
        row.due_on, row.state, row.assignee = due, rng.choice(["reviewing", "received"]), rng.choice(hands)
        row.save(force_insert=True)
        Talk.objects.create(case=row, by=None, text="見本", at=row.filed_at)
        Alarm.objects.create(case=row, section=row.section, step=OVERDUE if due < OPENING.date() else NEAR, due_on=due, at=row.filed_at)


def weight(answer: HttpResponse) -> int:
    """Bytes over the wire."""
    assert answer.status_code == 200
    return len(gzip.compress(answer.content, 6))


def test_a_case_beside_a_full_list_keeps_its_budget(hall: Hall):
    case = hall.case("hanako", RISAI)
    beside(hall, case, 2 * PAGE)
    url = f"/staff/case/{case.id}/"
    sizes = {"received": weight(answer := hall.desk("yamada").get(url))}
    page = text(answer)
    rows = page.split("<tbody>")[1].split("</tbody>")[0]
    assert rows.count("<tr") == PAGE == rows.count("未読の連絡") and rows.count("を連絡済み") == PAGE
    assert set(re.findall(r'href="#(i-\w)"', rows)) == {"i-o", "i-d", "i-s", "i-m", "i-b"} <= set(re.findall(r'<path id="([^"]+)"', page))
    hall.propose(case, "yamada", hall.definition(RISAI).review.outcomes[0].id)
    sizes["proposed"] = weight(hall.desk("nakamura").get(url))
    assert {name: size for name, size in sizes.items() if size > BUDGET} == {}
