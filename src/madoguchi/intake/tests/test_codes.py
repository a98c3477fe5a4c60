"""A guest's access code is lost or locked: a new one over the mail address of the filing; and what the receipt says of it."""

from __future__ import annotations

import datetime as dt
import io
import re
import uuid
from email import message_from_bytes, policy

import pypdf
import pytest
from tests.support.hall import OPENING, Hall, run_worker
from tests.support.walk import text

from madoguchi.intake import applications, codes, filing
from madoguchi.intake import public as intake
from madoguchi.intake.errors import CodeWrong
from madoguchi.intake.models import Application
from madoguchi.intake.rules import MAX_TRIES
from madoguchi.kernel import audit, clock
from madoguchi.kernel.models import AuditEntry
from madoguchi.notifications.models import Mail
from madoguchi.procedures import public as procedures
from madoguchi.procedures.rules import generate

from .test_filing import GUEST_SLUG, walked

MAIL = "Guest@example.jp"


@pytest.fixture
def filed(hall: Hall) -> tuple[Application, str]:
    """An application filed without the card, and its code."""
    walk = walked(hall, "", GUEST_SLUG)
    sent = walk.submit(mail=MAIL)
    assert sent.status_code == 303, text(sent)[:2000]
    row = Application.objects.get(draft_id=walk.draft_id)
    run_worker()
    return row, shown_code(walk.client.get(sent["Location"]), row)


def shown_code(page, row: Application) -> str:
    row.refresh_from_db()
    found = [d for d in re.findall(r"(?<!\d)\d{8}(?!\d)", text(page)) if filing.code_digest(row.receipt, d) == row.code_digest]
    assert found, "no code is shown"
    return found[0]


def ask(hall: Hall, receipt: str, mail: str):
    return hall.browser().post("/status/code/", {"receipt": receipt, "mail": mail})


def links(hall: Hall) -> list[str]:
    """The links that were mailed, in the order of their files."""
    run_worker()
    letters = [message_from_bytes(p.read_bytes(), policy=policy.default) for p in sorted((hall.home / "mail").glob("*.eml"))]
    return [found[0] for m in letters if (found := re.search(r"/status/code/[^/\s]+/", m.get_content()))]


def lock(row: Application) -> None:
    for n in range(MAX_TRIES):
        with pytest.raises(CodeWrong):
            applications.application_by_code(receipt=row.receipt, code=f"{n:08d}")


def test_the_page_of_the_look_up_leads_to_a_new_code(hall: Hall):
    page = text(hall.browser().get("/status/"))
    assert 'href="/status/code/"' in page
    assert "メールアドレスを入力していない方" in text(hall.browser().get("/status/code/"))


def test_a_new_code_by_the_mailed_link_opens_and_the_old_one_does_not(hall: Hall, filed):
    row, old = filed
    assert ask(hall, row.receipt.lower(), MAIL.lower()).status_code == 200
    link, = links(hall)
    other = hall.browser()
    page = other.get(link)
    assert page.status_code == 200
    assert row.receipt in text(page)
    row.refresh_from_db()
    assert filing.code_digest(row.receipt, old) == row.code_digest, "looking into the link changes nothing"
    made = other.post(link)
    assert (made.status_code, made["Location"]) == (303, f"/my/{row.id}/code/")
    new = shown_code(other.get(made["Location"]), row)
    assert new != old
    fresh = hall.browser()
    assert fresh.post("/status/", {"receipt": row.receipt, "code": old}).status_code == 422
    assert fresh.post("/status/", {"receipt": row.receipt, "code": new}).status_code == 303
    assert "確認番号を新しくしました" in text(fresh.get(f"/my/{row.id}/"))


def test_a_locked_number_opens_again_with_the_new_code(hall: Hall, filed):
    row, _ = filed
    lock(row)
    refused = hall.browser().post("/status/", {"receipt": row.receipt, "code": "12345678"})
    assert "「確認番号がわからないとき」から" in text(refused)
    ask(hall, row.receipt, MAIL)
    client = hall.browser()
    code = shown_code(client.get(client.post(links(hall)[0])["Location"]), row)
    assert hall.browser().post("/status/", {"receipt": row.receipt, "code": code}).status_code == 303


def test_a_link_opens_once(hall: Hall, filed):
    row, _ = filed
    ask(hall, row.receipt, MAIL)
    link, = links(hall)
    assert hall.browser().post(link).status_code == 303
    row.refresh_from_db()
    for again in (hall.browser().get(link), hall.browser().post(link)):
        assert again.status_code == 404
        assert "すでに使われています" in text(again)
    before = row.code_digest
    row.refresh_from_db()
    assert row.code_digest == before


def test_a_link_runs_out_and_a_forged_one_opens_nothing(hall: Hall, filed):
    row, _ = filed
    ask(hall, row.receipt, MAIL)
    link, = links(hall)
    with clock.frozen(OPENING + dt.timedelta(minutes=codes.MINUTES + 1)):
        assert hall.browser().post(link).status_code == 404
    assert hall.browser().post(f"{link[:-4]}AAA/").status_code == 404
    assert hall.browser().post(link).status_code == 303


def test_the_answer_is_the_same_whether_the_two_belong_together_or_not(hall: Hall, filed):
    row, _ = filed
    count = Mail.objects.count()
    none = [ask(hall, row.receipt, "other@example.jp"), ask(hall, "R8-1111-1111-1", "other@example.jp"), ask(hall, "nothing", "other@example.jp")]
    assert Mail.objects.count() == count
    right = ask(hall, row.receipt, MAIL)
    assert links(hall)

    def said(page) -> str:
        main = text(page)[text(page).index("<main"):]
        return re.sub(r'value="[^"]*"', "", main).replace(MAIL, "*").replace("other@example.jp", "*")

    assert {page.status_code for page in [*none, right]} == {200}
    assert len({said(page) for page in [*none, right]}) == 1


def test_neither_the_card_nor_another_case_gets_a_code(hall: Hall, filed):
    card = hall.file("hanako", "jidou-teate-kifu", mail=MAIL)
    run_worker()
    count = Mail.objects.count()
    ask(hall, card.receipt, MAIL)
    assert Mail.objects.count() == count
    assert hall.browser().get(f"/my/{filed[0].id}/code/").status_code == 303, "a stranger is asked to sign in"
    assert hall.browser("taro").get(f"/my/{filed[0].id}/code/").status_code == 404


def test_what_is_missing_is_said_and_what_was_typed_stays(hall: Hall):
    page = ask(hall, "", "guest@example")
    assert page.status_code == 422
    assert "受付番号を入力してください" in text(page)
    assert "guest@example" in text(page)
    assert 'href="#mail"' in text(page)


def test_asking_too_often_for_one_number_waits_whether_it_is_there_or_not(hall: Hall, settings, filed):
    from madoguchi.kernel import limits

    settings.LIMITS = settings.LIMITS | {"mail.owner": limits.Rate(2, 3600)}
    for receipt in (filed[0].receipt, "R8-1111-1111-1"):
        assert [ask(hall, receipt, "x@example.jp").status_code for _ in range(3)] == [200, 200, 429]


def test_the_record_says_that_it_was_made_and_never_the_code(hall: Hall, filed):
    row, old = filed
    ask(hall, row.receipt, MAIL)
    client = hall.browser()
    code = shown_code(client.get(client.post(links(hall)[0])["Location"]), row)
    entries = list(AuditEntry.objects.filter(chain=f"case:{row.id}", action__startswith="code.").order_by("seq"))
    assert [e.action for e in entries] == ["code.asked", "code.renewed"]
    assert not any(c in str(e.facts) for e in entries for c in (code, old))
    assert code not in str(row.view)
    assert audit.verify() == []


def test_the_mail_is_in_the_language_of_the_filing(hall: Hall, filed):
    row, _ = filed
    Application.objects.filter(id=row.id).update(language="en")
    ask(hall, row.receipt, MAIL)
    assert "A new access code" in Mail.objects.latest("id").subject


# --- the receipt


def receipt_words(client, row: Application) -> str:
    page = client.get(f"/my/{row.id}/receipt/")
    assert page.status_code == 200
    data = b"".join(page.streaming_content) if page.streaming else page.content
    return "".join("".join(p.extract_text() for p in pypdf.PdfReader(io.BytesIO(data)).pages).split())


def test_the_receipt_of_a_guest_says_where_the_code_is(hall: Hall, filed):
    row, code = filed
    client = hall.browser()
    client.post("/status/", {"receipt": row.receipt, "code": code})
    words = receipt_words(client, row)
    assert "受付番号と確認番号(8けた)を入力してください。" in words
    assert "この票には書いてありません。" in words
    assert "「確認番号がわからないとき」" in words
    assert code not in words


def test_the_receipt_of_who_signed_in_says_how_to_come_back_and_of_no_code(hall: Hall):
    row = hall.file("hanako", "jidou-teate-kifu")
    words = receipt_words(hall.browser("hanako"), row)
    assert "/my/で、手続きのときと同じマイナンバーカードでログインしてください。確認番号は要りません。" in words
    assert "/status/" not in words


def on_paper(hall: Hall) -> Application:
    """An application that came on paper."""
    packet, d = str(uuid.uuid4()), hall.definition("jidou-teate-kifu")
    draft = intake.paper_start(packet=packet, slug="jidou-teate-kifu", version=procedures.current("jidou-teate-kifu").number)
    answers, saved = hall.answers("jidou-teate-kifu"), set[str]()
    while step := next((s for s in intake.paper_read(packet=packet, draft_id=draft).asked if s.id not in saved), None):
        intake.paper_save(packet=packet, draft_id=draft, step_id=step.id, raw=generate.as_lists(generate.post_data(d, step, answers)))
        saved.add(step.id)
    return intake.paper_submit(packet=packet, draft_id=draft, actor="staff:tanaka", received=clock.now(), scans=()).application


def test_the_receipt_of_a_paper_says_that_the_counter_hands_the_code_over(hall: Hall):
    from madoguchi.casework import codes as desk
    from madoguchi.intake.receipts import receipt_file

    row = on_paper(hall)
    run_worker()
    assert row.code_digest == ""
    file = receipt_file(row)
    with (hall.home / "files" / file.place).open("rb") as source:
        before = "".join("".join(p.extract_text() for p in pypdf.PdfReader(source).pages).split())
    assert "紙で受け付けた手続きです。" in before
    assert "確認番号は、まだお渡ししていません。担当課の窓口で、本人であることを確かめてからお渡しします。" in before
    _, code = desk.code_issue(actor=hall.staff("tanaka"), case_id=str(row.id), how="運転免許証を窓口で確認")
    client = hall.browser()
    assert client.post("/status/", {"receipt": row.receipt, "code": code}).status_code == 303
    assert "受付番号と、窓口でお渡しした確認番号(8けた)を入力してください。" in receipt_words(client, row)


def test_what_the_old_code_opened_is_closed_by_the_new_one(hall: Hall, filed):
    row, code = filed
    finder, own = hall.browser(), hall.browser()
    for browser in (finder, own):
        assert browser.post("/status/", {"receipt": row.receipt, "code": code}).status_code == 303
        assert browser.get(f"/my/{row.id}/").status_code == 200
    ask(hall, row.receipt, MAIL)
    assert own.post(links(hall)[-1]).status_code == 303
    assert own.get(f"/my/{row.id}/").status_code == 200
    assert finder.get(f"/my/{row.id}/").status_code in (303, 404) and row.receipt not in text(finder.get(f"/my/{row.id}/", follow=True))
