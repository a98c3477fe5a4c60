"""A notice that would come too late for its 納期限 is not made without a word; who knows it says why."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.management import CommandError
from django.urls import reverse
from tests.support.hall import run_worker

from madoguchi.collection import demands, nightly, runs, trial
from madoguchi.collection.demand_sheet import read
from madoguchi.collection.errors import DuesNear
from madoguchi.collection.models import Demand, Instalment, Run
from madoguchi.collection.slips import check
from madoguchi.kernel import clock
from madoguchi.kernel.models import AuditEntry

from .test_pages import run as command
from .test_runs import bytes_of

DUE = dt.date(2026, 5, 31)


def made(issued_on, known="", kind="notice"):
    return runs.run_start(actor="test", kind=kind, charge="kotei", year=2026, issued_on=issued_on, known=known)


@pytest.mark.parametrize("days,words", [(-1, "納期限 2026-05-31（2件）は過ぎています"), (9, "納期限 2026-05-31（2件）は10日ありません")])
def test_it_is_refused_by_charge_and_date(demanded, days, words) -> None:
    demanded(people=2)
    with pytest.raises(DuesNear) as refused:
        made(DUE - dt.timedelta(days=days))
    assert words in refused.value.ja and "固定資産税・都市計画税（2026年度）" in refused.value.ja and "2026-07-31" not in refused.value.ja
    assert not Run.objects.exists() and not Demand.objects.exclude(run=None).exists()


def test_ten_days_before_is_in_time_and_needs_no_reason(demanded) -> None:
    demanded(people=2)
    assert made(DUE - dt.timedelta(days=10), known="念のため").known == ""


def test_who_knows_it_gets_slips_that_are_taken(hall, demanded, tmp_path) -> None:
    parts = demanded(people=1)
    run = made(dt.date(2026, 8, 5), known="課税が遅れた方の分")
    run_worker()
    pdf = tmp_path / "a.pdf"
    pdf.write_bytes(bytes_of(run.files.get()))
    found = check.explain(pdf)
    assert check.wrong(found) == []
    read_ = " ".join(f.ja for f in found)
    assert all(part.number in read_ for part in parts)
    assert "260930" in read_, "the slips of the first two are taken until the end of the next month"
    entry = AuditEntry.objects.get(action="letters.started")
    assert entry.facts["near"] is True and entry.digest and "課税が遅れた" in hall.desk("yamada").get(
        reverse("notice_run", args=[run.id])).content.decode()
    assert nightly.differences() == []


def test_in_the_browser(hall, demanded) -> None:
    demanded(people=1)
    desk, url = hall.desk("yamada"), reverse("notice_runs")
    sent = {"kind": "notice", "charge": "kotei", "year": "2026", "issued_on": "2026-06-10"}
    assert "承知のうえで作る" not in desk.get(url).content.decode()
    refused = desk.post(url, sent)
    page = refused.content.decode()
    assert refused.status_code == 422 and "は過ぎています" in page and "「承知のうえで作る」にチェック" in page and 'name="known"' in page
    silent = desk.post(url, sent | {"known": "1"})
    assert silent.status_code == 422 and "理由を、1〜200文字で" in silent.content.decode() and "checked" in silent.content.decode()
    assert desk.post(url, sent | {"why": "理由だけ"}).status_code == 422 and not Run.objects.exists()
    assert desk.post(url, sent | {"known": "1", "why": "過年度の分"}).status_code == 303
    assert Run.objects.get().known == "過年度の分"


@pytest.mark.parametrize("charge", trial.PARTS)
def test_invented_demands_are_due_in_time(charge, hall) -> None:
    for today in (dt.date(2026, 4, 1), dt.date(2026, 5, 20), dt.date(2026, 11, 20), dt.date(2027, 1, 31), dt.date(2027, 3, 31)):
        data = trial.demands_csv(charge, year=2026, people=3, seed=1, after=today + trial.SOON)
        claims = read(data, year=2026, names={})
        assert min(part.due for claim in claims for part in claim.parts) >= today + trial.SOON
    assert trial.dues_of(charge, 2026, dt.date(2026, 4, 15)) == trial.dues_of(charge, 2026, None)


def test_the_walk_needs_no_yes(hall, tmp_path) -> None:
    file, out = tmp_path / "調定.csv", str(tmp_path / "out")
    command("demands", "generate", "--charge", "keiji", "--people", "3", "--out", str(file))
    command("demands", "import", str(file), "--charge", "keiji")
    assert Instalment.objects.first().due >= clock.today() + trial.SOON
    assert "3通" in command("notices", "make", "keiji", "--year", str(Demand.objects.first().year), "--out", out, "--processes", "1")
    demands.demands_take(actor="test", charge="kotei", year=2026, data=trial.demands_csv("kotei", year=2026, people=1, seed=1), name="a.csv")
    with pytest.raises(CommandError, match="は過ぎています.*--known"):
        command("notices", "make", "kotei", "--year", "2026", "--out", out, "--processes", "1")
