"""Search: the same thing however it is written."""

from __future__ import annotations

import pytest

from madoguchi.procedures.rules.find import Index, plain

from . import pack


@pytest.fixture(scope="module")
def index() -> Index:
    return Index(pack.definition(name) for name in pack.ids())


@pytest.mark.parametrize(("written", "also"), [
    ("子供", "子ども"), ("子ども", "コドモ"), ("車椅子", "車いす"), ("引っ越し", "引越し"), ("保育園の申し込み", "保育園の申込"),
    ("り災証明", "罹災証明"), ("ﾘｻｲ", "りさい"),
])
def test_spellings_find_the_same(index, written, also):
    assert plain(written) == plain(also)
    found = [hit.slug for hit in index.find(written)]
    assert found == [hit.slug for hit in index.find(also)]
    assert found, written
