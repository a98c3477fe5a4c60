"""The master of disasters, and what its deadlines do to filing."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from madoguchi.intake import disaster_gate, drafts, filing
from madoguchi.intake.errors import AnswersWrong
from madoguchi.kernel import clock
from madoguchi.kernel.errors import Forbidden
from madoguchi.kernel.models import AuditEntry
from madoguchi.offices import rules, selectors
from madoguchi.offices.models import Disaster
from madoguchi.offices.public import (
    DisasterTerms,
    DisasterWrong,
    disaster_add,
    disaster_extend,
    disasters_all,
    disasters_open,
    disasters_seed,
)
from madoguchi.procedures import public as procedures
from madoguchi.survey.rules import SLUG

from .conftest import answers

TODAY = dt.date(2026, 11, 20)
NOTO = {"disaster": "r6-noto", "damage_day": "2024-01-01"}


def names(d: procedures.Definition) -> list[str]:
    return [c.id for c in next(q for q in d.questions() if q.type == "災害").choices]


def extend(hall: Any, key: str, until: dt.date | None, reason: str = "避難が続いているため", who: str = "yamada") -> None:
    disaster_extend(actor=hall.staff(who), section="zeimu", key=key, until=until, reason=reason)
    selectors.forget()  # what the commit does


def test_seed_again_keeps_the_moved_deadline_and_corrects_the_rest(hall) -> None:
    assert [d.key for d in disasters_all()] == ["trial-2026", "r6-okunoto", "r6-noto"]
    extend(hall, "r6-noto", dt.date(2027, 3, 31))
    Disaster.objects.filter(key="r6-noto").update(name="まちがった名前")
    assert disasters_seed(actor="setup") == 0
    row = Disaster.objects.get(key="r6-noto")
    assert (row.name, row.accepts_until) == ("令和6年能登半島地震", dt.date(2027, 3, 31))
    assert disasters_seed(actor="setup") == 0 and AuditEntry.objects.filter(action="disaster.corrected").count() == 1


def test_trial_disaster_stays_out_of_production(settings) -> None:
    Disaster.objects.all().delete()
    settings.PRODUCTION = True
    disasters_seed(actor="setup")
    assert not Disaster.objects.filter(trial=True).exists()


def test_open_on_the_last_day_to_its_end() -> None:
    terms = DisasterTerms("x", "見本", "地震", dt.date(2024, 1, 1), dt.date(2024, 1, 4), dt.date(2025, 3, 31))
    assert [terms.open_on(day) for day in (dt.date(2024, 1, 3), dt.date(2024, 1, 4), dt.date(2025, 3, 31), dt.date(2025, 4, 1))] == [
        False, True, True, False]


def test_current_offers_the_open_and_version_knows_all(hall) -> None:
    hall.publish(SLUG)
    published = procedures.current(SLUG)
    assert names(published.definition) == ["trial-2026", "r6-okunoto"]
    assert names(procedures.version(SLUG, published.number).definition) == ["trial-2026", "r6-okunoto", "r6-noto"]
    draft = drafts.draft_start(owner=hall.owner("hanako"), slug=SLUG)
    assert names(drafts.published_of(draft).definition) == ["trial-2026", "r6-okunoto"]


def test_added_disaster_can_be_chosen_and_is_checked(hall) -> None:
    hall.publish(SLUG)
    added = disaster_add(actor=hall.staff("nakamura"), section="zeimu", name="令和8年11月地震", cause="地震",
                         happened_on=dt.date(2026, 11, 18))
    selectors.forget()
    assert added.key == "2026-11-18" and disasters_open(TODAY)[0] == added
    assert names(procedures.current(SLUG).definition)[0] == added.key
    with pytest.raises(AnswersWrong) as refusal:
        hall.file("hanako", SLUG, answers(disaster=added.key, damage_day="2026-11-17"))
    assert [f.question for f in refusal.value.faults] == ["damage_day"]
    assert hall.case("hanako", SLUG, answers(disaster=added.key, damage_day="2026-11-18")).answers["disaster"] == added.key


def test_closed_disaster_is_refused_with_whom_to_call_and_extension_reopens(hall) -> None:
    with pytest.raises(AnswersWrong) as refusal:
        hall.draft("hanako", SLUG, answers(**NOTO))
    (fault,) = refusal.value.faults
    assert fault.question == "disaster" and "令和7年3月31日に終わりました" in fault.ja and "税務課(電話 0767-53-1111)" in fault.ja
    extend(hall, "r6-noto", dt.date(2026, 12, 31))
    assert hall.case("hanako", SLUG, answers(**NOTO)).answers["disaster"] == "r6-noto"


def test_draft_of_yesterday_is_refused_on_arrival(hall) -> None:
    draft = hall.draft("hanako", SLUG, answers())
    extend(hall, "trial-2026", dt.date(2026, 11, 20), reason="試用を終えるため")
    assert not disaster_gate.closed(drafts.published_of(draft).definition, draft.answers, TODAY), "the last day counts"
    with clock.frozen(dt.datetime(2026, 11, 21, 0, 0, tzinfo=clock.JST)), pytest.raises(AnswersWrong) as refusal:
        filing.application_submit(owner=hall.owner("hanako"), draft_id=str(draft.id))
    assert "終わりました" in refusal.value.faults[0].ja
    assert "trial-2026" in names(drafts.published_of(draft).definition), "what was chosen stays readable"
    page = hall.browser("hanako").post(f"/a/{draft.id}/check/", {"ok": "yes"})
    assert page.status_code in (303, 422)


def test_acceptance_that_has_not_begun(hall) -> None:
    disaster_add(actor=hall.staff("yamada"), section="zeimu", name="令和8年11月地震", cause="地震",
                 happened_on=dt.date(2026, 11, 18), accepts_from=dt.date(2026, 11, 24))
    selectors.forget()
    with pytest.raises(AnswersWrong) as refusal:
        hall.draft("hanako", SLUG, answers(disaster="2026-11-18", damage_day="2026-11-18"))
    assert "令和8年11月24日に始まります" in refusal.value.faults[0].ja


def test_fire_goes_to_the_fire_department(hall) -> None:
    hall.publish(SLUG)
    owner = hall.owner("hanako")
    draft = drafts.draft_start(owner=owner, slug=SLUG)
    hall.fill(owner, draft, {"cause": "fire"})
    with pytest.raises(AnswersWrong) as refusal:
        filing.application_submit(owner=owner, draft_id=str(draft.id))
    assert any("七尾鹿島消防本部" in f.ja for f in refusal.value.faults)
    assert "火災" not in rules.CAUSES


@pytest.mark.parametrize(("until", "reason", "words"), [
    (dt.date(2027, 5, 10), "なにか", "いまの受付終了と同じ"), (dt.date(2026, 11, 9), "なにか", "受付開始より後"),
    (dt.date(2026, 11, 19), "", "今日より前"), (dt.date(2026, 12, 1), "", "短くする理由"), (dt.date(2027, 6, 1), " ", "延ばす理由"),
    (None, "", "延ばす理由"), (dt.date(2026, 11, 19), "誤って加えた災害のため", ""), (dt.date(2027, 6, 1), "避難が続くため", ""),
    (None, "終わりを決めないため", ""), (None, "あ" * 301, "300字まで"),
])
def test_deadline_needs_its_reason(until: dt.date | None, reason: str, words: str) -> None:
    terms = DisasterTerms("t", "見本", "水害", dt.date(2026, 11, 10), dt.date(2026, 11, 10), dt.date(2027, 5, 10))
    faults = rules.deadline_faults(terms, until, reason, TODAY)
    assert bool(faults) is bool(words) and (not words or words in faults[0][1])


def test_who_may_and_what_is_refused(hall) -> None:
    with pytest.raises(Forbidden):
        extend(hall, "r6-noto", dt.date(2027, 3, 31), who="sato")
    with pytest.raises(Forbidden):
        disaster_add(actor=hall.staff("sato"), section="zeimu", name="見本の災害", cause="地震", happened_on=TODAY)
    add = {"actor": hall.staff("yamada"), "section": "zeimu"}
    with pytest.raises(DisasterWrong) as refusal:
        disaster_add(**add, name="", cause="火災", happened_on=dt.date(2026, 11, 21), accepts_from=TODAY, accepts_until=TODAY)
    assert [f for f, _ in refusal.value.faults] == ["name", "cause", "happened_on", "accepts_from"]
    with pytest.raises(DisasterWrong):
        disaster_add(**add, name="令和6年能登半島地震", cause="地震", happened_on=dt.date(2024, 1, 1))
    first, second = (disaster_add(**add, name=f"見本{n}", cause="地震", happened_on=TODAY) for n in (1, 2))
    assert (first.key, second.key) == ("2026-11-20", "2026-11-20-2")


def test_every_change_is_in_the_chain(hall) -> None:
    extend(hall, "r6-noto", dt.date(2027, 3, 31))
    entry = AuditEntry.objects.get(chain="disaster:r6-noto", action="disaster.extended")
    assert (entry.actor, entry.facts["before"], entry.facts["after"]) == ("staff:yamada", "2025-03-31", "2027-03-31")


def test_the_history_of_a_disaster_is_written_for_people(hall: Any):
    key = next(d.key for d in disasters_all() if d.accepts_until)
    hall.definition("risai-shoumei")
    hall.desk("kobayashi").post(f"/staff/disasters/{key}/", {"accepts_until": "2027-12-31", "reason": "避難が続いているため"})
    page = hall.desk("kobayashi").get(f"/staff/disasters/{key}/").content.decode()
    assert "職員 kobayashi" in page
    assert "→ 令和9年12月31日" in page
    assert "staff:kobayashi" not in page
    assert ">2027-12-31<" not in page
