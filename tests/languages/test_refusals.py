"""What is refused is refused in the reader's language too: files, too often, too much, not there, not signed in."""

from __future__ import annotations

import functools
import importlib
import io
import re
import uuid
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory
from tests.support import papers
from tests.support.hall import Hall
from tests.support.walk import Walk

from madoguchi.adapters.oidc import CardProvider
from madoguchi.config.languages_cli import NOT_OURS, SRC, sayings
from madoguchi.files import cell, disarm
from madoguchi.files.errors import FileRefused
from madoguchi.files.ports import Away, Infected
from madoguchi.files.public import file_keep
from madoguchi.files.tests.test_bombs import many_pages, nested, with_stream
from madoguchi.files.tests.test_places import paper
from madoguchi.identity.errors import SignInFailed
from madoguchi.kernel.errors import DomainError
from madoguchi.kernel.limits import Rate
from madoguchi.kernel.said import LETTERS, Said, bare
from madoguchi.web import views
from madoguchi.web.languages import LANGUAGES, TRANSLATED, drawing
from madoguchi.web.posted import TOO_LARGE

from .test_pages import seen

SLUG = "risai-shoumei"
FOREIGN = [code for code in TRANSLATED if code != "ja-easy"]
KANA = re.compile("[ぁ-ゖァ-ヺ]+")


class Finds:
    """A scanner that finds a virus in everything."""

    def scan(self, source: object) -> Infected:
        return Infected("Test")


class Sleeps:
    """A scanner that does not answer."""

    def scan(self, source: object) -> Away:
        return Away("asleep")


FILES: dict[str, tuple[Callable[[], bytes], dict[str, object]]] = {
    "too large": (papers.jpeg, {"UPLOAD_MAX_BYTES": 10}),
    "empty": (bytes, {}),
    "of another kind": (lambda: b"MZ" + bytes(100), {}),
    "with a virus": (papers.jpeg, {"CLAMD": "x", "SCANNER": f"{__name__}.Finds"}),
    "not looked at": (papers.jpeg, {"CLAMD": "x", "SCANNER": f"{__name__}.Sleeps"}),
    "a photo of too many dots": (papers.png_bomb, {}),
    "no photo": (lambda: b"\xff\xd8\xff" + bytes(100), {}),
    "a photo cut off": (lambda: papers.jpeg()[:-20], {}),
    "no PDF": (lambda: b"%PDF-1.7\n" + bytes(100), {}),
    "a PDF with a password": (lambda: papers.pdf(password="x"), {}),
    "a PDF of too many pages": (many_pages, {}),
    "a PDF that bursts": (lambda: with_stream(b"x", Width=1_000_000, Height=1_000_000), {}),
    "a PDF with a broken photo": (lambda: paper(b"no photo at all"), {}),
    "a PDF that takes the cell with it": (nested, {}),
}


def refused(data: bytes) -> FileRefused:
    with pytest.raises(FileRefused) as found:
        file_keep(source=io.BytesIO(data), name="a", size=len(data), owner="draft:x")
    return found.value


@pytest.mark.parametrize("name", FILES)
def test_a_refused_file_is_told_why_in_every_language(places, db, settings, name: str):
    make, more = FILES[name]
    for key, value in more.items():
        setattr(settings, key, value)
    error = refused(make())
    assert isinstance(error.ja, Said)
    for code in TRANSLATED:
        with drawing(LANGUAGES[code]):
            assert error.ja.spoken() is not None, code
            assert code == "ja-easy" or not KANA.search(bare(error.ja)), code


def test_each_refusal_of_a_pdf_keeps_its_reason_on_the_way_out_of_the_cell(places, db):
    assert refused(many_pages()).ja == disarm.MANY == "PDFのページや部品が多すぎます(2000ページまで)。分けて送ってください。"
    assert refused(with_stream(b"x", Width=1_000_000, Height=1_000_000)).ja == disarm.BURSTS
    assert cell._told(b'{"ja": "half a wo') == cell._told(b"[1]") == cell._told(b"Traceback") == cell.HEAVY


@pytest.mark.parametrize("code", FOREIGN)
def test_the_page_of_documents_says_it_in_the_language(hall: Hall, code: str):
    hall.definition(SLUG)
    walk = Walk(hall.browser("hanako"), SLUG, hall.answers(SLUG))
    walk.go(stop="documents")
    walk.client.cookies["ui_lang"] = code
    slot = walk.d.attachments[0].id
    answer = walk.client.post(walk.url("documents"), {"_action": "add", f"file.{slot}": SimpleUploadedFile("a.pdf", many_pages())})
    assert answer.status_code == 422
    with drawing(LANGUAGES[code]):
        words = bare(disarm.MANY)
    assert words in answer.content.decode() and "2000" in words


def chosen(client: Client, code: str) -> Client:
    client.cookies["ui_lang"] = code
    return client


@pytest.mark.parametrize("code", TRANSLATED)
def test_the_pages_of_a_refusal_are_translated_whole(hall: Hall, settings, code: str):
    settings.LIMITS = settings.LIMITS | {"code.address": Rate(1, 600)}
    mine = hall.file("hanako", SLUG)
    taro, nobody = chosen(hall.browser("taro"), code), chosen(hall.browser(), code)
    strict = chosen(Client(enforce_csrf_checks=True), code)
    long = chosen(Client(raise_request_exception=False), code)
    wrong = functools.partial(nobody.post, "/status/", {"receipt": "R8", "code": "1"}, REMOTE_ADDR="203.0.113.5")
    wrong()
    pages = {
        "404": (nobody.get("/nothing/here/"), 404), "a stranger": (taro.get(f"/my/{mine.id}/"), 404),
        "a draft of nobody": (taro.get(f"/a/{uuid.uuid4()}/check/"), 404), "no procedure": (nobody.get("/p/nothing/"), 404),
        "no guide": (nobody.get("/guide/nothing/"), 404), "413": (nobody.post("/status/", **{TOO_LARGE: True}), 413),
        "429": (wrong(), 429),
        "403": (strict.post("/status/", {"receipt": "R8"}), 403), "no file": (nobody.get(f"/my/{mine.id}/files/{uuid.uuid4()}/"), 404),
        "the sign-in ran out": (nobody.get("/sign-in/card/callback/?state=x&code=y"), 400),
        "405": (nobody.post("/accessibility/"), 405),
        "400": (long.post("/status/", {f"f{n}": "x" for n in range(settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 5)}), 400),
    }
    for name, (answer, status) in pages.items():
        assert answer.status_code == status, name
        html = answer.content.decode()
        assert "<h1" in html, f"{name}: a blank page"
        assert re.findall('<span lang="ja">[^<]*', html) == [], name
        assert code == "ja-easy" or KANA.findall(seen(html)) == [], name
    assert code == "ja-easy" or re.search(r"\d\d:\d\d", seen(pages["429"][0].content.decode())), "says from when"


@pytest.mark.parametrize("code", TRANSLATED)
def test_the_page_of_a_fault_of_ours_is_translated(hall: Hall, code: str):
    with drawing(LANGUAGES[code]):
        html = views.server_error(RequestFactory().get("/")).content.decode()
    assert '<span lang="ja">' not in html
    assert code == "ja-easy" or KANA.findall(seen(html)) == []


@pytest.mark.parametrize("code", TRANSLATED)
def test_a_card_that_tells_nothing_is_told_in_the_language(code: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(CardProvider, "_claims", lambda *_: ("someone", {}))
    with pytest.raises(SignInFailed) as failed:
        CardProvider().finish(redirect_uri="", transaction={}, answer={})
    with drawing(LANGUAGES[code]):
        words = Said(failed.value.ja).spoken()
    assert words is not None and (code == "ja-easy" or not KANA.search(words))


def _every(kind: type[DomainError]) -> list[type[DomainError]]:
    return [kind, *(below for sub in kind.__subclasses__() for below in _every(sub))]


DEFINES = re.compile(r"^class \w+\(.*\b(?:DomainError|Conflict|NotFound|Forbidden)\b", re.M)
STAFF_ALONE = ("madoguchi.records.services", "madoguchi.kernel.rotation")  # documents that are issued; a command


def test_the_sentence_of_every_error_a_resident_can_meet_is_collected():
    for path in SRC.rglob("*.py"):  # whatever other tests have loaded
        if "tests" not in path.parts and DEFINES.search(path.read_text(encoding="utf-8")):
            importlib.import_module(".".join(("madoguchi", *path.relative_to(SRC).with_suffix("").parts)))
    met = [k for k in _every(DomainError) if k.__module__.startswith("madoguchi.") and k.__module__ not in STAFF_ALONE
           and not NOT_OURS.search(str(SRC.joinpath(*k.__module__.split(".")[1:]).with_suffix(".py")))]
    assert len(met) > 40
    assert [f"{k.__module__}.{k.__name__}" for k in met if LETTERS.search(k.ja) and k.ja not in sayings()] == []
