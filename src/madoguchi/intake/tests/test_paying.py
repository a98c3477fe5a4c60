"""A certificate that is ordered and paid: the bill, paid first, by card, in cash, run out, given up; who sees it."""

from __future__ import annotations

import datetime as dt
import io
import re
import uuid

import pytest
from pypdf import PdfReader
from tests.support import gateway
from tests.support.hall import run_worker

from madoguchi.casework.models import Case
from madoguchi.intake import drafts
from madoguchi.intake.models import Application
from madoguchi.kernel import clock, witness
from madoguchi.offices.public import city
from madoguchi.payments import cashier, services
from madoguchi.payments.models import Payment
from madoguchi.payments.tests.conftest import card_process, cards  # noqa: F401
from madoguchi.procedures import public as procedures
from madoguchi.procedures.pack import body, pack_files, read_file

SLUG = "juuminhyou-utsushi"
WANTS = {"filer": "self", "scope": "all", "show_relation": True, "show_honseki": False, "show_number": False, "copies": 2, "receive": "post",
         "exempt": False}


@pytest.fixture
def order(hall):
    path, override = next(pair for pair in pack_files(city()) if pair[0].stem == SLUG)
    definition, _ = read_file(path, override, city())
    hall.publish(SLUG, body(path, override, definition))
    plain = {key: value for key, value in hall.answers(SLUG).items() if key in ("name", "born", "address", "phone")}

    def make(who="hanako", mail="", **changes):
        answers = {k: v for k, v in (plain | WANTS | changes).items() if v is not None}
        return hall.file(who, SLUG, answers, mail=mail)

    return make


def now_of(row):
    row.refresh_from_db()
    return row.status, [e["ja"] for e in row.view["timeline"]]


@pytest.mark.parametrize(("changes", "total"), [
    ({}, 710), ({"receive": "counter"}, 600), ({"copies": 1}, 410), ({"copies": 10, "receive": "counter"}, 3000),
    ({"exempt": True}, 110), ({"exempt": True, "receive": "counter"}, 0),
    ({"show_number": True, "number_use": "年金事務所", "receive": None}, 710),
])
def test_the_bill(order, changes, total):
    order(**changes)
    payment = Payment.objects.get()
    assert payment.amount == total == sum(line["sum"] for line in payment.lines)


def test_a_fee_has_the_amount_of_its_day():
    from madoguchi.offices.errors import FeeMissing
    from madoguchi.offices.fees import fee_read

    fee = fee_read("x", {"名": "写し", "額": [{"から": "2026-04-01", "円": "400"}, {"から": "2020-04-01", "円": "300"}]})
    assert [fee.on(dt.date(2026, 3, 31)), fee.on(dt.date(2026, 4, 1))] == [300, 400]
    with pytest.raises(FeeMissing):
        fee.on(dt.date(2020, 3, 31))
    for wrong in ("-1", "3.5", "三百", ""):
        with pytest.raises(ValueError, match="整数"):
            fee_read("x", {"名": "写し", "額": [{"から": "2020-04-01", "円": wrong}]})


@pytest.mark.parametrize(("language", "words"), [
    ("ja", "手数料の額が決まっていない"), ("en", "The fee has not been set"), ("vi", "Chưa có mức lệ phí"),
])
def test_without_an_amount_for_the_day_the_page_says_so_in_its_language(order, hall, language, words):
    order()  # publishes
    browser = hall.browser()
    browser.cookies["ui_lang"] = language
    with clock.frozen(dt.datetime(2020, 3, 31, 12, tzinfo=clock.JST)):
        page = browser.get(f"/p/{SLUG}/")
    assert page.status_code == 503 and words in page.content.decode()


def test_unpaid_is_not_accepted_and_paid_is_accepted_once(order, hall, cards):  # noqa: F811
    row = order(mail="a@example.jp")
    run_worker()
    assert now_of(row)[0] == "unpaid" and not Case.objects.exists() and len(list(hall.home.glob("mail/*.eml"))) == 1
    browser = hall.browser("hanako")
    page = browser.get(f"/my/{row.id}/pay/").content.decode()
    assert "710円" in page and "カードで支払う" in page and "11月27日までに" in page
    there = browser.post(f"/my/{row.id}/pay/card/")
    assert there.status_code == 303 and there["Location"].startswith(cards.base)
    back = cards.card(there["Location"], gateway.SECURE)
    assert back.headers["Location"].endswith(f"/my/{row.id}/pay/back/")
    assert browser.get(f"/my/{row.id}/pay/back/")["Location"] == f"/my/{row.id}/pay/"
    run_worker()
    status, told = now_of(row)
    assert status == "filed" and told[-1] == "手数料のお支払いを確認し、お手続きを受け付けました"
    assert Case.objects.get().receipt == row.receipt
    assert len(list(hall.home.glob("mail/*.eml"))) == 2, "the mail that confirms it"
    page = browser.get(f"/my/{row.id}/pay/").content.decode()
    assert "お支払い済みです" in page and "カードで支払う" not in page
    paper = browser.get(f"/my/{row.id}/pay/receipt/")
    words = "".join(p.extract_text() for p in PdfReader(io.BytesIO(paper.content)).pages)
    assert "領収証" in words and "710円" in words and row.receipt in words and "七尾" not in words.replace("七尾市", "")
    assert witness.verify() == []


def test_the_days_of_the_standard_period_count_from_the_payment(order, hall):
    row = order()
    with clock.frozen(clock.now() + dt.timedelta(days=5)):
        cashier.cash_take(actor=hall.staff("okada"), payment_id=str(Payment.objects.get().id), tendered=1000)
        run_worker()
        assert Case.objects.get(id=row.id).due_on > clock.today()


def test_the_case_leads_to_its_fee(order, hall):
    row = order()
    payment = Payment.objects.get()
    cashier.cash_take(actor=hall.staff("okada"), payment_id=str(payment.id), tendered=1000)
    run_worker()
    page = hall.desk("okada").get(f"/staff/case/{Case.objects.get(id=row.id).id}/").content.decode()
    assert f'href="/staff/payments/{payment.id}/"' in page
    assert "手数料：お支払い済みです" in page


def test_nothing_to_pay_is_accepted_at_once(order):
    row = order(exempt=True, receive="counter")
    run_worker()
    assert now_of(row)[0] == "filed" and Case.objects.count() == 1


@pytest.mark.parametrize(("language", "words"), [("ja", "減免：生活保護を受けている方"), ("en", "Reduction: People on public assistance")])
def test_what_is_waived_is_a_minus_line_and_postage_stays(order, hall, language, words):
    row, browser = order(exempt=True), hall.browser("hanako")
    draft = hall.draft("hanako", SLUG, hall.answers(SLUG) | WANTS | {"exempt": True})
    browser.cookies["ui_lang"] = language
    for address in (f"/a/{draft.id}/check/", f"/my/{row.id}/pay/"):
        page = re.sub("</?(span|bdi)[^>]*>", "", browser.get(address).content.decode())
        assert words in page and "-600" in page and "110" in page, page
    payment = Payment.objects.get()
    assert [line["sum"] for line in payment.lines] == [600, 110, -600]
    cashier.cash_take(actor=hall.staff("okada"), payment_id=str(payment.id), tendered=110)
    paper = browser.get(f"/my/{row.id}/pay/receipt/")
    words = "".join(p.extract_text() for p in PdfReader(io.BytesIO(paper.content)).pages)
    assert "減免：生活保護を受けている方" in words.replace("\n", "") and "-300円 × 2 = -600円" in words and "110円" in words


def test_unpaid_runs_out_with_a_mail_and_is_forgotten_later(order, hall):
    from madoguchi.intake.forgetting import unpaid_sweep

    row = order(mail="a@example.jp")
    with clock.frozen(clock.now() + dt.timedelta(days=8)):
        assert services.payments_expire() == 1
        run_worker()
        assert now_of(row)[0] == "lapsed"
        assert len(list(hall.home.glob("mail/*.eml"))) == 2, "that it waits, and that it ran out"
        assert not Case.objects.exists() and unpaid_sweep() == 0
        assert witness.verify() == []
    with clock.frozen(clock.now() + dt.timedelta(days=50)):
        assert unpaid_sweep() == 1
        assert not Application.objects.exists() and Payment.objects.count() == 1
        assert witness.verify() == []


def test_given_up_before_payment(order, hall):
    row, browser = order(), hall.browser("hanako")
    assert browser.post(f"/my/{row.id}/pay/cancel/").status_code == 303
    run_worker()
    assert now_of(row)[0] == "withdrawn"
    again = browser.post(f"/my/{row.id}/pay/cancel/")
    assert again.status_code == 409 and "すでに終わっています" in again.content.decode()


def test_the_gateway_is_away_and_the_page_says_that_no_money_moved(order, hall, settings):
    settings.CARD_GATEWAY = {"key": "sk_test_x", "webhook_secret": "whsec_x", "base": "http://127.0.0.1:9", "page": ""}
    settings.PAYMENT_PROVIDERS = settings.PAYMENT_PROVIDERS | {"card": "madoguchi.adapters.card_gateway.CardGateway"}
    row = order()
    answer = hall.browser("hanako").post(f"/my/{row.id}/pay/card/")
    assert answer.status_code == 503 and "お金は動いていません" in answer.content.decode()


@pytest.mark.parametrize("part", ["", "card/", "back/", "cancel/", "receipt/"])
def test_strangers_cannot_tell_that_a_fee_exists(order, hall, part):
    row, made_up = order(), "00000000-0000-4000-8000-000000000000"
    for who in ("taro", ""):
        browser = hall.browser(who)
        for method in (browser.get, browser.post):
            a, b = (method(f"/my/{i}/pay/{part}") for i in (row.id, made_up))
            assert (a.status_code, a.get("Location", "").replace(str(row.id), "")) == (b.status_code, b.get("Location", "").replace(made_up, ""))
            assert a.status_code in (303, 302, 404, 405)
    assert Payment.objects.get().state == "created"


def test_the_procedure_says_its_price_before_the_start_and_the_check_page_the_bill(order, hall):
    order()
    assert "1通300円" in hall.browser().get(f"/p/{SLUG}/").content.decode()
    draft = hall.draft("hanako", SLUG, hall.answers(SLUG) | WANTS)
    page = hall.browser("hanako").get(f"/a/{draft.id}/check/").content.decode()
    assert "手数料の内訳" in page and "710円" in page
    assert procedures.current(SLUG).definition.fee == 0


def test_the_slip_on_my_page_and_the_money_by_a_file(order, hall):
    from madoguchi.collection import results
    from madoguchi.collection.formats.received import Received
    from madoguchi.collection.models import FeeSlip

    row, browser = order(), hall.browser("hanako")
    page = f"/my/{row.id}/pay/"
    assert "納付書（コンビニ・銀行・スマートフォン）で支払う" in browser.get(page).content.decode()
    assert browser.get(f"{page}slip.pdf").status_code == 404
    assert [browser.post(f"{page}slip/").status_code for _click in range(2)] == [303, 303]
    slip = FeeSlip.objects.get()
    shown = browser.get(page).content.decode()
    assert "までにお支払いください" in shown and f"{page}slip.pdf" in shown and "納付書（コンビニ・銀行・スマートフォン）で支払う" not in shown
    paper = browser.get(f"{page}slip.pdf")
    assert paper["Content-Type"] == "application/pdf" and row.receipt in PdfReader(io.BytesIO(paper.content)).pages[0].extract_text()

    def came(stage):
        rows = [Received(1, 0, slip.number, slip.amount, clock.today(), "cvs", stage, "02")]
        results.results_take(actor="test", results=results.Results("cvs", f"{stage}.txt", stage.encode(), rows))
        run_worker()

    came("prompt")
    assert "速報が届きました" in browser.get(page).content.decode() and not Case.objects.exists()
    came("final")
    assert now_of(row)[0] == "filed" and Case.objects.count() == 1 and witness.verify() == []
    assert "お支払い済みです" in browser.get(page).content.decode() and browser.get(f"{page}slip.pdf").status_code == 404


def test_a_city_that_takes_no_slips_offers_none(order, hall, monkeypatch):
    from madoguchi.payments.setup import Setup

    row, browser = order(), hall.browser("hanako")
    monkeypatch.setattr("madoguchi.payments.setup.setup", Setup)
    assert "納付書" not in browser.get(f"/my/{row.id}/pay/").content.decode()
    refused = browser.post(f"/my/{row.id}/pay/slip/")
    assert refused.status_code == 422 and "別の方法を選んでください" in refused.content.decode()


def test_the_page_names_the_counter_only_while_it_takes_the_money_and_its_terminal_where_there_is_one(order, hall, monkeypatch):
    order()
    row, browser = Application.objects.get(), hall.browser("hanako")
    page = f"/my/{row.id}/pay/"
    assert "現金か、キャッシュレスの端末で払うこともできます" in browser.get(page).content.decode()
    monkeypatch.setattr("madoguchi.payments.public.terminals_of", lambda section: [])
    shown = browser.get(page).content.decode()
    assert "窓口で、現金で払うこともできます" in shown and "端末" not in shown
    for state in ("submitted", "expired"):
        Payment.objects.update(state=state)
        assert "払うこともできます" not in browser.get(page).content.decode(), state


def test_what_waits_for_its_fee_leads_on_to_the_next_of_its_bundle(order, hall):
    """ワンストップ: several were begun together, and the first has a fee that comes first."""
    bundle = uuid.uuid4()
    begun = drafts.draft_start
    other = drafts.draft_start(owner=hall.owner("hanako"), slug=hall.definition("risai-shoumei").id, bundle=bundle)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(drafts, "draft_start", lambda **given: begun(**given, bundle=bundle))
        order()
    row = Application.objects.get()
    assert row.status == "unpaid"
    assert f"/a/{other.id}/" in hall.browser("hanako").get(f"/my/{row.id}/filed/").content.decode()
