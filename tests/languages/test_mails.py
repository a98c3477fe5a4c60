"""Every mail to residents, as it is sent, in every language: nothing of it is left in Japanese, and its subject says what it is."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

import pytest

from madoguchi.agency import guardian_mails
from madoguchi.agency import mails as agency
from madoguchi.booking import mails as booking
from madoguchi.cards import expiry_mail
from madoguchi.collection import remind
from madoguchi.intake import mails as intake
from madoguchi.web.languages import LANGUAGES, drawing

from .test_marks import LATIN, WIDE
from .test_pages import addresses

NOBODY = "00000000-0000-4000-8000-000000000000"
DAY, MOMENT = dt.date(2026, 12, 10), dt.datetime(2026, 12, 10, 1, 5, tzinfo=dt.UTC)
KINDS = (intake.CORRECTION, intake.DECIDED, intake.APPOINTMENT, intake.TALK, intake.WITHDRAWAL, intake.PAYMENT, intake.CLAIM, intake.ANSWER,
         intake.CALLED_OFF, intake.DUE, intake.LAPSED, intake.REFUNDING, intake.REFUNDED, "")
READ = {"zh-hans": re.compile("[ぁ-ゖァ-ヺ]")}
CJK = re.compile("[ぁ-ゖァ-ヺ一-鿿]")


def of_bookings(code: str) -> dict[str, tuple[str, str]]:
    return {kind: booking._letter(code, kind, MOMENT, "1234-5678", "https://x/", MOMENT if kind == "offer" else None) for kind in booking.SAID}


def of_money(code: str) -> dict[str, tuple[str, str]]:
    return {kind: remind._in_words_of(code, mail) for kind, mail in {"due": remind._mail, **remind.BACK_MAILS}.items()}


def of_news(code: str) -> dict[str, tuple[str, str]]:
    return {kind: intake.news(code, "R8-1111-2222-3", NOBODY, guest=False, kind=kind, day=DAY) for kind in KINDS}


def every_mail(code: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, str]]:
    for guest in (True, False):
        yield intake.filed(code, "R8-1111-2222-3", NOBODY, guest, not guest)
        yield intake.owed(code, "R8-1111-2222-3", NOBODY, DAY, guest)
        yield intake.news(code, "R8-1111-2222-3", NOBODY, guest=guest)
    yield intake.resume(code, "token", 30)
    yield intake.code(code, "R8-1111-2222-3", "token", 30)
    for of in (of_news, of_bookings, of_money):
        yield from of(code).values()
    yield guardian_mails.news(code, NOBODY)
    with drawing(LANGUAGES[code]):
        yield agency.invitation("ABCD-EFGH-JKLM", 14)
    sent: list[tuple[str, str]] = []
    monkeypatch.setattr(expiry_mail, "mail_promise", lambda **mail: sent.append((mail["subject"], mail["body"])))
    expiry_mail.promise(key="x", to="hanako@example.jp", language=code, day=DAY)
    yield from sent


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_mail_is_whole_in_its_language(db, code: str, monkeypatch: pytest.MonkeyPatch):
    mails = list(every_mail(code, monkeypatch))
    assert len(mails) > 30
    for text in (part for mail in mails for part in mail):
        assert not re.search("[《》{}<>]", text), text
        for place in addresses():
            text = text.replace(place, "")
        if code not in ("ja", "ja-easy"):
            assert not READ.get(code, CJK).search(text), text
        assert code not in LATIN or not WIDE.search(text), text


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("of", [of_news, of_bookings, of_money])
def test_the_subject_says_what_kind_of_news_it_is(db, code: str, of):
    """Who only reads subjects must not take the end of a booking for its confirmation, nor money that comes for money that is owed."""
    mails = of(code)
    assert len({subject for subject, _ in mails.values()}) == len({body for _, body in mails.values()}) == len(mails)
