"""Every address with an id in it, seen by somebody whose it is not: not yours and not there look the same (404).

The table is checked against the URL configuration: a new address with an id fails here until somebody says whose it is.
"""

from __future__ import annotations

import ast
import re
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import get_resolver
from tests.support import papers
from tests.support.hall import Hall, run_worker
from tests.support.walk import text

from madoguchi.casework import services
from madoguchi.casework.models import Paper
from madoguchi.delivery.models import Parcel
from madoguchi.intake.models import Application
from madoguchi.kernel import clock
from madoguchi.kernel.models import AuditEntry
from madoguchi.records.models import IssuedDocument

from . import readers

CLAIM, NUMBERED = "jidou-teate-mishiharai", "ninshin-todoke"

# route → what it is about. "draft", "application": Hanako's; "case", "parcel": of kosodate.
OWNED = {
    "documents": "draft", "check": "draft", "saved": "draft", "renewed": "draft", "discard": "draft", "draft_file": "draft",
    "step": "draft", "acting": "draft",
    "status": "application", "filed": "application", "correct": "application", "withdraw": "application", "add_documents": "application",
    "address": "application",
    "talk_back": "application", "second_ask": "application",
    "opinion": "application", "receipt": "application", "pay": "application", "pay_card": "application",
    "signed_paper": "application", "code_new": "application", "pay_slip": "application", "pay_debit": "application", "pay_slip_pdf": "application",
    "pay_back": "application", "pay_cancel": "application", "pay_receipt": "application", "document": "application", "attachment": "application",
    "case": "case", "case_take": "case", "case_assign": "case", "case_checklist": "case", "case_note": "case", "case_correct": "case",
    "case_decide": "case", "case_approve": "case", "case_return": "case", "case_reopen": "case", "case_stand": "case",
    "case_withdraw": "case", "case_unanswered": "case", "case_number": "case",
    "case_code": "case", "case_code_sheet": "case", "case_hold": "case", "case_lift": "case", "case_talk": "case", "case_talk_seen": "case",
    "case_file": "case", "case_file_number": "case",
    "case_signature": "case", "case_signed_paper": "case", "case_document": "case", "case_draft": "case", "case_paper": "case",
    "case_paper_put": "case", "case_paper_drop": "case", "parcel_retry": "parcel",
}
FORMS_ONLY = {"discard", "opinion", "add_documents", "talk_back", "second_ask", "pay_card", "pay_slip", "pay_debit", "pay_cancel"}
IDS = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
# Addresses with a part in them that are open to everybody, with the reason.
OPEN = {
    "life_event": "the city's own pages", "procedure": "the city's own pages", "paper": "an empty form", "schema": "of an empty form",
    "guide": "questions of the city, the same for everybody",
    "booking_week": "free times, of nobody", "booking_hold": "holds a time for the one who asks", "booking_wait": "for the one who asks",
    "booking_link": "the secret itself: a signed link (booking/tests/test_links)",
    "booking_waiting": "the secret itself: a signed link (booking/tests/test_pages)",
    "booking_feed_file": "the secret itself: the address of a calendar (booking/tests/test_calendars)",
    "queue_board_section": "numbers of nobody",
    "queue_ticket": "the secret itself: the address of a ticket (queue/tests/test_strangers)", "queue_cancel": "the same",
    "queue_kiosk": "the secret itself: the address of a device (queue/tests/test_strangers)", "queue_kiosk_ticket": "the same",
    "invited": "the secret itself: the code of an invitation, for the person named (agency/tests)",
    "start": "makes a new draft of the one who asks", "resume": "the secret itself: a signed link that runs out (test_ways_back)",
    "code_link": "the secret itself: a signed link that runs out (intake/tests/test_codes)",
}
# What views that send files send without an id in their address.
FILES_OPEN = {"procedures.views.paper": "an empty form", "payments.hooks_views.hook": "one word to a gateway, by its signature",
              "web.views.metrics_page": "numbers; by token or from this machine",
              "figures.staff_views.as_csv": "figures.selectors.figures in the table of rights",
              "figures.staff_views.left_csv": "figures.selectors.figures in the table of rights",
              "inventory.staff_views.as_csv": "inventory.selectors.table in the table of rights",
              "procedures.staff_views.as_csv": "procedures.searches.searches in the table of rights",
              "booking.views_my.feed_file": "the secret itself: the address of a calendar",
              "cards.rate_staff_views.csv_of": "rows of cards.rating.table and cards.expiries.expiry_rows, both in the table of rights",
              "collection.daily_staff_views.sheet": "of the whole room: collection's test_strangers",
              "collection.write_off_staff_views.sheet": "of the whole room: collection's test_strangers",
              "identity.people_views.rights_csv": "identity.directory.rights_csv in the table of rights"}
# Operations of the API with an id: whose, and what a resident and a token without right to it are told.
API = {"application": "owner", "answers": "owner", "attach": "owner", "submit": "owner", "document": "owner", "case": "token",
       "procedure": "open", "schema": "open", "fee": "owner", "pay": "owner"}


def routes():
    def walk(resolver, before=""):
        for pattern in resolver.url_patterns:
            if hasattr(pattern, "url_patterns"):
                yield from walk(pattern, before + str(pattern.pattern))
            else:
                yield pattern.name, before + str(pattern.pattern)

    return {name: route for name, route in walk(get_resolver()) if "<" in route and name not in OPEN}


def test_every_address_with_an_id_has_an_owner_in_the_table():
    """Survey's and later rooms' addresses belong in OWNED, or in ELSEWHERE with the test that covers them."""
    assert sorted(set(routes()) - set(OWNED) - rooms()) == []
    assert set(OWNED) | rooms() <= set(routes())


def rooms():
    """The routes for which a room has strangers of its own: those in a table STRANGERS that a test of that file reads."""
    out = set()
    for path in readers.ROOT.glob("*/tests/test_*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        tables = [n.value for n in tree.body if isinstance(n, ast.Assign) and isinstance(n.targets[0], ast.Name) and n.targets[0].id == "STRANGERS"]
        read = any(isinstance(n, ast.Name) and n.id == "STRANGERS" and isinstance(n.ctx, ast.Load) for n in ast.walk(tree))
        assert read or not tables, f"{path}: no test reads STRANGERS"
        for table in tables:
            out |= set(ast.literal_eval(table))
    return out


def test_every_view_that_sends_a_file_is_in_the_table():
    by_view = {f"{view.__module__.removeprefix('madoguchi.')}.{view.__name__}": name for name, view in views().items()}
    known = {*OWNED, *rooms()}
    for view in readers.serving() - set(FILES_OPEN):
        assert by_view[view] in known, view
    assert set(FILES_OPEN) <= readers.serving()


def views():
    """Route name → view."""
    def walk(resolver):
        for pattern in resolver.url_patterns:
            if hasattr(pattern, "url_patterns"):
                yield from walk(pattern)
            else:
                yield pattern.name, pattern.callback

    return dict(walk(get_resolver()))


def test_the_api_has_its_strangers_too(hall: Hall, world):
    from madoguchi.api.routes import api

    found = {o.operation_id: (sorted(o.methods)[0].lower(), path, o.auth_callbacks) for _, router in api._routers
             for path, holder in router.path_operations.items() for o in holder.operations if "{" in path}
    assert set(found) == set(API)
    ids = {"application_id": "application_id", "draft_id": "draft_id", "document_id": "document_id", "case_id": "case_id"}
    for name, (method, path, auth) in found.items():
        assert bool(auth) == (API[name] != "open"), name
        if API[name] != "owner":
            continue
        for things in (world, world | {key: str(uuid.uuid4()) for key in ids}):
            url = "/api/v1" + re.sub(r"{(\w+)}", lambda m, t=things: t.get(m[1], "passbook"), path)
            sent = {"data": {"answers": {}, "means": "slip"}, "content_type": "application/json"} if method != "get" else {}
            if name == "attach":
                sent = {"data": {"file": SimpleUploadedFile("a.jpg", papers.jpeg())}}
            headers = {"X-Requested-With": "test", "Idempotency-Key": "12345678"}
            assert getattr(hall.browser("taro"), method)(url, headers=headers, **sent).status_code == 404, name
            assert getattr(hall.browser(), method)(url, headers=headers, **sent).status_code == 401, name


@pytest.fixture
def world(hall: Hall):
    """Hanako: a draft with a file; a decided case with file, letter and parcel; and a case under correction."""
    draft = hall.draft("hanako", CLAIM)
    hall.attach(hall.owner("hanako"), draft, "passbook", papers.jpeg())
    draft.refresh_from_db()
    second = hall.draft("hanako", CLAIM)
    hall.attach(hall.owner("hanako"), second, "passbook", papers.jpeg())
    second.refresh_from_db()
    filed = hall.send(hall.owner("hanako"), second).application
    run_worker()
    case = services.Case.objects.get(id=filed.id)
    hall.decide(case, "grant", "tanaka", "kimura", "suzuki")
    run_worker()
    application, photo = Application.objects.get(id=case.id), filed.files["passbook"][0]
    paper = Paper.objects.create(case=case, document="certificate", file_id=photo["id"], sha256=photo["sha256"], name="a.pdf",
                                 by=hall.staff("tanaka"), at=clock.now())
    return {
        "paper_id": str(paper.id),
        "draft_id": str(draft.id), "application_id": str(application.id), "case_id": str(case.id),
        "document_id": application.view["documents"][0]["id"], "parcel_id": str(Parcel.objects.first().id),
        "step_id": "filer_page", "document": "notice", "draft_file": draft.files["passbook"][0]["id"],
        "filed_file": application.files["passbook"][0]["id"],
    }


def address(route, world, **other):
    def value(match):
        name = match[2]
        if name in other:
            return other[name]
        if name == "file_id":
            return world["draft_file" if "draft_id" in route else "filed_file"]
        return world[name]

    return "/" + re.sub(r"<(\w+):(\w+)>", value, route)


def both(client, url):
    """By both methods."""
    return [(method, getattr(client, method)(url)) for method in ("get", "post")]


def plain(response):
    """The page without what differs on every drawing."""
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"|[0-9a-f]{8}-[0-9a-f-]{27}', "", text(response))


def snapshot():
    return (AuditEntry.objects.count(), Application.objects.count(), IssuedDocument.objects.count(),
            list(services.Case.objects.values_list("state", "assignee", "updated_at")))


def test_the_owner_does_get_in(hall: Hall, world):
    """Without this the table below would prove nothing."""
    routes_ = routes()
    for name, kind in OWNED.items():
        client = hall.browser("hanako") if kind in ("draft", "application") else hall.desk("tanaka")
        methods = ("get",) if name == "discard" else ("get", "post")
        answers = [getattr(client, method)(address(routes_[name], world)).status_code for method in methods]
        assert any(status != 404 for status in answers), name


@pytest.mark.parametrize("who", ["taro", "nobody", "guest"])
def test_a_stranger_cannot_tell_that_anything_of_hanakos_exists(hall: Hall, world, who):
    client = hall.browser("taro" if who == "taro" else "")
    if who == "guest":
        client.cookies["mado_g"] = "g" * 43
    before, routes_ = snapshot(), routes()
    for name, kind in OWNED.items():
        if kind not in ("draft", "application"):
            continue
        for method, response in both(client, address(routes_[name], world)):
            if response.status_code == 405:
                continue
            if method == "get" and name in FORMS_ONLY:  # nothing is looked up: on to the page that has the form
                assert response.status_code == 302, (name, response.status_code)
                continue
            if who == "nobody" or (who == "guest" and kind == "draft"):
                # perhaps a sign-in that ran out: asked to sign in, whatever there is; nothing of it is shown
                assert response.status_code == 303, (name, method, response.status_code)
                assert response["Location"].startswith("/sign-in/?why=")
                continue
            assert response.status_code == 404, (name, method, response.status_code)
    assert snapshot() == before


@pytest.mark.parametrize("who", ["taro", "nobody"])
def test_what_is_not_there_looks_the_same_as_what_is_not_yours(hall: Hall, world, who):
    routes_, taro = routes(), hall.browser("taro" if who == "taro" else "")
    for name, kind in OWNED.items():
        if kind not in ("draft", "application"):
            continue
        nowhere = {k: str(uuid.uuid4()) for k in ("draft_id", "application_id", "document_id", "file_id")}
        for (method, real), (_, made_up) in zip(
            both(taro, address(routes_[name], world)), both(taro, address(routes_[name], world, **nowhere)), strict=True
        ):
            assert real.status_code == made_up.status_code, (name, method)
            if real.status_code == 404:
                assert plain(real) == plain(made_up), (name, method)
            elif who == "nobody" and real.status_code == 303 and (name, method) != ("step", "post"):  # what was typed is kept, so this one differs
                assert IDS.sub("", real["Location"]) == IDS.sub("", made_up["Location"]), (name, method)


def test_an_id_of_somebody_else_inside_ones_own_address_opens_nothing(hall: Hall, world):
    """Taro puts Hanako's file and document ids into addresses of his own draft and application."""
    draft = hall.draft("taro", CLAIM)
    filed = hall.file("taro", CLAIM)
    client = hall.browser("taro")
    for url in (f"/a/{draft.id}/file/{world['draft_file']}/", f"/my/{filed.id}/file/{world['filed_file']}/",
                f"/my/{filed.id}/document/{world['document_id']}/"):
        assert client.get(url).status_code == 404, url
    run_worker()
    other = services.Case.objects.get(id=filed.id)
    for url in (f"/staff/case/{other.id}/file/{world['filed_file']}/", f"/staff/case/{other.id}/document/{world['document_id']}/"):
        assert hall.desk("tanaka").get(url).status_code == 404, url


@pytest.mark.parametrize("who", ["sato", "admin"])
def test_staff_of_another_section_and_the_administrator_cannot_tell_that_the_case_exists(hall: Hall, world, who):
    before, routes_, sato = snapshot(), routes(), hall.desk(who)
    for name, kind in OWNED.items():
        if kind not in ("case", "parcel") or (who == "admin" and kind == "parcel"):  # restarting a hand-over is the administrator's
            continue
        for method, response in both(sato, address(routes_[name], world)):
            if method == "get" and response.status_code == 302:  # a button's address looks nothing up: on to its page
                response = sato.get(response["Location"])
            assert response.status_code in (404, 405), (name, method, response.status_code)
    assert world["case_id"] not in text(sato.get("/staff/"))
    assert snapshot() == before


def test_the_auditor_reads_and_changes_nothing(hall: Hall, world):
    before, routes_, auditor = snapshot(), routes(), hall.desk("auditor")
    assert auditor.get(address(routes_["case"], world)).status_code == 200
    for name, kind in OWNED.items():
        if kind in ("case", "parcel"):
            response = auditor.post(address(routes_[name], world), {"why": "見たい", "path": "phone", "text": "x", "comment": "x"})
            assert response.status_code in (404, 405, 403, 422), (name, response.status_code)
    assert snapshot() == before


def test_a_resident_is_no_member_of_staff(hall: Hall, world):
    routes_ = routes()
    for client in (hall.browser("hanako"), hall.browser()):
        for name, kind in OWNED.items():
            if kind in ("case", "parcel"):
                for method, response in both(client, address(routes_[name], world)):
                    assert response.status_code in (302, 405), (name, method)
                    if response.status_code == 302:
                        assert response["Location"].startswith("/staff/sign-in/")


def test_a_member_of_staff_is_no_resident(hall: Hall, world):
    desk, routes_ = hall.desk("tanaka"), routes()
    for name in ("status", "receipt", "document", "attachment", "check"):
        answer = desk.get(address(routes_[name], world))
        assert answer.status_code == 303 and answer["Location"].startswith("/sign-in/"), name
