"""Photos and PDFs as people send them: what is believed, what is taken out, what is refused, and with which words."""

from __future__ import annotations

import io
from pathlib import Path

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from tests.support import papers
from tests.support.hall import Hall
from tests.support.walk import Walk, text

from madoguchi.files.models import StoredFile
from madoguchi.files.public import FileRefused, file_keep
from madoguchi.intake.models import Application

SLUG, SLOT = "jidou-teate-mishiharai", "passbook"


def keep(data, name="photo.jpg", **more):
    return file_keep(source=io.BytesIO(data), name=name, size=len(data), owner="draft:test", **more)


def stored(hall, row):
    return (hall.home / "files" / row.place).read_bytes()


@pytest.fixture
def walk(hall: Hall):
    answers = hall.answers(SLUG)
    found = Walk(hall.browser("hanako"), SLUG, answers)
    found.go(stop="documents")
    return found


def send(walk, *files, action="add", slot=SLOT):
    return walk.client.post(walk.url("documents"), {
        "_action": action, f"file.{slot}": [SimpleUploadedFile(name, data) for name, data in files]})


# --- through the page


def test_a_photo_and_a_pdf_are_taken_shown_and_filed(walk, hall):
    assert send(walk, ("passbook.jpg", papers.jpeg()), ("card.pdf", papers.pdf())).status_code == 303
    page = text(walk.client.get(walk.url("documents")))
    assert "passbook.jpg" in page
    assert "card.pdf" in page
    first = walk.draft.files[SLOT][0]["id"]
    shown = walk.client.get(walk.url(f"file/{first}"))
    assert shown.status_code == 200
    assert shown["Content-Type"] == "image/jpeg"
    assert shown["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in shown["Content-Security-Policy"]
    walk.submit()
    filed = Application.objects.get()
    assert [f["name"] for f in filed.files[SLOT]] == ["passbook.jpg", "card.pdf"]
    assert walk.client.get(f"/my/{filed.id}/file/{first}/").status_code == 200


def test_a_sentence_as_a_name_with_a_dot_early_on_is_taken(walk, hall):
    name = f"令和8.{'地震のあとに家の前で撮った写真' * 8}"
    assert send(walk, (name, papers.jpeg())).status_code == 303
    assert [f["name"] for f in walk.draft.files[SLOT]] == [name]
    assert not list((hall.home / "incoming").iterdir())


def test_a_refused_file_keeps_the_others_and_the_answers(walk):
    before = walk.draft.answers
    answer = send(walk, ("good.jpg", papers.jpeg()), ("bad.jpg", b"<html><script>alert(1)</script>"))
    assert answer.status_code == 422
    page = text(answer)
    assert "bad.jpg" in page
    assert "この種類のファイルは受け取れません" in page
    assert f'href="#file-{SLOT}"' in page
    assert [f["name"] for f in walk.draft.files[SLOT]] == ["good.jpg"]
    assert walk.draft.answers == before


def test_too_many_files_are_refused_and_one_can_be_exchanged(walk):
    assert send(walk, ("1.jpg", papers.jpeg()), ("2.jpg", papers.jpeg())).status_code == 303
    answer = send(walk, ("3.jpg", papers.jpeg()))
    assert answer.status_code == 422
    assert "2個まで" in text(answer)
    gone = walk.draft.files[SLOT][0]["id"]
    place = StoredFile.objects.get(id=gone).place
    assert walk.client.post(walk.url("documents"), {"_remove": gone}).status_code == 303
    assert not StoredFile.objects.filter(id=gone).exists()
    assert not (Path(walk_root(walk)) / place).exists(), "the bytes go too"
    assert send(walk, ("3.jpg", papers.jpeg())).status_code == 303


def walk_root(walk):
    from django.conf import settings

    return settings.FILES_ROOT


def test_a_slot_that_does_not_exist_takes_nothing(walk):
    assert send(walk, ("1.jpg", papers.jpeg()), slot="no_such_slot").status_code == 404
    assert not StoredFile.objects.exists()


def test_somebody_elses_file_cannot_be_removed_through_ones_own_draft(walk, hall):
    send(walk, ("mine.jpg", papers.jpeg()))
    mine = walk.draft.files[SLOT][0]["id"]
    taro = Walk(hall.browser("taro"), SLUG, walk.answers)
    assert taro.client.post(taro.url("documents"), {"_remove": mine}).status_code == 404
    assert StoredFile.objects.filter(id=mine).exists()


def test_a_discarded_draft_takes_its_files_along(walk, hall, django_capture_on_commit_callbacks):
    send(walk, ("mine.jpg", papers.jpeg()))
    with django_capture_on_commit_callbacks(execute=True):
        walk.client.post(walk.url("discard"))
    assert not StoredFile.objects.exists()
    assert [p for p in (hall.home / "files").rglob("*") if p.is_file()] == []


def test_a_file_larger_than_allowed_is_refused_with_the_size(walk, settings):
    settings.UPLOAD_MAX_BYTES = 2_000_000
    answer = send(walk, ("big.jpg", papers.jpeg() + b"\0" * 2_000_000))
    assert answer.status_code == 422
    assert "2MBまで" in text(answer)
    assert not walk.draft.files.get(SLOT)


@pytest.mark.parametrize("name", ["../../../etc/passwd.jpg", "C:\\Users\\hanako\\passwd.jpg", "/etc/passwd.jpg"])
def test_a_name_with_a_path_is_only_a_name(walk, hall, name):
    assert send(walk, (name, papers.jpeg())).status_code == 303
    row = StoredFile.objects.get()
    assert row.name == "passwd.jpg"
    path = hall.home / "files" / row.place
    assert path.is_file()
    assert path.resolve().is_relative_to((hall.home / "files").resolve())
    assert "passwd" not in row.place, "on disk it has a random name"


# --- what is believed


@pytest.mark.parametrize(("make", "name", "kind"), [
    (papers.jpeg, "x.pdf", "image/jpeg"), (papers.png, "x.jpg", "image/png"), (papers.pdf, "x.jpg", "application/pdf"),
])
def test_the_content_decides_and_not_the_name(hall, make, name, kind):
    assert keep(make(), name).kind == kind


@pytest.mark.parametrize("data", [
    b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", b"<!doctype html><p>hello", b"PK\x03\x04" + b"\0" * 40,
    b"MZ" + b"\0" * 64, b"GIF89a" + b"\0" * 20, "氏名,住所\r\n".encode(), b"\0" * 100, b"x",
])
def test_other_sorts_are_refused(hall, data):
    with pytest.raises(FileRefused) as refused:
        keep(data)
    assert "選んでください" in refused.value.ja
    assert not StoredFile.objects.exists()


def test_an_empty_file_is_refused(hall):
    with pytest.raises(FileRefused, match="file_refused"):
        keep(b"")


@pytest.mark.parametrize("data", [papers.jpeg()[:200], b"\xff\xd8\xff\xe0" + b"\0" * 50, papers.png()[:30], papers.pdf()[:60]])
def test_a_torn_file_is_refused_and_leaves_nothing_behind(hall, data):
    with pytest.raises(FileRefused):
        keep(data)
    assert [p for p in (hall.home / "files").rglob("*") if p.is_file()] == []


def test_a_picture_too_large_to_open_is_refused_before_it_is_decoded(hall):
    with pytest.raises(FileRefused):
        keep(papers.png_bomb())


def test_only_the_sorts_that_the_slot_allows(hall):
    with pytest.raises(FileRefused, match="file_refused"):
        keep(papers.pdf(), allowed=("画像",))
    with pytest.raises(FileRefused, match="file_refused"):
        keep(papers.jpeg(), allowed=("PDF",))


# --- what is taken out


def scan_of(data):
    """From the first start-of-scan to the end of the picture: what draws."""
    return data[data.index(b"\xff\xda"):data.rindex(b"\xff\xd9") + 2]


def test_position_and_camera_go_and_the_picture_stays_bit_for_bit(hall):
    before = papers.jpeg_with_position()
    with Image.open(io.BytesIO(before)) as picture:
        assert picture.getexif().get_ifd(0x8825), "the test photo must have a position"
    assert b"136.9642E" in before
    after = stored(hall, keep(before))
    with Image.open(io.BytesIO(before)) as old, Image.open(io.BytesIO(after)) as new:
        exif = new.getexif()
        assert dict(exif.get_ifd(0x8825)) == {}
        assert 0x8825 not in exif
        assert set(exif) <= {0x0112, 0x0132}, "only how it lies and when it was taken"
        assert exif[0x0112] == 6
        assert exif[0x0132] == "2026:11:10 07:30:00"
        assert "comment" not in new.info
        assert new.tobytes() == old.tobytes()
    assert scan_of(after) == scan_of(before)
    for passenger in (b"136.9642E", b"TestCam", b"Model 7"):
        assert passenger not in after


def test_what_hangs_behind_the_picture_goes(hall):
    after = stored(hall, keep(papers.jpeg() + b"PK\x03\x04 a zip in disguise"))
    assert after.endswith(b"\xff\xd9")
    with Image.open(io.BytesIO(after)) as picture:
        picture.load()


def test_text_chunks_of_a_png_go(hall):
    from PIL.PngImagePlugin import PngInfo

    note = PngInfo()
    note.add_text("Comment", "taken at home")
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "PNG", pnginfo=note)
    after = stored(hall, keep(out.getvalue(), "x.png"))
    assert b"taken at home" not in after
    with Image.open(io.BytesIO(after)) as picture:
        picture.load()


def test_scripts_launchers_and_passengers_of_a_pdf_go(hall):
    before = papers.pdf(script=True)
    assert b"app.alert" in before
    after = stored(hall, keep(before, "x.pdf"))
    with pikepdf.open(io.BytesIO(after)) as doc:
        assert len(doc.pages) == 1
        assert len(doc.attachments) == 0
        assert "/OpenAction" not in doc.Root
        assert "/AA" not in doc.Root
        assert "/AA" not in doc.pages[0].obj
        words = "".join(repr(obj) for obj in doc.objects)
        uncompressed = io.BytesIO()
        doc.save(uncompressed, object_stream_mode=pikepdf.ObjectStreamMode.disable,
                 stream_decode_level=pikepdf.StreamDecodeLevel.all)
    for trace in ("app.alert", "calc.exe", "secret.txt", "Mihon Hanako"):
        assert trace not in words
        assert trace.encode() not in uncompressed.getvalue()
    assert b"passenger bytes" not in uncompressed.getvalue()


def test_a_pdf_with_a_password_is_refused_and_says_why(hall):
    with pytest.raises(FileRefused) as refused:
        keep(papers.pdf(password="secret"), "x.pdf")
    assert "パスワード" in refused.value.ja
