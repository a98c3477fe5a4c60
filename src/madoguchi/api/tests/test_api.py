"""The API: the same rules as the form, the same strangers, and nothing about people for tokens that may not see them."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from tests.support import papers
from tests.support.hall import OPENING, Hall, run_worker

from madoguchi.api import services
from madoguchi.api.models import ApiToken, SubmitKey
from madoguchi.casework.models import Case
from madoguchi.intake.models import Application, Draft
from madoguchi.intake.tests.test_paying import SLUG, WANTS
from madoguchi.kernel import audit, clock
from madoguchi.kernel.limits import Rate
from madoguchi.kernel.models import AuditEntry
from madoguchi.offices.public import city
from madoguchi.payments.tests.conftest import card_process, cards  # noqa: F401
from madoguchi.procedures.pack import body as pack_body
from madoguchi.procedures.pack import pack_files, read_file

TEATE, NUMBERED = "jidou-teate-mishiharai", "ninshin-todoke"
ASKED = {"HTTP_X_REQUESTED_WITH": "test"}
KEY = {"HTTP_IDEMPOTENCY_KEY": "one-submit-1"}


class Program:
    """A program that a resident uses."""

    def __init__(self, hall: Hall, who: str = "") -> None:
        self.client = hall.browser(who)

    def call(self, method: str, path: str, body=None, **headers):
        answer = getattr(self.client, method)(f"/api/v1/{path}", json.dumps(body if body is not None else {}), content_type="application/json",
                                              **(ASKED | headers)) if method != "get" else self.client.get(f"/api/v1/{path}", **headers)
        return answer.status_code, json.loads(answer.content)

    def draft(self, slug: str) -> str:
        status, body = self.call("post", "applications", {"procedure": slug})
        assert status == 201, body
        return body["id"]

    def attach(self, draft: str, slot: str, data: bytes = b"", name: str = "a.jpg"):
        answer = self.client.post(f"/api/v1/applications/{draft}/attachments/{slot}",
                                  {"file": SimpleUploadedFile(name, data or papers.jpeg())}, **ASKED)
        return answer.status_code, json.loads(answer.content)

    def filled(self, hall: Hall, slug: str) -> str:
        hall.definition(slug)
        draft = self.draft(slug)
        status, body = self.call("put", f"applications/{draft}/answers", {"answers": hall.answers(slug)})
        assert status == 200, body
        for slot in hall.definition(slug).attachments:
            if slot.required:
                assert self.attach(draft, slot.id)[0] == 201
        return draft


def test_procedures_are_open_to_everybody(hall: Hall):
    hall.definition(TEATE)
    program = Program(hall)
    status, rows = program.call("get", "procedures")
    assert status == 200 and [r["id"] for r in rows] == [TEATE]
    status, one = program.call("get", f"procedures/{TEATE}")
    assert status == 200 and one["attachments"]
    status, schema = program.call("get", f"procedures/{TEATE}/schema")
    assert status == 200 and schema["$schema"].endswith("2020-12/schema")
    status, problem = program.call("get", "procedures/nothing")
    assert (status, problem["code"]) == (404, "not_found")
    assert program.call("get", "nothing")[0] == 404
    assert program.call("put", "procedures")[0] == 405


def test_a_resident_files_as_on_the_pages(hall: Hall):
    program = Program(hall, "hanako")
    draft = program.filled(hall, TEATE)
    status, body = program.call("post", f"applications/{draft}/submit", {"mail": "hanako@example.jp"}, **KEY)
    assert status == 201, body
    assert body["receipt"].startswith("R8-") and body["state"] == "filed"
    again = program.call("post", f"applications/{draft}/submit", {}, **KEY)
    assert again == (201, body)
    row = Application.objects.get()
    form = hall.file("hanako", TEATE)
    assert row.answers == form.answers
    run_worker()
    case = Case.objects.get(id=row.id)
    hall.decide(case, "grant", "tanaka", "kimura", "suzuki")
    run_worker()
    status, body = program.call("get", f"applications/{row.id}")
    assert (status, body["state"], body["state_words"]) == (200, "decided", "結果が出ました")
    paper = program.client.get(f"/api/v1/applications/{row.id}/documents/{body['documents'][0]['id']}")
    assert paper.status_code == 200 and b"".join(paper.streaming_content).startswith(b"%PDF")
    status, mine = program.call("get", "applications")
    assert (status, len(mine["applications"]), mine["drafts"]) == (200, 2, [])


def keys_of(value) -> list:
    """Every key, as they follow each other."""
    if isinstance(value, dict):
        return [[key, keys_of(inner)] for key, inner in value.items()]
    return [keys_of(inner) for inner in value] if isinstance(value, list) else []


def test_answers_stand_in_the_order_of_the_form_on_every_database(hall: Hall):
    program = Program(hall, "hanako")
    draft = program.filled(hall, TEATE)
    d = hall.definition(TEATE)
    order = [step.repeat.id if step.repeat else q.id for step in d.steps for q in step.questions]
    _, mine = program.call("get", f"applications/{draft}")
    shown = list(mine["answers"])
    assert shown == sorted(shown, key=order.index) and len(shown) > 8
    assert list(mine["answers"]["name"]) == ["sei", "mei"]
    assert list(mine["attachments"]) == [a.id for a in d.attachments if a.id in mine["attachments"]]
    program.call("post", f"applications/{draft}/submit", {}, **KEY)
    run_worker()
    _, secret = services.token_make(actor="test", name="課のシステム", section="kosodate", scopes=["cases:read", "cases:personal"])
    read = hall.browser().get(f"/api/v1/staff/cases/{Application.objects.get().id}", headers={"authorization": f"Bearer {secret}"}).json()
    assert keys_of(read["answers"]) == keys_of(mine["answers"])


def test_keys_are_forgotten_after_a_week_and_a_draft_still_files_once(hall: Hall):
    program = Program(hall, "hanako")
    draft = program.filled(hall, TEATE)
    _, body = program.call("post", f"applications/{draft}/submit", {}, **KEY)
    with clock.frozen(OPENING + dt.timedelta(days=services.KEY_DAYS)):
        assert services.submit_keys_sweep() == 0, "a page may still be sent again"
        assert SubmitKey.objects.count() == 1
    with clock.frozen(OPENING + dt.timedelta(days=services.KEY_DAYS, seconds=1)):
        assert services.submit_keys_sweep() == 1
    assert program.call("post", f"applications/{draft}/submit", {}, **KEY) == (201, body)
    assert Application.objects.count() == 1


def test_the_worker_forgets_them(hall: Hall, monkeypatch):
    """The round of tidying of `madoguchi worker`, once."""
    from madoguchi.config.management.commands import worker

    SubmitKey.objects.create(owner="r:x", key="old-key-1", draft=uuid.uuid4(), at=OPENING - dt.timedelta(days=8))
    command = worker.Command()

    def stop(*_):
        command.going = False
        return True

    monkeypatch.setattr(worker.outbox, "run_once", stop)
    monkeypatch.setattr(worker.signal, "signal", lambda *_: None)
    command.handle(once=False)
    assert not SubmitKey.objects.exists()


def test_what_is_wrong_is_named_and_nothing_is_saved(hall: Hall):
    hall.definition(TEATE)
    program = Program(hall, "hanako")
    draft = program.draft(TEATE)
    for answers in ({}, {"x": "\u0000"}, hall.answers(TEATE) | {"unknown": 1}, dict.fromkeys(hall.answers(TEATE), 1)):
        status, problem = program.call("put", f"applications/{draft}/answers", {"answers": answers})
        assert (status, problem["code"]) == (422, "answers_wrong")
        assert problem["errors"]
    assert Draft.objects.get().answers == {}
    status, problem = program.call("post", f"applications/{draft}/submit", {}, **KEY)
    assert status == 422 and problem["errors"]
    assert program.call("post", f"applications/{draft}/submit", {})[0] == 422, "no key"
    assert program.attach(draft, "nothing")[0] == 404
    assert program.attach(draft, hall.definition(TEATE).attachments[0].id, b"text")[0] == 422
    assert program.call("put", f"applications/{draft}/answers", [1])[0] == 422
    broken = program.client.put(f"/api/v1/applications/{draft}/answers", "{", content_type="application/json", **ASKED)
    assert broken.status_code == 400 and broken["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("body", [r'{"answers": {"name": {"sei": "\ud800"}}}', r'{"answers": {"\udfff": ["x"]}}', r'{"answers": {"born": "\ud83d"}}'])
def test_half_a_character_is_refused_not_a_server_error(hall: Hall, body):
    program = Program(hall, "hanako")
    hall.definition(TEATE)
    draft = program.draft(TEATE)
    answer = program.client.put(f"/api/v1/applications/{draft}/answers", body, content_type="application/json", **ASKED)
    assert (answer.status_code, json.loads(answer.content)["code"]) == (422, "form_wrong")
    assert Draft.objects.get(id=draft).answers == {}


def test_a_key_belongs_to_one_draft(hall: Hall):
    program = Program(hall, "hanako")
    first, second = program.filled(hall, TEATE), program.filled(hall, TEATE)
    assert program.call("post", f"applications/{first}/submit", {}, **KEY)[0] == 201
    status, problem = program.call("post", f"applications/{second}/submit", {}, **KEY)
    assert (status, problem["code"]) == (409, "idempotency_key_used")
    assert Application.objects.count() == 1


def test_a_number_is_never_given_back(hall: Hall):
    hall.definition(NUMBERED)
    program = Program(hall, "hanako")
    draft = program.draft(NUMBERED)
    answers = hall.answers(NUMBERED)
    status, body = program.call("put", f"applications/{draft}/answers", {"answers": answers})
    assert status == 200, body
    assert answers["my_number"] not in json.dumps(body) and "sv_" not in json.dumps(body)
    assert Draft.objects.get().answers["my_number"].startswith("sv_")


def test_strangers_learn_nothing(hall: Hall):
    hanako, taro = Program(hall, "hanako"), Program(hall, "taro")
    draft, filed = hanako.filled(hall, TEATE), hall.file("hanako", TEATE)
    for path in ("applications/{}", "applications/{}/documents/" + str(uuid.uuid4())):
        for real in (draft, filed.id):
            assert taro.call("get", path.format(real)) == taro.call("get", path.format(uuid.uuid4()))
            assert taro.call("get", path.format(real))[0] == 404
    for path, body in (("put", "answers"), ("post", "submit")), (("post", "submit"), ("put", "answers")):
        for method, act in (path, body):
            sent = {"answers": hall.answers(TEATE)} if act == "answers" else {}
            found = taro.call(method, f"applications/{draft}/{act}", sent, **KEY)
            assert found[0] == 404
            assert found == taro.call(method, f"applications/{uuid.uuid4()}/{act}", sent, **KEY)
    assert taro.attach(draft, "passbook")[0] == 404
    for nobody in (Program(hall), ):
        for method, path in (("get", "applications"), ("get", f"applications/{draft}"), ("post", "applications"),
                             ("post", f"applications/{draft}/submit")):
            assert nobody.call(method, path, **KEY)[0] == 401
    assert Application.objects.count() == 1


def test_a_page_of_another_site_cannot_act(hall: Hall):
    hall.definition(TEATE)
    client = hall.browser("hanako")
    answer = client.post("/api/v1/applications", json.dumps({"procedure": TEATE}), content_type="text/plain")
    assert answer.status_code == 403
    assert Draft.objects.count() == 0


def staff(hall, text, path):
    answer = hall.browser().get(f"/api/v1/staff/{path}", HTTP_AUTHORIZATION=f"Bearer {text}")
    return answer.status_code, json.loads(answer.content)


def test_a_token_reads_its_section_within_its_scopes_and_every_read_is_recorded(hall: Hall):
    case, other = hall.case("hanako", NUMBERED), hall.case("taro", TEATE)
    assert case.section != other.section
    row, plain = services.token_make(actor="test", name="統計", section=case.section, scopes=["cases:read"])
    _, full = services.token_make(actor="test", name="基幹", section=case.section, scopes=["cases:read", "cases:personal"])
    assert not ApiToken.objects.filter(digest__contains=plain).exists()
    status, body = staff(hall, plain, "cases")
    assert status == 200 and [c["id"] for c in body["cases"]] == [str(case.id)]
    status, body = staff(hall, plain, f"cases/{case.id}")
    assert (status, body["name"], body["answers"]) == (200, None, None)
    status, body = staff(hall, full, f"cases/{case.id}")
    assert status == 200 and body["answers"]["name"] and "my_number" not in body["answers"]
    assert staff(hall, full, f"cases/{other.id}") == staff(hall, full, f"cases/{uuid.uuid4()}")
    reads = AuditEntry.objects.filter(chain=f"reads:{case.section}", actor__startswith="token:")
    assert [(e.action, e.facts.get("personal")) for e in reads.order_by("seq")] == [
        ("api.listed", None), ("api.read", False), ("api.read", True)]
    assert audit.verify() == []
    _, blind = services.token_make(actor="test", name="x", section=case.section, scopes=["cases:personal"])
    assert staff(hall, blind, "cases")[0] == 403
    assert services.token_revoke(actor="test", token_id=str(row.id))
    assert staff(hall, plain, "cases")[0] == 401
    assert staff(hall, "mado_wrong", "cases")[0] == 401


def test_the_command_makes_lists_and_ends_tokens(hall: Hall, capsys):
    call_command("tokens", "make", "統計", "--section", "kosodate", "--scope", "cases:read")
    text = capsys.readouterr().out.split()[0]
    assert staff(hall, text, "cases")[0] == 200
    call_command("tokens", "list")
    listed = capsys.readouterr().out
    assert "有効" in listed and text not in listed
    call_command("tokens", "revoke", listed.split()[0])
    assert staff(hall, text, "cases")[0] == 401
    for wrong in (["make", "x", "--section", "nowhere", "--scope", "cases:read"], ["revoke", "x"], ["revoke", str(uuid.uuid4())]):
        with pytest.raises(CommandError):
            call_command("tokens", *wrong)


def test_too_often_is_a_problem_too(hall: Hall, settings):
    settings.LIMITS = settings.LIMITS | {"api.owner": Rate(2, 600), "token.address": Rate(1, 600)}
    program = Program(hall, "hanako")
    assert [program.call("get", "applications")[0] for _ in range(3)] == [200, 200, 429]
    away = {"REMOTE_ADDR": "203.0.113.9", "HTTP_AUTHORIZATION": "Bearer mado_guess"}
    assert [hall.browser().get("/api/v1/staff/cases", **away).status_code for _ in range(2)] == [401, 429]


def test_too_large_and_broken_are_problems_too(hall: Hall):
    answer = hall.browser().post("/api/v1/applications", **{"madoguchi.too_large": True})
    assert (answer.status_code, answer["Content-Type"]) == (413, "application/problem+json")


def test_pages_do_not_carry_the_library():
    """Only the first request to the API loads it."""
    code = ("import sys; from madoguchi.config.wsgi import application; from django.test import Client; "
            "print('ninja' in sys.modules, 'pydantic' in sys.modules, Client().get('/healthz').status_code > 0, 'ninja' in sys.modules, "
            "'prometheus_client' in sys.modules); "
            "Client().get('/api/v1/nothing'); print('ninja' in sys.modules)")
    done = subprocess.run([sys.executable, "-c", code], env=os.environ | {"DJANGO_SETTINGS_MODULE": "madoguchi.config.settings"},
                          capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False", "True", "False", "True", "True"]



@pytest.fixture
def owed(hall: Hall):
    """An application that waits for its fee."""
    path, override = next(pair for pair in pack_files(city()) if pair[0].stem == SLUG)
    hall.publish(SLUG, pack_body(path, override, read_file(path, override, city())[0]))
    plain = {key: value for key, value in hall.answers(SLUG).items() if key in ("name", "born", "address", "phone")}
    return hall.file("hanako", SLUG, plain | WANTS)


def test_the_fee_is_seen_and_paid(hall: Hall, owed):
    row, free, program = owed, hall.file("hanako", TEATE), Program(hall, "hanako")
    status, seen = program.call("get", f"applications/{row.id}/fee")
    assert status == 200 and (seen["state"], seen["amount"], seen["means"], seen["slip"]) == ("created", 710, ["slip"], None)
    assert program.call("get", f"applications/{row.id}")[1]["state"] == "unpaid"
    assert program.call("post", f"applications/{row.id}/fee/pay", {"means": "card"})[0] == 422, "this city has no cards"
    assert program.call("post", f"applications/{row.id}/fee/pay", {"means": "gold"})[0] == 422
    status, going = program.call("post", f"applications/{row.id}/fee/pay", {"means": "slip"})
    again = program.call("post", f"applications/{row.id}/fee/pay", {"means": "slip"})[1]
    assert status == 200 and going == again and going["fee"]["state"] == "started" and len(going["fee"]["slip"]["number"]) == 20
    paper = f"/my/{row.id}/pay/slip.pdf"
    assert going["go_to"].endswith(paper) and program.client.get(paper)["Content-Type"] == "application/pdf"
    assert program.call("get", f"applications/{free.id}/fee")[0] == 404
    assert program.call("post", f"applications/{free.id}/fee/pay", {"means": "slip"})[0] == 404
    for other in (Program(hall, "taro"), Program(hall)):
        assert other.call("get", f"applications/{row.id}/fee")[0] in (401, 404)
        assert other.call("post", f"applications/{row.id}/fee/pay", {"means": "slip"})[0] in (401, 404)
    assert program.client.post(f"/api/v1/applications/{row.id}/fee/pay", "{}", content_type="application/json").status_code == 403


def test_a_card_is_paid_on_the_gateways_page(hall: Hall, owed, cards):  # noqa: F811
    status, going = Program(hall, "hanako").call("post", f"applications/{owed.id}/fee/pay", {"means": "card"})
    assert status == 200 and going["go_to"].startswith(cards.base) and set(going["fee"]["means"]) == {"card", "slip"}
