"""Every definition renders in every face."""

from __future__ import annotations

import csv
import datetime as dt
import io
import random

import jsonschema_rs
import pytest

from madoguchi.procedures.rules import generate, validate
from madoguchi.procedures.rules.checks import Facts
from madoguchi.procedures.rules.disasters import with_disasters
from madoguchi.procedures.rules.faces import handover, jsonschema, letter, search, tablet, webform, words
from madoguchi.procedures.rules.faces.pdf import letter_pdf, paper_form
from madoguchi.procedures.rules.faces.when import when_words
from madoguchi.procedures.rules.read import read

from . import pack

pytestmark = pytest.mark.parametrize("name", pack.ids())
JST = dt.timezone(dt.timedelta(hours=9))


@pytest.fixture
def answers(name):
    return generate.answers_for(pack.definition(name), random.Random(7), today=pack.TODAY)


def test_web_form_shows_every_page_that_is_asked(name, answers):
    d = pack.definition(name)
    known = validate.derive(d, Facts(answers, pack.TODAY))
    for step in validate.steps_asked(d, known):
        view = webform.step_view(d, step, known)
        assert view.entries or (step.repeat and step.repeat.low == 0)
        for entry in view.entries:
            assert all(f.label for f in entry.fields)


def test_tablet_asks_one_question_a_page(name, answers):
    d = pack.definition(name)
    pages = tablet.pages(d, validate.derive(d, Facts(answers, pack.TODAY)))
    assert [p.number for p in pages] == list(range(1, len(pages) + 1))
    assert all(p.title and (p.field is not None) == bool(p.question) for p in pages)
    shown = {(p.question, p.index) for p in pages if p.question}
    for step in d.steps:
        if step.repeat is None:
            assert {(q.id, None) for q in step.questions if q.id in answers} <= shown
        for index, entry in enumerate(answers.get(step.repeat.id, []) if step.repeat else []):
            assert {(key, index) for key in entry} <= shown


def test_validator_takes_made_answers_and_refuses_none_at_all(name, answers):
    d = pack.definition(name)
    verdict = validate.judge(d, Facts(answers, pack.TODAY))
    assert verdict.faults == []
    assert verdict.answers == answers
    assert validate.judge(d, Facts({}, pack.TODAY)).faults


def test_paper_form_blank(name):
    d = pack.definition(name)
    face = paper_form(d, "七尾市")
    assert face.data.startswith(b"%PDF") and len(face.data) < 220_000
    assert face.missing == ()


def test_paper_form_filled(name, answers):
    d = pack.definition(name)
    row = words.row_of(d, receipt="R8-0000-0000-0", received=dt.datetime(2026, 11, 20, 14, 3, 5, tzinfo=JST))
    face = paper_form(d, "七尾市", answers, row=row)
    assert face.data.startswith(b"%PDF") and len(face.data) < 220_000
    assert face.missing == ()


def test_json_schema_is_one_and_takes_made_answers(name, answers):
    d = pack.definition(name)
    schema = jsonschema.schema(d)
    jsonschema_rs.meta.validate(schema)
    assert schema["title"] == d.name
    assert list(schema["properties"]) == [s.repeat.id if s.repeat else q.id for s in d.steps
                                          for q in (s.questions[:1] if s.repeat else s.questions)]
    face = jsonschema.validator(d)
    assert [(e.instance_path, e.message) for e in face.iter_errors(answers)] == []
    assert not face.is_valid({**answers, "nobody_asked": 1})
    assert not face.is_valid({})


def test_csv_has_every_column_and_reads_back(name, answers):
    d = pack.definition(name)
    row = words.row_of(d, receipt="R8-0000-0000-0", received=dt.datetime(2026, 11, 20, 14, 3, 5, tzinfo=JST))
    for target in d.handovers:
        face = handover.csv_bytes(d, target, answers, {}, row, facts=Facts({}, pack.TODAY))
        text = face.data.decode(target.encoding)
        assert text.count("\n") >= text.count("\r\n") > 0
        table = list(csv.reader(io.StringIO(text, newline="")))
        assert table[0] == [column for column, _ in target.columns]
        assert len(table) - 1 == (len(answers.get(target.per, [])) if target.per else 1)
        with pytest.raises(handover.AnswersRefused):
            handover.csv_bytes(d, target, {}, {}, row, facts=Facts({}, pack.TODAY))


def test_search_text_cites_the_edition(name):
    d = pack.definition(name)
    face = search.search_text(d)
    assert face.title == d.name and d.summary in face.text()
    assert all(d.edition in p.source and d.name in p.source for p in face.passages)
    assert face.facets["section"] == (d.section,) and face.facets["card"] == (d.level,)


def test_every_letter_is_written_and_drawn(name, answers):
    d = pack.definition(name)
    decision = {q.id: value for q in d.review.questions if (value := _decided(q)) is not None}
    for document in d.documents:
        for outcome in document.outcomes:
            row = words.row_of(d, receipt="R8-0000-0000-0", received=dt.datetime(2026, 11, 20, tzinfo=JST),
                               outcome=outcome, decided=dt.date(2026, 11, 27), number="七子第1号", reason="理由です",
                               addressee="見本 花子")
            made = letter.letter_of(d, document, answers, decision, row, pack.letter_city(d))
            text = letter.letter_text(made)
            assert (pack.letter_city(d).head or "七尾市長") in text and "令和8年11月27日" in text
            assert ("見本 花子\u3000様" in text) is not made.framed, "a letter has an addressee, a certificate none"
            assert "{" not in text
            assert not any(number in text for number in generate.MY_NUMBERS)
            found = d.outcome(outcome)
            if found and found.kind in ("拒否", "一部認容", "不交付") and d.review.appeal != "なし":
                assert made.appeal
            face = letter_pdf(made)
            assert face.missing == () and len(face.data) < 200_000


def _decided(q):
    rng = random.Random(1)
    maker = generate._Maker(None, rng, pack.TODAY, False)
    return generate._make(q, maker, 0)


def test_conditions_have_words(name):
    d = pack.definition(name)
    for q in d.questions():
        assert bool(when_words(d, q.condition)) == (q.condition is not None)


def test_disasters_fill_only_their_own_questions(name):
    d = pack.definition(name)
    other = with_disasters(d, {"x": "ある災害"})
    for before, after in zip(d.questions(), other.questions(), strict=True):
        if before.type == "災害":
            assert [c.label for c in after.choices] == ["ある災害"]
        else:
            assert before == after


def test_reading_twice_gives_equal_definitions(name):
    path = pack.ROOT / "procedures" / f"{name}.yaml"
    if path.exists():
        text = path.read_text(encoding="utf-8")
        assert read(text, "a") == read(text, "a")
