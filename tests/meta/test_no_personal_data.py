"""One journey with marked values: no name, address, number, telephone, mail or photo name reaches the open part of the
outbox, the log, the facts of the audit chain, a mail, or an address in the browser (STYLE 16)."""

from __future__ import annotations

import copy
import datetime as dt
import json
import logging
from email import message_from_bytes, policy

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.support import papers
from tests.support.hall import OPENING, Hall, run_worker
from tests.support.walk import Walk

from madoguchi.api import services as services_of_api
from madoguchi.casework import bulk, escalation, services, talk
from madoguchi.casework.models import Case, Talk
from madoguchi.config import logs
from madoguchi.identity import people
from madoguchi.intake.models import Application
from madoguchi.kernel import clock, outbox
from madoguchi.kernel.models import AuditEntry, AuditSeal, Heartbeat, Message
from madoguchi.procedures.rules.fields.texts import my_number_check_digit

SLUG, CLAIM = "ninshin-todoke", "jidou-teate-mishiharai"
BODY = "76543210987"
MARKS = {
    "name": "鷺沼", "given": "珠世", "kana": "サギヌマ", "town": "鴫ケ浦町", "lot": "ヌ部77番地", "phone": "0767987654",
    "mail": "sagi.tama@example.jp", "number": BODY + str(my_number_check_digit(BODY)), "text": "鯨飲馬食", "file": "sagi-boshi.jpg",
    "account": "7391846", "note": "電話口の声が小さい", "reason": "窓口で鷹揚に確認",
    "talk": "通帳の名義が鶴亀商店", "answer": "鶴は亡父の屋号です",
}


def marked(answers):
    out = copy.deepcopy(answers) | {"filer": "self"}
    out |= {
        "name": {"sei": MARKS["name"], "mei": MARKS["given"]}, "kana": {"sei": MARKS["kana"], "mei": "タマヨ"},
        "address": {"zip": "9268611", "city": "石川県七尾市", "town": MARKS["town"], "lot": MARKS["lot"], "building": ""},
        "phone": MARKS["phone"], "my_number": MARKS["number"], "lives_there": True, "worry_note": MARKS["text"], "email": MARKS["mail"],
    }
    return {k: v for k, v in out.items() if not k.startswith("agent")}


class Ear(logging.Handler):
    """Everything that any logger says, as both formats of the handler write it."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.addFilter(logs.Careful())
        self.heard = []

    def emit(self, record):
        self.heard.append(logs.Lines().format(record))
        record.exc_text = None
        self.heard.append(logs.Json().format(record))


@pytest.fixture
def ear():
    root, found = logging.getLogger(), Ear()
    level = root.level
    root.addHandler(found)
    root.setLevel(logging.DEBUG)
    quiet = [logging.getLogger(name) for name in ("django.db.backends", "django.template", "fontTools", "PIL")]
    for logger in quiet:  # would print every statement with its values; never on outside of a developer's machine
        logger.setLevel(logging.INFO)
    yield found
    root.removeHandler(found)
    root.setLevel(level)
    for logger in quiet:
        logger.setLevel(logging.NOTSET)


def hits(place, text):
    return [f"{place}: {name}" for name, mark in MARKS.items() if mark in text or mark.encode().decode("latin-1") in text]


def journey(hall, addresses):
    """Every act, wrong tries among them; collects every address the browser was sent to."""
    answers = marked(hall.answers(SLUG))
    walk = Walk(hall.browser("hanako"), SLUG, answers)
    post = walk.client.post

    def noted(url, *args, **kwargs):
        response = post(url, *args, **kwargs)
        addresses.append(f"{url} {response.headers.get('Location', '')}")
        return response

    walk.client.post = noted
    walk.go(stop="mother_page")
    walk.post("mother_page", phone="12")
    walk.go(stop="documents")
    walk.client.post(walk.url("documents"), {"_action": "add", "file.clinic_proof": SimpleUploadedFile(MARKS["file"], papers.jpeg())})
    walk.client.post(walk.url("documents"), {"_action": "add", "file.clinic_proof": SimpleUploadedFile(MARKS["file"], b"no photo")})
    assert walk.submit(mail=MARKS["mail"]).status_code == 303
    run_worker()
    case = Case.objects.get()
    desk = hall.desk("yoshida")
    addresses.append(desk.post("/staff/", {"q": MARKS["name"]})["Location"])
    services.case_take(actor=hall.staff("yoshida"), case_id=case.ref)
    services.note_add(actor=hall.staff("yoshida"), case_id=case.ref, text=MARKS["note"])
    talk.talk_write(actor=hall.staff("yoshida"), case_id=case.ref, text=MARKS["talk"])
    run_worker()
    noted(f"/my/{case.id}/talk/", {"text": MARKS["answer"] * 200})
    noted(f"/my/{case.id}/talk/", {"text": MARKS["answer"]})
    services.number_reveal(actor=hall.staff("yoshida"), case_id=case.ref, path="my_number", why=MARKS["reason"])
    services.correction_request(actor=hall.staff("yoshida"), case_id=case.ref, items=[("phone", MARKS["note"]), ("name", MARKS["note"])],
                                due_on=OPENING.date() + dt.timedelta(days=9))
    run_worker()
    noted(f"/my/{case.id}/correct/", {"_action": "send", "phone": "12", "name.sei": MARKS["name"], "name.mei": MARKS["given"]})
    noted(f"/my/{case.id}/correct/",
          {"_action": "send", "_sure": "1", "phone": MARKS["phone"], "name.sei": MARKS["name"], "name.mei": MARKS["given"]})
    run_worker()
    case.refresh_from_db()
    together(hall, case)
    with clock.frozen(OPENING + dt.timedelta(days=90)):
        escalation.escalate()
    run_worker()
    services.case_reopen(actor=hall.staff("yoshida"), case_id=case.ref, why=MARKS["reason"])
    hall.decide(case, "accept", "yoshida")
    run_worker()
    break_something(hall, case)
    return case


def together(hall, case):
    """Decided by bulk review, with a reason that names what it must not."""
    yoshida = hall.staff("yoshida")
    services.check_mark(actor=yoshida, case_id=case.ref, marked=set(range(len(hall.definition(SLUG).review.checklist))))
    talk.talk_seen(actor=yoshida, case_id=case.ref)  # what nobody has read keeps a case out
    run = bulk.run_start(actor=yoshida, act="propose", case_ids=[case.ref])
    bulk.run_look(actor=yoshida, run_id=str(run.id), outcome="incomplete", reason=MARKS["reason"], raw=hall.decision_raw(case))
    bulk.run_confirm(actor=yoshida, run_id=str(run.id), chosen=set(run.items.values_list("id", flat=True)))
    run_worker()
    assert [item.state for item in run.items.all()] == ["done"], [item.why for item in run.items.all()]


def by_program(hall, addresses, pages):
    """The same person through the API: wrong answers, a wrong file, sending; and a program of the section that reads."""
    client, asked = hall.browser("hanako"), {"HTTP_X_REQUESTED_WITH": "x", "content_type": "application/json"}

    def call(method, path, body=None, **more):
        sent = () if body is None else (json.dumps(body),)
        answer = getattr(client, method)(f"/api/v1/{path}", *sent, **asked, **more)
        addresses.append(f"/api/v1/{path} {answer.headers.get('Location', '')}")
        return answer

    hall.definition(CLAIM)
    answers = hall.answers(CLAIM)
    account = next(q.id for q in hall.definition(CLAIM).questions() if q.type == "口座")
    answers[account] = answers[account] | {"number": MARKS["account"]}
    draft = call("post", "applications", {"procedure": CLAIM}).json()["id"]
    for wrong in (answers | {MARKS["name"]: MARKS["number"]}, answers | {account: MARKS["account"]}):
        refused = call("put", f"applications/{draft}/answers", {"answers": wrong})
        assert refused.status_code == 422
        pages.append(("problem", refused.content.decode()))
    assert call("put", f"applications/{draft}/answers", {"answers": answers}).status_code == 200
    for slot in hall.definition(CLAIM).attachments:
        for data in (b"no photo", papers.jpeg()):
            client.post(f"/api/v1/applications/{draft}/attachments/{slot.id}", {"file": SimpleUploadedFile(MARKS["file"], data)},
                        HTTP_X_REQUESTED_WITH="x")
    sent = call("post", f"applications/{draft}/submit", {"mail": MARKS["mail"]}, HTTP_IDEMPOTENCY_KEY="one-submit-1")
    assert sent.status_code == 201, sent.content.decode()
    run_worker()
    case = Case.objects.get(id=sent.json()["id"])
    assert case.answers[account]["number"] == MARKS["account"]
    hall.decide(case, "grant", "tanaka", "kimura", "suzuki")
    run_worker()
    assert call("get", f"applications/{case.id}").status_code == 200
    _, text = services_of_api.token_make(actor="test", name="x", section=case.section, scopes=["cases:read"])
    for path in ("staff/cases", f"staff/cases/{case.id}"):
        answer = hall.browser().get(f"/api/v1/{path}", HTTP_AUTHORIZATION=f"Bearer {text}")
        assert answer.status_code == 200
        pages.append((path, answer.content.decode()))


def watched(hall, pages, monkeypatch):
    """What operators and monitors see, and the page of a fault."""
    client = Client(raise_request_exception=False)
    for name, answer in (("operator page", hall.desk("admin").get("/staff/operations/")), ("metrics", client.get("/metrics")),
                         ("health", client.get("/healthz")), ("not found", client.get(f"/p/x/?q={MARKS['name']}"))):
        pages.append((name, answer.content.decode()))
    pages += [("heartbeat", str(list(Heartbeat.objects.values())))]

    def fails(*args, **more):
        raise ValueError(f"{MARKS['name']} {MARKS['number']} {MARKS['phone']}")

    with monkeypatch.context() as broken:
        broken.setattr("madoguchi.intake.drafts.draft_open", fails)
        client.cookies.update(hall.browser("hanako").cookies)
        answer = client.post("/a/00000000-0000-4000-8000-000000000000/x/", {"name.sei": MARKS["name"], "phone": MARKS["phone"]})
    assert answer.status_code == 500
    pages.append(("error page", answer.content.decode()))


def break_something(hall, case):
    """A handler that fails with the worst words must not carry them into a row or a log line."""
    from django.db import transaction

    def fails(message):
        raise ValueError(f"bad value {MARKS['name']} {MARKS['number']}")

    outbox.subscribe("test.Broken", "test.broken", fails)
    with transaction.atomic():
        outbox.publish("test.Broken", case_ref=case.ref, key="broken", payload={"case": case.ref})
    run_worker()


def test_nothing_marked_shows_up_where_it_must_not(hall: Hall, ear, capsys, monkeypatch):
    hall.definition(SLUG)
    for who in ("yamamoto", "suzuki"):
        people.mail_set(actor="test", staff=hall.staff(who), mail=f"{who}@city.example.jp")
    addresses: list[str] = []
    pages: list[tuple[str, str]] = []
    try:
        case = journey(hall, addresses)
        by_program(hall, addresses, pages)
        watched(hall, pages, monkeypatch)
    finally:
        outbox._handlers.pop("test.Broken", None)
    found = []
    for name, page in pages:
        found += hits(name, page)
    for message in Message.objects.all():
        found += hits(f"outbox {message.event} payload", json.dumps(message.payload, ensure_ascii=False))
        found += hits(f"outbox {message.event} key", f"{message.key} {message.case_ref} {message.error_code}")
        found += hits(f"outbox {message.event} sealed", bytes(message.sealed or b"").decode("latin-1"))
    for entry in AuditEntry.objects.all():
        found += hits(f"audit {entry.action}", json.dumps(entry.facts, ensure_ascii=False) + entry.actor + entry.chain)
    for seal in AuditSeal.objects.all():
        found += hits("seal", json.dumps(seal.heads))
    for line in ear.heard:
        found += hits(f"log {line[:80]}", line)
    printed = capsys.readouterr()
    found += hits("printed", printed.out + printed.err)
    for path in (hall.home / "mail").glob("*.eml"):
        letter = message_from_bytes(path.read_bytes(), policy=policy.default)
        found += hits(f"mail {letter['Subject']}", letter["Subject"] + letter.get_content() + path.name)
    for address in addresses:
        found += hits("address", address)
    for path in (hall.home / "files").rglob("*"):
        found += hits("file name on disk", str(path))
    assert found == []
    # the journey did carry the marks where they belong, or the zeros above would mean nothing
    application = Application.objects.get(slug=SLUG)
    assert any("Internal Server Error" in line and "ValueError" in line for line in ear.heard)
    assert {"operator page", "metrics", "error page", "problem", "staff/cases"} <= {name for name, _ in pages}
    assert application.answers["name"]["sei"] == MARKS["name"]
    assert application.answers["worry_note"] == MARKS["text"]
    assert case.files["clinic_proof"][0]["name"] == MARKS["file"]
    assert {t.text for t in Talk.objects.all()} == {MARKS["talk"], MARKS["answer"]}
    assert len(list((hall.home / "mail").glob("*.eml"))) >= 4
    assert Message.objects.count() > 10
    assert AuditEntry.objects.count() > 10
    assert ear.heard
    delivered = "".join(path.read_bytes().decode("cp932") for path in (hall.home / "out").rglob("*.csv"))
    assert MARKS["number"] in delivered
    assert MARKS["account"] in delivered
