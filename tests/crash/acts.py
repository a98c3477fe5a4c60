"""What people and the worker do in a crash run. Every act may be repeated by somebody who does not know whether the
first try went through: it looks first, as a person looks at the page, and does only what is missing."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.db.models import Min
from django.http import HttpResponse
from django.test import Client
from tests.crash import codes, counters, desk, keeping, lines, money, sheets, stock, talks, taxes
from tests.crash.journeys import CLAIM, DEBIT, DISASTER, PAID, SEALED
from tests.support import papers
from tests.support.hall import Hall, lists

from madoguchi.agency import guardian_selectors, guardians
from madoguchi.agency import services as mandates
from madoguchi.agency.models import Guardianship, Mandate
from madoguchi.agency.tests.test_guardians import FORM
from madoguchi.agency.tests.test_guardians import lists as as_lists
from madoguchi.casework import bulk, escalation, reopening, retention, talk, unanswered
from madoguchi.casework import papers as casework_papers
from madoguchi.casework import services as casework
from madoguchi.casework.models import Case, Talk, Tombstone
from madoguchi.casework.selectors import definition_of
from madoguchi.config.management.commands.worker import Command as Worker
from madoguchi.config.management.commands.worker import anchor_path
from madoguchi.delivery.models import Parcel
from madoguchi.files.models import StoredFile
from madoguchi.files.public import sweep_strays
from madoguchi.identity import people
from madoguchi.identity.models import Resident
from madoguchi.identity.public import sign_in
from madoguchi.intake import applications, drafts
from madoguchi.intake import talk as intake_talk
from madoguchi.intake.models import Application, Draft
from madoguchi.kernel import audit, clock, outbox, sealed, witness
from madoguchi.kernel.models import Message
from madoguchi.procedures.rules import generate
from madoguchi.records.models import IssuedDocument, Register

MAIL = "hanako@example.jp"
Done = dict[str, Any]
_offset = dt.timedelta()


def turn_clock(started: dt.datetime) -> None:
    """From now on the clock shows the opening hour plus the time that really passed plus the pauses skipped."""
    from tests.support.hall import OPENING

    clock.now = lambda: OPENING + (dt.datetime.now(clock.JST) - started) + _offset


def skip(seconds: float) -> None:
    """Let time pass."""
    global _offset
    _offset += dt.timedelta(seconds=seconds)


@functools.cache
def hall() -> Hall:
    """The cast, on this city hall."""
    return Hall(Path(settings.MADOGUCHI_DATA))


def answers_of(slug: str) -> dict[str, Any]:
    """What Hanako answers."""
    if slug == SEALED:
        return hall().answers(slug) | {"filer": "self", "receive": "pdf", "exempt": True}
    if slug not in (DISASTER, PAID, DEBIT):
        return hall().answers(slug)
    case = Path(__file__).parents[1] / "cases" / f"{slug}.yaml"
    found = {k: v for k, v in yaml.safe_load(case.read_text(encoding="utf-8"))["answers"].items() if v is not None}
    return found | taxes.OTHERS if slug == DEBIT else found


# --- the applicant


def start(slug: str = CLAIM) -> Done:
    """Begin a form."""
    draft = drafts.draft_start(owner=hall().owner("hanako"), slug=slug)
    return {"draft": str(draft.id)}


def fill(draft: str, **_: Any) -> Done:
    """Save every page and attach a photo where one belongs."""
    row = Draft.objects.get(id=draft)
    owner = hall().owner("hanako")
    row = hall().fill(owner, row, answers_of(row.slug))
    d = drafts.published_of(row).definition
    for slot in drafts.procedures_attachments(d, drafts.steps_of(row, d)[0]):
        if not row.files.get(slot.id):
            hall().attach(owner, row, slot.id)
            row.refresh_from_db()
    return {}


def submit(draft: str, **_: Any) -> Done:
    """Send it; a second press gets the same application."""
    found = hall().send(hall().owner("hanako"), Draft.objects.get(id=draft), mail=MAIL).application
    return {"application": str(found.id)}


def prove(application: str, **_: Any) -> Done:
    """Taro declares a legal representation, once in a journey, and adds its proof."""
    owner, data = hall().owner("taro"), papers.jpeg()
    mail = f"{application}@example.jp"
    mine = (row for row in Guardianship.objects.filter(agent=owner.key) if guardian_selectors.opened(row)["mail"] == mail)
    row = next(mine, None) or guardians.guardian_declare(owner=owner, raw=as_lists(FORM | {"mail": mail}))
    if not row.files:
        guardians.guardian_attach(owner=owner, guardian_id=str(row.id), source=io.BytesIO(data), name="touki.jpg", size=len(data))
    return {}


def revoke(**_: Any) -> Done:
    """Hanako takes back a mandate that Taro has accepted."""
    hanako, taro = hall().owner("hanako"), hall().owner("taro")
    row = Mandate.objects.filter(giver=hanako.key, state="accepted").first()
    if row is None:
        _, code = mandates.mandate_offer(owner=hanako, name="見本太郎", scope=list(mandates.offerable())[:1], acts=["see"],
                                         ends_on=clock.today() + dt.timedelta(days=90))
        row = mandates.mandate_answer(owner=taro, code=code, accept=True)
    mandates.mandate_end(owner=hanako, mandate_id=str(row.id))
    return {}


def correct(application: str, **_: Any) -> Done:
    """Answer the correction."""
    row = Application.objects.get(id=application)
    if row.status == "correction":
        raw = lists(dict(generate._fields(applications.published_of(row).definition.question("phone"), "0767123456", "phone")))
        applications.correction_answer(application=row, raw=raw, extra=frozenset(), actor="resident:test", owner=hall().owner("hanako"))
    return {}


def press(draft: str, **_: Any) -> Done:
    """The send button, through the web."""
    client, response = Client(raise_request_exception=False), HttpResponse()
    sign_in(response, Resident.objects.get(subject="hanako"))  # she signed in before
    client.cookies.update(response.cookies)
    answer = client.post(f"/a/{draft}/check/", {"ok": "yes"})
    return {"status": answer.status_code, "page": answer.content.decode()}


def press_again(filled: list[str], **_: Any) -> Done:
    """Whoever does not know whether it went through presses again. Returns how many answers each open draft held."""
    kept = {str(d.id): len(d.answers) for d in Draft.objects.filter(id__in=filled, state="open")}
    for draft in filled:
        submit(draft)
    return {"pressed": kept}


def document(application: str, **_: Any) -> Done:
    """Send a document afterwards."""
    row = Application.objects.get(id=application)
    if len(row.files.get("passbook", [])) < 2:
        data = papers.jpeg()
        applications.document_add(application=row, slot="passbook", source=io.BytesIO(data), name="later.jpg", size=len(data),
                                  actor="resident:test")
    return {}


def withdraw(application: str, **_: Any) -> Done:
    """Ask to withdraw."""
    row = Application.objects.get(id=application)
    if not row.view.get("withdrawal"):
        applications.withdrawal_ask(application=row, actor="resident:test")
    return {}


# --- staff


def take(application: str, clerk: str = "tanaka", **_: Any) -> Done:
    """Take the case."""
    casework.case_take(actor=hall().staff(clerk), case_id=application)
    return {}


def leave(application: str, **_: Any) -> Done:
    """A clerk takes the case, and yesterday was the last day in the section."""
    from madoguchi.identity import public as identity
    from madoguchi.identity.models import Membership, Staff

    case, username = Case.objects.get(id=application), f"leaver-{application[:8]}"
    clerk = Staff.objects.filter(username=username).first() or identity.staff_enrol(
        username=username, name="去る 人", password=identity.TRIAL_PASSWORD, memberships=[(case.section, "clerk")])
    if not Membership.objects.filter(staff=clerk, lapsed=True).exists():
        if case.state == "received":
            casework.case_take(actor=clerk, case_id=application)
        Membership.objects.filter(staff=clerk).update(ends=clock.today() - dt.timedelta(days=1))
        people.memberships_lapse()
    return {}


def ask(application: str, **_: Any) -> Done:
    """Ask for a correction."""
    if Case.objects.get(id=application).state in ("received", "reviewing"):
        casework.correction_request(actor=hall().staff("tanaka"), case_id=application, items=[("phone", "つながりません")],
                                    due_on=clock.today() + dt.timedelta(days=20))
    return {}


def recall(application: str, **_: Any) -> Done:
    """Wait no longer for the answer."""
    if Case.objects.get(id=application).state == "correction":
        unanswered.correction_end(actor=hall().staff("tanaka"), case_id=application, why="答えがないため")
    return {}


def propose(application: str, clerk: str = "tanaka", outcome: str = "grant", **_: Any) -> Done:
    """Propose the decision."""
    case = Case.objects.get(id=application)
    if case.state in ("received", "reviewing"):
        hall().propose(case, clerk, outcome)
    return {}


def approve(application: str, who: str, role: str, **_: Any) -> Done:
    """Stamp."""
    case = Case.objects.get(id=application)
    if case.state == "approval" and not casework.Approval.objects.filter(decision__case=case, role=role).exists():
        casework.decision_approve(actor=hall().staff(who), case_id=application)
    return {}


def paper_put(application: str, **_: Any) -> Done:
    """Put in the PDF that is to be issued."""
    if not casework_papers.Paper.objects.filter(case_id=application).exists():
        data = papers.pdf()
        casework_papers.paper_put(actor=hall().staff("yamada"), case_id=application, document="certificate", source=io.BytesIO(data),
                                  name="certificate.pdf", size=len(data))
    return {}


def write(application: str, **_: Any) -> Done:
    """Write to the applicant."""
    if not Talk.objects.filter(case_id=application).exists():
        talk.talk_write(actor=hall().staff("tanaka"), case_id=application, text="通帳の名義を教えてください。")
    return {}


def answer(application: str, **_: Any) -> Done:
    """The applicant answers."""
    row = Application.objects.get(id=application)
    if not row.talk.filter(mine=True).exists():
        intake_talk.talk_answer(application=row, text="私の名義です。", actor="resident:test")
    return {}


def bulk_choose(application: str, **_: Any) -> Done:
    """Tick the case, say what is to be done, look at the preview."""
    case, tanaka = Case.objects.get(id=application), hall().staff("tanaka")
    casework.check_mark(actor=tanaka, case_id=application, marked=set(range(len(definition_of(case).review.checklist))))
    talk.talk_seen(actor=tanaka, case_id=application)
    run = bulk.run_start(actor=tanaka, act="propose", case_ids=[application])
    bulk.run_look(actor=tanaka, run_id=str(run.id), outcome="accepted", raw=hall().decision_raw(case))
    return {"run": str(run.id)}


def bulk_confirm(run: str, **_: Any) -> Done:
    """Confirm, and do it while the clerk waits."""
    ready = set(bulk.BulkItem.objects.filter(run=run, state="ready").values_list("id", flat=True))
    bulk.run_now(bulk.run_confirm(actor=hall().staff("tanaka"), run_id=run, chosen=ready))
    return {}


def late(application: str, **_: Any) -> Done:
    """The due day went by and nobody decided: those who answer for the section are told."""
    people.mail_set(actor="test", staff=hall().staff("suzuki"), mail="suzuki@city.example.jp")
    Case.objects.filter(id=application).update(due_on=clock.today() - dt.timedelta(days=1))
    escalation.escalate()
    return {}


def appoint(application: str, **_: Any) -> Done:
    """Make the appointment of a survey."""
    from madoguchi.survey import services

    survey = services.Survey.objects.get(case_id=application, number=1)
    services.survey_appoint(actor=hall().staff("yamada"), survey_id=str(survey.id),
                            at=dt.datetime(2026, 12, 24, 10, 30, tzinfo=clock.JST))
    return {}


def record(application: str, **_: Any) -> Done:
    """Record what the survey found."""
    from madoguchi.survey import services
    from madoguchi.survey.rules import Finding

    survey = services.Survey.objects.get(case_id=application, number=1)
    if not services.Result.objects.filter(survey=survey).exists():
        services.survey_record(actor=hall().staff("yamada"), survey_id=str(survey.id),
                               finding=Finding("hankai", clock.today(), "山田 浩", 25))
    return {}


def second_ask(application: str, **_: Any) -> Done:
    """The applicant asks for the second survey."""
    from madoguchi.intake import second as intake_second

    row = Application.objects.get(id=application)
    if not row.view.get("second"):
        intake_second.second_ask(application=row, owner=hall().owner("hanako"), reason="屋根の被害が入っていない", actor="resident:test")
    return {}


def second_no(application: str, **_: Any) -> Done:
    """The section declines it."""
    from madoguchi.survey import declining, services

    survey = services.Survey.objects.get(case_id=application, number=1)
    if survey.asked_at:
        declining.second_decline(actor=hall().staff("yamada"), survey_id=str(survey.id), why="新しい被害がないため")
    return {}


def second(application: str, **_: Any) -> Done:
    """Order the second survey."""
    from madoguchi.survey import services

    if not services.Survey.objects.filter(case_id=application, number=2).exists():
        services.survey_second_open(actor=hall().staff("yamada"), case_id=application, why="納得できない")
    return {}


def stand(application: str, **_: Any) -> Done:
    """The section stops the re-examination."""
    if reopening.is_reexamined(Case.objects.get(id=application)):
        reopening.reexamination_end(actor=hall().staff("yamada"), case_id=application, why="判定に誤りがないため")
    return {}


# --- the worker


def work(patience: int = 50_000, **_: Any) -> Done:
    """Do what the outbox promises until it is empty, letting the pauses pass, then seal. Returns how far the clock went."""
    for _ in range(patience):
        if outbox.run_once():
            continue
        due = Message.objects.filter(state="ready", next_at__gt=clock.now()).aggregate(at=Min("next_at"))["at"]
        if due is None:  # nothing left, or only what waits behind a parked message
            break
        skip((due - clock.now()).total_seconds() + 0.001)
    Worker()._seal()
    return {"offset": _offset.total_seconds(), "left": Message.objects.exclude(state="done").count()}


def age(**_: Any) -> Done:
    """All pauses and leases run out: for workers that do not share our clock."""
    Message.objects.filter(state="ready").update(next_at=dt.datetime(2026, 1, 1, tzinfo=clock.JST))
    return {}


def rotate(**_: Any) -> Done:
    """A new sealing key and a new search key, everything sealed again."""
    from madoguchi.kernel import rotation, sealing
    from madoguchi.kernel.keysource import FileKeys

    FileKeys.refresh = 0.02
    for kind in ("seal", "search"):
        rotation.key_begin(kind, actor="test", say=lambda words: None)
        rotation.everything_reseal(kind, actor="test", pause=0, say=lambda words: None)
    return {"unmoved": sealing.left("seal") + sealing.left("search")}


def expire(application: str, **_: Any) -> Done:
    """Ten years later: the case is destroyed. Then back to today, with what was promised due at once."""
    now = clock.now
    clock.now = lambda: now() + dt.timedelta(days=3653)
    try:
        retention.case_destroy(actor="test", case_id=application)
    finally:
        clock.now = now
    return age()


def numbers(count: int, **_: Any) -> Done:
    """Many sealed numbers."""
    for n in range(count):
        sealed.put("test", str(n))
    return {}


# --- looking


def look(application: str = "", draft: str = "", **_: Any) -> Done:
    """How one application (or draft) stands."""
    row, case = Application.objects.filter(id=application or None).first(), Case.objects.filter(id=application or None).first()
    kept = Draft.objects.filter(id=draft or None).first()
    return {"status": row.status if row else "", "state": case.state if case else "", "phone": case.answers.get("phone", "") if case else "",
            "draft": kept.state if kept else "", "answers": len(kept.answers) if kept else 0,
            "applications": Application.objects.filter(draft_id=draft or None).count()}


def faults(accepted: list[str] | None = None, **_: Any) -> Done:
    """Everything that must hold once the worker has come to rest; a list of what does not."""
    out: list[str] = []
    out += _filings(accepted or []) + _deliveries() + _papers() + _messages() + money.yen() + taxes.yen() + counters.places() + lines.lines()
    out += talks.talks() + sheets.sheets() + stock.stock()
    anchors = [(int(a), b) for a, b, *_ in (line.split() for line in anchor_path().read_text().splitlines())]
    out += [f"audit {f.chain} {f.seq}: {f.ja}" for f in audit.verify(anchors) + witness.verify()]
    return {"faults": out, "applications": Application.objects.count()}


def _filings(accepted: list[str]) -> list[str]:
    out = []
    cases = {str(c.id): c for c in Case.objects.all()}
    filed = {str(a.id): a for a in Application.objects.all()}
    over = {str(t) for t in Tombstone.objects.values_list("case_id", flat=True)}
    out += [f"accepted and gone: {a}" for a in accepted if a not in filed and a not in over]
    out += [f"destroyed and still there: {a}" for a in over & (set(filed) | set(cases))]
    out += [f"no case: {a}" for a, row in filed.items() if a not in cases and row.status != "unpaid"
            and not row.view.get("unpaid_end")]
    out += [f"case without application: {c}" for c in cases if c not in filed]
    for key, a in filed.items():
        case = cases.get(key)
        if case and (case.answers, case.files, case.digest, case.revision) != (a.answers, a.files, a.digest, a.revision):
            out.append(f"case and application differ: {key}")
        seen = a.view.get("seen", [])
        if len(seen) != len(set(seen)):
            out.append(f"told twice: {key}")
        shown = {"received": "filed", "reviewing": "under_review", "correction": "correction"}
        if case and a.status not in (case.state, shown.get(case.state), "answered" if case.state == "reviewing" else "", "filed"):
            out.append(f"the page says {a.status}, the case {case.state}: {key}")
    for draft in Draft.objects.all():
        found = Application.objects.filter(draft=draft).count()
        if (draft.state == "filed") != (found == 1):
            out.append(f"draft {draft.state} with {found} applications: {draft.id}")
        if draft.state == "filed" and (draft.answers or draft.files or draft.card):
            out.append(f"a filed draft still holds answers: {draft.id}")
    return out


def _deliveries() -> list[str]:
    out = []
    expected = set()
    for parcel in Parcel.objects.all():
        path = Path(settings.OUT_ROOT) / parcel.target / parcel.name
        manifest = path.with_name(f"{parcel.name}.manifest.json")
        expected |= {path, manifest}
        if parcel.state != "delivered" or parcel.sealed is not None:
            out.append(f"parcel {parcel.state}: {parcel.name}")
        elif not path.exists() or hashlib.sha256(path.read_bytes()).hexdigest() != parcel.sha256:
            out.append(f"not there or torn: {path.name}")
        elif json.loads(manifest.read_text())["key"] != parcel.key:
            out.append(f"manifest of another key: {path.name}")
        noted = audit.AuditEntry.objects.filter(chain=f"case:{parcel.case_ref}", action="parcel.delivered",
                                                facts__file=parcel.name).count()
        if noted != 1:
            out.append(f"delivery noted {noted} times: {parcel.name}")
    over = tuple(Tombstone.objects.values_list("receipt", flat=True))  # what was handed over is the core system's own
    there = {p for p in Path(settings.OUT_ROOT).rglob("*") if p.is_file() and not p.name.startswith(over or ("-",))}
    out += [f"in the core system's folder and belongs to nobody: {p.name}" for p in there - expected]
    from madoguchi.casework.selectors import definition_of

    for decision in casework.Decision.objects.filter(state="final").select_related("case"):
        wanted = [h for h in definition_of(decision.case).handovers
                  if (not h.outcomes or decision.outcome in h.outcomes) and (not h.per or decision.filing.get(h.per))]
        found = Parcel.objects.filter(key__startswith=f"{decision.id}:").count()
        if found != len(wanted):
            out.append(f"{found} parcels for {len(wanted)} hand-overs: {decision.id}")
    return out


def _papers() -> list[str]:
    out = []
    sweep_strays(older_than=-1e9)
    there = {str(p.relative_to(settings.FILES_ROOT)) for p in Path(settings.FILES_ROOT).rglob("*") if p.is_file()}
    rows = set(StoredFile.objects.values_list("place", flat=True))
    out += [f"row without bytes: {p}" for p in rows - there] + [f"bytes without row: {p}" for p in there - rows]
    used = {f["id"] for a in [*Application.objects.all(), *Draft.objects.all()] for fs in a.files.values() for f in fs}
    out += [f"attachment gone: {f}" for f in used - {str(i) for i in StoredFile.objects.values_list("id", flat=True)}]
    for decision in casework.Decision.objects.filter(state="final"):
        issued = IssuedDocument.objects.filter(key__startswith=f"{decision.id}:").count()
        if issued != 1 + casework_papers.Paper.objects.filter(decision=decision).count():
            out.append(f"{issued} letters for decision {decision.id}")
    for register in Register.objects.all():
        numbers = [d.document_number for d in casework.Decision.objects.filter(state="final", document_number__startswith=register.sign)]
        numbers += [n for t in Tombstone.objects.all() for n in t.document_numbers if n.startswith(register.sign)]
        if sorted(numbers) != sorted(f"{register.sign}第{n}号" for n in range(1, register.last + 1)):
            out.append(f"document numbers with gaps or twice: {register.sign} {len(numbers)}/{register.last}")
    return out


def _messages() -> list[str]:
    out = [f"message {m.state} {m.error_code}: {m.event} → {m.handler}" for m in Message.objects.exclude(state="done")]
    out += [f"sealed part not wiped: {m.id}" for m in Message.objects.filter(state="done").exclude(sealed=None)]
    out += desk.mails_waiting()
    return out


ACTS: dict[str, Callable[..., Done]] = {
    f.__name__: f for f in (
        start, fill, submit, press, press_again, document, correct, prove, revoke, withdraw, take, leave, ask, recall, write, answer, bulk_choose,
        bulk_confirm, paper_put, late, propose, approve, appoint, record, second, second_ask, second_no, stand,
        rotate, numbers, expire, keeping.backup, keeping.restore, desk.unsure, work, age, look, faults,
    )
} | money.ACTS | taxes.ACTS | counters.ACTS | lines.ACTS | sheets.ACTS | stock.ACTS | talks.ACTS | codes.ACTS
