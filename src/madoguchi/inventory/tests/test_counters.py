"""What cannot be filed here is found by residents, too: with its section, a telephone and the reason in their words, out of the way of what
is online."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from tests.support.hall import body_of

from madoguchi.inventory.models import Entry
from madoguchi.kernel import clock

from .conftest import taken

PLAIN = ("A1,犬の登録申請,生活衛生課,狂犬病予防法,第4条,1,6 不要,3000円,,犬の名前、住所,3日,120,,その他,令和9年度",
         "A2,印鑑登録の申請,市民課 住民記録係,,,1,2 押印,なし,,氏名,1日,100,,,2025",
         "A3,墓地の改葬の許可の申請,環境課,,,1,6,なし,,氏名,1日,5,原本の確認が必要,,",
         "A4,住民税の通知,税務課,,,2-2,6,なし,,氏名,1日,5,,,")


def page(hall, query: str = "") -> str:
    return hall.browser().get(reverse("procedures") + query).content.decode()


@pytest.fixture
def listed(hall):
    hall.publish("koseki-shoumei")
    taken(*PLAIN)
    return hall


def test_what_is_not_online_is_found_with_its_section_its_telephone_and_the_reason(listed) -> None:
    found = page(listed, "?q=印鑑登録")
    assert '<b lang="ja">印鑑登録の申請</b>' in found and "窓口だけ" in found and "印鑑が要ります。" in found
    assert "市民課" in found and 'href="tel:0767-53-1111"' in found and "見つかりませんでした" not in found
    assert "墓地の改葬" not in found, "it shares no word"
    assert "紙の書類が要ります。" in page(listed, "?q=改葬")
    assert "オンラインで受け付ける準備をしています。" in page(listed, "?q=犬の登録")
    assert '<b lang="ja">住民税の通知' not in page(listed, "?q=住民税の通知"), "the city sends it, nobody asks for it"


def test_the_list_is_of_what_is_online_until_somebody_asks_for_the_rest(listed) -> None:
    plain = page(listed)
    assert "手続きの一覧　1件" in plain and "印鑑登録の申請" not in plain
    assert "オンラインで受け付けていない手続き　3件" in plain and 'href="?way=counter"' in plain
    counter = page(listed, "?way=counter")
    assert "手続きの一覧　3件" in counter and "戸籍" not in counter.split('class="plist')[1]
    assert counter.index("印鑑登録の申請") < counter.index("墓地の改葬"), "by name"
    assert "手続きの一覧　4件" in page(listed, "?way=counter&way=online")
    narrowed = page(listed, "?way=counter&section=kankyou")
    assert "墓地の改葬" in narrowed and "印鑑登録の申請" not in narrowed
    assert "way=counter" not in page(listed, "?way=online").split('class="plist')[1].split("</ul>")[0]


def test_what_is_published_is_no_counter_any_more(listed) -> None:
    listed.publish("t-a2", body_of("koseki-shoumei") | {"手続": "t-a2", "名称": "印鑑登録の申請", "別名": [], "計画の名称": ""})
    found = page(listed, "?q=印鑑登録")
    assert 'href="/p/t-a2/"' in found and '<b lang="ja">印鑑登録の申請</b>' not in found
    Entry.objects.filter(key="A3").update(slug="koseki-shoumei", updated_at=clock.now() + dt.timedelta(seconds=1))
    assert "墓地の改葬" not in page(listed, "?way=counter")


def test_what_a_person_decided_shows_no_note_and_a_place_elsewhere_its_address(listed) -> None:
    Entry.objects.filter(key="A1").update(status_by_hand="bpr", note="部長が反対", revision=2)
    entry = Entry.objects.get(key="A3")
    entry.status, entry.online = "elsewhere", "実施済（https://shinsei.example.jp/kaisou）"
    entry.updated_at = clock.now() + dt.timedelta(seconds=1)
    entry.save()
    counter = page(listed, "?way=counter")
    assert "部長が反対" not in counter and "ほかのサイトで受け付けています" in counter
    assert '<a href="https://shinsei.example.jp/kaisou" rel="noopener">' in counter
