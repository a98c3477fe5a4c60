"""All notices of a charge: in the order of the post, side by side, taken up again, reconciled to the yen; and each slip again."""

from __future__ import annotations

import csv
import datetime as dt
import io

import pypdf
import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from tests.support.hall import run_worker

from madoguchi.collection import desk, printing, runs
from madoguchi.collection.errors import NothingToPrint, RunWrong
from madoguchi.collection.models import Demand, Instalment, Run, RunFile
from madoguchi.collection.slips import check
from madoguchi.collection.slips.printed import printed
from madoguchi.files.models import StoredFile
from madoguchi.files.public import file_get, file_open
from madoguchi.kernel import clock

from .conftest import printed_run, sheet_text

ISSUED = dt.date(2026, 5, 1)


def text_of(data):
    return "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages)


def bytes_of(file):
    with file_open(file_get(str(file.file_id))) as source:
        return source.read()


def test_workers_print_every_notice_once_by_postcode(hall, demanded) -> None:
    demanded(people=5, parts=1, charge="keiji")
    Demand.objects.filter(notice="00000004").update(zip="1000001")
    printed_run(per_file=2)
    files = list(RunFile.objects.order_by("no"))
    assert [f.notices for f in files] == [2, 2, 1]
    assert files[0].zips == "1000001-9268611"
    assert sum(f.amount for f in files) == 50_000 == Run.objects.get().amount
    text = "".join(text_of(bytes_of(f)) for f in files)
    assert all(text.count(f"見本 {n}郎") >= 1 for n in range(1, 6))
    with pytest.raises(NothingToPrint):
        runs.run_start(actor="test", kind="notice", charge="keiji", year=2026, issued_on=ISSUED)


def test_what_is_printed_is_read_from_the_page_and_is_the_demand(hall, demanded, tmp_path) -> None:
    first, *_ = demanded(people=1, parts=4, charge="kotei")
    run = runs.run_start(actor="test", kind="notice", charge="kotei", year=2026, issued_on=ISSUED)
    run_worker()
    pdf = tmp_path / "notice.pdf"
    pdf.write_bytes(bytes_of(run.files.get()))
    findings = check.explain(pdf)
    assert check.wrong(findings) == []
    read = " ".join(f.ja for f in findings)
    for part in Instalment.objects.all():
        assert part.number in read
    assert first.number in text_of(pdf.read_bytes()).replace(" ", "")


def test_a_second_run_takes_only_what_came_since(hall, demanded) -> None:
    demanded(people=2, parts=1, charge="keiji")
    printed_run()
    later = sheet_text(people=1, parts=1).replace("00000001", "77777777")
    desk.demands_import(actor=hall.staff("yamada"), charge="keiji", year=2026, data=later.encode(), name="随時.csv")
    run = runs.run_start(actor="test", kind="notice", charge="keiji", year=2026, issued_on=ISSUED)
    assert (run.letters, run.amount) == (1, 10_000)


def test_a_run_that_prints_something_else_than_was_demanded_is_stopped(hall, demanded) -> None:
    demanded(people=2, parts=1, charge="keiji")
    run = runs.run_start(actor="test", kind="notice", charge="keiji", year=2026, issued_on=ISSUED, promise=False)
    file = run.files.get()
    data, written = printed(*runs.file_work(file))
    written.yen += 1
    with pytest.raises(RunWrong):
        runs.file_done(file, data, written)
    assert RunFile.objects.get().done_at is None


def test_printing_twice_keeps_one_file(hall, demanded) -> None:
    demanded(people=2, parts=1, charge="keiji")
    run = runs.run_start(actor="test", kind="notice", charge="keiji", year=2026, issued_on=ISSUED, promise=False)
    file = run.files.get()
    for _ in range(2):
        runs.file_done(file, *printed(*runs.file_work(file)))
    assert StoredFile.objects.filter(kind="application/pdf", owner="collection").count() == 1


def make(folder, *words):
    out = io.StringIO()
    call_command("collection", "notices", "make", "keiji", "--year", "2026", "--out", str(folder), "--per-file", "2",
                 "--known", "試し", *words, stdout=out, stderr=io.StringIO())
    return out.getvalue()


@pytest.mark.django_db(transaction=True)
def test_the_command_prints_on_several_cores_and_goes_on_where_it_stopped(hall, demanded, tmp_path, monkeypatch) -> None:
    demanded(people=5, parts=1, charge="keiji")
    run = runs.run_start(actor="cli", kind="notice", charge="keiji", year=2026, issued_on=ISSUED, per_file=2, promise=False)
    first = run.files.get(no=1)
    runs.file_done(first, *printed(*runs.file_work(first)))  # then somebody pulled the plug
    before = RunFile.objects.get(no=1).done_at
    said = make(tmp_path / "out", "--processes", "2")
    assert f"keiji-2026-notice{run.id}-0002.pdf 2通 4ページ 20,000円" in said
    assert "納税通知書・納入通知書5通、納付書5枚" in said and "帳簿と一円まで一致" in said
    assert RunFile.objects.get(no=1).done_at == before
    names = sorted(p.name for p in (tmp_path / "out").iterdir())
    assert names == [f"keiji-2026-notice{run.id}-{n:04d}.pdf" for n in (1, 2, 3)] + [f"keiji-2026-notice{run.id}-job.csv"]
    rows = list(csv.reader((tmp_path / "out" / names[-1]).open(encoding="utf-8-sig")))
    assert rows[-2][2:6:3] == rows[-1][2:6:3] == ["5", "50000"]
    with pytest.raises(CommandError, match="通知書を作る調定がありません"):
        make(tmp_path / "out")


def test_a_worker_tells_how_far_it_is_and_begins_again_after_a_kill(hall, demanded, monkeypatch) -> None:
    demanded(people=5, parts=1, charge="keiji")
    run = runs.run_start(actor="test", kind="notice", charge="keiji", year=2026, issued_on=ISSUED)
    runs.file_told(run.files.get(), 4, 8)  # whoever printed it was killed
    monkeypatch.setattr("madoguchi.collection.slips.printed.TOLD", 2)
    seen, told = [], runs.file_told
    monkeypatch.setattr(runs, "file_told", lambda file, notices, pages: (told(file, notices, pages), seen.append((notices, pages))))
    run_worker()
    assert seen == [(0, 0), (2, 4), (4, 8)]
    file = run.files.get()
    assert (file.notices, file.pages, file.slips) == (5, 10, 5)
    told(file, 1, 2)  # a slow one comes after
    assert run.files.get().notices == 5


@pytest.mark.django_db(transaction=True)
def test_the_command_tells_how_far_it_is_by_notices_of_all_processes(hall, demanded, tmp_path, monkeypatch) -> None:
    demanded(people=450, parts=1, charge="keiji")
    monkeypatch.setattr(printing, "LOOK", 0.01)
    run = runs.run_start(actor="cli", kind="notice", charge="keiji", year=2026, issued_on=ISSUED, per_file=449, promise=False)
    stored, told = [], printing.file_told
    monkeypatch.setattr(printing, "file_told", lambda file, notices, pages: (told(file, notices, pages), stored.append((file.no, notices, pages))))
    seen = list(printing.run_print(run, tmp_path, 2))
    assert seen[0] == printing.Far(0, 450, 0, 0, 2) and seen[-1] == printing.Far(450, 450, 900, 2, 2)
    assert [far.notices for far in seen] == sorted(far.notices for far in seen)
    assert any(0 < far.notices % 449 < 449 and far.notices not in (1, 450) for far in seen), "it moves within a file"
    assert stored and {(notices, pages) for _, notices, pages in stored} <= {(200, 400), (400, 800)}
    assert [(f.notices, f.pages) for f in run.files.order_by("no")] == [(449, 898), (1, 2)]


def laid(run):
    return [f"keiji-2026-notice{run.id}-{n:04d}.pdf" for n in (1, 2)] + [f"keiji-2026-notice{run.id}-job.csv"]


def test_a_run_that_was_printed_but_not_laid_into_the_folder_is_laid_by_the_same_command(hall, demanded, tmp_path) -> None:
    demanded(people=3, parts=1, charge="keiji")
    run = runs.run_start(actor="cli", kind="notice", charge="keiji", year=2026, issued_on=ISSUED, per_file=2, promise=False)
    for file in run.files.all():
        runs.file_done(file, *printed(*runs.file_work(file)))  # then somebody pulled the plug
    make(tmp_path / "out")
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == laid(run)


def test_a_run_broken_off_while_it_was_laid_comes_before_a_new_one(hall, demanded, tmp_path, monkeypatch) -> None:
    demanded(people=3, parts=1, charge="keiji")
    with monkeypatch.context() as plug, pytest.raises(OSError, match="full"):
        plug.setattr(printing, "_lay", full_disk)
        make(tmp_path / "out")
    later = sheet_text(people=1, parts=1).replace("00000001", "77777777")
    desk.demands_import(actor=hall.staff("yamada"), charge="keiji", year=2026, data=later.encode(), name="随時.csv")
    make(tmp_path / "out")
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == laid(Run.objects.get())
    make(tmp_path / "out")
    assert Run.objects.count() == 2


def full_disk(*_):
    raise OSError("full")


def test_a_slip_is_printed_again_for_what_is_left(hall, demanded, came, tmp_path) -> None:
    first, second, *_ = demanded(people=1, parts=4)
    came((first, 10_000), (second, 4_000))
    page = hall.desk("yamada").post(reverse("demand_slips", kwargs={"demand_id": first.demand_id}))
    assert page["Content-Type"] == "application/pdf"
    pdf = tmp_path / "slips.pdf"
    pdf.write_bytes(page.content)
    read = " ".join(f.ja for f in check.explain(pdf))
    assert check.wrong(check.explain(pdf)) == []
    assert first.number not in read and second.number in read
    assert "00000006000" in read
    came(*((part, part.amount - part.paid) for part in Instalment.objects.filter(settled_on=None)))
    done = hall.desk("yamada").post(reverse("demand_slips", kwargs={"demand_id": first.demand_id}))
    assert done.status_code == 422 and "すべて納付済みです" in done.content.decode()


def test_a_run_in_the_browser(hall, demanded) -> None:
    demanded(people=3, parts=1, charge="keiji")
    clerk = hall.desk("yamada")
    url = reverse("notice_runs")
    wrong = clerk.post(url, {"kind": "notice", "charge": "keiji", "year": "26", "issued_on": "2026-02-31"})
    assert wrong.status_code == 422 and "西暦4桁" in wrong.content.decode() and "発付の日は" in wrong.content.decode()
    asked = {"kind": "notice", "charge": "keiji", "year": "2026", "issued_on": "2026-05-01"}
    assert "通知書を作る調定がありません" in clerk.post(url, asked | {"charge": "kotei"}).content.decode()
    assert "作るものを選んでください" in clerk.post(url, asked | {"kind": "x"}).content.decode()
    sent = clerk.post(url, asked)
    assert sent.status_code == 303
    page = clerk.get(sent["Location"]).content.decode()
    assert "作っています" in page and "1ファイルのうち0ファイル" in page and "data-poll" in page and "今の状態を見る" in page
    assert "3通のうち0通、0ページ" in page and '<progress aria-label="印刷した通数" max="3" value="0">' in page and "0/3通" in page
    runs.file_told(RunFile.objects.get(), 2, 4)
    page = clerk.get(sent["Location"]).content.decode()
    assert "3通のうち2通、4ページ" in page and "2/3通" in page, "a worker is in the middle of the file"
    assert "0,0" in clerk.get(sent["Location"] + "job.csv").content.decode("utf-8-sig"), "what is half printed is in no sum"
    run_worker()
    page = clerk.get(sent["Location"]).content.decode()
    assert "すべてできました" in page and "1ファイルのうち1ファイル" in page and "data-poll" not in page
    assert "3通のうち3通、6ページ" in page
    file = RunFile.objects.get()
    pdf = clerk.get(reverse("notice_file", kwargs={"file_id": file.id}))
    assert b"".join(pdf.streaming_content).startswith(b"%PDF")
    assert "30000" in clerk.get(reverse("notice_job", kwargs={"run_id": file.run_id})).content.decode("utf-8-sig")


def test_the_slip_command_explains_a_page_and_refuses_what_is_none(hall, demanded, tmp_path) -> None:
    demanded(people=1, parts=1, charge="keiji")
    printed_run()
    pdf = tmp_path / "a.pdf"
    pdf.write_bytes(bytes_of(RunFile.objects.get()))
    out = io.StringIO()
    call_command("collection", "slip", "check", str(pdf), stdout=out)
    assert Instalment.objects.get().number in out.getvalue()
    pdf.write_bytes(b"%PDF-1.4 nothing")
    with pytest.raises(CommandError):
        call_command("collection", "slip", "check", str(pdf), stdout=out)


LATER = dt.date(2026, 6, 15)


def test_who_has_not_paid_is_reminded_once_and_called_ten_days_later(hall, demanded, came) -> None:
    first, second, third, fourth, fifth = demanded(people=5, parts=1, charge="keiji")
    came((first, 10_000), (second, 4_000), (third, 10_000, "prompt", "", clock.today()))
    with pytest.raises(NothingToPrint):
        runs.run_start(actor="test", kind="reminder", charge="keiji", year=2026, issued_on=dt.date(2026, 5, 31))
    run = runs.run_start(actor="test", kind="reminder", charge="keiji", year=2026, issued_on=LATER)
    run_worker()
    assert (run.letters, run.amount) == (3, 26_000), "not who has paid, nor whose payment is said to be on its way"
    text = text_of(bytes_of(run.files.get()))
    assert "督促状" in text and "6,000円" in text and "10日を経過した日まで" in text
    with pytest.raises(NothingToPrint) as refused:
        runs.run_start(actor="test", kind="reminder", charge="keiji", year=2026, issued_on=LATER)
    assert "督促状を送る未納の期別がありません" in refused.value.ja
    with pytest.raises(NothingToPrint):
        runs.run_start(actor="test", kind="call", charge="keiji", year=2026, issued_on=LATER + dt.timedelta(days=9))
    came((fourth, 10_000))
    called = runs.run_start(actor="test", kind="call", charge="keiji", year=2026, issued_on=LATER + dt.timedelta(days=10))
    assert (called.letters, called.amount) == (2, 16_000)
    run_worker()
    assert "催告書" in text_of(bytes_of(called.files.get()))
    assert fifth.reminders.count() == 2


def test_a_reminder_asks_for_what_was_left_when_it_was_made(hall, demanded, came) -> None:
    first, *_ = demanded(people=1, parts=1, charge="keiji")
    run = runs.run_start(actor="test", kind="reminder", charge="keiji", year=2026, issued_on=LATER)
    came((first, 3_000))  # crosses in the post
    run_worker()
    assert run.files.get().amount == 10_000
