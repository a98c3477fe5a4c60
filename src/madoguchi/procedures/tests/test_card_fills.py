"""What a card fills in on a page: what its holder would type, and nothing of anybody else."""

import pytest

from madoguchi.procedures.postcodes import with_codes
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


@pytest.mark.parametrize(("city", "town", "code"), [
    ("石川県七尾市", "袖ヶ江町", "9260045"),  # the book writes ケ
    ("石川県鹿島郡中能登町", "能登部下", "9291604"),
    ("東京都千代田区", "丸の内", "1000005"),
    ("石川県七尾市", "そのような町", ""),
    ("石川県七尾市", "", ""),
    ("七尾市", "袖ヶ江町", ""),
])
def test_no_card_says_a_postcode_and_the_town_does(city, town, code):
    assert with_codes({"住所": {"zip": "", "city": city, "town": town}})["住所"] == {"zip": code, "city": city, "town": town}


def test_a_postcode_that_is_known_stays():
    assert with_codes({"住所": {"zip": "9268611", "city": "石川県七尾市", "town": "袖ヶ江町"}})["住所"]["zip"] == "9268611"
    assert with_codes({"氏名": PERSON["氏名"]}) == {"氏名": PERSON["氏名"]}
