"""Drafts of the inventory's rows: files that nobody's work is lost in, versions that a restart leaves alone, lists that page."""

from __future__ import annotations

import random
import re

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from tests.support.hall import Hall
from tests.support.walk import Walk

from madoguchi.config import drafts
from madoguchi.inventory import taking as inventory
from madoguchi.inventory.models import Entry
from madoguchi.inventory.services import entry_edit
from madoguchi.kernel import clock
from madoguchi.kernel.models import AuditEntry
from madoguchi.procedures import public as procedures
from madoguchi.procedures import selectors
from madoguchi.procedures.models import Version
from madoguchi.procedures.rules import generate
from madoguchi.procedures.views import PER_PAGE

DOG = {"key": "KAN-7", "name": "犬の登録申請", "section": "市民課", "law": "狂犬病予防法", "article": "第4条", "kind": "1", "fee": "なし",
       "identity": "6", "information": "氏名、住所、犬の名前", "days": "7日"}


@pytest.fixture(autouse=True)
def data(settings, tmp_path, hall: Hall):
    settings.MADOGUCHI_DATA = tmp_path
    return tmp_path


def make(*rows: dict[str, str], publish: bool = False) -> drafts.Report:
    return drafts.drafts_make(rows, actor="cli:test", publish=publish)


def test_a_draft_is_a_file_that_nobody_sees_until_it_is_published(data):
    one = make(DOG).rows[0]
    assert (one.slug, one.state, one.pattern, one.publishable, one.published) == ("t-kan-7", "new", "申請", True, False)
    assert one.file == data / "drafts" / "t-kan-7.yaml"
    assert one.file.read_text(encoding="utf-8").startswith("# 棚卸の行 KAN-7 から、型「申請」")
    assert not Version.objects.filter(slug="t-kan-7").exists()
    assert make(DOG, publish=True).published == 1
    assert Client().get("/p/t-kan-7/").status_code == 200
    assert AuditEntry.objects.get(chain="definition:t-kan-7").actor == "cli:test"


def test_what_the_list_bars_is_drafted_and_published_only_where_somebody_says_so(capsys, tmp_path):
    why = "対面が要ります（阻害要因に「面談」）。根拠: 狂犬病予防法 第4条。"
    rows = ({**DOG, "barred": why}, {**DOG, "key": "KAN-8", "name": "猫の登録申請"})
    report = make(*rows, publish=True)
    assert (report.barred, report.published, report.publishable, report.held) == (0, 1, 2, 1)
    assert [r.published for r in report.rows] == [False, True] and not Version.objects.filter(slug=report.rows[0].slug).exists()
    report = drafts.drafts_make(rows, actor="cli:test", publish=True, barred=True)
    one, free = report.rows
    assert (report.barred, report.published, report.held) == (1, 2, 0)
    assert any(why in d for d in one.doubts) and any(d.startswith("来庁: ") for d in one.doubts) and not any("公開: " in d for d in free.doubts)
    assert "来ていただくことがあります" in Client().get(f"/p/{one.slug}/").content.decode()
    assert "来ていただくことがあります" not in Client().get(f"/p/{free.slug}/").content.decode()
    sheet = tmp_path / "in.csv"
    sheet.write_text("key,name,section,barred\nB-1,猫の届出,市民課,押印が要ります。\n", encoding="utf-8")
    call_command("drafts", "make", "--from", str(sheet), "--publish")
    said = capsys.readouterr().out
    assert "止まっています: 押印が要ります。" in said and "公開した0件" in said
    assert "下書きのうち1件は、一覧に書面・押印・対面を求める記載があるか、人が止めているか、ほかの場所で" in said
    call_command("drafts", "make", "--from", str(sheet), "--publish", "--barred")
    assert "公開したうち1件は、一覧か人が止めています(--barred)" in capsys.readouterr().out


def test_what_a_person_stopped_in_the_inventory_stays_unpublished(hall: Hall, capsys):
    head = "手続ID,手続名,担当課,手続類型,申請等における本人確認手法,手数料,申請書等に記載させる情報,阻害要因\n"
    inventory.list_take(actor="t", name="a.csv", data=(head + "Z1,犬の登録申請,市民課,1,6,なし,氏名,\n"
                                                       "Z2,猫の登録申請,市民課,1,2 押印,なし,氏名,\n").encode())
    admin = hall.staff("admin")
    for key, status, note in (("Z1", "blocked", "条例3条で対面。オンライン不可"), ("Z2", "ready", "押印は規則の改正でなくした")):
        row = Entry.objects.get(key=key)
        typed = {"section": row.section, "slug": "", "target_year": "", "status_by_hand": status, "note": note}
        entry_edit(actor=admin, entry_id=row.id, revision="1", typed=typed)
    call_command("inventory", "draft", "--publish")
    said = capsys.readouterr().out
    assert "止まっています: 人が「書面・押印・対面で止まっている」と決めました（条例3条で対面。オンライン不可）。" in said
    assert [bool(Version.objects.filter(slug=slug)) for slug in ("t-z1", "t-z2")] == [False, True], "a person goes before the list, either way"
    assert "条例3条で対面" in (drafts.folder() / "t-z1.yaml").read_text(encoding="utf-8")
    with pytest.raises(CommandError):
        call_command("drafts", "publish", "t-z1")
    call_command("drafts", "publish", "t-z2")
    assert "条例3条で対面" in capsys.readouterr().err and not Version.objects.filter(slug="t-z1").exists()
    call_command("drafts", "publish", "t-z1", "--barred")
    assert Version.objects.filter(slug="t-z1").exists()


def test_the_page_of_a_draft_says_what_is_not_settled():
    one, two = make({**DOG, "law": "", "article": ""}, {**DOG, "key": "KAN-8", "name": "猫の登録申請"}, publish=True).rows
    page = Client().get(f"/p/{one.slug}/").content.decode()
    assert "確認中です。来庁がいるかは、担当の課にお問い合わせください。" in page and "必要ありません" not in page and "根拠：" not in page
    assert "法令・条例を確認中" not in page and "確認中です。あるかどうかは、担当の課に" in page
    listed = Client().get("/procedures/?q=犬の登録申請").content.decode()
    assert "来庁は確認中" in listed
    assert "根拠：狂犬病予防法 第4条" in Client().get(f"/p/{two.slug}/").content.decode()


def test_a_notification_of_the_family_register_is_drafted_and_never_published_by_a_pattern(tmp_path, capsys):
    sheet = tmp_path / "in.csv"
    sheet.write_text("key,name,section\nK-1,死亡届,市民課\n", encoding="utf-8")
    call_command("drafts", "make", "--from", str(sheet), "--publish", "--barred")
    said = capsys.readouterr().out
    assert "公開した0件" in said and "死亡診断書" in said and "前に公開した版" not in said and not Version.objects.filter(slug="t-k-1")
    assert drafts.draft_publish("t-k-1", actor="cli:test") == (), "published by hand, before the rule was there"
    selectors.forget()
    call_command("drafts", "make", "--from", str(sheet), "--publish")
    assert "前に公開した版を、住民はいまも出せます" in capsys.readouterr().out


def test_made_twice_it_is_the_same_version():
    make(DOG, publish=True)
    again = make(DOG, publish=True)
    assert again.states == {"same": 1} and Version.objects.filter(slug="t-kan-7").count() == 1
    renamed = make({**DOG, "name": "犬の登録の申請"}, publish=True)
    assert renamed.states == {"again": 1} and Version.objects.filter(slug="t-kan-7").count() == 2


def test_what_somebody_edited_is_left_and_published_as_it_is():
    file = make(DOG).rows[0].file
    assert file is not None
    file.write_text(file.read_text(encoding="utf-8").replace("所要: 10分", "所要: 3分"), encoding="utf-8")
    one = make({**DOG, "name": "別の名前"}, publish=True).rows[0]
    assert (one.state, one.published) == ("edited", True)
    assert "所要: 3分" in file.read_text(encoding="utf-8")
    assert procedures.current("t-kan-7").definition.minutes == 3
    file.write_text(file.read_text(encoding="utf-8").replace("種別: 申請", "種別: ねがい"), encoding="utf-8")
    one = make(DOG, publish=True).rows[0]
    assert not one.publishable and "種別" in one.blocks[0]
    assert "種別" in drafts.draft_publish("t-kan-7", actor="cli:test")[0]


def test_one_draft_is_published_after_it_was_mended():
    row = {**DOG, "fee": "有"}
    made = make(row, publish=True).rows[0]
    blocks = drafts.blocks_of([row], ["t-kan-7"])["t-kan-7"]
    assert not made.published and blocks == made.blocks
    assert drafts.draft_publish("t-kan-7", actor="cli:test", blocks=blocks) == blocks and not Version.objects.filter(slug="t-kan-7")
    assert made.file is not None
    made.file.write_text(made.file.read_text(encoding="utf-8").replace("所要: 10分", "所要: 3分"), encoding="utf-8")
    assert drafts.draft_publish("t-kan-7", actor="cli:test", blocks=blocks) == (), "somebody has worked on it"
    assert "ありません" in drafts.draft_publish("t-none", actor="cli:test")[0]
    assert "ありません" in drafts.draft_publish("../x", actor="cli:test")[0]


def test_a_restart_publishes_no_draft_and_withdraws_none():
    make(DOG, publish=True)
    make({**DOG, "key": "KAN-8", "name": "犬の死亡届"})
    call_command("setup", verbosity=0)
    selectors.forget()
    slugs = {p.slug for p in procedures.catalogue()}
    assert "t-kan-7" in slugs and "t-kan-8" not in slugs and "juuminhyou-utsushi" in slugs
    assert Version.objects.filter(slug="t-kan-7").count() == 1


def test_rows_that_have_a_definition_or_a_number_twice_make_none():
    report = make({"key": "A", "name": "住民票の写しの交付請求"}, {"key": "B", "name": "x", "slug": "kazei-shoumei"}, DOG, DOG)
    assert [(r.state, r.slug) for r in report.rows] == [
        ("pack", "juuminhyou-utsushi"), ("pack", "kazei-shoumei"), ("new", "t-kan-7"), ("twice", "t-kan-7")]


@pytest.mark.parametrize(("name", "slug"), [
    ("水道使用開始届等", "suidou-kaishi"), ("研修・講習・各種イベント等の申込", "kouza-moushikomi"),
    ("児童手当等に係る寄附の申出", "jidou-teate-kifu"),
    ("転入・転居の来庁予定連絡（転入予約）", "rainin-yoyaku"), ("大型ごみの収集", "sodai-gomi"),
    ("図書館の図書貸出予約等", "tosho-yoyaku"), ("図書の貸出予約", "tosho-yoyaku"),
])
def test_what_has_a_definition_under_another_name_gets_no_second_one(name: str, slug: str):
    made = make({**DOG, "name": name}).rows[0]
    assert (made.state, made.slug) == ("pack", slug)


def test_many_are_made_and_found_and_listed_by_pages_and_sections():
    rows = [{**DOG, "key": f"N-{n}", "name": f"見本{n:03d}番の登録申請", "section": "市民課" if n % 2 else "税務課", "event": "引越し"}
            for n in range(120)]
    report = make(*rows, publish=True)
    assert (report.published, report.publishable) == (120, 120)
    client = Client()
    seen = set()
    for number in (1, 2, 3):
        page = client.get(f"/procedures/?page={number}").content.decode()
        links = re.findall(r'<li><a href="/p/([^/]+)/">', page)
        assert len(links) <= PER_PAGE
        seen |= set(links)
    assert {r.slug for r in report.rows} <= seen
    own = client.get("/procedures/?section=zeimu&page=2").content.decode()
    assert "手続きの一覧　60件" in own and own.count('<li><a href="/p/') == 10 and 'section=zeimu&amp;page=1' in own
    assert client.get("/life/move/").content.decode().count('<li><a href="/p/') == PER_PAGE
    assert "見本077番" in client.get("/procedures/?q=見本077番").content.decode()
    client.cookies["ui_lang"] = "en"
    assert '<span lang="ja">見本000番の登録申請</span>' in client.get("/p/t-n-0/").content.decode()


def test_the_command_reads_a_sheet_and_says_what_became_of_it(tmp_path, capsys):
    sheet = tmp_path / "in.csv"
    sheet.write_text("key,name,section,fee\nA-1,犬の登録申請,市民課,なし\nA-2,市の図面の交付,水の課,有\n", encoding="cp932")
    call_command("drafts", "make", "--from", str(sheet), "--publish")
    said = capsys.readouterr().out
    assert "2行、公開できるもの1件、公開した1件" in said and "担当課「水の課」" in said and "額が分かりません" in said
    assert "city.yaml の「課」にない課: 水の課 1件" in said
    call_command("drafts", "make", "--from", str(sheet), "--only", "A-2")
    assert "1行、" in capsys.readouterr().out
    with pytest.raises(CommandError, match="A-9"):
        call_command("drafts", "make", "--from", str(sheet), "--only", "A-9")
    sheet.write_text("手続,名\nx,y\n", encoding="utf-8")
    with pytest.raises(CommandError, match="key・name・section"):
        call_command("drafts", "make", "--from", str(sheet))


@pytest.mark.parametrize(("name", "pattern"), [
    ("何かの申請", "申請"), ("落とし物の発見届", "届出"), ("転居届の来庁予約", "届出+予約"),
    ("居住証明書の交付申請", "証明交付"), ("会議室の使用許可の申請", "施設利用"),
    ("生ごみ処理機の補助金の申請", "補助金"), ("料理教室の申込", "講座申込"), ("まちづくりのアンケート", "アンケート")])
def test_a_resident_walks_through_a_draft_of_every_pattern(hall: Hall, name: str, pattern: str):
    information = "氏名、電話番号、始めたい理由、開始日、世帯主の氏名（ふりがな）、個人番号、振込先"
    one = make({**DOG, "name": name, "information": information}, publish=True).rows[0]
    assert (one.pattern, one.published) == (pattern, True)
    d = procedures.current(one.slug).definition
    walk = Walk(hall.browser("hanako"), one.slug, generate.answers_for(d, random.Random(7), today=clock.today()))
    walk.go()
    assert walk.step_id == "check" and len(walk.seen) >= 2
    page = walk.client.get(walk.here)
    assert page.status_code == 200
    assert name in page.content.decode()
    assert {"始めたい理由", "開始日", "世帯主の氏名（ふりがな）"} <= {q.label for q in d.questions()}


def test_a_resident_is_asked_for_the_fee_of_a_draft_as_often_as_it_is_due(hall: Hall):
    row = {**DOG, "name": "居住証明書の交付申請", "information": "氏名", "fee": "1通300円"}
    one = make(row, publish=True).rows[0]
    d = procedures.current(one.slug).definition
    walk = Walk(hall.browser("hanako"), one.slug, generate.answers_for(d, random.Random(7), today=clock.today()) | {"copies": 10})
    walk.go()
    assert "1通300円" in walk.client.get(f"/p/{one.slug}/").content.decode()
    page = walk.client.get(walk.here).content.decode()
    assert "手数料の内訳" in page and "3,000円" in page and "手数料(1通)" in page
    flat = make({**row, "key": "KAN-9", "fee": "300円"}, publish=True).rows[0]
    assert not flat.published and "何通でも同じ額か" in flat.blocks[0]


def test_a_bare_sum_in_an_edited_draft_is_not_published():
    file = make(DOG).rows[0].file
    assert file is not None
    file.write_text(file.read_text(encoding="utf-8").replace("手数料: 0", "手数料: 300"), encoding="utf-8")
    assert "だれにも請求しません" in make(DOG, publish=True).rows[0].blocks[0]
    assert "だれにも請求しません" in drafts.draft_publish("t-kan-7", actor="cli:test")[0] and not Version.objects.filter(slug="t-kan-7")


def test_the_patterns_are_checked(capsys):
    call_command("drafts", "patterns")
    assert "どの型からも" in capsys.readouterr().out
