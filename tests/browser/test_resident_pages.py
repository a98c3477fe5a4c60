"""What only a browser can see of the resident's pages: photos that are too many, paper, large letters on a small screen."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext

from madoguchi.config import demo

from .hands import FORWARD, cookies_of
from .seed import BY_PHOTO, RISAI, Town, answers, walk

pytestmark = pytest.mark.browser

Open = Callable[..., BrowserContext]
WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def at_documents(town: Town) -> tuple[str, list[dict[str, object]]]:
    """A guest's draft at the documents, and the guest's cookies."""
    person = demo.Browser(town.base)
    return walk(person, RISAI, answers(RISAI, BY_PHOTO), stop="documents"), cookies_of(person)


def test_more_photos_than_can_be_sent_at_once_are_said_before_the_upload(at_documents, open_as: Open):
    draft, cookies = at_documents
    tab = open_as(cookies).new_page()
    tab.goto(f"{draft}documents/")
    sent: list[str] = []
    tab.on("request", lambda r: sent.append(r.url) if r.method == "POST" else None)
    words = tab.get_by_text("合計が大きすぎて")
    assert words.count() == 0
    # 70 MB that need no disk: the page asks the size only
    tab.evaluate("""() => { const box = document.querySelector('input[type=file]'), all = new DataTransfer();
        for (let i = 0; i < 7; i++) all.items.add(new File([new Uint8Array(1e7)], `${i}.jpg`, {type: 'image/jpeg'}));
        box.files = all.files; }""")
    tab.click(FORWARD)
    assert words.is_visible()
    assert tab.evaluate("() => document.activeElement.matches('.too-much')")
    assert sent == []
    tab.set_input_files("input[type=file] >> nth=0", {"name": "家.jpg", "mimeType": "image/jpeg", "buffer": demo.picture()})
    tab.click("main button[value=add]")
    assert words.count() == 0
    assert tab.locator(".filelist a").count() == 1


def test_wrong_files_are_named_where_they_were_chosen_and_the_good_one_stays(at_documents, open_as: Open):
    draft, cookies = at_documents
    tab = open_as(cookies, js=False).new_page()
    tab.goto(f"{draft}documents/")
    tab.set_input_files("input[type=file] >> nth=0", [
        {"name": "メモ.txt", "mimeType": "text/plain", "buffer": b"abc"}, {"name": "空.jpg", "mimeType": "image/jpeg", "buffer": b""},
        {"name": "家.jpg", "mimeType": "image/jpeg", "buffer": demo.picture()}])
    tab.click("main button[value=add]")
    said = tab.locator(".field.bad .err").all_inner_texts()
    assert [x.partition(":")[0] for x in said] == ["メモ.txt", "空.jpg"]
    assert [x.strip() for x in tab.locator(".filelist a").all_inner_texts()] == ["家.jpg"]
    assert tab.title().startswith("エラー：")


def test_a_draft_is_thrown_away_only_after_a_second_look(at_documents, open_as: Open):
    draft, cookies = at_documents
    tab = open_as(cookies).new_page()
    tab.goto(f"{draft}documents/")
    tab.get_by_role("button", name="保存して中断").click()
    button = tab.get_by_role("button", name="下書きを捨てる")
    assert not button.is_visible()
    tab.get_by_text("この下書きを捨てる").click()
    assert "元に戻せません" in tab.inner_text("main details[open]")
    button.click()
    assert tab.url.endswith("/my/")


def test_paper_has_the_citys_name_and_no_buttons(town: Town, open_as: Open):
    tab = open_as(town.cookies("guest"), width=720).new_page()
    for path in (f"{town.received.mine}filed/", town.received.mine, f"/p/{RISAI}/"):
        tab.goto(path)
        tab.emulate_media(media="print")
        assert tab.locator(".head .brand").is_visible(), path
        seen = [x for x in tab.locator("button, .btn, .gnav, .foot, input[type=file]").all() if x.is_visible()]
        assert seen == [], path
    assert tab.locator(".faq p").first.is_visible(), "answers are printed too"


def test_paper_is_white_whatever_the_screen(town: Town, open_as: Open):
    tab = open_as([*town.cookies("guest"), {"name": "ui_contrast", "value": "high", "url": town.base}], width=720).new_page()
    tab.goto(town.received.mine)
    ink = "() => [getComputedStyle(document.body).backgroundColor, getComputedStyle(document.querySelector('main h1')).color]"
    assert tab.evaluate(ink)[0] == "rgb(0, 0, 0)"
    tab.emulate_media(media="print")
    paper, letters = tab.evaluate(ink)
    assert paper == "rgb(255, 255, 255)" and letters != "rgb(255, 255, 255)"


@pytest.mark.parametrize("path", ["/", "/status/", "/sign-in/", "/my/", f"/p/{RISAI}/"])
def test_the_largest_letters_on_the_smallest_screen_do_not_run_out(path: str, town: Town, open_as: Open):
    tab = open_as([*town.cookies("nobody"), {"name": "ui_size", "value": "xl", "url": town.base}], width=320).new_page()
    tab.goto(path)
    assert tab.evaluate(WIDER) <= 0


@pytest.mark.parametrize("js", [True, False], ids=["scripts", "no-scripts"])
def test_the_buttons_inside_a_form_do_not_throw_one_back_to_its_top(js: bool, town: Town, open_as: Open):
    person = demo.Browser(town.base)
    draft = walk(person, RISAI, answers(RISAI, BY_PHOTO), stop="documents")
    tab = open_as(cookies_of(person), js=js).new_page()
    tab.goto(f"{draft}applicant_page/")
    for typed, said in (("0000000", "見つかりませんでした"), ("9268611", "番地から続けてください"), ("9200962", "番地から続けてください")):
        tab.locator('[name="address.zip"]').fill(typed)
        tab.get_by_role("button", name="住所を自動入力").click()
        words = tab.get_by_text(said)
        assert words.is_visible()
        assert 0 < words.bounding_box()["y"] < 844, "seen without scrolling"  # type: ignore[index]
    tab.goto(f"{draft}member_page/")
    count = tab.locator("main .entry").count()
    tab.click("main button[value=add]")
    box = tab.locator("main .entry h2").nth(count).bounding_box()
    assert box is not None and 0 <= box["y"] < 400


def test_a_link_to_a_wrong_field_shows_its_label_and_error(town: Town, open_as: Open):
    person = demo.Browser(town.base)
    draft = walk(person, RISAI, answers(RISAI, BY_PHOTO), stop="applicant_page")
    tab = open_as(cookies_of(person)).new_page()
    tab.goto(f"{draft}applicant_page/")
    tab.click(FORWARD)
    links = tab.locator(".errsum a")
    assert links.count() >= 4
    for link in links.all():
        link.click()
        error = tab.locator(".field.bad:has(:focus) .err")
        box = error.bounding_box()
        assert box is not None and 0 <= box["y"] < 844, error.inner_text()
        tab.locator(".errsum").scroll_into_view_if_needed()


@pytest.mark.parametrize("code", ["vi", "pt", "en", "ja-easy"])
def test_the_two_labels_of_a_name_stay_in_their_columns(town: Town, open_as: Open, code: str):
    person = demo.Browser(town.base)
    draft = walk(person, RISAI, answers(RISAI, BY_PHOTO), stop="applicant_page")
    more = [{"name": "ui_size", "value": "xl", "url": town.base}, {"name": "ui_lang", "value": code, "url": town.base}]
    tab = open_as([*cookies_of(person), *more], width=320).new_page()
    tab.goto(f"{draft}applicant_page/")
    labels = tab.locator("main .pair label")
    assert labels.count() >= 2
    assert labels.evaluate_all("all => all.filter(l => l.scrollWidth > l.clientWidth + 1).map(l => l.textContent)") == []
    assert tab.evaluate(WIDER) <= 0
