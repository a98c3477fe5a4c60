"""Letters of 過誤納金: 「口座をお知らせください」 with its form, 還付通知書, 充当通知書; and what the payer sees and is mailed."""

from __future__ import annotations

import datetime as dt
import io

import pypdf
import pytest
from tests.support.hall import run_worker

from madoguchi.collection import changes, desk, givebacks, keeping, mine, nightly, remind, runs
from madoguchi.collection.errors import DemandNotFound, NothingToPrint, SheetWrong
from madoguchi.collection.models import Demand, DueMail, Excess, GiveBack, RunFile
from madoguchi.files.public import file_get, file_open
from madoguchi.kernel import clock, keys
from madoguchi.kernel.models import AuditEntry
from madoguchi.notifications.models import Mail

from .conftest import ACCOUNT, changes_text, excess_of_payer, name_waiting

ON = dt.date(2026, 11, 30)


def text_of(data):
    return "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages).replace("\n", "").replace(" ", "").replace("　", "")


def pages_of(data):
    return len(pypdf.PdfReader(io.BytesIO(data)).pages)


def refunded(hall, excess, yen=1_000):
    back = givebacks.refund_ask(actor=hall.staff("yamada"), excess_id=excess.id, amount=yen, account=ACCOUNT, since=None)
    return givebacks.back_answer(actor=hall.staff("nakamura"), back_id=str(back.id), approve=True)


def offset(hall, excess, due, yen=2_000):
    back = givebacks.offset_ask(actor=hall.staff("yamada"), excess_id=excess.id, amount=yen, target_id=due.id)
    return givebacks.back_answer(actor=hall.staff("nakamura"), back_id=str(back.id), approve=True)


def printed(run):
    run_worker()
    with file_open(file_get(str(RunFile.objects.get(run=run).file_id))) as source:
        return source.read()


def run_of(kind):
    return runs.run_start(actor="test", kind=kind, charge="shiken", year=2026, issued_on=clock.today())


def test_who_paid_twice_is_asked_for_an_account_with_a_form(client, hall) -> None:
    excess, _ = excess_of_payer()
    client.force_login(hall.staff("yamada"))
    answer = client.post(f"/staff/collection/excess/{excess.id}/letter/")
    text = text_of(answer.content)
    for words in ("過誤納金のお知らせ", "見本1郎", "地方税法第17条", "10,000円", "二重納付", "還付金の振込先の届出書", "口座名義（カタカナ）", "ATM"):
        assert words in text, words
    assert pages_of(answer.content) == 2 and "納付していただく" not in text
    assert AuditEntry.objects.get(action="excess.told").facts["yen"] == 10_000
    page = client.get(f"/staff/collection/excess/{excess.id}/").content.decode()
    assert "前に作っています（10,000円）" in page
    with pytest.raises(NothingToPrint):
        run_of("ask")


def test_all_who_were_not_asked_yet_are_asked_in_a_run_once(hall) -> None:
    excess_of_payer()
    run = run_of("ask")
    assert (run.letters, run.amount) == (1, 10_000)
    assert "届出書" in text_of(printed(run)) and nightly.differences() == []
    with pytest.raises(NothingToPrint):
        run_of("ask")


def test_a_letter_that_is_printed_again_says_what_is_left_and_the_run_stays_whole(hall) -> None:
    excess, due = excess_of_payer()
    run = run_of("ask")
    offset(hall, excess, due)
    assert "8,000円" in text_of(desk.ask_letter(actor=hall.staff("yamada"), excess_id=excess.id))
    assert "10,000円" in text_of(printed(run)) and nightly.differences() == []
    Excess.objects.filter(run=run).update(told=1)
    assert [words for words in nightly.differences() if words.startswith("過誤納金のお知らせ")]


def test_a_refund_and_an_offset_get_their_letters(client, hall) -> None:
    excess, due = excess_of_payer()
    refund, set_against = refunded(hall, excess), offset(hall, excess, due)
    client.force_login(hall.staff("yamada"))
    text = text_of(client.post(f"/staff/collection/excess/{excess.id}/{refund.id}/letter/").content)
    assert "過誤納金還付通知書" in text and "1,000円" in text and "****000" in text and ACCOUNT["holder"].replace(" ", "") not in text
    text = text_of(client.post(f"/staff/collection/excess/{excess.id}/{set_against.id}/letter/").content)
    assert "過誤納金充当通知書" in text and "第2期" in text and "17条の2" in text and "審査請求" in text
    assert set(GiveBack.objects.values_list("told_on", flat=True)) == {clock.today()}
    with pytest.raises(NothingToPrint):
        run_of("back")


def test_a_run_tells_each_of_what_was_approved_and_no_other(hall) -> None:
    excess, due = excess_of_payer()
    refunded(hall, excess)
    offset(hall, excess, due)
    givebacks.refund_ask(actor=hall.staff("yamada"), excess_id=excess.id, amount=500, account=ACCOUNT, since=None)
    run = run_of("back")
    assert (run.letters, run.amount) == (2, 3_000)
    text = text_of(printed(run))
    assert text.count("過誤納金還付通知書") == 1 and text.count("過誤納金充当通知書") == 1 and nightly.differences() == []
    GiveBack.objects.filter(run=run, kind="offset").update(run=None)
    assert [words for words in nightly.differences() if words.startswith("還付・充当通知書")]


def test_what_is_not_approved_has_no_letter_and_strangers_none(hall) -> None:
    excess, _ = excess_of_payer()
    back = givebacks.refund_ask(actor=hall.staff("yamada"), excess_id=excess.id, amount=500, account=ACCOUNT, since=None)
    with pytest.raises(NothingToPrint):
        desk.back_letter(actor=hall.staff("yamada"), excess_id=excess.id, back_id=str(back.id))
    for make in (lambda a: desk.back_letter(actor=a, excess_id=excess.id, back_id=str(back.id)),
                 lambda a: desk.ask_letter(actor=a, excess_id=excess.id)):
        with pytest.raises(DemandNotFound):
            make(hall.staff("tanaka"))


def test_while_it_is_printed_nothing_of_the_demand_changes_and_the_file_stays_while_its_names_do(hall) -> None:
    excess_of_payer()
    run = run_of("ask")
    with pytest.raises(SheetWrong):
        name_waiting(hall)
    with pytest.raises(SheetWrong):
        changes.change_read(actor=hall.staff("yamada"), charge="shiken", year=2026, data=changes_text((1, 2, 3, 4)).encode(), name="更正.csv")
    printed(run)
    assert name_waiting(hall).rows == 1
    why = {v.id: v.why_not for v in keeping.plan(today=dt.date(2099, 1, 1)) if v.kind == "letters"}
    assert why == {RunFile.objects.get(run=run).id: "廃棄していない調定があります"}


def test_the_payer_sees_it_and_is_mailed_without_a_word_of_tax(hall) -> None:
    excess, due = excess_of_payer()
    payer = Demand.objects.get().payer
    DueMail.objects.create(payer=payer, sealed_mail=keys.seal(remind.PURPOSE, b"hanako@example.jp", bound_to=payer), language="ja",
                           seen_on=clock.today())
    offset(hall, excess, due)
    mail, = Mail.objects.filter(key__startswith="back:")
    assert "お返しするもの" in mail.subject and "税" not in mail.subject + mail.body.replace("/my/taxes/", "") and "2,000円" not in mail.body
    held, set_against = mine.backs_of(payer)
    assert (held.amount, held.target) == (8_000, None)
    assert (set_against.amount, set_against.target) == (2_000, due)
    refunded(hall, Excess.objects.get())
    assert Mail.objects.filter(key__startswith="back:").count() == 2


def stopped(hall, excess, back, why):
    there = f"/staff/collection/excess/{excess.id}/"
    return hall.desk("nakamura").post(f"{there}{back.id}/", {"act": "decline", f"why-{back.id}": why})


def test_a_refund_is_stopped_after_its_letter_with_a_reason_that_both_sides_read(hall) -> None:
    excess, _ = excess_of_payer()
    payer = excess.instalment.demand.payer
    DueMail.objects.create(payer=payer, sealed_mail=keys.seal(remind.PURPOSE, b"hanako@example.jp", bound_to=payer), language="ja",
                           seen_on=clock.today())
    first = refunded(hall, excess, 10_000)
    desk.back_letter(actor=hall.staff("yamada"), excess_id=excess.id, back_id=str(first.id))
    answer = stopped(hall, excess, first, "")
    assert answer.status_code == 422 and "やめる理由を選んで" in answer.content.decode()
    assert GiveBack.objects.get().state == "approved", "nothing is stopped without a word"
    assert stopped(hall, excess, first, "account").status_code == 303
    page = hall.desk("yamada").get(f"/staff/collection/excess/{excess.id}/").content.decode()
    assert "却下（通知書のあと、振込先の口座が違う）" in page and "10,000円" in page
    assert Mail.objects.filter(key=f"back:{first.id}:stopped").count() == 1
    assert [b.stopped for b in mine.backs_of(payer)] == ["account"]
    assert AuditEntry.objects.get(action="refund.declined").facts["why"] == "account"
    second = refunded(hall, excess, 10_000)
    text = text_of(desk.back_letter(actor=hall.staff("yamada"), excess_id=excess.id, back_id=str(second.id)))
    assert "この通知書に替わるもの" in text and [b.stopped for b in mine.backs_of(payer)] == [""]
    assert nightly.differences() == []


def test_who_will_not_have_it_is_not_asked_for_an_account_again(hall) -> None:
    excess, _ = excess_of_payer()
    back = refunded(hall, excess, 10_000)
    assert stopped(hall, excess, back, "waived").status_code == 303
    with pytest.raises(NothingToPrint):
        run_of("ask")
    assert givebacks.free(Excess.objects.get(id=excess.id)) == 10_000, "it is theirs, and waits"
    back = refunded(hall, excess, 10_000)
    assert GiveBack.objects.get(id=back.id).state == "approved"
