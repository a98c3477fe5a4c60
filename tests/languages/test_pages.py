"""Residents' pages in the language somebody chose, up to a whole filing."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import re
from email import message_from_bytes, policy

import pytest
from django.test import Client
from tests.support.hall import Hall, body_of, run_worker
from tests.support.walk import Walk, hidden

from madoguchi.intake.models import Application
from madoguchi.kernel.amounts import Month, Yen
from madoguchi.kernel.said import Said, Words, bare, keepable, listed, retold, ruby, say
from madoguchi.offices.public import city, next_open
from madoguchi.procedures.pack import body, pack_files, read_file, side_file
from madoguchi.procedures.public import Definition, finders
from madoguchi.procedures.rules.read import TRANSLATIONS
from madoguchi.web.languages import LANGUAGES, TRANSLATED, drawing

SLUG = "ninshin-todoke"
ENGLISH = LANGUAGES["en"]


def publish(hall: Hall) -> Definition:
    """The procedure as `madoguchi setup` publishes it, with its translations."""
    path, override = next(pair for pair in pack_files(city()) if pair[0].stem == SLUG)
    definition, _ = read_file(path, override, city())
    assert definition is not None
    return hall.publish(SLUG, body(path, override, definition))


def page(code: str, path: str) -> str:
    client = Client()
    client.cookies["ui_lang"] = code
    return client.get(path).content.decode()


def addresses() -> set[str]:
    """The address of the city hall, as it is and as the city's own side files write it."""
    written = {e.text for code in TRANSLATED for e in side_file(city().folder / "translations" / f"{code}.yaml") if e.source == city().address}
    return {city().address} | written


def seen(html: str) -> str:
    """What a reader sees, without the language menu and without what stands in brackets beside a legal term."""
    html = re.sub(r'<details class="langs">.*?</details>|<head>.*?</head>', "", html, flags=re.S)
    for place in addresses():  # the name of a place keeps its letters
        html = html.replace(place, "")
    html = re.sub(r"<[^>]+>", " ", html)
    while (less := re.sub(r"[(（][^()（）]*[)）]", "", html)) != html:  # brackets may stand in brackets: (認定の申請(新規))
        html = less
    return html


def test_the_menu_remembers_the_language_without_javascript(hall: Hall):
    client = Client()
    answer = client.post("/settings/", {"lang": "vi"}, headers={"referer": "http://testserver/procedures/"})
    assert (answer.status_code, answer["Location"]) == (303, "/procedures/")
    assert 'lang="vi"' in client.get("/").content.decode().split("<head>")[0]
    client.post("/settings/", {"lang": "xx"})
    assert client.cookies["ui_lang"].value == "vi"


@pytest.mark.parametrize("code", [c for c in TRANSLATED if c != "ja-easy"])
def test_no_kana_is_left_on_a_translated_procedure_page(hall: Hall, code: str):
    publish(hall)
    for path in (f"/p/{SLUG}/", "/", "/guide/", *(f"/guide/{name}/" for name in finders())):
        assert re.findall("[ぁ-ゖァ-ヺ]+", seen(page(code, path))) == []


def test_easy_japanese_has_readings_in_text_and_none_in_attributes(hall: Hall):
    publish(hall)
    html = page("ja-easy", f"/p/{SLUG}/")
    assert "<ruby>妊娠<rp>(</rp><rt>にんしん</rt><rp>)</rp></ruby>" in html
    assert "《" not in html
    assert re.findall(r'="[^"]*<ruby', html) == []
    assert "<ruby>" not in re.search("<title>.*?</title>", html)[0]
    assert len(gzip.compress(html.encode())) < 10_000


def test_staff_pages_stay_japanese(hall: Hall):
    client = Client()
    client.cookies["ui_lang"] = "en"
    client.force_login(hall.staff("tanaka"))
    html = client.get("/staff/").content.decode()
    assert '<html lang="ja"' in html and "業務ワークベンチ" in html


def test_an_untranslated_definition_is_marked_as_japanese(hall: Hall):
    d = hall.publish("kaigo-kougaku", {key: part for key, part in body_of("kaigo-kougaku").items() if key != TRANSLATIONS})
    html = page("pt", "/p/kaigo-kougaku/")
    assert f'<span lang="ja">{d.name}</span>' in html
    assert "Começar" in html


def test_faults_are_said_in_the_language_with_the_labels_of_the_definition(hall: Hall):
    publish(hall)
    with drawing(ENGLISH):
        from madoguchi.procedures import public as procedures

        published = procedures.current(SLUG)
        step = published.shown().step("mother_page")
        facts = procedures.Facts({}, dt.date(2026, 11, 20), next_open)
        result = procedures.read_step(published.definition, published.definition.step("mother_page"), {}, facts)
        words = [bare(f.ja) for f in result.faults]
    assert step is not None and step.title == "The pregnant person"
    assert "Please enter: Name of the pregnant person" in words
    assert str(result.faults[0].ja) == "妊婦の方の氏名を入力してください"


def test_said_is_plain_japanese_until_somebody_lends_a_voice():
    words = say("{label}を入力してください", label="氏名")
    assert words == "氏名を入力してください" and isinstance(words, Said)
    assert bare(words) == words
    with drawing(ENGLISH):
        assert bare(words) == "Please enter: 氏名"
        assert bare(listed([say("はい"), say("いいえ")])) == "Yes, No"


def test_what_somebody_typed_never_becomes_markup():
    with drawing(LANGUAGES["ja-easy"]):
        assert "<script>" not in say("{label}を入力してください", label="<script>").__html__()
        assert ruby("<b>漢字《かんじ》").startswith("<span>&lt;b&gt;<ruby>")
        assert Words('"><b>', "ja").__html__() == '<span lang="ja">&#34;&gt;&lt;b&gt;</span>'


def test_a_whole_filing_in_vietnamese(hall: Hall):
    walk = Walk(hall.browser("hanako"), SLUG, hall.answers(SLUG)) if publish(hall) else None
    assert walk is not None
    walk.client.cookies["ui_lang"] = "vi"
    first = walk.client.get(walk.here).content.decode()
    assert "Người khai báo" in first and '<html lang="vi"' in first
    wrong = walk.post(walk.step_id, filer="", mark=hidden(walk.client.get(walk.here), "_mark"))
    assert wrong.status_code == 422
    assert "Hãy chọn: Người đang nhập" in wrong.content.decode()
    walk.go()
    check = walk.client.get(walk.here).content.decode()
    assert "Hãy kiểm tra nội dung rồi gửi" in check and "Chính người mang thai" in check
    assert "Khai báo mang thai" in check
    filed = walk.submit(mail="hanako@example.jp")
    assert filed.status_code == 303, filed.content.decode()
    done = walk.client.get(filed["Location"]).content.decode()
    assert "Đã tiếp nhận" in done
    application = Application.objects.get()
    assert application.language == "vi"
    assert all(not isinstance(v, Words) for v in application.answers.values())
    assert application.answers["filer"] == "self"
    run_worker()
    letter = message_from_bytes(next((hall.home / "mail").glob("*.eml")).read_bytes(), policy=policy.default)
    assert "Đã tiếp nhận hồ sơ" in letter["subject"]
    assert "Số tiếp nhận" in letter.get_content()


def test_months_and_sums_are_written_as_each_language_writes_them():
    words = say("{month}: {sum}", month=Month(dt.date(2026, 11, 20)), sum=Yen(65_000))
    assert words == "令和8年11月: 6万5,000円"
    said = {}
    for code in TRANSLATED:
        with drawing(LANGUAGES[code]):
            said[code] = bare(words)
    assert said == {"ja-easy": "2026年11月: 65,000円", "en": "November 2026: 65,000 yen", "zh-hans": "2026年11月: 65,000日元",
                    "vi": "tháng 11 năm 2026: 65.000 yên", "pt": "novembro de 2026: 65.000 ienes"}


def test_a_stored_sentence_is_retold_in_another_language():
    stored = json.loads(json.dumps(keepable(say("結果が出ました（{name}）", name="認定"))))
    assert retold(stored) == "結果が出ました（認定）" == stored["ja"]
    with drawing(ENGLISH):
        assert bare(retold(stored)) == "The result is out (認定)"
        assert bare(retold({"ja": "審査を始めました"})) == bare(say("審査を始めました")) != "審査を始めました"
        assert bare(say("{first}。{more}", first=say("はい"), more=say("いいえ"))) == "Yes. No"


@pytest.mark.parametrize(("code", "words", "letter"), [
    ("en", "Rejected", "Notice of rejection of the claim"), ("zh-hans", "驳回", "儿童补贴未支付部分请求驳回通知书"),
    ("vi", "Bác đơn", "Giấy báo bác yêu cầu"), ("pt", "Recusado", "Aviso de recusa do pedido")])
def test_the_result_is_told_in_the_readers_language_beside_the_legal_word(hall: Hall, code: str, words: str, letter: str):
    slug = "jidou-teate-mishiharai"
    path, override = next(pair for pair in pack_files(city()) if pair[0].stem == slug)
    definition, _ = read_file(path, override, city())
    assert definition is not None
    d = hall.publish(slug, body(path, override, definition))
    case = hall.case("hanako", slug)
    hall.decide(case, next(o.id for o in d.review.outcomes if o.name == "却下"), "tanaka", "kimura", "suzuki")
    run_worker()
    hanako = hall.browser("hanako")
    hanako.cookies["ui_lang"] = code
    page = hanako.get(f"/my/{case.id}/").content.decode()
    assert re.search(rf'<b>{words} <span lang="ja">\((<span lang="ja">)?結果：却下', page), page[:6000]
    assert page.count(words) >= 2, "and in what happened so far"
    assert re.search(rf'{letter}[^<]* <span lang="ja">\(未支払児童手当請求却下通知書\)</span>', page), "the letter, by the name on its paper too"
    note = page[: page.index(f"<b>{words}")]
    assert 'class="note"' in note[note.rindex("<div class=\"note"):], "no green tick beside a refusal"
    hanako.cookies["ui_lang"] = "ja"
    japanese = hanako.get(f"/my/{case.id}/").content.decode()
    assert "<b>結果：却下</b>" in japanese and japanese.count("未支払児童手当請求却下通知書") == 1
    assert "まだ残っていること" not in japanese, "nothing is left to fetch"
