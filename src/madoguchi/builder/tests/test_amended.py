"""The pack has changed since the city made its own version: the list and the pages say so, with the differences in words."""

from __future__ import annotations

import pytest
from tests.support.walk import text

from madoguchi.builder import amended, services
from madoguchi.builder.errors import CopyNotFound, Overtaken
from madoguchi.builder.models import Copy
from madoguchi.kernel import audit
from madoguchi.kernel.models import AuditEntry
from madoguchi.procedures.rules import splice

from .conftest import SLUG, saved

WORDS = "パックが新しくなっています"


@pytest.fixture
def newer(monkeypatch, copy):
    """The pack of the next release: another 概要, and another 版."""
    def make(words: str) -> None:
        text = splice.put(splice.put(copy.text, ("概要",), words), ("版",), "2027-04-01")
        monkeypatch.setattr(amended, "_pack", lambda slug, stamp: text if slug == SLUG else "")
    return make


def test_the_section_is_told_what_the_pack_changed_until_it_has_looked(hall, copy, newer):
    desk = hall.desk("okada")
    saved(hall, splice.put(copy.text, ("名称",), "住民票の写し(市)"))
    for address in ("/staff/builder/", f"/staff/builder/{SLUG}/", f"/staff/builder/{SLUG}/differences/"):
        assert WORDS not in text(desk.get(address)), "the city's own change is none of the pack"
    newer("改正のあとの概要です。")
    assert WORDS in text(desk.get("/staff/builder/")) and WORDS in text(desk.get(f"/staff/builder/{SLUG}/"))
    page = text(desk.get(f"/staff/builder/{SLUG}/differences/"))
    assert "パックの定義の、その後の変更（1件）" in page and "<ins>改正のあとの概要です。</ins>" in page
    form = {"what": "pack_seen", "mark": amended.pack_mark(SLUG)}
    assert desk.post(f"/staff/builder/{SLUG}/decide/", form | {"mark": "old"}).status_code == 409
    assert desk.post(f"/staff/builder/{SLUG}/decide/", form).status_code == 303
    assert WORDS not in text(desk.get("/staff/builder/"))
    now = Copy.objects.get(slug=SLUG)
    assert now.name == "住民票の写し(市)" and AuditEntry.objects.filter(action="definition.pack_seen").count() == 1 and audit.verify() == []
    newer("次の改正です。")
    page = text(desk.get(f"/staff/builder/{SLUG}/differences/"))
    assert "<del>改正のあとの概要です。</del>" in page and "<ins>次の改正です。</ins>" in page, "from what was looked at"


def test_only_who_may_change_the_definition_says_that_it_was_looked_at(hall, copy, newer):
    newer("改正のあとの概要です。")
    for who in ("tanaka", "auditor"):
        with pytest.raises(CopyNotFound):
            amended.pack_seen(actor=hall.staff(who), slug=SLUG, mark=amended.pack_mark(SLUG))
    with pytest.raises(Overtaken):
        amended.pack_seen(actor=hall.staff("okada"), slug=SLUG, mark="")
    assert Copy.objects.get().pack == ""


def test_what_is_not_of_the_pack_is_not_compared(hall, db):
    made = services.copy_new(actor=hall.staff("okada"), slug="neko-touroku", name="猫の登録", section="shimin", pattern="shinsei")
    assert amended.amended(actor=hall.staff("okada"), copy=made) == () and amended.amended_slugs() == frozenset()
