"""What is printed is Japanese in every language (docs/developer.md: PDFs stay Japanese), letter for letter, and the pages say so."""

from __future__ import annotations

import io

from pypdf import PdfReader
from tests.support import gateway
from tests.support.hall import run_worker

from madoguchi.kernel.said import bare, say
from madoguchi.payments.tests.conftest import card_process, cards  # noqa: F401
from madoguchi.web.languages import LANGUAGES, TRANSLATED, drawing

from .test_paying import SLUG, order  # noqa: F401


def letters(answer) -> str:
    data = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)


def test_paper_is_the_same_in_every_language_and_the_pages_say_that_it_is_japanese(order, hall, cards) -> None:  # noqa: F811
    with drawing(LANGUAGES["vi"]):
        row = order(mail="hanako@example.jp")
    client = hall.browser("hanako")
    cards.card(client.post(f"/my/{row.id}/pay/card/").url, gateway.PAYS)
    client.get(f"/my/{row.id}/pay/back/")
    run_worker()
    papers = (f"/my/{row.id}/receipt/", f"/my/{row.id}/pay/receipt/", f"/p/{SLUG}/paper.pdf")
    japanese = [letters(client.get(path)) for path in papers]
    assert "受付票" in japanese[0] and "領収証" in japanese[1] and "住民票" in japanese[2]
    told = {"filed/": say("受付票と発行された書類（PDF）は日本語です。受付票に書いてあることは、この画面でも読めます。"),
            "pay/": say("納付書と領収証（PDF）は日本語です。")}
    for code in TRANSLATED:
        client.cookies["ui_lang"] = code
        assert [letters(client.get(path)) for path in papers] == japanese, code
        for page, words in told.items():
            html = client.get(f"/my/{row.id}/{page}").content.decode()
            with drawing(LANGUAGES[code]):
                assert (bare(words) if code != "ja-easy" else words.__html__()) in html, (code, page)
    client.cookies["ui_lang"] = "ja"
    assert all("日本語です" not in client.get(f"/my/{row.id}/{page}").content.decode() for page in told)
