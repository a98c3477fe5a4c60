"""My page shows the newest list: what is left, and what of it ends first."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.support.hall import OPENING
from tests.support.walk import text

from madoguchi.guide.models import Plan
from madoguchi.kernel import clock

from .test_plans import DIED, MOVING, begin


def line(client) -> str:
    page = text(client.get("/my/"))
    return page.partition('<ul class="plist mt"><li><a href="/guide/list/')[2].partition("</ul>")[0]


def test_my_page_says_how_many_are_left_and_what_ends_first(hall):
    client = hall.browser("hanako")
    assert "やることリスト</h2>" not in text(client.get("/my/")) and not line(client)
    begin(client, "okuyami", DIED)
    with clock.frozen(OPENING + dt.timedelta(minutes=1)):
        url = begin(client, "hikkoshi", MOVING | {"kind": "within", "child": "no"})
        found = line(client)
        assert url.removeprefix("/guide/list/") in found and "引越し" in found and "おくやみ" not in found, "the newest"
        total = int(found.partition("件のうち、あと")[0].rpartition(">")[2])
        assert f"{total}件のうち、あと{total}件です。" in found
        assert "次の期限：水道の使用開始の申込み　令和8年11月16日まで" in found and "過ぎています" in found
        client.post(url, {"done": ["water", "water_stop", "waste", "life"]})
        found = line(client)
        assert f"{total}件のうち、あと{total - 4}件です。" in found
        assert "次の期限：転居届　令和8年11月30日まで" in found and "過ぎています" not in found
        client.post(url, {"done": [f"{t}" for t in ("water", "water_stop", "waste", "life", "rainin", "tenkyo", "card")]})
        assert "すべて済みました" in line(client) and "次の期限" not in line(client)


def test_nobody_sees_the_list_of_another(hall):
    begin(hall.browser("hanako"))
    assert not line(hall.browser("taro")) and Plan.objects.count() == 1


@pytest.mark.parametrize(("code", "words"), [("en", "Next deadline"), ("vi", "Hạn tiếp theo")])
def test_in_the_language_of_the_page(hall, code, words):
    client = hall.browser("hanako")
    begin(client)
    client.cookies["ui_lang"] = code
    assert words in text(client.get("/my/"))
