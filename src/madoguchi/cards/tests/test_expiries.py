"""期限の知らせ: when cards and certificates end, and who is told of it, once."""

from __future__ import annotations

import datetime as dt
import io

import pypdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.support.hall import OPENING, run_worker
from tests.support.walk import text

from madoguchi.cards import expiries, letters, rules, services
from madoguchi.cards.models import Expiry
from madoguchi.cards.staff_errors import NothingToSend, SheetWrong
from madoguchi.kernel import clock, witness
from madoguchi.kernel.models import AuditEntry
from madoguchi.notifications.models import Mail
from madoguchi.notifications.ports import Refused

from .conftest import notified

COLUMNS = (*expiries.COLUMNS, "メール", "言語")
ROWS = (("見本 花子", "ミホン ハナコ", "1990-02-20", "926-8611", "石川県七尾市試用町1番地", "カード", "2027-02-20", "hanako@example.jp", "en"),
        ("試用 太郎", "シヨウ タロウ", "1985-02-20", "926-8611", "石川県七尾市試用町2番地", "電子証明書", "2027-02-20", "", ""),
        ("見本 うめ", "ミホン ウメ", "1948-02-21", "926-8611", "石川県七尾市試用町3番地", "カード", "2027-02-21", "ume@example.jp", ""))


def sheet(*rows: tuple[str, ...]) -> bytes:
    return "\r\n".join(",".join(r) for r in (COLUMNS, *(rows or ROWS))).encode()


def day(text_of: str) -> dt.date:
    return dt.date.fromisoformat(text_of)


@pytest.mark.parametrize(("born", "issued", "card", "certificate"), [
    ("1990-04-01", "2026-11-20", "2036-04-01", "2031-04-01"), ("1990-12-24", "2026-11-20", "2035-12-24", "2030-12-24"),
    ("2008-11-20", "2026-11-20", "2036-11-20", "2031-11-20"), ("2008-11-21", "2026-11-20", "2030-11-21", "2030-11-21"),
    ("2020-05-05", "2026-11-20", "2031-05-05", "2031-05-05"), ("1992-02-29", "2026-11-20", "2036-02-29", "2031-02-28")])
def test_a_card_ends_on_a_birthday(born, issued, card, certificate):
    assert rules.card_expires(day(born), day(issued)) == day(card)
    assert rules.certificate_expires(day(born), day(issued)) == day(certificate)


@pytest.mark.parametrize(("end", "from_day"), [("2027-02-20", "2026-11-20"), ("2027-05-31", "2027-02-28"), ("2027-01-01", "2026-10-01")])
def test_three_months_before(end, from_day):
    assert rules.months_before(day(end), 3) == day(from_day)


def test_who_has_a_mail_address_is_told_once_by_day_in_their_language(hall):
    assert expiries.expiries_import(actor=hall.staff("okada"), data=sheet()) == 3
    assert expiries.expiries_import(actor=hall.staff("okada"), data=sheet()) == 0
    with clock.frozen(OPENING.replace(hour=7)):
        assert expiries.expiries_tell() == 0
    assert expiries.expiries_tell() == 1
    assert expiries.expiries_tell() == 0
    mail = Mail.objects.get()
    assert "will expire soon" in mail.body and "/card/" in mail.body and "見本" not in mail.body and "My Number" in mail.subject
    with clock.frozen(OPENING + dt.timedelta(days=1)):
        assert expiries.expiries_tell() == 1
    assert set(Expiry.objects.filter(by_mail=True).values_list("told_on", flat=True)) == {day("2026-11-20"), day("2026-11-21")}


def test_a_mail_that_no_mailbox_takes_tells_nobody_and_the_row_goes_by_letter(hall, monkeypatch):
    actor = hall.staff("okada")
    expiries.expiries_import(actor=actor, data=sheet())
    assert expiries.expiries_tell() == 1 and expiries.expiries_untold() == 0
    monkeypatch.setattr("madoguchi.notifications.services._mailer", lambda: Full())
    run_worker()
    assert Mail.objects.get().state == "refused"
    assert expiries.expiries_untold() == 1 and expiries.expiries_untold() == 0
    assert expiries.expiries_tell() == 0, "the same address is not tried again"
    page = text(hall.desk("okada").get("/staff/cards/expiries/"))
    assert "メールが届きませんでした" in page and 'メールのない方・届かなかった方 <span class="num">2</span>件' in page
    assert expiries.expiry_letters(actor=actor).expiries.count() == 2
    assert witness.verify() == []
    Expiry.objects.filter(by_mail=False).update(told_on=None)
    assert witness.verify() != []


class Full:
    """A mailer whose mailboxes take nothing."""

    def send(self, letter) -> Refused:
        return Refused("550 5.1.1 no such user")


def test_who_has_none_gets_a_letter_once(hall):
    actor = hall.staff("okada")
    expiries.expiries_import(actor=actor, data=sheet())
    batch = expiries.expiry_letters(actor=actor)
    pages = [p.extract_text() for p in pypdf.PdfReader(io.BytesIO(letters.batch_pdf(batch))).pages]
    assert len(pages) == 1 and "試用 太郎 様" in pages[0] and "有効期限のお知らせ" in pages[0] and "令和9年2月20日" in pages[0]
    with pytest.raises(NothingToSend):
        expiries.expiry_letters(actor=actor)


def test_wrong_lines_are_told_and_nothing_is_taken(hall):
    bad = sheet(ROWS[0], ("", "カ", "x", "1", "住所", "免許", "2026-01-01", "x@", "xx"), ("123456789018", *ROWS[0][1:]))
    with pytest.raises(SheetWrong) as wrong:
        expiries.expiries_import(actor=hall.staff("okada"), data=bad)
    told = "\n".join(wrong.value.faults)
    for words in ("3行目 「氏名」", "3行目 「生年月日」", "3行目 「種類」", "3行目 「期限」",
                  "3行目 「メール」", "3行目 「言語」", "4行目 「氏名」に12けた"):
        assert words in told, words
    assert not Expiry.objects.exists()


def test_consent_at_the_counter(hall):
    card = notified(hall)[0]
    desk, where = hall.desk("okada"), f"/staff/cards/c/{card.id}/"
    form = {"issued": "2026-11-02", "mail": "hanako@example.jp"}
    assert desk.post(f"{where}consent/", form).status_code == 422, "not handed over yet"
    services.card_hand(actor=hall.staff("okada"), card_id=str(card.id))
    for wrong in ({"issued": "x"}, {"mail": "x"}, {"issued": "2027-01-01"}):
        answer = desk.post(f"{where}consent/", form | wrong)
        assert answer.status_code == 422 and str(next(iter(wrong.values()))) in text(answer)
        key = next(iter(wrong))
        assert f'href="#{key}"' in text(answer) and f'aria-describedby="{key}-err"' in text(answer) and "<title>エラー：" in text(answer)
    done = desk.post(f"{where}consent/", form)
    assert "4月1日" in text(desk.get(done["Location"]))
    assert set(Expiry.objects.values_list("kind", "expires_on")) == {("card", day("2036-04-01")), ("certificate", day("2031-04-01"))}
    desk.post(f"{where}consent/", form | {"mail": "new@example.jp"})
    assert [expiries.person_of(r).mail for r in Expiry.objects.all()] == ["new@example.jp"] * 2
    assert "example.jp" not in str(list(AuditEntry.objects.values_list("facts", flat=True)))


def test_the_page_its_export_and_forgetting(hall):
    desk = hall.desk("okada")
    assert desk.post("/staff/cards/expiries/").status_code == 422
    sent = desk.post("/staff/cards/expiries/", {"file": SimpleUploadedFile("a.csv", sheet())})
    assert "新しく3件" in text(desk.get(sent["Location"]))
    page = text(desk.get("/staff/cards/expiries/"))
    assert "見本 花子" in page and "見本 うめ" not in page and "手紙をつくる" in page
    assert "見本 うめ".encode() in desk.get("/staff/cards/expiries/expiries.csv").content
    assert desk.post("/staff/cards/expiries/letters/")["Location"] == "/staff/cards/letters/"
    assert "nothing=1" in desk.post("/staff/cards/expiries/letters/")["Location"]
    row = Expiry.objects.get(expires_on="2027-02-21")
    assert desk.post(f"/staff/cards/expiries/{row.id}/drop/").status_code == 303 and Expiry.objects.count() == 2
    with clock.frozen(dt.datetime(2028, 2, 20, 9, tzinfo=clock.JST)):
        assert expiries.expiries_sweep() == 0
    with clock.frozen(dt.datetime(2028, 2, 21, 9, tzinfo=clock.JST)):
        assert expiries.expiries_sweep() == 2
