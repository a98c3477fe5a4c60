"""Passwords of staff: what they must not be, and that of somebody else's making."""

from __future__ import annotations

import pytest
from django.test import Client
from tests.support.hall import Hall

from madoguchi.identity import people
from madoguchi.identity.errors import PasswordWeak

from .test_staff_sign_in import enter, signed_in


@pytest.mark.parametrize(("number", "word", "taken"), [
    ("500001", "500001500001", False), ("500001", "5839201746", False), ("500001", "asa-500001-gao", False), ("500001", "５００００１-asagao", False),
    ("tanaka01", "tanaka-012", False), ("p9", "asagao-p9-tane", True), ("500001", "asagao-no-tane-7", True)])
def test_a_password_is_not_ones_number_and_not_digits_alone(hall: Hall, number: str, word: str, taken: bool):
    staff = people.staff_add(actor="test", username=number, name="見本 一子")
    if taken:
        people.password_set(actor="test", staff=staff, password=word)
    else:
        with pytest.raises(PasswordWeak):
            people.password_set(actor="test", staff=staff, password=word)
    assert staff.has_usable_password() is taken


def test_what_somebody_else_made_is_changed_before_anything_else(hall: Hall):
    hall.staff("tanaka")
    issued = people.password_issue(actor="command", username="tanaka")
    desk = Client()
    assert enter(desk, "tanaka", issued).status_code == 303
    for page in ("/staff/", "/staff/deliveries/"):
        assert desk.get(page)["Location"] == "/staff/account/password/"
    assert "自分だけが知るものに変えてください" in desk.get("/staff/account/password/").content.decode()
    same = desk.post("/staff/account/password/", {"old": issued, "new": issued, "again": issued})
    assert same.status_code == 422 and "初めのパスワードとは違うもの" in same.content.decode()
    new = {"old": issued, "new": "asagao-no-tane-7", "again": "asagao-no-tane-7"}
    assert desk.post("/staff/account/password/", new).status_code == 303
    assert signed_in(desk) and "自分だけが知るもの" not in desk.get("/staff/account/password/").content.decode()
    assert enter(other := Client(), "tanaka", "asagao-no-tane-7").status_code == 303 and signed_in(other)
