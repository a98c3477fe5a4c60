"""The search as people see it, and what is kept of it: no word that could say who, and what was not found."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.db import OperationalError
from django.urls import reverse
from tests.support.hall import OPENING
from tests.support.walk import text

from madoguchi.identity.public import staff_enrol
from madoguchi.kernel import clock
from madoguchi.procedures import everyday, searched, selectors
from madoguchi.procedures.models import SearchMark, SearchWord


@pytest.fixture(autouse=True)
def _nothing_waits():
    searched._waiting = searched._Waiting()
    yield
    searched._waiting = searched._Waiting()


@pytest.fixture
def shelf(hall):
    """A hall with a few procedures of the pack."""
    for slug in ("kaigo-nintei-shinki", "juuminhyou-utsushi", "nouzei-shoumei", "inkan-shoumei", "kaigo-fukushi-yougu"):
        hall.publish(slug)
    return hall


def kept() -> dict[tuple[str, bool], int]:
    searched.flush()
    return {(row.words, row.found): row.times for row in SearchWord.objects.all()}


def look(client, query, line="198.51.100.7", **more):
    return client.get(reverse("procedures"), {"q": query, **more}, REMOTE_ADDR=line)


def test_a_result_says_why_and_is_narrowed_without_scripts(shelf):
    page = text(look(shelf.browser(), "介護"))
    assert "ほかの呼び方「介護認定」に「介護」があります" in page
    assert 'name="section"' not in page, "all of one section: nothing to choose"
    narrow = text(look(shelf.browser(), "証明", fee="paid", section="shimin"))
    assert "住民票の写し" in narrow
    assert "納税証明書の交付請求" not in narrow, "another section's"
    assert 'name="section" value="zeimu"' in narrow
    assert narrow.count(" checked") == 2
    assert "条件をすべて外す" in narrow


def test_finders_and_pages_that_are_no_procedure_stand_above_the_procedures(shelf):
    asked = {
        "死亡": "/guide/okuyami/", "父が亡くなった": "/guide/okuyami/", "引っ越し": "/guide/hikkoshi/", "結婚": "/guide/kekkon/",
        "介護": "/guide/kaigo/", "赤ちゃん": "/guide/shussei/", "地震": "/guide/hisai/", "マイナンバーカード": "/card/", "窓口の予約": "/booking/",
        "固定資産税": "/my/taxes/"}
    for query, address in asked.items():
        assert f'href="{address}"' in text(look(shelf.browser(), query)), query
    for query in ("印鑑", "", "手続き"):
        assert "/guide/" not in text(look(shelf.browser(), query)).partition("<main")[2].partition("くらしのできごと")[0], query


@pytest.mark.parametrize("query", ["マイナンバーカード", "マイナカード", "my number card"])
def test_the_page_of_the_card_comes_first_and_no_procedure_that_needs_no_card(shelf, query):
    shelf.publish("kouza-moushikomi")
    shelf.publish("tosho-yoyaku")
    main = text(look(shelf.browser(), query)).partition("<main")[2]
    assert main.index('href="/card/"') < main.index("上の案内をご覧ください")
    assert "/p/kouza-moushikomi/" not in main and "/p/tosho-yoyaku/" not in main


def test_what_the_city_has_not_online_is_said_kindly_with_a_telephone(shelf):
    main = text(look(shelf.browser(), "ワクチン")).partition("<main")[2]
    assert "まだオンラインで受け付けていない手続きかもしれません" in main and "tel:" in main and "0件" in main


def test_a_choice_that_fits_nothing_says_so(shelf):
    page = text(look(shelf.browser(), "印鑑", fee="free"))
    assert "条件を減らしてください" in page


def test_odd_choices_are_nothing(shelf):
    assert text(look(shelf.browser(), "介護", section="x' or", fee="", card="\x00")).count(" checked") == 0


def test_nothing_found_says_what_to_do_next(shelf):
    page = text(look(shelf.browser(), "シャワーキャップ"))
    assert "もしかして" in page
    assert "tel:" in page
    assert "0件" in page


def test_words_of_the_index_are_counted_and_names_are_not_kept(shelf):
    browser = shelf.browser()
    for query in ("介護", "介護 ", "ＫＡＩＧＯ", "鈴木一郎", "鈴木一郎 児童手当", "090-1234-5678", "hanako@example.jp"):
        look(browser, query)
    look(browser, "介護", fee="free")
    look(browser, "介護", page="2")
    found = kept()
    assert found["介護", True] == 2, "not for every tick and page"
    assert {words for words, _ in found} <= {"介護", "kaigo", ""}
    assert sum(found.values()) == 7
    stored = str(list(SearchMark.objects.values())) + str(list(SearchWord.objects.values()))
    for word in ("鈴木", "1234", "hanako", "198.51"):
        assert word not in stored


def test_everyday_words_that_found_nothing_are_kept_at_once(shelf):
    browser = shelf.browser()
    for query in ("医療証", "エアコン", "テレビの処分", "エアコン 証明", "ファンヒーター"):
        look(browser, query)
    found = {words for words, _ in kept()}
    assert {"医療証", "エアコン", "エアコン 証明", "ファンヒーター"} <= found


@pytest.mark.parametrize("query", [
    "鈴木テレビ", "テレビ鈴木一郎", "エアコン 田中", "テレビの佐藤", "たかぎてれび", "てれびたかぎ", "桜町のエアコン", "医療証 090-1234-5678",
    "山田太郎", "渡辺 給付金", "エアコン株式会社もり", "あいちゃんの保育園", "林 布団"])
def test_a_name_beside_an_everyday_word_is_not_kept(shelf, query):
    look(shelf.browser(), query)
    assert {words for words, _ in kept()} <= {""}, kept()


NAMES = """佐藤 鈴木 高橋 田中 伊藤 渡辺 山本 中村 小林 加藤 吉田 山田 佐々木 山口 松本 井上 木村 林 斎藤 清水 山崎 森 池田 橋本
阿部 石川 山下 中島 石井 小川 前田 岡田 長谷川 藤田 後藤 近藤 村上 遠藤 青木 坂本 福田 太田 西村 藤井 金子 岡本 藤原 中野
三浦 原田 中川 松田 竹内 小野 田村 和田 中山 石田 上田 森田 原 柴田 酒井 工藤 横山 宮崎 宮本 内田 高木 安藤 谷口 大野
丸山 今井 高田 河野 藤本 村田 武田 上野 杉山 増田 平野 大塚 千葉 久保 松井 小島 岩崎 桜井 野口 松尾 野村 木下 菊地 菅原
大西 杉本 古川 島田 浜田 市川 水野 小松 本田 桜 葵 陽菜 翔太 大輔 健太 美咲 花子 太郎 蓮 結衣 駅 光"""


def test_the_list_of_everyday_words_holds_no_name():
    words = [w for line in (Path(settings.ROOT) / everyday.FILE).read_text(encoding="utf-8").splitlines() if line[:1] != "#" for w in line.split()]
    assert len(words) == len(set(words)) > 250
    assert [w for w in words if w in set(NAMES.split())] == []
    assert [w for w in words if len(w) < (2 if re.search("[一-龯]", w) else 3)] == []


def ask_on(days, lines, query="図書館カード"):
    for day in range(days):
        with clock.frozen(OPENING + dt.timedelta(days=day)):
            for line in lines:
                searched.note(query, found=False, known=False, line=line)
            searched.flush()


def test_an_unknown_word_is_kept_once_five_lines_typed_it_on_five_days(shelf):
    ask_on(4, ("a", "b", "c", "d", "e"))
    assert {words for words, _ in kept()} == {""}
    ask_on(5, ("a", "b", "c", "d", "e"))
    assert kept()["図書館カード", False] == 5, "counted from the day on which it may be known"


@pytest.mark.parametrize(("days", "lines"), [(9, ("a",)), (9, ("a", "b", "c", "d")), (4, ("a", "b", "c", "d", "e")), (9, ("",))])
def test_one_person_many_times_or_many_on_one_day_is_not_enough(shelf, days, lines):
    ask_on(days, lines)
    assert {words for words, _ in kept()} == {""}


@pytest.mark.parametrize("query", ["1234 5678", "a@b.jp", "鈴木さん", "桜町3丁目", "https://x.example", "あ" * 21, "鈴木さんの住所", "桜町イ部25番地",
                                   "〇九〇一二三四", "桜ハイツ", "桜町12", "101号室"])
def test_numbers_and_forms_of_address_are_never_kept(shelf, query):
    ask_on(9, ("a", "b", "c", "d", "e"), query)
    assert {words for words, _ in kept()} == {""}
    assert not SearchMark.objects.exists()


def test_marks_are_forgotten(shelf):
    ask_on(1, ("a", "b"))
    assert SearchMark.objects.count() == 1
    with clock.frozen(OPENING + searched.WAITS + dt.timedelta(days=1)):
        searched.note("介護", found=True, known=True, line="")
        searched.flush()
    assert not SearchMark.objects.exists()


def test_a_database_that_cannot_be_written_gets_it_later(shelf, monkeypatch):
    searched.note("介護", found=True, known=True, line="")

    def locked(mine):
        raise OperationalError("database is locked")

    with monkeypatch.context() as m:
        m.setattr(searched, "_write", locked)
        searched.flush()
        assert text(look(shelf.browser(), "介護"))
    assert kept() == {("介護", True): 2}


def test_the_digital_office_sees_what_was_not_found(shelf):
    for _ in range(3):
        searched.note("ごみ", found=False, known=True, line="")
    searched.note("=1+1", found=False, known=True, line="")
    desk = shelf.desk("admin")
    page = text(desk.get(reverse("searches")))
    assert "ごみ" in page
    assert "  ごみ: [ここに役所の言葉]" in page
    assert "/staff/searches/" in text(desk.get("/staff/inventory/"))
    csv = desk.get(reverse("searches_csv")).content.decode("utf-8-sig")
    assert "ごみ,3,0,2026-11-20,見つからない" in csv
    assert "'=1+1" in csv
    digital = staff_enrol(username="digital", name="推進 担当", password="madoguchi-trial", memberships=[("*", "digital")])
    own = shelf.browser()
    own.force_login(digital)
    assert own.get(reverse("searches")).status_code == 200


def test_others_cannot_tell_that_it_is_there(shelf):
    for who in ("tanaka", "suzuki", "auditor"):
        desk = shelf.desk(who)
        assert {desk.get(reverse(name)).status_code for name in ("searches", "searches_csv")} == {404}
        assert "/staff/searches/" not in text(desk.get("/staff/"))
    assert shelf.browser("hanako").get(reverse("searches")).status_code in (302, 303)


def test_a_new_synonym_finds_without_a_restart(shelf, tmp_path, monkeypatch):
    own = tmp_path / "synonyms.yaml"
    monkeypatch.setattr(selectors, "synonym_files", lambda: (selectors.Path(selectors.settings.ROOT) / "procedures/search/synonyms.yaml", own))
    assert not selectors.search("ぴかぴか").hits
    own.write_text("言い換え:\n  ぴかぴか: [住民票]\n", encoding="utf-8")
    hit = selectors.search("ぴかぴか").hits[0]
    assert (hit.slug, hit.how, hit.word) == ("juuminhyou-utsushi", "synonym", "住民票")
