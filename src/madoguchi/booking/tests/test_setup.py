"""booking.yaml: read whole, and a wrong one told by file, line and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from madoguchi.booking.errors import BookingWrong
from madoguchi.booking.rules import Span
from madoguchi.booking.setup import Setup, read_setup, standing

GOOD = """保存: "90"
窓口:
  a:
    名: 窓口A
    課: zeimu
    席: "2"
    場所: 1階
    開く: {平日: [9:00-12:00], 土: [9:00-10:00]}
    例外: {2026-12-13: [9:00-12:00], 2026-12-14: []}
サービス:
  s:
    名: 相談
    窓口: [a]
    分: "30"
"""


def read(tmp_path: Path, text: str) -> Setup:
    (tmp_path / "booking.yaml").write_text(text, encoding="utf-8")
    read_setup.cache_clear()
    return read_setup(tmp_path, ("zeimu",))


@pytest.fixture(autouse=True)
def _forget():
    yield
    read_setup.cache_clear()


def test_what_is_written_and_what_is_left_out(tmp_path):
    found = read(tmp_path, GOOD)
    counter, service = found.counters["a"], found.services["s"]
    assert counter.hours[0] == counter.hours[4] == (Span(540, 720),)
    assert (counter.hours[5], counter.hours[6]) == ((Span(540, 600),), ())
    assert [spans for _, spans in sorted(counter.exceptions.items())] == [(Span(540, 720),), ()]
    assert (service.section, service.every, service.pause, service.limit, service.online) == ("zeimu", 30, 0, 1, True)
    assert found.remind == 16


def test_procedures_of_a_service(tmp_path):
    assert read(tmp_path, GOOD).services["s"].procedures == ()
    assert read(tmp_path, GOOD + "    手続き: [nouzei-shoumei, kazei-shoumei]\n").services["s"].procedures == ("nouzei-shoumei", "kazei-shoumei")


@pytest.mark.parametrize(("old", "new", "line", "words"), [
    ("分: \"30\"", "分: \"30\"\n    手続き: [a, a]", 15, "同じものは一度だけ"),
    ("分: \"30\"", "分: \"30\"\n    手続き: nouzei", 15, "[tenshutsu-todoke"),
    ("分: \"30\"", "分: \"30\"\n    手続き: [転出届]", 15, "手続きの番号"),
    ("    席: \"2\"\n", "", 3, "席"), ("席: \"2\"", "席: \"0\"", 6, "1〜50の数"), ("課: zeimu", "課: nowhere", 5, "city.yaml"),
    ("[9:00-12:00], 土", "[9:00-12:03], 土", 8, "5分きざみ"), ("[9:00-12:00], 土", "[12:00-9:00], 土", 8, "始まりより後"),
    ("[9:00-12:00], 土", "[9:00-12:00, 11:00-13:00], 土", 8, "重なっているか"), ("2026-12-13", "12-13", 9, "2026-12-13 の形"),
    ("窓口: [a]", "窓口: [b]", 13, "同じ課"),
    ("分: \"30\"", "分: \"33\"", 14, "5の倍数"), ("分: \"30\"", "分: \"30\"\n    ぶん: \"1\"", 15, "知らない項目"),
    ("  s:", "  S:", 11, "英小文字"), ("分: \"30\"", "分: \"30\"\n    オンライン: たぶん", 15, "はい か いいえ"),
    ("分: \"30\"", "分: \"30\"\n    番号札: a", 15, "英大文字1字"), ("分: \"30\"", "分: \"30\"\n    番号札: [A]", 15, "英大文字1字"),
    ("分: \"30\"", "分: \"30\"\n    番号札: A\n  t:\n    名: 別\n    窓口: [a]\n    分: \"30\"\n    番号札: A", 20, "「s」が使っています"),
    ("分: \"30\"", "分: \"30\"\n    入口: card", 15, "この市のページのアドレス"),
    ("保存: \"90\"", "保存: \"90\"\n番号札の保存: \"0\"", 2, "1〜400の数"),
    ("分: \"30\"", "分: \"30\"\n    分: \"40\"", 15, "二度"), ("保存: \"90\"", "保存: [", 3, "読めません")])
def test_a_fault_is_told_with_its_line(tmp_path, old, new, line, words):
    assert old in GOOD
    with pytest.raises(BookingWrong) as wrong:
        read(tmp_path, GOOD.replace(old, new, 1))
    assert f"booking.yaml:{line}" in wrong.value.ja
    assert words in wrong.value.ja


def test_a_city_without_the_file_takes_no_bookings(tmp_path):
    assert read_setup(tmp_path) == Setup()


def test_the_city_of_the_trial_is_good(capsys, db):
    read_setup.cache_clear()
    call_command("booking", "check")
    assert "よく読めました" in capsys.readouterr().out
    found = standing()
    assert Path(settings.MADOGUCHI_CITY, "booking.yaml").exists()
    assert {c.section for c in found.counters.values()} >= {"shimin", "zeimu", "kaigo"}
    assert not found.services["tax-installment"].online


def test_the_command_names_the_fault(tmp_path, settings, capsys):
    (tmp_path / "booking.yaml").write_text(GOOD.replace("zeimu", "nowhere"), encoding="utf-8")
    settings.MADOGUCHI_CITY = tmp_path
    (tmp_path / "city.yaml").write_text(Path(__file__).parents[4].joinpath("cities/nanao/city.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(SystemExit):
        call_command("booking", "check")
    assert "booking.yaml:5" in capsys.readouterr().err


def test_the_command_names_a_procedure_that_there_is_not(tmp_path, settings, capsys, db):
    (tmp_path / "booking.yaml").write_text(GOOD + "    手続き: [nouzei-shoumei, tenshutu-todoke]\n", encoding="utf-8")
    settings.MADOGUCHI_CITY = tmp_path
    (tmp_path / "city.yaml").write_text(Path(__file__).parents[4].joinpath("cities/nanao/city.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(SystemExit):
        call_command("booking", "check")
    said = capsys.readouterr().err
    assert "サービス・s・手続き: 「tenshutu-todoke」という手続きはありません" in said and "nouzei-shoumei" not in said
