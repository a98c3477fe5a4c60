"""The list of the workbench: found by parts, leafed through in bounded pages, counted up to a thousand."""

from __future__ import annotations

import copy
import datetime as dt
import uuid

import pytest
from bench import workbench
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from tests.support.hall import OPENING, Hall, run_worker
from tests.support.walk import text

from madoguchi.casework import index, lists, parts, services
from madoguchi.casework.lists import Filter, case_list, tiles
from madoguchi.casework.models import Case, CaseWord
from madoguchi.casework.retention import case_destroy
from madoguchi.kernel import clock

from .world import TERM_OVER

CLAIM = "jidou-teate-mishiharai"


def named(hall: Hall, sei: str, mei: str, kana_sei: str, kana_mei: str, who: str = "hanako") -> Case:
    """A case of an applicant of this name."""
    answers = copy.deepcopy(hall.answers(CLAIM))
    d = hall.definition(CLAIM)
    for q in d.questions():
        if q.id in answers and q.type == "氏名":
            answers[q.id] = {"sei": sei, "mei": mei}
        if q.id in answers and q.type == "カナ":
            answers[q.id] = {"sei": kana_sei, "mei": kana_mei}
    return hall.case(who, CLAIM, answers)


def found(hall: Hall, query: str, **more) -> list[str]:
    """Receipts found at the desk of the section."""
    return [c.receipt for c in case_list(actor=hall.staff("tanaka"), wanted=Filter(query=query, **more)).rows]


def test_words_are_every_end_of_a_field_and_the_heads_of_its_parts():
    words = parts.words_of(parts.text_of("R8-11", ["山田", "花子"], ["ヤマダ", "ハナコ"]))
    assert {w.decode() for w in words if w[:1] != b"\0"} == {
        "r811", "811", "11", "山田花子", "田花子", "花子", "やまだはなこ", "まだはなこ", "だはなこ", "はなこ", "なこ"}
    assert {w[1:].decode() for w in words if w[:1] == b"\0"} == {"r", "山", "花", "や", "は"}
    assert parts.span("・") is None


@pytest.mark.parametrize("query", ["山田", "田花", "山田 花子", "ヤマダ", "やまだ", "ﾔﾏ", "まだ", "だは", "なこ", "や", "ハ", "花"])
def test_a_case_is_found_by_every_part_of_its_name(hall: Hall, query):
    case = named(hall, "山田", "花子", "ヤマダ", "ハナコ")
    named(hall, "鈴木", "太郎", "スズキ", "タロウ", "taro")
    assert found(hall, query) == [case.receipt]


@pytest.mark.parametrize("query", ["なや", "子山", "ん", "だ", "_", "%", "やまだはなこさん"])
def test_what_is_not_in_a_name_finds_nothing(hall: Hall, query):
    named(hall, "山田", "花子", "ヤマダ", "ハナコ")
    assert found(hall, query) == []


def test_a_case_is_found_by_parts_of_its_number_as_people_read_it_out(hall: Hall):
    case = hall.case("hanako", CLAIM)
    head, day, middle, check = case.receipt.split("-")
    for query in (case.receipt, case.receipt.lower(), f"{day}-{middle}", f"{middle}{check}", middle, head):
        assert case.receipt in found(hall, query), query


NAMES = "やまだはなこ山田花子ヤー・ a9"


@given(st.lists(st.text(NAMES, max_size=45), max_size=2), st.lists(st.text(NAMES, max_size=45), max_size=2), st.text(NAMES, max_size=42))
def test_a_text_is_met_where_its_words_are_walked(name, kana, query):
    text_, span = parts.text_of("R8-11", name, kana), parts.span(query)
    assert parts.meets(text_, query) == (span is not None and any(span[0] <= w < span[1] for w in parts.words_of(text_)))


@pytest.mark.parametrize("few", [0, 3000])
def test_the_filters_narrow_a_search(hall: Hall, monkeypatch, few):
    monkeypatch.setattr(lists, "FEW", few)  # few cases are looked through, many are walked by their words
    case = named(hall, "山田", "花子", "ヤマダ", "ハナコ")
    other = named(hall, "山田", "太郎", "ヤマダ", "タロウ", "taro")
    services.case_take(actor=hall.staff("tanaka"), case_id=other.ref)
    assert set(found(hall, "山田")) == {case.receipt, other.receipt}
    assert found(hall, "山田", state="reviewing") == [other.receipt]
    assert found(hall, "山田", state="decided") == []
    assert found(hall, "山田", slug="risai-shoumei") == []
    assert set(found(hall, "山田", slug=CLAIM, who="me", due="fine")) == {case.receipt, other.receipt}
    kimura = hall.staff("kimura")
    assert [c.receipt for c in case_list(actor=kimura, wanted=Filter(query="山田", who="me")).rows] == [case.receipt]


def test_another_section_finds_nothing_and_the_auditor_all(hall: Hall):
    case = named(hall, "山田", "花子", "ヤマダ", "ハナコ")
    assert case_list(actor=hall.staff("sato"), wanted=Filter(query="山田")).rows == []
    assert [c.receipt for c in case_list(actor=hall.staff("auditor"), wanted=Filter(query="やま")).rows] == [case.receipt]
    assert case_list(actor=hall.staff("admin"), wanted=Filter(query="やま")).rows == []


def shown_name(hall: Hall, case: Case) -> str:
    """The question whose answer is the name of the case."""
    for q in hall.definition(CLAIM).questions():
        if q.type == "氏名" and not q.group and q.id in case.answers:
            other = Case(slug=case.slug, version=case.version, receipt=case.receipt, answers=case.answers | {q.id: {"sei": "別", "mei": "人"}})
            if index.who(other)[0] == "別　人":
                return q.id
    raise LookupError


def test_a_corrected_name_is_found_and_the_old_one_no_more(hall: Hall):
    from madoguchi.intake.models import Application

    case = named(hall, "山田", "花子", "ヤマダ", "ハナコ")
    services.case_take(actor=hall.staff("tanaka"), case_id=case.ref)
    path = shown_name(hall, case)
    services.correction_request(actor=hall.staff("tanaka"), case_id=case.ref, items=[(path, "戸籍の字で")],
                                due_on=OPENING.date() + dt.timedelta(days=9))
    run_worker()
    from tests.support.hall import lists as as_lists

    from madoguchi.intake import applications
    raw = as_lists({f"{path}.sei": "川西", f"{path}.mei": "花子"})
    applications.correction_answer(application=Application.objects.get(id=case.id), raw=raw, extra=frozenset(), actor="resident:test",
                                   owner=hall.owner("hanako"))
    run_worker()
    assert found(hall, "川西") == [case.receipt]
    assert found(hall, "山田") == []
    assert found(hall, "やまだ") == [case.receipt], "the kana was not corrected"
    case.refresh_from_db()
    assert case.words == CaseWord.objects.filter(case=case).count()


def test_a_destroyed_case_leaves_no_word(decided):
    assert CaseWord.objects.filter(case=decided).exists()
    with clock.frozen(TERM_OVER):
        assert case_destroy(actor="cli", case_id=decided.ref) is not None
    assert not CaseWord.objects.exists()


def test_a_case_and_its_words_are_written_together_or_not_at_all(hall: Hall, monkeypatch):
    def broken(case):
        raise RuntimeError("cut off")

    monkeypatch.setattr(index, "words_write", broken)
    hall.file("hanako", CLAIM)
    run_worker()
    assert not Case.objects.exists()


def test_cases_from_before_are_filled_in_batches_and_only_once(hall: Hall, monkeypatch):
    cases = [hall.case(who, CLAIM) for who in ("hanako", "taro", "ume")]
    before = {str(c.id): set(CaseWord.objects.filter(case=c).values_list("word", flat=True)) for c in cases}
    CaseWord.objects.all().delete()
    Case.objects.update(words=None, search="R8もとのかたち")
    monkeypatch.setattr(index, "BATCH", 2)
    assert index.words_fill() == 3
    assert index.words_fill() == 0
    assert {str(c.id): set(CaseWord.objects.filter(case=c).values_list("word", flat=True)) for c in cases} == before
    assert not Case.objects.filter(words=None).exists()


def copies(case: Case, days: list[int], **more) -> list[Case]:
    """The same case again and again, due so many days after the opening."""
    text_, out = case.search, []
    for n, day in enumerate(days):
        fields = {f.name: getattr(case, f.name) for f in Case._meta.concrete_fields} | {
            "id": uuid.uuid4(), "receipt": f"X{n:06}", "due_on": OPENING.date() + dt.timedelta(days=day)} | more
        out.append(Case(**fields))
    Case.objects.bulk_create(out)
    words = parts.words_of(text_)
    CaseWord.objects.bulk_create([CaseWord(section=c.section, word=w, case=c) for c in out for w in words])
    return out


@pytest.mark.parametrize("together", [1, 200])
def test_the_list_is_in_order_across_states_and_pages(hall: Hall, monkeypatch, together):
    monkeypatch.setattr(lists, "TOGETHER", together)  # a city with many sections needs more than one statement
    case = named(hall, "山田", "花子", "ヤマダ", "ハナコ")
    Case.objects.filter(id=case.id).update(due_on=OPENING.date() + dt.timedelta(days=400))
    days = [(n * 37) % 90 - 20 for n in range(55)]
    for n, state in enumerate(("received", "reviewing", "correction", "approval", "decided")):
        made = copies(case, [d for i, d in enumerate(days) if i % 5 == n], state=state)
        for c in made:
            Case.objects.filter(id=c.id).update(receipt=f"{n}-{c.receipt}")
    tanaka = hall.staff("tanaka")
    for query in ("", "やまだ"):
        pages = [case_list(actor=tanaka, wanted=Filter(query=query, state="all", page=n)) for n in (1, 2, 3)]
        rows = [c for p in pages for c in p.rows]
        assert [p.count for p in pages] == [56, 56, 56]
        assert (pages[2].pages, pages[2].first, pages[2].last, len(pages[2].rows)) == (3, 41, 56, 16)
        still = [c.due_on for c in rows if c.state != "decided"]
        over = [c.due_on for c in rows if c.state == "decided"]
        assert [c.due_on for c in rows] == sorted(still) + sorted(over, reverse=True)
        assert len({c.id for c in rows}) == 56
    assert case_list(actor=tanaka, wanted=Filter(page=99)).number == 3
    found_ = case_list(actor=tanaka, wanted=Filter(due="over")).rows
    assert found_ and all(c.due_on < OPENING.date() and c.state in ("received", "reviewing", "approval") for c in found_)
    assert tiles(actor=tanaka).over == len(found_)
    assert case_list(actor=tanaka, wanted=Filter(due="nonsense")).count == 45


def test_beyond_the_limit_the_page_says_so_and_asks_to_narrow(hall: Hall, monkeypatch):
    case = named(hall, "山田", "花子", "ヤマダ", "ハナコ")
    copies(case, [n % 30 for n in range(60)])
    monkeypatch.setattr(lists, "MOST", 40)
    monkeypatch.setattr(lists, "FOUND", 40)
    tanaka = hall.staff("tanaka")
    for query in ("", "やまだ"):
        window = case_list(actor=tanaka, wanted=Filter(query=query, page=5))
        assert (window.count, window.more, window.number, window.pages, len(window.rows)) == (40, True, 2, 2, 20)
    page = text(hall.desk("tanaka").get("/staff/"))
    assert "40件以上" in page and "はじめの1,000件" in page
    page = text(hall.desk("tanaka").post("/staff/", {"q": "やまだ"}, follow=True))
    assert "文字を足すか" in page
    assert sum(vars_of(tiles(actor=tanaka))) <= 4 * 41


def vars_of(t) -> list[int]:
    return [t.over, t.today, t.soon, t.fine]


def test_tiles_say_when_there_are_more_than_a_thousand(hall: Hall, monkeypatch):
    hall.case("hanako", CLAIM)
    monkeypatch.setattr("madoguchi.casework.lists.tiles", lambda actor: lists.Tiles(1001, 1000, 3, 0))
    page = hall.desk("tanaka").get("/staff/").content.decode()
    assert '1,000<span aria-hidden="true">+</span><span class="vh">以上</span>' in page
    assert "<b>1000</b>" in page and "<b>3</b>" in page


WANTED = [Filter(), Filter(state="all"), Filter(state="decided"), Filter(slug=CLAIM), Filter(who="me"), Filter(due="over"),
          Filter(due="soon", slug=CLAIM), Filter(state="reviewing", who="me", slug=CLAIM)]


@pytest.mark.parametrize("wanted", WANTED, ids=str)
@pytest.mark.parametrize("who", ["tanaka", "auditor"])
def test_every_filter_walks_an_index(hall: Hall, wanted, who):
    """The database's own plan, for every statement of the list, the tiles and the search."""
    from django.db import connection

    case = named(hall, "山田", "花子", "ヤマダ", "ハナコ")
    copies(case, [n % 30 for n in range(30)])
    actor = hall.staff(who)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")  # 31 rows are read faster whole: may it use an index at all?
    with CaptureQueriesContext(connection) as seen:
        lists.tiles(actor=actor)
        case_list(actor=actor, wanted=wanted)
        case_list(actor=actor, wanted=Filter(query="やま", slug=wanted.slug, state=wanted.state, who=wanted.who, due=wanted.due))
    check_plans(seen, 4)


def check_plans(seen: CaptureQueriesContext, fewest: int) -> None:
    """No statement of those seen reads a table of casework from end to end."""
    from django.db import connection

    asked = [q["sql"] for q in seen.captured_queries if q["sql"].startswith(("SELECT", "WITH")) and "casework_" in q["sql"]]
    assert len(asked) >= fewest
    for sql in asked:
        with connection.cursor() as cursor:
            cursor.execute(("EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN ") + sql)
            plan = [" ".join(str(x) for x in row) for row in cursor.fetchall()]
        bad = [line for line in plan if ("SCAN casework" in line and "USING" not in line) or "Seq Scan on casework" in line]
        assert bad == [], (sql, plan)


def test_the_counts_of_statistics_walk_an_index(hall: Hall):
    """As above, for the cases filed, corrected and decided in a month."""
    from django.db import connection

    from madoguchi.casework import counts

    copies(named(hall, "山田", "花子", "ヤマダ", "ハナコ"), [n % 30 for n in range(30)])
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
    first = OPENING.date().replace(day=1)
    with CaptureQueriesContext(connection) as seen:
        for count in (counts.filed_between, counts.corrected_between, counts.decided_between):
            count(["kosodate"], first, first + dt.timedelta(days=30))
    check_plans(seen, 6)


def test_the_rows_that_the_bench_writes_are_cases(hall):
    """bench/workbench.py writes past Django; a column that it does not know must not stop it."""
    hall.definition(CLAIM)
    hall.staff("tanaka")
    made = list(workbench.made(40))
    workbench.write("casework_case", [case for case, _, _ in made])
    workbench.write("casework_decision", [workbench.decision(case, day) for case, _, day in made if case["state"] == "decided"])
    workbench.write("casework_caseword", [{"section": c["section"], "word": word, "case_id": c["id"]} for c, words, _ in made for word in words])
    for case in Case.objects.all():
        case.full_clean(validate_unique=False, exclude=["files", "notices", "checklist", "support", "acting", "stopped_on"])
    assert Case.objects.count() == len(made)
