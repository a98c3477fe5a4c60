"""The builder as clerks use it: forms, buttons, the file, trying out, deciding; and for everybody else nothing."""

from __future__ import annotations

import datetime as dt
import re
from urllib.parse import unquote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from lxml import html
from tests.support import papers

from madoguchi.builder.models import Copy, Release
from madoguchi.files.models import StoredFile
from madoguchi.kernel import clock
from madoguchi.kernel.models import AuditEntry
from madoguchi.procedures.rules import splice
from madoguchi.procedures.rules.generate import post_data
from madoguchi.procedures.rules.say import jdate

from .conftest import SLUG, saved

BASE = f"/staff/builder/{SLUG}/"
QUESTION = "part/画面/0/項目/filer/"
COVER = "part/cover/"
# route → the ids it carries
STRANGERS = {
    "builder_copy": ("slug",), "builder_open": ("slug",), "builder_decide": ("slug",), "builder_differences": ("slug",),
    "builder_history": ("slug",), "builder_part": ("slug", "path"), "builder_preview": ("slug", "path"), "builder_add": ("slug", "path"),
    "builder_act": ("slug",), "builder_text": ("slug",), "builder_file": ("slug",), "builder_try": ("slug",), "builder_bundle": ("slug",),
    "builder_offer": ("offer_id",),  # its pages: test_exchange
}


def form_of(page, action):
    """What a form of a page would send as it stands."""
    form = next(f for f in html.fromstring(page.content).xpath("//form") if unquote(f.get("action")) == action)
    return {k: v for k, v in form.fields.items() if v is not None and k}


def page(client, url):
    answer = client.get(url)
    assert answer.status_code == 200, url
    return answer


def test_a_question_is_changed_by_its_form(hall, copy) -> None:
    desk = hall.desk("okada")
    overview = page(desk, BASE).content.decode()
    assert "どなたの住民票が必要ですか" in overview and "要確認" in overview and "住民の画面" in overview
    sent = form_of(page(desk, BASE + QUESTION), BASE + QUESTION)
    answer = desk.post(BASE + QUESTION, sent | {"b0": "だれの住民票ですか", "b3": "一行目\r\n二行目"})
    assert answer.status_code == 303 and "saved=1" in answer["Location"]
    text = Copy.objects.get().text
    assert "だれの住民票ですか" in text and text.count("\n") >= copy.text.count("\n") - 1
    shown = page(desk, BASE + "differences/").content.decode()
    assert "だれの住民票ですか" in shown and "変えた" in shown and "（1件）" not in shown
    assert "問・説明" in page(desk, BASE + "history/").content.decode()


def test_what_nobody_has_confirmed_is_a_part_of_the_overview(hall, copy) -> None:
    desk, url = hall.desk("okada"), BASE + "part/要確認/"
    assert url in {unquote(x) for x in html.fromstring(page(desk, BASE).content).xpath("//main//a/@href")}
    sent = form_of(page(desk, url), url)
    before = splice.data(copy.text).get("要確認", [])
    answer = desk.post(url, sent | {"b0": "\r\n".join([*before, "様式の欄の番号"])})
    assert answer.status_code == 303 and "様式の欄の番号" in page(desk, BASE + "differences/").content.decode()
    text = Copy.objects.get().text
    assert splice.data(text)["要確認"] == [*before, "様式の欄の番号"]
    assert [x for x in copy.text.splitlines() if x not in text.splitlines()] == []
    drawn = desk.post(BASE + "preview/要確認/", sent)
    assert drawn.status_code == 200 and desk.post(BASE + "act/", {"act": "drop 要確認", "revision": "2"}).status_code in (303, 422)


def test_what_is_typed_is_looked_at_before_it_is_saved(hall, copy) -> None:
    desk = hall.desk("okada")
    sent = form_of(page(desk, BASE + QUESTION), BASE + QUESTION)
    drawn = desk.post(BASE + QUESTION.replace("part/", "preview/"), sent | {"b0": "まだ保存していない問い"})
    assert drawn.status_code == 200 and "まだ保存していない問い" in drawn.content.decode() and "<html" not in drawn.content.decode()
    broken = desk.post(BASE + QUESTION.replace("part/", "preview/"), sent | {"b6": "こわれた行"})
    assert broken.status_code == 200 and Copy.objects.get().revision == 1


def test_wrong_boxes_say_so_and_keep_what_was_typed(hall, copy) -> None:
    desk = hall.desk("okada")
    sent = form_of(page(desk, BASE + QUESTION), BASE + QUESTION)
    answer = desk.post(BASE + QUESTION, sent | {"b0": "問いの案", "b6": "番号だけ"})
    words = answer.content.decode()
    assert answer.status_code == 422 and "問いの案" in words and "番号だけ" in words and "の形で書いてください" in words
    assert Copy.objects.get().revision == 1


def test_who_comes_second_is_told_and_loses_nothing(hall, copy) -> None:
    desk = hall.desk("okada")
    sent = form_of(page(desk, BASE + QUESTION), BASE + QUESTION)
    assert desk.post(BASE + QUESTION, sent | {"b0": "先の人"}).status_code == 303
    late = desk.post(BASE + QUESTION, sent | {"b0": "後の人"})
    words = late.content.decode()
    assert late.status_code == 409 and "後の人" in words and "いまの定義では：先の人" in words and "先に保存しました" in words
    assert desk.post(BASE + QUESTION, form_of(late, BASE + QUESTION)).status_code == 303 and "後の人" in Copy.objects.get().text


def test_on_the_page_of_the_file_nobody_is_overwritten_without_a_word(hall, copy) -> None:
    desk, url = hall.desk("okada"), BASE + "text/"
    sent = form_of(page(desk, url), url)
    theirs = f"{sent['text']}# 先の人が足した行\n"
    assert desk.post(url, sent | {"text": theirs}).status_code == 303
    mine = f"{sent['text']}# 後の人が足した行\n"
    for _press in range(2):  # pressing again is no yes
        late = desk.post(url, sent | {"text": mine})
        words = late.content.decode()
        assert late.status_code == 409 and "後の人が足した行" in words and "+# 先の人が足した行" in words
        sent = {k: v for k, v in form_of(late, url).items() if k != "over"}
    assert "先の人" in Copy.objects.get().text
    assert desk.post(url, sent | {"text": mine, "over": str(Copy.objects.get().revision)}).status_code == 303
    assert "後の人が足した行" in Copy.objects.get().text and "先の人" not in Copy.objects.get().text


def test_who_comes_second_takes_back_nothing_that_they_did_not_touch(hall, copy) -> None:
    desk = hall.desk("okada")

    def cover(answer):
        return {k: v for k, v in form_of(answer, BASE + COVER).items() if not k.startswith("b8")}  # 分野: several boxes of one name

    sent = cover(page(desk, BASE + COVER))
    assert desk.post(BASE + COVER, sent | {"b9": "先の人が書いた対象"}).status_code == 303
    late = desk.post(BASE + COVER, sent | {"b11": "99分", "b14": sent["b14"].replace("\n", "\r\n")})
    words = late.content.decode()
    assert late.status_code == 409 and words.count("いまの定義では：") == 1 and "いまの定義では：99分" not in words
    assert desk.post(BASE + COVER, cover(late)).status_code == 303
    text = Copy.objects.get().text
    assert "対象: 先の人が書いた対象" in text and "所要: 99分" in text


def test_parts_are_added_moved_renamed_and_taken_away(hall, copy) -> None:
    desk = hall.desk("okada")

    def act(path, what, **more):
        return desk.post(BASE + "act/", {"path": path, "what": what, "revision": Copy.objects.get().revision} | more)

    wrong = desk.post(BASE + "add/画面/0/項目/", {"番号": "Dog", "問": "", "型": "文字", "revision": "1"})
    assert wrong.status_code == 422 and "child_name" in wrong.content.decode()
    answer = desk.post(BASE + "add/画面/0/項目/", {"番号": "dog", "問": "犬の名前", "型": "文字", "revision": "1"})
    assert answer.status_code == 303 and page(desk, answer["Location"])
    data = splice.data(Copy.objects.get().text)
    assert list(data["画面"][0]["項目"])[-1] == "dog"
    assert act("画面/0/項目/dog", "up").status_code == 303 and list(splice.data(Copy.objects.get().text)["画面"][0]["項目"])[-2] == "dog"
    assert act("画面/0/項目/dog", "rename", number="cat").status_code == 303
    assert act("画面/0/項目/cat", "rename", number="Cat").status_code == 422
    assert act("画面/0/項目/cat", "drop").status_code == 303 and splice.data(Copy.objects.get().text) == splice.data(copy.text)
    for where, sent in (("画面", {"番号": "more", "題": "もう一枚", "問": "何か"}), ("添付", {"番号": "proof", "名": "証明"}),
                        ("根拠", {"法令": "民法", "条": "第1条"}), ("文書", {"番号": "note", "名": "通知", "件名": "通知", "本文": "通知します。"})):
        answer = desk.post(f"{BASE}add/{where}/", sent | {"revision": Copy.objects.get().revision})
        assert answer.status_code == 303 and page(desk, answer["Location"]), where
    assert act("画面/1", "repeat").status_code in (303, 422)
    assert desk.post(BASE + "act/", {"path": "画面/0", "what": "down", "revision": "1"}).status_code == 409


def test_the_order_is_changed_in_a_mode_of_its_own(hall, copy) -> None:
    desk, button = hall.desk("okada"), 'name="act"'
    plain, ordering = (page(desk, BASE + more).content.decode() for more in ("", "?order=1"))
    assert button not in plain and "?order=1" in plain
    assert ordering.count(button) > 4 and f"{BASE}part/" not in ordering and f'href="{BASE}"' in ordering
    titles = [screen["題"] for screen in splice.data(copy.text)["画面"]]
    answer = desk.post(BASE + "act/", {"act": "down 画面/0", "order": "1", "revision": "1"})
    assert answer.status_code == 303 and "&order=1&" in answer["Location"] and button in page(desk, answer["Location"]).content.decode()
    assert [screen["題"] for screen in splice.data(Copy.objects.get().text)["画面"]][:2] == titles[1::-1]
    late = desk.post(BASE + "act/", {"act": "down 画面/0", "order": "1", "revision": "1"})
    assert late.status_code == 409 and button in late.content.decode(), "and the buttons stay"
    assert button not in page(hall.desk("auditor"), BASE + "?order=1").content.decode(), "who only reads moves nothing"


def test_every_part_has_a_page(hall, copy) -> None:
    desk = hall.desk("okada")
    links = {link for link in html.fromstring(page(desk, BASE).content).xpath("//main//a/@href") if "/part/" in link or "/add/" in link}
    assert len(links) > 25
    for link in links:
        page(desk, link)
    for none in ("part/画面/99/", "part/画面/0/項目/nobody/", "part/検査/", "add/題/", "part/x/y/"):
        assert desk.get(BASE + none).status_code == 404 or "nobody" in none or "99" in none, none


def test_the_file_is_the_truth(hall, copy) -> None:
    desk = hall.desk("okada")
    shown = html.fromstring(page(desk, BASE + "text/").content).xpath("//textarea[@id='text']")[0].text.lstrip("\n")
    assert shown.rstrip() == copy.text.rstrip()
    assert desk.post(BASE + "text/", {"text": shown.replace("\n", "\r\n"), "revision": "1"}).status_code == 303 and Copy.objects.get().revision == 1
    wrong = desk.post(BASE + "text/", {"text": "題: [", "revision": "1"})
    assert wrong.status_code == 422 and "題: [" in wrong.content.decode() and "YAML" in wrong.content.decode()
    answer = desk.post(BASE + "text/", {"text": splice.put(copy.text, ("種別",), "なぞ"), "revision": "1"})
    assert answer.status_code == 303
    words = page(desk, BASE).content.decode()
    assert "直すところ（" in words and "公開を願い出る" not in words
    file = page(desk, BASE + "file/")
    assert file.content.decode() == Copy.objects.get().text and "attachment" in file["Content-Disposition"]


def test_a_form_is_tried_out_to_its_end(hall, copy) -> None:
    desk, url = hall.desk("okada"), BASE + "try/"
    answers = hall.answers(SLUG)
    d = hall.definition(SLUG)
    first = page(desk, url)
    empty = desk.post(url, form_of(first, url) | {"_action": "next"})
    assert empty.status_code == 422 and "か所の" in empty.content.decode()
    now, seen = first, 0
    while step := d.step((fields := form_of(now, url))["_at"]):
        now = desk.post(url, {"_at": fields["_at"], "_answers": fields["_answers"], "_action": "next"} | post_data(d, step, answers))
        assert now.status_code == 200, now.content.decode()[:2000]
        seen += 1
    assert fields["_at"] == "documents"
    now = desk.post(url, {k: fields[k] for k in ("_at", "_answers", "_files")} | {"_action": "next"} | {
        f"file.{a.id}": SimpleUploadedFile("a.jpg", papers.jpeg()) for a in d.attachments})
    assert seen >= 3 and "確認の画面" in now.content.decode() and "このまま申請できます" in now.content.decode()


@pytest.fixture
def at_documents(hall, copy):
    """Tried out until the documents."""
    d, answers, url = hall.definition(SLUG), hall.answers(SLUG), BASE + "try/"
    desk = hall.desk("okada")
    now = page(desk, url)
    while step := d.step((fields := form_of(now, url))["_at"]):
        now = desk.post(url, {k: fields[k] for k in ("_at", "_answers", "_files")} | {"_action": "next"} | post_data(d, step, answers))
        assert now.status_code == 200, html.fromstring(now.content).xpath("string(//*[@role='alert'])")
    return desk, url, now


def test_documents_are_tried_out_and_nothing_is_kept(hall, at_documents) -> None:
    desk, url, now = at_documents

    def send(fields, action, **files):
        return desk.post(url, fields | {"_action": action} | {
            f"file.{slot}": [SimpleUploadedFile(*f) for f in sent] for slot, sent in files.items()})

    words = now.content.decode()
    assert "添付書類" in words and "※必須" in words and 'enctype="multipart/form-data"' in words
    start = {k: form_of(now, url)[k] for k in ("_at", "_answers", "_files")}
    none = send(start, "next").content.decode()
    assert "確認の画面" in none and "」を添付してください" in none and "このまま申請できます" not in none
    again = desk.post(url, {k: form_of(send(start, "next"), url)[k] for k in start} | {"_action": "look"})
    assert "保存して次へ進む" in again.content.decode() and again.status_code == 200
    wrong = send(start, "next", third_proof=[("a.exe", b"MZ" + b"x" * 90), ("ok.jpg", papers.jpeg())])
    assert wrong.status_code == 422 and "a.exe" in wrong.content.decode() and "ok.jpg" in wrong.content.decode()
    assert html.fromstring(wrong.content).xpath("//*[@role='alert']//a/@href") == ["#file-third_proof"]
    kept = {k: form_of(wrong, url)[k] for k in start}
    done = send(kept, "next").content.decode()
    assert "このまま申請できます" in done and "ok.jpg" in done
    gone = desk.post(url, kept | {"_remove": "third_proof:0"})
    assert gone.status_code == 200 and "ok.jpg" not in gone.content.decode() and "保存して次へ進む" in gone.content.decode()
    many = send(start, "add", third_proof=[(f"{n}.jpg", papers.jpeg()) for n in range(9)])
    assert many.status_code == 422 and "個までです" in many.content.decode() and "入れ替えるときは、先に消してください" in many.content.decode()
    assert not StoredFile.objects.exists() and not [x for x in (hall.home / "files").rglob("*") if x.is_file()]
    forged = desk.post(url, start | {"_files": "forged", "_action": "next"})
    assert forged.status_code == 200 and "」を添付してください" in forged.content.decode()


def test_the_postcode_of_a_try_out_fills_the_place_and_asks_nothing(hall, copy) -> None:
    desk, url = hall.desk("okada"), BASE + "try/"
    fields, step = form_of(page(desk, url), url), hall.definition(SLUG).steps[0]
    place = next(q.id for q in step.questions if q.type == "住所")
    found = desk.post(url, fields | {"_at": step.id, f"{place}.zip": "9268611", "name.sei": "見本", "_action": f"zip:{place}"})
    words = found.content.decode()
    assert found.status_code == 200 and "か所の" not in words and 'value="石川県七尾市"' in words and 'value="見本"' in words


def test_asked_for_and_approved_on_the_pages(hall, copy) -> None:
    clerk, manager = hall.desk("okada"), hall.desk("ueno")
    sent = form_of(page(clerk, BASE + "part/cover/"), BASE + "part/cover/")
    assert clerk.post(BASE + "part/cover/", sent | {"b0": "住民票(試験)"}).status_code == 303
    assert clerk.post(BASE + "decide/", {"what": "ask", "revision": Copy.objects.get().revision}).status_code == 303
    assert "承認する" not in page(clerk, BASE).content.decode() and "取り下げる" in page(clerk, BASE).content.decode()
    assert "承認する" in (words := page(manager, BASE).content.decode()) and "岡田 昇さんが、第2稿の公開を願い出ています" in words
    wrong = manager.post(BASE + "decide/", {"what": "approve", "revision": Copy.objects.get().revision, "on": "2020-01-01"})
    assert wrong.status_code == 422 and "今日か" in wrong.content.decode()
    day = clock.today() + dt.timedelta(days=2)
    assert manager.post(BASE + "decide/", {"what": "approve", "revision": Copy.objects.get().revision, "on": day.isoformat()}).status_code == 303
    assert "公開日待ち" in page(clerk, "/staff/builder/").content.decode()
    assert "上野 修さんが承認し、" in page(clerk, BASE).content.decode()
    back = manager.post(BASE + "decide/", {"what": "return", "revision": Copy.objects.get().revision, "why": ""})
    assert back.status_code == 422
    long = manager.post(BASE + "decide/", {"what": "return", "revision": Copy.objects.get().revision, "why": "あ" * 1001})
    assert long.status_code == 422 and "理由は1,000字までです(今は1,001字)" in long.content.decode() and "あ" * 1001 in long.content.decode()
    assert manager.post(BASE + "decide/", {"what": "return", "revision": Copy.objects.get().revision, "why": "題を直す"}).status_code == 303
    assert "題を直す" in page(clerk, BASE).content.decode()


def test_a_decision_says_what_it_did_and_what_comes_next(hall, copy) -> None:
    clerk, manager = hall.desk("okada"), hall.desk("ueno")

    def decided(desk, what, **more):
        answer = desk.post(BASE + "decide/", {"what": what, "revision": Copy.objects.get().revision} | more)
        assert answer.status_code == 303
        return html.fromstring(page(desk, answer["Location"]).content).xpath("string(//*[@role='status'])")

    saved(hall, splice.put(copy.text, ("名称",), "住民票(試験)"))
    assert "願い出ました" in (said := decided(clerk, "ask")) and "承認" in said
    assert "取り下げました" in decided(clerk, "return", why="まちがえた")
    decided(clerk, "ask")
    assert "編集に戻しました" in decided(manager, "return", why="名前が長い")
    decided(clerk, "ask")
    later = clock.today() + dt.timedelta(days=2)
    assert f"{jdate(later)}に公開します" in decided(manager, "approve", on=later.isoformat())
    decided(manager, "return", why="きょうにする")
    decided(clerk, "ask")
    assert "公開しました" in decided(manager, "approve", on=clock.today().isoformat())
    assert not html.fromstring(page(clerk, BASE + "?done=asked").content).xpath("//*[@role='status']"), "it has moved on"
    number = Release.objects.order_by("number").first().number
    was = html.fromstring(page(clerk, BASE + "history/").content)
    assert was.xpath("//td[@data-l='願い出た人・承認した人']/text()") == ["岡田 昇・上野 修", "自動処理"]
    assert was.xpath("//td[@data-l='だれが']/text()")[0] == "岡田 昇"
    assert f"第{number + 2}版として公開しました" in decided(manager, "restore", number=number, why="誤りがあった")
    saved(hall, splice.put(Copy.objects.get().text, ("名称",), "やめる"))
    assert "やめました" in decided(clerk, "drop")
    assert "パックの定義に戻し" in decided(manager, "pack", why="国の改正")


def test_going_back_without_a_reason_is_told_where_the_reason_goes(hall, copy) -> None:
    saved(hall, splice.put(copy.text, ("名称",), "住民票(試験)"))
    manager = hall.desk("ueno")
    for what, desk in (("ask", hall.desk("okada")), ("approve", manager)):
        desk.post(BASE + "decide/", {"what": what, "revision": "2", "on": clock.today().isoformat()})
    number = Release.objects.order_by("number").first().number
    for sent, box in (({"what": "restore", "number": number}, f"why-{number}"), ({"what": "pack"}, "pack-why")):
        answer = manager.post(BASE + "decide/", sent | {"revision": "2", "why": "  "})
        found = html.fromstring(answer.content)
        assert answer.status_code == 422 and found.xpath("//title")[0].text.startswith("エラー")
        assert found.xpath("//*[@role='alert']//a/@href") == [f"#{box}"]
        there = found.get_element_by_id(box)
        assert there.get("aria-invalid") == "true" and "理由を入力" in found.get_element_by_id(there.get("aria-describedby")).text
        assert there.get("name") == "why" and there.get("value") == "  "
        assert len(found.xpath("//*[@aria-invalid]")) == 1


def test_the_list_finds_and_opens(hall, copy) -> None:
    desk = hall.desk("okada")
    hall.definition("ninshin-todoke")
    words = page(desk, "/staff/builder/?q=住民票").content.decode()
    assert BASE in words and "妊娠" not in words, "another section's"
    assert "妊娠" in page(hall.desk("digital"), "/staff/builder/").content.decode()
    assert hall.desk("digital").post("/staff/builder/ninshin-todoke/open/").status_code == 303
    assert desk.get("/staff/builder/?page=x&state=none&section=kosodate&q=%00").status_code == 200


def test_a_new_one_and_one_from_a_file(hall, db) -> None:
    desk, url = hall.desk("okada"), "/staff/builder/new/"
    page(desk, url)
    wrong = desk.post(url, {"name": "犬の登録", "slug": "いぬ", "section": "", "pattern": ""})
    assert wrong.status_code == 422 and "犬の登録" in wrong.content.decode() and "半角の小文字" in wrong.content.decode()
    made = desk.post(url, {"name": "犬の登録", "slug": "inu", "section": "shimin", "pattern": "shinsei"})
    assert made.status_code == 303 and page(desk, made["Location"])
    text = Copy.objects.get().text
    for data, status in ((b"\xff\xfe\xff", 422), (b"x", 422), (b"[" * 400_000, 422), (b"- " * 400_000, 422),
                         (splice.put(text, ("手続",), "neko").encode(), 303), (b"a" * 2_000_000, 422)):
        assert desk.post(url, {"take": "1", "file": SimpleUploadedFile("a.yaml", data)}).status_code == status
    assert desk.post(url, {"take": "1"}).status_code == 422 and Copy.objects.filter(slug="neko").exists()


def addresses(slug):
    return {name: reverse(name, kwargs={"slug": slug} | ({"path": "cover"} if "path" in keys else {}))
            for name, keys in STRANGERS.items() if "slug" in keys}


@pytest.mark.parametrize("who", ["tanaka", "suzuki", "yamada", "mori"])
def test_strangers_cannot_tell_that_it_exists(hall, copy, who) -> None:
    desk = hall.desk(who)
    before = AuditEntry.objects.count(), Copy.objects.get().text, Release.objects.count()
    for there, nowhere in zip(addresses(SLUG).values(), addresses("nai").values(), strict=True):
        for method in ("get", "post"):
            told = getattr(desk, method)(there), getattr(desk, method)(nowhere)
            assert told[0].status_code == told[1].status_code, there
            if method == "post":
                assert told[0].status_code in (404, 405), there
    assert (AuditEntry.objects.count(), Copy.objects.get().text, Release.objects.count()) == before


def test_residents_and_readers(hall, copy) -> None:
    for client in (hall.browser("hanako"), hall.browser()):
        assert {client.get(url).status_code for url in addresses(SLUG).values()} <= {302, 303, 405}
    auditor, before = hall.desk("auditor"), Copy.objects.get().text
    assert page(auditor, BASE) and page(auditor, BASE + "history/") and page(auditor, BASE + "text/")
    assert "保存する" not in page(auditor, BASE + "text/").content.decode()
    for url in ("part/cover/", "decide/", "act/", "text/", "add/画面/"):
        assert auditor.post(BASE + url, {"revision": "1", "text": "x: 1", "what": "ask", "path": "画面/0"}).status_code == 404
    assert hall.desk("mori").get("/staff/builder/").status_code == 404 and Copy.objects.get().text == before
    assert not re.search(r"/staff/builder/", hall.desk("mori").get("/staff/counter/").content.decode())
