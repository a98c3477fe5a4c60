"""個人番号: sealed on the way in, shown once to a clerk of the section who says why, and that is on record."""

from __future__ import annotations

import random
from urllib.parse import urlencode

import pytest
from tests.support.hall import Hall, run_worker
from tests.support.walk import text

from madoguchi.casework import services
from madoguchi.casework.errors import ReasonMissing
from madoguchi.casework.models import Case, NumberView
from madoguchi.files.public import file_get, file_open, painted
from madoguchi.kernel import clock, sealed
from madoguchi.kernel.errors import NotFound
from madoguchi.kernel.models import AuditEntry
from madoguchi.procedures.rules import generate
from madoguchi.procedures.rules.model import Attachment

SLUG = "ninshin-todoke"
NUMBER = generate.MY_NUMBERS[2]
SPACED = f"{NUMBER[:4]} {NUMBER[4:8]} {NUMBER[8:]}"


@pytest.fixture
def case(hall: Hall):
    return hall.case("hanako", SLUG, hall.answers(SLUG) | {"my_number": NUMBER})


def every_text_in_the_database():
    """All columns of all tables as text, ciphers too."""
    from django.apps import apps

    for model in apps.get_models():
        for row in model.objects.values_list():
            for value in row:
                yield model.__name__, bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()


def test_it_lies_nowhere_in_the_database_in_the_clear(hall: Hall, case):
    hall.decide(case, "accept", "yoshida")
    run_worker()
    assert sealed.is_token(case.answers["my_number"])
    shown = [name for name, value in every_text_in_the_database() if NUMBER.encode() in value]
    assert shown == []


def test_it_reaches_the_core_system_and_nobody_else(hall: Hall, case):
    hall.decide(case, "accept", "yoshida")
    run_worker()
    files = [p for p in hall.home.rglob("*") if p.is_file()]
    holding = [p for p in files if NUMBER in p.read_bytes().decode("cp932", errors="replace")]
    assert [p.parent.name for p in holding] == ["kenkou-kanri"]


def test_no_page_shows_it_unasked(hall: Hall, case):
    for tab in ("review", "answers", "files", "talk", "history"):
        page = text(hall.desk("yoshida").get(f"/staff/case/{case.id}/?tab={tab}"))
        assert NUMBER not in page
        assert SPACED not in page
        assert case.answers["my_number"] not in page, "nor its token"
    page = text(hall.browser("hanako").get(f"/my/{case.id}/"))
    assert NUMBER not in page
    assert case.answers["my_number"] not in page


def test_a_clerk_sees_it_once_and_says_why(hall: Hall, case):
    desk = hall.desk("yoshida")
    shown = desk.post(f"/staff/case/{case.id}/number/", {"path": "my_number", "why": "宛名番号との照合"})
    assert SPACED in text(shown)
    assert shown["Cache-Control"] == "no-store"
    entry = AuditEntry.objects.get(action="number.viewed")
    assert (entry.chain, entry.actor, entry.facts["path"]) == (f"case:{case.id}", "staff:yoshida", "my_number")
    assert entry.digest, "the reason is part of the record"
    assert SPACED not in text(desk.get(f"/staff/case/{case.id}/?tab=answers"))
    services.number_reveal(actor=hall.staff("yoshida"), case_id=case.ref, path="my_number", why="再確認")
    assert AuditEntry.objects.filter(action="number.viewed").count() == 2


def test_who_audits_reads_who_looked_and_why(hall: Hall, case):
    services.number_reveal(actor=hall.staff("yoshida"), case_id=case.ref, path="my_number", why="宛名番号との照合")
    for who in ("auditor", "yoshida"):
        page = text(hall.desk(who).get(f"/staff/case/{case.id}/?tab=history"))
        assert "個人番号を見た人と理由" in page
        assert "宛名番号との照合" in page
        assert SPACED not in page
    assert "宛名番号との照合" not in text(hall.desk("yoshida").get(f"/staff/case/{case.id}/?tab=answers"))
    assert not [name for name, value in every_text_in_the_database() if "宛名番号との照合".encode() in value], "sealed: it may name somebody"


@pytest.mark.parametrize(("section", "role", "ends", "may"), [
    ("kenkou", "clerk", None, True), ("kenkou", "chief", None, True), ("kenkou", "manager", None, True),
    ("kenkou", "auditor", None, False), ("kenkou", "admin", None, False), ("*", "clerk", None, False),
    ("kosodate", "manager", None, False), ("kenkou", "clerk", "2026-11-19", False), ("kenkou", "clerk", "2026-11-20", True),
])
def test_only_the_roles_of_the_section_see_it_while_they_last(hall: Hall, case, section, role, ends, may):
    from madoguchi.identity.models import Membership, Staff

    person = Staff.objects.create_user("somebody", "だれか")
    Membership.objects.create(staff=person, section=section, role=role, starts="2020-01-01", ends=ends)
    seen = AuditEntry.objects.filter(action="number.viewed")
    if may:
        assert services.number_reveal(actor=person, case_id=case.ref, path="my_number", why="照合のため") == NUMBER
        assert seen.count() == 1
        return
    with pytest.raises(NotFound):
        services.number_reveal(actor=person, case_id=case.ref, path="my_number", why="照合のため")
    assert not seen.exists()


@pytest.mark.parametrize("why", ["", " ", "x"])
def test_without_a_reason_nothing_is_shown(hall: Hall, case, why):
    answer = hall.desk("yoshida").post(f"/staff/case/{case.id}/number/", {"path": "my_number", "why": why})
    assert answer.status_code == 422
    assert SPACED not in text(answer)
    with pytest.raises(ReasonMissing):
        services.number_reveal(actor=hall.staff("yoshida"), case_id=case.ref, path="my_number", why=why)
    assert not AuditEntry.objects.filter(action="number.viewed").exists()


def test_a_reason_that_is_refused_stands_in_its_field_again(hall: Hall, case):
    words = "宛名番号との照合" * 63
    answer = hall.desk("yoshida").post(f"/staff/case/{case.id}/number/", {"path": "my_number", "why": words})
    assert answer.status_code == 422 and "理由は500字までです(今は504字)" in text(answer)
    assert f'value="{words}"' in text(answer) and "<details open><summary>番号を見る" in text(answer)


@pytest.mark.parametrize("who", ["sato", "tanaka", "auditor", "admin"])
def test_nobody_outside_the_section_sees_it(hall: Hall, case, who):
    answer = hall.desk(who).post(f"/staff/case/{case.id}/number/", {"path": "my_number", "why": "見たい"})
    assert answer.status_code == 404
    assert not AuditEntry.objects.filter(action="number.viewed").exists()


@pytest.mark.parametrize("path", ["name", "no_such", "my_number.0", "", "0", "__class__"])
def test_only_sealed_answers_can_be_revealed(hall: Hall, case, path):
    with pytest.raises(NotFound):
        services.number_reveal(actor=hall.staff("yoshida"), case_id=case.ref, path=path, why="照合のため")


def test_a_token_of_another_case_typed_by_hand_reveals_nothing(hall: Hall, case):
    """Taro writes Hanako's token into his own form: it is thrown away, not resolved."""
    token = case.answers["my_number"]
    from tests.support.hall import lists

    from madoguchi.intake import drafts

    owner = hall.owner("taro")
    draft = drafts.draft_start(owner=owner, slug=SLUG)
    d = hall.definition(SLUG)
    step = next(s for s in d.steps if any(q.id == "my_number" for q in s.questions))
    raw = lists(generate.post_data(d, step, case.answers | {"my_number": NUMBER})) | {"my_number": [token]}
    from madoguchi.intake.errors import AnswersWrong

    with pytest.raises(AnswersWrong):
        drafts.draft_save_step(owner=owner, draft_id=str(draft.id), step_id=step.id, raw=raw, mark="")


def test_a_number_left_empty_on_a_saved_page_stays_as_it_was(hall: Hall):
    from tests.support.hall import lists

    from madoguchi.intake import drafts

    draft = hall.draft("hanako", SLUG, hall.answers(SLUG) | {"my_number": NUMBER})
    token = draft.answers["my_number"]
    d = hall.definition(SLUG)
    step = next(s for s in d.steps if any(q.id == "my_number" for q in s.questions))
    raw = lists(generate.post_data(d, step, {k: v for k, v in draft.answers.items() if k != "my_number"}))
    assert "my_number" not in raw
    saved = drafts.draft_save_step(owner=hall.owner("hanako"), draft_id=str(draft.id), step_id=step.id, raw=raw, mark="")
    assert saved.answers["my_number"] == token
    page = text(hall.browser("hanako").get(f"/a/{draft.id}/{step.id}/"))
    assert NUMBER not in page
    assert token not in page


def test_a_wiped_number_is_gone_and_the_filing_still_stands(hall: Hall, case):
    from madoguchi.kernel.models import SealedValue

    digest = case.digest
    SealedValue.objects.all().delete()
    with pytest.raises(NotFound):
        services.number_reveal(actor=hall.staff("yoshida"), case_id=case.ref, path="my_number", why="照合のため")
    assert Case.objects.get(id=case.id).digest == digest
    assert not AuditEntry.objects.filter(action="number.viewed").exists()


def kept():
    from madoguchi.kernel.models import SealedValue

    return set(SealedValue.objects.values_list("token", flat=True))


def test_a_number_typed_over_or_thrown_away_is_destroyed(hall: Hall):
    """No number stays behind that no draft and no filing names."""
    import datetime as dt

    from tests.support.hall import lists

    from madoguchi.intake import drafts
    from madoguchi.kernel import clock

    owner = hall.owner("hanako")
    draft = hall.draft("hanako", SLUG, hall.answers(SLUG) | {"my_number": NUMBER})
    first = draft.answers["my_number"]
    d = hall.definition(SLUG)
    step = next(s for s in d.steps if any(q.id == "my_number" for q in s.questions))
    raw = lists(generate.post_data(d, step, draft.answers | {"my_number": generate.MY_NUMBERS[1]}))
    second = drafts.draft_save_step(owner=owner, draft_id=str(draft.id), step_id=step.id, raw=raw, mark="").answers["my_number"]
    assert (first == second, kept()) == (False, {second})
    drafts.draft_discard(owner=owner, draft_id=str(draft.id))
    assert kept() == set()
    draft = hall.draft("hanako", SLUG, hall.answers(SLUG) | {"my_number": NUMBER})
    assert kept() == {draft.answers["my_number"]}
    with clock.frozen(clock.now() + dt.timedelta(days=31)):
        assert drafts.drafts_sweep() == 1
    assert kept() == set()


def test_a_number_that_is_no_longer_asked_is_destroyed_when_filing(hall: Hall):
    from madoguchi.intake.models import Draft

    draft = hall.draft("hanako", SLUG, hall.answers(SLUG) | {"my_number": NUMBER})
    stray = sealed.put("my-number", NUMBER)
    Draft.objects.filter(id=draft.id).update(answers=draft.answers | {"not_asked_any_more": stray})
    filed = hall.send(hall.owner("hanako"), draft).application
    assert kept() == {filed.answers["my_number"]}


CHILDREN = "jidou-teate-gaku-kaitei"


def test_removing_one_entry_moves_no_number_to_another_person(hall: Hall):
    """Three children with a number each; the first is taken away, the boxes stay empty: the others keep their own."""
    from madoguchi.intake import drafts

    answers = hall.answers(CHILDREN)
    d = hall.definition(CHILDREN)
    step = next(s for s in d.steps if s.repeat and any(q.id == "older_mynumber" for q in s.questions))
    group = step.repeat.id
    from madoguchi.intake.models import Draft

    draft = drafts.draft_start(owner=hall.owner("hanako"), slug=CHILDREN)
    tokens = [sealed.put("my-number", n) for n in generate.MY_NUMBERS[:3]]
    entries = [{"older_mynumber": token} for token in tokens]
    Draft.objects.filter(id=draft.id).update(answers=answers | {group: entries})
    client = hall.browser("hanako")
    url = f"/a/{draft.id}/{step.id}/"
    fields = {f"{group}.count": "3"} | {f"{group}.{i}._was": str(i) for i in range(3)}
    assert f'name="{group}.2._was" value="2"' in text(client.get(url)) or client.get(url).status_code == 303
    page = text(client.post(url, fields | {"_action": "remove:0"}))
    assert f'name="{group}.0._was" value="1"' in page
    assert f'name="{group}.1._was" value="2"' in page
    assert f"{group}.2._was" not in page
    for odd in ("²", "9" * 5000, "-1", "x", ""):
        sent = urlencode(fields | {f"{group}.²._was": "0", f"{group}.{'9' * 5000}._was": "0", "_action": f"remove:{odd}"})
        page = text(client.post(url, sent, content_type="application/x-www-form-urlencoded"))
        assert f'name="{group}.2._was" value="2"' in page, "nobody is taken away"
    from madoguchi.intake.numbers import read_page

    raw = {f"{group}.count": ["2"], f"{group}.0._was": ["1"], f"{group}.1._was": ["2"]}
    draft.refresh_from_db()
    read = read_page(d, step, raw, draft.answers, drafts.facts(draft.answers))
    assert [e.get("older_mynumber") for e in read.values[group]] == tokens[1:]
    added = {f"{group}.count": ["4"], f"{group}.3._was": [""]} | {f"{group}.{i}._was": [str(i)] for i in range(3)}
    read = read_page(d, step, added, draft.answers, drafts.facts(draft.answers))
    assert [e.get("older_mynumber") for e in read.values[group]] == [*tokens, None]
    unmarked = read_page(d, step, {f"{group}.count": ["2"]}, draft.answers, drafts.facts(draft.answers))
    assert [e.get("older_mynumber") for e in unmarked.values[group]] == [None, None], "in doubt it is asked again"


@pytest.fixture
def shown_on_paper(hall: Hall):
    """A case whose documents show a 個人番号: (case, the file's id)."""
    d = hall.definition("kaigo-nintei-shinki")
    found = next(a for seed in range(200) if (a := generate.answers_for(d, random.Random(seed), today=clock.today())).get("number_way") == "write"
                 and a["filer"] == "agency")
    case = hall.case("hanako", d.id, found)
    return case, case.files["number_proof"][0]["id"]


def test_a_document_that_shows_it_is_opened_once_with_a_reason(hall: Hall, shown_on_paper):
    case, file_id = shown_on_paper
    at = f"/staff/case/{case.id}/file/{file_id}/"
    desk = hall.desk("sato")
    other = next(e["id"] for slot, entries in case.files.items() for e in entries if slot != "number_proof")
    original = file_open(file_get(file_id)).read()
    for who in ("sato", "auditor"):
        assert painted(original, None) == hall.desk(who).get(at).content, "nothing of it is seen on the way"
    assert desk.get(f"/staff/case/{case.id}/file/{other}/").getvalue() == file_open(file_get(other)).read(), "the others are seen as they are"
    page = text(desk.get(f"/staff/case/{case.id}/?tab=files"))
    assert "個人番号が写る書類なので、全体を塗りつぶして表示します" in page and page.count("/number/") == 1
    assert desk.post(f"{at}number/", {"why": ""}).status_code == 422 and not NumberView.objects.exists()
    assert hall.desk("tanaka").post(f"{at}number/", {"why": "照合のため"}).status_code == 404, "another section's"
    assert hall.desk("auditor").post(f"{at}number/", {"why": "照合のため"}).status_code == 404
    assert desk.post(f"{at}number/", {"why": "照合のため"}).content == original
    assert AuditEntry.objects.get(action="number.viewed").facts["path"] == f"number_proof.{file_id}"


def test_a_definition_says_whether_a_document_shows_it():
    assert Attachment("a", "ご本人の個人番号が分かる書類").bears_number, "as versions from before there was the heading say it"
    assert not Attachment("a", "個人番号を消した住民票", numbered=False).bears_number
    assert Attachment("a", "会社の書類", numbered=True).bears_number
    assert not Attachment("a", "本人確認書類", help="マイナンバーカードの表の面").bears_number
