"""履歴 of a case: nothing of it is left out unsaid."""

from __future__ import annotations

from tests.support.hall import Hall
from tests.support.walk import text

from madoguchi.kernel import audit
from madoguchi.kernel.models import AuditEntry


def test_older_entries_are_counted_and_one_link_away(hall: Hall, monkeypatch):
    monkeypatch.setattr("madoguchi.casework.detail.HISTORY", 5)
    case, desk = hall.case("hanako", "jidou-teate-mishiharai"), hall.desk("tanaka")
    for n in range(7):
        audit.record("staff:tanaka", "case.note", chain=f"case:{case.id}", facts={"note": n})
    count = AuditEntry.objects.filter(chain=f"case:{case.id}").count()
    page = text(desk.get(f"/staff/case/{case.id}/?tab=history"))
    assert f"古い記録が{count - 5}件あります" in page and 'href="?tab=history&amp;whole=yes"' in page
    whole = text(desk.get(f"/staff/case/{case.id}/?tab=history&whole=yes"))
    assert "古い記録が" not in whole
    first = AuditEntry.objects.filter(chain=f"case:{case.id}").earliest("seq")
    assert first.hash[:12] in whole and first.hash[:12] not in page
