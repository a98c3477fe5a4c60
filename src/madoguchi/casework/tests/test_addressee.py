"""To whom a letter is written."""

from __future__ import annotations

from tests.support.hall import Hall

from madoguchi.casework import letters
from madoguchi.casework.models import Decision
from madoguchi.procedures.rules.faces.letter import letter_text

SLUG = "koubunsho-kaiji"


def test_the_family_name_comes_first_in_whatever_order_the_database_keeps_an_answer(hall: Hall):
    case = hall.case("hanako", SLUG, hall.answers(SLUG) | {"relation": "person"})
    decision = hall.decide(case, "full", "hirano", "aoki", "nishida")
    held = {q.id for q in hall.definition(SLUG).questions() if q.type == "氏名"} & decision.filing.keys()
    assert held
    decision.filing |= {key: dict(sorted(decision.filing[key].items())) for key in held}  # as PostgreSQL keeps it: mei before sei
    decision.save()
    again = Decision.objects.get(id=decision.id)
    assert "見本\u3000花子\u3000様" in letter_text(letters.letters_of(case, again)[0][1])
