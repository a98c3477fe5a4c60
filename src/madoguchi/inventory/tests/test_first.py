import pytest

from madoguchi.inventory import taking, public
from madoguchi.inventory.models import Entry


def test_first(hall):
    up = taking.list_take(actor="t", data="手続名,担当課,手続類型,本人確認手法,記載事項\n犬の登録,環境課,1,6,氏名\n".encode(), name="a.csv")
    assert up.result["new"] == 1
    assert Entry.objects.get().status == "ready"
    for who, page in (("admin", ""), ("admin", "progress/"), ("admin", "import/"), ("admin", f"import/{up.id}/"), ("admin", f"{Entry.objects.get().id}/")):
        r = hall.desk(who).get("/staff/inventory/" + page)
        assert r.status_code == 200, page
    assert next(public.rows_for_drafts())["name"] == "犬の登録"
