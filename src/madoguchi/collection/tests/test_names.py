"""宛名の変更: letters go where a file of the tax system says, from then on; what was printed stays."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.management import CommandError, call_command
from tests.support.hall import run_worker

from madoguchi.collection import keeping, name_sheet, names, nightly, runs, witness
from madoguchi.collection.changed_sheets import changes_of
from madoguchi.collection.errors import MoneyMoved, SheetWrong
from madoguchi.collection.models import Change, Demand, Reminder, RunFile, Sheet
from madoguchi.collection.sheets import notices_of, reminders_of
from madoguchi.files.public import file_get, file_open
from madoguchi.kernel.models import AuditEntry
from madoguchi.kernel.witness import Act

from .conftest import change_waiting, name_waiting, names_text, printed_run

MOVED = ("見本 転居", "9260099", "石川県七尾市見本町99番地", "見本荘 9号")


def stands(demand):
    demand.refresh_from_db()
    return demand.name, demand.zip, demand.address, demand.building


def test_nothing_changes_until_somebody_has_looked_and_then_all_demands_of_the_payer_do(client, hall, demanded) -> None:
    demanded(people=2, parts=1, charge="keiji")
    demanded(people=1, charge="kotei")
    moved, stays = Demand.objects.filter(payer="0000000001"), Demand.objects.get(payer="0000000002")
    before = stands(stays), stands(moved[0])
    client.force_login(hall.staff("yamada"))
    sheet = name_waiting(hall)
    page = client.get(f"/staff/collection/names/{sheet.id}/").content.decode()
    assert "見本 1郎" in page and "見本 転居" in page and "2件" in page
    assert stands(moved[0]) == before[1]
    assert client.post(f"/staff/collection/names/{sheet.id}/", {"act": "take"}).status_code == 303
    assert [stands(demand) for demand in moved] == [MOVED, MOVED] and stands(stays) == before[0]
    entry = AuditEntry.objects.get(action="names.imported")
    assert (entry.facts["payers"], entry.facts["demands"]) == (1, 2) and "転居" not in str(entry.facts)
    assert list(witness.witness({"collection": [Act(e.seq, e.at, e.action, e.facts, False, e.actor) for e in AuditEntry.objects.filter(
        chain="collection").order_by("seq")]})) == []
    assert client.post(f"/staff/collection/names/{sheet.id}/", {"act": "take"}).status_code == 409
    assert "変更済み" in client.get("/staff/collection/names/").content.decode()


def test_a_file_of_before_brings_the_name_of_before_back(hall, demanded) -> None:
    demanded(people=1, parts=1, charge="keiji")
    yamada, demand = hall.staff("yamada"), Demand.objects.get()
    first, other = names_text((demand.payer,)).encode(), names_text((demand.payer,)).replace("見本 転居", "見本 再転居").encode()
    for data in (first, other, first):
        names.name_take(actor=yamada, sheet_id=names.name_read(actor=yamada, data=data, name="宛名.csv").id)
        assert names.names_import(actor="cli", data=data, name="宛名.csv")[1] is False, "the same again changes nothing"
    assert stands(demand) == MOVED and Sheet.objects.filter(kind="names").count() == 3


def test_letters_that_are_made_later_go_there_and_what_was_printed_stays(hall, demanded) -> None:
    demanded(people=1, parts=1, charge="keiji")
    file = RunFile.objects.get(id=printed_run()["file_id"])
    with file_open(file_get(str(file.file_id))) as source:
        printed = source.read()
    names.name_take(actor=hall.staff("yamada"), sheet_id=name_waiting(hall).id)
    demand = Demand.objects.get()
    run = runs.run_start(actor="test", kind="reminder", charge="keiji", year=2026, issued_on=dt.date(2026, 6, 15))
    letters = [*notices_of([demand.id], dt.date(2026, 6, 1)), *reminders_of(Reminder.objects.filter(run=run).values_list("id", flat=True))]
    run_worker()
    from madoguchi.collection import changes

    changes.change_take(actor=hall.staff("yamada"), sheet_id=change_waiting(hall).id)
    letters += changes_of([Change.objects.get().id], dt.date(2026, 6, 16))
    assert [(one.addressee.name, one.addressee.postcode, one.addressee.lines) for one in letters] == [(MOVED[0], MOVED[1], MOVED[2:])] * 3
    with file_open(file_get(str(file.file_id))) as source:
        assert source.read() == printed


def test_while_a_letter_is_printed_its_name_stays(hall, demanded) -> None:
    demanded(people=2, parts=1, charge="keiji")
    runs.run_start(actor="test", kind="notice", charge="keiji", year=2026, issued_on=dt.date(2026, 5, 1))
    with pytest.raises(SheetWrong) as refused:
        name_waiting(hall)
    assert refused.value.lines == ["2行目 宛名番号「0000000001」は、通知書か督促状を印刷しているところです。"
                                   "「通知書・督促状」でその回が終わってから、もう一度開いてください"]
    run_worker()
    assert name_waiting(hall).rows == 1


def test_a_run_that_begins_between_the_look_and_the_yes_refuses_it(client, hall, demanded) -> None:
    demanded(people=1, parts=1, charge="keiji")
    sheet = name_waiting(hall)
    runs.run_start(actor="test", kind="notice", charge="keiji", year=2026, issued_on=dt.date(2026, 5, 1))
    client.force_login(hall.staff("yamada"))
    answer = client.post(f"/staff/collection/names/{sheet.id}/", {"act": "take"})
    assert answer.status_code == 422 and "印刷しているところです" in answer.content.decode()
    assert Demand.objects.get().name == "見本 1郎"


@pytest.mark.parametrize(("text", "words"), [
    (names_text(code="926"), "2行目 「郵便番号」は7桁の数字で"), (names_text(name=""), "2行目 「氏名」は1〜120文字で"),
    (names_text(place=""), "2行目 「住所」は1〜160文字で"), (names_text(("1", "1")), "3行目 宛名番号「1」は2行目にもあります"),
    (names_text(()), "1行目 宛名が1つもありません"), ("宛名番号,氏名\n", "1行目 列「郵便番号」がありません")])
def test_every_error_is_told_with_its_line(text, words) -> None:
    with pytest.raises(SheetWrong) as refused:
        name_sheet.read(text.encode(), names={})
    assert any(line.startswith(words) for line in refused.value.lines), refused.value.lines


def test_a_file_with_an_error_changes_nothing_and_lines_of_nobody_are_named(client, hall, demanded) -> None:
    demanded(people=2, parts=1, charge="keiji")
    client.force_login(hall.staff("yamada"))
    with pytest.raises(SheetWrong):
        names.name_read(actor=hall.staff("yamada"), data=(names_text() + "0000000002,見本,x,町,\n").encode(), name="宛名.csv")
    assert not Sheet.objects.filter(kind="names").exists()
    sheet = names.name_read(actor=hall.staff("yamada"), data=names_text(("0000000001", "7777")).encode(), name="宛名.csv")
    page = client.get(f"/staff/collection/names/{sheet.id}/").content.decode()
    assert "3行目 7777" in page
    with pytest.raises(SheetWrong) as refused:
        names.name_read(actor=hall.staff("yamada"), data=names_text(("7777",)).encode(), name="宛名.csv")
    assert "変わる宛名が1つもありません" in refused.value.lines[0]


def test_no_drops_the_file_and_changes_nothing(hall, demanded) -> None:
    demanded(people=1, parts=1, charge="keiji")
    sheet = name_waiting(hall)
    names.name_drop(actor=hall.staff("yamada"), sheet_id=sheet.id)
    assert not Sheet.objects.filter(id=sheet.id).exists() and Demand.objects.get().name == "見本 1郎"
    taken = names.name_take(actor=hall.staff("yamada"), sheet_id=name_waiting(hall).id)
    with pytest.raises(MoneyMoved):
        names.name_drop(actor=hall.staff("yamada"), sheet_id=taken.id)


def test_the_command_shows_and_takes(hall, demanded, capsys, tmp_path) -> None:
    demanded(people=2, parts=1, charge="keiji")
    file = tmp_path / "宛名.csv"
    file.write_text(names_text(("0000000001", "5")))
    call_command("collection", "names", "import", str(file), "--dry-run")
    assert "宛名が変わる方1件、今の宛名と同じ0件、調定のない宛名番号1件" in capsys.readouterr().out
    assert Demand.objects.filter(name=MOVED[0]).count() == 0
    for words in ("宛名1件、その調定1件の宛名を変えました", "もう取り込んであります"):
        call_command("collection", "names", "import", str(file))
        assert words in capsys.readouterr().out
    assert [stands(demand) for demand in Demand.objects.order_by("id")][0] == MOVED
    with pytest.raises(CommandError):
        file.write_text(names_text(code="x"))
        call_command("collection", "names", "import", str(file))


def test_a_file_that_waits_is_kept(hall, demanded) -> None:
    demanded(people=1, parts=1, charge="keiji")
    sheet = name_waiting(hall)
    why = {v.id: v.why_not for v in keeping.plan(today=dt.date(2099, 1, 1)) if v.kind == "sheet"}
    assert "宛名の変更" in why[sheet.id]
    names.name_take(actor=hall.staff("yamada"), sheet_id=sheet.id)
    assert {v.id: v.why_not for v in keeping.plan(today=dt.date(2099, 1, 1)) if v.kind == "sheet"}[sheet.id] == ""


def test_the_books_are_whole_while_a_file_waits_and_after(hall, demanded) -> None:
    demanded(people=1, parts=1, charge="keiji")
    sheet = name_waiting(hall)
    assert nightly.differences() == []
    names.name_take(actor=hall.staff("yamada"), sheet_id=sheet.id)
    assert nightly.differences() == []
