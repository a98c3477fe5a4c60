"""Sending: once and only once, exactly what was shown, with a receipt; as a guest with a code."""

from __future__ import annotations

import re

import pytest
from django.core import signing
from tests.support.hall import Hall, run_worker
from tests.support.threads import together
from tests.support.walk import Walk, text

from madoguchi.casework.models import Case
from madoguchi.files.models import StoredFile
from madoguchi.identity.errors import SignatureRefused
from madoguchi.identity.public import Owner
from madoguchi.intake import drafts, filing
from madoguchi.intake.errors import AnswersWrong
from madoguchi.intake.models import Application, Draft
from madoguchi.intake.rules import check_digit, receipt_read
from madoguchi.kernel import audit, outbox
from madoguchi.kernel.errors import NotFound
from madoguchi.kernel.models import AuditEntry, Message, SealedValue
from madoguchi.notifications.models import Mail

SLUG, GUEST_SLUG = "jidou-teate-kifu", "risai-shoumei"


def walked(hall, who, slug):
    found = Walk(hall.browser(who), slug, hall.answers(slug))
    if slug == GUEST_SLUG:
        found.go(stop="documents")
        from madoguchi.intake.models import Draft

        draft = Draft.objects.get(id=found.draft_id)
        owner = Owner(draft.owner, draft.owner.startswith("r:"))
        hall.fill(owner, draft, found.answers)
    found.go()
    return found


# --- once and only once


def test_pressing_twice_one_after_the_other_files_once(hall: Hall):
    walk = walked(hall, "hanako", SLUG)
    first = walk.submit()
    assert first.status_code == 303
    again = walk.submit()
    assert (again.status_code, again["Location"]) == (303, first["Location"]), "never a second application, never an error page"
    assert Application.objects.count() == 1
    assert Message.objects.filter(event="intake.ApplicationFiled", handler="casework.open").count() == 1


@pytest.mark.django_db(transaction=True)
def test_pressing_twice_at_the_same_moment_files_once(hall: Hall):
    draft, owner = hall.draft("hanako", SLUG), hall.owner("hanako")
    results = together(*[lambda: hall.send(owner, draft)] * 4)
    assert [type(r).__name__ for r in results] == ["Filed"] * 4, results
    assert len({r.application.id for r in results}) == 1
    assert Application.objects.count() == 1
    assert Message.objects.filter(event="intake.ApplicationFiled", handler="casework.open").count() == 1
    run_worker()
    assert Case.objects.count() == 1
    assert audit.verify() == []


@pytest.mark.django_db(transaction=True)
def test_saving_a_page_at_the_moment_of_sending_never_changes_what_was_filed(hall: Hall):
    """Either the page was saved before and is in the filing, or it comes too late; nothing in between."""
    owner = hall.owner("hanako")
    answers = hall.answers(SLUG)
    for turn in range(4):
        draft = hall.draft("hanako", SLUG, answers)
        step = next(s for s in hall.definition(SLUG).steps if any(q.id == "phone" for q in s.questions))
        from tests.support.hall import generate, lists

        phone = f"0767{turn:06d}"
        raw = lists(generate.post_data(hall.definition(SLUG), step, answers | {"phone": phone}))
        filed, saved = together(
            lambda: hall.send(owner, draft),  # noqa: B023 - run at once
            lambda: drafts.draft_save_step(owner=owner, draft_id=str(draft.id), step_id=step.id, raw=raw, mark=""),  # noqa: B023
        )
        if isinstance(filed, SignatureRefused):  # it was saved between signing and filing: what was signed is not there
            assert not isinstance(saved, Exception)
            assert Draft.objects.get(id=draft.id).answers["phone"] == phone
            filed = hall.send(owner, Draft.objects.get(id=draft.id))
        application = Application.objects.get(draft=draft)
        assert filed.application.id == application.id
        assert application.answers["phone"] == (answers["phone"] if isinstance(saved, Exception) else phone)
        assert application.signature["signature"] == f"signed:{application.digest}"
        assert Draft.objects.get(id=draft.id).answers == {}
        entry = AuditEntry.objects.get(chain=f"case:{application.id}", action="application.filed")
        assert entry.facts["digest"] == application.digest


@pytest.mark.django_db(transaction=True)
def test_a_file_added_at_the_moment_of_sending_is_not_lost_from_the_filing(hall: Hall):
    slug = "jidou-teate-mishiharai"
    draft, owner = hall.draft("hanako", slug), hall.owner("hanako")
    filed, _ = together(lambda: hall.send(owner, draft), lambda: hall.attach(owner, draft, "passbook"))
    if isinstance(filed, SignatureRefused):
        draft.refresh_from_db()
        hall.send(owner, draft)
    application = Application.objects.get()
    for entries in application.files.values():
        for entry in entries:
            assert StoredFile.objects.filter(id=entry["id"]).exists()
    assert Draft.objects.get().files == {}


def test_a_taken_receipt_number_is_drawn_again(hall: Hall, monkeypatch):
    taken = hall.file("taro", SLUG).receipt
    numbers = iter([taken, taken, "R8-9999-9999-0"])
    monkeypatch.setattr(filing, "receipt_new", lambda day: next(numbers))
    assert hall.file("hanako", SLUG).receipt == "R8-9999-9999-0"
    assert Application.objects.count() == 2


# --- exactly what was shown


def test_the_filing_is_pinned_to_its_definition_and_digested(hall: Hall):
    application = hall.file("hanako", SLUG)
    published = filing.procedures.current(SLUG)
    assert (application.version, application.checksum) == (published.number, published.checksum)
    from madoguchi.kernel.filed import filing_digest

    assert application.digest == filing_digest(SLUG, published.checksum, application.answers, application.files)
    assert application.digest != filing_digest(SLUG, published.checksum, application.answers | {"x": 1}, application.files)


def test_the_signature_is_over_what_is_filed(hall: Hall):
    walk = walked(hall, "hanako", SLUG)
    walk.submit()
    application = Application.objects.get()
    assert application.signature["signature"] == f"signed:{application.digest}"


def test_without_a_signer_a_form_that_needs_one_cannot_be_started(hall: Hall, settings):
    settings.SIGNERS = {}
    hall.definition(SLUG)
    answer = hall.browser("hanako").post(f"/p/{SLUG}/start/")
    assert answer.status_code == 503
    assert "窓口か郵送" in text(answer)
    assert not Draft.objects.exists()


def test_answers_that_became_wrong_meanwhile_are_not_filed(hall: Hall):
    """The transaction judges again: what was stored is not believed."""
    draft = hall.draft("hanako", SLUG)
    broken = {k: v for k, v in draft.answers.items() if k != "phone"}
    Draft.objects.filter(id=draft.id).update(answers=broken)
    with pytest.raises(AnswersWrong):
        hall.send(hall.owner("hanako"), draft)
    assert not Application.objects.exists()
    assert Draft.objects.get().answers == broken, "the draft is kept"


def test_a_required_document_is_asked_for_and_the_draft_is_kept(hall: Hall):
    by_agent = next(a for a in (hall.answers("ninshin-todoke", seed=n) for n in range(60)) if a["filer"] == "agent")
    draft = hall.draft("hanako", "ninshin-todoke", by_agent)
    assert set(draft.files) >= {"mandate", "mother_identity"}
    Draft.objects.filter(id=draft.id).update(files={})
    with pytest.raises(AnswersWrong) as wrong:
        hall.send(hall.owner("hanako"), draft)
    assert any("添付" in fault.ja for fault in wrong.value.faults)
    assert Draft.objects.get().state == "open"


def test_taro_cannot_send_hanakos_draft(hall: Hall):
    draft = hall.draft("hanako", SLUG)
    with pytest.raises(NotFound):
        hall.send(hall.owner("taro"), draft)
    assert not Application.objects.exists()


def test_filing_opens_a_case_with_the_same_answers(hall: Hall):
    case = hall.case("hanako", SLUG)
    application = Application.objects.get()
    assert (case.answers, case.files, case.digest, case.receipt) == (
        application.answers, application.files, application.digest, application.receipt)
    assert case.section == hall.definition(SLUG).section


def test_opening_the_case_again_changes_nothing(hall: Hall):
    case = hall.case("hanako", SLUG)
    from madoguchi.casework.handlers import open_case

    entries = AuditEntry.objects.count()
    open_case(outbox.Envelope("filed:x", "intake.ApplicationFiled", case.ref, {"application": case.ref}, b"", 2))
    assert Case.objects.count() == 1
    assert AuditEntry.objects.count() == entries


# --- receipt numbers, mails


def test_a_receipt_number_is_read_as_people_write_it(hall: Hall):
    receipt = hall.file("hanako", SLUG).receipt
    plain = receipt.replace("-", "")
    wide = plain.translate({ord(a): ord(a) + 0xFEE0 for a in plain})
    for written in (receipt, plain, receipt.lower(), wide, f" {receipt} ", receipt.replace("-", "ー"), receipt.replace("-", " ")):
        assert receipt_read(written) == receipt, written


def test_a_misheard_receipt_number_is_noticed(hall: Hall):
    body = "12345678"
    digit = check_digit(body)
    good = f"R8-1234-5678-{digit}"
    assert receipt_read(good) == good
    wrong = [f"R8-{b[:4]}-{b[4:]}-{digit}" for i in range(8) for n in "0123456789"
             if n != body[i] and (b := body[:i] + n + body[i + 1:])]
    missed = [w for w in wrong if receipt_read(w)]
    assert len(missed) <= len(wrong) // 8, "modulus 11 with 10 counted as 0 misses few"
    swapped = body[:3] + body[4] + body[3] + body[5:]
    assert receipt_read(f"R8-{swapped[:4]}-{swapped[4:]}-{digit}") == ""
    for broken in ("", "R8-1234", "1234-5678", "RX-1234-5678-9", "'; drop table"):
        assert receipt_read(broken) == ""


def test_the_confirmation_mail_goes_out_once_and_names_no_procedure(hall: Hall):
    application = hall.file("hanako", SLUG, mail="hanako@example.jp")
    run_worker()
    letters = list((hall.home / "mail").glob("*.eml"))
    assert len(letters) == 1
    from email import message_from_bytes, policy

    letter = message_from_bytes(letters[0].read_bytes(), policy=policy.default)
    body = letter.get_content()
    assert letter["To"] == "hanako@example.jp"
    assert application.receipt in body
    d = hall.definition(SLUG)
    for word in (d.name, d.reading, "児童", "見本", "花子"):
        assert word not in body + letter["Subject"]
    row = Mail.objects.get()
    assert row.state == "sent"
    assert row.sealed_to is None


def test_a_mail_address_lies_nowhere_in_the_open(hall: Hall):
    application = hall.file("hanako", SLUG, mail="hanako@example.jp")
    assert b"hanako@" not in bytes(application.sealed_mail)
    run_worker()
    from django.core import serializers

    for model in (Application, Mail, Message, AuditEntry):
        rows = serializers.serialize("json", model.objects.all())
        assert "hanako@example.jp" not in rows, model.__name__


def test_a_wrong_mail_address_stops_nothing_but_is_said(hall: Hall):
    walk = walked(hall, "hanako", SLUG)
    answer = walk.submit(mail="hanako@@example")
    assert answer.status_code == 422
    assert 'href="#mail"' in text(answer)
    assert not Application.objects.exists()
    assert walk.submit(mail="").status_code == 303


# --- guests


def guest_files(hall):
    walk = walked(hall, "", GUEST_SLUG)
    sent = walk.submit()
    assert sent.status_code == 303, text(sent)[:2000]
    page = text(walk.client.get(sent["Location"]))
    application = Application.objects.get(draft_id=walk.draft_id)
    code = next(d for d in ("".join(re.findall(r"\d", m)) for m in re.findall(r"\d{4}[ \-]?\d{4}(?!\d)", page))
                if filing.code_digest(application.receipt, d) == application.code_digest)
    return walk.client, application, code


def test_a_guest_files_and_gets_a_code_that_is_shown_and_not_stored(hall: Hall):
    client, application, code = guest_files(hall)
    assert application.owner.startswith("g:")
    assert len(code) == 8
    from django.core import serializers

    assert code not in serializers.serialize("json", [application])
    assert client.get(f"/my/{application.id}/").status_code == 200


def test_a_guest_may_come_back_thirty_days_after_the_last_save(hall: Hall):
    walk = walked(hall, "", GUEST_SLUG)
    client, first = walk.client, next(s.id for s in hall.definition(GUEST_SLUG).steps)
    kept = client.cookies["mado_g"].value
    client.cookies["mado_g"]["max-age"] = 60  # nearly over
    assert walk.post(first).status_code == 303
    assert (client.cookies["mado_g"].value, client.cookies["mado_g"]["max-age"]) == (kept, 30 * 24 * 3600)
    client.cookies["mado_g"]["max-age"] = 60
    assert client.post(f"/p/{GUEST_SLUG}/start/").status_code == 303
    assert (client.cookies["mado_g"].value, client.cookies["mado_g"]["max-age"]) == (kept, 30 * 24 * 3600)


def test_a_signed_in_resident_needs_no_code(hall: Hall):
    assert hall.file("hanako", SLUG).code_digest == ""


def assert_shut(other, application):
    """The page does not open: the browser is asked to sign in or for receipt number and code."""
    answer = other.get(f"/my/{application.id}/")
    assert (answer.status_code, answer["Location"]) == (303, f"/sign-in/?why=needed&next=/my/{application.id}/")
    assert "受付番号で手続きの状況を見る" in text(other.get(answer["Location"]))


def test_another_browser_opens_the_status_by_receipt_and_code(hall: Hall):
    _, application, code = guest_files(hall)
    other = hall.browser()
    assert_shut(other, application)
    answer = other.post("/status/", {"receipt": application.receipt.lower(), "code": f" {code[:4]}-{code[4:]} "})
    assert answer.status_code == 303
    assert other.get(f"/my/{application.id}/").status_code == 200
    assert other.get(f"/my/{application.id}/receipt/").status_code == 200


def test_the_wrong_code_opens_nothing_and_says_no_more_than_the_wrong_number(hall: Hall):
    _, application, code = guest_files(hall)
    other = hall.browser()
    wrong = other.post("/status/", {"receipt": application.receipt, "code": str((int(code) + 1) % 10**8).zfill(8)})
    nothing = other.post("/status/", {"receipt": "R8-1111-1111-1", "code": code})
    assert (wrong.status_code, nothing.status_code) == (422, 422)
    assert_shut(other, application)
    words = [re.findall(r"受付番号か確認番号が違います", text(page)) for page in (wrong, nothing)]
    assert words[0] == words[1] != []


def test_after_eight_wrong_codes_even_the_right_one_is_locked(hall: Hall):
    _, application, code = guest_files(hall)
    other = hall.browser()
    for n in range(8):
        assert other.post("/status/", {"receipt": application.receipt, "code": f"{n:08d}"}).status_code == 422
    locked = other.post("/status/", {"receipt": application.receipt, "code": code})
    assert locked.status_code == 422
    assert "新しい番号を受け取ってください" in text(locked)
    assert_shut(other, application)


def test_a_right_code_forgives_earlier_mistakes(hall: Hall):
    _, application, code = guest_files(hall)
    other = hall.browser()
    for _ in range(2):
        for n in range(7):
            other.post("/status/", {"receipt": application.receipt, "code": f"{n:08d}"})
        assert other.post("/status/", {"receipt": application.receipt, "code": code}).status_code == 303


def test_a_residents_application_does_not_open_by_any_code(hall: Hall):
    application = hall.file("hanako", SLUG)
    other = hall.browser()
    for code in ("", "00000000", "12345678"):
        assert other.post("/status/", {"receipt": application.receipt, "code": code}).status_code == 422


def test_a_made_up_pass_opens_nothing(hall: Hall):
    application = hall.file("hanako", SLUG)
    other = hall.browser()
    for value in ("x", signing.dumps([str(application.id)], salt="other"), f'["{application.id}"]'):
        other.cookies["mado_p"] = value
        assert_shut(other, application)


def test_a_guest_continues_on_another_device_by_the_mailed_link(hall: Hall):
    walk = Walk(hall.browser(), GUEST_SLUG, hall.answers(GUEST_SLUG))
    walk.go(stop="applicant_page")
    assert walk.client.post(walk.url("saved"), {"mail": "guest@example.jp"}).status_code == 200
    run_worker()
    letter = next((hall.home / "mail").glob("*.eml")).read_bytes()
    from email import message_from_bytes, policy

    link = re.search(r"/resume/[^/\s]+/", message_from_bytes(letter, policy=policy.default).get_content())[0]
    other = hall.browser()
    assert other.get(link).status_code == 200, "looking at the link takes nothing away from the first device"
    assert walk.client.get(walk.url("saved")).status_code == 200
    moved = other.post(link)
    assert moved.status_code == 303
    assert other.get(moved["Location"]).status_code == 200
    assert Draft.objects.get().answers
    assert hall.browser().post(link[:-3] + "xx/").status_code == 404


def test_my_number_is_a_token_everywhere(hall: Hall):
    slug = "ninshin-todoke"
    answers = hall.answers(slug)
    number = answers["my_number"]
    hall.case("hanako", slug, answers)
    from django.core import serializers

    for model in (Draft, Application, Case, Message, AuditEntry, SealedValue):
        assert number not in serializers.serialize("json", model.objects.all()), model.__name__
    assert SealedValue.objects.count() == 1
