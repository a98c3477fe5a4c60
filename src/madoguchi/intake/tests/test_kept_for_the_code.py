"""Who opened an application by receipt number and access code, and typed for longer than the two hours of that: the words come back
to whoever gives the code again, and to nobody else (docs/adr/0031)."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.db import transaction
from tests.support.forms import forms_of
from tests.support.hall import OPENING, Hall, run_worker
from tests.support.walk import text

from madoguchi.casework import services
from madoguchi.casework import talk as case_talk
from madoguchi.identity.models import KeptInput
from madoguchi.identity.passes import COOKIE
from madoguchi.intake import codes
from madoguchi.intake.tests.test_filing import guest_files

WORDS = "罹災した納屋は母屋の裏にあります。\n二階です。"


@pytest.fixture
def asked(hall: Hall):
    """(browser, application, code): another device, on which a message of the section is being answered."""
    _, application, code = guest_files(hall)
    run_worker()
    d = hall.definition(application.slug)
    clerk = hall.staff({"kosodate": "tanaka", "zeimu": "yamada", "kaigo": "sato"}[d.section])
    case_talk.talk_write(actor=clerk, case_id=str(application.id), text="納屋はどこですか")
    run_worker()
    return looked_up(hall, application, code), application, code


def looked_up(hall: Hall, application, code, client=None):
    client = client or hall.browser()
    assert client.post("/status/", {"receipt": application.receipt, "code": code}).status_code == 303
    return client


def answer_of(client, application):
    page = f"/my/{application.id}/"
    return next(f for f in forms_of(client.get(page), page) if f.path == f"{page}talk/")


def late(client, form):
    """The two hours are over, and the form is sent."""
    client.cookies.pop(COOKIE)
    return client.post(form.path, form.hidden | {"text": WORDS})


def way_back(client, away):
    """The fields of the page that asks for the code again."""
    assert away.status_code == 303
    assert away["Location"].startswith("/status/?"), away["Location"]
    page = client.get(away["Location"])
    assert "入力した内容は預かっています" in text(page)
    return next(f for f in forms_of(page, "/status/") if f.path == "/status/").hidden


def test_the_words_come_back_after_the_code(hall: Hall, asked):
    client, application, code = asked
    fields = way_back(client, late(client, answer_of(client, application)))
    assert "納屋は母屋".encode() not in bytes(KeptInput.objects.get().sealed)
    wrong = client.post("/status/", fields | {"receipt": application.receipt, "code": ""})
    assert wrong.status_code == 422
    fields = next(f for f in forms_of(wrong, "/status/") if f.path == "/status/").hidden
    back = client.post("/status/", fields | {"receipt": application.receipt, "code": code})
    assert back["Location"].startswith(f"/my/{application.id}/?restore=")
    page = client.get(back["Location"].partition("#")[0])
    assert "先ほど入力した内容を戻しました" in text(page)
    assert "ログインする前に" not in text(page)
    form = next(f for f in forms_of(page, f"/my/{application.id}/") if f.path.endswith("/talk/"))
    assert form.shown()["text"] == [WORDS]
    assert client.post(form.path, form.hidden | {"text": WORDS}).status_code == 303
    assert not KeptInput.objects.exists()


def test_on_a_device_that_knows_somebody_too(hall: Hall, asked):
    """A guest of something else, or somebody signed in: their own page had become one that is not there (404)."""
    _, application, code = asked
    for client in (hall.browser("taro"), guest_files(hall)[0]):
        looked_up(hall, application, code, client)
        away = late(client, answer_of(client, application))
        back = client.post("/status/", way_back(client, away) | {"receipt": application.receipt, "code": code})
        assert WORDS.split("\n")[0] in text(client.get(back["Location"].partition("#")[0]))


def test_nobody_without_this_code_gets_them(hall: Hall, asked):
    client, application, code = asked
    form = answer_of(client, application)
    late(client, form)
    ticket = KeptInput.objects.get().id
    _, other, others_code = guest_files(hall)
    for stranger in (hall.browser(), hall.browser("taro"), looked_up(hall, other, others_code)):
        for page in (f"/my/{application.id}/", f"/my/{other.id}/", "/my/"):
            assert WORDS[:6] not in text(stranger.get(f"{page}?restore={ticket}", follow=True))
    given = {"next": f"/my/{application.id}/", "receipt": other.receipt, "code": others_code}
    elsewhere = looked_up(hall, other, others_code).post("/status/", given)
    assert elsewhere["Location"] == f"/my/{other.id}/", "the way back is of the application whose code it is"


def test_a_correction_comes_back_too(hall: Hall, asked):
    client, application, code = asked
    d = hall.definition(application.slug)
    clerk = hall.staff({"kosodate": "tanaka", "zeimu": "yamada", "kaigo": "sato"}[d.section])
    services.correction_request(actor=clerk, case_id=str(application.id), items=[("phone", "番号をもう一度")],
                                due_on=OPENING.date() + dt.timedelta(days=9))
    run_worker()
    page = f"/my/{application.id}/correct/"
    form = next(f for f in forms_of(client.get(page), page) if f.path == page)
    client.cookies.pop(COOKIE)
    away = client.post(page, form.hidden | {"phone": "0767-53-0099"})
    back = client.post("/status/", way_back(client, away) | {"receipt": application.receipt, "code": code})
    assert back["Location"].startswith(f"{page}?restore=")
    assert 'value="0767-53-0099"' in text(client.get(back["Location"].partition("#")[0]))


def test_what_was_opened_by_a_code_is_gone_from_a_shared_device(hall: Hall, asked):
    client, application, _ = asked
    page = text(client.get(f"/my/{application.id}/"))
    assert "この機器から消す" in page
    assert re.search(r'action="/sign-out/"', page)
    gone = client.post("/sign-out/")
    assert gone.cookies[COOKIE].value == ""
    assert client.get(f"/my/{application.id}/").status_code == 303


def newer(application):
    """The section makes a new code: the old one opens nothing any more."""
    with transaction.atomic():
        return codes.code_issue(application_id=str(application.id))


def test_a_new_code_made_meanwhile_opens_the_words_and_the_old_one_does_not(hall: Hall, asked):
    client, application, _ = asked
    old = client.cookies[COOKIE].value
    away = late(client, answer_of(client, application))
    code = newer(application)
    client.cookies[COOKIE] = old
    ticket = KeptInput.objects.get().id
    for page in (f"/my/{application.id}/", "/my/", "/"):
        assert WORDS[:6] not in text(client.get(f"{page}?restore={ticket}", follow=True)), "by the code of before"
    client.cookies.pop(COOKIE)
    back = client.post("/status/", way_back(client, away) | {"receipt": application.receipt, "code": code})
    page = text(client.get(back["Location"].partition("#")[0]))
    assert "先ほど入力した内容を戻しました" in page
    assert WORDS.split("\n")[0] in page


def test_a_page_still_open_while_the_code_is_made_anew_loses_nothing(hall: Hall, asked):
    client, application, _ = asked
    form = answer_of(client, application)
    code = newer(application)
    away = client.post(form.path, form.hidden | {"text": WORDS})
    back = client.post("/status/", way_back(client, away) | {"receipt": application.receipt, "code": code})
    page = client.get(back["Location"].partition("#")[0])
    assert WORDS.split("\n")[0] in text(page)
    form = next(f for f in forms_of(page, f"/my/{application.id}/") if f.path.endswith("/talk/"))
    assert client.post(form.path, form.hidden | {"text": WORDS}).status_code == 303
    assert not KeptInput.objects.exists()
