"""What runs out by itself is said in time, on the page and to the monitor: the city's certificate, and the seals outside the database."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from tests.support.hall import Hall, run_worker
from tests.support.walk import text

from madoguchi.adapters.paper_seal.trial import certificate_new
from madoguchi.config.management.commands.worker import Command, anchor_path
from madoguchi.kernel import audit, clock
from madoguchi.operations import selectors

SLUG = "risai-shoumei"


@pytest.fixture
def until(settings, places):
    """Gives the city a certificate that ends so many days from now."""
    def made(days: float) -> None:
        last = clock.now() + dt.timedelta(days=days)
        (places / "city.p12").write_bytes(certificate_new("架空市長", last=last.replace(microsecond=0)))
        settings.SEAL, settings.SEALER = {"p12": str(places / "city.p12"), "password": ""}, "madoguchi.adapters.paper_seal.P12Seal"

    return made


def line(hall: Hall, name: str) -> selectors.Fact:
    return next(fact for fact in selectors.overview(actor=hall.staff("admin")).trust if fact.name.startswith(name))


def gauge(name: str) -> dict[str, float]:
    """Labels (as the monitor reads them) → value."""
    page = Client().get("/metrics").content.decode()
    rows = [row.removeprefix(f"madoguchi_{name}").rpartition(" ") for row in page.splitlines() if row.startswith(f"madoguchi_{name}")]
    return {labels: float(value) for labels, _, value in rows}


@pytest.mark.parametrize(("days", "said"), [(61, ""), (59, "早めに申し込んで"), (-1, "期限が切れています")])
def test_the_citys_certificate_is_said_before_it_ends(hall: Hall, until, days, said):
    until(days + 0.5)
    fact = line(hall, "市の電子証明書 city.p12")
    assert (said in fact.bad, bool(fact.bad)) == (True, bool(said))
    assert f"あと{max(0, days)}日" in fact.value
    assert f"あと{max(0, days)}日" in text(hall.desk("admin").get("/staff/operations/"))
    [(labels, left)] = gauge("certificate_seconds_left").items()
    assert labels == '{kind="seal",name="city.p12"}'
    assert (days - 0.1) * 86400 < left < (days + 1) * 86400


def test_a_new_certificate_in_its_place_is_seen(hall: Hall, until):
    until(10)
    assert line(hall, "市の電子証明書").bad
    until(400)
    assert not line(hall, "市の電子証明書").bad


def test_one_that_cannot_be_opened_is_an_alarm(hall: Hall, until, places):
    until(100)
    (places / "city.p12").write_bytes(b"torn")
    fact = line(hall, "市の電子証明書")
    assert "読めません" in fact.value and "MADOGUCHI_SEAL_P12" in fact.bad
    assert list(gauge("certificate_seconds_left").values()) == [0]
    (places / "city.p12").unlink()
    assert "FileNotFoundError" in line(hall, "市の電子証明書").value


def test_the_seal_of_a_trial_and_none_at_all_are_not_spoken_of(hall: Hall, settings):
    for sealer in (settings.SEALER, ""):
        settings.SEALER = sealer
        assert not [f for f in selectors.overview(actor=hall.staff("admin")).trust if f.name.startswith("市の電子証明書")]
    assert gauge("certificate_seconds_left") == {}


def sealed_outside() -> None:
    Command()._seal()


def test_old_anchors_are_no_fault_while_nothing_is_missing_in_them(hall: Hall):
    hall.case("hanako", SLUG)
    sealed_outside()
    with clock.frozen(clock.now() + dt.timedelta(days=3)):
        fact = line(hall, "外の控え")
        assert (fact.value, fact.bad) == ("3日前", "")
        assert gauge("anchor_behind_seconds") == {"": 0}
        assert gauge("anchor_age_seconds")[""] == pytest.approx(3 * 86400, abs=60)


def test_a_seal_that_is_not_outside_is_an_alarm_after_its_time(hall: Hall, settings):
    hall.case("hanako", SLUG)
    sealed_outside()
    hall.case("taro", SLUG)
    run_worker()
    assert audit.seal()
    with clock.frozen(clock.now() + dt.timedelta(minutes=9)):
        assert not line(hall, "外の控え").bad
    with clock.frozen(clock.now() + dt.timedelta(minutes=11)):
        assert "控えに書かれていません(11分前から)" in line(hall, "外の控え").bad
        assert gauge("anchor_behind_seconds")[""] == pytest.approx(660, abs=30)
        settings.ANCHOR_MINUTES = 60
        assert not line(hall, "外の控え").bad


@pytest.mark.parametrize(("more", "said"), [
    ("99 abc 2026-11-20T10:00:00+09:00\n", "データベースにありません"), ("7 ab", "控えの最後の行が壊れています"),
])
def test_anchors_that_do_not_fit_the_database_are_an_alarm(hall: Hall, more, said):
    hall.case("hanako", SLUG)
    sealed_outside()
    with anchor_path().open("a") as out:
        out.write(more)
    assert said in line(hall, "外の控え").bad
    anchor_path().unlink()
    assert "なくなっています" in line(hall, "外の控え").bad
    assert gauge("anchor_age_seconds") == {"": -1}
