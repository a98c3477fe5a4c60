"""The cards in the safe: taken in from a file, written to, handed over, sent back, forgotten."""

from __future__ import annotations

import datetime as dt
import io

import pypdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.support.hall import OPENING
from tests.support.walk import text

from madoguchi.cards import keeping, letters, rules, selectors, services
from madoguchi.cards.models import Batch, Card
from madoguchi.cards.staff_errors import CardOver, NothingToSend, SheetWrong
from madoguchi.kernel import clock
from madoguchi.kernel.models import AuditEntry

from .conftest import COLUMNS, ROWS, arrived, notified, sheet


def later(days: int) -> dt.datetime:
    return OPENING + dt.timedelta(days=days)


def test_a_file_is_taken_in_once_and_brings_what_has_changed(hall):
    actor = hall.staff("okada")
    assert services.cards_import(actor=actor, data=sheet()) == services.Imported(3, 0, 0)
    assert services.cards_import(actor=actor, data=sheet(coding="cp932")) == services.Imported(0, 0, 3)
    moved = (*ROWS[0][:7], "金庫C-9")
    assert services.cards_import(actor=actor, data=sheet(moved, *ROWS[1:])) == services.Imported(0, 1, 2)
    assert Card.objects.get(number="NT0001").place == "金庫C-9"
    assert bytes("見本", "utf-8") not in Card.objects.first().sealed


def test_every_wrong_line_is_told_and_nothing_is_taken(hall):
    bad = sheet(ROWS[0], ("NT-0009", "", "カナ", "1990-13-01", "926", "住所", "2030-01-01", "A"), ROWS[0],
                ("NT-0010", "見本 太", "ミホン", "1990-01-01", "9268611", "123456789018", "2026-11-16", "A"), ("x",))
    with pytest.raises(SheetWrong) as wrong:
        services.cards_import(actor=hall.staff("okada"), data=bad)
    told = "\n".join(wrong.value.faults)
    for words in ("3行目 「氏名」", "3行目 「生年月日」", "3行目 「郵便番号」", "3行目 「到着日」", "4行目 交付通知書番号「NT0001」は2行目と同じ",
                  "個人番号は入れられません", "6行目 列が1個"):
        assert words in told, words
    assert not Card.objects.exists()


@pytest.mark.parametrize(("data", "words"), [
    (b"", "列「交付通知書番号」がありません"), (sheet(columns=(*COLUMNS[:-1], "個人番号")), "列「個人番号」は使いません"),
    (",".join(COLUMNS).encode(), "1行もありません"), (b"\xff\xfe\x00", "文字コード"), (sheet() + b'\r\n"', "CSVとして読めません")])
def test_a_file_that_is_none_says_what_to_do(hall, data, words):
    with pytest.raises(SheetWrong) as wrong:
        services.cards_import(actor=hall.staff("okada"), data=data)
    assert words in "\n".join(wrong.value.faults)


def test_letters_are_made_once_and_drawn_alike_whenever_asked(hall):
    arrived(hall)
    actor = hall.staff("okada")
    batch = services.letters_make(actor=actor, kind="notice")
    data = letters.batch_pdf(batch)
    pages = [p.extract_text() for p in pypdf.PdfReader(io.BytesIO(data)).pages]
    assert len(pages) == 3
    assert "NT0001" in pages[0] and "見本 花子 様" in pages[0] and "/card/receive/" in pages[0] and "令和9年2月18日" in pages[0]
    assert "1990" not in pages[0] and "NT0002" not in pages[0]
    assert letters.batch_pdf(batch) == data
    with pytest.raises(NothingToSend):
        services.letters_make(actor=actor, kind="notice")
    assert set(Card.objects.values_list("state", "notified_on")) == {("notified", OPENING.date())}


def test_who_has_not_come_is_reminded_once(hall):
    notified(hall)
    actor = hall.staff("okada")
    with clock.frozen(later(59)), pytest.raises(NothingToSend):
        services.letters_make(actor=actor, kind="reminder")
    with clock.frozen(later(60)):
        batch = services.letters_make(actor=actor, kind="reminder")
        assert batch.letters.count() == 3
        with pytest.raises(NothingToSend):
            services.letters_make(actor=actor, kind="reminder")


def test_nobody_is_asked_to_come_after_the_day_until_which_the_card_is_kept(hall):
    notified(hall)
    actor = hall.staff("okada")
    with clock.frozen(later(91)):
        assert selectors.counts(actor=actor)["remind"] == 0 and selectors.counts(actor=actor)["late"] == 3
        with pytest.raises(NothingToSend):
            services.letters_make(actor=actor, kind="reminder")
    with clock.frozen(later(90)):
        assert services.letters_make(actor=actor, kind="reminder").letters.count() == 3, "the last day"


def test_a_card_is_handed_over_or_goes_back_and_is_forgotten(hall):
    first, second, third = notified(hall)
    actor = hall.staff("okada")
    services.card_hand(actor=actor, card_id=str(first.id))
    for act in (lambda: services.card_hand(actor=actor, card_id=str(first.id)),
                lambda: services.card_return(actor=actor, card_id=str(first.id), why="moved"),
                lambda: services.card_return(actor=actor, card_id=str(second.id), why="late"),
                lambda: services.card_return(actor=actor, card_id=str(second.id), why="")):
        with pytest.raises(CardOver):
            act()
    services.card_return(actor=actor, card_id=str(second.id), why="moved")
    with clock.frozen(later(91)):
        services.card_return(actor=actor, card_id=str(third.id), why="late")
    assert services.cards_import(actor=actor, data=sheet()).same == 3
    with pytest.raises(SheetWrong, match="もうここにありません|cards_sheet_wrong"):
        services.cards_import(actor=actor, data=sheet((*ROWS[0][:7], "金庫Z")))
    with clock.frozen(later(365)):
        assert keeping.stock_sweep() == 0
    with clock.frozen(later(366)):
        assert keeping.stock_sweep() == 2
    with clock.frozen(later(500)):
        assert keeping.stock_sweep() == 1
    assert not Batch.objects.exists()
    actions = list(AuditEntry.objects.filter(chain="cards").order_by("seq").values_list("action", flat=True))
    assert actions == ["cards.imported", "cards.letters", "card.handed", "card.returned", "card.returned", "cards.imported", "cards.forgotten",
                       "cards.forgotten"]
    assert "花子" not in str(list(AuditEntry.objects.values_list("facts", flat=True)))


def test_the_states_are_a_table():
    allowed = {(s, a) for s in rules.State for a in rules.Act if rules.after(s, a)}
    assert allowed == set(rules.TRANSITIONS)


@pytest.mark.parametrize("typed", ["1990-04-01", "1990/4/1", "1990年4月1日", "平成2年4月1日", "H2.4.1", "19900401", " h2-4-1 ",
                                   "\uff11\uff19\uff19\uff10\u5e74\uff14\u6708\uff11\u65e5"])
def test_a_birthday_as_people_write_it(typed):
    assert rules.day_said(typed) == dt.date(1990, 4, 1)


@pytest.mark.parametrize("typed", ["", "4月1日", "1990-02-30", "平成2年", "9999999999", "R0.0.0", "1990-04-01x"])
def test_what_is_no_day(typed):
    assert rules.day_said(typed) is None


def test_the_pages_of_the_section(hall):
    desk = hall.desk("okada")
    page = text(desk.get("/staff/"))
    assert "カード交付" in page and "カード交付" not in text(hall.desk("tanaka").get("/staff/"))
    assert desk.post("/staff/cards/import/").status_code == 422
    wrong = desk.post("/staff/cards/import/", {"file": SimpleUploadedFile("a.csv", b"x")})
    assert wrong.status_code == 422 and "1枚も取り込んでいません" in text(wrong)
    sent = desk.post("/staff/cards/import/", {"file": SimpleUploadedFile("a.csv", sheet())})
    assert sent.status_code == 303 and "新しいカード3枚" in text(desk.get(sent["Location"]))
    for query, found in (("ハナコ", 1), ("見本", 2), ("nt0002", 1), ("金庫B", 1), ("だれか", 0)):
        sent = desk.post("/staff/cards/", {"q": query})
        assert query not in sent["Location"]
        assert text(desk.get(sent["Location"])).count('<th scope="row">') == found, query
    assert desk.post("/staff/cards/letters/", {"kind": "notice"}).status_code == 303
    assert desk.post("/staff/cards/letters/", {"kind": "notice"}).status_code == 409
    batch = Batch.objects.get()
    pdf = desk.get(f"/staff/cards/letters/{batch.id}/")
    assert pdf.content.startswith(b"%PDF") and pdf["Cache-Control"] == "no-store"
    card = Card.objects.get(number="NT0001")
    where = f"/staff/cards/c/{card.id}/"
    assert "<dt>言語</dt><dd>日本語</dd>" in text(desk.get(where))
    assert "石川県七尾市試用町1番地" in text(desk.get(where))
    assert desk.post(f"{where}return/", {"why": "late"}).status_code == 409
    assert desk.post(f"{where}hand/").status_code == 303
    assert "渡した" in text(desk.get(where))
    assert text(desk.get("/staff/cards/?show=handed")).count('<th scope="row">') == 1
    assert selectors.counts(actor=hall.staff("okada"))["stock"] == 2
