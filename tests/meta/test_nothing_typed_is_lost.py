"""Every form in which somebody types, sent after the sign-in has ended: the words come back in the same form to the same
person, to nobody else, and nothing was done (docs/adr/0031). A new address that takes a form fails here until it is walked."""

from __future__ import annotations

import datetime as dt
import re
import uuid

import pytest
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import get_resolver, resolve
from tests.support import papers
from tests.support.forms import TYPED, Form, forms_of
from tests.support.hall import OPENING, Hall, run_worker
from tests.support.walk import text

from madoguchi.agency import services as agency
from madoguchi.booking.tests.conftest import by_phone
from madoguchi.builder import services as builder
from madoguchi.cards.tests.conftest import card_given
from madoguchi.cards.tests.test_outings import made
from madoguchi.casework import bulk, holds, services, states, talk
from madoguchi.casework.models import Note
from madoguchi.collection.models import Demand, Money
from madoguchi.collection.tests.conftest import (
    change_waiting,
    debit_asked,
    debited,
    excess_of_payer,
    name_waiting,
    unmatched_money,
    write_off_asked,
)
from madoguchi.counter import interviewing
from madoguchi.guide.services import plan_start
from madoguchi.guide.tests.test_plans import DAMAGED as DAMAGED_ANSWERS
from madoguchi.identity import factors, kept
from madoguchi.identity.models import KeptInput, StaffSession
from madoguchi.identity.owners import BUSINESS_COOKIE, GUEST_COOKIE, RESIDENT_COOKIE, business_sign_in
from madoguchi.identity.public import TRIAL_BUSINESSES, TRIAL_PASSWORD, business_signed_in
from madoguchi.intake import companies, drafts
from madoguchi.intake.models import Application
from madoguchi.inventory.tests.conftest import listed
from madoguchi.inventory.tests.conftest import waiting as upload_waiting
from madoguchi.kernel import clock
from madoguchi.kernel.models import AuditEntry
from madoguchi.payments import cashier, till
from madoguchi.payments import services as charging
from madoguchi.procedures.public import finder
from madoguchi.register.public import trial_town
from madoguchi.scans.tests.conftest import on_covered_paper

NUMBERED, CLAIM, RISAI, CARE = "ninshin-todoke", "jidou-teate-mishiharai", "risai-shoumei", "kaigo-nintei-shinki"
DAMAGED = {key: [value] for key, value in DAMAGED_ANSWERS.items()}
NUMBERED_PAPER = "jidou-teate-gaku-kaitei"
BACK = "ログインする前に入力した内容を戻しました"
# Addresses that take a form in which nothing is typed, or that nobody needs a sign-in for.
OPEN = {
    "display_settings": "buttons", "card_sign_in": "the sign-in itself", "trial_sign_in": "the sign-in itself", "sign_out": "a button",
    "staff_sign_in": "the sign-in itself", "staff_second": "the sign-in itself", "office_sign_in": "the sign-in itself",
    "staff_sign_out": "a button", "account_totp": "proves who somebody is", "account_passkey": "proves who somebody is",
    "account_password": "proves who somebody is", "account_recovery": "a button", "factor_remove": "a button", "session_end": "a button",
    "absence_end": "a button", "start": "a button", "discard": "a button", "resume": "a button behind a signed link",
    "code_ask": "no sign-in", "code_link": "a button behind a signed link",
    "saved": "a guest's: no sign-in",
    "guide": "no sign-in", "plan": "ticks", "plan_drop": "a button",
    "withdraw": "a button", "look_up": "no sign-in", "mandate_end": "a button", "invited": "buttons", "case_take": "a button",
    "case_talk_seen": "a button", "staff_unrole": "a button", "parcel_retry": "a button", "operations_retry": "a button",
    "operations_skip": "one choice out of a list; nothing is typed", "survey_of_case": "a button", "stuck_retry": "a button",
    "guardian_end": "a button", "guardian_proof": "a file and buttons", "guardian": "a button",
    "counter": "no sign-in", "counter_end": "no sign-in", "helps": "one choice out of a list; nothing is typed", "help_end": "a button",
    "counter_read": "no sign-in", "interviews": "ticks", "interview_show": "one choice out of a list; nothing is typed",
    "interview_act": "buttons", "interview_documents": "a file",
    "bulk_confirm": "ticks that the preview sets",
    "business_sign_in": "the sign-in itself", "business_trial": "the sign-in itself", "office_answer": "buttons", "office_end": "a button",
    "card_hook": "a gateway's notice: no sign-in", "pay_card": "a button", "pay_slip": "a button", "pay_debit": "a button", "fee_slip": "a button",
    "pay_cancel": "a button", "payment_refund_act": "a button",
    "second_ask": "one reason; its form is there only while a certificate of damage is decided",
    "survey_decline": "one reason; its form is there only while a second survey is asked for",
    "payment_keep": "one choice out of a list; nothing is typed",
    "staff_unlock": "the form of staff_reset", "demand_slips": "a button", "excess_answer": "a button", "excess_letter": "a button",
    "back_letter": "a button",
    "change": "buttons", "names": "a file", "name": "buttons", "demand_late": "a button", "write_off_answer": "buttons",
    "unmatch_answer": "buttons", "debits_file": "a file",
    "case_paper_put": "a file", "inventory_uploads": "a file", "inventory_link": "a button", "inventory_heading": "a button",
    "inventory_doubles": "a button",
    "case_paper_drop": "a button", "debit_drop": "a button",
    "debits_fees": "one day; its form is there only while fees wait for the bank",
    "notice_seen": "one reason; its form is there only while the gateway has said something odd",
    "transfer_back": "one reason; its form is there only while the day of a file is to come",
    "staff_sessions": "the form of staff_reset",
    "builder_open": "a button", "builder_preview": "a look at what is typed, by a script; nothing is kept", "builder_act": "buttons",
    "builder_offers": "a file", "builder_offer": "one choice; nothing is typed", "builder_try": "tried out with invented answers; nothing is kept",
    "booking_hold": "a button: no sign-in", "booking_find": "no sign-in", "booking_feed": "a button",
    "booking_wait": "no sign-in", "booking_waiting": "buttons behind a signed link", "staff_booking_mark": "buttons",
    "staff_booking_code": "a button", "staff_booking_told": "a button", "staff_waiting_told": "buttons", "interview_take": "a button",
    "staff_booking_cancel": "a button", "staff_booking_change": "buttons", "booking_closure_end": "a button", "staff_booking_feed": "a button",
    "queue_cancel": "a button: no sign-in", "queue_kiosk": "no sign-in", "staff_desk_press": "buttons", "staff_kiosk_end": "a button",
    "demand_counter": "ticks of what is due, which may be paid meanwhile",
    "taxes_choose": "ticks of what is due, which may be paid meanwhile", "taxes_card": "a button", "taxes_cancel": "a button",
    "cards": "a search", "card_receive": "no sign-in", "cards_import": "a file",
    "card_rates": "a file with its source", "card_expiries": "a file", "card_expiry_letters": "a button", "card_expiry_drop": "a button",
    "card_outing": "ticks", "card_outing_cancel": "a button", "card_letters": "buttons", "card_hand": "a button",
    "card_return": "one choice out of a list; nothing is typed",
    "scans": "a file", "scan_drop": "a button", "scan_clear": "a button", "scan_blanks": "a button", "scan_page": "two choices; nothing is typed",
    "taxes_slips": "a button", "taxes_mail_stop": "a button",
}


def posts(hall: Hall) -> set[str]:
    """The names of all addresses that take a form, as they answer."""
    def walk(resolver, before="/"):
        for pattern in resolver.url_patterns:
            if hasattr(pattern, "url_patterns"):
                yield from walk(pattern, before + str(pattern.pattern))
            else:
                yield pattern.name, before + str(pattern.pattern)

    made = {"int": "1", "slug": "x", "uuidtext": str(uuid.uuid4()), "str": "x", "path": "cover"}
    windows, out = (hall.browser("hanako"), hall.desk("admin")), set()
    for name, route in walk(get_resolver()):
        if route.startswith(("/static/", "/api/")):
            continue
        answer = windows[route.startswith("/staff/")].put(re.sub(r"<(\w+):\w+>", lambda m: made[m[1]], route))
        if answer.status_code == 405 and "POST" in answer["Allow"]:
            out.add(name)
    return out


LINES = [{"label": "証明書", "unit": 600, "count": 1, "sum": 600}, {"label": "生活保護を受けている方", "unit": -300, "count": 1, "sum": -300}]


@pytest.fixture
def town(hall: Hall, db: None) -> list[tuple[str, str]]:
    """(who, page) of every page with forms: cases in every state, drafts, mandates, surveys."""
    from madoguchi.offices.public import disasters_seed
    from madoguchi.scans.tests.conftest import correcting as paper_correcting
    from madoguchi.scans.tests.conftest import waiting as paper_waiting
    from madoguchi.survey import services as surveys
    from madoguchi.survey.models import Survey
    from madoguchi.survey.tests.conftest import FOUND, conclude
    from madoguchi.survey.tests.conftest import answers as flooded

    disasters_seed(actor="test")
    received = hall.case("hanako", NUMBERED, hall.answers(NUMBERED) | {"my_number": "123456789018"})
    talk.talk_write(actor=hall.staff("yoshida"), case_id=received.ref, text="確認です")
    correcting = hall.case("hanako", NUMBERED)
    services.correction_request(actor=hall.staff("yoshida"), case_id=correcting.ref, items=[("phone", "番号をもう一度")],
                                due_on=OPENING.date() + dt.timedelta(days=9))
    proposed, claims = hall.case("hanako", CLAIM), [hall.case("taro", CLAIM), hall.case("ume", CLAIM)]
    hall.propose(proposed, "tanaka", hall.definition(CLAIM).review.outcomes[0].id)
    decided = hall.case("hanako", NUMBERED)
    hall.decide(decided, "accept", "yoshida")
    looked_at_again = hall.case("ume", NUMBERED)
    hall.decide(looked_at_again, "accept", "yoshida")
    services.case_reopen(actor=hall.staff("yoshida"), case_id=looked_at_again.ref, why="計算の誤り")
    held = hall.case("taro", NUMBERED)
    hall.decide(held, "accept", "yoshida")
    holds.hold_place(actor=hall.staff("yoshida"), case_id=held.ref, kind=next(iter(states.HOLDS)), why="審査請求のため")
    factors._keep(hall.staff("tanaka"), "totp", "電話", {"secret": factors.secret_new()})
    run = bulk.run_start(actor=hall.staff("tanaka"), act="propose", case_ids=[c.ref for c in claims])
    flat, surveyed = hall.case("hanako", RISAI, flooded()), hall.case("taro", RISAI, flooded())
    survey, done = Survey.objects.get(case=flat), Survey.objects.get(case=surveyed)
    surveys.survey_record(actor=hall.staff("yamada"), survey_id=str(done.id), finding=FOUND)
    conclude(hall, surveyed)
    draft = hall.draft("hanako", NUMBERED)
    _, code = agency.mandate_offer(owner=hall.owner("taro"), name="見本花子", scope=[NUMBERED], acts=["see"],
                                       ends_on=clock.today() + dt.timedelta(days=60))
    on_mandate = agency.mandate_answer(owner=hall.owner("hanako"), code=code, accept=True)
    hall.definition(CARE)
    office = hall.organisation("kyotaku", CARE)
    case = "/staff/case/{0.id}/".format
    fees = []
    for ref in (claims[0].ref, claims[1].ref):
        with transaction.atomic():
            fees.append(charging.payment_make(key=f"fee:{ref}", case_ref=ref, receipt=claims[0].receipt, section="kosodate", subject="証明書",
                                              lines=LINES, amount=300, due_at=None, actor="test"))
    cashier.cash_take(actor=hall.staff("tanaka"), payment_id=str(fees[0].id), tendered=300)
    counted = till.till_close(actor=hall.staff("tanaka"), section="kosodate", count=till.Count({100: 3}, 300, "", 1, 300))
    from madoguchi.agency.tests.test_guardians import accepted, asked

    legal = [asked(hall), accepted(hall)]
    paid, (twice, _) = unmatched_money(), excess_of_payer()
    set_ = Money.objects.filter(outcome="applied", channel="cvs").first()
    procedure, list_waiting = listed(), upload_waiting()
    builder.copy_open(actor=hall.staff("tanaka"), slug=CLAIM)
    from madoguchi.builder.tests.conftest import wanted

    wanted(hall, "tanaka", "jidou-teate-henkou")
    trial_town(actor="test")
    waiting, owing = change_waiting(hall), Demand.objects.filter(charge="keiji").last().id
    write_off_asked(hall)
    debit_asked()
    asked_of_bank = debited(hall)
    plan = f"/guide/list/{plan_start(owner=hall.owner('hanako'), finder=finder('hisai'), raw=DAMAGED).id}/"
    talked = interviewing.interview_begin(actor=hall.staff("tanaka"), slugs=[CLAIM, NUMBERED])
    first = hall.definition(NUMBERED).steps[0].id
    on_paper, put_right = paper_waiting()[0], paper_correcting(hall, "tanaka", CLAIM, "phone")
    hall.definition(NUMBERED_PAPER)
    numbered_sheet, numbered_paper = paper_waiting(slug=NUMBERED_PAPER)[1], on_covered_paper(received.ref)
    return [("hanako", f"{plan}answers/"), ("hanako", f"{plan}together/?p={RISAI}"),
        ("taro", "/my/guardians/new/"), *(("matsuda", f"/staff/guardians/{row.id}/") for row in legal),
        ("matsuda", f"/staff/guardians/mandates/{on_mandate.id}/"),
        *(("yoshida", case(received) + tail) for tail in ("", "?tab=answers", "?tab=talk", "?tab=history", "correct/", "decide/")),
        ("tanaka", case(put_right) + "answer/"), ("tanaka", case(put_right) + "?tab=talk"), ("suzuki", case(proposed)), ("kimura", case(proposed)),
        ("yoshida", case(correcting)), ("yoshida", case(decided)), ("yoshida", case(looked_at_again)),
        ("yoshida", case(decided) + "?tab=history"), ("yoshida", case(held) + "?tab=history"),
        *(("tanaka", f"/staff/payments/{fee.id}/") for fee in fees),
        ("kimura", f"/staff/payments/{fees[1].id}/"), ("tanaka", "/staff/payments/sale/kosodate/"), ("tanaka", "/staff/payments/till/kosodate/"),
        ("kimura", f"/staff/payments/closes/{counted.id}/"),
        *(("tanaka", f"/staff/counter/interview/{talked.id}/{tail}") for tail in ("person/", "common/", f"{talked.drafts[1]}/{first}/")),
        ("tanaka", "/staff/"), ("tanaka", f"/staff/bulk/{run.id}/"),
        *(("yamada", f"/staff/collection/{tail}") for tail in (
            "demands/", "sheets/", "changes/", f"changes/{waiting.id}/", "names/", f"names/{name_waiting(hall).id}/",
            f"demands/{owing}/write-off/",
            "write-offs/", "runs/", "debits/", "accounts/", "transfers/",
            f"unmatched/{paid.id}/", f"unmatched/{set_.id}/", f"excess/{twice.id}/", f"debits/{asked_of_bank.id}/back/")),
        ("tanaka", "/staff/builder/new/"), *(("tanaka", f"/staff/builder/{CLAIM}/{tail}") for tail in (
            "text/", "part/cover/", "part/%E7%94%BB%E9%9D%A2/0/", "add/%E7%94%BB%E9%9D%A2/", "history/")),
        ("suzuki", "/staff/builder/jidou-teate-henkou/"),
        ("yamada", "/staff/booking/closures/"), ("yamada", "/staff/queue/"), ("yamada", "/staff/queue/kiosks/"),
        ("yamada", "/staff/booking/new/tax/?slot=2026-11-30T9:00"), ("okada", f"/staff/booking/b/{by_phone('card-pickup').id}/"),
        ("tanaka", f"/staff/scans/page/{numbered_sheet.id}/"), ("yoshida", f"/staff/case/{numbered_paper.id}/?tab=files"),
        *(("tanaka", f"/staff/scans/p/{on_paper.id}/{tail}") for tail in ("", "k/claimant_page/", "check/")),
        ("okada", "/staff/cards/outings/"), ("okada", f"/staff/cards/outings/{made(hall).key}/change/"),
        ("okada", f"/staff/cards/c/{card_given(hall)}/"),
        ("admin", f"/staff/inventory/{procedure.id}/"), ("admin", f"/staff/inventory/import/{list_waiting.id}/"),
        ("yamada", f"/staff/survey/{survey.id}/"), ("yamada", f"/staff/survey/{done.id}/"),
        ("kobayashi", "/staff/disasters/"), ("kobayashi", "/staff/disasters/trial-2026/"),
        ("suzuki", "/staff/absence/"), ("admin", "/staff/people/"),
        ("admin", f"/staff/people/{hall.staff('tanaka').id}/"), ("suzuki", "/staff/account/"),
        ("hanako", f"/a/{draft.id}/{hall.definition(NUMBERED).steps[1].id}/"), ("hanako", f"/a/{draft.id}/check/"),
        ("hanako", f"/a/{draft.id}/acting/"), ("hanako", f"/a/{draft.id}/documents/"),
        ("hanako", f"/my/{correcting.id}/correct/"), ("hanako", f"/my/{received.id}/mail/"),
        ("hanako", f"/my/{received.id}/"), ("hanako", f"/my/{decided.id}/filed/"),
        ("hanako", "/my/taxes/"), ("hanako", "/my/mandates/"), ("hanako", "/my/mandates/new/"),
        ("hanako", f"/my/mandates/organisation/?organisation={office.id}"),
        *(("ito", f"/staff/organisations/{tail}") for tail in ("new/", f"{office.id}/", "file/")),
    ]


def window(hall: Hall, who: str) -> Client:
    return hall.browser(who) if who in ("hanako", "taro", "ume") else hall.desk(who)


def end(client: Client) -> None:
    """The session is over, whichever it is; an old guest's cookie lies about as well."""
    Session.objects.all().delete()
    StaffSession.objects.all().delete()
    for name in (RESIDENT_COOKIE, BUSINESS_COOKIE):
        client.cookies.pop(name, None)
    client.cookies[GUEST_COOKIE] = "g" * 43


def send_after_the_end(hall: Hall, who: str, page: str, form: Form):
    client = window(hall, who)
    end(client)
    before = AuditEntry.objects.count()
    away = client.post(form.path, form.filled() | {name: SimpleUploadedFile("photo.jpg", papers.jpeg()) for name in form.files})
    assert away.status_code == 303, (form.path, away.status_code)
    assert "kept=yes" in away["Location"], (form.path, away["Location"])
    assert AuditEntry.objects.count() == before, "nothing was done"
    asked = client.get(away["Location"])
    assert "入力した内容は預かっています" in text(asked) or "いま選んだ写真や書類は、まだ届いていません" in text(asked), form.path
    return re.search(r'name="next" value="([^"]+)"', text(asked))[1].replace("&amp;", "&")


def opened(client: Client, address: str):
    """The page behind an address, through whatever leads there."""
    return client.get(address.partition("#")[0], follow=True)


def check_given_back(hall: Hall, who: str, page: str, form: Form) -> None:
    back = send_after_the_end(hall, who, page, form)
    assert back.partition("?")[0] == page.partition("?")[0]
    mine = opened(window(hall, who), back)
    assert mine.status_code == 200
    assert BACK in text(mine), (form.path, text(mine)[:2000])
    assert bool(form.files) == ("写真や書類は、もう一度選んでください" in text(mine)), form.path
    here = mine.request["PATH_INFO"]
    again = max((f for f in forms_of(mine, here) if f.path == form.path), key=lambda f: sum(f.hidden.get(k) == v for k, v in form.hidden.items()))
    wanted = {k: v for k, v in form.filled().items() if k not in form.hidden}
    assert {k: v for k, v in again.shown().items() if any(v)} == {k: v for k, v in wanted.items() if any(v)}, form.path
    other = "taro" if who == "hanako" else "sato"
    assert TYPED[:4] not in text(opened(window(hall, other), back)), "never to another person"


def test_every_form_gives_back_what_was_typed(hall, town):
    walked = set()
    for who, page in town:
        answer = window(hall, who).get(page)
        assert answer.status_code == 200, (who, page, answer.status_code)
        for form in forms_of(answer, page.partition("?")[0]):
            name = resolve(form.path).view_name
            if name in OPEN or name in walked or not form.open():
                continue
            walked.add(name)
            check_given_back(hall, who, page, form)
    assert not sorted(posts(hall) - walked - set(OPEN)), "walk to them in `town`, or say in OPEN why nothing is lost there"
    assert not sorted(set(OPEN) & walked | set(OPEN) - posts(hall)), "OPEN says what is not so"
    assert {"case_correct", "case_decide", "case_note", "case_talk", "correct", "talk_back", "step"} <= walked


def test_what_a_company_typed_comes_back_to_the_person_who_typed_it(hall):
    """The draft is the company's, the words are of one person of it, until they are saved."""
    hall.definition(CARE)
    office, owner = hall.organisation("kyotaku", CARE), hall.company("kyotaku")
    draft = drafts.draft_start(owner=owner, slug=CARE)
    companies.draft_choose(owner=owner, draft_id=str(draft.id), value=str(office.id))
    client, page = hall.office("kyotaku"), f"/a/{draft.id}/{hall.definition(CARE).steps[0].id}/"
    page = client.post(page, {"filer": "agency"})["Location"]
    form = next(f for f in forms_of(client.get(page), page) if f.path == page and f.open())
    end(client)
    away = client.post(page, form.filled())
    assert "kept=yes" in away["Location"]
    back = re.search(r'name="next" value="([^"]+)"', text(client.get(away["Location"])))[1].replace("&amp;", "&")
    mine = text(opened(hall.office("kyotaku"), back))
    assert BACK in mine
    assert TYPED[:4] in mine
    colleague, response = Client(), HttpResponse()
    business_sign_in(response, business_signed_in(issuer="trial", subject="colleague", company=TRIAL_BUSINESSES["kyotaku"]))
    colleague.cookies.update(response.cookies)
    theirs = opened(colleague, back)
    assert theirs.status_code == 200, "the draft is shared"
    assert TYPED[:4] not in text(theirs), "what was not saved is not"


def note_of(hall: Hall, client: Client, case) -> Form:
    """The form of an internal note, as this browser has it open."""
    page = f"/staff/case/{case.id}/"
    return next(f for f in forms_of(client.get(f"{page}?tab=talk"), page) if f.path.endswith("/note/"))


@pytest.fixture
def case(hall: Hall):
    return hall.case("hanako", NUMBERED)


def typed(form: Form, words: str) -> dict[str, object]:
    return form.hidden | {"text": words}


def test_the_whole_way_through_the_sign_in(hall, case):
    """Idle too long, number and password again, the note is there, is sent once, and is over then."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(hall.staff("yoshida"))
    form = note_of(hall, client, case)
    with clock.frozen(OPENING + dt.timedelta(hours=2)):
        away = client.post(form.path, typed(form, "折り返し電話をする"))
        assert "why=idle" in away["Location"]
        assert "折り返し".encode() not in bytes(KeptInput.objects.get().sealed)
        asked = client.get(away["Location"])
        assert "しばらく操作がなかった" in text(asked)
        entry = next(f for f in forms_of(asked, "/staff/sign-in/") if f.path == "/staff/sign-in/")
        inside = client.post(entry.path, entry.hidden | {"username": "yoshida", "password": TRIAL_PASSWORD})
        assert inside["Location"].endswith("#given-back")
        assert "tab=talk" in inside["Location"]
        back = client.get(inside["Location"].partition("#")[0])
        assert "折り返し電話をする" in text(back)
        assert "restore=" not in text(back), "the address with the ticket is in no link and no form"
        assert "折り返し電話をする" in text(client.get(inside["Location"].partition("#")[0])), "a reload loses nothing"
        again = next(f for f in forms_of(back, f"/staff/case/{case.id}/") if f.path == form.path)
        assert client.post(again.path, typed(again, "折り返し電話をする")).status_code == 303
        assert not KeptInput.objects.exists()
        assert Note.objects.filter(case=case).count() == 1
        assert "預かった内容は、もうありません" in text(client.get(inside["Location"].partition("#")[0]))


def test_a_page_from_before_the_sign_in_in_another_window(hall, case):
    """Django gives a new form token at every sign-in: the old page is refused (403), and what stood in it is kept."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(hall.staff("yoshida"))
    form = note_of(hall, client, case)
    client.cookies["csrftoken"] = "x" * 32
    refused = client.post(form.path, typed(form, "電話済み"))
    assert refused.status_code == 403
    link = re.search(r'href="([^"]*restore=[^"]*)"', text(refused))[1].replace("&amp;", "&")
    assert "電話済み" in text(opened(client, link))
    client.force_login(hall.staff("sato"))
    other = client.post(form.path, typed(form, "電話済み"))
    assert 'href="/staff/sign-in/?next=' in text(other), "kept for whose page it was"
    assert all(row.who == f"s:{hall.staff('yoshida').id}" for row in KeptInput.objects.all())


def kept_note(hall: Hall, case, words: str = "秘密の覚え", **more):
    client = hall.desk("yoshida")
    form = note_of(hall, client, case)
    end(client)
    return client.post(form.path, typed(form, words) | more)


def test_it_waits_an_hour(hall, case):
    kept_note(hall, case)
    ticket = KeptInput.objects.get().id
    with clock.frozen(OPENING + dt.timedelta(minutes=kept.MINUTES, seconds=1)):
        late = text(hall.desk("yoshida").get(f"/staff/case/{case.id}/?tab=talk&restore={ticket}"))
        assert "秘密の覚え" not in late
        assert "もうありません" in late
        assert kept.kept_sweep() == 1


def test_passwords_and_codes_are_never_kept(hall, case):
    kept_note(hall, case, _password="very-secret-1", _code="123456", _passkey="{}")
    row = KeptInput.objects.get()
    from madoguchi.kernel import keys

    plain = keys.unseal("kept", row.sealed, bound_to=str(row.id)).decode()
    assert "秘密の覚え" in plain
    assert "very-secret-1" not in plain
    assert "123456" not in plain
    client = hall.desk("yoshida")
    form = next(f for f in forms_of(client.get("/staff/account/password/"), "/staff/account/password/") if "password" in f.path)
    end(client)
    away = client.post(form.path, form.hidden | {"old": "a", "new": "b", "again": "b"})
    assert "kept" not in away["Location"]
    assert KeptInput.objects.count() == 1


def test_every_field_for_a_secret_is_known():
    """A password or a code stands only in pages of which nothing is kept, or has a name that is never kept."""
    from tests.crash.points import SOURCE

    found = {p.name: re.findall(r'<input[^>]*(?:type="password"|one-time-code)[^>]*>', p.read_text()) for p in SOURCE.rglob("*.html")}
    where = {name for name, fields in found.items() if fields and not all(re.search(r'name="(_\w+)"', f) for f in fields)}
    assert where == {"staff_sign_in.html", "staff_second.html", "password.html", "totp.html"}
    names = {n for fields in found.values() for f in fields for n in re.findall(r'name="(_\w+)"', f)}
    assert names <= kept.NEVER


def test_too_long_is_said_and_not_kept(hall, case):
    away = kept_note(hall, case, words="長" * kept.MOST)
    assert "kept=long" in away["Location"]
    assert "長すぎるため、預かれませんでした" in text(Client().get(away["Location"]))
    assert not KeptInput.objects.exists()


def test_only_the_newest_are_kept(hall, case):
    """At one moment too (the clock stands still here): the one just kept is never among those that go."""
    for n in range(kept.EACH + 8):
        away = kept_note(hall, case, words=f"覚え{n}")
        ticket = re.search(r"restore%3D([0-9a-f-]{36})", away["Location"])[1]
        assert KeptInput.objects.filter(id=ticket).exists(), n
    assert KeptInput.objects.count() == kept.EACH


@pytest.mark.parametrize("mark", ["", "x", "eyJ9:1:2"])
def test_without_a_good_mark_nothing_is_kept(hall, case, mark):
    client = hall.desk("yoshida")
    end(client)
    away = client.post(f"/staff/case/{case.id}/note/", {"text": "迷惑な文", kept.MARK: mark})
    assert "kept" not in away["Location"]
    assert not KeptInput.objects.exists()


def test_a_form_that_is_gone_shows_the_words_instead(hall):
    """Meanwhile a colleague has decided: there is no decision to write any more, but the reasons are not lost."""
    case = hall.case("hanako", NUMBERED)
    client, page = hall.desk("yoshida"), f"/staff/case/{case.id}/decide/"
    form = next(f for f in forms_of(client.get(page), page) if f.path == page)
    end(client)
    away = client.post(page, form.filled() | {"reason": "要件に当たらない長い理由"})
    hall.decide(case, "accept", "yoshida")
    back = re.search(r'name="next" value="([^"]+)"', text(client.get(away["Location"])))[1]
    shown = text(opened(hall.desk("yoshida"), back))
    assert "欄に戻せませんでした" in shown
    assert "要件に当たらない長い理由" in shown


def test_a_button_comes_back_without_a_word(hall, case):
    client, page = hall.desk("yoshida"), f"/staff/case/{case.id}/"
    form = next(f for f in forms_of(client.get(page), page) if f.path.endswith("/take/"))
    end(client)
    away = client.post(form.path, form.hidden)
    back = re.search(r'name="next" value="([^"]+)"', text(client.get(away["Location"])))[1]
    assert BACK not in text(opened(hall.desk("yoshida"), back))


def test_a_correction_with_more_questions_comes_back_with_them(hall):
    """The applicant's page asked more than the section did, because of an answer: those fields are there again."""
    case = hall.case("hanako", NUMBERED)
    services.correction_request(actor=hall.staff("yoshida"), case_id=case.ref, items=[("phone", "番号を")],
                                due_on=OPENING.date() + dt.timedelta(days=9))
    run_worker()
    client, page = hall.browser("hanako"), f"/my/{case.id}/correct/"
    form = next(f for f in forms_of(client.get(page), page) if f.path == page)
    end(client)
    client.post(page, form.hidden | {"_extra": "due_date", "phone": "0767-53-0000"})
    shown = hall.browser("hanako").get(f"{page}?restore={KeptInput.objects.get().id}")
    assert 'value="0767-53-0000"' in text(shown)
    assert 'value="due_date"' in text(shown)
    assert Application.objects.get(id=case.id).status == "correction"
