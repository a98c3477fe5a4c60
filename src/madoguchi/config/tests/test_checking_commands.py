"""Commands do what their page says: by the number that people have, and with the end code that is promised."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.management import CommandError, call_command
from tests.support.hall import OPENING, Hall, run_worker

from madoguchi.casework.models import Case
from madoguchi.casework.retention import plan
from madoguchi.files.public import file_get, file_open
from madoguchi.kernel import clock
from madoguchi.records.models import IssuedDocument

CLAIM = "jidou-teate-mishiharai"


def said(capsys, *words) -> tuple[str, int]:
    """(what a command says, how it ends)."""
    try:
        call_command(*words)
    except SystemExit as ended:
        return capsys.readouterr().out, int(ended.code or 0)
    return capsys.readouterr().out, 0


def test_a_signature_is_proved_by_the_receipt_number(hall: Hall, capsys):
    one, other = hall.case("hanako", CLAIM), hall.case("taro", CLAIM)
    for typed in (one.receipt, one.receipt.replace("-", "").lower(), str(one.id)):
        out, _ = said(capsys, "signatures", "verify", "--application", typed)
        assert "電子署名1件を検証" in out and other.receipt not in out, typed
    with pytest.raises(CommandError, match="受付番号"):
        call_command("signatures", "verify", "--application", "R8-0000-0000-1")


def test_an_unaltered_letter_of_the_city_is_good_without_a_signature_and_an_altered_one_is_not(hall: Hall, capsys, tmp_path):
    case = hall.case("hanako", CLAIM)
    hall.decide(case, "grant", "tanaka", "kimura", "suzuki")
    run_worker()
    letter = IssuedDocument.objects.get(case_ref=case.ref)
    with file_open(file_get(str(letter.file_id))) as source:
        data = source.read()
    (tmp_path / "a.pdf").write_bytes(data)
    (tmp_path / "b.pdf").write_bytes(data + b"\n% more\n")
    out, code = said(capsys, "papers", "verify", str(tmp_path / "a.pdf"))
    assert code == 0 and f"交付した書類の控えと同じです({letter.number})" in out and "署名を付けない書類です" in out
    out, code = said(capsys, "papers", "verify", str(tmp_path / "a.pdf"), str(tmp_path / "b.pdf"))
    assert code == 1 and "交付した書類の控えにありません" in out


def test_a_day_that_is_none_is_said_in_words(tmp_path):
    with pytest.raises(CommandError, match="「2026-13-20」という日はありません") as told:
        call_command("register", "import", str(tmp_path / "x.csv"), "--as-of", "2026-13-20")
    assert "_day" not in str(told.value)


def test_retention_that_stops_at_its_limit_says_that_it_looked_no_further(hall: Hall, capsys):
    for who in ("hanako", "taro", "hanako"):
        case = hall.case(who, CLAIM)
        hall.decide(case, "grant", "tanaka", "kimura", "suzuki")
    run_worker()
    with clock.frozen(OPENING + dt.timedelta(days=366 * 40)):
        assert len(list(plan())) == 3
        out, _ = said(capsys, "retention", "--dry-run", "--limit", "2")
        assert "2件が廃棄の対象です。--limit の2件で止めました。この先は見ていません(ここまでに残すもの0件)" in out
        out, _ = said(capsys, "retention", "--dry-run", "--limit", "3")
        assert "3件が廃棄の対象です(残すもの0件)" in out
    assert Case.objects.count() == 3


def test_a_number_that_a_command_does_not_use_is_told_and_nothing_is_done():
    with pytest.raises(CommandError, match="「nai-tetsuzuki」は、この市にありません"):
        call_command("demo", "--only", f"{CLAIM},nai-tetsuzuki")
    with pytest.raises(CommandError, match="全部廃棄します。通知書番号"):
        call_command("collection", "retention", "run", "1234567", "--charge", "keiji")
    with pytest.raises(CommandError, match="全部廃棄します。受付番号"):
        call_command("retention", "run", "R8-1234-5678-9")
