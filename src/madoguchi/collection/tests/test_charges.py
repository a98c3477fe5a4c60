"""collection.yaml of a city pack: what is written wrongly is told, and says what may stand there."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.conf import settings

from madoguchi.collection import charges, lateness
from madoguchi.collection.errors import ChargesWrong
from madoguchi.collection.late import Rounding, late_charge
from madoguchi.collection.models import Instalment
from madoguchi.collection.rates import rates

UNTIL = dt.date(2026, 11, 20)


def pack(tmp_path, late):
    """The shipped charges, 延滞金 of 軽自動車税 written otherwise."""
    text = (Path(settings.MADOGUCHI_CITY) / "collection.yaml").read_text(encoding="utf-8")
    tmp_path.mkdir(exist_ok=True)
    (tmp_path / "collection.yaml").write_text(text.replace('税目コード: "902", 延滞金: 地方税', f'税目コード: "902", {late}'), encoding="utf-8")
    return charges.read_charges(tmp_path)


@pytest.mark.parametrize(("late", "table"), [
    ("延滞金: 地方税", "地方税"), ("延滞金: なし", ""), ('延滞金: ""', ""), ("延滞金の端数: 区間ごと", "")])
def test_a_charge_without_late_charge_takes_none(demanded, tmp_path, monkeypatch, late, table) -> None:
    found = pack(tmp_path, late)
    assert found.all["keiji"].late == table
    due, *_ = demanded(people=1, parts=1, each=1_000_000, charge="keiji")
    monkeypatch.setattr(charges, "read_charges", lambda folder: found)
    assert (lateness.late_owed(due, charge="keiji", until=UNTIL) > 0) == bool(table)


@pytest.mark.parametrize(("late", "words"), [
    ("延滞金: 条例", "延滞金は、地方税 か なし で書いてください(今は「条例」)"),
    ("延滞金: 地方税, 延滞金の端数: 円ごと", "延滞金の端数は、区間ごと か 割合ごと で書いてください(今は「円ごと」)")])
def test_another_word_is_told(tmp_path, late, words) -> None:
    with pytest.raises(ChargesWrong) as wrong:
        pack(tmp_path, late)
    assert "科目「keiji」" in wrong.value.ja and words in wrong.value.ja


def test_the_city_says_where_yen_are_cut(demanded, tmp_path, monkeypatch) -> None:
    demanded(people=1, parts=1, each=65_000, charge="keiji")
    Instalment.objects.update(due=dt.date(2024, 6, 30))
    due = Instalment.objects.get()
    packs = {floor: pack(tmp_path / floor, f"延滞金: 地方税, 延滞金の端数: {words}") for words, floor in charges.FLOORS.items()}
    by = {}
    for floor, found in packs.items():
        monkeypatch.setattr(charges, "read_charges", lambda folder, found=found: found)
        by[floor] = lateness.late_of(due, charge="keiji", until=UNTIL)
        assert by[floor] == late_charge(tax=65_000, due=due.due, until=UNTIL, rates=rates(), rounding=Rounding(floor=floor))
    assert by["segment"].exact < by["phase"].exact
