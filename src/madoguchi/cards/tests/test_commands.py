"""`madoguchi cards …`: as a clerk types it, where the files lie."""

from __future__ import annotations

import io

import pypdf
import pytest
from django.core.management import CommandError, call_command

from madoguchi.cards.city import CardCity
from madoguchi.cards.management.commands import cards
from madoguchi.cards.models import Batch, Card, Expiry, RateFile
from madoguchi.kernel import failpoints
from madoguchi.kernel.models import AuditEntry

from .conftest import ROWS, sheet
from .test_expiries import sheet as ends
from .test_rates import BOTH, SOURCE
from .test_rates import sheet as statistics


@pytest.fixture
def run(hall, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # names are relative to where one stands

    def go(*words: str) -> tuple[str, str]:
        out, err = io.StringIO(), io.StringIO()
        try:
            call_command("cards", *words, stdout=out, stderr=err)
        except CommandError as error:
            assert error.returncode == 1
            return out.getvalue(), f"{err.getvalue()}{error}"
        return out.getvalue(), err.getvalue()

    return go


def pages(path) -> int:
    return len(pypdf.PdfReader(path).pages)


def test_cards_come_in_once_and_a_rehearsal_changes_nothing(run, tmp_path):
    (tmp_path / "cards.csv").write_bytes(sheet())
    assert run("stock", "import", "cards.csv", "--dry-run") == ("取り込むと: 新しいカード3枚、変わったカード0枚、同じカード0枚\n", "")
    assert not Card.objects.exists() and not AuditEntry.objects.filter(chain="cards").exists()
    assert "新しいカード3枚" in run("stock", "import", "cards.csv")[0]
    assert "同じカード3枚" in run("stock", "import", "cards.csv")[0]
    assert set(AuditEntry.objects.filter(chain="cards").values_list("actor", flat=True)) == {"cli"}


@pytest.mark.parametrize("room", ["stock", "expiries", "rates"])
def test_what_is_refused_is_told_by_line_and_column(run, tmp_path, room):
    wrong = {"stock": sheet(ROWS[0], (*ROWS[1][:3], "1990-13-01", *ROWS[1][4:])), "rates": statistics(("2026-10", "全体", "全体", "x", "1")),
             "expiries": ends(("見本 花子", "カナ", "x", "9268611", "住所", "カード", "2027-02-20", "", ""))}[room]
    (tmp_path / "in.csv").write_bytes(wrong)
    out, told = run(room, "import", "in.csv", *(["--source", SOURCE] if room == "rates" else []))
    place = {"stock": "in.csv 3行目 「生年月日」", "rates": "in.csv 2行目 「人口」", "expiries": "in.csv 2行目 「生年月日」"}[room]
    assert place in told and "何も取り込んでいません" in told and not out
    assert not Card.objects.exists() and not Expiry.objects.exists() and not RateFile.objects.exists()
    assert "missing.csv を開けません" in run("stock", "import", "missing.csv")[1]


def test_expiries_and_rates(run, tmp_path):
    (tmp_path / "ends.csv").write_bytes(ends())
    (tmp_path / "rates.csv").write_bytes(statistics(*BOTH))
    assert "取り込むと: 新しい期限3件" in run("expiries", "import", "ends.csv", "--dry-run")[0] and not Expiry.objects.exists()
    assert "新しい期限3件" in run("expiries", "import", "ends.csv")[0]
    assert "取り込むと: 1か月分" in run("rates", "import", "rates.csv", "--source", SOURCE, "--dry-run")[0] and not RateFile.objects.exists()
    assert "1か月分" in run("rates", "import", "rates.csv", "--source", SOURCE)[0]
    assert "2026-10,全体,,2000,1430,71.50,100.00,40.95" in run("rates", "export")[0]
    assert "5行を書きました" in run("rates", "export", "--out", "out.csv")[0]
    assert (tmp_path / "out.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert "書けません" in run("rates", "export", "--out", "no/where.csv")[1]


def test_letters_are_laid_once_and_gone_on_with_after_a_crash(run, tmp_path, monkeypatch):
    (tmp_path / "cards.csv").write_bytes(sheet())
    (tmp_path / "ends.csv").write_bytes(ends())
    run("stock", "import", "cards.csv")
    run("expiries", "import", "ends.csv")

    def die(point: str) -> None:
        if point == "cards.print.before_rename":
            raise KeyboardInterrupt

    with monkeypatch.context() as armed:
        armed.setattr(failpoints, "hit", die)
        with pytest.raises(KeyboardInterrupt):
            run("letters", "make", "--out", "letters")
    assert not list((tmp_path / "letters").glob("*.pdf")) and Batch.objects.get().laid_at is None
    assert "手紙3通、PDF1つ" in run("letters", "make", "--out", "letters")[0]
    laid = list((tmp_path / "letters").iterdir())
    assert [p.suffix for p in laid] == [".pdf"] and pages(laid[0]) == 3
    assert run("letters", "make", "--out", "letters") == ("いま出す手紙はありません\n", "")
    assert "手紙1通" in run("letters", "make", "--out", "letters", "--kind", "expiry")[0]
    (tmp_path / "file").touch()
    assert "書けません" in run("letters", "make", "--out", "file")[1]


def test_a_city_without_cards_is_told_so(run, monkeypatch):
    monkeypatch.setattr(cards, "card_city", CardCity)
    assert "cards.yaml がありません" in run("rates", "export")[1]
