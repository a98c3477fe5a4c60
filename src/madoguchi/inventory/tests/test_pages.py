"""手続棚卸 in the browser and on the command line."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse
from tests.support.hall import body_of

from madoguchi.inventory import generate, plan, reading
from madoguchi.inventory.errors import PlanWrong
from madoguchi.inventory.models import Change, Entry, Heading
from madoguchi.kernel import clock

from .conftest import DOG, list_text, taken, waiting, xlsx


def body(response):
    return response.content.decode()


def send(desk, data, name="a.csv"):
    return desk.post(reverse("inventory_uploads"), {"file": SimpleUploadedFile(name, data)})


def test_a_list_goes_in_by_the_browser_and_says_what_became_of_it(hall) -> None:
    desk = hall.desk("admin")
    assert "まだありません" in body(desk.get(reverse("inventory")))
    sent = send(desk, list_text().encode())
    assert sent.status_code == 303
    page = body(desk.get(sent["Location"]))
    assert "新しい手続き（2件）" in page and "犬の登録申請" in page
    listed = body(desk.get(reverse("inventory")))
    assert "準備完了" in listed and "書面・押印・対面で止まっている" in listed and "2件" in listed
    assert "印鑑登録の申請" not in body(desk.get(reverse("inventory"), {"status": "ready"}))
    assert "当てはまる手続きはありません" in body(desk.get(reverse("inventory"), {"q": "ない言葉"}))


@pytest.mark.parametrize("junk", [
    {"page": "x"}, {"year": "９９９９"}, {"section": "x\x00"}, {"status": "x", "kind": "x", "event": "x"}, {"page": "999"}])
def test_a_strange_address_is_no_error(hall, dog, junk) -> None:
    assert hall.desk("admin").get(reverse("inventory"), junk).status_code == 200


def test_a_wrong_list_shows_every_error_and_keeps_nothing(hall) -> None:
    desk = hall.desk("admin")
    wrong = send(desk, "手続名,手続類型\n犬,9\n猫,8\n".encode())
    assert wrong.status_code == 422
    assert "2件を直して" in body(wrong) and "2行目 「手続類型」" in body(wrong) and "3行目 「手続類型」" in body(wrong)
    assert desk.post(reverse("inventory_uploads"), {}).status_code == 422
    assert not Entry.objects.exists()


def test_every_error_of_a_long_list_is_there(hall) -> None:
    desk = hall.desk("admin")
    wrong = body(send(desk, ("手続名,手続類型\n" + "".join(f"犬{n},9\n" for n in range(300))).encode()))
    assert "300件を直して" in wrong and "ほかの100件を見る" in wrong and all(f"{n}行目 「手続類型」" in wrong for n in (2, 201, 202, 301))


def test_unknown_columns_are_asked_about_once(hall) -> None:
    desk = hall.desk("admin")
    data = xlsx(["手続名", "なぞ", "ひみつ"], ["犬の登録", "動物の法", "内緒"])
    asked = send(desk, data, "a.xlsx")["Location"]
    page = body(desk.get(asked))
    assert "知らない列が2つあります" in page and page.count("そのまま残す") == 3 and "「なぞ」の列" in page
    wrong = desk.post(asked, {"c1": "law"})
    assert wrong.status_code == 422 and "「ひみつ」が何の列かを選んでください" in body(wrong) and 'value="law" selected' in body(wrong)
    assert desk.post(asked, {"c1": "law", "c2": "-"}).status_code == 303
    assert (Entry.objects.get().law, Entry.objects.get().extra) == ("動物の法", {"ひみつ": "内緒"})
    again = desk.post(asked, {"c1": "law", "c2": "-"})
    assert again.status_code == 303 and Entry.objects.count() == 1
    assert "そのまま残した列" in body(desk.get(send(desk, data, "a.xlsx")["Location"]))
    assert "覚えている列" in body(desk.get(reverse("inventory_uploads")))
    gone = desk.post(reverse("inventory_heading", kwargs={"heading_id": Heading.objects.first().id}))
    assert gone.status_code == 303 and Heading.objects.count() == 1


def test_answers_that_leave_no_name_are_not_remembered(hall) -> None:
    desk = hall.desk("admin")
    asked = send(desk, xlsx(["呼び名", "なぞ"], ["犬の登録", "動物の法"]), "a.xlsx")["Location"]
    wrong = desk.post(asked, {"c0": "-", "c1": "law"})
    assert wrong.status_code == 422 and "「手続名」に当たる列がありません" in body(wrong) and 'value="law" selected' in body(wrong)
    assert not Heading.objects.exists()
    Heading.objects.create(plain="呼び名", shown="呼び名", field="", by="admin", at=clock.now())  # answered for another list meanwhile
    Heading.objects.create(plain="なぞ", shown="なぞ", field="law", by="admin", at=clock.now())
    stuck = desk.get(asked)
    assert stuck.status_code == 200 and "「手続名」に当たる列がありません" in body(stuck) and "知っている列（2つ" in body(stuck)
    assert desk.post(asked, {"c0": "-", "c1": "law"}).status_code == 422, "nothing was said that mends it"
    assert desk.post(asked, {"c0": "name", "c1": "law"}).status_code == 303 and Entry.objects.get().name == "犬の登録"


def test_a_question_about_a_column_shows_values_of_it(hall) -> None:
    desk = hall.desk("admin")
    rows = [["犬", "甲", ""], ["猫", "甲", "い" * 60], ["鳥", "乙<b>", ""], ["魚", "丙", ""], ["虫", "丁", ""]]
    page = body(desk.get(send(desk, xlsx(["手続名", "なぞ", "ひみつ"], *rows), "a.xlsx")["Location"]))
    assert "例：「甲」「乙&lt;b&gt;」「丙」<" in page and "丁" not in page
    assert f"例：「{'い' * 40}…」<" in page and "例：「犬」<" in page and "「猫」" not in page, "of a known one the first is enough"


def test_a_known_heading_is_given_another_meaning(hall) -> None:
    desk = hall.desk("admin")
    data = xlsx(["手続名", "所属", "番号"], ["犬の登録", "動物の法", "77"])
    assert "type=\"checkbox\" name=\"look\"" in body(desk.get(reverse("inventory_uploads")))
    asked = desk.post(reverse("inventory_uploads"), {"file": SimpleUploadedFile("a.xlsx", data), "look": "yes"})["Location"]
    page = body(desk.get(asked))
    assert "列の意味はすべて分かりました" in page and 'value="section" selected' in page and "知っている列（3つ" in page
    assert not Entry.objects.exists()
    both = desk.post(asked, {"c0": "name", "c1": "key", "c2": "key"})
    assert both.status_code == 422 and body(both).count("同じ項目を、ほかの列にも") == 4 and not Heading.objects.exists()
    assert desk.post(asked, {"c0": "name", "c1": "law", "c2": "key"}).status_code == 303
    entry = Entry.objects.get()
    assert (entry.key, entry.law, entry.section) == ("77", "動物の法", "")
    assert dict(Heading.objects.values_list("shown", "field")) == {"所属": "law", "番号": "key"}, "what stays is not remembered"
    assert send(desk, data)["Location"] and Entry.objects.count() == 1, "the next list is taken without a question"


def test_a_list_whose_name_hangs_under_another_heading_waits_and_is_not_stuck(hall) -> None:
    desk = hall.desk("admin")
    asked = send(desk, "備考,課名\n犬の登録,市民課\n".encode())
    assert asked.status_code == 303
    assert "「手続名」に当たる列がありません" in body(desk.get(asked["Location"]))
    assert desk.post(asked["Location"], {}).status_code == 422
    assert desk.post(asked["Location"], {"c0": "name", "c1": "section"}).status_code == 303 and Entry.objects.get().name == "犬の登録"


def test_a_list_that_is_wrong_because_of_a_heading_is_mended_on_its_page(hall) -> None:
    desk = hall.desk("admin")
    data = "手続名,類型\n犬,くらし\n".encode()
    assert "取り込む前に、列の意味を確かめる" in body(send(desk, data)) and not Entry.objects.exists()
    asked = desk.post(reverse("inventory_uploads"), {"file": SimpleUploadedFile("a.csv", data), "look": "yes"})["Location"]
    wrong = desk.post(asked, {"c0": "name", "c1": "kind"})
    assert wrong.status_code == 422 and "「手続類型」は" in body(wrong) and "上で選び直して" in body(wrong)
    assert desk.post(asked, {"c0": "name", "c1": "-"}).status_code == 303 and Entry.objects.get().extra == {"類型": "くらし"}


def test_a_waiting_list_with_errors_says_them_on_its_page(hall) -> None:
    desk = hall.desk("admin")
    send(desk, "手続名,なぞ,手続類型\n犬,1,9\n".encode())
    wrong = desk.post(reverse("inventory_upload", kwargs={"upload_id": waiting().id}), {"c1": "-"})
    assert wrong.status_code == 422
    assert "ファイルの1件を直して" in body(wrong) and "列の意味はすべて分かりました" in body(wrong) and 'id="again"' in body(wrong)


def test_a_person_decides_with_a_reason_and_the_page_shows_the_history(hall, dog) -> None:
    desk, url = hall.desk("admin"), reverse("inventory_entry", kwargs={"entry_id": dog.id})
    form = {"revision": "1", "section": "kaigo", "slug": "", "target_year": "令和10年度", "status_by_hand": "bpr", "note": ""}
    wrong = desk.post(url, form)
    assert wrong.status_code == 422 and "その理由をメモに書いてください" in body(wrong) and 'value="令和10年度"' in body(wrong)
    assert desk.post(url, form | {"note": "台帳を先に直す"}).status_code == 303
    page = body(desk.get(url))
    assert "人が「見直し（BPR）が必要」と決めました：台帳を先に直す" in page
    for words in ("人が決めた状態：（なし） → 見直し（BPR）が必要", "担当課：生活衛生課 → 高齢者支援課",
                  "目標年度：令和9年度 → 令和10年度", "一覧に加わりました"):
        assert words in page, words
    stale = desk.post(url, form | {"note": "遅れた"})
    assert stale.status_code == 422 and "先に変えました" in body(stale)


def test_the_auditor_reads_and_finds_no_buttons(hall, dog) -> None:
    desk = hall.desk("auditor")
    for page in ("inventory", "inventory_progress", "inventory_uploads"):
        assert "<form method=\"post\" action=\"/staff/inventory" not in body(desk.get(reverse(page)))
    page = body(desk.get(reverse("inventory_entry", kwargs={"entry_id": dog.id})))
    assert "変更の履歴" in page and "保存する" not in page


def test_progress_shows_the_plan_as_bar_and_table(hall, dog) -> None:
    page = body(hall.desk("auditor").get(reverse("inventory_progress")))
    assert "計画 452件（令和5年度まで）。あと452件です（計画の期限を過ぎています）" in page
    assert "<svg viewBox=\"-8 0 1016 72\"" in page and page.count('height="48"') == 1 + 2
    assert "オンライン済 0件</b> ／ 計画" in page
    taken(DOG + "", "A9,猫の届,市民課,,,1,6,,,名前,,,,,")
    Entry.objects.filter(key="A9").update(online="実施済（ぴったりサービス）")
    taken()
    page = body(hall.desk("auditor").get(reverse("inventory_progress")))
    assert "オンライン済 1件</b>（この市役所 0件、ほかの場所 1件） ／ 計画 452件（令和5年度まで）。あと451件" in page
    assert "随時オンライン化" in page and "高齢者支援課" not in page and "生活衛生課" in page


def test_a_city_without_a_plan_and_one_with_a_wrong_one(hall, dog, tmp_path, monkeypatch) -> None:
    assert plan.read_target(tmp_path) is None
    monkeypatch.setattr(plan, "target", lambda: None)
    assert "計画の件数が決まっていません" in body(hall.desk("admin").get(reverse("inventory_progress")))
    other = tmp_path / "city"
    other.mkdir()
    for wrong in ("オンライン化: {件数: 多い}", "x: [", "オンライン化: {件数: '0', 年度: '2023', 出典: x}"):
        (other / "plan.yaml").write_text(wrong, encoding="utf-8")
        plan.read_target.cache_clear()
        with pytest.raises(PlanWrong):
            plan.read_target(other)


def test_the_export_is_the_list_that_is_shown(hall, dog) -> None:
    answer = hall.desk("auditor").get(reverse("inventory_csv"), {"status": "ready"})
    text = answer.content.decode("utf-8-sig")
    assert answer["Content-Disposition"].endswith('.csv"') and "犬の登録申請" in text and "印鑑" not in text and "準備完了" in text


def test_what_is_published_all_the_same_keeps_the_reason_that_bars_it(hall) -> None:
    name = hall.definition("ninshin-todoke").name
    taken(DOG, f"A3,{name},健康推進課,母子保健法,第15条,1,4 本人確認書類,なし,,氏名,1日,10,窓口で面談をして様子を確かめる,,令和9年度")
    desk, entry = hall.desk("admin"), Entry.objects.get(key="A3")
    assert entry.slug == "ninshin-todoke"
    barred = '<a href="/staff/inventory/?status=barred">1件</a>は、一覧に書面・押印・対面を求める記載が残っているか、人が止めています'
    assert barred in body(desk.get(reverse("inventory_progress")))
    found = body(desk.get(reverse("inventory"), {"status": "barred"}))
    assert "妊娠の届出" in found and "犬の登録申請" not in found
    url = reverse("inventory_entry", kwargs={"entry_id": entry.id})
    assert "対面が要ります" in body(desk.get(url)) and "母子保健法 第15条" in body(desk.get(url))
    assert "公開中: 妊娠の届出。ただし一覧では、対面が要ります" in desk.get(reverse("inventory_csv")).content.decode("utf-8-sig")
    form = {"revision": str(entry.revision), "section": entry.section, "slug": entry.slug, "target_year": "令和9年度",
            "status_by_hand": "online", "note": "面談は窓口の予約で行う"}
    assert desk.post(url, form).status_code == 303
    assert "status=barred" not in body(desk.get(reverse("inventory_progress")))


def test_what_a_person_stopped_and_residents_can_file_is_told(hall) -> None:
    name = hall.definition("ninshin-todoke").name
    taken(f"A3,{name},健康推進課,母子保健法,第15条,1,6 不要,なし,,氏名,1日,10,,,令和9年度")
    desk, entry = hall.desk("admin"), Entry.objects.get(key="A3")
    url = reverse("inventory_entry", kwargs={"entry_id": entry.id})
    assert "status=barred" not in body(desk.get(reverse("inventory_progress")))
    form = {"revision": str(entry.revision), "section": entry.section, "slug": entry.slug, "target_year": "令和9年度",
            "status_by_hand": "blocked", "note": "面談の代わりが決まるまで"}
    assert desk.post(url, form).status_code == 303
    assert "ただし、住民はいまも" in body(desk.get(url))
    assert '<a href="/staff/inventory/?status=barred">1件</a>' in body(desk.get(reverse("inventory_progress")))
    assert "妊娠の届出" in body(desk.get(reverse("inventory"), {"status": "barred"}))
    assert "人が決めた。ただし公開中" in desk.get(reverse("inventory_csv")).content.decode("utf-8-sig")


def run(*words):
    out = io.StringIO()
    call_command("inventory", *words, stdout=out, stderr=out)
    return out.getvalue()


def test_the_command_line_makes_takes_and_asks(hall, tmp_path) -> None:
    for name in ("a.csv", "a.xlsx"):
        assert "452行" in run("generate", "--rows", "452", "--out", str(tmp_path / name))
    assert "新しい452件" in run("import", str(tmp_path / "a.xlsx"))
    assert "同じ452件" in run("import", str(tmp_path / "a.csv"))
    unknown = tmp_path / "b.csv"
    unknown.write_text("手続名,なぞ\n犬,1\n", encoding="utf-8")
    out = io.StringIO()
    with pytest.raises(CommandError, match="意味の分からない列"):
        call_command("inventory", "import", str(unknown), stdout=out, stderr=out)
    assert "--mapping 'なぞ=そのまま残す'" in out.getvalue()
    with pytest.raises(CommandError, match="見出し=項目"):
        run("import", str(unknown), "--mapping", "なぞ=どこか")
    assert "新しい1件" in run("import", str(unknown), "--mapping", "なぞ=法令名")
    assert Entry.objects.get(name="犬").law == "1"
    assert "同じ1件" in run("import", str(unknown))
    hall.definition("risai-shoumei")
    assert "1件を、公開中の手続きと結びました" in run("link")


def test_the_command_line_says_what_is_wrong(hall, tmp_path, settings) -> None:
    with pytest.raises(CommandError, match="開けません"):
        run("import", str(tmp_path / "nothing.csv"))
    with pytest.raises(CommandError, match="1行から"):
        run("generate", "--rows", "99999", "--out", str(tmp_path / "a.csv"))
    bad = tmp_path / "bad.csv"
    bad.write_text("手続名,手続類型\n犬,9\n", encoding="utf-8")
    out = io.StringIO()
    with pytest.raises(CommandError, match="何も取り込みませんでした"):
        call_command("inventory", "import", str(bad), stdout=out, stderr=out)
    assert "2行目 「手続類型」" in out.getvalue()
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="本番では"):
        run("generate", "--out", str(tmp_path / "a.csv"))


def test_what_is_invented_says_so_and_the_same_seed_is_the_same_list() -> None:
    table = generate.rows(527, seed=1)
    assert table == generate.rows(527, seed=1) != generate.rows(527, seed=2)
    assert all(row[generate.HEAD.index("備考")] == generate.INVENTED for row in table)
    found = reading.read(generate.as_csv(table), {})
    assert len(found.rows) == len({row.match for row in found.rows}) == 527
    assert sum("定義の名と根拠" in row.extra["出典"] for row in found.rows) == 32




def test_tasks_of_the_finders_that_no_procedure_answers_are_listed(hall) -> None:
    desk, address = hall.desk("admin"), reverse("inventory_progress")
    assert '<li>世帯主変更届</li>' in body(desk.get(address)) and "遺族年金" not in body(desk.get(address))
    hall.publish("t-n1", body_of("sousai-hi") | {"手続": "t-n1", "名称": "世帯主変更届", "別名": [], "計画の名称": ""})
    assert '<li>世帯主変更届</li>' not in body(desk.get(address))


def test_columns_that_are_kept_and_changes_stand_in_one_order_whatever_the_database_keeps(hall) -> None:
    taken()
    entry = Entry.objects.first()
    Entry.objects.filter(id=entry.id).update(extra={"備考": "一の印", "条例": "二の印", "かな": "三の印"})
    what = {"extra:備考": ["", "ほの印"], "note": ["", "にの印"], "fee": ["", "はの印"], "extra:かな": ["", "への印"], "law": ["", "ろの印"]}
    Change.objects.create(entry=entry, at=clock.now(), by="staff:admin", what=what)
    page = body(hall.desk("admin").get(reverse("inventory_entry", args=[entry.id])))
    places = [page.index(f"{mark}の印") for mark in ("三", "一", "二", "ろ", "は", "に", "へ", "ほ")]
    assert places == sorted(places)
