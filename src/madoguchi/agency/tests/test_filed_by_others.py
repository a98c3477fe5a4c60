"""Which of the definitions an organisation or a company files, and for whom an agent stands in them."""

from __future__ import annotations

from madoguchi.agency.organisation_rules import companies, files, offices
from madoguchi.agency.rules import represented
from madoguchi.offices.public import city
from madoguchi.procedures import pack

RISAI = "risai-shoumei"
BY_A_COMPANY = {"douro-senyou", "kasai-magirawashii", "koubunsho-kaiji", "nyuusatsu-sanka", "shisetsu-riyou", "shoubou-kanrisha"}
BY_MANDATE = {"ninshin-todoke", "kokuho-soushitsu"}  # whom somebody of another household files for, with a 委任状
ORDERED = {"kazei-shoumei", "nouzei-shoumei", "koseki-shoumei"}  # certificates that others may order with a 委任状

AFTER_A_DISASTER = {"seikatsu-saiken-shien-kin", "oukyuu-shuuri", "oukyuu-kasetsu", "shougaibutsu-jokyo",
                    "saigai-shougai-mimaikin"}  # with a 委任状, as 罹災証明書


def definitions():
    read = (pack.read_file(path, override, city())[0] for path, override in pack.pack_files(city()))
    return [d for d in read if d is not None]


def test_which_of_the_definitions_an_organisation_or_a_company_files():
    every = definitions()
    assert len([d for d in every if offices(d)]) == 11 and all(d.section == "kaigo" for d in every if offices(d))
    assert {d.id for d in every if companies(d)} == {RISAI, *BY_A_COMPANY}
    for d in every:
        assert not offices(d) or (files(d, "kyotaku") and not files(d, "gyousei"))
    assert {d.id for d in every if not offices(d) and files(d, "gyousei")} == {RISAI, *BY_MANDATE, *ORDERED, *AFTER_A_DISASTER}


def test_an_agent_never_stands_for_whoever_is_at_the_form():
    assert {d.id: [r.id for r in represented(d)] for d in definitions() if d.id in ORDERED} == dict.fromkeys(ORDERED, ["target"])
