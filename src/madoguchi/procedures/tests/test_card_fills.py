"""What a card fills in on a page: what its holder would type, and nothing of anybody else."""

from madoguchi.procedures.rules.faces import webform

from . import pack

PERSON = {"氏名": {"sei": "見本", "mei": "花子"}, "住所": {"zip": "9268611"}, "生年月日": "1990-04-02"}


def test_who_asks_for_a_residence_record_types_nothing_that_the_card_says():
    d = pack.definition("juuminhyou-utsushi")
    assert set(webform.card_values(d, d.step("filer_page"), {}, PERSON)) == {"name", "born", "address"}


def test_an_agents_own_question_is_filled_before_the_page_says_who_files_and_the_mothers_is_not():
    d = pack.definition("ninshin-todoke")
    found = webform.card_values(d, next(s for s in d.steps if any(q.id == "agent_name" for q in s.questions)), {}, PERSON)
    assert found == {"agent_name": PERSON["氏名"]}
