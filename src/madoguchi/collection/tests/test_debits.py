"""口座振替: accounts are taken from a file, the bank is asked once for each 期, its answer is a file of results."""

from __future__ import annotations

import dataclasses
import datetime as dt
import shutil
from pathlib import Path

import pytest
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from tests.support.hall import run_worker

from madoguchi.collection import (
    accounts,
    changed_sheets,
    changes,
    charges,
    charges_file,
    city_formats,
    debits,
    demands,
    ledger,
    runs,
    sheets,
    takebacks,
)
from madoguchi.collection.errors import FormWrong, NothingToPrint, SheetWrong
from madoguchi.collection.formats.profiles import profile
from madoguchi.collection.formats.zengin import answered, read_request
from madoguchi.collection.models import Change, DebitRequest, Demand, DirectDebit, Instalment
from madoguchi.collection.results import read_results, results_take
from madoguchi.files.public import file_get, file_open
from madoguchi.kernel import clock
from madoguchi.kernel.packfile import Wrong

from .conftest import DUES, accounts_text, change_waiting, debited, printed_run, sheet_text
from .test_runs import bytes_of, text_of

ON = dt.date(2027, 3, 10)
DUE = dt.date.fromisoformat(DUES[0])


def file_of(row):
    with file_open(file_get(str(row.file_id))) as source:
        return source.read()


def test_the_bank_is_asked_once_for_who_pays_by_debit(hall) -> None:
    request = debited(hall)
    sender, on, asked = read_request(file_of(request), profile("zengin"), today=clock.today())
    mine = Instalment.objects.get(demand__payer="0000000001", no=1)
    assert [(d.reference, d.amount, d.account.number) for d in asked] == [(mine.number, 10_000, "0000000")]
    assert (sender.code, on.month, on.day) == ("0000000000", 3, 10)
    assert (request.debits, request.amount, mine.debit) == (1, 10_000, request)
    with pytest.raises(NothingToPrint):
        debits.request_make(actor=hall.staff("yamada"), charge="kokuho", due=DUE, on=ON)
    assert debits.request_make(actor=hall.staff("yamada"), charge="kokuho", due=dt.date.fromisoformat(DUES[1]), on=ON)[0].debits == 1


@pytest.mark.parametrize(("code", "paid"), [("0", 10_000), ("1", 0)])
def test_the_banks_answer_is_a_file_of_results(hall, code, paid) -> None:
    request = debited(hall)
    with clock.frozen(dt.datetime(2027, 3, 12, tzinfo=dt.UTC)):
        answer = b"".join(answered(file_of(request), profile("zengin"), lambda _: code, today=clock.today()))
        sheet, _ = results_take(actor="test", results=read_results(form="zengin", data=answer, name="結果.txt"))
    mine = Instalment.objects.get(demand__payer="0000000001", no=1)
    assert (mine.paid, mine.failed_code) == (paid, "" if paid else "1")
    assert list(sheet.counts) == ["applied" if paid else "failed"]
    assert ledger.faults() == []


AGAIN, AFTER = dt.date(2027, 3, 25), dt.datetime(2027, 3, 12, tzinfo=dt.UTC)


def answer(request, code):
    data = b"".join(answered(file_of(request), profile("zengin"), lambda _: code, today=clock.today()))
    return results_take(actor="test", results=read_results(form="zengin", data=data, name="結果.txt"))


@pytest.fixture
def failed(hall):
    """A request whose one debit failed; who it is, as the clerk asks for it again."""
    request = debited(hall)
    with clock.frozen(AFTER):
        answer(request, "1")
        yield request, lambda **more: debits.request_make(**{
            "actor": hall.staff("yamada"), "charge": "kokuho", "due": DUE, "on": AGAIN, "again": True} | more)


def test_what_the_bank_could_not_debit_is_asked_for_once_more(hall, failed) -> None:
    request, ask = failed
    for wrong in ({"on": ON}, {"again": False}, {"due": dt.date(2026, 7, 31)}):
        with pytest.raises(NothingToPrint if wrong.get("on") != ON else FormWrong):
            ask(**wrong)
    debits.debits_take(actor="test", data=accounts_text(number="7654321").encode(), name="新しい口座.csv")
    again, = ask()
    part = Instalment.objects.get(debit=again)
    asked, = read_request(file_of(again), profile("zengin"), today=clock.today())[2]
    assert (asked.reference, asked.amount, asked.account.number, part.failed_code) == (part.number, 10_000, "7654321", "")
    with pytest.raises(NothingToPrint):
        ask(on=AGAIN + dt.timedelta(days=1))
    request.refresh_from_db()
    assert (request.again, ledger.faults()) == (1, [])
    with clock.frozen(dt.datetime(2027, 3, 26, tzinfo=dt.UTC)):
        answer(again, "0")
        part.refresh_from_db()
        assert part.settled_on == AGAIN and ledger.faults() == []


def test_who_has_paid_or_has_no_account_any_more_is_not_asked_again(hall, failed, came) -> None:
    _, ask = failed
    debits.debits_take(actor="test", data=accounts_text(until="2027-03-20").encode(), name="やめた.csv")
    with pytest.raises(NothingToPrint) as nobody:
        ask()
    assert "引落日に口座が有効な期別はありません" in nobody.value.ja
    part = Instalment.objects.exclude(failed_code="").get()
    came((part, 10_000))
    with pytest.raises(NothingToPrint):
        ask(on=dt.date(2027, 3, 15))


def test_a_second_request_is_taken_back_like_any_and_the_books_count_it(hall, failed) -> None:
    request, ask = failed
    again, = ask()
    takebacks.takeback_ask(actor=hall.staff("yamada"), request_id=again.id, reason="日を間違えた")
    takebacks.takeback_answer(actor=hall.staff("nakamura"), request_id=again.id, approve=True)
    assert ledger.faults() == [] and Instalment.objects.get(number=again_number(again)).debit is None
    DebitRequest.objects.filter(id=request.id).update(again=0)
    assert any("口座振替の請求" in fault for fault in ledger.faults())


def again_number(request):
    request.refresh_from_db()
    return request.parts[0][1]


def test_it_is_asked_again_in_the_browser(hall, failed) -> None:
    desk = hall.desk("yamada")
    sent = {"charge": "kokuho", "due": str(DUE), "on": str(AGAIN)}
    wrong = desk.post(reverse("debits"), sent | {"again": "1", "on": "2027-03-10"})
    assert wrong.status_code == 422 and 'name="again" value="1" checked' in wrong.content.decode()
    assert desk.post(reverse("debits"), sent).status_code == 422, "only where it is said"
    assert desk.post(reverse("debits"), sent | {"again": "1"}).status_code == 303
    assert DebitRequest.objects.count() == 2


def test_who_pays_by_debit_gets_days_instead_of_slips(hall, demanded) -> None:
    demanded(people=2, parts=4, charge="kotei")
    debits.debits_take(actor="test", data=accounts_text(charge="kotei").encode(), name="口座.csv")
    run = runs.run_start(actor="test", kind="notice", charge="kotei", year=2026, issued_on=dt.date(2026, 4, 10))
    run_worker()
    file = run.files.get()
    assert (file.notices, file.slips, file.amount) == (2, 4, 80_000)
    assert "口座振替" in text_of(bytes_of(file))


def lasting(since, until):
    """The notice of one whose account is in force on some of the four 納期限."""
    debits.debits_take(actor="test", data=accounts_text(since=since, until=until).encode(), name="口座.csv")
    notice, = sheets.notices_of(list(Demand.objects.values_list("id", flat=True)), dt.date(2026, 5, 1))
    return notice


@pytest.mark.parametrize(("since", "until", "by_slip"), [
    ("2026-04-01", "2026-08-31", [3, 4]), ("2026-07-01", "", [1]), ("2026-04-01", "2026-05-01", [1, 2, 3, 4])])
def test_every_instalment_has_either_a_slip_or_a_debit(hall, demanded, since, until, by_slip) -> None:
    demanded(people=1, parts=4, charge="kokuho")
    notice = lasting(since, until)
    assert [slip.instalment for slip in notice.slips] == by_slip
    assert [no for no, due in enumerate(notice.dues, 1) if "口座振替" not in due.how] == (by_slip if notice.dues else [])
    assert {due.how for due in notice.dues if "口座振替" not in due.how} <= {slip.number for slip in notice.slips}


@pytest.mark.parametrize(("days", "asked"), [(0, 1), (1, 0)])
def test_the_bank_is_asked_for_what_the_letter_said_it_would_be(hall, demanded, days, asked) -> None:
    """In force from the 納期限 on, or from a day later, before the 引落日: who has a slip is not debited."""
    demanded(people=1, parts=1, charge="kokuho")
    since = DUE + dt.timedelta(days=days)
    notice = lasting(str(since), "")
    assert len(notice.slips) == 1 - asked
    try:
        made = debits.request_make(actor=hall.staff("yamada"), charge="kokuho", due=DUE, on=ON)
    except NothingToPrint:
        made = []
    assert sum(request.debits for request in made) == asked


def test_a_changed_notice_has_a_slip_for_what_the_bank_no_longer_pays(hall, demanded) -> None:
    demanded(people=1, parts=4, charge="kokuho")
    lasting("2026-04-01", "2026-08-31")
    printed_run(charge="kokuho")
    clerk = hall.staff("yamada")
    changes.change_take(actor=clerk, sheet_id=change_waiting(hall, (9_000, 9_000, 9_000, 9_000), "kokuho").id)
    notice, = changed_sheets.changes_of(list(Change.objects.values_list("id", flat=True)), dt.date(2026, 6, 15))
    assert [slip.instalment for slip in notice.slips] == [3, 4] and len(notice.dues) == 4
    assert notice.total == 36_000


def test_the_same_payer_and_charge_again_replaces_the_account(hall) -> None:
    debits.debits_take(actor="test", data=accounts_text().encode(), name="1.csv")
    debits.debits_take(actor="test", data=accounts_text(number="0000001").encode(), name="2.csv")
    _, new = debits.debits_take(actor="test", data=accounts_text(number="0000001").encode(), name="3.csv")
    assert not new
    assert DirectDebit.objects.count() == 1
    assert b"0000001" not in bytes(DirectDebit.objects.get().account)
    debits.debits_take(actor="test", data=accounts_text(until="2026-09-30").encode(), name="4.csv")
    assert debits.debits_of({"0000000001"}, "kokuho", dt.date(2026, 10, 1)) == {}
    assert set(debits.debits_of({"0000000001"}, "kokuho", dt.date(2026, 9, 30))) == {"0000000001"}


@pytest.mark.parametrize(("cells", "words"), [
    ({"bank": "9999"}, "この番号の銀行はありません"), ({"branch": "999"}, "この支店番号"), ({"kind": "7"}, "預金の種類"), ({"number": "1"}, "7桁"),
    ({"holder": "見本"}, "カタカナ"), ({"charge": "zzz"}, "「科目」は"), ({"since": "きのう"}, "「開始日」"),
    ({"until": "2020-01-01"}, "廃止日は開始日より後"),
    ({"payers": ("",)}, "「宛名番号」"), ({"payers": ("1", "1")}, "2行目にもあります"), ({"payers": ()}, "口座が1つもありません"),
])
def test_a_wrong_line_is_told_and_nothing_is_taken(hall, cells, words) -> None:
    with pytest.raises(SheetWrong) as wrong:
        debits.debits_take(actor="test", data=accounts_text(**cells).encode(), name="a.csv")
    assert any(words in line for line in wrong.value.lines), wrong.value.lines
    assert not DirectDebit.objects.exists()


@pytest.mark.parametrize(("text", "words"), [
    ("宛名番号\n", "列「科目」がありません"), (accounts_text() + "1,2\n", "列が2個あります"), (accounts_text() + '"', "引用符")])
def test_a_file_of_another_form_is_refused(text, words) -> None:
    with pytest.raises(SheetWrong) as wrong:
        debits.debits_read(text.encode())
    assert any(words in line for line in wrong.value.lines)


def test_a_day_that_is_over_is_no_day_for_a_debit(hall) -> None:
    with pytest.raises(FormWrong) as wrong:
        debited(hall, on=clock.today())
    assert "明日より後" in wrong.value.faults[0][1]


def test_the_whole_way_on_the_page(hall, demanded) -> None:
    demanded(people=1, parts=1, charge="keiji")
    desk, url = hall.desk("yamada"), reverse("debits")
    wrong = desk.post(url, {"charge": "keiji", "due": "x", "on": ""})
    assert wrong.status_code == 422 and "納期限は" in wrong.content.decode() and "引落日は" in wrong.content.decode()
    assert "口座振替をまだ頼んでいない期別はありません" in desk.post(url, {"charge": "keiji", "due": str(DUE), "on": str(ON)}).content.decode()
    file = SimpleUploadedFile("口座.csv", accounts_text(charge="keiji").encode())
    sent = desk.post(reverse("debits_file"), {"file": file})
    assert sent.status_code == 303 and "口座振替の口座" in desk.get(sent["Location"]).content.decode()
    assert "取り込むファイルを選んでください" in desk.post(reverse("debits_file"), {}).content.decode()
    assert desk.post(url, {"charge": "keiji", "due": str(DUE), "on": str(ON)}).status_code == 303
    page = desk.get(url).content.decode()
    assert "10,000円" in page and "登録されている口座は1件" in page
    assert ledger.faults() == []


OWN = "元: zengin-debit\n題名: 見本銀行 口座振替\n出典: 見本銀行の仕様書\n文字コード: EBCDIC\n改行: [なし]\n"


@pytest.mark.parametrize(("chosen", "end", "own"), [
    ("zengin-debit-ebcdic", "なし", ""), ("zengin-debit", "LF", ""), ("mihon-bank", "", OWN)])
def test_the_citys_bank_has_its_own_layout(hall, monkeypatch, settings, tmp_path, chosen, end, own) -> None:
    known = charges.charges()
    raw = {"zengin": {"名": chosen, "改行": end}}
    monkeypatch.setattr(charges, "read_charges", lambda folder: dataclasses.replace(known, forms=charges_file.read_forms(raw)))
    if own:
        (tmp_path / "formats").mkdir()
        (tmp_path / "formats" / f"{chosen}.yaml").write_text(own, encoding="utf-8")
        shutil.copy(settings.MADOGUCHI_CITY / "city.yaml", tmp_path)
        settings.MADOGUCHI_CITY = tmp_path
    data = file_of(debited(hall))
    layout = city_formats.layout("zengin")
    assert (data[:3] == b"\xf1\xf9\xf1") == (layout.code == "EBCDIC") and (b"\n" in data) == (end == "LF")
    assert len(list(read_request(data, layout, today=clock.today())[2])) == 1
    with clock.frozen(dt.datetime(2027, 3, 12, tzinfo=dt.UTC)):
        answer = b"".join(answered(data, layout, lambda _: "0", today=clock.today()))
        results_take(actor="test", results=read_results(form="zengin", data=answer, name="結果.txt"))
    assert Instalment.objects.get(demand__payer="0000000001", no=1).paid == 10_000


SPLIT = {"zengin": {"名": "zengin-debit", "改行": "LF", "銀行別": {
    "0146": {"名": "zengin-debit-ebcdic", "改行": "なし",
             "口座": {"委託者コード": "1111111111", "委託者名": "ミホンシ", "銀行": "0146", "支店": "000", "種目": "1", "口座": "0000000"}},
    "1442": {}}}}
HOLDERS = {"0000000001": ("0001", "001"), "0000000002": ("0146", "101"), "0000000003": ("1442", "001"), "0000000004": ("0144", "101")}


@pytest.fixture
def split(monkeypatch, settings, tmp_path):
    """A city two of whose banks get files of their own, and four payers: one of each such bank, two of others."""
    pack = (Path(settings.MADOGUCHI_CITY) / "collection.yaml").read_text(encoding="utf-8")
    (tmp_path / "collection.yaml").write_text(pack + yaml.safe_dump({"様式": SPLIT}, allow_unicode=True), encoding="utf-8")
    city = charges.read_charges(tmp_path)
    monkeypatch.setattr(charges, "read_charges", lambda folder: city)
    demands.demands_take(actor="test", charge="kokuho", year=2026, data=sheet_text(people=5).encode(), name="国保.csv")
    lines = [accounts_text(payers=(payer,), bank=bank, branch=branch).split("\n", 1) for payer, (bank, branch) in HOLDERS.items()]
    debits.debits_take(actor="test", data="\n".join([lines[0][0], "".join(row for _, row in lines)]).encode(), name="口座.csv")


def asked_of(request):
    """Who sends the file, and the banks in it."""
    sender, _, asked = read_request(file_of(request), city_formats.layout("zengin", bank=request.bank), today=clock.today())
    return sender.code, [one.account.bank for one in asked]


def test_a_bank_with_a_file_of_its_own_gets_it_in_its_own_layout(hall, split) -> None:
    made = debits.request_make(actor=hall.staff("yamada"), charge="kokuho", due=DUE, on=ON)
    assert {r.bank: (*asked_of(r), r.debits, r.amount) for r in made} == {
        "": ("0000000000", ["0001", "0144"], 2, 20_000), "0146": ("1111111111", ["0146"], 1, 10_000),
        "1442": ("0000000000", ["1442"], 1, 10_000)}
    whole, hokkoku, noto = (file_of(r) for r in made)
    assert hokkoku[:3] == b"\xf1\xf9\xf1" and b"\n" not in hokkoku, "its own layout and line end"
    assert whole.count(b"\n") == 5 and noto.count(b"\n") == 4, "what a bank does not say is as the city's usual file has it"
    with pytest.raises(NothingToPrint):
        debits.request_make(actor=hall.staff("yamada"), charge="kokuho", due=DUE, on=ON)
    assert ledger.faults() == []


def test_what_such_a_bank_answers_is_read_in_its_layout(hall, split) -> None:
    made = {r.bank: r for r in debits.request_make(actor=hall.staff("yamada"), charge="kokuho", due=DUE, on=ON)}
    url = reverse("collection_sheets")
    page = hall.desk("yamada").get(url).content.decode()
    assert "口座振替（北國銀行から）" in page and "口座振替（のと共栄信用金庫から）" in page and "口座振替（取りまとめの金融機関から）" in page
    with clock.frozen(dt.datetime(2027, 3, 12, tzinfo=dt.UTC)):
        data = b"".join(answered(file_of(made["0146"]), city_formats.layout("zengin", bank="0146"), lambda _: "1", today=clock.today()))
        desk = hall.desk("yamada")
        wrong = desk.post(url, {"kind": "results", "form": "zengin", "file": SimpleUploadedFile("結果.txt", data)})
        assert wrong.status_code == 422 and "番目の記録" in wrong.content.decode(), "not by the layout of another bank"
        nobody = desk.post(url, {"kind": "results", "form": "zengin:9999", "file": SimpleUploadedFile("結果.txt", data)})
        assert nobody.status_code == 422 and "「銀行別」を確かめて" in nobody.content.decode()
        assert desk.post(url, {"kind": "results", "form": "zengin:0146", "file": SimpleUploadedFile("結果.txt", data)}).status_code == 303
        rest = b"".join(answered(file_of(made[""]), city_formats.layout("zengin"), lambda _: "0", today=clock.today()))
        results_take(actor="test", results=read_results(form="zengin", data=rest, name="結果.txt"))
    parts = {p.demand.payer: (p.paid, p.failed_code) for p in Instalment.objects.filter(demand__charge="kokuho", no=1).select_related("demand")}
    assert parts == {"0000000001": (10_000, ""), "0000000002": (0, "1"), "0000000003": (0, ""), "0000000004": (10_000, ""),
                     "0000000005": (0, "")}
    assert ledger.faults() == []


def test_one_file_that_cannot_be_written_stops_all_of_them(hall, split, monkeypatch) -> None:
    def refuses(bank: str = ""):
        if bank == "1442":
            raise FormWrong([("on", "この銀行の口座が決まっていません")])
        return usual(bank)

    usual = debits.sender
    monkeypatch.setattr(debits, "sender", refuses)
    with pytest.raises(FormWrong):
        debits.request_make(actor=hall.staff("yamada"), charge="kokuho", due=DUE, on=ON)
    assert not DebitRequest.objects.exists() and not Instalment.objects.exclude(debit=None).exists()


def test_the_page_says_which_file_is_for_which_bank(hall, split) -> None:
    desk, url = hall.desk("yamada"), reverse("debits")
    assert "北國銀行・のと共栄信用金庫は別のファイル" in desk.get(url).content.decode()
    assert desk.post(url, {"charge": "kokuho", "due": str(DUE), "on": str(ON)}).status_code == 303
    page = desk.get(url).content.decode()
    assert page.count('data-l="出す先"') == 3 and ">取りまとめ<" in page and ">北國銀行<" in page


@pytest.mark.parametrize("raw", [{"146": {}}, {"0146": {"改行": "CR"}}, {"0146": {"様式": "x"}}, {"0146": {"口座": {
    "委託者コード": "1", "委託者名": "ミホンシ", "銀行": "0146", "支店": "000", "種目": "1", "口座": "0000000"}}}])
def test_a_bank_of_its_own_that_cannot_be_read_is_told(raw) -> None:
    with pytest.raises(Wrong) as wrong:
        charges_file.read_banks(raw, {})
    assert wrong.value.path[:3] == ("様式", "zengin", "銀行別")


@pytest.mark.parametrize(("bank", "words"), [("0146", "北國銀行"), ("1442", "のと共栄信用金庫"), ("6113", "能登農業協同組合"), 
                                             ("9900", "ゆうちょ銀行"), ("0310", "GMOあおぞらネット銀行"), ("9999", "9999")])
def test_a_bank_is_named_as_people_say_it(bank, words) -> None:
    import unicodedata

    assert unicodedata.normalize("NFKC", accounts.bank_words(bank)) == words


@pytest.mark.parametrize("raw", [{"zengin": {"名": "x", "改行": "CR"}}, {"telegraph": {"名": "x"}}])
def test_a_choice_of_layout_that_cannot_be_read_is_told(raw) -> None:
    with pytest.raises(Wrong) as wrong:
        charges_file.read_forms(raw)
    assert wrong.value.path[0] == "様式"
