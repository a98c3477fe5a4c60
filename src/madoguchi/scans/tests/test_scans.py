"""From the filled-in paper to the case: sheets find together, boxes are cut out, a machine suggests, a person decides."""

from __future__ import annotations

import copy
import datetime as dt
import io
import re

import pytest
from django.db.models import Count
from PIL import Image
from tests.support.hall import Hall, body_of, run_worker
from tests.support.scan import pdf
from tests.support.walk import text

from madoguchi.casework.models import Case
from madoguchi.files.models import StoredFile
from madoguchi.intake.models import Application
from madoguchi.kernel import clock, failpoints, outbox
from madoguchi.kernel.models import AuditEntry
from madoguchi.procedures import public as procedures
from madoguchi.procedures.rules import generate
from madoguchi.scans import cell, keying, reading, rules, selectors, services, taking
from madoguchi.scans.errors import PlaceTaken, ReceivedWrong, ScanKnown, ScanSlow, ScanTooLong, ScanUnreadable
from madoguchi.scans.models import Packet, Page, Upload
from madoguchi.scans.rules import Leaf, sort

from .conftest import SLUG, forms, sent

HOME = {"zip": "9268611", "city": "石川県七尾市", "town": "袖ケ江町", "lot": "25", "building": ""}
ON_PAPER = {
    "filer": ("✓self",), "phone": ("0767", "00", "1234"), "public_servant": ("✓no",), "deceased_name": ("見本", "太郎"),
    "deceased_kana": ("ミホン", "タロウ"), "deceased_born": ("✓s", "55", "4", "12"), "deceased_address": ("926", "8611", "石川県七尾市袖ケ江町25"),
    "died": ("8", "10", "23"), "name": ("見本", "花子"), "kana": ("ミホン", "ハナコ"), "born": ("✓h", "22", "5", "15"),
    "address": ("926", "8611", "石川県七尾市袖ケ江町25"), "relation": ("✓child",), "custody": ("✓yes",), "others": ("✓no",),
}
ANSWERS = {
    "filer": "self", "phone": "0767001234", "public_servant": False, "deceased_name": {"sei": "見本", "mei": "太郎"},
    "deceased_kana": {"sei": "ミホン", "mei": "タロウ"}, "deceased_born": "1980-04-12", "deceased_address": HOME, "died": "2026-10-23",
    "name": {"sei": "見本", "mei": "花子"}, "kana": {"sei": "ミホン", "mei": "ハナコ"}, "born": "2010-05-15", "address": HOME, "relation": "child",
    "custody": True, "others": False,
    "account": {"bank": "0005", "bank_name": "三菱\uff35\uff26\uff2a", "branch": "001", "branch_name": "本店", "kind": "普通", "number": "0000001",
                "holder": "ミホン ハナコ"},
}


def taken(hall: Hall, images, who: str = "tanaka", section: str = "kosodate", data: bytes = b"") -> Upload:
    data = data or pdf(images)
    upload = taking.scan_take(actor=hall.staff(who), section=section, source=io.BytesIO(data), name="scan.pdf", size=len(data))
    run_worker()
    return upload


def typed(d, page, answers):
    return generate.as_lists(generate.post_data(d, page, answers))


def test_from_paper_to_the_case(hall: Hall):
    d = hall.definition(SLUG)
    desk = hall.desk("tanaka")
    data = pdf(forms(SLUG, ON_PAPER))
    there = desk.post("/staff/scans/", {"scan": sent(data), "section": "kosodate"})["Location"]
    assert "読み取り中 0/2" in text(desk.get(there)) and "読み取っています（0/2枚）" in text(desk.get("/staff/scans/"))
    assert not Packet.objects.exists() and not Page.objects.exists(), "nothing is read while the clerk waits"
    run_worker()
    packet = Packet.objects.get()
    assert "2枚を読み取りました" in text(desk.get(there)) and f"/staff/scans/p/{packet.id}/" in desk.get(there).content.decode()
    assert (packet.slug, packet.version, packet.section) == (SLUG, procedures.current(SLUG).number, "kosodate")
    assert [p.leaf for p in selectors.pages_of_packet(packet)] == [1, 2] and all(len(p.marks) == 4 for p in packet.pages.all())
    at = f"/staff/scans/p/{packet.id}/"
    assert f'href="{at}' in desk.get("/staff/scans/").content.decode() and desk.get(at).status_code == 200
    for step in d.steps:
        if step.id == "siblings_page":
            continue
        shown = desk.get(f"{at}k/{step.id}/")
        assert shown.status_code == 200 and f"{at}crop/" in shown.content.decode()
        if step.id == "claimant_page" and reading.installed():
            assert "読み取り候補" in text(shown)
        went = desk.post(f"{at}k/{step.id}/", typed(d, step, ANSWERS))
        assert went.status_code == 303, text(went)
    check = desk.get(went["Location"])
    assert went["Location"] == f"{at}check/" and "見本\u3000花子" in text(check) and "このままでは" not in text(check)
    assert desk.post(f"{at}check/", {"received": "2026-11-21"}).status_code == 422, "tomorrow"
    assert "この10年の日付" in text(desk.post(f"{at}check/", {"received": "1990-01-01"}))
    assert not Application.objects.exists()
    assert desk.post(f"{at}check/", {"received": "2026-11-18"})["Location"] == at
    row = Application.objects.get()
    assert row.channel == "paper" and row.answers == ANSWERS and row.filed_at.date() == dt.date(2026, 11, 17)  # the 18th, in Japan
    assert row.receipt in text(desk.get(at)) and not row.code_digest
    filed = AuditEntry.objects.get(action="application.filed")
    scans = [f["sha256"] for f in row.files["scans"]]
    assert filed.actor == "staff:tanaka" and filed.facts["scans"] == scans and filed.facts["received"] == "2026-11-18" and len(scans) == 2
    assert not Page.objects.exists() and StoredFile.objects.count() == 2, "the pictures are the application's; the file that came is gone"
    assert desk.post(f"{at}check/", {"received": "2026-11-18"}).status_code == 303 and Application.objects.count() == 1, "pressed twice"
    run_worker()
    case = Case.objects.get()
    assert case.channel == "paper" and case.answers == ANSWERS
    page = text(desk.get(f"/staff/case/{case.id}/"))
    assert "紙で受付" in page
    assert desk.get(f"/staff/case/{case.id}/file/{row.files['scans'][0]['id']}/").status_code == 200


@pytest.mark.skipif(not reading.installed(), reason="tesseract with jpn is not installed: .tools/test-needs.sh")
def test_what_is_read_is_suggested_and_nothing_more(hall: Hall):
    d = hall.definition(SLUG)
    taken(hall, forms(SLUG, ON_PAPER))
    packet = Packet.objects.get()
    raw = keying.suggested(packet, d.step("claimant_page")) | keying.suggested(packet, d.step("deceased_page"))
    assert raw["name.sei"] == ["見本"] and raw["name.mei"] == ["花子"] and raw["address.zip"] == ["9268611"]
    assert raw["born.era"] == ["h"] and raw["born.y"] == ["22"] and raw["born.m"] == ["5"] and raw["born.d"] == ["15"]
    assert raw["died.era"] == ["r"] and raw["public_servant"] == ["no"] and raw["relation"] == ["child"]
    first = keying.suggested(packet, d.step("filer_page"))
    assert first["phone"] == ["0767001234"] and first["filer"] == ["self"] and "agent_name.sei" not in first, "an empty box suggests nothing"
    packet.refresh_from_db()
    assert not packet.draft and not AuditEntry.objects.filter(action="application.filed").exists()


def test_without_the_program_one_types_without_suggestions(hall: Hall, monkeypatch):
    d = hall.definition(SLUG)
    taken(hall, forms(SLUG, ON_PAPER))
    packet = Packet.objects.get()
    monkeypatch.setattr(reading, "PROGRAM", "no-such-program")
    raw = keying.suggested(packet, d.step("claimant_page"))
    assert raw["relation"] == ["child"] and "name.sei" not in raw, "squares need no program"
    page = hall.desk("tanaka").get(f"/staff/scans/p/{packet.id}/k/claimant_page/")
    assert page.status_code == 200 and "読み取り候補は出ません" in text(page)


def test_a_crop_shows_its_box_put_straight(hall: Hall):
    hall.definition(SLUG)
    taken(hall, forms(SLUG, ON_PAPER, turn=-2.0, shrink=0.93))
    packet = Packet.objects.get()
    found = selectors.boxes_of(packet)
    n = next(n for n, (_, box) in enumerate(found) if box.question == "name")
    answer = hall.desk("tanaka").get(f"/staff/scans/p/{packet.id}/crop/{n}/")
    image = Image.open(io.BytesIO(answer.content)).convert("L")
    assert answer["Content-Type"] == "image/jpeg" and image.width > 8 * found[n][1].place.width
    ink = sum(image.crop((100, 16, image.width - 16, image.height - 16)).histogram()[:110])
    assert ink > 300, "the text is in it"
    edges = [sum(image.crop((0, y, image.width, y + 1)).histogram()[:140]) > image.width * 0.6 for y in range(image.height)]
    assert any(edges[:16]) and any(edges[-16:]), "the printed frame lies even, above and below"
    assert hall.desk("tanaka").get(f"/staff/scans/p/{packet.id}/crop/9999/").status_code == 404


def test_faults_stand_beside_the_picture_and_what_lacks_keeps_it_on_the_list(hall: Hall):
    d = hall.definition(SLUG)
    taken(hall, forms(SLUG, ON_PAPER))
    packet = Packet.objects.get()
    desk, at = hall.desk("tanaka"), f"/staff/scans/p/{packet.id}/"
    page = d.step("claimant_page")
    refused = desk.post(f"{at}k/claimant_page/", typed(d, page, ANSWERS) | {"address.zip": ["123"]})
    body = refused.content.decode()
    assert refused.status_code == 422 and "7けたの数字" in text(refused) and 'value="123"' in body and f"{at}crop/" in body
    refused = desk.post(f"{at}check/", {"received": "2026-11-20"})
    assert refused.status_code == 422 and "まだ直すところがあります" in text(refused) and not Application.objects.exists()
    long = desk.post(f"{at}note/", {"note": "長い理由" * 80, "received": "2026-11-18"})
    assert long.status_code == 422 and "理由は300字までです" in text(long) and "長い理由" * 80 in text(long) and "2026-11-18" in text(long)
    assert desk.post(f"{at}note/", {"note": "電話番号を確かめる", "received": "2026-11-19"}).status_code == 303
    assert "電話番号を確かめる" in text(desk.get("/staff/scans/"))
    assert 'value="2026-11-19"' in desk.get(f"{at}check/").content.decode()


def test_many_applications_a_lacking_page_a_page_twice_and_a_foreign_sheet(hall: Hall, blank):
    hall.definition(SLUG)
    one, two = forms(SLUG, ON_PAPER), forms(SLUG, ON_PAPER, turn=0.5)
    taken(hall, [*one, two[0], two[0], blank])
    first, second = sorted(Packet.objects.all(), key=lambda p: -p.pages.count())[:2]
    third = Packet.objects.exclude(id__in=[first.id, second.id]).first()
    shown = {s.packet.id: s.lacking for s in selectors.packet_list(actor=hall.staff("tanaka"))}
    assert shown[first.id] == () and third is not None and shown[second.id] == (2,) and shown[third.id] == (2,)
    (aside,) = selectors.page_list(actor=hall.staff("tanaka"))
    assert aside.problem == rules.BLANK and aside.sheet == 5
    desk = hall.desk("tanaka")
    assert "白紙のような紙" in text(desk.get("/staff/scans/")) and desk.get(f"/staff/scans/page/{aside.id}/picture/").status_code == 200
    refused = desk.post(f"/staff/scans/page/{aside.id}/", {"where": f"{first.id}:", "leaf": "2"})
    assert refused.status_code == 422 and PlaceTaken.ja in text(refused)
    assert desk.post(f"/staff/scans/page/{aside.id}/", {"where": f"{second.id}:", "leaf": "2"})["Location"] == f"/staff/scans/p/{second.id}/"
    assert desk.post(f"/staff/scans/page/{aside.id}/", {"where": f":{SLUG}", "leaf": "0"}).status_code == 303
    aside.refresh_from_db()
    assert aside.packet_id not in (first.id, second.id, third.id) and aside.leaf == 0
    single = third.pages.get()
    assert desk.post(f"/staff/scans/page/{single.id}/drop/").status_code == 303
    assert not Packet.objects.filter(id=third.id).exists() and not StoredFile.objects.filter(id=single.file).exists()


def test_a_sheet_that_cannot_be_read_holds_up_no_other(hall: Hall, monkeypatch):
    hall.definition(SLUG)
    seen, times, one = cell.sheet, [], forms(SLUG, ON_PAPER)

    def sheet(source, number, folder):
        times.append(number)
        if number == 3:
            raise ScanSlow
        if number == 5:
            raise ScanUnreadable
        return seen(source, number, folder)

    monkeypatch.setattr(cell, "sheet", sheet)
    upload = taken(hall, [*one, *one, one[0]])
    later = clock.now  # the pauses of what is tried again
    for minutes in (1, 2):
        monkeypatch.setattr(clock, "now", lambda m=minutes: later() + dt.timedelta(minutes=m))
        run_worker()
    upload.refresh_from_db()
    assert times == [1, 2, 3, 3, 3, 4, 5] and (upload.state, upload.broken) == (rules.DONE, [3, 5])
    first, second = Packet.objects.annotate(n=Count("pages")).order_by("-n")
    assert [p.sheet for p in selectors.pages_of_packet(first)] == [1, 2]
    assert [(p.sheet, p.leaf) for p in selectors.pages_of_packet(second)] == [(4, 2)], "not added to the application before the gap"
    page = text(hall.desk("tanaka").get(f"/staff/scans/u/{upload.id}/"))
    assert "3・5枚目は読み取れませんでした" in page and "3枚を読み取りました" in page
    assert StoredFile.objects.count() == 3, "the file that came is gone"


def test_nothing_of_a_scan_is_shown_or_placed_while_it_is_read(hall: Hall, blank):
    hall.definition(SLUG)
    data = pdf([blank, blank])
    upload = taking.scan_take(actor=hall.staff("tanaka"), section="kosodate", source=io.BytesIO(data), name="a.pdf", size=len(data))
    assert outbox.run_once() and Page.objects.count() == 1
    (shown,) = selectors.upload_list(actor=hall.staff("tanaka"))
    assert (shown.at, shown.whole) == (1, False) and not selectors.page_list(actor=hall.staff("tanaka"))
    page, desk = Page.objects.get(), hall.desk("tanaka")
    assert desk.get(f"/staff/scans/page/{page.id}/").status_code == 404
    assert desk.post(f"/staff/scans/page/{page.id}/drop/").status_code == 404
    assert "読み取り中 1/2" in text(desk.get(f"/staff/scans/u/{upload.id}/"))
    run_worker()
    assert len(selectors.page_list(actor=hall.staff("tanaka"))) == 2 and not selectors.upload_list(actor=hall.staff("tanaka"))


def test_what_a_crash_left_is_taken_over_or_swept(hall: Hall, monkeypatch):
    hall.definition(SLUG)
    data = pdf(forms(SLUG, ON_PAPER)[:1])

    def dies(name):
        if name == "scans.take.before_commit":
            raise SystemExit(9)

    monkeypatch.setattr(failpoints, "hit", dies)
    for _ in range(2):  # the second press takes over
        with pytest.raises(SystemExit):
            taking.scan_take(actor=hall.staff("tanaka"), section="kosodate", source=io.BytesIO(data), name="a.pdf", size=len(data))
    assert Upload.objects.get().state == rules.TAKING and StoredFile.objects.count() == 1
    assert hall.desk("tanaka").get(f"/staff/scans/u/{Upload.objects.get().id}/").status_code == 404
    assert services.scans_sweep() == 0
    later = clock.now() + dt.timedelta(minutes=61)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert services.scans_sweep() == 1 and not Upload.objects.exists() and not StoredFile.objects.exists()
    monkeypatch.setattr(failpoints, "hit", lambda name: None)
    taken(hall, [], data=data)
    assert Packet.objects.count() == 1


def test_sheets_are_sorted_by_what_their_codes_say():
    def leaf(page, slug="a", version=1):
        return Leaf(slug, version, page)

    done = sort([leaf(1), leaf(2), leaf(1), leaf(3), leaf(2), leaf(2), "no_code", leaf(2, "b"), leaf(1, "a", 2)])
    assert done.packets == [{1: 0, 2: 1}, {1: 2, 3: 3, 2: 4}, {2: 7}, {1: 8}] and done.aside == {5: "twice", 6: "no_code"}
    assert rules.code_read("madoguchi:a:2026-11-22:2") == rules.Code("a", "2026-11-22", 2)
    assert rules.code_read("https://example.jp/") is None
    assert rules.split_address("石川県 七尾市 袖ケ江町イ部25") == {"city": "石川県七尾市", "town": "袖ケ江町イ部", "lot": "25"}


def test_the_same_file_is_told_and_not_taken_twice(hall: Hall):
    hall.definition(SLUG)
    data = pdf(forms(SLUG, ON_PAPER)[:1])
    taken(hall, [], data=data)
    with pytest.raises(ScanKnown):
        taken(hall, [], data=data)
    again = hall.desk("tanaka").post("/staff/scans/", {"scan": sent(data), "section": "kosodate"})
    assert again.status_code == 422 and "すでに読み込まれています" in text(again) and Packet.objects.count() == 1


def test_a_form_of_an_earlier_version_is_typed_off_on_it(hall: Hall):
    body = copy.deepcopy(body_of(SLUG))
    hall.definition(SLUG)
    number = procedures.current(SLUG).number
    old = forms(SLUG, ON_PAPER)
    body["版"] = "2026-11-30"
    hall.publish(SLUG, body)
    assert procedures.current(SLUG).number == number + 1
    taken(hall, old)
    packet = Packet.objects.get()
    assert packet.version == number and selectors.boxes_of(packet)
    d, actor = procedures.version(SLUG, number).definition, hall.staff("tanaka")
    desk = hall.desk("tanaka")
    for step in d.steps:
        if step.id != "siblings_page":
            desk.post(f"/staff/scans/p/{packet.id}/k/{step.id}/", typed(d, step, ANSWERS))
    services.packet_file(actor=actor, packet_id=str(packet.id), received=dt.date(2026, 11, 20))
    assert Application.objects.get().version == number


@pytest.mark.parametrize("data", [b"%PDF-1.7 broken", b"\xff\xd8\xff\xe0 broken", b"hello", b""])
def test_what_is_no_scan_is_refused_in_words(hall: Hall, data):
    hall.definition(SLUG)
    answer = hall.desk("tanaka").post("/staff/scans/", {"scan": sent(data), "section": "kosodate"})
    assert answer.status_code == 422 and "scan-e" in answer.content.decode()
    assert not Upload.objects.exists() and not StoredFile.objects.exists()


def test_too_many_sheets_and_a_bomb_are_refused(tmp_path, blank):
    import pypdfium2

    document = pypdfium2.PdfDocument.new()
    for _ in range(cell.MOST + 1):
        document.new_page(100, 100)
    out = io.BytesIO()
    document.save(out)
    with pytest.raises(ScanTooLong):
        cell.count(out)
    bomb = io.BytesIO()
    Image.new("1", (20000, 20000)).save(bomb, "PNG")
    with pytest.raises(ScanUnreadable):
        cell.count(bomb)
    with pytest.raises(ScanUnreadable):
        cell.sheet(bomb, 1, tmp_path)


def test_the_day_of_receipt_is_today_or_before(hall: Hall):
    assert services.received_read(dt.date(2026, 11, 20)).hour == 10
    for day in (None, dt.date(2026, 11, 21), dt.date(2000, 1, 1)):
        with pytest.raises(ReceivedWrong):
            services.received_read(day)


def test_who_may_not_work_cases_takes_nothing_in(hall: Hall):
    hall.definition(SLUG)
    assert hall.desk("admin").get("/staff/scans/").status_code == 403
    assert hall.desk("admin").post("/staff/scans/", {"section": "kosodate"}).status_code == 403
    assert hall.desk("sato").post("/staff/scans/", {"scan": sent(b"%PDF-1.7"), "section": "kosodate"}).status_code == 403
    assert re.search("紙の申請", text(hall.desk("tanaka").get("/staff/"))) and "紙の申請" not in text(hall.desk("admin").get("/staff/people/"))


def test_what_was_filed_leaves_the_list_after_a_month(hall: Hall, settings):
    hall.definition(SLUG)
    taken(hall, forms(SLUG, ON_PAPER)[:1])
    Page.objects.all().delete()
    Packet.objects.update(state="filed", filed_at=dt.datetime(2026, 10, 1, tzinfo=dt.UTC))
    assert services.scans_sweep() == 1 and not Packet.objects.exists() and Upload.objects.exists()


@pytest.mark.parametrize(("languages", "reads"), [("eng\\njpn", True), ("eng\\nosd", False), ("", False)])
def test_a_program_without_japanese_reads_nothing(tmp_path, monkeypatch, languages, reads):
    program = tmp_path / "tesseract"
    program.write_text(f"#!/bin/sh\nprintf 'List of available languages:\\n{languages}\\n'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert reading.installed() is reads
    program.unlink()
    monkeypatch.setenv("PATH", str(tmp_path))
    assert reading.installed() is False
