"""What the API says of answers that are wrong, and that nothing of them is kept."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.management import call_command
from tests.support.hall import Hall

from madoguchi.api import services
from madoguchi.intake import paper_gate
from madoguchi.intake.models import Draft
from madoguchi.intake.tests.test_same_number import ONE, SAME, SLUG, TWO, claim
from madoguchi.kernel import clock
from madoguchi.kernel.models import SealedValue

from .test_api import Program

SEALED_PAPER = "juuminhyou-utsushi"  # may be given out as a sealed PDF


def test_one_number_for_two_people_saves_nothing_at_all(hall: Hall):
    program = Program(hall, "hanako")
    hall.definition(SLUG)
    draft = program.draft(SLUG)
    status, problem = program.call("put", f"applications/{draft}/answers", {"answers": claim(hall, ONE, ONE)})
    assert status == 422, problem
    assert problem["errors"] == [{"at": "spouse_mynumber", "title": SAME}]
    assert not SealedValue.objects.exists()
    assert program.call("put", f"applications/{draft}/answers", {"answers": claim(hall, ONE, TWO)})[0] == 200


def test_what_only_a_page_refuses_takes_back_the_pages_before_it(hall: Hall, monkeypatch: pytest.MonkeyPatch):
    program = Program(hall, "hanako")
    answers = hall.answers(SEALED_PAPER)
    looks: list[int] = []

    def closed_meanwhile(d, found):
        looks.append(len(found))
        return [paper_gate.Fault(next(iter(found)), "いまは受け付けていません")] if len(looks) > 1 else []

    monkeypatch.setattr(paper_gate, "closed", closed_meanwhile)
    draft = program.draft(SEALED_PAPER)
    assert program.call("put", f"applications/{draft}/answers", {"answers": answers})[0] == 422
    row = Draft.objects.get(id=draft)
    assert len(looks) == 2
    assert (row.answers, row.done) == ({}, []), "nothing is saved when one answer is wrong"


def test_what_has_not_the_form_of_the_schema_is_named_one_by_one(hall: Hall):
    program = Program(hall, "hanako")
    answers = claim(hall, ONE, TWO) | {"nobody_asks": 1, "spouse": "yes"}
    del answers["name"], answers["children"][0]["child_born"]
    answers["address"]["zip"] = 9268611
    draft = program.draft(SLUG)
    status, problem = program.call("put", f"applications/{draft}/answers", {"answers": answers})
    found = {e["at"]: e["title"] for e in problem["errors"]}
    assert status == 422
    assert {"name", "spouse", "0.child_born", "address.zip"} <= set(found), found
    assert found[""].startswith("この手続きにない項目"), "what is no name of ours is not repeated"
    assert "nobody_asks" not in str(problem)
    assert found["name"].startswith("この項目がありません") and not any(c.isascii() and c.isalpha() for c in found["name"].replace("schema", ""))


def test_a_body_without_what_must_be_there_is_told_in_japanese(hall: Hall):
    status, problem = Program(hall, "hanako").call("post", "applications", {})
    assert status == 422
    assert problem["errors"] == [{"at": "body.procedure", "title": "この項目がありません。"}]


def test_the_last_day_of_a_token_is_the_one_of_the_table_of_rights(hall: Hall, capsys: pytest.CaptureFixture[str]):
    with clock.frozen(dt.datetime(2026, 11, 20, 8, 0, tzinfo=clock.JST)):  # still the day before by Greenwich
        call_command("tokens", "make", "試験", "--section", "zeimu", "--scope", "cases:read", "--days", "30")
        [program] = services.programs()
    call_command("tokens", "list")
    said = capsys.readouterr().out
    assert program.ends == dt.date(2026, 12, 20)
    assert said.count("2026-12-20") == 2, said
