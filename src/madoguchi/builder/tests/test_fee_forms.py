"""Fees, checks and derived values by forms: no clerk has to write YAML for them."""

from __future__ import annotations

from urllib.parse import quote

from madoguchi.builder.models import Copy
from madoguchi.procedures.rules import splice

from .conftest import SLUG
from .test_pages import form_of, page

BASE = f"/staff/builder/{SLUG}/"


def part(*path: object) -> str:
    return f"{BASE}part/{'/'.join(map(str, path))}/"


def acted(desk, what: str, path: str):
    return desk.post(f"{BASE}act/", {"what": what, "path": path, "revision": Copy.objects.get().revision})


def data():
    return splice.data(Copy.objects.get().text)


def added(desk, *path, **typed):
    return desk.post(f"{BASE}add/{'/'.join(path)}/", typed | {"revision": Copy.objects.get().revision})


def test_the_fee_of_a_certificate_by_forms(hall, copy) -> None:
    desk = hall.desk("okada")
    overview = page(desk, BASE).content.decode()
    assert "払い方" in overview and "手数料の明細を足す" in overview and "減免を足す" in overview
    cover = page(desk, f"{BASE}part/cover/").content.decode()
    assert "手数料の画面" in cover  # a table: the cover leads to its form
    way = part("手数料")
    answer = desk.post(way, form_of(page(desk, way), way) | {"b0": "受取時", "b1": ""})
    assert answer.status_code == 303 and data()["手数料"]["時期"] == "受取時" and "期限" not in data()["手数料"]
    assert added(desk, "手数料", "明細", 料金="inkan").status_code == 303
    line = part("手数料", "明細", 2)
    drawn = page(desk, line)
    assert "印鑑登録証明書" in drawn.content.decode()
    desk.post(line, form_of(drawn, line) | {"b1": "copies", "b2": "receive = post"})
    assert data()["手数料"]["明細"][2] == {"料金": "inkan", "数": "copies", "条件": "receive = post"}
    assert added(desk, "手数料", "減免", 名="公用の方", 条件="exempt = はい").status_code == 303
    assert data()["手数料"]["減免"][-1]["名"] == "公用の方"
    waiver = part("手数料", "減免", 1)
    drawn = page(desk, waiver)
    assert "郵送料などの実費を除く" in drawn.content.decode() and "10円未満切上げ" in drawn.content.decode()
    answer = desk.post(waiver, form_of(drawn, waiver) | {"b2": ["juuminhyou"], "b3": "半額", "b5": "10円未満切捨て"})
    assert answer.status_code == 303
    held = data()["手数料"]["減免"][-1]
    assert held == {"名": "公用の方", "条件": "exempt = はい", "料金": ["juuminhyou"], "割合": "半額", "端数": "10円未満切捨て"}
    drawn = page(desk, waiver)
    assert form_of(drawn, waiver)["b3"] == "半額"
    desk.post(waiver, form_of(drawn, waiver) | {"b2": ["koseki"], "b3": "三割"})
    overview = page(desk, BASE).content.decode()
    assert "減免の料金「koseki」は、手数料の明細にありません" in overview and "全額・半額か、1%から99%まで" in overview
    assert acted(desk, "drop", quote("手数料/明細/2")).status_code == 303 and len(data()["手数料"]["明細"]) == 2
    assert acted(desk, "drop", quote("手数料")).status_code == 303 and data()["手数料"] == "0"
    assert "# 注" not in Copy.objects.get().text and "払い方" not in page(desk, BASE).content.decode()


def test_what_was_free_gets_a_fee(hall, copy) -> None:
    desk = hall.desk("okada")
    acted(desk, "drop", quote("手数料"))
    assert "減免を足す" not in page(desk, BASE).content.decode()
    answer = added(desk, "手数料", "明細", 料金="")
    assert answer.status_code == 422 and "料金を入力してください" in answer.content.decode()
    answer = added(desk, "手数料", "明細", 料金="juuminhyou")
    assert answer.status_code == 303
    assert data()["手数料"] == {"時期": "前納", "期限": "7", "明細": [{"料金": "juuminhyou"}]}
    assert page(desk, BASE).status_code == 200


def test_a_check_is_chosen_and_told_what_it_looks_at(hall, copy) -> None:
    desk = hall.desk("okada")
    choices = page(desk, f"{BASE}add/検査/").content.decode()
    assert "not_in_future（item）" in choices and "fifteen_days_passed" not in choices
    assert added(desk, "検査", 規則="not_in_future").status_code == 303
    at = part("検査", 1)
    drawn = page(desk, at)
    assert "使える規則と引数" in drawn.content.decode()
    answer = desk.post(at, form_of(drawn, at) | {"b0": "item = born"})
    assert answer.status_code == 422 and "「規則 = 名」の行" in answer.content.decode()
    answer = desk.post(at, form_of(drawn, at) | {"b0": "規則 = not_in_future\r\nitem = born"})
    assert answer.status_code == 303 and data()["検査"][1] == {"規則": "not_in_future", "item": "born"}
    assert "fifteen_days_passed" in page(desk, f"{BASE}add/導出/").content.decode()
    assert added(desk, "導出", 番号="late", 規則="fifteen_days_passed").status_code == 303
    at = part("導出", "late")
    assert desk.post(at, form_of(page(desk, at), at) | {"b0": "規則 = fifteen_days_passed\nevent = born"}).status_code == 303
    assert data()["導出"] == {"late": {"規則": "fifteen_days_passed", "event": "born"}}


def test_the_last_of_what_a_definition_may_lack_goes_with_its_heading(hall, copy) -> None:
    desk = hall.desk("okada")
    for path, gone in (("検査/0", "検査"), ("手数料/減免/0", "減免")):
        assert acted(desk, "drop", quote(path)).status_code == 303
        assert gone not in (data() if gone == "検査" else data()["手数料"])
    overview = page(desk, BASE).content.decode()
    assert "検査を足す" in overview and "減免を足す" in overview
    acted(desk, "drop", quote("手数料/明細/1"))
    answer = acted(desk, "drop", quote("手数料/明細/0"))  # a fee of nothing is no fee: 「払い方」 takes it away whole
    assert answer.status_code == 422 and "最後の一つ" in answer.content.decode()
