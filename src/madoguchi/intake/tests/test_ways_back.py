"""Ways back into what one began: signed in over a guest's draft, a sign-in that ran out, links opened elsewhere."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.support import papers
from tests.support.hall import Hall, run_worker
from tests.support.walk import Walk, text

from madoguchi.identity import owners
from madoguchi.identity import public as identity
from madoguchi.intake.models import Application, Draft
from madoguchi.notifications.models import Mail

GUEST, CARD = "risai-shoumei", "jidou-teate-mishiharai"


@pytest.fixture
def guest(hall: Hall) -> Walk:
    """A form begun without the card."""
    found = Walk(hall.browser(), GUEST, hall.answers(GUEST))
    found.go(stop="applicant_page")
    return found


def file_it(walk: Walk) -> Application:
    """To the end, with a photo for every document that must be there."""
    walk.go(stop="documents")
    if walk.step_id == "documents":
        slots = {f"file.{a.id}": SimpleUploadedFile(f"{a.id}.jpg", papers.jpeg()) for a in walk.d.attachments if a.required}
        walk.client.post(walk.url("documents"), {"_action": "add"} | slots)
    walk.go()
    sent = walk.submit()
    assert sent.status_code == 303, text(sent)[:3000]
    return Application.objects.get()


def sign_in(hall: Hall, client, who: str) -> None:
    client.post("/sign-in/trial/", {"person": who})


def test_who_signs_in_keeps_what_was_begun_without_the_card(hall: Hall, guest):
    sign_in(hall, guest.client, "hanako")
    page = text(guest.client.get("/my/"))
    assert guest.draft_id in page
    assert "ログインせずに開始" in page
    assert guest.client.get(guest.url("applicant_page")).status_code == 200
    filed = file_it(guest)
    assert filed.owner.startswith("g:"), "it stays the guest's: the card was never asked for"
    assert filed.code_digest, "and opens by receipt number and code"
    assert "ログインせずに送信" in text(guest.client.get("/my/"))
    assert guest.client.get(f"/my/{filed.id}/").status_code == 200
    assert hall.browser("hanako").get(f"/my/{filed.id}/").status_code == 404, "in another browser hanako is not that guest"


def test_signing_out_leaves_nothing_on_a_shared_computer(hall: Hall, guest):
    sign_in(hall, guest.client, "hanako")
    assert "この機器から消えます" in text(guest.client.get("/my/"))
    guest.client.post("/sign-out/")
    assert guest.client.get(guest.url("applicant_page"))["Location"].startswith("/sign-in/?why=needed")


def test_a_guest_finds_the_sign_in_on_my_page_and_no_button_that_loses_the_draft_at_once(guest):
    page = text(guest.client.get("/my/"))
    assert 'href="/sign-in/?next=/my/"' in page
    assert "ログアウト</button>" not in page
    assert page.index("この機器を使う人ならだれでも開けます") < page.index("この機器から消す")


def test_the_mailed_link_opens_in_a_browser_where_somebody_is_signed_in(hall: Hall, guest):
    guest.client.post(guest.url("saved"), {"mail": "guest@example.jp"})
    run_worker()
    letter = next((hall.home / "mail").glob("*.eml")).read_bytes()
    from email import message_from_bytes, policy

    link = re.search(r"/resume/[^/\s]+/", message_from_bytes(letter, policy=policy.default).get_content())[0]
    other = hall.browser("taro")
    began = Walk(other, CARD, hall.answers(CARD))
    moved = other.post(link)
    assert moved.status_code == 303
    assert other.get(moved["Location"]).status_code == 200
    assert other.get(began.url("filer_page")).status_code == 200, "and taro is still signed in"


def test_two_addresses_in_the_same_minute_get_a_letter_each(guest):
    for mail in ("wrong@example.jp", "right@example.jp", "right@example.jp"):
        assert guest.client.post(guest.url("saved"), {"mail": mail}).status_code == 200
    assert Mail.objects.count() == 2


def test_a_draft_past_its_days_cannot_be_taken_over_by_the_link(hall: Hall, guest):
    from datetime import timedelta

    from django.core import signing

    Draft.objects.update(expires_at=guest.draft.expires_at - timedelta(days=31))
    answer = hall.browser().post(f"/resume/{signing.dumps(guest.draft_id, salt='resume')}/")
    assert answer.status_code == 404


@pytest.fixture
def expired(hall: Hall) -> Walk:
    """Hanako's draft at the documents, two hours later."""
    found = Walk(hall.browser("hanako"), CARD, hall.answers(CARD))
    found.go(stop="documents")
    del found.client.cookies[owners.RESIDENT_COOKIE]
    return found


@pytest.mark.parametrize("page", ["filer_page", "documents", "check", "saved"])
def test_every_page_of_a_draft_asks_to_sign_in_again_and_leads_back(hall: Hall, expired, page):
    away = expired.client.get(expired.url(page))
    assert (away.status_code, away["Location"]) == (303, f"/sign-in/?why=needed&next={expired.url(page)}")
    assert "ログインが必要です" in text(expired.client.get(away["Location"]))
    back = expired.client.post("/sign-in/trial/", {"person": "hanako", "next": expired.url(page)})
    assert back["Location"] == expired.url(page)
    assert expired.client.get(back["Location"]).status_code == 200


def test_photos_chosen_after_the_sign_in_ran_out_are_said_to_be_missing(expired):
    photo = SimpleUploadedFile("a.jpg", papers.jpeg(), content_type="image/jpeg")
    away = expired.client.post(expired.url("documents"), {"_action": "add", "file.passbook": photo})
    assert away["Location"] == f"/sign-in/?why=files&next={expired.url('documents')}"
    assert "まだ届いていません" in text(expired.client.get(away["Location"]))
    assert expired.draft.files == {}


def test_a_submit_after_the_sign_in_ran_out_files_nothing_and_comes_back(expired):
    away = expired.client.post(expired.url("check"), {"ok": "yes"})
    assert away["Location"].endswith(f"next={expired.url('check')}")
    assert not Application.objects.exists()


def test_a_form_with_the_card_says_why_it_asks_and_that_it_worked(hall: Hall):
    hall.definition(CARD)
    client = hall.browser()
    away = client.post(f"/p/{CARD}/start/")
    assert away["Location"] == f"/sign-in/?why=card&next=/p/{CARD}/%3Fready%3D1"
    page = text(client.get(away["Location"]))
    assert "本人確認が必要です" in page
    back = client.post("/sign-in/trial/", {"person": "hanako", "next": f"/p/{CARD}/?ready=1"})
    assert "本人確認ができました" in text(client.get(back["Location"]))
    assert "本人確認ができました" not in text(hall.browser().get(f"/p/{CARD}/?ready=1")), "said only when it is so"


def test_what_a_guest_signed_in_owner_opens():
    owner = identity.Owner("r:1", True, "g:2")
    assert owner.keys == ("r:1", "g:2")
    assert identity.Owner("g:2", False).keys == ("g:2",)


def test_the_save_button_of_the_documents_page_keeps_the_photos(hall: Hall):
    walk = Walk(hall.browser("hanako"), CARD, hall.answers(CARD))
    walk.go(stop="documents")
    page = text(walk.client.get(walk.url("documents")))
    assert 'form="f" name="_action" value="save"' in page
    assert "写真（JPEG・PNG）" in page and "1つ10MBまで" in page and "合わせて60MBまで" in page
    photo = SimpleUploadedFile("a.jpg", papers.jpeg(), content_type="image/jpeg")
    answer = walk.client.post(walk.url("documents"), {"_action": "save", "file.passbook": photo})
    assert answer["Location"] == walk.url("saved")
    assert [f["name"] for f in walk.draft.files["passbook"]] == ["a.jpg"]
    assert walk.url("saved") in text(walk.client.get(walk.url("check"))), "and the check page leads there too"


def test_what_is_missing_on_the_check_page_is_marked_where_it_is_missing(hall: Hall):
    walk = Walk(hall.browser("hanako"), CARD, hall.answers(CARD))
    walk.go()
    page = text(walk.client.post(walk.url("check"), {"mail": "x@"}))
    for name in ("ok", "mail"):
        assert f'href="#{name}"' in page
        assert f'id="{name}-e"' in page
        assert f'aria-describedby="{name}-e' in page


def test_the_check_page_says_whether_it_can_be_sent_yet(hall: Hall):
    walk = Walk(hall.browser("hanako"), CARD, hall.answers(CARD))
    assert "まだ送信できません" in text(walk.client.get(walk.url("check")))
    walk.go()
    page = text(walk.client.get(walk.url("check")))
    assert ("まだ送信できません" in page) == ("を添付してください" in page)


def test_the_look_up_says_which_number_is_missing(hall: Hall):
    page = text(hall.browser().post("/status/", {"receipt": "R8-1234-5678-9", "code": ""}))
    assert "確認番号を入力してください" in page
    assert "受付番号を入力してください" not in page
    assert 'value="R8-1234-5678-9"' in page


def test_a_guest_who_comes_back_to_the_receipt_is_told_that_the_code_was_shown_once(hall: Hall):
    walk = Walk(hall.browser(), GUEST, hall.answers(GUEST))
    filed = file_it(walk)
    page = text(walk.client.get(f"/my/{filed.id}/filed/"))
    assert re.search(r'class="receipt num">\d{8}<', page)
    del walk.client.cookies["mado_code"]
    page = text(walk.client.get(f"/my/{filed.id}/filed/"))
    assert "送信した直後の画面にだけ表示しました" in page


@pytest.mark.parametrize(("slug", "word"), [("ninshin-todoke", "届出"), (CARD, "請求"), (GUEST, "申請")])
def test_the_receipt_calls_it_by_its_legal_kind(hall: Hall, slug, word):
    who = "" if slug == GUEST else "hanako"
    walk = Walk(hall.browser(who), slug, hall.answers(slug))
    assert f"{word}を受け付けました" in text(walk.client.get(f"/my/{file_it(walk).id}/filed/"))


def test_a_card_reading_that_was_typed_over_is_no_longer_called_one(hall: Hall):
    answers = hall.answers("ninshin-todoke") | {"filer": "self"}
    walk = Walk(hall.browser("hanako"), "ninshin-todoke", answers)
    walk.go(stop="mother_page")
    fresh = text(walk.client.get(walk.url("mother_page")))
    count = fresh.count("カードから読み取った内容です")
    assert count >= 2
    typed = walk.client.post(walk.url("mother_page"), {"_action": "next", "name.sei": "別人", "name.mei": "花子"})
    assert typed.status_code == 422
    assert text(typed).count("カードから読み取った内容です") < count


def test_who_asked_to_withdraw_reads_so_at_the_top(hall: Hall):
    walk = Walk(hall.browser("hanako"), CARD, hall.answers(CARD))
    filed = file_it(walk)
    client = walk.client
    assert client.post(f"/my/{filed.id}/withdraw/").status_code == 303
    page = text(client.get(f"/my/{filed.id}/"))
    assert page.index("取下げの申し出を受け付けました") < page.index("これまでの経過")
    assert "取下げを申し出る</button>" not in page
    Application.objects.update(status="withdrawn")
    page = text(client.get(f"/my/{filed.id}/"))
    assert "取下げの申し出を受け付けました" not in page
    assert "まだ残っていること" not in page


def test_the_postcode_is_looked_up_in_every_thread(hall: Hall):
    """The library's own connection answers only in the thread that imported it."""
    from concurrent.futures import ThreadPoolExecutor

    from madoguchi.procedures import postcodes

    postcodes.look_up.cache_clear()
    assert postcodes.look_up("9268611") == ("石川県七尾市", "袖ケ江町")
    for code in ("9200962", "1000001", "9260046"):
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(postcodes.look_up, code).result() is not None, code


def test_the_answer_of_the_postcode_stands_at_the_field(hall: Hall):
    walk = Walk(hall.browser(), GUEST, hall.answers(GUEST))
    walk.go(stop="applicant_page")
    page = text(walk.post("applicant_page", action="zip:address", address__zip="0000000"))
    assert page.index('id="address-zip"') < page.index("住所が見つかりませんでした") < page.index('id="address-city"')
    assert 'formaction="./#address-zip"' in page, "and the page opens there"
