"""The hand-written cases of tests/cases: answers by hand, what must come out, and what every face must refuse."""

from __future__ import annotations

import copy
import csv
import dataclasses
import datetime as dt
import io
import os
from pathlib import Path

import pytest
import yaml

from madoguchi.procedures.rules import generate, validate
from madoguchi.procedures.rules.checks import Facts
from madoguchi.procedures.rules.conditions import compares, holds
from madoguchi.procedures.rules.faces import handover, jsonschema, letter, words
from madoguchi.procedures.rules.faces.pdf import letter_pdf
from madoguchi.procedures.rules.model import Deadline
from madoguchi.procedures.tests import pack

FOLDER = Path(__file__).parent / "cases"
RECEIPT, FILED, DECIDED = "R8-0000-0000-0", dt.date(2026, 11, 20), dt.date(2026, 11, 27)
JST = dt.timezone(dt.timedelta(hours=9))
CASES = sorted(path.stem for path in FOLDER.glob("*.yaml"))
EXPECTED = FOLDER / "expected"
REWRITE = bool(os.environ.get("MADOGUCHI_REWRITE_CASES"))  # after a change that is meant: write, then read the diff


def case(name):
    return yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))


def facts(c, answers=None):
    """The answers on the day of filing, with the city's closed days left out (no case hangs on one)."""
    return Facts(c["answers"] if answers is None else answers, dt.date.fromisoformat(c["today"]))


def row_of(d, c):
    section = pack.city().sections[d.section]
    return words.row_of(
        d, receipt=RECEIPT, received=dt.datetime(FILED.year, FILED.month, FILED.day, 10, 0, tzinfo=JST),
        outcome=c["outcome"], decided=DECIDED, number=f"{section.sign}第1号", reason=c.get("reason") or "",
        addressee="七尾 花子", section=section.name, filer="七尾 花子",
    )


def test_every_procedure_has_a_case_and_every_case_a_procedure():
    assert pack.ids() == CASES


@pytest.mark.parametrize("name", CASES)
def test_answers_are_taken_by_every_face(name):
    d, c = pack.definition(name), case(name)
    verdict = validate.judge(d, facts(c), dict.fromkeys(c.get("attachments") or [], 1))
    assert [(f.question, f.index, f.ja) for f in verdict.faults] == []
    assert verdict.answers == c["answers"], "the case answers something that is not asked"
    assert set(c.get("attachments") or []) <= {a.id for a in verdict.attachments}
    assert [(list(e.instance_path), e.message) for e in jsonschema.validator(d).iter_errors(c["answers"])] == []


@pytest.mark.parametrize("name", CASES)
def test_decision_is_one_the_definition_knows(name):
    d, c = pack.definition(name), case(name)
    outcome = d.outcome(c["outcome"])
    assert outcome is not None
    assert bool(c.get("reason")) or not outcome.needs_reason
    decision = c.get("decision") or {}
    assert set(decision) <= {q.id for q in d.review.questions}
    for q in d.review.questions:
        if q.id in decision:
            assert [f.ja for f in words.TYPES[q.type].check(decision[q.id], q)] == []


@pytest.mark.parametrize("name", CASES)
def test_csv_rows_are_the_expected_ones(name):
    d, c = pack.definition(name), case(name)
    sent = [h for h in d.handovers if not h.outcomes or c["outcome"] in h.outcomes]
    assert set(c["csv"]) <= {h.target for h in sent}, "targets that are sent for this outcome"
    for target in sent:
        face = handover.csv_bytes(d, target, c["answers"], c.get("decision") or {}, row_of(d, c), facts=facts(c))
        assert face.unmapped == ()
        header = ",".join(column for column, _ in target.columns)
        mark = b"\xef\xbb\xbf" if target.encoding == "utf-8-sig" else b""
        plain = target.encoding.removesuffix("-sig")
        assert face.data.startswith(mark + header.encode(plain) + b"\r\n"), "header: order and bytes"
        assert face.data.endswith(b"\r\n")
        table = list(csv.reader(io.StringIO(face.data.decode(target.encoding), newline="")))
        rows = [dict(zip(table[0], line, strict=True)) for line in table[1:]]
        # a case names the columns it cares about; a target it does not name gets no rows
        expected = c["csv"].get(target.target, [])
        named = [{key: line[key] for key in want if key in line} for line, want in zip(rows, expected, strict=True)]
        assert named == expected


def as_expected(name, data):
    """The file of tests/cases/expected holds exactly these bytes."""
    path = EXPECTED / name
    if REWRITE:
        EXPECTED.mkdir(exist_ok=True)
        path.write_bytes(data)
    assert path.is_file(), f"{name} is missing: MADOGUCHI_REWRITE_CASES=1 writes it; read it before it is committed"
    assert data == path.read_bytes()


def letters_of(d, c):
    decision = c.get("decision") or {}
    known = {**validate.derive(d, facts(c)), **decision}
    return [letter.letter_of(d, x, c["answers"], decision, row_of(d, c), pack.letter_city(d))
            for x in d.documents if c["outcome"] in x.outcomes and holds(x.condition, known)]


@pytest.mark.parametrize("name", CASES)
def test_csv_bytes_are_exactly_the_expected_ones(name):
    d, c = pack.definition(name), case(name)
    for target in d.handovers:
        if not target.outcomes or c["outcome"] in target.outcomes:
            face = handover.csv_bytes(d, target, c["answers"], c.get("decision") or {}, row_of(d, c), facts=facts(c))
            as_expected(f"{name}.{target.target}.csv", face.data)


@pytest.mark.parametrize("name", CASES)
def test_letters_are_exactly_the_expected_ones(name):
    d, c = pack.definition(name), case(name)
    texts = ("\n----\n").join(letter.letter_text(made) for made in letters_of(d, c))
    as_expected(f"{name}.letter.txt", texts.encode())


def test_nothing_is_expected_that_no_case_makes():
    made = {f"{name}.letter.txt" for name in CASES}
    for name in CASES:
        d, c = pack.definition(name), case(name)
        made |= {f"{name}.{h.target}.csv" for h in d.handovers if not h.outcomes or c["outcome"] in h.outcomes}
    assert {path.name for path in EXPECTED.iterdir()} == made


@pytest.mark.parametrize("name", CASES)
def test_letter_holds_the_expected_texts(name):
    d, c = pack.definition(name), case(name)
    letters = letters_of(d, c)
    assert letters, "no document for this outcome"
    texts = "\n".join(letter.letter_text(made) for made in letters)
    for expected in c["letter"]:
        assert expected in texts
    assert "七" in letters[0].number and letters[0].date == "令和8年11月27日"
    for made in letters:
        assert letter_pdf(made).missing == ()


def changed(answers, changes):
    """A copy of the answers with each dotted path set; None takes the answer away."""
    out = copy.deepcopy(answers)
    for path, value in changes.items():
        *way, last = [int(part) if part.isdigit() else part for part in path.split(".")]
        place = out
        for part in way:
            if isinstance(place, dict) and part not in place:
                place[part] = {}
            place = place[part]
        if value is None:
            if isinstance(place, dict):
                place.pop(last, None)
            else:
                del place[last]
        elif isinstance(place, list) and last == len(place):
            place.append(value)
        else:
            place[last] = value
    return out


WRONG = [(name, index) for name in CASES for index in range(len(case(name)["wrong"]))]


def posted(d, c, answers):
    """The faults of a person who fills in page after page in a browser with these answers, and then files."""
    done, faults = {}, []
    for step in d.steps:
        known = facts(c, done)
        if step.condition is not None and step not in validate.steps_asked(d, validate.derive(d, known)):
            continue
        result = validate.read_step(d, step, generate.as_lists(generate.post_data(d, step, answers)), known)
        done |= result.values
        faults += result.faults
    return faults + validate.judge(d, facts(c, done), dict.fromkeys(c.get("attachments") or [], 1)).faults


@pytest.mark.parametrize("name", CASES)
def test_ten_wrong_answers_are_refused_by_web_schema_and_csv_alike(name):
    """Beside them stand slips that a browser cannot send or that are mended on the way (0767-00-0000, "5000")."""
    d, c = pack.definition(name), case(name)
    assert posted(d, c, c["answers"]) == []
    alike = 0
    for wrong in c["wrong"]:
        answers = changed(c["answers"], wrong["set"])
        try:
            web = wrong["at"] in {f.question for f in posted(d, c, answers)}
        except (AttributeError, KeyError, TypeError, ValueError):  # a shape that no form can post
            web = False
        alike += web and not jsonschema.validator(d).is_valid(answers)
    assert alike >= 10


@pytest.mark.parametrize(("name", "index"), WRONG)
def test_wrong_answer_is_refused_by_every_face(name, index):
    d, c = pack.definition(name), case(name)
    wrong = c["wrong"][index]
    answers = changed(c["answers"], wrong["set"])
    verdict = validate.judge(d, facts(c, answers), dict.fromkeys(c.get("attachments") or [], 1))
    assert wrong["at"] in {f.question for f in verdict.faults}, [(f.question, f.ja) for f in verdict.faults]
    assert all(f.ja for f in verdict.faults)
    with pytest.raises(handover.AnswersRefused) as refusal:
        handover.csv_bytes(d, d.handovers[0], answers, c.get("decision") or {}, row_of(d, c), facts=facts(c))
    assert wrong["at"] in {f.question for f in refusal.value.faults}
    own = validate.judge(dataclasses.replace(d, checks=(), deadline=Deadline()), facts(c, answers)).faults
    if any(f.question == wrong["at"] for f in own) and not only_missing_by_derived(d, wrong, answers):
        assert not jsonschema.validator(d).is_valid(answers)


def only_missing_by_derived(d, wrong, answers):
    """The answer is missing, and whether it is asked hangs on a derived value (導出): no JSON Schema computes one."""
    q = d.question(wrong["at"])
    if q is None or q.group or q.id in answers:
        return False
    derived = {key for key, _ in d.derived}
    trees = [tree for tree in (q.condition, d.step(q.step).condition) if tree is not None]
    return any(c.name in derived for tree in trees for c in compares(tree))


def test_what_a_letter_asks_for_fits_its_own_decision():
    """The words of these letters are true whichever way the decision went."""
    moved = dict(pack.definition("tenshutsu-todoke").documents[0].rows)
    assert "転出証明書を郵送するときは、届いた転出証明書も" in moved["お持ちいただくもの"]
    fire = dict(pack.definition("shoubou-kanrisha").documents[0].rows)
    assert fire["お願い"].startswith("新しく選任したときは、"), "a 解任 alone makes no plan"
    assert pack.letter_city(pack.definition("kouza-furikae")).unit == "", "the 税務課 has no one unit for all of its letters"
