"""What all procedures of an interview ask alike of somebody else than the one who came."""

from __future__ import annotations

from tests.support.hall import Hall
from tests.support.walk import text

from madoguchi.counter import interviewing

from .test_interviews import begun


def test_who_died_is_asked_once_for_all_procedures(hall: Hall):
    row = begun(hall, "sousai-hi", "kaigo-kougaku")
    page, desk = f"/staff/counter/interview/{row.id}/common/", hall.desk("tanaka")
    asked = text(desk.get(page))
    assert asked.index('name="k1.sei"') < asked.index(">亡くなった方<") < asked.index('name="o_name.sei"')
    sent = {"k1.sei": "見本", "k1.mei": "花子", "o_name.sei": "見本", "o_name.mei": "松蔵", "o_died.era": "r", "o_died.y": "8", "o_died.m": "11",
            "o_died.d": "9"}
    wrong = desk.post(page, sent | {"o_died.m": "13"})
    assert wrong.status_code == 422 and 'value="松蔵"' in text(wrong)
    assert desk.post(page, sent | {"_action": "next"}).status_code == 303
    funeral, care = (next(d for d in interviewing.drafts_of(row) if d.slug == slug) for slug in ("sousai-hi", "kaigo-kougaku"))
    assert funeral.shared["dead_name"] == care.shared["insured_name"] == {"sei": "見本", "mei": "松蔵"}
    assert 'value="松蔵"' in text(desk.get(f"/staff/counter/interview/{row.id}/{funeral.id}/dead_page/"))
    again = text(desk.get(page))
    assert 'value="松蔵"' in again and 'value="花子"' in again


def test_one_procedure_alone_tells_no_event(hall: Hall):
    for slugs, names in ((("kaigo-kougaku",), []), (("kaigo-kougaku", "kaigo-nintei-koushin"), ["介護を受ける方"]),
                         (("kaigo-kougaku", "koseki-shoumei"), ["亡くなった方"])):
        row = begun(hall, *slugs)
        assert [step.title for step in interviewing.common_steps(row)[1:]] == names
