"""A decided case with everything that can lie on one, for the tests of its end."""

from __future__ import annotations

import copy
import datetime as dt
import io

from tests.support import papers
from tests.support.hall import OPENING, Hall, lists, run_worker

from madoguchi.casework import bulk, escalation, services, talk
from madoguchi.intake import applications
from madoguchi.intake import talk as intake_talk
from madoguchi.intake.models import Application
from madoguchi.intake.receipts import receipt_file
from madoguchi.kernel import audit, clock, witness
from madoguchi.kernel.models import AuditSeal
from madoguchi.procedures.rules import generate

NUMBERED = "ninshin-todoke"
NUMBER = generate.MY_NUMBERS[2]
MARKS = ["鯨飲馬食", "hanako.mark@example.jp", "電話口の声が小さい", "宛名番号との照合のため",
         "通帳の名義を教えて", "鶴亀商店の名義です", "七人の分をまとめて受付"]
TERM_OVER = dt.datetime(2032, 4, 1, 9, 0, tzinfo=clock.JST)


def faults():
    anchors = list(AuditSeal.objects.values_list("seq", "hash"))
    return audit.verify(anchors) + witness.verify()


def decided_case(hall: Hall):
    """A case with everything that can lie on one."""
    answers = copy.deepcopy(hall.answers(NUMBERED)) | {"my_number": NUMBER, "worry_note": MARKS[0]}
    case = hall.case("hanako", NUMBERED, answers, mail=MARKS[1])
    yoshida = hall.staff("yoshida")
    services.case_take(actor=yoshida, case_id=case.ref)
    services.note_add(actor=yoshida, case_id=case.ref, text=MARKS[2])
    services.number_reveal(actor=yoshida, case_id=case.ref, path="my_number", why=MARKS[3])
    services.correction_request(actor=yoshida, case_id=case.ref, items=[("phone", MARKS[2])],
                                due_on=OPENING.date() + dt.timedelta(days=9))
    run_worker()
    row = Application.objects.get(id=case.id)
    d = hall.definition(NUMBERED)
    raw = lists(dict(generate._fields(d.question("phone"), "0767123456", "phone")))
    applications.correction_answer(application=row, raw=raw, extra=frozenset(), actor="resident:test", owner=hall.owner("hanako"))
    run_worker()
    case.refresh_from_db()
    slot = next((s for s in applications.later_slots(Application.objects.get(id=case.id))), None)
    if slot:
        data = papers.jpeg()
        applications.document_add(application=Application.objects.get(id=case.id), slot=slot.id, source=io.BytesIO(data), name="x.jpg",
                                  size=len(data), actor="resident:test")
        run_worker()
        case.refresh_from_db()
    talk.talk_write(actor=yoshida, case_id=case.ref, text=MARKS[4])
    run_worker()
    intake_talk.talk_answer(application=Application.objects.get(id=case.id), text=MARKS[5], actor="resident:test")
    run_worker()
    talk.talk_seen(actor=yoshida, case_id=case.ref)
    services.check_mark(actor=yoshida, case_id=case.ref, marked=set(range(len(d.review.checklist))))
    with clock.frozen(OPENING + dt.timedelta(days=20)):
        escalation.escalate()
    run = bulk.run_start(actor=yoshida, act="propose", case_ids=[case.ref])
    bulk.run_look(actor=yoshida, run_id=str(run.id), outcome="accept", reason=MARKS[6], raw=hall.decision_raw(case))
    bulk.run_now(bulk.run_confirm(actor=yoshida, run_id=str(run.id), chosen=set(run.items.values_list("id", flat=True))))
    run_worker()
    receipt_file(Application.objects.get(id=case.id))
    audit.seal()
    case.refresh_from_db()
    return case
