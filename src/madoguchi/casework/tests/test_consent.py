"""Who said no to the city looking into its records is not looked up; the section is told."""

from __future__ import annotations

import copy

import pytest
from tests.support.hall import Hall, body_of
from tests.support.walk import text

from madoguchi.casework import bulk, selectors
from madoguchi.casework.models import BulkRun
from madoguchi.kernel.models import AuditEntry
from madoguchi.procedures import public as procedures
from madoguchi.procedures.tests.pack import ROOT, definition
from madoguchi.register.public import trial_town

SLUG, CLAIM = "risai-shoumei", "jidou-teate-nintei"
SAID = "公簿を確かめることに同意がありません"


@pytest.mark.parametrize(("slug", "consent", "who"), [(SLUG, "consent_registry", "yamada"), (CLAIM, "consent", "tanaka")])
@pytest.mark.parametrize("agrees", [False, True])
def test_the_register_is_read_only_with_consent(hall: Hall, slug, consent, who, agrees):
    trial_town(actor="test")
    case = hall.case("hanako", slug, hall.answers(slug) | {consent: agrees})
    page = text(hall.desk(who).get(f"/staff/case/{case.id}/"))
    assert "市の保有情報との照合" in page
    assert ((SAID in page), AuditEntry.objects.filter(action="register.read").exists()) == (not agrees, agrees)
    assert ("時点の住民の情報です" in page) == agrees


@pytest.mark.parametrize("agrees", [False, True])
def test_a_version_that_could_not_name_the_question_is_held_to_it(hall: Hall, agrees):
    """It asked, and did not say so to the section: the newest version says which question it is."""
    trial_town(actor="test")
    body = body_of(SLUG)
    older = copy.deepcopy(body)
    del older["審査"]["照合の同意"]
    hall.publish(SLUG, older)
    case = hall.case("hanako", SLUG, hall.answers(SLUG) | {"consent_registry": agrees})
    hall.publish(SLUG, body)
    assert selectors.definition_of(case).review.consent == "" and procedures.current(SLUG).number > case.version
    page = text(hall.desk("yamada").get(f"/staff/case/{case.id}/"))
    assert ((SAID in page), AuditEntry.objects.filter(action="register.read").exists()) == (not agrees, agrees)


def test_no_run_of_many_proposes_for_who_said_no(hall: Hall):
    case = hall.case("hanako", SLUG, hall.answers(SLUG) | {"consent_registry": False})
    said = bulk._looks(BulkRun(act="propose", slug=SLUG, version=case.version), case, hall.staff("yamada"))
    assert said == bulk.UNCONSENTED and not AuditEntry.objects.filter(action="register.read").exists()


def test_every_definition_that_asks_for_it_names_the_question():
    """Where a form asks 「市が…を確かめることに同意しますか」 of the records of residents, 審査 says which question it is."""
    asked = {}
    for path in sorted((ROOT / "procedures").glob("*.yaml")):
        d = definition(path.stem)
        found = [q.id for q in d.questions() if q.type == "はい・いいえ" and "確かめることに同意しますか" in q.label and
                 any(word in q.label for word in ("住民", "世帯"))]
        if found:
            asked[path.stem] = (found, d.review.consent)
    assert len(asked) == 11 and all([named] == found for found, named in asked.values()), asked
