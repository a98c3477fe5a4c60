"""A removal that retention did not do is found, whoever did it and whatever they wrote into the record."""

from __future__ import annotations

import datetime as dt

import pytest
from django.apps import apps
from tests.support.hall import Hall

from madoguchi.casework import holds
from madoguchi.casework.models import Case, Tombstone
from madoguchi.files.models import StoredFile
from madoguchi.intake.models import Application
from madoguchi.kernel import audit, clock

from .world import NUMBERED, TERM_OVER, faults

CLAIM = "jidou-teate-mishiharai"


def tables():
    return {m.__name__: m for m in apps.get_models()}


@pytest.mark.parametrize("model", ["Decision", "Correction", "Note", "NumberView", "Parcel", "IssuedDocument", "Revision", "SealedValue",
                                   "AuditKey", "StoredFile"])
def test_a_row_taken_away_is_named(hall: Hall, decided, model):
    assert faults() == []
    chain = f"case:{decided.id}"
    if model == "Decision":
        tables()["Approval"].objects.all().delete()
    if model == "StoredFile":
        wanted = [f["id"] for files in Case.objects.get(id=decided.id).files.values() for f in files]
        assert wanted, "the case of this test has a file"
        StoredFile.objects.filter(id__in=wanted[:1]).delete()
    else:
        rows = tables()[model].objects.filter(chain=chain) if model == "AuditKey" else tables()[model].objects.all()
        assert rows.exists()
        rows.delete()
    named = faults()
    assert named
    assert {f.chain for f in named} == {chain}


def test_a_case_taken_away_by_hand_is_named(hall: Hall, decided):
    from madoguchi.casework.retention import _rows_forget
    from madoguchi.delivery.models import Parcel

    Parcel.objects.all().delete()
    case = Case.objects.get(id=decided.id)
    _rows_forget(case)
    case.delete()
    assert "申請が消されています(保存期間による廃棄ではありません)" in {f.ja for f in faults()}


def test_an_application_taken_away_or_changed_is_named(hall: Hall, decided):
    Application.objects.filter(id=decided.id).update(digest="0" * 64)
    assert [f.ja for f in faults()] == ["住民側の申請の要約値が、記録と違います"]
    Application.objects.filter(id=decided.id).delete()
    assert "住民側の申請が消されています(保存期間による廃棄ではありません)" in {f.ja for f in faults()}


def forge(case, **facts):
    """Somebody who knows the code takes the case away and writes the entry that retention would have written."""
    from django.db import transaction

    from madoguchi.casework.retention import _rows_forget
    from madoguchi.delivery.models import Parcel

    with transaction.atomic():
        Parcel.objects.filter(case_ref=case.ref).delete()
        _rows_forget(Case.objects.get(id=case.id))
        Case.objects.filter(id=case.id).delete()
        audit.record("cli:root", "case.destroyed", chain=f"case:{case.id}", facts=facts)
    return [f.ja for f in faults()]


def test_a_removal_with_a_forged_entry_is_named_too_early(hall: Hall, decided):
    assert "廃棄の控えがありません" in forge(decided, years=5, last="2010-01-01")
    Tombstone.objects.create(case_id=decided.id, receipt=decided.receipt, slug=NUMBERED, version=1, section="kenkou", channel="online",
                             filed_on="2010-01-01", due_on="2010-01-01", state="decided", last_on="2010-01-01", years=5, counts={},
                             gone_at=clock.now())
    assert [f.ja for f in faults()] == ["保存期間(5年)が過ぎる前に廃棄されています"]


@pytest.mark.parametrize("facts", [{}, {"years": 0}, {"years": "5"}])
def test_a_forged_entry_without_a_term_is_named(hall: Hall, decided, facts):
    Tombstone.objects.create(case_id=decided.id, receipt=decided.receipt, slug=NUMBERED, version=1, section="kenkou", channel="online",
                             filed_on="2010-01-01", due_on="2010-01-01", state="decided", last_on="2010-01-01", years=5, counts={},
                             gone_at=clock.now())
    with clock.frozen(TERM_OVER):
        assert "廃棄の記録の形が正しくありません" in forge(decided, **facts)


def test_a_removal_under_a_hold_is_named(hall: Hall, decided):
    holds.hold_place(actor=hall.staff("yoshida"), case_id=decided.ref, kind="appeal", why="審査請求があったため")
    Tombstone.objects.create(case_id=decided.id, receipt=decided.receipt, slug=NUMBERED, version=1, section="kenkou", channel="online",
                             filed_on="2010-01-01", due_on="2010-01-01", state="decided", last_on="2010-01-01", years=5, counts={},
                             gone_at=clock.now())
    with clock.frozen(dt.datetime(2050, 1, 1, tzinfo=clock.JST)):
        assert "廃棄を止めているのに廃棄されています" in forge(decided, years=5)


def test_an_earlier_answer_changed_in_the_open_is_no_business_of_taro(hall: Hall, decided):
    """Only what is gone is named: other cases stay clean."""
    other = hall.case("taro", CLAIM)
    tables()["Note"].objects.all().delete()
    assert {f.chain for f in faults()} == {f"case:{decided.id}"}
    assert other.ref not in str(faults())
