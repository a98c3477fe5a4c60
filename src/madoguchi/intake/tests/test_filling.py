"""Hanako fills in a form: page by page, there and back, in two tabs, with a break and a sign-in that runs out."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core import signing
from tests.support.hall import Hall
from tests.support.walk import Walk, hidden, text

from madoguchi.identity import owners
from madoguchi.identity.models import KeptInput
from madoguchi.intake.models import Application, Draft
from madoguchi.kernel.models import SealedValue
from madoguchi.procedures.rules import generate

SLUG = "jidou-teate-mishiharai"


@pytest.fixture
def answers(hall: Hall):
    found = hall.answers(SLUG)
    found.pop("siblings", None)
    return found | {"others": False}


@pytest.fixture
def walk(hall: Hall, answers):
    return Walk(hall.browser("hanako"), SLUG, answers)


def test_page_by_page_to_the_receipt(walk, hall):
    walk.go()
    assert walk.seen == ["filer_page", "deceased_page", "claimant_page", "account_page", "documents"]
    check = walk.client.get(walk.url("check"))
    assert "確認して" in text(check)
    sent = walk.submit()
    assert sent.status_code == 303
    application = Application.objects.get()
    assert sent["Location"] == f"/my/{application.id}/filed/"
    page = text(walk.client.get(sent["Location"]))
    assert application.receipt in page
    assert application.owner == hall.owner("hanako").key


def test_what_is_filed_is_what_was_answered(walk):
    walk.go()
    walk.submit()
    assert Application.objects.get().answers == walk.answers


def test_every_page_is_saved_and_found_again_after_leaving(walk, hall):
    walk.go(stop="claimant_page")
    left = walk.post("claimant_page", action="save")
    assert left["Location"] == walk.url("saved")
    assert walk.client.get(walk.url("saved")).status_code == 200
    later = hall.browser("hanako")
    home = text(later.get("/my/"))
    assert walk.draft_id in home
    first_open = next(s.id for s in walk.d.steps if s.id not in walk.draft.done)
    assert f"/a/{walk.draft_id}/{first_open}/" in home
    again = text(later.get(walk.url("filer_page")))
    assert f'value="{walk.answers["phone"]}"' in again


def test_going_back_and_forward_loses_nothing(walk):
    walk.go(stop="account_page")
    before = walk.draft.answers
    back = walk.client.get(walk.url("deceased_page"))
    assert back.status_code == 200
    answer = walk.post("deceased_page", mark=hidden(back, "_mark"))
    assert answer.status_code == 303
    assert walk.draft.answers == before
    walk.go()
    assert walk.submit().status_code == 303


def test_a_page_answered_anew_replaces_only_itself(walk):
    walk.go()
    page = walk.client.get(walk.url("filer_page") + "?back=check")
    answer = walk.post("filer_page", mark=hidden(page, "_mark"), phone="0767999999", _back="check")
    assert answer["Location"] == walk.url("check"), "corrections from the check page lead back to it"
    assert walk.draft.answers == walk.answers | {"phone": "0767999999"}


def test_a_wrong_answer_keeps_everything_typed_and_saves_nothing(walk):
    answer = walk.post("filer_page", phone="12")
    assert answer.status_code == 422
    page = text(answer)
    assert 'value="12"' in page
    assert 'href="#phone"' in page, "the summary leads to the field"
    assert walk.draft.answers == {}
    assert walk.draft.done == []


def test_nothing_is_filed_before_everything_is_answered(walk):
    walk.go(stop="account_page")
    answer = walk.submit()
    assert answer.status_code == 422
    assert f"/a/{walk.draft_id}/account_page/?back=check" in text(answer)
    assert not Application.objects.exists()
    assert walk.draft.state == "open"


def test_nothing_is_filed_without_the_tick(walk):
    walk.go()
    answer = walk.submit(ok="")
    assert answer.status_code == 422
    assert 'href="#ok"' in text(answer)
    assert not Application.objects.exists()


def test_a_page_that_these_answers_do_not_use_leads_on_to_where_one_is(walk):
    walk.go()
    answer = walk.client.get(walk.url("siblings_page"))
    assert (answer.status_code, answer["Location"]) == (303, walk.url("check"))
    assert walk.client.get(walk.url("no_such_page")).status_code == 404


def test_the_card_fills_in_what_it_knows_and_is_dropped_at_filing(hall):
    answers = hall.answers("ninshin-todoke") | {"filer": "self"}
    walk = Walk(hall.browser("hanako"), "ninshin-todoke", answers)
    walk.go(stop="mother_page")
    page = text(walk.client.get(walk.url("mother_page")))
    assert "マイナンバーカードから読み取りました" in page
    assert 'value="花子"' in page
    assert 'value="9260045"' in page, "no card says it, the town does"
    assert walk.draft.card
    walk.go()
    assert walk.submit().status_code == 303
    assert walk.draft.card == walk.draft.answers == walk.draft.files == {}


# --- two tabs


def test_two_tabs_the_second_is_told_and_then_wins(walk):
    walk.go(stop="account_page")
    one, two = (hidden(walk.client.get(walk.url("filer_page")), "_mark") for _ in range(2))
    assert walk.post("filer_page", mark=one, phone="0767111111").status_code == 303
    told = walk.post("filer_page", mark=two, phone="0767222222")
    assert told.status_code == 409
    page = text(told)
    assert 'value="0767222222"' in page, "what was typed in this tab is kept"
    assert "先に保存されています" in page
    assert walk.draft.answers["phone"] == "0767111111"
    again = walk.post("filer_page", mark=hidden(told, "_mark"), phone="0767222222")
    assert again.status_code == 303
    assert walk.draft.answers["phone"] == "0767222222"


def test_a_page_pressed_twice_is_no_conflict(walk):
    walk.go(stop="account_page")
    mark = hidden(walk.client.get(walk.url("filer_page")), "_mark")
    answers = [walk.post("filer_page", mark=mark, phone="0767111111") for _ in range(2)]
    assert [a.status_code for a in answers] == [303, 303] and answers[0]["Location"] == answers[1]["Location"]
    assert walk.post("filer_page", mark=mark, phone="0767222222").status_code == 409, "another answer is"


def test_a_page_with_a_number_pressed_twice_is_no_conflict_and_seals_it_once(hall: Hall):
    slug = "ninshin-todoke"
    walk = Walk(hall.browser("hanako"), slug, hall.answers(slug))
    page = next(s.id for s in hall.definition(slug).steps if any(q.id == "my_number" for q in s.questions))
    walk.go(stop=page)
    mark = hidden(walk.client.get(walk.url(page)), "_mark")
    answers = [walk.post(page, mark=mark) for _ in range(2)]
    assert [a.status_code for a in answers] == [303, 303] and answers[0]["Location"] == answers[1]["Location"]
    (row,) = SealedValue.objects.all()
    assert walk.draft.answers["my_number"] == row.token
    other = next(n for n in generate.MY_NUMBERS if n != walk.answers["my_number"])
    assert walk.post(page, mark=mark, my_number=other).status_code == 409, "another number is"
    assert walk.draft.answers["my_number"] == row.token


def test_two_tabs_on_different_pages_do_not_disturb_each_other(walk):
    walk.go()
    one = hidden(walk.client.get(walk.url("filer_page")), "_mark")
    two = hidden(walk.client.get(walk.url("account_page")), "_mark")
    assert walk.post("filer_page", mark=one, phone="0767111111").status_code == 303
    assert walk.post("account_page", mark=two, remarks="よろしくお願いします").status_code == 303
    assert (walk.draft.answers["phone"], walk.draft.answers["remarks"]) == ("0767111111", "よろしくお願いします")


def test_what_another_tab_saved_is_shown_before_it_is_sent(walk):
    walk.go()
    seen = walk.client.get(walk.url("check"))
    assert walk.post("filer_page", mark=hidden(walk.client.get(walk.url("filer_page")), "_mark"), phone="0767111111").status_code == 303
    told = walk.submit(_mark=hidden(seen, "_mark"))
    page = text(told)
    assert told.status_code == 409 and "先に保存されています" in page and "0767111111" in page
    assert 'id="ok" name="ok" value="yes" checked' not in page, "it is to be looked at again"
    assert walk.draft.state == "open"
    assert walk.submit(_mark=hidden(told, "_mark")).status_code == 303


def test_a_page_left_open_in_another_tab_after_filing_says_so(walk):
    walk.go()
    mark = hidden(walk.client.get(walk.url("filer_page")), "_mark")
    walk.submit()
    late = walk.post("filer_page", mark=mark, phone="0767333333")
    assert late.status_code == 409
    assert Application.objects.get().answers == walk.answers


# --- the sign-in runs out


def expire(client):
    """Two hours later: the cookie is there and no longer good."""
    client.cookies[owners.RESIDENT_COOKIE] = signing.dumps("x", salt="resident")[:-2]


def mark_of(walk):
    """What the form of the page carries: for whom it was drawn."""
    return hidden(walk.client.get(walk.url("deceased_page")), "_for")


def sign_in_again(client, location):
    """Follow the way to the sign-in page and back."""
    target = parse_qs(urlsplit(location).query)["next"][0]
    page = client.get(location)
    assert page.status_code == 200
    assert "why=expired" in location
    answer = client.post("/sign-in/trial/", {"person": "hanako", "next": target})
    assert answer.status_code == 303
    return answer["Location"]


def test_an_expired_sign_in_keeps_what_was_typed_and_puts_it_back(walk):
    walk.go(stop="deceased_page")
    mark = mark_of(walk)
    expire(walk.client)
    away = walk.post("deceased_page", deceased_name__sei="長文", deceased_name__mei="入力済", _for=mark)
    assert away.status_code == 303
    assert away["Location"].startswith("/sign-in/")
    assert "長文".encode() not in bytes(KeptInput.objects.get().sealed)
    back = sign_in_again(walk.client, away["Location"])
    page = text(walk.client.get(back))
    assert 'value="長文"' in page
    assert "入力した内容を戻しました" in page
    assert "deceased_name" not in json.dumps(walk.draft.answers), "nothing is saved until it is sent again"


def test_an_expired_sign_in_over_an_old_guest_cookie_keeps_it_too(walk):
    """She once filed as a guest in this browser: the guest's cookie must not turn her draft into a stranger's."""
    walk.client.cookies[owners.GUEST_COOKIE] = "g" * 43
    walk.go(stop="deceased_page")
    mark = mark_of(walk)
    del walk.client.cookies[owners.RESIDENT_COOKIE]
    away = walk.post("deceased_page", deceased_name__sei="長文", _for=mark)
    assert away.status_code == 303, "404 here would lose what she typed"
    assert away["Location"].startswith("/sign-in/")
    page = text(walk.client.get(sign_in_again(walk.client, away["Location"])))
    assert 'value="長文"' in page


def test_kept_input_opens_for_the_owner_of_the_draft_only(walk, hall):
    walk.go(stop="deceased_page")
    mark = mark_of(walk)
    expire(walk.client)
    walk.post("deceased_page", deceased_name__sei="秘密", _for=mark)
    ticket = KeptInput.objects.get().id
    taro = hall.browser("taro")
    assert taro.get(walk.url("deceased_page") + f"?restore={ticket}").status_code == 404
    own = Walk(taro, SLUG, walk.answers)
    assert "秘密" not in text(taro.get(own.url("filer_page") + f"?restore={ticket}"))


@pytest.mark.parametrize("ticket", ["", "x", "00000000-0000-0000-0000-000000000000", "' or 1=1"])
def test_a_made_up_ticket_restores_nothing_and_breaks_nothing(walk, ticket):
    assert walk.client.get(walk.url("filer_page"), {"restore": ticket}).status_code == 200


def test_a_discarded_draft_is_gone(walk):
    walk.go()
    assert walk.client.post(walk.url("discard")).status_code == 303
    assert not Draft.objects.exists()
    assert walk.client.get(walk.url("check")).status_code == 404
