"""A 届出, a 請求 and a 申出 are no 申請 (GLOSSARY): no page, mail, receipt or record of one calls it so. Names and texts of the
definitions are the law's; the desk of the staff is called 申請審査, whatever lies on it."""

from __future__ import annotations

import datetime as dt
import io
import re

import pytest
from django.http import HttpResponse
from lxml import html
from pypdf import PdfReader
from tests.support.hall import OPENING, Hall, run_worker

from madoguchi.casework import services, talk
from madoguchi.casework.models import Case
from madoguchi.kernel.models import AuditEntry
from madoguchi.notifications.models import Mail

WRONG, DESK = "申請", ("申請審査", "申請一覧")
KINDS = {"jidou-teate-shoumetsu": "届出", "jidou-teate-mishiharai": "請求"}


def said(answer: HttpResponse) -> str:
    """What stands on a page, and in its title; of a page of the staff without list and menu."""
    assert answer.status_code in (200, 422), answer.status_code
    page = html.fromstring(answer.content)
    for beside in page.xpath("//head/*[not(self::title)] | //script | //nav[@class='rail'] | //section[@class='list'] | //dialog"):
        beside.drop_tree()
    return " ".join([page.text_content(), *page.xpath("//@aria-label | //@placeholder")])


def called(words: str) -> list[str]:
    """Where it is called so."""
    for name in DESK:
        words = words.replace(name, "")
    return re.findall(f".{{0,20}}{WRONG}.{{0,20}}", words)


def of_residents(hall: Hall, case: Case) -> dict[str, list[str]]:
    """By page."""
    browser = hall.browser("hanako")
    found = {url: said(browser.get(url)) for url in (
        "/my/", "/status/", "/status/code/", f"/my/{case.id}/", f"/my/{case.id}/correct/", f"/my/{case.id}/withdraw/", f"/my/{case.id}/address/")
        if browser.get(url).status_code == 200}
    sheet = browser.get(f"/my/{case.id}/receipt/")
    data = b"".join(sheet.streaming_content) if sheet.streaming else sheet.content
    found["receipt"] = re.sub(r"\s", "", "".join(p.extract_text() for p in PdfReader(io.BytesIO(data)).pages))
    return {url: wrong for url, words in found.items() if (wrong := called(words))}


def of_staff(hall: Hall, case: Case) -> dict[str, list[str]]:
    """By page."""
    desk, url = hall.desk("tanaka"), f"/staff/case/{case.id}/"
    pages = ["", "?tab=answers", "?tab=files", "?tab=talk", "?tab=history"] + (["correct/", "decide/"] if case.state == "received" else [])
    return {page: wrong for page in pages if (wrong := called(said(desk.get(url + page))))}


@pytest.mark.parametrize("slug", KINDS)
def test_nobody_calls_it_an_application(hall: Hall, slug):
    assert hall.definition(slug).kind == KINDS[slug]
    draft = hall.draft("hanako", slug)
    check = said(hall.browser("hanako").get(f"/a/{draft.id}/check/"))
    sent = hall.send(hall.owner("hanako"), draft, mail="hanako@example.jp").application
    run_worker()
    case, tanaka = Case.objects.get(id=sent.id), hall.staff("tanaka")
    filed = said(hall.browser("hanako").get(f"/my/{case.id}/filed/"))
    assert (called(check), called(filed), of_residents(hall, case), of_staff(hall, case)) == ([], [], {}, {})
    talk.talk_write(actor=tanaka, case_id=case.ref, text="見本")
    services.correction_request(actor=tanaka, case_id=case.ref, items=[("phone", "見本")], due_on=OPENING.date() + dt.timedelta(days=9))
    run_worker()
    case.refresh_from_db()
    assert (of_residents(hall, case), of_staff(hall, case)) == ({}, {})
    assert hall.browser("hanako").post(f"/my/{case.id}/withdraw/", {"ok": "yes"}).status_code == 303
    run_worker()
    case.refresh_from_db()
    assert case.state == "withdrawn" and (of_residents(hall, case), of_staff(hall, case)) == ({}, {})
    assert {m.subject: called(m.subject + m.body) for m in Mail.objects.all() if called(m.subject + m.body)} == {}
    assert AuditEntry.objects.filter(chain=f"case:{case.id}", action="case.withdrawn").exists()


def test_what_releases_before_said_is_said_as_now(hall: Hall):
    case = hall.case("hanako", "jidou-teate-shoumetsu")
    row = hall.seen_by_applicant(case)
    row.view = row.view | {"timeline": [{"at": OPENING.isoformat(), "ja": ja} for ja in ("申請を受け付けました", "申請を取り下げました")]}
    row.save()
    browser = hall.browser("hanako")
    assert "お手続きを受け付けました" in (words := said(browser.get(f"/my/{case.id}/"))) and not called(words)
    browser.cookies["ui_lang"] = "en"
    assert "Your submission was received" in said(browser.get(f"/my/{case.id}/"))
