"""The mail before a 納期限: to who asked for it, once, and of nothing that is paid or debited."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from tests.support.hall import run_worker

from madoguchi.collection import debits, remind
from madoguchi.collection.models import DueMail, DueTold
from madoguchi.kernel import clock, keys
from madoguchi.notifications.models import Mail

from .conftest import accounts_text
from .test_mine import HANAKO, demand_of, town  # noqa: F401 - a fixture


@pytest.fixture
def day(monkeypatch):
    def be(text):
        monkeypatch.setattr(clock, "now", lambda: dt.datetime.fromisoformat(text).replace(tzinfo=clock.JST))

    return be


@pytest.fixture
def asked(hall, town):  # noqa: F811
    """花子 asked for it; 10,000 yen are due on 25 December."""
    parts = demand_of(dues=(("2026-12-25", 10_000),))
    browser = hall.browser("hanako")
    assert browser.post(reverse("taxes_mail"), {"mail": "hanako@example.jp"}).status_code == 303
    return parts


def test_seven_days_before_it_is_told_once_and_names_no_tax(hall, asked, day) -> None:
    day("2026-12-17T12:00")
    assert remind.dues_remind() == 0
    day("2026-12-18T08:59")
    assert remind.dues_remind() == 0, "nobody is told before nine"
    day("2026-12-18T09:01")
    assert remind.dues_remind() == 1
    mail = Mail.objects.get()
    for word in ("税", "円", "見本", "固定", "納"):
        assert word not in mail.subject + mail.body, word
    assert "/my/taxes/" in mail.body
    run_worker()
    assert "hanako@example.jp" in "".join(p.read_text("utf-8", "replace") for p in hall.home.rglob("*.eml"))
    for when in ("2026-12-18T10:00", "2026-12-24T10:00"):
        day(when)
        assert remind.dues_remind() == 0
    assert DueTold.objects.count() == 1


def test_what_is_paid_told_or_debited_is_not_told_of(hall, asked, day, came) -> None:
    told = demand_of(charge="shiken", notice="00000002", dues=(("2026-12-25", 7_000),))[0]
    demand_of(charge="kokuho", notice="00000003", dues=(("2026-12-25", 7_000),))
    debits.debits_take(actor="test", data=accounts_text([HANAKO], "kokuho").encode(), name="口座.csv")
    came((asked[0], 10_000), (told, 7_000, "prompt", "", dt.date(2026, 11, 20)))
    day("2026-12-20T10:00")
    assert remind.dues_remind() == 0 and not Mail.objects.exists()


def test_who_pays_by_debit_keeps_nobody_from_being_told(asked, day, monkeypatch) -> None:
    before = "100000000"
    demand_of(payer=before, charge="kokuho", notice="00000004", dues=(("2026-12-25", 7_000),))
    debits.debits_take(actor="test", data=accounts_text([before], "kokuho").encode(), name="口座.csv")
    sealed = keys.seal(remind.PURPOSE, b"x@example.jp", bound_to=before)
    DueMail.objects.create(payer=before, sealed_mail=sealed, language="ja", seen_on=clock.today())
    monkeypatch.setattr(remind, "AT_ONCE", 1)
    day("2026-12-18T09:01")
    assert remind.dues_remind() == 1 and Mail.objects.count() == 1


def test_several_are_one_mail(hall, asked, day) -> None:
    demand_of(charge="shiken", notice="00000002", dues=(("2026-12-24", 7_000),))
    day("2026-12-20T10:00")
    assert remind.dues_remind() == 1
    assert (Mail.objects.count(), DueTold.objects.count()) == (1, 2)


def test_it_is_stopped_on_the_page_and_the_address_is_gone(hall, asked, day) -> None:
    browser = hall.browser("hanako")
    assert "hanako@example.jp" in browser.get(reverse("taxes")).content.decode()
    for _ in range(2):
        assert browser.post(reverse("taxes_mail_stop")).status_code == 303
    assert not DueMail.objects.exists()
    day("2026-12-20T10:00")
    assert remind.dues_remind() == 0


def test_a_wrong_address_comes_back_as_it_was_typed(hall, asked) -> None:
    wrong = hall.browser("hanako").post(reverse("taxes_mail"), {"mail": "ここ"})
    hall.browser("hanako").post(reverse("taxes_mail_stop"))
    assert wrong.status_code == 422
    wrong = hall.browser("hanako").post(reverse("taxes_mail"), {"mail": "hanako@"}).content.decode()
    assert 'value="hanako@"' in wrong and 'href="#mail"' in wrong and not DueMail.objects.exists()


def test_who_has_not_looked_for_long_is_forgotten_and_looking_keeps(hall, asked, day, settings) -> None:
    settings.RESIDENT_KEEP_DAYS = 1000
    day("2027-10-01T10:00")
    hall.browser("hanako").get(reverse("taxes"))
    day("2028-01-10T10:00")
    remind.dues_remind()
    assert DueMail.objects.exists()
    day("2028-12-10T10:00")
    remind.dues_remind()
    assert not DueMail.objects.exists()


def test_the_mail_speaks_the_language_it_was_asked_in(hall, asked, day) -> None:
    DueMail.objects.update(language="en")
    day("2026-12-20T10:00")
    remind.dues_remind()
    assert "Nanao" in Mail.objects.get().body and "もうすぐ" not in Mail.objects.get().body
