"""Statistics from cases, drafts and opinions: what is counted, who may see it, and that nobody is in it."""

from __future__ import annotations

import csv
import datetime as dt
import io

import pytest
from tests.support.hall import OPENING, Hall, run_worker
from tests.support.walk import text

from madoguchi.casework import services
from madoguchi.casework.models import Case, Decision
from madoguchi.casework.retention import case_destroy
from madoguchi.figures import rules, selectors
from madoguchi.intake import drafts, opinions
from madoguchi.intake.models import Application, Draft, LeftDraft, Opinion
from madoguchi.kernel import clock
from madoguchi.kernel.errors import Forbidden, NotFound
from madoguchi.procedures import public as procedures
from madoguchi.procedures.selectors import forget

CLAIM, REPORT = "jidou-teate-mishiharai", "ninshin-todoke"
NOVEMBER = rules.period(dt.date(2026, 11, 1), 1)
LATER = OPENING + dt.timedelta(days=45)  # 2027-01-04


def line(hall: Hall, slug: str = CLAIM, who: str = "tanaka", chosen: rules.Period = NOVEMBER):
    found = selectors.figures(actor=hall.staff(who), section="", chosen=chosen)
    return next(r for r in found.rows if r.slug == slug).line.cells


def opined(hall: Hall, grade: int, words: str = "", at: dt.datetime = OPENING) -> None:
    with clock.frozen(at):
        application = hall.file("hanako", CLAIM)
        assert opinions.opinion_give(application=application, grade=str(grade), text=words)


def test_a_withdrawn_procedure_keeps_its_name(hall) -> None:
    hall.definition(CLAIM)
    hall.definition(REPORT)
    procedures.withdraw(actor="test", slug=CLAIM, instead=REPORT)
    forget()
    assert selectors._procedures([], [CLAIM]) == {CLAIM: ("kosodate", procedures.current(CLAIM).definition.name)}
    assert selectors._procedures([], ["nai"]) == {"nai": ("", "nai")}


def test_what_was_filed_decided_and_corrected(hall: Hall):
    first = hall.case("hanako", CLAIM)
    second = hall.case("taro", CLAIM)
    Case.objects.filter(id=second.id).update(channel="counter")
    services.case_take(actor=hall.staff("tanaka"), case_id=second.ref)
    services.correction_request(actor=hall.staff("tanaka"), case_id=second.ref,
                                items=[(next(iter(p["rows"]))["path"], "直してください") for p in _answers(second)][:1],
                                due_on=OPENING.date() + dt.timedelta(days=9))
    with clock.frozen(OPENING + dt.timedelta(days=4)):  # Tuesday after a holiday on Monday: one working day
        hall.decide(first, "grant", "tanaka", "kimura", "suzuki")
        run_worker()
    cells = line(hall)
    assert (cells["counter"], cells["paper"]) == (1, 0)
    assert (cells["filed"], cells["online"], cells["online_share"], cells["corrected"], cells["corrected_share"]) == (2, 1, 50.0, 1, 50.0)
    assert (cells["decided"], cells["median"], cells["ninety"], cells["within_share"]) == (1, 1, 1, 100.0)
    Case.objects.filter(id=second.id).update(channel="paper")
    assert [line(hall)[x] for x in ("filed", "online", "counter", "paper")] == [2, 1, 0, 1]
    Decision.objects.filter(case=first).update(decided_at=OPENING + dt.timedelta(days=200))
    assert line(hall)["decided"] == 0, "it counts in the month of the decision"
    late = line(hall, chosen=rules.period((OPENING + dt.timedelta(days=200)).date(), 1))
    assert (late["filed"], late["decided"], late["within"]) == (0, 1, 0)


def _answers(case: Case):
    from madoguchi.casework.selectors import answer_rows

    return answer_rows(case)


def test_months_begin_at_midnight_in_japan(hall: Hall):
    case = hall.case("hanako", CLAIM)
    for moment, count in ((dt.datetime(2026, 11, 1, 0, 0, tzinfo=clock.JST), 1), (dt.datetime(2026, 10, 31, 23, 59, tzinfo=clock.JST), 0),
                          (dt.datetime(2026, 11, 30, 23, 59, tzinfo=clock.JST), 1), (dt.datetime(2026, 12, 1, 0, 0, tzinfo=clock.JST), 0)):
        Case.objects.filter(id=case.id).update(filed_at=moment)
        assert line(hall)["filed"] == count, moment


def test_a_destroyed_case_still_counts(decided_and_old, hall: Hall):
    case, before = decided_and_old
    with clock.frozen(dt.datetime(2032, 4, 1, 9, 0, tzinfo=clock.JST)):
        assert case_destroy(actor="cli", case_id=case.ref)
    after = line(hall, REPORT, "yoshida")
    assert {k: after[k] for k in ("filed", "online", "corrected", "decided", "median", "within")} == {
        k: before[k] for k in ("filed", "online", "corrected", "decided", "median", "within")}
    assert after["filed"] == 1 and after["corrected"] == 1 and after["decided"] == 1


@pytest.fixture
def decided_and_old(hall: Hall):
    """A decided case and its figures while it lives."""
    from madoguchi.casework.tests.world import decided_case

    case = decided_case(hall)
    return case, line(hall, REPORT, "yoshida")


def test_a_case_whose_first_proposal_was_sent_back_counts_once_and_its_second_decision_never(hall: Hall):
    """Alive or destroyed the same: by the first decision that became final, whatever its number."""
    slug = "jidou-teate-mishiharai"
    chosen = rules.period(OPENING.date().replace(day=1), 1)
    case = hall.case("hanako", slug)
    hall.propose(case, "tanaka", "grant")
    services.decision_return(actor=hall.staff("kimura"), case_id=case.ref, comment="金額を確認してください")
    first = hall.decide(case, "grant", "tanaka", "kimura", "suzuki")
    run_worker()
    assert first.number == 2
    with clock.frozen(OPENING + dt.timedelta(days=40)):
        services.case_reopen(actor=hall.staff("tanaka"), case_id=case.ref, why="再調査の申出")
        hall.decide(case, "grant", "tanaka", "kimura", "suzuki")
        run_worker()
        later = rules.period(clock.today().replace(day=1), 1)
    actor = hall.staff("auditor")

    def decided(when: rules.Period) -> tuple[int, int]:
        line = selectors.figures(actor=actor, section="kosodate", chosen=when).total
        return line.decided, line.within

    assert (decided(chosen), decided(later)) == ((1, 1), (0, 0))
    with clock.frozen(OPENING + dt.timedelta(days=366 * 7)):
        assert case_destroy(actor="test", case_id=case.ref)
    assert (decided(chosen), decided(later)) == ((1, 1), (0, 0))


def test_a_late_decision_stays_late_when_its_case_is_taken_up_again(hall: Hall):
    """The days are counted anew for the second decision, not for the first one."""
    case = hall.case("hanako", "jidou-teate-mishiharai")
    late = OPENING + dt.timedelta(days=120)
    chosen = rules.period(late.date().replace(day=1), 1)
    actor = hall.staff("auditor")

    def line() -> tuple[int, int]:
        total = selectors.figures(actor=actor, section="kosodate", chosen=chosen).total
        return total.decided, total.within

    with clock.frozen(late):
        hall.decide(case, "grant", "tanaka", "kimura", "suzuki")
        run_worker()
        assert line() == (1, 0)
        services.case_reopen(actor=hall.staff("tanaka"), case_id=case.ref, why="再調査の申出")
        assert line() == (1, 0)
        hall.decide(case, "grant", "tanaka", "kimura", "suzuki")
        run_worker()
        assert line() == (1, 0)
    with clock.frozen(late + dt.timedelta(days=366 * 7)):
        assert case_destroy(actor="test", case_id=case.ref)
    assert line() == (1, 0)


def test_a_section_sees_its_own_and_the_auditor_all(hall: Hall):
    hall.case("hanako", CLAIM)
    hall.case("taro", REPORT)
    own = {r.slug for r in selectors.figures(actor=hall.staff("tanaka"), section="", chosen=NOVEMBER).rows}
    assert CLAIM in own and REPORT not in own
    with pytest.raises(NotFound):
        selectors.figures(actor=hall.staff("tanaka"), section="kenkou", chosen=NOVEMBER)
    assert hall.desk("tanaka").get("/staff/figures/?section=kenkou").status_code == 404
    for who in ("auditor", "admin"):
        assert {CLAIM, REPORT} <= {r.slug for r in selectors.figures(actor=hall.staff(who), section="", chosen=NOVEMBER).rows}
        assert hall.desk(who).get("/staff/figures/?section=kenkou").status_code == 200
    nobody = hall.staff("sato")
    nobody.membership_set.all().delete()
    nobody._held = None
    with pytest.raises(Forbidden):
        selectors.figures(actor=type(nobody).objects.get(pk=nobody.pk), section="", chosen=NOVEMBER)


def test_drafts_are_counted_where_they_were_left_and_nothing_else_stays(hall: Hall):
    owner = hall.owner("hanako")
    hall.definition(CLAIM)
    begun = drafts.draft_start(owner=owner, slug=CLAIM)
    full = hall.draft("hanako", CLAIM)
    thrown = drafts.draft_start(owner=owner, slug=CLAIM)
    drafts.draft_discard(owner=owner, draft_id=str(thrown.id))
    with clock.frozen(LATER):
        assert drafts.drafts_sweep() == 2
        assert drafts.drafts_sweep() == 0
    assert not Draft.objects.filter(id__in=[begun.id, full.id, thrown.id]).exists()
    first_page = hall.definition(CLAIM).steps[0].id
    found = {(r.month, r.slug, r.page): r.count for r in LeftDraft.objects.all()}
    last = next(page for _, _, page in found if page != first_page)
    assert found == {(NOVEMBER.first, CLAIM, first_page): 2, (NOVEMBER.first, CLAIM, last): 1}
    assert last in ("documents", "check")
    sheet = hall.desk("tanaka").get("/staff/figures/left.csv?to=2026-11&span=1")
    rows = list(csv.DictReader(io.StringIO(sheet.content.decode("utf-8-sig"))))
    assert {(r["手続ID"], r["画面ID"], r["書きかけ終了件数"]) for r in rows} == {(CLAIM, first_page, "2"), (CLAIM, last, "1")}
    assert {(r["担当課"], r["対象期間_終了年月"]) for r in rows} == {("子育て支援課", "2026-11")} and rows[0]["画面名"]
    assert len(hall.desk("sato").get("/staff/figures/left.csv?to=2026-11&span=1").content.splitlines()) == 1, "another section's"
    page = text(hall.desk("tanaka").get("/staff/figures/"))
    assert str(hall.definition(CLAIM).steps[0].title) in page and selectors.ENDS[last] in page
    assert {f.name for f in LeftDraft._meta.concrete_fields} == {"id", "month", "slug", "page", "count"}


def test_a_draft_that_somebody_goes_on_writing_is_not_counted(hall: Hall):
    draft = hall.draft("hanako", CLAIM)
    hall.send(hall.owner("hanako"), draft)
    with clock.frozen(LATER):
        assert drafts.drafts_sweep() == 0
    assert not LeftDraft.objects.exists()


def test_an_opinion_is_given_once_and_leads_to_nobody(hall: Hall):
    application = hall.file("hanako", CLAIM)
    client = hall.browser("hanako")
    page = f"/my/{application.id}/filed/"
    assert "使いやすさを教えてください" in text(client.get(page))
    answer = client.post(f"/my/{application.id}/opinion/", {"grade": "4", "text": " 電話より\x07早かった\r\n "})
    assert (answer.status_code, answer["Location"]) == (303, f"{page}#opinion")
    client.post(f"/my/{application.id}/opinion/", {"grade": "1", "text": "もう一度"})
    assert list(Opinion.objects.values_list("month", "slug", "grade", "text")) == [(NOVEMBER.first, CLAIM, 4, "電話より早かった")]
    assert "ご回答ありがとうございました" in text(client.get(page)) and 'name="grade"' not in client.get(page).content.decode()
    assert {f.name for f in Opinion._meta.concrete_fields} == {"id", "month", "slug", "grade", "text"}
    from madoguchi.kernel.models import AuditEntry, Message
    assert not AuditEntry.objects.filter(action__contains="opin").exists()
    assert not Message.objects.filter(event__icontains="opin").exists()


@pytest.mark.parametrize(("sent", "words", "at"), [
    ({}, "五つのうち一つ", "opinion-5"), ({"grade": "6"}, "五つのうち一つ", "opinion-5"), ({"grade": "３"}, "五つのうち一つ", "opinion-5"),
    ({"grade": "3", "text": "あ" * 301}, "いまは301文字", "opinion-text"),
])
def test_a_wrong_opinion_keeps_what_was_typed(hall: Hall, sent, words, at):
    application = hall.file("hanako", CLAIM)
    answer = hall.browser("hanako").post(f"/my/{application.id}/opinion/", sent | {"text": sent.get("text", "残る言葉")})
    page = text(answer)
    assert answer.status_code == 422 and words in page and f'href="#{at}"' in page and sent.get("text", "残る言葉") in page
    assert f'id="{at}"' in page
    assert not Opinion.objects.exists() and not Application.objects.filter(opined=True).exists()


def test_opinions_are_shown_from_five_on_when_the_month_is_over(hall: Hall):
    for n in range(4):
        opined(hall, 5, f"ことば{n}")
    chosen = rules.period(dt.date(2027, 1, 1), 3)
    with clock.frozen(LATER):
        assert line(hall, chosen=chosen)["grade"] is None
        assert "ことば" not in text(hall.desk("tanaka").get("/staff/figures/"))
    opined(hall, 1, "ん最後")
    assert line(hall)["grade"] is None, "November is not over"
    with clock.frozen(LATER):
        cells = line(hall, chosen=chosen)
        assert (cells["grade"], cells["opinions"]) == (4.2, 5)
        page = text(hall.desk("tanaka").get("/staff/figures/"))
        assert all(f"ことば{n}" in page for n in range(4)) and "ん最後" in page
        opined(hall, 1, "一月の一人", at=LATER)
        assert line(hall, chosen=chosen)["opinions"] == 5
        assert "一月の一人" not in text(hall.desk("tanaka").get("/staff/figures/"))
    with clock.frozen(OPENING + dt.timedelta(days=900)):
        assert opinions.opinions_sweep() == 6
        assert Opinion.objects.exclude(text="").count() == 0 and Opinion.objects.count() == 6


def test_the_csv_can_be_read_by_a_spreadsheet(hall: Hall):
    hall.case("hanako", CLAIM)
    answer = hall.desk("tanaka").get("/staff/figures.csv?to=2026-11&span=1")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.content[:3] == b"\xef\xbb\xbf"
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert list(rows[0]) == list(selectors.HEADERS)
    assert len(selectors.HEADERS) == 7 + len(selectors.CELLS) + 1
    mine = next(r for r in rows if r["手続ID"] == CLAIM)
    assert (mine["全国地方公共団体コード"], mine["地方公共団体名"], mine["対象期間_開始年月"], mine["受付件数"], mine["オンライン割合"]) == (
        "172022", "七尾市", "2026-11", "1", "100.0")
    assert mine["処理日数_中央値"] == "" and mine["満足度_平均"] == ""
    assert "見本" not in answer.content.decode()


@pytest.mark.parametrize("query", ["", "?to=2026-13", "?to=9999-01&span=99", "?to=1999-01&span=12", "?to=%00&span=x&section="])
def test_any_period_somebody_types_gives_a_page(hall: Hall, query):
    hall.case("hanako", CLAIM)
    assert hall.desk("tanaka").get(f"/staff/figures/{query}").status_code == 200
    assert hall.desk("tanaka").get(f"/staff/figures.csv{query}").status_code == 200
